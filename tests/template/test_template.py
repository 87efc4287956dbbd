"""What template.yaml promises, checked on the template that SAM makes of it: which functions exist, their rights and
settings, and how the data is protected. `sam validate --lint` and cfn-lint check the form; this checks the meaning."""

import os
import re
import unittest
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from cfnlint.decode import cfn_yaml
from samtranslator.translator.transform import transform

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

BEFORE = {"C2cBeforeSend": "c2c-before-send", "GroupBeforeSend": "group-before-send"}
AFTER = {"C2cAfterSend": "c2c-after-send", "GroupAfterSend": "group-after-send", "AfterChange": "after-change"}
PER_CALLBACK = BEFORE | AFTER
FUNCTIONS = {"Webhook": "webhook"} | PER_CALLBACK  # those with a URL
EVERY = FUNCTIONS | {"Redrive": "redrive"}

# The settings of a function, by what it does. Those in the template's Globals are for all.
FOR_ALL = {"SDK_APP_ID", "CALLBACK_TOKEN", "PREVIOUS_CALLBACK_TOKEN", "ALLOW_UNSIGNED", "REFUSE_REPLAYS", "ANSWER_WITHIN_MS"}
TO_MODERATE = {"LOG_LEVEL", "ON_FAILURE", "RULES_PATH"}
TO_ARCHIVE = {"TABLE_NAME", "STORE_ONLINE_ONLY", "JUDGE_AFTER", "RULES_PATH", "RETENTION_DAYS"}


class NoManagedPolicies:
    """SAM asks for AWS's managed policies; the template uses none."""

    def load(self):
        return {}


def read():
    """The template as plain dictionaries and lists."""

    def plain(node):
        if isinstance(node, dict):
            return {str(key): plain(value) for key, value in node.items()}
        if isinstance(node, list):
            return [plain(value) for value in node]
        return str(node) if isinstance(node, str) else node

    return plain(cfn_yaml.load(str(TEMPLATE)))


SOURCE = read()
PARAMETERS = SOURCE["Parameters"]
RESOURCES = None


def setUpModule():
    global RESOURCES
    source = read()
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"  # sam deploy uploads the folder and does the same
    RESOURCES = transform(source, {}, NoManagedPolicies())["Resources"]


def of_type(kind):
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


def properties(name):
    return RESOURCES[name]["Properties"]


def value(node, parameters):
    """A condition's value, of the functions that the template uses."""
    if not isinstance(node, dict):
        return node
    ((function, argument),) = node.items()
    if function == "Ref":
        return parameters.get(argument, PARAMETERS[argument].get("Default"))
    if function == "Condition":
        return value(SOURCE["Conditions"][argument], parameters)
    arguments = [value(item, parameters) for item in argument]
    return {
        "Fn::Equals": lambda: arguments[0] == arguments[1],
        "Fn::Not": lambda: not arguments[0],
        "Fn::Or": lambda: any(arguments),
        "Fn::And": lambda: all(arguments),
    }[function]()


def chosen(items, **parameters):
    """A list's items after each `Fn::If` that leaves one out or in."""
    kept = []
    for item in items:
        condition, item, other = item.get("Fn::If", [None, item, None])
        if condition is None or value({"Condition": condition}, parameters):
            kept.append(item)
        elif other != {"Ref": "AWS::NoValue"}:
            kept.append(other)
    return kept


def exists(resource, **parameters):
    return "Condition" not in resource or value({"Condition": resource["Condition"]}, parameters)


def existing(kind, **parameters):
    return {name for name, resource in of_type(kind).items() if exists(resource, **parameters)}


