//! `chathook recover`: stores what a function could only log.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use chathook_endpoint::{Archiver, Endpoint, Moderator, Outcome, Settings};
use chathook_protocol::Command;
use clap::Args;
use tokio::time::Instant;

use crate::clock::now;
use crate::defaults::DEMO_APP_ID;
use crate::display::printable;
use crate::input;
use crate::lost_log::LostLog;
use crate::source::Source;

/// Store callbacks from the `lost` records of a function's log
///
/// A function logs a message in this way when neither the table nor the queue took it. Storing one twice does no harm,
/// so a log may be given again, and logs may overlap. `RETENTION_DAYS` and `STORE_ONLINE_ONLY` apply as in the
/// functions. With --rules, what people can see is judged as the functions do.
#[derive(Args)]
#[command(after_help = "Reads lines as a function or `serve` writes them, with anything before them, and what \
`aws logs filter-log-events` prints.\n\nExample:\n  \
aws logs filter-log-events --log-group-name GROUP --filter-pattern '{ $.message = \"lost\" }' >log.json\n  \
chathook recover log.json --aws --stack chathook")]
pub struct Arguments {
    /// The log; `-` is standard input
    #[arg(value_name = "LOGFILE")]
    log: PathBuf,
    /// Judge what was lost by these rules, and store what is against them as a violation
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// How long one callback may take: a person waits for it, not the platform.
const TIME_PER_CALLBACK: Duration = Duration::from_secs(30);

pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let log = input::read(&arguments.log).with_context(|| format!("cannot read {}", arguments.log.display()))?;
    // Other programs may write to the log too, perhaps not in UTF-8.
    let lost = LostLog::parse(&String::from_utf8_lossy(&log));
    ensure!(
        !lost.records.is_empty(),
        "{} has no `lost` record in it; give a function's log as `aws logs filter-log-events` prints it, with the \
         filter that --help shows",
        arguments.log.display()
    );
    let rules = arguments.rules.as_deref().map(crate::rules::load::rules).transpose()?;
    let source = arguments.source.open().await?;
    let archive = source.archive().patient();
    let settings = Arc::new(Settings::read(|name| match name {
        // The sender was verified before the callback was lost.
        "SDK_APP_ID" => Some(DEMO_APP_ID.to_owned()),
        "ALLOW_UNSIGNED" => Some("true".to_owned()),
        "RETENTION_DAYS" | "STORE_ONLINE_ONLY" => std::env::var(name).ok(),
        _ => None,
    })?);
    let archiver = Archiver::new(archive.clone(), Arc::clone(&settings));
    let archiver = if let Some(rules) = rules { archiver.judging(Moderator::new(rules)) } else { archiver };
    let endpoint = Endpoint::new(settings).route(&Command::AFTER, archiver);
    let (mut stored, mut there, mut skipped, mut failed) = (0, 0, 0, 0);
    for (id, record) in lost.records {
        let result = match record.into_callback(&id, now()) {
            Ok(lost) => endpoint.redrive(&lost, Instant::now() + TIME_PER_CALLBACK).await.map_err(anyhow::Error::from),
            Err(error) => Err(error),
        };
        match result {
            Ok(Outcome::StoredBefore) => there += 1,
            Ok(Outcome::Skipped) => skipped += 1,
            Ok(_) => stored += 1,
            Err(error) => {
                failed += 1;
                eprintln!("request {}: {}", printable(&id.request), printable(&format!("{error:#}")));
            }
        }
    }
    print!("{stored} stored in {}, {there} there already, {failed} not stored", archive.table_name());
    match skipped {
        0 => println!(),
        _ => println!(", {skipped} left out, since STORE_ONLINE_ONLY is false"),
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
