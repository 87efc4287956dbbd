//! `chathook serve`: the webhook on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use chathook_endpoint::{Settings, lambda};
use clap::Args;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::color::{BAD, paint};
use crate::defaults::{DATA_FOLDER, DEMO_APP_ID, DEMO_TOKEN, TABLE};
use crate::invocation::program;
use crate::live_rules::LiveRules;
use crate::live_view::LiveView;
use crate::local_webhook::{LocalWebhook, Storage};
use crate::running_serve::RunningServe;

/// Run the webhook on this machine: the functions' own handlers over plain HTTP, with a DynamoDB inside
///
/// `/` takes every command. `/c2c-before-send`, `/group-before-send`, `/c2c-after-send` and `/group-after-send` take
/// one each, and `/after-change` takes the commands for later changes, as the functions do. The settings are the
/// functions' environment variables. Without SDK_APP_ID and CALLBACK_TOKEN it runs for a demo app, on loopback only.
/// Each callback is one line: what it is, what became of it, and whose it is. The rules are read again when their file
/// changes. Ctrl-C stops it.
#[derive(Args)]
pub struct Arguments {
    /// Where to listen for callbacks
    #[arg(long, default_value = "127.0.0.1:9000", value_name = "ADDRESS", value_parser = address)]
    listen: SocketAddr,

    /// Where the embedded DynamoDB listens, for `aws dynamodb --endpoint-url http://ADDRESS`
    #[arg(long, default_value = "127.0.0.1:8000", value_name = "ADDRESS", value_parser = address, conflicts_with = "dynamodb_endpoint")]
    dynamodb_listen: SocketAddr,

    /// The folder in which the embedded DynamoDB stores its data
    #[arg(long, default_value = DATA_FOLDER, value_name = "DIR")]
    data: PathBuf,

    /// Store nothing on disk; all records are gone at the end
    #[arg(long, conflicts_with_all = ["data", "dynamodb_endpoint"])]
    in_memory: bool,

    /// Use this DynamoDB instead of the embedded one
    #[arg(long, value_name = "URL")]
    dynamodb_endpoint: Option<String>,

    /// The moderation rules; by default RULES_PATH, else rules/rules.toml in this folder, else built-in examples
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// Do not show what messages say
    #[arg(long)]
    no_text: bool,

    /// Print a JSON object for each callback, for programs. The first object says where the webhook and the table are;
    /// those with a RulesPath, that the rules were read again or are broken
    #[arg(long)]
    json: bool,
}

/// An address to listen on.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        let port = text.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok()).unwrap_or("9000");
        format!("an address is an IP address and a port; write 127.0.0.1:{port}, or 0.0.0.0:{port} for every network")
    })
}

pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let is_colored = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_colored).with_target(false);
    // The view already shows the handlers' warnings. The engine logs every repeated message as an error.
    let wanted = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("chathook_endpoint", LevelFilter::ERROR)
        .with_target("dynoxide", LevelFilter::OFF);
    tracing_subscriber::registry().with(log).with(wanted).init();
    lambda::log_panics_by_place();
    serve(arguments).await
}

