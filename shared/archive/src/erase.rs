//! Erasing what a person sent.
//!
//! An item is blanked, not deleted. Who wrote, when and under which ids stays, with `ErasedAt`; all that was said goes.
//! So the other side's conversation keeps its order, and a callback that is repeated, queued or imported later meets
//! the item and cannot bring the text back. Edits are blanked like messages.
//!
//! An erasure goes page by page. Before the first item is blanked and after each page it writes its receipt, an item of
//! its own without any content, which says how far it came and how many items it blanked. So it can be interrupted at any
//! moment and goes on from there. The receipt stays.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::client::Archive;
use crate::error::ArchiveError;
use crate::indexes::{CONCURRENT_READS, IndexEntry, IndexQuery};
use crate::item::{ItemBuilder, ItemKey};
use crate::key_range::KeyRange;
use crate::keys::{self, ChangeKind, is_message};
use crate::merge::is_change_of;
use crate::message::StoredMessage;
use crate::query::MessageQuery;
use crate::schema::{RULES, SPANS, ViolationState};
use crate::violation_record::Reason;

/// The attributes that hold what was said, or tell where the sender was or which rules it was against.
const CONTENT: [&str; 12] = [
    "MsgBody",
    "Text",
    "CloudCustomData",
    "GroupAtInfo",
    "Extra",
    "ExtensionList",
    "ErrorInfo",
    "ClientIP",
    "OptPlatform",
    "RequestID",
    RULES,
    SPANS,
];

/// How a violation was dealt with if it was erased.
const ERASED: &str = "erased";

/// A request asks the index for this many items.
const ENTRIES_PER_PAGE: usize = 100;

/// How to find what a person sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// The table's index by account: reads only what the person sent.
    Index,
    /// A scan: reads the whole table.
    Scan,
}

impl Lookup {
    fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Scan => "scan",
        }
    }
}

/// Whether an erasure has a receipt in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receipt {
    None,
    Written,
    /// An erasure that was interrupted left it.
    Found,
}

/// The erasure of what one account sent, and how far it has come.
#[derive(Debug, Clone)]
pub struct Erasure {
    account: String,
    lookup: Lookup,
    started_at: u64,
    is_dry_run: bool,
    receipt: Receipt,
    is_finished: bool,
    previous: Option<u64>,
    cursor: Option<String>,
    messages: u64,
    changes: u64,
    scanned: u64,
}

impl Erasure {
    /// An erasure that counts what it would blank, and writes nothing.
    #[must_use]
    pub fn dry_run(account: &str, lookup: Lookup, now: u64) -> Self {
        Self { is_dry_run: true, ..Self::new(account, lookup, now) }
    }

    fn new(account: &str, lookup: Lookup, started_at: u64) -> Self {
        Self {
            account: account.to_owned(),
            lookup,
            started_at,
            is_dry_run: false,
            receipt: Receipt::None,
            is_finished: false,
            previous: None,
            cursor: None,
            messages: 0,
            changes: 0,
            scanned: 0,
        }
    }

    /// When it began, Unix seconds.
    #[must_use]
    pub fn started_at(&self) -> u64 {
        self.started_at
    }

    /// When the previous erasure of that account began, if it was finished, Unix seconds.
    #[must_use]
    pub fn previous(&self) -> Option<u64> {
        self.previous
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// Whether it was begun before and interrupted.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.receipt == Receipt::Found
    }

    /// How many messages it blanked, including those that failed or were refused.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// How many changes of them it blanked: edits, the recalls of one-to-one messages, and violations.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The receipt's `pk`; `None` if there was nothing to blank.
    #[must_use]
    pub fn receipt(&self) -> Option<String> {
        (self.receipt != Receipt::None).then(|| keys::erasures_of(&self.account))
    }

    /// How many items were looked at.
    #[must_use]
    pub fn scanned(&self) -> u64 {
        self.scanned
    }
}

/// An item to blank.
struct Target {
    key: ItemKey,
    /// Set if an erasure blanked it already.
    erased_at: Option<u64>,
}

impl Target {
    fn of(item: &StoredMessage) -> Self {
        Self { key: item.key(), erased_at: item.erased_at() }
    }

    fn is_change(&self) -> bool {
        !is_message(&self.key.sk) && !keys::is_refused(&self.key.sk)
    }
}

/// What a page found.
struct Found {
    keys: Vec<ItemKey>,
    /// How many items were looked at.
    scanned: u64,
    next_cursor: Option<String>,
}

