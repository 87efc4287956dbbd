//! Erasing what a person sent.
//!
//! An item is blanked, not deleted: who, when and under which ids stays, with `ErasedAt`, and all that was said goes. So
//! the other side's conversation keeps its order, and a callback that is repeated, parked or imported later meets the
//! item and cannot bring the text back. Edits are blanked like messages.
//!
//! An erasure goes page by page. Before the first item is blanked and after each page its receipt, an item of its own
//! without any content, says how far it came and how many items it blanked; so it can be interrupted at any moment and
//! goes on there. The receipt stays.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
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
const CONTENT: [&str; 9] =
    ["MsgBody", "Text", "CloudCustomData", "GroupAtInfo", "Extra", "ErrorInfo", "ClientIP", "OptPlatform", "RequestID"];

/// The index is asked for so many items at once.
const PAGE: usize = 100;

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

/// Whether an erasure has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receipt {
    None,
    Begun,
    /// It was found, of an erasure that was interrupted.
    TakenUp,
}

/// The erasure of what one account sent, and how far it has come.
#[derive(Debug, Clone)]
pub struct Erasure {
    account: String,
    through: Through,
    started_at: u64,
    is_rehearsal: bool,
    receipt: Receipt,
    is_finished: bool,
    earlier: Option<u64>,
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
            receipt: Receipt::None,
            is_finished: false,
            earlier: None,
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

