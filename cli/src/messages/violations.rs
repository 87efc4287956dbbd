//! `chathook messages violations` and `judge`: what people can see although the rules are against it, and what somebody
//! did about it.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use chathook_archive::{Archive, Filter, Finding, Judgement, MessageQuery, Violation, ViolationState};
use clap::{Args, ValueEnum};

use crate::clock::now;
use crate::color::{BAD, CHANGED, DIM, GOOD, paint};
use crate::conversation::{AsOptions, ConversationArguments};
use crate::display::{self, printable};
use crate::messages::list::limit;
use crate::names;
use crate::output::{Format, print_json};
use crate::progress::count;
use crate::source::Source;
use crate::times::{Moment, Times, TimesArguments, moment};

/// As much of an id is shown. It names one of millions.
const SHOWN_ID: usize = 12;

/// As much of an id is needed.
const SHORTEST_ID: usize = 4;

/// What people can see although the rules are against it, oldest first, until somebody has judged it
///
/// The functions judge what they store by the same rules as before a message is sent. A message may come past the rules,
/// and an edit always does. `perhaps` marks what nobody can decide: the rules are newer than the message, or the callback
/// of an edit does not say whether a rule is for it.
#[derive(Args)]
#[command(after_help = "Examples:\n  chathook messages violations\n  chathook messages violations --account ada\n  \
chathook messages judge 3f2a91bc04de --how taken-back")]
pub struct Arguments {
    #[command(flatten)]
    conversation: ConversationArguments,
    /// What this account sent, or wrote by editing
    #[arg(long, value_name = "ACCOUNT", value_parser = names::account, conflicts_with_all = ["c2c", "group"])]
    account: Option<String>,
    /// Those that somebody has judged, in place of those that nobody has
    #[arg(long)]
    judged: bool,
    /// At most this many
    #[arg(long, default_value = "50", value_name = "N", value_parser = limit)]
    limit: usize,
    /// Only what people saw first at this time or later: RFC 3339, a date, or a Unix time in seconds or milliseconds
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from_time: Option<Moment>,
    /// Only what people saw first at this time or earlier; a date counts to its end
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to_time: Option<Moment>,
    /// Newest first
    #[arg(long)]
    newest: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    times: TimesArguments,
    #[command(flatten)]
    source: Source,
}

/// Mark violations as judged, with who did it and how
///
/// Nothing is done to the message itself: recall it on the platform first, if it is to be taken back.
#[derive(Args)]
#[command(after_help = "Example:\n  chathook messages judge 3f2a91bc04de --how left --by grace")]
pub struct Judge {
    /// The ids that `messages violations` shows, or their beginnings
    #[arg(value_name = "ID", required = true, value_parser = id)]
    ids: Vec<String>,
    /// What was done
    #[arg(long, value_enum)]
    how: How,
    /// Who did it; by default you, under the name that this system has for you
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    source: Source,
}

/// How somebody dealt with a violation.
#[derive(Clone, Copy, ValueEnum)]
enum How {
    /// The message was recalled or changed
    TakenBack,
    /// The message may stay
    Left,
    /// The rule should not have hit
    WrongRule,
}

impl How {
    const fn as_str(self) -> &'static str {
        match self {
            Self::TakenBack => "taken-back",
            Self::Left => "left",
            Self::WrongRule => "wrong-rule",
        }
    }
}

