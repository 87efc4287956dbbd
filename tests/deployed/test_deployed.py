"""The real template with the real bootstraps, deployed by scripts/deploy to a local AWS: signed callbacks posted to the
function URLs become verdicts and records. `scripts/test deployed` builds what this deploys.

The cloud evaluates IAM, so each function has the permissions of its own role and no others.
"""

import atexit
import json
import re
import shutil
import signal
import sys
import time
import unittest
from pathlib import Path

import boto3

from cloud import ROOT, Cloud, Stack

# Made by scripts/test: the template, and what scripts/build built for this machine.
BUILT = ROOT / "target/deployed"
ARCHITECTURE = (BUILT / "dist/functions").resolve().name
RULES = Path(__file__).with_name("rules.toml")
RULES_NAME = "deployed-test.toml"

APP = "1400000000"
# Every character here means something to a shell, to YAML or to SAM.
TOKEN = "t0'k\"e\\n $x#{}: &!`%"
ROTATED = "\"quoted and new\""

ALLOWED = {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}
BEFORE = {"C2cBeforeSend", "GroupBeforeSend"}
AFTER = {"C2cAfterSend", "GroupAfterSend", "AfterChange"}
FUNCTIONS = {"Webhook"} | BEFORE | AFTER  # those with a URL
EVERY = FUNCTIONS | {"Redrive"}

cloud = stack = None


def setUpModule():
    global cloud, stack
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    cloud = Cloud()
    atexit.register(cloud.stop)  # whatever ends this, Ctrl-C too
    for rules in (BUILT / "dist/functions").glob("*/rules"):
        shutil.copy(RULES, rules / RULES_NAME)
    stack = Stack(cloud, BUILT / "template.yaml", "chathook-test", APP)
    deployed = stack.deploy(
        *("--set", f"Architecture={ARCHITECTURE}"),
        *("--set", f"RulesPath=rules/{RULES_NAME}"),
        *("--set", "AnswerWithinMs=1800"),
        *("--set", "LogRetentionDays=7"),
        *("--set", "AccountIndex=true"),
        SDK_APP_ID=APP,
        CALLBACK_TOKEN=TOKEN,
    )
    if deployed.returncode != 0:
        raise RuntimeError(f"scripts/deploy failed:\n{deployed.stdout}\nMiniStack's log:\n{cloud.log.read_text()[-5000:]}")
    assert TOKEN not in deployed.stdout, "scripts/deploy showed the token"