class Functions(unittest.TestCase):
    def test_webhook_mode_says_which_exist(self):
        for mode, expected in {"both": FUNCTIONS, "single": ["Webhook"], "per-callback": PER_CALLBACK}.items():
            with self.subTest(mode):
                functions = existing("AWS::Lambda::Function", WebhookMode=mode)
                self.assertEqual(functions, {f"{name}Function" for name in [*expected, "Redrive"]})
        self.assertEqual(PARAMETERS["WebhookMode"]["Default"], "both")

    def test_what_belongs_to_a_function_exists_with_it_alone(self):
        for mode in PARAMETERS["WebhookMode"]["AllowedValues"]:
            for kind in ("AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::Lambda::Url"):
                with self.subTest(f"{mode}, {kind}"):
                    owners = len(existing("AWS::Lambda::Function", WebhookMode=mode)) - (kind == "AWS::Lambda::Url")
                    self.assertEqual(len(existing(kind, WebhookMode=mode)), owners)

    def test_each_url_is_an_output(self):
        for name in FUNCTIONS:
            output = SOURCE["Outputs"][f"{name}Url"]
            self.assertEqual(output["Value"], {"Fn::GetAtt": [f"{name}FunctionUrl", "FunctionUrl"]})
            self.assertEqual(output["Condition"], RESOURCES[f"{name}Function"]["Condition"])

    def test_runtime(self):
        for name, folder in EVERY.items():
            function = properties(f"{name}Function")
            self.assertEqual(function["Runtime"], "provided.al2023")
            self.assertEqual(function["Timeout"], 30 if name == "Redrive" else 5)
            self.assertEqual(function["Architectures"], [{"Ref": "Architecture"}])
            self.assertEqual(function["MemorySize"], {"Ref": "MemorySize"})
            source = SOURCE["Resources"][f"{name}Function"]["Properties"]["CodeUri"]
            self.assertEqual(source, f"dist/functions/{folder}")

    def test_each_is_told_what_it_needs_and_no_more(self):
        for name in EVERY:
            moderates, archives = name in {"Webhook", *BEFORE}, name not in BEFORE
            expected = FOR_ALL | (TO_MODERATE if moderates else set()) | (TO_ARCHIVE if archives else set())
            expected |= {"QUEUE_URL"} if archives and name != "Redrive" else set()
            with self.subTest(name):
                self.assertEqual(set(properties(f"{name}Function")["Environment"]["Variables"]), expected)

    def test_urls_are_open_to_the_platform_and_to_nothing_but_their_function(self):
        for name in FUNCTIONS:
            self.assertEqual(properties(f"{name}FunctionUrl")["AuthType"], "NONE")
        granted = [
            (p["FunctionName"]["Ref"], p["Action"], p.get("FunctionUrlAuthType"), p.get("InvokedViaFunctionUrl"))
            for p in (permission["Properties"] for permission in of_type("AWS::Lambda::Permission").values())
        ]
        # AWS demands both since October 2025; the second holds only for calls through the URL.
        self.assertCountEqual(granted, [
            permission
            for name in FUNCTIONS
            for permission in (
                (f"{name}Function", "lambda:InvokeFunctionUrl", "NONE", None),
                (f"{name}Function", "lambda:InvokeFunction", None, True),
            )
        ])