impl Arguments {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        let times = self.times.times();
        let from_time = self.from_time.map(|moment| moment.first(&times)).transpose()?;
        let to_time = self.to_time.map(|moment| moment.last(&times)).transpose()?;
        let source = self.source.open().await?;
        let archive = source.archive();
        let query = MessageQuery {
            newest_first: self.newest,
            from_time,
            to_time,
            filter: Filter { from_account: self.account.clone(), ..Filter::default() },
            ..MessageQuery::default()
        };
        let (violations, more) = self.list(archive, query).await?;
        match self.format {
            Format::Json => print_json(&violations)?,
            Format::Table => {
                let mut out = anstream::stdout().lock();
                for violation in &violations {
                    write!(out, "{}", details(violation, &times))?;
                }
                let number = violations.len() as u64;
                writeln!(out, "{}", count(number, if self.judged { "judged violation" } else { "open violation" }))?;
            }
        }
        if violations.is_empty() {
            let kind = if self.judged { "judged" } else { "open" };
            let whose = match (self.conversation.conversation(), &self.account) {
                (Some(conversation), _) => format!("of {}", AsOptions(&conversation)),
                (None, Some(account)) => format!("of {account}"),
                (None, None) => "of anybody".to_owned(),
            };
            let said = format!("{} holds no {kind} violation {whose}; that may well be right", archive.table_name());
            eprintln!("{}", printable(&said));
        }
        if more {
            eprintln!("more follow; ask for them with a higher --limit, or with --from-time or --to-time");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Reads pages until there are enough. Also returns whether more follow.
    async fn list(&self, archive: &Archive, mut query: MessageQuery) -> anyhow::Result<(Vec<Violation>, bool)> {
        let state = if self.judged { ViolationState::Judged } else { ViolationState::Open };
        let conversation = self.conversation.conversation();
        let mut violations = Vec::new();
        loop {
            query.limit = Some(self.limit - violations.len());
            let page = archive.violations(state, conversation.as_ref(), &query, now()).await?;
            violations.extend(page.violations);
            query.cursor = page.next_cursor;
            if query.cursor.is_none() || violations.len() == self.limit {
                return Ok((violations, query.cursor.is_some()));
            }
        }
    }
}

impl Judge {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        let name = |variable| std::env::var(variable).ok().filter(|name| !name.is_empty());
        let by = self.by.clone().or_else(|| ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(name));
        let by = by.context("this system has no name for you; say with --by who judged them")?;
        let source = self.source.open().await?;
        let archive = source.archive();
        for id in &self.ids {
            let found = archive.violations_by_id(id, ViolationState::Open, now()).await?;
            ensure!(found.len() < 2, "several violations have an id that begins with {id}; give more of it");
            let judgement = Judgement { by: &by, how: self.how.as_str(), at: now() };
            let is_judged = match found.first() {
                Some(violation) => archive.judge_violation(&violation.key(), &judgement).await?,
                None => false,
            };
            ensure!(
                is_judged,
                "{} has no open violation {id}; `chathook messages violations` lists them, with --judged those that \
                 somebody has judged",
                archive.table_name()
            );
            println!("{id}: {} by {}", judgement.how, printable(&by));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A violation in lines of its own: when and whose, what the message says now, and what the rules have against it.
fn details(violation: &Violation, times: &Times) -> String {
    let finding = violation.finding();
    // The table may not have the message. Its ids and accounts are known all the same.
    let message = violation.message().unwrap_or(violation.item());
    let at = finding.occurred_at().map_or_else(String::new, |at| format!("{}  ", times.show(at)));
    let mut lines = vec![printable(&format!("{at}{} to {}", message.from_account(), display::recipient(message)))];
    lines.extend(message.text().lines().map(|line| format!("  {}", printable(line))));
    let mut put = |name: &str, value: &dyn Display| {
        lines.push(format!("  {} {value}", paint(DIM, format!("{name}:"))));
    };
    put("Against", &paint(BAD, printable(&against(finding))));
    put("Came past", &came(finding.reason()));
    let result = display::result(message, times);
    if !result.is_empty() {
        put("Result", &printable(&result));
    }
    for name in ["MsgKey", "MsgSeq", "Operator_Account"] {
        if let Some(value) = finding.attribute(name) {
            put(name, &printable(value));
        }
    }
    if finding.state() == ViolationState::Judged {
        let by = finding.judged_by().map_or_else(String::new, |account| format!(" by {account}"));
        let at = finding.judged_at().map_or_else(String::new, |at| format!(" {}", times.show(at)));
        let how = printable(&format!("{}{by}{at}", finding.judged_how().unwrap_or("judged")));
        put("Judged", &paint(GOOD, how));
    }
    put("Id", &paint(CHANGED, finding.id().get(..SHOWN_ID).unwrap_or(finding.id())));
    lines.join("\n") + "\n"
}

/// `adverts (reject)`
fn against(finding: Finding<'_>) -> String {
    let why = match finding.undecided() {
        None => "",
        Some("newer_rules") => "; perhaps, since the rules are newer than the message",
        Some("beside") => "; perhaps, since it stands beside what was read of the message",
        Some(_) => "; perhaps, since the callback does not say whether the rule is for it",
    };
    format!("{} ({}){why}", finding.rules().join(", "), finding.verdict())
}

/// How it may have come past the rules.
fn came(reason: &str) -> &str {
    match reason {
        "edited" => "edited, and edits have no before-callback",
        "extended" => "attached to the message, which has no before-callback",
        "sent_by_rest" => "sent by the app's server, which may switch the callback off",
        _ => "no reason known: was the before-callback on, and answered in time?",
    }
}

/// The beginning of an id.
fn id(text: &str) -> anyhow::Result<String> {
    let is_id = text.len() >= SHORTEST_ID && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(is_id, "an id has at least {SHORTEST_ID} hexadecimal digits; `chathook messages violations` shows them");
    Ok(text.to_ascii_lowercase())
}