def load_tests(loader, _standard, _pattern):
    """Puts the tests that change or delete the stack last."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Built, Refusals, Running, Changing, Deleting))


def c2c(command, text, sequence=1, **fields):
    return {
        "CallbackCommand": f"C2C.Callback{command}SendMsg",
        "From_Account": "jared",
        "To_Account": "Jonh",
        "MsgSeq": sequence,
        "MsgRandom": 4294967295,
        "MsgTime": 1557481126,
        "MsgKey": f"{sequence}_4294967295_1557481126",
        "OnlineOnlyFlag": 0,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
        "CloudCustomData": "custom",
    } | fields


def group(command, text, group_id="@TGS#2J4SZEAEL", **fields):
    return {
        "CallbackCommand": f"Group.Callback{command}SendMsg",
        "GroupId": group_id,
        "Type": "Public",
        "From_Account": "jared",
        "Operator_Account": "admin",
        "Random": 123456,
        "OnlineOnlyFlag": 0,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
    } | fields


def indexed(index, attribute, value):
    """The keys that an index has under a value, by time."""
    table = boto3.resource("dynamodb").Table(stack.outputs()["TableName"])
    found = table.query(
        IndexName=index,
        KeyConditionExpression="#by = :value",
        ExpressionAttributeNames={"#by": attribute},
        ExpressionAttributeValues={":value": value},
    )
    return [(item["pk"], item["sk"]) for item in found["Items"]]


def records(partition, table=None):
    """What is stored of a conversation, in order."""
    table = boto3.resource("dynamodb").Table(table or stack.outputs()["TableName"])
    return table.query(KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": partition})["Items"]


class Case(unittest.TestCase):
    maxDiff = None

    def run(self, result=None):
        """Shows what the functions logged when a test fails."""
        known = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > known:
            for function in sorted(EVERY):
                try:
                    print(f"--- log of {function}", *stack.log(function)[-30:], sep="\n", file=sys.stderr)
                except Exception as error:
                    print(f"--- no log of {function}: {error}", file=sys.stderr)

    def assert_answer(self, answer, expected):
        self.assertEqual(answer, (200, expected))


class Refusals(Case):
    """scripts/deploy says what is wrong before anything is deployed; the template does so too, for other ways to deploy it."""

    def assert_refused(self, expected, *options, **variables):
        elsewhere = Stack(cloud, stack.template, "refused", APP)
        refused = elsewhere.deploy(*options, **variables)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        self.assertRegex(refused.stdout, expected)

    def test_missing_settings(self):
        self.assert_refused("^scripts/deploy: SDK_APP_ID is missing: ")
        self.assert_refused("^scripts/deploy: CALLBACK_TOKEN is missing: ", SDK_APP_ID=APP)

    def test_malformed_settings(self):
        self.assert_refused("^scripts/deploy: SDK_APP_ID is malformed: ", SDK_APP_ID="my app")
        for token in (" token", "token\n", "tökén", "x" * 129):
            self.assert_refused("^scripts/deploy: CALLBACK_TOKEN is malformed: ", SDK_APP_ID=APP, CALLBACK_TOKEN=token)
        self.assert_refused("--set Rule: there is no such parameter", "--set", "Rule=x")
        self.assert_refused("give it in the environment", "--set", "CallbackToken=secret")

    def test_what_was_not_built(self):
        given = {"SDK_APP_ID": APP, "CALLBACK_TOKEN": TOKEN}
        other = {"arm64": "x86_64", "x86_64": "arm64"}[ARCHITECTURE]
        expected = f"is built for {ARCHITECTURE}, but {other} is to be deployed: run scripts/build --arch {other} first"
        self.assert_refused(expected, "--set", f"Architecture={other}", **given)
        self.assert_refused(
            "RulesPath rules/none.toml was not built",
            *("--set", f"Architecture={ARCHITECTURE}", "--set", "RulesPath=rules/none.toml"),
            **given,
        )

    def test_the_template_refuses_a_missing_token_too(self):
        # sam deploy uploads the folders and puts the address in their place.
        body = re.sub("dist/functions/.*", "s3://bucket/key", (BUILT / "template.yaml").read_text())
        with self.assertRaisesRegex(stack.formation.exceptions.ClientError, "CallbackToken is missing: give "):
            stack.formation.create_stack(
                StackName="refused",
                TemplateBody=body,
                Parameters=[{"ParameterKey": "SdkAppId", "ParameterValue": APP}],
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            )


class Built(Case):
    """scripts/build made programs that Lambda can run."""

    def bootstraps(self):
        return {path.parent.name: path.read_bytes() for path in (BUILT / "dist/functions").glob("*/bootstrap")}

    def test_they_run_with_the_glibc_of_amazon_linux_2023(self):
        self.assertEqual(len(self.bootstraps()), len(EVERY))
        for name, program in self.bootstraps().items():
            needed = {int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", program)}
            self.assertTrue(needed, name)
            self.assertLessEqual(max(needed), 34, name)

    def test_before_send_carries_no_aws_sdk(self):
        carrying = {name for name, program in self.bootstraps().items() if b"DynamoDB_20120810" in program}
        self.assertEqual(carrying, {"webhook", "c2c-after-send", "group-after-send", "after-change", "redrive"})

    def test_every_function_has_the_rules_beside_it(self):
        shipped = {path.relative_to(ROOT / "rules") for path in (ROOT / "rules").rglob("*")}
        for folder in (BUILT / "dist/functions").iterdir():
            beside = {path.relative_to(folder / "rules") for path in (folder / "rules").rglob("*")} - {Path(RULES_NAME)}
            self.assertEqual(beside, shipped, folder.name)


class Running(Case):
    def test_before_send_gives_the_verdict(self):
        rejected = {"ActionStatus": "OK", "ErrorInfo": "No adverts, please."}
        for message, urls, code in (
            (c2c, ("WebhookUrl", "C2cBeforeSendUrl"), 120007),
            (group, ("WebhookUrl", "GroupBeforeSendUrl"), 10107),
        ):
            for url in urls:
                with self.subTest(url, command=message.__name__):
                    answer = stack.post(url, message("Before", "see you at noon"), TOKEN)
                    self.assert_answer(answer, ALLOWED)
                    for advert in ("best CASINO in town", "想赚钱就加微信吧"):
                        answer = stack.post(url, message("Before", advert), TOKEN)
                        self.assert_answer(answer, rejected | {"ErrorCode": code})
                    answer = stack.post(url, message("Before", "this is spam"), TOKEN)
                    self.assert_answer(answer, ALLOWED | {"ErrorCode": 2})
                    answer = stack.post(url, message("Before", "a darn mess"), TOKEN)
                    body = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "a **** mess"}}]
                    self.assert_answer(answer, ALLOWED | {"MsgBody": body})

    def test_a_message_is_stored_once_whichever_url_hears_of_it(self):
        message = c2c("After", "red packet 红包", 4294967290, SendMsgResult=0, ErrorInfo="send msg succeed", UnreadMsgNum=7)
        for url in ("WebhookUrl", "WebhookUrl", "C2cAfterSendUrl"):
            self.assert_answer(stack.post(url, message, TOKEN), ALLOWED)
        same = [item for item in records("c2c#Jonh#jared") if item["MsgKey"] == message["MsgKey"]]
        self.assertEqual(len(same), 1, same)
        (item,) = same
        self.assertEqual(item["sk"], "00000000001557481126#00000000004294967290#00000000004294967295")
        for name in ("From_Account", "To_Account", "MsgKey", "MsgSeq", "MsgRandom", "MsgTime", "SendMsgResult",
                     "ErrorInfo", "UnreadMsgNum", "OnlineOnlyFlag", "CloudCustomData"):
            self.assertEqual(item[name], message[name], name)
        self.assertEqual(json.loads(item["MsgBody"]), message["MsgBody"])
        self.assertEqual((item["OptPlatform"], item["ClientIP"]), ("Android", "203.0.113.7"))
        self.assertNotIn("ExpiresAt", item, "RETENTION_DAYS is not set")

    def test_group_messages_in_order(self):
        sent = [group("After", f"number {n}", "@TGS#order", MsgSeq=n, Random=n, MsgTime=1490686222) for n in (10, 9, 100)]
        for message, url in zip(sent, ("WebhookUrl", "GroupAfterSendUrl", "GroupAfterSendUrl")):
            for _ in range(2):
                self.assert_answer(stack.post(url, message, TOKEN), ALLOWED)
        stored = records("group#@TGS%23order#")
        self.assertEqual([item["MsgSeq"] for item in stored], [9, 10, 100])
        for item in stored:
            self.assertIn((item["pk"], item["sk"]), indexed("Account", "From_Account", "jared"))
            self.assertEqual(item["OccurredAt"], item["MsgTime"])
        item = stored[0]
        self.assertEqual((item["GroupId"], item["From_Account"], item["Random"]), ("@TGS#order", "jared", 9))
        self.assertEqual(json.loads(item["MsgBody"]), sent[1]["MsgBody"])

    def test_what_happens_later_is_stored_beside_the_message(self):
        recall = {
            "CallbackCommand": "Group.CallbackAfterRecallMsg", "GroupId": "@TGS#recalled", "Type": "Public",
            "Operator_Account": "admin", "MsgSeqList": [{"MsgSeq": 7}], "EventTime": 1490686300000,
        }
        for url in ("AfterChangeUrl", "WebhookUrl"):
            self.assert_answer(stack.post(url, recall, TOKEN), ALLOWED)
        (item,) = records("group#@TGS%23recalled#")
        self.assertTrue(item["sk"].startswith("00000000000000000007#recall#"), item)
        self.assertIn((item["pk"], item["sk"]), indexed("Outcome", "Outcome", "recalled"))
        self.assertEqual(item["Operator_Account"], "admin")

    def test_what_an_edit_shows_against_the_rules_is_found(self):
        # The rules are not packed here, so they are as old as their file, which may have been unpacked just now.
        edited_at = int(time.time()) + 300
        edit = {
            "CallbackCommand": "C2C.CallbackAfterModifyMsg", "From_Account": "jared", "To_Account": "judged",
            "Operator_Account": "jared", "MsgKey": f"1_2_{edited_at}", "EventTime": edited_at * 1000,
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "best casino in town"}}],
        }
        for url in ("AfterChangeUrl", "AfterChangeUrl", "WebhookUrl"):
            self.assert_answer(stack.post(url, edit, TOKEN), ALLOWED)
        (violation,) = [item for item in records("c2c#jared#judged") if "#violation#" in item["sk"]]
        self.assertIn((violation["pk"], violation["sk"]), indexed("Outcome", "Outcome", "violation"))
        self.assertIn((violation["pk"], violation["sk"]), indexed("Account", "From_Account", "jared"))
        self.assertEqual((violation["Verdict"], violation["Reason"]), ("reject", "edited"))
        self.assertEqual(json.loads(violation["Rules"]), ["rejected"])
        self.assertEqual(violation["OccurredAt"], edited_at)
        self.assertNotIn("Undecided", violation)
        log = stack.json_log("AfterChange")
        (line,) = [line for line in log if line.get("message") == "delivered against the rules"]
        self.assertEqual((line["msg_key"], line["rules"]), (edit["MsgKey"], '["rejected"]'))
        (counted,) = [line for line in log if line.get("DeliveredAgainstRules")]
        self.assertEqual((counted["DeliveredAgainstRules"], counted["command"]), (1, edit["CallbackCommand"]))

    def test_only_the_platform_is_heard(self):
        callbacks = {
            "WebhookUrl": c2c("After", "forged", 666, SendMsgResult=0),
            "C2cBeforeSendUrl": c2c("Before", "casino"),
            "GroupBeforeSendUrl": group("Before", "casino"),
            "C2cAfterSendUrl": c2c("After", "forged", 666, SendMsgResult=0),
            "GroupAfterSendUrl": group("After", "forged", "@TGS#forged", MsgSeq=1, MsgTime=1490686222),
            "AfterChangeUrl": {"CallbackCommand": "Group.CallbackAfterRecallMsg", "GroupId": "@TGS#forged", "MsgSeqList": [{"MsgSeq": 1}]},
        }
        for url, callback in callbacks.items():
            for wrong in ({"token": "guessed"}, {"SdkAppid": "1400000001"}, {"RequestTime": "1669872112"}):
                with self.subTest(url, **wrong):
                    status, answer = stack.post(url, callback, **({"token": TOKEN} | wrong))
                    self.assertEqual((status, answer["ActionStatus"], answer["ErrorCode"]), (403, "FAIL", 1))
                    self.assertEqual(set(answer), set(ALLOWED))
        self.assertFalse([item for item in records("c2c#Jonh#jared") if item["MsgSeq"] == 666])
        self.assertFalse(records("group#@TGS%23forged#"))

    def test_what_a_function_does_not_handle_is_allowed_and_not_stored(self):
        unknown = {"CallbackCommand": "Group.CallbackBeforeApplyJoinGroup", "GroupId": "g", "Type": "Public"}
        for function in sorted(FUNCTIONS):
            with self.subTest(function):
                self.assert_answer(stack.post(f"{function}Url", unknown, TOKEN), ALLOWED)
        # A rule would reject this, but this function does not judge it.
        self.assert_answer(stack.post("C2cAfterSendUrl", group("Before", "casino"), TOKEN), ALLOWED)
        elsewhere = group("After", "not yours", "@TGS#elsewhere", MsgSeq=1, MsgTime=1490686222)
        self.assert_answer(stack.post("C2cAfterSendUrl", elsewhere, TOKEN), ALLOWED)
        self.assertFalse(records("group#@TGS%23elsewhere#"))

    def test_counters_are_lines_of_the_log(self):
        stack.post("WebhookUrl", c2c("Before", "hello"), "guessed")
        metrics = [line for line in stack.json_log("Webhook") if "Rejected403" in line]
        self.assertTrue(metrics)
        (directive,) = metrics[-1]["_aws"]["CloudWatchMetrics"]
        self.assertEqual((directive["Namespace"], directive["Dimensions"]), ("chathook", [["function"]]))
        # The name that the alarms look for.
        self.assertEqual(metrics[-1]["function"], stack.resource("WebhookFunction"))

    def test_logs_hold_neither_token_nor_text(self):
        secret = "the quick brown fox"
        stack.post("WebhookUrl", c2c("Before", secret), TOKEN)
        stack.post("WebhookUrl", c2c("After", secret, 77, SendMsgResult=0), TOKEN)
        log = "\n".join(line for function in FUNCTIONS for line in stack.log(function))
        self.assertIn("AnswerMs", log)
        self.assertNotIn(secret, log)
        self.assertNotIn(TOKEN, log)
        self.assertNotIn(json.dumps(TOKEN), log)

    def test_roles_allow_no_more_than_is_needed(self):
        iam = boto3.client("iam")
        table = boto3.client("dynamodb").describe_table(TableName=stack.outputs()["TableName"])["Table"]["TableArn"]
        actions = [f"dynamodb:{action}" for action in (
            "PutItem", "GetItem", "Query", "Scan", "UpdateItem", "DeleteItem", "BatchWriteItem", "DeleteTable")]
        for function in sorted(EVERY):
            with self.subTest(function):
                role = stack.resource(f"{function}Role")
                self.assertFalse(iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"])
                evaluated = iam.simulate_principal_policy(
                    PolicySourceArn=iam.get_role(RoleName=role)["Role"]["Arn"], ActionNames=actions, ResourceArns=[table]
                )["EvaluationResults"]
                allowed = {e["EvalActionName"] for e in evaluated if e["EvalDecision"] == "allowed"}
                self.assertEqual(allowed, set() if function in BEFORE else {"dynamodb:PutItem", "dynamodb:GetItem"})

    def test_a_message_that_may_not_be_stored_is_kept_in_the_log(self):
        """And so the records of the other tests were stored with the functions' own roles."""
        iam = boto3.client("iam")
        role = stack.resource("GroupAfterSendRole")
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        iam.delete_role_policy(RoleName=role, PolicyName=name)
        try:
            message = group("After", "denied", "@TGS#denied", MsgSeq=1, MsgTime=1490686222)
            status, answer = stack.post("GroupAfterSendUrl", message, TOKEN)
        finally:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
        self.assertEqual((status, answer["ActionStatus"], answer["ErrorCode"]), (200, "FAIL", 1))
        lines = stack.json_log("GroupAfterSend")
        self.assertTrue([line for line in lines if line.get("message") == "lost" and line.get("base64")])
        self.assertTrue([line for line in lines if line.get("Lost") and line.get("_aws")])

    def test_a_message_that_may_only_be_queued_is_stored_from_the_queue(self):
        iam = boto3.client("iam")
        role = stack.resource("C2cAfterSendRole")
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        statements = [s for s in document["Statement"] if "dynamodb" not in str(s["Action"])]
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document | {"Statement": statements}))
        try:
            message = c2c("After", "queued", 5150, SendMsgResult=0)
            self.assert_answer(stack.post("C2cAfterSendUrl", message, TOKEN), ALLOWED)
        finally:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
        self.assertTrue([line for line in stack.json_log("C2cAfterSend") if line.get("Queued") and line.get("_aws")])
        until = time.monotonic() + 60
        while not [item for item in records("c2c#Jonh#jared") if item["MsgSeq"] == 5150]:
            self.assertLess(time.monotonic(), until, "never redriven")
            time.sleep(0.5)

    def test_logs_expire(self):
        groups = boto3.client("logs").describe_log_groups()["logGroups"]
        retention = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
        for function in sorted(FUNCTIONS):
            self.assertEqual(retention[stack.resource(f"{function}LogGroup")], 7)