impl Archive {
    /// Resumes the erasure of that account that was interrupted, or begins one. Nothing is written yet.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn begin_erasure(&self, account: &str, lookup: Lookup, now: u64) -> Result<Erasure, ArchiveError> {
        let receipts = self.all_in_range(&keys::erasures_of(account), &KeyRange::all()).await?;
        let mut erasure = Erasure::new(account, lookup, now);
        let Some(receipt) = receipts.last() else { return Ok(erasure) };
        let number = |name| receipt.number(name).unwrap_or(0);
        let began = number("StartedAt");
        let is_finished = receipt.attribute("FinishedAt").is_some();
        if is_finished || receipt.attribute("Lookup") != Some(lookup.as_str()) {
            erasure.started_at = now.max(began.saturating_add(1));
            erasure.previous = Some(began).filter(|_| is_finished);
            return Ok(erasure);
        }
        erasure.receipt = Receipt::Found;
        erasure.started_at = began;
        erasure.messages = number("Messages");
        erasure.changes = number("Changes");
        erasure.scanned = number("Scanned");
        erasure.cursor = receipt.attribute("Cursor").map(str::to_owned);
        Ok(erasure)
    }

    /// Does one page of an erasure, and writes its receipt. Call it until the erasure
    /// [is finished](Erasure::is_finished). After an error call it again: doing a page twice is safe.
    ///
    /// It may miss what is stored while it goes on. Begin another erasure after it.
    ///
    /// An edit in a group does not name the sender of the message. So it is not found if the archive lacks the message. If
    /// messages of several people share a `MsgSeq`, an edit counts as being of the account that made it.
    ///
    /// # Errors
    /// [`ArchiveError::IndexMissing`] if the table has no index by account; else that of a request.
    pub async fn erase_page(&self, erasure: &mut Erasure, now: u64) -> Result<(), ArchiveError> {
        let Found { keys, scanned, next_cursor } = match erasure.lookup {
            Lookup::Index => self.find_in_index(erasure).await?,
            Lookup::Scan => self.find_in_table(erasure).await?,
        };
        let found = stream::iter(keys).map(|key| self.targets(&erasure.account, key));
        let found: Vec<_> = found.buffered(CONCURRENT_READS).try_collect().await?;
        let targets: Vec<_> = found.into_iter().flatten().collect();
        if !targets.is_empty() && erasure.receipt == Receipt::None && !erasure.is_dry_run {
            self.write_receipt(erasure, now).await?;
        }
        let blanked = {
            let erasure = &*erasure;
            let blanked = stream::iter(targets).map(|target| async move {
                let is_new = match target.erased_at {
                    // By this erasure, before it was interrupted, or by a previous one.
                    Some(at) => at == erasure.started_at,
                    None => erasure.is_dry_run || self.blank(erasure, &target).await?,
                };
                Ok((target.is_change(), is_new))
            });
            blanked.buffer_unordered(CONCURRENT_READS).try_collect::<Vec<_>>().await?
        };
        // It has not come that far until the receipt says so.
        let mut further = erasure.clone();
        for (is_change, is_new) in blanked {
            *(if is_change { &mut further.changes } else { &mut further.messages }) += u64::from(is_new);
        }
        further.scanned += scanned;
        further.is_finished = next_cursor.is_none();
        further.cursor = next_cursor;
        // A scan has come some way even if it found nothing.
        let goes_on = further.lookup == Lookup::Scan && !further.is_finished;
        if (further.receipt != Receipt::None || goes_on) && !further.is_dry_run {
            self.write_receipt(&mut further, now).await?;
        }
        *erasure = further;
        Ok(())
    }

    /// A page of the index.
    async fn find_in_index(&self, erasure: &Erasure) -> Result<Found, ArchiveError> {
        let (query, all) = (IndexQuery::Account(&erasure.account), MessageQuery::default());
        let cursor = erasure.cursor.as_deref();
        let after = cursor.map(|cursor| IndexEntry::from_cursor(cursor, query, &all)).transpose()?;
        let (entries, more) = self.index_entries(query, &all, after, ENTRIES_PER_PAGE).await?;
        let scanned = entries.len() as u64;
        let keys = entries.into_iter().map(|entry| entry.key).collect();
        Ok(Found { keys, scanned, next_cursor: more.map(|entry| entry.cursor(query)) })
    }

    /// A page of the table itself.
    async fn find_in_table(&self, erasure: &Erasure) -> Result<Found, ArchiveError> {
        let mut request = self
            .patient
            .scan()
            .table_name(self.table_name())
            .filter_expression("From_Account = :account")
            .expression_attribute_values(":account", AttributeValue::S(erasure.account.clone()))
            .projection_expression("pk, sk");
        if let Some(cursor) = &erasure.cursor {
            let (pk, sk) = serde_json::from_str(cursor).map_err(|_| {
                ArchiveError::InvalidRequest("the erasure's receipt is damaged; delete it and begin again")
            })?;
            request = request.set_exclusive_start_key(Some(ItemKey { pk, sk }.to_item()));
        }
        let answer = request.send().await.map_err(|error| self.request("dynamodb:Scan").failed(&error))?;
        let next = answer.last_evaluated_key().and_then(ItemKey::of);
        Ok(Found {
            keys: answer.items().iter().filter_map(ItemKey::of).collect(),
            scanned: u64::try_from(answer.scanned_count()).unwrap_or(0),
            next_cursor: next.map(|ItemKey { pk, sk }| serde_json::json!([pk, sk]).to_string()),
        })
    }

    /// The item with that key, and what others wrote into that message by editing it. Of a message in a group also its
    /// edits and extensions, which do not name its sender.
    async fn targets(&self, account: &str, key: ItemKey) -> Result<Vec<Target>, ArchiveError> {
        let ItemKey { pk, sk } = key;
        let is_c2c = keys::is_c2c(&pk);
        let place = keys::place(&sk, is_c2c).filter(|_| is_c2c || is_message(&sk));
        let range = place.map_or_else(|| KeyRange::of_item(&sk), KeyRange::of_place);
        let there = self.all_in_range(&pk, &range).await?;
        let Some(item) = there.iter().find(|item| item.sort_key() == sk) else { return Ok(Vec::new()) };
        let kind = |item: &StoredMessage| ChangeKind::of(item.sort_key(), is_c2c);
        let beside = there.iter().filter(|change| {
            let is_by_others = match kind(change) {
                Some(ChangeKind::Edit | ChangeKind::Extension) => !is_c2c,
                Some(ChangeKind::Violation) => change.attribute("From_Account").map_or(!is_c2c, |author| {
                    author != account && change.attribute("Reason") == Some(Reason::Edited.as_str())
                }),
                Some(ChangeKind::Recall) | None => false,
            };
            let changed = || there.iter().filter(|other| is_message(other.sort_key()) && is_change_of(change, other));
            let is_own = |other: &&StoredMessage| other.from_account() == account;
            // The first of the account's items leads to the change, so that it counts once, even if the others are on
            // another page.
            let leader = if is_c2c {
                // All items but violations name the message's sender. Perhaps the message itself is not there.
                let sent = there.iter().filter(|other| kind(other) != Some(ChangeKind::Violation));
                sent.filter(|other| other.to_account() == change.to_account()).find(is_own)
            } else {
                changed().find(is_own)
            };
            let is_shared = !is_c2c && changed().any(|other| other.from_account() != account);
            is_by_others
                && leader.is_some_and(|leader| leader.sort_key() == sk)
                && (!is_shared || change.attribute("Operator_Account") == Some(account))
        });
        Ok([item].into_iter().chain(beside).map(Target::of).collect())
    }

    /// Blanks an item; false if it is gone.
    async fn blank(&self, erasure: &Erasure, target: &Target) -> Result<bool, ArchiveError> {
        // By placeholders, since some of the names are reserved words of DynamoDB.
        let name = |at| format!("#{at}");
        let names = CONTENT.iter().enumerate().map(|(at, attribute)| (name(at), (*attribute).to_owned())).collect();
        let removed = (0..CONTENT.len()).map(name).collect::<Vec<_>>().join(", ");
        // Nobody can work through a violation that says nothing any more.
        let is_violation = keys::violation_id(&target.key.sk).is_some();
        let closed = if is_violation {
            ", Outcome = :judged, JudgedHow = if_not_exists(JudgedHow, :how), JudgedAt = if_not_exists(JudgedAt, :at)"
        } else {
            ""
        };
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let values = [(":judged", ViolationState::Judged.as_str()), (":how", ERASED)];
        let values = values.into_iter().filter(|_| is_violation).map(|(name, value)| (name.to_owned(), text(value)));
        let at = AttributeValue::N(erasure.started_at.to_string());
        let written = self
            .patient
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(target.key.to_item()))
            .update_expression(format!("SET ErasedAt = :at{closed} REMOVE {removed}"))
            // Otherwise, an update would bring back an item that has expired.
            .condition_expression("attribute_exists(pk)")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values.chain([(":at".to_owned(), at)]).collect()))
            .send()
            .await;
        self.was_updated(written.map(|_| ()))
    }

    async fn write_receipt(&self, erasure: &mut Erasure, now: u64) -> Result<(), ArchiveError> {
        let mut receipt = ItemBuilder::default();
        receipt.key(keys::erasures_of(&erasure.account), keys::erasure_begun(erasure.started_at));
        receipt.text("Account", Some(&erasure.account));
        receipt.text("Lookup", Some(erasure.lookup.as_str()));
        receipt.number("StartedAt", Some(erasure.started_at));
        receipt.number("FinishedAt", Some(now).filter(|_| erasure.is_finished));
        receipt.number("Messages", Some(erasure.messages));
        receipt.number("Changes", Some(erasure.changes));
        receipt.number("Scanned", Some(erasure.scanned));
        receipt.text("Cursor", erasure.cursor.as_ref());
        self.patient
            .put_item()
            .table_name(self.table_name())
            .set_item(Some(receipt.build()))
            .send()
            .await
            .map_err(|error| self.request("dynamodb:PutItem").failed(&error))?;
        if erasure.receipt == Receipt::None {
            erasure.receipt = Receipt::Written;
        }
        Ok(())
    }
}