async fn serve(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { listen, dynamodb_listen, data, in_memory, dynamodb_endpoint, rules, no_text, json } = arguments;
    let (settings, is_demo) = settings(listen, dynamodb_listen)?;
    let view = Arc::new(LiveView { json, with_text: !no_text });
    let is_named = rules.is_some() || variable("RULES_PATH").is_some();
    let rules_path = rules.unwrap_or_else(|| settings.rules_path.clone());
    let (rules, rules_are) = LiveRules::start(rules_path, !is_named, Arc::clone(&view))?;
    let storage = match dynamodb_endpoint {
        Some(url) => Storage::Endpoint(url),
        None if in_memory => Storage::Memory { listen: dynamodb_listen },
        None => Storage::Folder { listen: dynamodb_listen, folder: data.clone() },
    };
    let other = RunningServe::find(&data);
    if let (Storage::Folder { .. }, Some(other)) = (&storage, &other) {
        bail!(
            "a serve runs on {} with the data in {}; stop it, or give another folder with --data",
            other.webhook,
            data.display()
        );
    }
    let app_id = settings.sdk_app_id.clone();
    let is_signed = !settings.tokens.is_empty();
    if !is_signed {
        anstream::eprintln!("{}", paint(BAD, Settings::UNSIGNED));
    }
    let moderator = Arc::clone(&rules);
    let webhook = LocalWebhook::start(listen, &storage, settings, moderator, Some(view)).await?;
    // Before it says that it listens, since a program may stop it at once.
    let interrupted = interrupted()?;
    // `send` and `messages` find it by this. If it fails, their options can name it.
    let this = RunningServe { webhook: webhook.url.clone(), dynamodb: webhook.dynamodb.clone() };
    let is_announced = other.is_none() && this.announce(&data).is_ok();

    if json {
        println!("{}", serde_json::json!({"Webhook": webhook.url, "DynamoDB": webhook.dynamodb, "Rules": rules_are}));
    } else {
        if is_demo {
            println!(
                "app: the demo's, {DEMO_APP_ID} with the token {DEMO_TOKEN}; set SDK_APP_ID and CALLBACK_TOKEN for yours"
            );
        }
        println!("rules: {rules_are}");
        println!(
            "records:\n  AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws dynamodb scan \\\n  \
             --table-name {} --endpoint-url {}",
            webhook.archive.table_name(),
            webhook.dynamodb
        );
        println!("try it:\n{}", curl(&webhook.url, &app_id, is_demo, is_signed));
        println!("or, in another terminal:\n  {} trigger c2c --from ada --to grace \"Lunch at noon?\"", program());
        println!("listening on {}", webhook.url);
    }
    tokio::select! {
        () = interrupted => {}
        () = rules.watch() => {}
    }
    webhook.stop().await?;
    if is_announced {
        RunningServe::withdraw(&data);
    }
    Ok(ExitCode::SUCCESS)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The settings of the environment, or those of the demo app when there is neither an app nor a token.
fn settings(listen: SocketAddr, dynamodb_listen: SocketAddr) -> anyhow::Result<(Settings, bool)> {
    let is_demo = ["SDK_APP_ID", "CALLBACK_TOKEN", "ALLOW_UNSIGNED"].into_iter().all(|name| variable(name).is_none());
    let is_local = listen.ip().is_loopback() && dynamodb_listen.ip().is_loopback();
    if is_demo && !is_local {
        bail!(
            "without SDK_APP_ID and CALLBACK_TOKEN only loopback is served, since everybody knows the demo token; set both"
        );
    }
    let settings = Settings::read(|name| match (name, is_demo) {
        ("SDK_APP_ID", true) => Some(DEMO_APP_ID.to_owned()),
        ("CALLBACK_TOKEN", true) => Some(DEMO_TOKEN.to_owned()),
        ("TABLE_NAME", _) => variable(name).or_else(|| Some(TABLE.to_owned())),
        _ => variable(name),
    })?;
    Ok((settings, is_demo))
}

/// A command line that signs and posts a message. Shows no token but the demo's.
fn curl(url: &str, app_id: &str, is_demo: bool, is_signed: bool) -> String {
    let token = if is_demo { DEMO_TOKEN } else { "$CALLBACK_TOKEN" };
    let mut prepare = String::new();
    let mut signature = "";
    if is_signed {
        prepare = format!(
            "  T=$(date +%s); S=$(printf %s \"{token}$T\" | (sha256sum 2>/dev/null || shasum -a 256) | cut -c1-64)\n"
        );
        signature = "&RequestTime=$T&Sign=$S";
    }
    format!(
        "{prepare}  curl \"{url}/?SdkAppid={app_id}&CallbackCommand=C2C.CallbackBeforeSendMsg&contenttype=json{signature}\" -d \\\n  \
         '{{\"CallbackCommand\":\"C2C.CallbackBeforeSendMsg\",\"From_Account\":\"ada\",\"To_Account\":\"grace\",\
         \"MsgBody\":[{{\"MsgType\":\"TIMTextElem\",\"MsgContent\":{{\"Text\":\"hello\"}}}}]}}'"
    )
}

/// Notes Ctrl-C, and the signal that service managers send, from now on. The future waits for one.
fn interrupted() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
