//! Erasing what a person sent.
//!
//! An item is blanked, not deleted: who, when and under which ids stays, with `ErasedAt`, and all that was said goes. So
//! the other side's conversation keeps its order, and a callback that is repeated, parked or imported later meets the
//! item and cannot bring the text back. Edits are blanked like messages.
//!
//! An erasure goes page by page. After each page its receipt, an item of its own without any content, says how far it
//! came and how many items it blanked; so it can be interrupted at any moment and goes on there. The receipt stays.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, TableDescription};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::across::{AT_A_TIME, Entry, Index};
use crate::client::patient;
use crate::keys::{self, Kind, Range, is_message};
use crate::merge::is_of;
use crate::record::Fields;
use crate::walk::text;
use crate::{Archive, ArchiveError, Listing, StoredMessage};

/// When the erasure began that blanked an item, Unix seconds; of one account no two have the same.
pub(crate) const ERASED_AT: &str = "ErasedAt";

/// What is said in a message or an edit, or tells where its sender was.
pub(crate) const CONTENT: [&str; 9] =
    ["MsgBody", "Text", "CloudCustomData", "GroupAtInfo", "Extra", "ErrorInfo", "ClientIP", "OptPlatform", "RequestID"];

/// The index is asked for so many items at once.
const PAGE: usize = 100;

/// DynamoDB reads so many bytes for one unit when it need not be up to date to the second.
const BYTES_PER_READ_UNIT: u64 = 8 * 1024;

/// How to find what a person sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// The table's index by account: reads only what the person sent.
    Index,
    /// Reading the whole table.
    Scan,
}

impl Through {
    fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Scan => "scan",
        }
    }
}

/// The erasure of what one account sent, and how far it has come.
#[derive(Debug, Clone)]
pub struct Erasure {
    account: String,
    through: Through,
    started_at: u64,
    is_rehearsal: bool,
    is_taken_up: bool,
    is_finished: bool,
    cursor: Option<String>,
    messages: u64,
    changes: u64,
    scanned: u64,
}

impl Erasure {
    /// One that counts what it would blank, and writes nothing.
    #[must_use]
    pub fn rehearsal(account: &str, through: Through, now: u64) -> Self {
        Self { is_rehearsal: true, ..Self::new(account, through, now) }
    }

    fn new(account: &str, through: Through, started_at: u64) -> Self {
        Self {
            account: account.to_owned(),
            through,
            started_at,
            is_rehearsal: false,
            is_taken_up: false,
            is_finished: false,
            cursor: None,
            messages: 0,
            changes: 0,
            scanned: 0,
        }
    }

    /// When it was begun, Unix seconds.
    #[must_use]
    pub fn started_at(&self) -> u64 {
        self.started_at
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// Whether it was begun before and interrupted.
    #[must_use]
    pub fn is_taken_up(&self) -> bool {
        self.is_taken_up
    }

    /// How many messages it blanked, those that failed or were refused included.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// How many changes of these it blanked: edits, and the recalls of one-to-one messages.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The receipt's `pk`.
    #[must_use]
    pub fn receipt(&self) -> String {
        keys::erasure(&self.account)
    }

    /// How many items were looked at since this program began or took it up.
    #[must_use]
    pub fn scanned(&self) -> u64 {
        self.scanned
    }
}

/// How large a table is, as DynamoDB last reckoned some hours ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Items of every kind.
    pub items: u64,
    /// Bytes of them together.
    pub bytes: u64,
}

impl Size {
    /// What reading all of it costs.
    #[must_use]
    pub fn read_units(self) -> u64 {
        self.bytes.div_ceil(BYTES_PER_READ_UNIT)
    }
}

/// An item to blank.
struct Target {
    pk: String,
    sk: String,
    /// Of the erasure that blanked it already.
    erased_at: Option<u64>,
}

impl Target {
    fn of(item: &StoredMessage) -> Option<Self> {
        let key = |name| item.attribute(name).map(str::to_owned);
        Some(Self { pk: key("pk")?, sk: key("sk")?, erased_at: item.erased_at() })
    }