class Changing(Case):
    def test_a_deployment_keeps_what_is_not_given_and_takes_a_second_token(self):
        url = stack.outputs()["WebhookUrl"]
        changed = stack.deploy(
            *("--set", f"Architecture={ARCHITECTURE}", "--set", f"RulesPath=rules/{RULES_NAME}"),
            CALLBACK_TOKEN=ROTATED,
            PREVIOUS_CALLBACK_TOKEN=TOKEN,
        )
        self.assertEqual(changed.returncode, 0, changed.stdout)
        self.assertIn(f"Paste this into the Chat console as the webhook URL of the app:\n  {url}\n", changed.stdout)
        for token in (ROTATED, TOKEN):
            self.assert_answer(stack.post("WebhookUrl", c2c("Before", "this is spam"), token), ALLOWED | {"ErrorCode": 2})

        ended = stack.deploy(*("--set", f"Architecture={ARCHITECTURE}"), PREVIOUS_CALLBACK_TOKEN="")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assert_answer(stack.post("WebhookUrl", c2c("Before", "this is spam"), ROTATED), ALLOWED | {"ErrorCode": 2})
        self.assertEqual(stack.post("WebhookUrl", c2c("Before", "this is spam"), TOKEN)[0], 403)


    def test_the_shipped_rules_can_be_used(self):
        changed = stack.deploy(*("--set", f"Architecture={ARCHITECTURE}", "--set", "RulesPath=rules/rules.toml"))
        self.assertEqual(changed.returncode, 0, changed.stdout)
        for function in ("Webhook", *sorted(BEFORE)):
            message = group("Before", "see you at noon") if function == "GroupBeforeSend" else c2c("Before", "see you at noon")
            self.assert_answer(stack.post(f"{function}Url", message, ROTATED), ALLOWED)
            self.assertFalse([line for line in stack.json_log(function) if line.get("FailedOpen")], function)


class Deleting(Case):
    def test_the_messages_outlive_the_stack(self):
        table = stack.outputs()["TableName"]
        stack.post("WebhookUrl", c2c("After", "kept", 88, SendMsgResult=0), ROTATED)
        stack.formation.delete_stack(StackName=stack.name)
        stack.formation.get_waiter("stack_delete_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 1})

        self.assertFalse(boto3.client("lambda").list_functions()["Functions"])
        self.assertFalse(boto3.client("logs").describe_log_groups()["logGroups"])
        database = boto3.client("dynamodb")
        self.assertEqual(database.list_tables()["TableNames"], [table])
        self.assertIn(88, [item["MsgSeq"] for item in records("c2c#Jonh#jared", table)])
        with self.assertRaisesRegex(database.exceptions.ClientError, "protect"):
            database.delete_table(TableName=table)


if __name__ == "__main__":
    unittest.main(verbosity=2)