    /// When an earlier erasure of that account began that came to its end, Unix seconds.
    #[must_use]
    pub fn earlier(&self) -> Option<u64> {
        self.earlier
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// Whether it was begun before and interrupted.
    #[must_use]
    pub fn is_taken_up(&self) -> bool {
        self.receipt == Receipt::TakenUp
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

    /// The receipt's `pk`; none if there was nothing to blank.
    #[must_use]
    pub fn receipt(&self) -> Option<String> {
        (self.receipt != Receipt::None).then(|| keys::erasure(&self.account))
    }

    /// How many items were looked at since this program began or took it up.
    #[must_use]
    pub fn scanned(&self) -> u64 {
        self.scanned
    }
}

/// An item to blank.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
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

/// What a page found: where the items are, how many were looked at, and where to go on.
struct Places {
    keys: Vec<(String, String)>,
    scanned: u64,
    next: Option<String>,
}

impl Archive {
    /// Takes up the erasure of that account that was interrupted, or begins one. Nothing is written yet.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn begin_erasure(&self, account: &str, through: Through, now: u64) -> Result<Erasure, ArchiveError> {
        let receipts = self.items(&keys::erasure(account), &Range::all()).await?;
        let mut erasure = Erasure::new(account, through, now);
        let Some(receipt) = receipts.last() else { return Ok(erasure) };
        let number = |name| receipt.attribute(name).and_then(|digits| digits.parse::<u64>().ok());
        let began = number("StartedAt").unwrap_or(0);
        let is_finished = receipt.attribute("FinishedAt").is_some();
        if is_finished || receipt.attribute("Through") != Some(through.as_str()) {
            erasure.started_at = now.max(began.saturating_add(1));
            erasure.earlier = Some(began).filter(|_| is_finished);
            return Ok(erasure);
        }
        erasure.receipt = Receipt::TakenUp;
        erasure.started_at = began;
        erasure.messages = number("Messages").unwrap_or(0);
        erasure.changes = number("Changes").unwrap_or(0);
        erasure.cursor = receipt.attribute("Cursor").map(str::to_owned);
        Ok(erasure)
    }

    /// Does one page of an erasure, and writes its receipt. To be called until it [is finished](Erasure::is_finished);
    /// calling it again after an error does the page again, which is safe.
    ///
    /// What the person sends, or the platform tells of, while it goes on may be missed: begin another one after it.
    ///
    /// An edit in a group does not name the sender of the message. So it is not found if the archive lacks the message;
    /// and where several people's messages share a `MsgSeq`, it is taken to be of the account that made it.
    ///
    /// # Errors
    /// [`ArchiveError::IndexMissing`] if the table has no index by account; else that of a request.
    pub async fn erase_page(&self, erasure: &mut Erasure, now: u64) -> Result<(), ArchiveError> {
        let Places { keys, scanned, next } = match erasure.through {
            Through::Index => self.indexed(erasure).await?,
            Through::Scan => self.scanned(erasure).await?,
        };
        let found = stream::iter(keys).map(|(pk, sk)| self.targets(&erasure.account, pk, sk));
        let found: Vec<_> = found.buffered(AT_A_TIME).try_collect().await?;
        // Messages with the same MsgSeq lead to the same edits.
        let targets: BTreeSet<_> = found.into_iter().flatten().collect();
        if !targets.is_empty() && erasure.receipt == Receipt::None && !erasure.is_rehearsal {
            self.write_receipt(erasure, now).await?;
        }
        let blanked = {
            let erasure = &*erasure;
            let blanked = stream::iter(targets).map(|target| async move {
                let is_new = match target.erased_at {
                    // By this erasure, before it was interrupted, or by an earlier one.
                    Some(at) => at == erasure.started_at,
                    None => erasure.is_rehearsal || self.blank(erasure, &target).await?,
                };
                Ok((target.is_change(), is_new))
            });
            blanked.buffer_unordered(AT_A_TIME).try_collect::<Vec<_>>().await?
        };
        for (is_change, is_new) in blanked {
            *(if is_change { &mut erasure.changes } else { &mut erasure.messages }) += u64::from(is_new);
        }
        erasure.scanned += scanned;
        erasure.is_finished = next.is_none();
        erasure.cursor = next;
        // A scan has come some way even where it found nothing.
        let comes_back = erasure.through == Through::Scan && !erasure.is_finished;
        if (erasure.receipt != Receipt::None || comes_back) && !erasure.is_rehearsal {
            self.write_receipt(erasure, now).await?;
        }
        Ok(())
    }

    /// A page of the index.
    async fn indexed(&self, erasure: &Erasure) -> Result<Places, ArchiveError> {
        let (index, all) = (Index::Account(&erasure.account), Listing::default());
        let after = erasure.cursor.as_deref().map(|cursor| Entry::from_cursor(cursor, index, &all)).transpose()?;
        let (entries, more) = self.entries(index, &all, after, PAGE).await?;
        let scanned = entries.len() as u64;
        let keys = entries.into_iter().map(|Entry { pk, sk, .. }| (pk, sk)).collect();
        Ok(Places { keys, scanned, next: more.map(|entry| entry.cursor(index)) })
    }

    /// A page of the table itself.
    async fn scanned(&self, erasure: &Erasure) -> Result<Places, ArchiveError> {
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
        Ok(Places { keys: answer.items().iter().filter_map(key).collect(), scanned, next })
    }

    /// The item there, and what was made of it later.
    async fn targets(&self, account: &str, pk: String, sk: String) -> Result<Vec<Target>, ArchiveError> {
        let found = self.items(&pk, &Range::of_item(&sk)).await?;
        let Some(message) = found.first() else { return Ok(Vec::new()) };
        let mut targets: Vec<_> = Target::of(message).into_iter().collect();
        // A one-to-one edit names the message's sender, and so is found by itself.
        if let Some(place) = keys::place(&sk, false).filter(|_| is_message(&sk) && !keys::is_c2c(&pk)) {
            let there = self.items(&pk, &Range::of_place(place)).await?;
            let key = |item: &StoredMessage| item.attribute("sk").unwrap_or_default().to_owned();
            let others: Vec<_> =
                there.iter().filter(|other| is_message(&key(other)) && other.from_account() != account).collect();
            let edits = there.iter().filter(|edit| {
                let is_shared = others.iter().any(|other| is_of(edit, other));
                Kind::of(&key(edit), false) == Some(Kind::Edit)
                    && is_of(edit, message)
                    && (!is_shared || edit.attribute("Operator_Account") == Some(account))
            });
            targets.extend(edits.filter_map(Target::of));
        }
        Ok(targets)
    }

    /// Blanks an item; false if it is gone.
    async fn blank(&self, erasure: &Erasure, target: &Target) -> Result<bool, ArchiveError> {
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
            // Not what has expired meanwhile, which an update would make anew.
            .condition_expression("attribute_exists(pk)")
            .set_expression_attribute_names(Some(names))
            .expression_attribute_values(":at", AttributeValue::N(erasure.started_at.to_string()))
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

    async fn write_receipt(&self, erasure: &mut Erasure, now: u64) -> Result<(), ArchiveError> {
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
        if erasure.receipt == Receipt::None {
            erasure.receipt = Receipt::Begun;
        }
        Ok(())
    }
}
