//! The account on AWS: the program finds credentials, region and table wherever `aws` finds them.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use chathook_archive::{Archive, RawItem};
use chathook_tests::{binary, engine};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::process::Command;

/// A home folder with AWS profiles, and the program in it.
struct Home {
    folder: tempfile::TempDir,
    dynamodb: String,
    cloudformation: String,
}

impl Home {
    async fn new(dynamodb: String) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Self { folder, dynamodb, cloudformation: cloudformation().await };
        let process = home.path("credentials");
        let credentials = json!({"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "secret"});
        std::fs::write(&process, format!("#!/bin/sh\necho '{credentials}'\n")).expect("a file");
        std::fs::set_permissions(&process, std::fs::Permissions::from_mode(0o700)).expect("a script");
        std::fs::create_dir(home.path(".aws")).expect("a folder");
        let config = format!(
            "[profile process]\ncredential_process = {}\nregion = eu-central-1\n\
             [profile nowhere]\ncredential_process = {0}\n\
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
        let output = Command::new(binary("chathook"))
            .args(["messages", "list", "--c2c", "ada", "grace", "--aws"])
            .args(options)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb)
            .env("AWS_ENDPOINT_URL_CLOUDFORMATION", &self.cloudformation)
            .envs(environment.iter().copied())
            .output()
            .await
            .expect("chathook runs");
        let told = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&told).into_owned())
    }
}

/// A `CloudFormation` that knows the stacks `chathook` and `other`, and nobody but `AKIAPROCESS`.
async fn cloudformation() -> String {
    let answer = async |headers: HeaderMap, body: String| {
        let signature =
            headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let is_signed = signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIAPROCESS/")
            && signature.contains("/eu-central-1/cloudformation/aws4_request")
            && headers.contains_key("x-amz-date");
        let error = |code: &str, message: &str| {
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            )
        };
        if !is_signed {
            return error("AccessDenied", &format!("not for {signature}"));
        }
        let outputs = match body.as_str() {
            "Action=DescribeStacks&Version=2010-05-15&StackName=chathook" => {
                "<Outputs><member><OutputKey>TableName</OutputKey><OutputValue>messages</OutputValue></member></Outputs>"
            }
            "Action=DescribeStacks&Version=2010-05-15&StackName=other" => "",
            _ => return error("ValidationError", "Stack with id mistyped does not exist"),
        };
        format!(
            "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
             <Stacks><member>{outputs}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
        )
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(answer))).await });
    url
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
        (&["--table", "messages", "--profile", "mistyped"][..], &[][..], "there are: broken, nowhere, office, process"),
        (&["--table", "messages"], &[("AWS_PROFILE", "mistyped")], "there is no AWS profile mistyped"),
        (&["--table", "messages", "--profile", "office"], &[], "`aws sso login --profile office`"),
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
