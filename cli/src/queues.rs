//! `chathook queues`: what could not be stored yet.

use std::process::ExitCode;

use chathook_archive::{Queue, QueueSize};
use clap::{ArgGroup, Args};
use jiff::Timestamp;
use serde_json::json;

use crate::aws_account::{AwsAccount, AwsOptions};
use crate::aws_query;
use crate::color::{BAD, CHANGED, GOOD, paint};
use crate::output::{Format, print_json};
use crate::progress::count;

/// Show what waits in a stack's queues, and try again what was given up
///
/// A callback that the table did not take waits in the retry queue, and the function `redrive` stores it. After ten tries
/// it goes to the dead-letter queue, where it stays for 14 days from its arrival. SQS tells approximate numbers, and ages
/// that are a few minutes old.
#[derive(Args)]
#[command(group = ArgGroup::new("which_stack").args(["stack"]).required(true), after_help = "Examples:\n  \
chathook queues --aws --stack chathook\n  chathook queues --aws --stack chathook --redrive\n\n\
Redriving stores each message once, however often it is done. If a callback comes back, the log of the function \
`redrive` says why.")]
pub struct Arguments {
    /// The queues on AWS, with the region and credentials that the `aws` program uses; there are none elsewhere
    #[arg(long, required = true)]
    aws: bool,
    #[command(flatten)]
    options: AwsOptions,
    /// Move what is in the dead-letter queue back to the retry queue
    #[arg(long)]
    redrive: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What is in a queue.
struct Content {
    size: QueueSize,
    /// How long the oldest message has been there, in seconds; `None` if CloudWatch does not say.
    oldest: Option<u64>,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let account = arguments.options.account().await?;
    let Some(stack) = arguments.options.stack(&account).await? else { return Ok(ExitCode::FAILURE) };
    let (retry, dead) = (stack.retry_queue()?, stack.dead_letter_queue()?);
    let (waits, given_up) = (content(&account, retry).await?, content(&account, dead).await?);
    let is_redriven = arguments.redrive && given_up.size.waiting > 0;
    if is_redriven {
        Queue::with_config(dead, &account.config).redrive().await?;
    }
    if arguments.format == Format::Json {
        let json = |url, content: &Content| {
            let Content { size: QueueSize { waiting, in_flight }, oldest } = content;
            json!({"Url": url, "Waiting": waiting, "InFlight": in_flight, "OldestSeconds": oldest})
        };
        print_json(
            &json!({"Retry": json(retry, &waits), "DeadLetter": json(dead, &given_up), "Redriven": is_redriven}),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let show = |name, style, content: &Content| {
        let waiting = content.size.waiting;
        let style = if waiting == 0 { GOOD } else { style };
        anstream::println!("{name:<12} {}{}", paint(style, format!("{waiting} waiting")), content.details());
    };
    show("retry", CHANGED, &waits);
    show("dead-letter", BAD, &given_up);
    match given_up.size.waiting {
        0 => {}
        number if is_redriven => {
            println!("{} on the way back to the retry queue, to be stored from there", count(number, "callback"));
        }
        number => println!(
            "{} could not be stored in ten tries. The log of the function `redrive` says why. Mend it, then give --redrive.",
            count(number, "callback")
        ),
    }
    Ok(ExitCode::SUCCESS)
}

async fn content(account: &AwsAccount, url: &str) -> anyhow::Result<Content> {
    let size = Queue::with_config(url, &account.config).size().await?;
    let oldest = if size == (QueueSize { waiting: 0, in_flight: 0 }) {
        None
    } else {
        oldest(account, url).await.unwrap_or_else(|error| {
            // The rest is worth knowing all the same.
            eprintln!("CloudWatch does not say how old the oldest callback is: {error:#}");
            None
        })
    };
    Ok(Content { size, oldest })
}

/// How long the oldest message of the queue with that URL has been there, in seconds.
async fn oldest(account: &AwsAccount, url: &str) -> anyhow::Result<Option<u64>> {
    let name = url.rsplit('/').next().unwrap_or(url);
    let request = aws_query::age_of_oldest_message(account, name, Timestamp::now())?;
    aws_query::largest(&tokio::task::spawn_blocking(|| request.send()).await??)
}

impl Content {
    /// What there is to say beside the number that wait, as the end of a line.
    fn details(&self) -> String {
        let in_flight = Some(self.size.in_flight).filter(|number| *number > 0);
        let in_flight = in_flight.map(|number| format!(", {number} being tried"));
        let oldest = self.oldest.map(|seconds| format!(", the oldest for {}", duration(seconds)));
        [in_flight, oldest].into_iter().flatten().collect()
    }
}

/// A time as people say it, in the largest unit of which there is one.
fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let unit = units.into_iter().find(|(length, _)| seconds >= *length);
    unit.map_or_else(|| count(seconds, "second"), |(length, name)| count(seconds / length, name))
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn a_duration_is_told_in_one_unit() {
        for (seconds, expected) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (7199, "1 hour"),
            (7200, "2 hours"),
            (1_209_600, "14 days"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
    }
}
