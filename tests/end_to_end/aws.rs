//! The account on AWS: the program finds credentials and region wherever `aws` finds them, and a stack's table and queues.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use chathook_archive::{Archive, RawItem};
use chathook_tests::{binary, engine};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;

/// A home folder with AWS profiles, and the program in it.
struct Home {
    folder: tempfile::TempDir,
    dynamodb: String,
    services: String,
}

impl Home {
    async fn new(dynamodb: String) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Self { folder, dynamodb, services: services().await };
        let process = home.path("credentials");
        let credentials = json!({"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "secret"});
        std::fs::write(&process, format!("#!/bin/sh\necho '{credentials}'\n")).expect("a file");
        std::fs::set_permissions(&process, std::fs::Permissions::from_mode(0o700)).expect("a script");
        std::fs::create_dir(home.path(".aws")).expect("a folder");
        let config = format!(
            "[profile process]\ncredential_process = {}\nregion = eu-central-1\n\
             [profile nowhere]\ncredential_process = {0}\n\
             [profile login]\nlogin_session = arn:aws:iam::000000000000:user/ada\nregion = eu-central-1\n\
             [profile broken]\ncredential_process = false\nregion = eu-central-1\n\
             [profile office]\nsso_session = office\nsso_account_id = 000000000000\nsso_role_name = reader\nregion = eu-west-1\n\
             [sso-session office]\nsso_region = eu-west-1\nsso_start_url = https://office.example/start\n",
            process.display()
        );
        std::fs::write(home.path(".aws/config"), config).expect("a file");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Lists a conversation with these options; gives whether that went well, and all that was printed.
    async fn list(&self, options: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
        self.run(&[&["messages", "list", "--c2c", "ada", "grace", "--aws"], options].concat(), environment).await
    }

    async fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
        let output = Command::new(binary("chathook"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb)
            .env("AWS_ENDPOINT_URL_CLOUDFORMATION", &self.services)
            .env("AWS_ENDPOINT_URL_CLOUDWATCH", &self.services)
            .env("AWS_ENDPOINT_URL_SQS", &self.services)
            .envs(environment.iter().copied())
            .output()
            .await
            .expect("chathook runs");
        let told = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&told).into_owned())
    }
}

/// The services beside DynamoDB. They know the stacks `chathook`, `quiet` and `other`, and nobody but `AKIAPROCESS`.
async fn services() -> String {
    let answer = async |headers: HeaderMap, body: String| {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let signature = header("authorization");
        let is_signed = |service: &str| {
            signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIAPROCESS/")
                && signature.contains(&format!("/eu-central-1/{service}/aws4_request"))
                && !header("x-amz-date").is_empty()
        };
        match header("x-amz-target").strip_prefix("AmazonSQS.") {
            Some(action) if is_signed("sqs") => queue(action, &body).to_string(),
            None if is_signed("cloudformation") => stack(&body),
            None if is_signed("monitoring") => age(&body),
            _ => error("AccessDenied", &format!("not for {signature}")),
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(answer))).await });
    url
}

fn error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    )
}

/// What `CloudFormation` says of a stack.
fn stack(request: &str) -> String {
    let output =
        |key, value| format!("<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>");
    let queue = |name| format!("https://sqs.eu-central-1.amazonaws.com/000000000000/{name}");
    let outputs = |retry, dead| {
        output("TableName", "messages".to_owned())
            + &output("RetryQueueUrl", queue(retry))
            + &output("DeadLetterQueueUrl", queue(dead))
    };
    let outputs = match request {
        "Action=DescribeStacks&Version=2010-05-15&StackName=chathook" => outputs("retry", "dead"),
        "Action=DescribeStacks&Version=2010-05-15&StackName=quiet" => outputs("empty", "empty"),
        "Action=DescribeStacks&Version=2010-05-15&StackName=other" => String::new(),
        _ => return error("ValidationError", "Stack with id mistyped does not exist"),
    };
    format!(
        "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
         <Stacks><member><Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}

/// What SQS answers: 3 callbacks wait in `retry` beside one that is being tried, 2 in `dead`, which may be redriven.
fn queue(action: &str, body: &str) -> Value {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let name = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next());
    match (action, name) {
        ("GetQueueAttributes", Some(name)) => {
            let (waiting, in_flight) = match name {
                "retry" => ("3", "1"),
                "dead" => ("2", "0"),
                _ => ("0", "0"),
            };
            let arn = format!("arn:aws:sqs:eu-central-1:000000000000:{name}");
            json!({"Attributes": {
                "ApproximateNumberOfMessages": waiting, "ApproximateNumberOfMessagesNotVisible": in_flight, "QueueArn": arn,
            }})
        }
        ("StartMessageMoveTask", None) => {
            assert_eq!(body, json!({"SourceArn": "arn:aws:sqs:eu-central-1:000000000000:dead"}));
            json!({"TaskHandle": "1"})
        }
        _ => panic!("{action} {body}"),
    }
}

