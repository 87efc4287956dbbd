//! `chathook messages list`, `failed` and `recalled`: read pages of messages until there are enough, or for ever.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use chathook_archive::{Archive, ArchiveError, Conversation, Filter, MessageQuery, Outcome, Page, StoredMessage};
use chathook_moderation::NameKind;
use clap::{ArgGroup, Args};

use crate::clock::now;
use crate::conversation::{self, AsOptions, ConversationArguments};
use crate::display;
use crate::messages::read_receipts;
use crate::names;
use crate::output::{Format, json_line};
use crate::retry::is_temporary;
use crate::source::Source;
use crate::times::{Moment, Times, TimesArguments, moment};

/// How often `--follow` asks for new messages.
const POLL: Duration = Duration::from_secs(2);

/// How many it asks for at once: this many may come out of order.
const LOOK_BACK: usize = 50;

/// The page size if a filter may pass over most messages.
const LARGE_PAGE: usize = 500;

/// How many shown messages `--follow` remembers.
const REMEMBERED: usize = 10_000;

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    conversation: ConversationArguments,
    /// What this account sent, in any conversation; `list` needs the template's AccountIndex for it
    #[arg(long, value_name = "ACCOUNT", value_parser = names::account, conflicts_with_all = ["c2c", "group"])]
    account: Option<String>,
    /// At most this many
    #[arg(long, default_value = "50", value_name = "N", value_parser = limit)]
    limit: usize,
    /// Only those sent at this time or later (`recalled` of everybody: recalled then): RFC 3339, a date, or a Unix time
    /// in seconds or milliseconds
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from_time: Option<Moment>,
    /// Only those sent at this time or earlier; a date counts to its end
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to_time: Option<Moment>,
    /// Only those of this sender
    #[arg(long, value_name = "ACCOUNT", value_parser = names::account)]
    sender: Option<String>,
    /// Only those with an element of this MsgType, such as TIMImageElem
    #[arg(long, value_name = "TYPE", value_parser = names::element_type)]
    element: Option<String>,
    /// Only those whose text contains this, in any letter case
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
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

/// The options of `list`: those of the others, and `--follow`.
#[derive(Args)]
#[command(group = ArgGroup::new("whose").args(["c2c", "group", "account"]).required(true))]
pub struct Followed {
    #[command(flatten)]
    list: List,
    /// Show the newest messages, then each new one as it comes, and any of the newest 50 again when it is edited or
    /// recalled; as JSON, one object a line. In a group that numbers its messages, those without a number are not shown
    #[arg(long, conflicts_with_all = ["newest", "from_time", "to_time"])]
    follow: bool,
}

/// Whose messages to list.
pub enum Whose {
    /// Those of a conversation.
    Conversation(Conversation),
    /// Those that an account sent.
    Account(String),
    /// Those of everybody, with an outcome.
    Everybody,
}

impl Followed {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        if !self.follow {
            return self.list.run(None).await;
        }
        let source = self.list.source.open().await?;
        self.list.follow(source.archive(), &self.list.whose()).await
    }
}

