//! `chathook messages list` and its like: pages of messages until there are enough, or for ever.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use chathook_archive::{Archive, ArchiveError, Conversation, Filter, Listing, Outcome, Page, StoredMessage};
use clap::{ArgGroup, Args};

use clap::builder::NonEmptyStringValueParser;

use super::{Chosen, Format, Source, print, show, time};
use crate::patience::passes;

/// So often `--follow` asks for what is new.
const POLL: Duration = Duration::from_secs(2);

/// … and for so many messages at once: as many as may come out of order.
const LOOK_BACK: usize = 50;

/// Pages are this large where most of their messages may be passed over.
const LARGE_PAGE: usize = 500;

/// `--follow` forgets what was shown earlier than so many messages ago.
const REMEMBERED: usize = 10_000;

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    chosen: Chosen,
    /// What this account sent, in any conversation; `list` needs the template's AccountIndex for it
    #[arg(long, value_name = "ACCOUNT", value_parser = NonEmptyStringValueParser::new(), conflicts_with_all = ["c2c", "group"])]
    account: Option<String>,
    /// At most this many
    #[arg(long, default_value = "50", value_name = "N", value_parser = limit)]
    limit: usize,
    /// Only those sent at this time or later (`recalled` of everybody: recalled then): RFC 3339, or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = time)]
    from_time: Option<u64>,
    /// Only those sent at this time or earlier
    #[arg(long, value_name = "TIME", value_parser = time)]
    to_time: Option<u64>,
    /// Only those of this sender
    #[arg(long, value_name = "ACCOUNT")]
    sender: Option<String>,
    /// Only those with an element of this MsgType, such as TIMImageElem
    #[arg(long, value_name = "TYPE")]
    element: Option<String>,
    /// Only those with this in their text, in any letter case
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Newest first
    #[arg(long)]
    newest: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    source: Source,
}

/// `list` alone.
#[derive(Args)]
#[command(group = ArgGroup::new("whose").args(["c2c", "group", "account"]).required(true))]
pub struct Followed {
    #[command(flatten)]
    list: List,
    /// Show the newest messages, then each new one as it comes, and of the newest 50 each one again that was edited or
    /// recalled; as JSON one object a line. In a group that counts its messages, those without a number are not seen
    #[arg(long, conflicts_with_all = ["newest", "from_time", "to_time"])]
    follow: bool,
}

/// Whose messages to list.
pub enum Whose {
    /// Those of a conversation.
    Conversation(Conversation),
    /// What an account sent.
    Account(String),
    /// Everybody's, of those that became something.
    Everybody,
}

impl Followed {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        if !self.follow {
            return self.list.run(None).await;
        }
        let reading = self.list.source.open().await?;
        self.list.follow(reading.archive(), &self.list.whose()).await
    }
}

impl List {
    /// Lists those that became `outcome`, or all.
    pub async fn run(&self, outcome: Option<Outcome>) -> anyhow::Result<ExitCode> {
        let whose = self.whose();
        let reading = self.source.open().await?;
        let listing = Listing {
            newest_first: self.newest,
            from_time: self.from_time,
            to_time: self.to_time,
            filter: Filter { outcome, ..self.filter() },
            ..Listing::default()
        };
        let (messages, more) = list(reading.archive(), &whose, listing, self.limit).await?;
        print(&messages, self.format)?;
        if let (Format::Table, Whose::Conversation(conversation), None) = (self.format, &whose, outcome) {
            super::print_read_marks(reading.archive(), conversation).await?;
        }
        if more {
            eprintln!("more follow; ask for them with a higher --limit, or with --from-time or --to-time");
        }
        Ok(ExitCode::SUCCESS)
    }