class Permissions(unittest.TestCase):
    def test_a_function_may_write_its_own_log_and_one_that_archives_may_put_and_get_records(self):
        self.assertEqual(len(of_type("AWS::IAM::Role")), len(EVERY))
        for name in EVERY:
            expected = [{
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": {"Fn::GetAtt": [f"{name}LogGroup", "Arn"]},
            }]
            if name not in BEFORE:
                expected.append({
                    "Effect": "Allow",
                    "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
                    "Resource": {"Fn::GetAtt": ["Messages", "Arn"]},
                })
                redrives = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
                expected.append({
                    "Effect": "Allow",
                    "Action": redrives if name == "Redrive" else "sqs:SendMessage",
                    "Resource": {"Fn::GetAtt": ["RetryQueue", "Arn"]},
                })
            with self.subTest(name):
                role = properties(f"{name}Role")
                statements = [s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]]
                self.assertEqual(statements, expected)
                self.assertNotIn("ManagedPolicyArns", role)
                self.assertEqual(properties(f"{name}Function")["Role"], {"Fn::GetAtt": [f"{name}Role", "Arn"]})
                (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
                self.assertEqual(trust["Principal"], {"Service": "lambda.amazonaws.com"})

    def test_nothing_else_grants_anything(self):
        granting = {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::DynamoDB::TablePolicy", "AWS::SQS::QueuePolicy"}
        self.assertFalse(granting & {resource["Type"] for resource in RESOURCES.values()})
        self.assertNotIn("ResourcePolicy", properties("Messages"))


class Data(unittest.TestCase):
    def test_the_table_outlives_the_stack_and_mistakes(self):
        (name,) = of_type("AWS::DynamoDB::Table")
        table = RESOURCES[name]
        self.assertEqual((table["DeletionPolicy"], table["UpdateReplacePolicy"]), ("Retain", "Retain"))
        self.assertNotIn("Condition", table)
        self.assertNotIn("TableName", table["Properties"], "a fixed name would collide with the table retained before")
        self.assertTrue(table["Properties"]["DeletionProtectionEnabled"])
        self.assertTrue(table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])
        self.assertTrue(table["Properties"]["SSESpecification"]["SSEEnabled"])

    def test_keys_expiry_and_billing(self):
        table = properties("Messages")
        self.assertEqual(
            table["KeySchema"],
            [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        of_an_index = {"Outcome": "S", "OccurredAt": "N"}
        for switch, attributes, indexes in [
            ("false", of_an_index, {"Outcome": "Outcome"}),
            ("true", of_an_index | {"From_Account": "S"}, {"Outcome": "Outcome", "Account": "From_Account"}),
        ]:
            defined = chosen(table["AttributeDefinitions"], AccountIndex=switch)
            self.assertEqual({a["AttributeName"]: a["AttributeType"] for a in defined}, {"pk": "S", "sk": "S"} | attributes)
            built = chosen(table["GlobalSecondaryIndexes"], AccountIndex=switch)
            self.assertEqual({index["IndexName"]: index["KeySchema"][0]["AttributeName"] for index in built}, indexes)
            for index in built:
                self.assertEqual(index["KeySchema"][1], {"AttributeName": "OccurredAt", "KeyType": "RANGE"})
                self.assertEqual(index["Projection"], {"ProjectionType": "KEYS_ONLY"})
        self.assertEqual(table["TimeToLiveSpecification"], {"AttributeName": "ExpiresAt", "Enabled": True})
        self.assertEqual(table["BillingMode"], "PAY_PER_REQUEST")

    def test_tokens_stay_secret(self):
        for name in ("CallbackToken", "PreviousCallbackToken"):
            self.assertTrue(PARAMETERS[name]["NoEcho"])
            self.assertEqual(PARAMETERS[name]["Default"], "")
        self.assertNotIn("CallbackToken", str(SOURCE["Outputs"]))

    def test_what_cannot_be_stored_waits_in_a_queue_and_then_in_another(self):
        self.assertEqual(set(of_type("AWS::SQS::Queue")), {"RetryQueue", "DeadLetterQueue"})
        for name, queue in of_type("AWS::SQS::Queue").items():
            self.assertEqual((queue["DeletionPolicy"], queue["UpdateReplacePolicy"]), ("Retain", "Retain"), name)
            self.assertEqual(queue["Properties"]["MessageRetentionPeriod"], 14 * 24 * 60 * 60)
            self.assertEqual(queue["Properties"]["MaximumMessageSize"], 1024 * 1024)
            self.assertTrue(queue["Properties"]["SqsManagedSseEnabled"])
            self.assertNotIn("QueueName", queue["Properties"])
        retry = properties("RetryQueue")
        self.assertEqual(retry["RedrivePolicy"]["deadLetterTargetArn"], {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]})
        self.assertGreaterEqual(retry["VisibilityTimeout"], 6 * properties("RedriveFunction")["Timeout"])

    def test_the_redrive_function_answers_for_each_message_of_a_batch(self):
        (source,) = of_type("AWS::Lambda::EventSourceMapping").values()
        self.assertEqual(source["Properties"]["EventSourceArn"], {"Fn::GetAtt": ["RetryQueue", "Arn"]})
        self.assertEqual(source["Properties"]["FunctionResponseTypes"], ["ReportBatchItemFailures"])
        self.assertNotIn("Condition", RESOURCES["RedriveFunction"])

    def test_logs_expire(self):
        for name in EVERY:
            self.assertEqual(properties(f"{name}LogGroup")["RetentionInDays"], {"Ref": "LogRetentionDays"})
            # Metrics are lines of the log, which Lambda's JSON format must not wrap.
            self.assertEqual(
                properties(f"{name}Function")["LoggingConfig"],
                {"LogFormat": "Text", "LogGroup": {"Ref": f"{name}LogGroup"}},
            )


class Settings(unittest.TestCase):
    def test_defaults(self):
        defaults = {name: parameter["Default"] for name, parameter in PARAMETERS.items() if "Default" in parameter}
        self.assertEqual(defaults, {
            "CallbackToken": "", "PreviousCallbackToken": "", "AllowUnsigned": "false", "RefuseReplays": "false", "WebhookMode": "both",
            "OnFailure": "allow", "AnswerWithinMs": 1500, "RulesPath": "rules/rules.toml", "StoreOnlineOnly": "true",
            "JudgeAfter": "true", "LogLevel": "info",
            "RetentionDays": "", "AccountIndex": "false", "Architecture": "arm64", "MemorySize": 256, "LogRetentionDays": 30,
            "AlarmTopicArn": "",
        })
        self.assertEqual(set(PARAMETERS) - set(defaults), {"SdkAppId"}, "only the app id has to be given by all")

    def test_each_parameter_is_described_and_bounded(self):
        for name, parameter in PARAMETERS.items():
            with self.subTest(name):
                self.assertTrue(parameter["Description"])
                self.assertTrue({"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter))
                self.assertEqual("AllowedPattern" in parameter, "ConstraintDescription" in parameter)

    def test_patterns(self):
        cases = {
            "SdkAppId": (["1400000000"], ["", "0", "14a", "1400000000 "]),
            "CallbackToken": (["", "a", "xxxxyyyy", "a b", "~" * 128], [" a", "a ", "a\n", "é", "a" * 129]),
            "PreviousCallbackToken": (["", "xxxxyyyy"], [" ", "a" * 129]),
            "RulesPath": (
                ["rules/rules.toml", "rules/live/strict-2.toml"],
                ["", "rules.toml", "rules/", "/rules/rules.toml", "rules/../x.toml", "rules/rules.json"],
            ),
            "RetentionDays": (["", "1", "365", "36500"], ["0", "-1", "1.5", "36501", "99999", "for ever"]),
            "AlarmTopicArn": (
                ["", "arn:aws:sns:eu-central-1:123456789012:alarms", "arn:aws-cn:sns:cn-north-1:123456789012:a_b-c"],
                ["alarms", "arn:aws:sqs:eu-central-1:123456789012:alarms", "arn:aws:sns:eu-central-1:123456789012:a.fifo"],
            ),
        }
        self.assertEqual(set(cases), {name for name, p in PARAMETERS.items() if "AllowedPattern" in p})
        for name, (good, bad) in cases.items():
            pattern = re.compile(PARAMETERS[name]["AllowedPattern"])
            for text in good:
                self.assertTrue(pattern.fullmatch(text), f"{name} refuses {text!r}")
            for text in bad:
                self.assertFalse(pattern.fullmatch(text), f"{name} accepts {text!r}")

    def test_rules_refuse_a_missing_token(self):
        def refused(**parameters):
            assertions = [a for rule in SOURCE["Rules"].values() for a in rule["Assertions"]]
            return [a["AssertDescription"] for a in assertions if not value(a["Assert"], parameters)]

        self.assertFalse(refused(CallbackToken="new"))
        self.assertFalse(refused(CallbackToken="new", PreviousCallbackToken="old"))
        self.assertFalse(refused(AllowUnsigned="true"))
        self.assertRegex(*refused(), "^CallbackToken is missing: ")
        self.assertRegex(*refused(AllowUnsigned="true", PreviousCallbackToken="old"), "^PreviousCallbackToken is given without")


class Alarms(unittest.TestCase):
    def test_none_without_a_topic(self):
        self.assertFalse(existing("AWS::CloudWatch::Alarm"))
        self.assertTrue(existing("AWS::CloudWatch::Alarm", AlarmTopicArn="arn"))

    def test_each_adds_up_every_function_that_counts_for_it(self):
        every, moderating, archiving = set(EVERY), {"Webhook", *BEFORE}, {"Webhook", *AFTER}
        counted = {
            "ModerationFailedAlarm": ("chathook", {"Fn::If": ["FailsOpen", "FailedOpen", "FailedClosed"]}, moderating),
            "MessagesLostAlarm": ("chathook", "Lost", archiving),
            "CallbacksRefusedAlarm": ("chathook", "Rejected403", set(FUNCTIONS)),
            "FunctionErrorsAlarm": ("AWS/Lambda", "Errors", every),
            "FunctionThrottlesAlarm": ("AWS/Lambda", "Throttles", every),
        }
        dead_letter = properties("DeadLetterAlarm")
        self.assertEqual((dead_letter["Namespace"], dead_letter["Threshold"]), ("AWS/SQS", 1))
        (dimension,) = dead_letter["Dimensions"]
        self.assertEqual(dimension["Value"], {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]})
        self.assertEqual({*counted, "DeadLetterAlarm"}, set(of_type("AWS::CloudWatch::Alarm")))
        for alarm, (namespace, metric, functions) in counted.items():
            total, *parts = properties(alarm)["Metrics"]
            self.assertEqual((total["Expression"], total["ReturnData"]), ("SUM(METRICS())", True))
            seen = set()
            for part in parts:
                condition, query, _ = part.get("Fn::If", [None, part, None])
                of = query["MetricStat"]["Metric"]
                self.assertEqual((of["Namespace"], of["MetricName"]), (namespace, metric))
                (dimension,) = of["Dimensions"]
                name = query["Id"][0].upper() + query["Id"][1:]
                expected = "function" if namespace == "chathook" else "FunctionName"
                self.assertEqual(dimension, {"Name": expected, "Value": {"Ref": f"{name}Function"}})
                self.assertEqual(condition, RESOURCES[f"{name}Function"].get("Condition"))
                seen.add(name)
            self.assertEqual(seen, functions)


if __name__ == "__main__":
    unittest.main()