impl List {
    /// Lists the messages with that outcome, or all.
    pub async fn run(&self, outcome: Option<Outcome>) -> anyhow::Result<ExitCode> {
        let (whose, times) = (self.whose(), self.times.times());
        let from_time = self.from_time.map(|moment| moment.first(&times)).transpose()?;
        let to_time = self.to_time.map(|moment| moment.last(&times)).transpose()?;
        if let (Some(from), Some(to)) = (from_time, to_time) {
            let [shown_from, shown_to] = [from, to].map(|time| times.show(time));
            ensure!(from <= to, "--from-time {shown_from} is after --to-time {shown_to}; exchange the two");
        }
        let source = self.source.open().await?;
        let query = MessageQuery {
            newest_first: self.newest,
            from_time,
            to_time,
            filter: Filter { outcome, ..self.filter() },
            ..MessageQuery::default()
        };
        let (messages, more) = list(source.archive(), &whose, query, self.limit).await?;
        display::print(&messages, self.format, &times)?;
        if messages.is_empty() {
            eprintln!("{}", self.nothing(source.archive(), &whose, outcome, (from_time, to_time), &times));
        }
        if let (Format::Table, Whose::Conversation(conversation), None) = (self.format, &whose, outcome) {
            read_receipts::print(source.archive(), conversation, &times).await?;
        }
        if more {
            eprintln!("more follow; ask for them with a higher --limit, or with --from-time or --to-time");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What was looked for and not found, and what may be wrong.
    fn nothing(
        &self,
        archive: &Archive,
        whose: &Whose,
        outcome: Option<Outcome>,
        (from_time, to_time): (Option<u64>, Option<u64>),
        times: &Times,
    ) -> String {
        let kind = match outcome {
            None => "message",
            Some(Outcome::Failed) => "message that did not arrive",
            Some(Outcome::Recalled) => "recalled message",
        };
        let mut sought = vec![match whose {
            Whose::Conversation(conversation) => format!("of {}", AsOptions(conversation)),
            Whose::Account(account) => format!("of {account}"),
            Whose::Everybody => "of anybody".to_owned(),
        }];
        sought.extend(self.sender.as_ref().map(|sender| format!("sent by {sender}")));
        sought.extend(self.element.as_ref().map(|element| format!("with an element {element}")));
        sought.extend(self.text.as_ref().map(|text| format!("with {text:?} in its text")));
        sought.extend(from_time.map(|time| format!("from {}", times.show(time))));
        sought.extend(to_time.map(|time| format!("to {}", times.show(time))));
        let known = NameKind::ElementType.known();
        let unknown = self.element.as_deref().filter(|element| !known.contains(element));
        let advice = match (unknown, whose) {
            (Some(element), _) => {
                format!("the platform documents no element type {element}, but {}", known.join(", "))
            }
            (None, Whose::Conversation(conversation)) => {
                format!("{}; `chathook messages conversations` lists all there are", conversation::advice(conversation))
            }
            (None, Whose::Account(_)) => "is the account spelled as the platform spells it?".to_owned(),
            (None, Whose::Everybody) => "that may well be right".to_owned(),
        };
        display::printable(&format!("{} holds no {kind} {}; {advice}", archive.table_name(), sought.join(", ")))
    }

    fn whose(&self) -> Whose {
        match (&self.account, self.conversation.conversation()) {
            (Some(account), _) => Whose::Account(account.clone()),
            (None, Some(conversation)) => Whose::Conversation(conversation),
            (None, None) => Whose::Everybody,
        }
    }

    fn filter(&self) -> Filter {
        Filter {
            from_account: self.sender.clone(),
            element_type: self.element.clone(),
            text: self.text.clone(),
            outcome: None,
        }
    }

    /// Shows what is new, for ever. Ends only with an error, or when the reader of our output goes away.
    async fn follow(&self, archive: &Archive, whose: &Whose) -> anyhow::Result<ExitCode> {
        let (filter, times) = (self.filter(), self.times.times());
        let mut seen = Seen::default();
        let mut troubled = false;
        loop {
            let first_only = if seen.has_begun() { usize::MAX } else { self.limit };
            match seen.look(archive, whose, self.limit).await {
                Ok(mut messages) => {
                    troubled = false;
                    messages.retain(|message| filter.matches(message));
                    let mut out = std::io::stdout().lock();
                    for message in &messages[messages.len().saturating_sub(first_only)..] {
                        match self.format {
                            Format::Table => writeln!(out, "{}", display::line(message, &times))?,
                            Format::Json => writeln!(out, "{}", json_line(message)?)?,
                        }
                    }
                    out.flush()?;
                }
                // Any other error would come back each time.
                Err(error)
                    if seen.has_begun()
                        && (is_temporary(&error) || matches!(error, ArchiveError::Unreachable { .. })) =>
                {
                    if !troubled {
                        eprintln!("chathook: {error}; asking again");
                    }
                    troubled = true;
                }
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

/// What `--follow` has shown.
#[derive(Default)]
struct Seen {
    /// A hash of each message, and the number of the poll that last had it among the newest.
    messages: HashMap<String, (u64, u64)>,
    /// How many polls succeeded.
    looks: u64,
}

impl Seen {
    fn has_begun(&self) -> bool {
        self.looks > 0
    }

    /// The messages that are new or have changed, oldest first; the first time at least the newest `limit`. A poll that
    /// fails changes nothing.
    async fn look(
        &mut self,
        archive: &Archive,
        whose: &Whose,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let size = if self.has_begun() { LOOK_BACK } else { limit.max(LOOK_BACK) };
        let mut query = MessageQuery { newest_first: true, limit: Some(size), ..MessageQuery::default() };
        let mut newest = Vec::new();
        loop {
            let page = page(archive, whose, &query).await?;
            newest.extend(page.messages);
            let oldest_is_new = newest.last().is_some_and(|oldest| !self.messages.contains_key(&key(oldest)));
            query.cursor = page.next_cursor.filter(|_| self.has_begun() && oldest_is_new);
            if query.cursor.is_none() {
                break;
            }
        }

        self.looks += 1;
        newest.retain(|message| {
            let mut hasher = DefaultHasher::new();
            // Every message can be serialised.
            serde_json::to_string(message).unwrap_or_default().hash(&mut hasher);
            let hash = hasher.finish();
            let before = self.messages.insert(key(message), (hash, self.looks));
            before.is_none_or(|(before, _)| before != hash)
        });
        if self.messages.len() > REMEMBERED {
            let looks = self.looks;
            self.messages.retain(|_, (_, last)| *last == looks);
        }
        newest.reverse();
        Ok(newest)
    }
}

fn key(message: &StoredMessage) -> String {
    ["pk", "sk"].map(|name| message.attribute(name).unwrap_or_default()).join(" ")
}

/// One page of messages.
async fn page(archive: &Archive, whose: &Whose, query: &MessageQuery) -> Result<Page, ArchiveError> {
    let now = now();
    match (whose, query.filter.outcome) {
        // A refused message has no MsgSeq, so it is not among the others.
        (Whose::Conversation(group @ Conversation::Group { .. }), Some(Outcome::Failed)) => {
            archive.refused_messages(group, query, now).await
        }
        (Whose::Conversation(conversation), _) => archive.messages(conversation, query, now).await,
        (Whose::Account(account), None) => archive.messages_sent_by(account, query, now).await,
        // Fewer messages have an outcome than an account sends.
        (Whose::Account(account), Some(outcome)) => {
            let filter = Filter { from_account: Some(account.clone()), ..query.filter.clone() };
            archive.messages_by_outcome(outcome, &MessageQuery { filter, ..query.clone() }, now).await
        }
        (Whose::Everybody, Some(outcome)) => archive.messages_by_outcome(outcome, query, now).await,
        (Whose::Everybody, None) => {
            Err(ArchiveError::InvalidRequest("everybody's messages are listed only if they failed or were recalled"))
        }
    }
}

/// Reads pages until there are `limit` messages. Also returns whether more follow.
async fn list(
    archive: &Archive,
    whose: &Whose,
    mut query: MessageQuery,
    limit: usize,
) -> anyhow::Result<(Vec<StoredMessage>, bool)> {
    let passes_over = {
        let Filter { from_account, element_type, text, outcome } = &query.filter;
        let is_all = matches!(whose, Whose::Everybody);
        from_account.is_some() || element_type.is_some() || text.is_some() || (outcome.is_some() && !is_all)
    };
    let mut messages = Vec::new();
    loop {
        query.limit = Some(if passes_over { LARGE_PAGE } else { limit - messages.len() });
        let page = page(archive, whose, &query).await?;
        messages.extend(page.messages);
        let more = messages.len() > limit || page.next_cursor.is_some();
        messages.truncate(limit);
        if page.next_cursor.is_none() || messages.len() == limit {
            return Ok((messages, more));
        }
        query.cursor = page.next_cursor;
    }
}

/// At least one.
pub fn limit(text: &str) -> anyhow::Result<usize> {
    match text.parse() {
        Ok(limit) if limit > 0 => Ok(limit),
        Ok(_) => anyhow::bail!("it is at least 1"),
        Err(_) => anyhow::bail!("write a number, a high one for all; `messages export` leaves nothing out"),
    }
}