/// What `CloudWatch` says of the age of a queue's oldest message. It does not know the one in `dead`.
fn age(request: &str) -> String {
    assert!(request.starts_with("Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FSQS"), "{request}");
    if request.contains("Dimensions.member.1.Value=dead") {
        return error("AccessDenied", "cloudwatch:GetMetricStatistics is not allowed");
    }
    let points = "<member><Maximum>7500.0</Maximum></member><member><Maximum>7440.0</Maximum></member>";
    format!("<R><GetMetricStatisticsResult><Datapoints>{points}</Datapoints></GetMetricStatisticsResult></R>")
}

/// A table with one message.
async fn table() -> (String, Archive) {
    let (url, archive) = engine().await;
    let item = json!({
        "pk": "c2c#ada#grace", "sk": "00000000001800000000#00000000000000000001#00000000000000000002", "MsgTime": 1_800_000_000,
        "From_Account": "ada", "To_Account": "grace", "MsgSeq": 1, "Text": "see you at noon",
    });
    archive.import(&RawItem::from_json(&item.to_string()).expect("an item")).await.expect("written");
    (url, archive)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_works_with_aws_works_here() {
    let (dynamodb, _archive) = table().await;
    let home = Home::new(dynamodb).await;
    let keys =
        [("AWS_ACCESS_KEY_ID", "AKIAOTHER"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "eu-central-1")];
    for (options, environment) in [
        (&["--table", "messages", "--profile", "process"][..], &[][..]),
        (&["--table", "messages"], &[("AWS_PROFILE", "process")]),
        (&["--table", "messages"], &keys),
        (&["--table", "messages", "--profile", "nowhere", "--region", "eu-central-1"], &[]),
        (&["--stack", "chathook", "--profile", "process"], &[]),
        // The stack is the one that is meant, and the profile too, whatever the environment says.
        (&["--stack", "chathook", "--profile", "process"], &[("TABLE_NAME", "another"), keys[0], keys[1]]),
    ] {
        let (success, told) = home.list(options, environment).await;
        assert!(success && told.contains("see you at noon"), "{options:?} {environment:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_named_with_its_remedy() {
    let (dynamodb, _archive) = table().await;
    let home = Home::new(dynamodb).await;
    let process = ["--profile", "process", "--stack"];
    for (options, environment, expected) in [
        (
            &["--table", "messages", "--profile", "mistyped"][..],
            &[][..],
            "there are: broken, login, nowhere, office, process",
        ),
        (&["--table", "messages"], &[("AWS_PROFILE", "mistyped")], "there is no AWS profile mistyped"),
        (&["--table", "messages", "--profile", "office"], &[], "`aws sso login --profile office`"),
        (&["--table", "messages", "--profile", "login"], &[], "`eval \"$(aws configure export-credentials"),
        (&["--table", "messages", "--profile", "broken"], &[], "credential_process of the profile broken"),
        (&["--table", "messages", "--profile", "nowhere"], &[], "give --region"),
        (&["--table", "messages", "--region", "eu-central-1"], &[], "`aws configure`"),
        (&[&process[..], &["mistyped"]].concat(), &[], "Stack with id mistyped does not exist"),
        (&[&process[..], &["other"]].concat(), &[], "has no output TableName"),
        (&["--profile", "process"], &[], "--stack"),
    ] {
        let (success, told) = home.list(options, environment).await;
        assert!(!success && told.contains(expected), "{options:?} {environment:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_show_what_waits_and_redrive_what_was_given_up() {
    let home = Home::new("http://127.0.0.1:1".to_owned()).await;
    let queues = async |options: &[&str]| {
        let (success, told) =
            home.run(&[&["queues", "--aws", "--profile", "process", "--stack"], options].concat(), &[]).await;
        assert!(success, "{options:?}: {told}");
        told
    };
    let told = queues(&["chathook"]).await;
    for expected in [
        "retry        3 waiting, 1 being tried, the oldest for 2 hours\n",
        "dead-letter  2 waiting\n",
        "CloudWatch does not say how old the oldest callback is: AccessDenied",
        "2 callbacks could not be stored in ten tries.",
        "--redrive",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(queues(&["chathook", "--redrive"]).await.contains("2 callbacks on the way back to the retry queue"));
    let told = queues(&["quiet", "--redrive"]).await;
    assert_eq!(told, "retry        0 waiting\ndead-letter  0 waiting\n");
    let told = queues(&["quiet", "--format", "json"]).await;
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["Redriven"], false);
    assert_eq!((&told["Retry"]["Waiting"], &told["Retry"]["OldestSeconds"]), (&json!(0), &Value::Null));

    let (success, told) = home.run(&["queues", "--aws", "--profile", "process", "--stack", "other"], &[]).await;
    assert!(!success && told.contains("has no output RetryQueueUrl"), "{told}");
    let (success, told) = home.run(&["queues", "--aws"], &[]).await;
    assert!(!success && told.contains("--stack <NAME>"), "{told}");
}