    fn whose(&self) -> Whose {
        match (&self.account, self.chosen.conversation()) {
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

    /// Shows what is new, again and again; ends with an error, or with the reader of our output.
    async fn follow(&self, archive: &Archive, whose: &Whose) -> anyhow::Result<ExitCode> {
        let filter = self.filter();
        let mut seen = Seen::default();
        let mut troubled = false;
        loop {
            let first_only = if seen.has_begun() { usize::MAX } else { self.limit };
            match seen.look(archive, whose, self.limit).await {
                Ok(mut messages) => {
                    troubled = false;
                    messages.retain(|message| filter.includes(message));
                    let mut out = std::io::stdout().lock();
                    for message in &messages[messages.len().saturating_sub(first_only)..] {
                        match self.format {
                            Format::Table => writeln!(out, "{}", show::line(message))?,
                            Format::Json => writeln!(out, "{}", serde_json::to_string(message)?)?,
                        }
                    }
                    out.flush()?;
                }
                // Any other would come again and again.
                Err(error)
                    if seen.has_begun() && (passes(&error) || matches!(error, ArchiveError::Unreachable { .. })) =>
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
    /// What each message looked like, and at which look it was last among the newest.
    messages: HashMap<String, (u64, u64)>,
    /// How many looks went well.
    looks: u64,
}

impl Seen {
    fn has_begun(&self) -> bool {
        self.looks > 0
    }

    /// The messages that are new, or no longer what they were, oldest first; at first at least the newest `limit`. A look
    /// that fails has seen nothing.
    async fn look(
        &mut self,
        archive: &Archive,
        whose: &Whose,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let size = if self.has_begun() { LOOK_BACK } else { limit.max(LOOK_BACK) };
        let mut listing = Listing { newest_first: true, limit: Some(size), ..Listing::default() };
        let mut newest = Vec::new();
        loop {
            let page = page(archive, whose, &listing).await?;
            newest.extend(page.messages);
            let oldest_is_new = newest.last().is_some_and(|oldest| !self.messages.contains_key(&key(oldest)));
            listing.cursor = page.next.filter(|_| self.has_begun() && oldest_is_new);
            if listing.cursor.is_none() {
                break;
            }
        }

        self.looks += 1;
        newest.retain(|message| {
            let mut look = DefaultHasher::new();
            // A message that cannot be serialised looks the same always, and there is none.
            serde_json::to_string(message).unwrap_or_default().hash(&mut look);
            let look = look.finish();
            let before = self.messages.insert(key(message), (look, self.looks));
            before.is_none_or(|(before, _)| before != look)
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

/// One page of them.
async fn page(archive: &Archive, whose: &Whose, listing: &Listing) -> Result<Page, ArchiveError> {
    let now = crate::now_ms() / 1000;
    match (whose, listing.filter.outcome) {
        // These are kept apart, for a refused message has no MsgSeq.
        (Whose::Conversation(group @ Conversation::Group { .. }), Some(Outcome::Failed)) => {
            archive.refused(group, listing, now).await
        }
        (Whose::Conversation(conversation), _) => archive.messages(conversation, listing, now).await,
        (Whose::Account(account), None) => archive.sent_by(account, listing, now).await,
        // There are fewer of these than of what an account sends.
        (Whose::Account(account), Some(outcome)) => {
            let filter = Filter { from_account: Some(account.clone()), ..listing.filter.clone() };
            archive.that_became(outcome, &Listing { filter, ..listing.clone() }, now).await
        }
        (Whose::Everybody, Some(outcome)) => archive.that_became(outcome, listing, now).await,
        (Whose::Everybody, None) => {
            Err(ArchiveError::Question("everybody's messages are listed only if they failed or were recalled"))
        }
    }
}

/// Pages until there are `limit`; gives also whether more follow.
async fn list(
    archive: &Archive,
    whose: &Whose,
    mut listing: Listing,
    limit: usize,
) -> anyhow::Result<(Vec<StoredMessage>, bool)> {
    let passes_over = {
        let Filter { from_account, element_type, text, outcome } = &listing.filter;
        let is_all = matches!(whose, Whose::Everybody);
        from_account.is_some() || element_type.is_some() || text.is_some() || (outcome.is_some() && !is_all)
    };
    let mut messages = Vec::new();
    loop {
        listing.limit = Some(if passes_over { LARGE_PAGE } else { limit - messages.len() });
        let page = page(archive, whose, &listing).await?;
        messages.extend(page.messages);
        let more = messages.len() > limit || page.next.is_some();
        messages.truncate(limit);
        if page.next.is_none() || messages.len() == limit {
            return Ok((messages, more));
        }
        listing.cursor = page.next;
    }
}

/// At least one.
fn limit(text: &str) -> anyhow::Result<usize> {
    let limit: usize = text.parse()?;
    anyhow::ensure!(limit > 0, "at least 1");
    Ok(limit)
}