    fn is_change(&self) -> bool {
        !is_message(&self.sk) && !keys::is_refused(&self.sk)
    }
}

impl Archive {
    /// How large the table is.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn size(&self) -> Result<Size, ArchiveError> {
        let described = self
            .client
            .describe_table()
            .table_name(self.table())
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:DescribeTable").failed(&error))?;
        let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        let table = described.table();
        Ok(Size {
            items: count(table.and_then(TableDescription::item_count)),
            bytes: count(table.and_then(TableDescription::table_size_bytes)),
        })
    }

    /// Takes up the erasure of that account that was interrupted, or begins one. Nothing is written yet.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn begin_erasure(&self, account: &str, through: Through, now: u64) -> Result<Erasure, ArchiveError> {
        let (receipts, _) = self.ask(&keys::erasure(account), &Range::all(), true, None, 1).await?;
        let mut erasure = Erasure::new(account, through, now);
        let Some(receipt) = receipts.into_iter().next().map(StoredMessage::from) else { return Ok(erasure) };
        let number = |name| receipt.attribute(name).and_then(|digits| digits.parse::<u64>().ok());
        let began = number("StartedAt").unwrap_or(0);
        if receipt.attribute("FinishedAt").is_some() || receipt.attribute("Through") != Some(through.as_str()) {
            erasure.started_at = now.max(began.saturating_add(1));
            return Ok(erasure);
        }
        erasure.is_taken_up = true;
        erasure.started_at = began;
        erasure.messages = number("Messages").unwrap_or(0);
        erasure.changes = number("Changes").unwrap_or(0);
        erasure.cursor = receipt.attribute("Cursor").map(str::to_owned);
        Ok(erasure)
    }

    /// Does one page of an erasure, and writes its receipt. To be called until it [is finished](Erasure::is_finished);
    /// calling it again after an error does the page again, which is safe.
    ///
    /// What the person sends meanwhile is erased too. An edit of a group message that the archive does not have is not
    /// found, since a group's edit does not name the sender.
    ///
    /// # Errors
    /// [`ArchiveError::IndexMissing`] if the table has no index by account; else that of a request.
    pub async fn erase_page(&self, erasure: &mut Erasure, now: u64) -> Result<(), ArchiveError> {
        let (entries, scanned, next) = match erasure.through {
            Through::Index => self.indexed(erasure).await?,
            Through::Scan => self.scanned(erasure).await?,
        };
        let blanked = {
            let erasure = &*erasure;
            let blanked = stream::iter(entries).map(|(pk, sk)| self.erase_at(erasure, pk, sk));
            blanked.buffer_unordered(AT_A_TIME).try_collect::<Vec<_>>().await?
        };
        for (messages, changes) in blanked {
            erasure.messages += messages;
            erasure.changes += changes;
        }
        erasure.scanned += scanned;
        erasure.is_finished = next.is_none();
        erasure.cursor = next;
        if erasure.is_rehearsal {
            return Ok(());
        }
        self.write_receipt(erasure, now).await
    }

    /// A page of the index: where the items are, how many, and where to go on.
    async fn indexed(&self, erasure: &Erasure) -> Result<(Vec<(String, String)>, u64, Option<String>), ArchiveError> {
        let after = erasure.cursor.as_deref().map(Entry::from_cursor).transpose()?;
        let (entries, more) = self.entries(Index::Account(&erasure.account), &Listing::default(), after, PAGE).await?;
        let scanned = entries.len() as u64;
        let places = entries.into_iter().map(|Entry { pk, sk, .. }| (pk, sk)).collect();
        Ok((places, scanned, more.map(|entry| entry.cursor())))
    }

    /// The same from the table itself.
    async fn scanned(&self, erasure: &Erasure) -> Result<(Vec<(String, String)>, u64, Option<String>), ArchiveError> {
        let mut request = self
            .client
            .scan()
            .table_name(self.table())
            .filter_expression("From_Account = :account")
            .expression_attribute_values(":account", AttributeValue::S(erasure.account.clone()))
            .projection_expression("pk, sk");
        if let Some(cursor) = &erasure.cursor {
            let (pk, sk): (String, String) = serde_json::from_str(cursor)
                .map_err(|_| ArchiveError::Question("the erasure's receipt is damaged; delete it and begin anew"))?;
            request = request
                .exclusive_start_key("pk", AttributeValue::S(pk))
                .exclusive_start_key("sk", AttributeValue::S(sk));
        }
        let answer = request
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:Scan").failed(&error))?;
        let key = |item| Some((text(item, "pk")?, text(item, "sk")?));
        let next = answer.last_evaluated_key().and_then(key).map(|key| serde_json::json!(key).to_string());
        let scanned = u64::try_from(answer.scanned_count()).unwrap_or(0);
        Ok((answer.items().iter().filter_map(key).collect(), scanned, next))
    }

    /// Blanks the item there, and what was made of it later: how many messages and changes that were.
    async fn erase_at(&self, erasure: &Erasure, pk: String, sk: String) -> Result<(u64, u64), ArchiveError> {
        let found = self.items(&pk, &Range::of_item(&sk)).await?;
        let Some(message) = found.first() else { return Ok((0, 0)) };
        let mut targets: Vec<_> = Target::of(message).into_iter().collect();
        // A one-to-one edit names the message's sender, and so is found by itself.
        if let Some(place) = keys::place(&sk, false).filter(|_| is_message(&sk) && !keys::is_c2c(&pk)) {
            let changes = self.items(&pk, &Range::of_changes(place)).await?;
            let edits = changes.iter().filter(|change| {
                let kind = change.attribute("sk").and_then(|key| Kind::of(key, false));
                kind == Some(Kind::Edit) && is_of(change, message)
            });
            targets.extend(edits.filter_map(Target::of));
        }
        let (mut messages, mut changes) = (0, 0);
        for target in targets {
            let is_new = match target.erased_at {
                // By this erasure, before it was interrupted, or by an earlier one.
                Some(at) => at == erasure.started_at,
                None => erasure.is_rehearsal || self.blank(&target, erasure.started_at).await?,
            };
            *(if target.is_change() { &mut changes } else { &mut messages }) += u64::from(is_new);
        }
        Ok((messages, changes))
    }

    /// Blanks an item; false if it is gone.
    async fn blank(&self, target: &Target, erased_at: u64) -> Result<bool, ArchiveError> {
        // Under other names, since some are words of DynamoDB's own.
        let name = |at| format!("#{at}");
        let names = CONTENT.iter().enumerate().map(|(at, attribute)| (name(at), (*attribute).to_owned())).collect();
        let removed = (0..CONTENT.len()).map(name).collect::<Vec<_>>().join(", ");
        let written = self
            .client
            .update_item()
            .table_name(self.table())
            .key("pk", AttributeValue::S(target.pk.clone()))
            .key("sk", AttributeValue::S(target.sk.clone()))
            .update_expression(format!("SET ErasedAt = :at REMOVE {removed}"))
            .condition_expression("attribute_exists(pk)")
            .set_expression_attribute_names(Some(names))
            .expression_attribute_values(":at", AttributeValue::N(erased_at.to_string()))
            .customize()
            .config_override(patient())
            .send()
            .await;
        match written {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(self.request("dynamodb:UpdateItem").failed(&error)),
            },
        }
    }

    async fn write_receipt(&self, erasure: &Erasure, now: u64) -> Result<(), ArchiveError> {
        let mut receipt = Fields::default();
        receipt.text("pk", Some(keys::erasure(&erasure.account)));
        receipt.text("sk", Some(keys::erasure_started(erasure.started_at)));
        receipt.text("Account", Some(&erasure.account));
        receipt.text("Through", Some(erasure.through.as_str()));
        receipt.number("StartedAt", Some(erasure.started_at));
        receipt.number("FinishedAt", Some(now).filter(|_| erasure.is_finished));
        receipt.number("Messages", Some(erasure.messages));
        receipt.number("Changes", Some(erasure.changes));
        receipt.text("Cursor", erasure.cursor.as_ref());
        self.client
            .put_item()
            .table_name(self.table())
            .set_item(Some(receipt.0))
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:PutItem").failed(&error))?;
        Ok(())
    }
}
