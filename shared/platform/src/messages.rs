//! The calls about messages: recall, modify, fetch.

use std::fmt;
use std::ops::RangeInclusive;

use chathook_protocol::json::{self, Object};
use chathook_protocol::{MsgKey, Rewrite};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::client::Platform;
use crate::error::{PlatformError, Refusal};

/// The most messages of a group that one call recalls.
const MAX_RECALLED: usize = 10;

/// The most messages that a page of a one-to-one conversation has. The platform ends a page earlier, at 13 KB.
const PAGE: u32 = 100;

/// The most pages that are read to find one message, of which the second is known. It would take hundreds of messages in
/// that second to need more.
const MAX_PAGES: usize = 20;

const C2C_RECALL: &str = "openim/admin_msgwithdraw";
const C2C_MODIFY: &str = "openim/modify_c2c_msg";
const C2C_FETCH: &str = "openim/admin_getroammsg";
const GROUP_RECALL: &str = "group_open_http_svc/group_msg_recall";
// Unlike the other calls about groups.
const GROUP_MODIFY: &str = "openim/modify_group_msg";
const GROUP_FETCH: &str = "group_open_http_svc/group_msg_get_simple";

/// A one-to-one message, by the accounts that sent and received it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct C2c<'a> {
    /// The sender.
    #[serde(rename = "From_Account")]
    pub from_account: &'a str,
    /// The recipient.
    #[serde(rename = "To_Account")]
    pub to_account: &'a str,
    /// `MsgKey`
    #[serde(rename = "MsgKey")]
    pub msg_key: &'a str,
}

/// A group, or a topic of a community.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Group<'a> {
    /// `GroupId`
    pub group_id: &'a str,
    /// `TopicId`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<&'a str>,
}

/// What became of one message of a group's recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// `MsgSeq`
    pub msg_seq: u64,
    /// Why it was not recalled; `None` if it was.
    pub refusal: Option<Refusal>,
}

/// A message as the platform holds it.
#[derive(Clone)]
pub struct FetchedMessage {
    /// `From_Account`
    pub from_account: String,
    /// `To_Account` of a one-to-one message.
    pub to_account: Option<String>,
    /// `MsgKey` of a one-to-one message.
    pub msg_key: Option<String>,
    /// `MsgSeq`
    pub msg_seq: u64,
    /// `MsgRandom`
    pub msg_random: u64,
    /// `MsgTimeStamp`, Unix seconds.
    pub msg_time: u64,
    /// Whether people can still see it.
    pub state: State,
    /// `MsgBody`: an array, empty if the message was deleted, and in a group if it was recalled.
    pub msg_body: Box<RawValue>,
    /// `CloudCustomData`; `None` if there is none.
    pub cloud_custom_data: Option<String>,
}

/// Whether people can still see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// They can.
    Visible,
    /// It was recalled.
    Recalled,
    /// It was deleted, or is too old to be kept.
    Deleted,
}

/// Where the next page of a one-to-one conversation begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// `LastMsgTime`, Unix seconds.
    pub last_msg_time: u64,
    /// `LastMsgKey`
    pub last_msg_key: String,
}

/// A page of a one-to-one conversation.
#[derive(Debug, Clone)]
pub struct RoamingPage {
    /// Its messages.
    pub messages: Vec<FetchedMessage>,
    /// Where older ones are; `None` if there are none.
    pub next: Option<Position>,
}

impl Platform {
    /// Recalls a one-to-one message for both sides.
    ///
    /// # Errors
    /// [`PlatformError`]. A message that was recalled already is [`Remedy::Done`](crate::Remedy::Done).
    pub async fn recall_c2c(&self, message: &C2c<'_>) -> Result<(), PlatformError> {
        self.call(C2C_RECALL, message).await.map(drop)
    }

    /// Recalls messages of a group, ten with each call. Says of each what became of it, in the order of `msg_seqs`.
    ///
    /// # Errors
    /// [`PlatformError`] if a call fails. Some of the messages may be recalled then.
    pub async fn recall_group(&self, group: &Group<'_>, msg_seqs: &[u64]) -> Result<Vec<Recalled>, PlatformError> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            #[serde(flatten)]
            group: &'a Group<'a>,
            msg_seq_list: Vec<Seq>,
        }

        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Seq {
            msg_seq: u64,
        }

        let mut recalled = Vec::with_capacity(msg_seqs.len());
        for msg_seqs in msg_seqs.chunks(MAX_RECALLED) {
            let msg_seq_list = msg_seqs.iter().map(|msg_seq| Seq { msg_seq: *msg_seq }).collect();
            let answer = self.call(GROUP_RECALL, &Body { group, msg_seq_list }).await?;
            let codes = recall_codes(&answer).ok_or(malformed(GROUP_RECALL, "RecallRetList"))?;
            for msg_seq in msg_seqs {
                let code = codes.iter().find(|(seq, _)| seq == msg_seq).map(|(_, code)| *code);
                let code = code.ok_or(malformed(GROUP_RECALL, "RecallRetList lacks a message"))?;
                let refusal = (code != 0).then(|| Refusal { code, info: String::new() });
                recalled.push(Recalled { msg_seq: *msg_seq, refusal });
            }
        }
        Ok(recalled)
    }

    /// Replaces what a one-to-one message says. A part that `rewrite` does not set stays.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn modify_c2c(&self, message: &C2c<'_>, rewrite: &Rewrite) -> Result<(), PlatformError> {
        self.call(C2C_MODIFY, &Modified { message, content: Content::of(rewrite) }).await.map(drop)
    }

    /// Replaces what a group message says. A part that `rewrite` does not set stays.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn modify_group(&self, group: &Group<'_>, msg_seq: u64, rewrite: &Rewrite) -> Result<(), PlatformError> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Message<'a> {
            #[serde(flatten)]
            group: &'a Group<'a>,
            msg_seq: u64,
        }

        let message = Message { group, msg_seq };
        self.call(GROUP_MODIFY, &Modified { message, content: Content::of(rewrite) }).await.map(drop)
    }

    /// The one-to-one message as the platform holds it; `None` if it holds no such message.
    ///
    /// The recipient's view is asked first, since it is the recipient who would still see the message, then the
    /// sender's. Each side can clear its own.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn c2c_message(&self, message: &C2c<'_>) -> Result<Option<FetchedMessage>, PlatformError> {
        let C2c { from_account, to_account, msg_key } = *message;
        let Some(key) = MsgKey::parse(msg_key) else { return Ok(None) };
        let is_it = |found: &FetchedMessage| {
            found.from_account == from_account
                && found.to_account.as_deref() == Some(to_account)
                && found.msg_key.as_deref() == Some(msg_key)
        };
        for (viewer, peer) in [(to_account, from_account), (from_account, to_account)] {
            let mut position = None;
            for _ in 0..MAX_PAGES {
                let page = self.roaming_page(viewer, peer, key.time..=key.time, position.as_ref()).await?;
                if let Some(found) = page.messages.into_iter().find(is_it) {
                    return Ok(Some(found));
                }
                position = page.next;
                if position.is_none() {
                    break;
                }
            }
        }
        Ok(None)
    }

    /// A page of the conversation between `viewer` and `peer` as `viewer` sees it, newest page first. `times` are Unix
    /// seconds; `from` is where an earlier page says that the next one begins.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn roaming_page(
        &self,
        viewer: &str,
        peer: &str,
        times: RangeInclusive<u64>,
        from: Option<&Position>,
    ) -> Result<RoamingPage, PlatformError> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            #[serde(rename = "Operator_Account")]
            operator_account: &'a str,
            #[serde(rename = "Peer_Account")]
            peer_account: &'a str,
            max_cnt: u32,
            min_time: u64,
            max_time: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            last_msg_key: Option<&'a str>,
        }

        let body = Body {
            operator_account: viewer,
            peer_account: peer,
            max_cnt: PAGE,
            min_time: *times.start(),
            max_time: from.map_or(*times.end(), |position| position.last_msg_time),
            last_msg_key: from.map(|position| position.last_msg_key.as_str()),
        };
        let answer = self.call(C2C_FETCH, &body).await?;
        roaming_page(&answer).ok_or(malformed(C2C_FETCH, "MsgList, or where it goes on"))
    }

    /// The group message as the platform holds it; `None` if it holds no such message.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn group_message(
        &self,
        group: &Group<'_>,
        msg_seq: u64,
    ) -> Result<Option<FetchedMessage>, PlatformError> {
        Ok(self.group_messages(group, msg_seq, 1).await?.into_iter().find(|message| message.msg_seq == msg_seq))
    }

    /// The `number` messages of a group, at most 20, of which `newest` is the last; recalled and deleted ones too.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn group_messages(
        &self,
        group: &Group<'_>,
        newest: u64,
        number: u32,
    ) -> Result<Vec<FetchedMessage>, PlatformError> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            #[serde(flatten)]
            group: &'a Group<'a>,
            req_msg_seq: u64,
            req_msg_number: u32,
            with_recalled_msg: u32,
        }

        let body = Body { group, req_msg_seq: newest, req_msg_number: number, with_recalled_msg: 1 };
        let answer = self.call(GROUP_FETCH, &body).await?;
        messages(&answer, "RspMsgList", group_message).ok_or(malformed(GROUP_FETCH, "RspMsgList"))
    }
}

/// The body of a call that modifies a message.
#[derive(Serialize)]
struct Modified<'a, M> {
    #[serde(flatten)]
    message: M,
    #[serde(flatten)]
    content: Content<'a>,
}

/// What a message is to say.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_body: Option<&'a [Box<RawValue>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_custom_data: Option<&'a str>,
}

impl<'a> Content<'a> {
    fn of(rewrite: &'a Rewrite) -> Self {
        Self { msg_body: rewrite.elements(), cloud_custom_data: rewrite.custom_data() }
    }
}

fn malformed(call: &'static str, what: &'static str) -> PlatformError {
    PlatformError::Malformed { call, what }
}

/// `MsgSeq` and `RetCode` of each item of `RecallRetList`.
fn recall_codes(answer: &str) -> Option<Vec<(u64, u64)>> {
    let item = |raw: &RawValue| {
        let item = Object::parse(raw.get()).ok()?;
        Some((item.unsigned("MsgSeq")?, item.unsigned("RetCode")?))
    };
    Object::parse(answer).ok()?.array("RecallRetList")?.into_iter().map(item).collect()
}

fn roaming_page(answer: &str) -> Option<RoamingPage> {
    let messages = messages(answer, "MsgList", c2c_message)?;
    let answer = Object::parse(answer).ok()?;
    let next = match answer.unsigned("Complete")? {
        1 => None,
        _ => Some(Position {
            last_msg_time: answer.unsigned("LastMsgTime")?,
            last_msg_key: answer.text("LastMsgKey")?.into_owned(),
        }),
    };
    Some(RoamingPage { messages, next })
}

/// The messages of the list of that name. All of them or none: a message left out would look as if it did not exist.
fn messages(
    answer: &str,
    list: &str,
    message: fn(&Object<'_>) -> Option<FetchedMessage>,
) -> Option<Vec<FetchedMessage>> {
    let read = |raw: &RawValue| message(&Object::parse(raw.get()).ok()?);
    Object::parse(answer).ok()?.array(list)?.into_iter().map(read).collect()
}

fn c2c_message(message: &Object<'_>) -> Option<FetchedMessage> {
    /// The flag of `MsgFlagBits` for a recalled message.
    const RECALLED: u64 = 8;
    let is_recalled = message.unsigned("MsgFlagBits")? & RECALLED != 0;
    Some(FetchedMessage {
        to_account: Some(message.text("To_Account")?.into_owned()),
        msg_key: Some(message.text("MsgKey")?.into_owned()),
        ..fetched(message, if is_recalled { State::Recalled } else { State::Visible })?
    })
}

fn group_message(message: &Object<'_>) -> Option<FetchedMessage> {
    let state = match message.unsigned("IsPlaceMsg")? {
        0 => State::Visible,
        2 => State::Recalled,
        _ => State::Deleted,
    };
    fetched(message, state)
}

/// What both kinds of messages have.
fn fetched(message: &Object<'_>, state: State) -> Option<FetchedMessage> {
    let msg_body = message.get("MsgBody").filter(|raw| json::array(raw).is_some())?;
    Some(FetchedMessage {
        from_account: message.text("From_Account")?.into_owned(),
        to_account: None,
        msg_key: None,
        msg_seq: message.unsigned("MsgSeq")?,
        msg_random: message.unsigned("MsgRandom")?,
        msg_time: message.unsigned("MsgTimeStamp")?,
        state,
        msg_body: msg_body.to_owned(),
        cloud_custom_data: message.text("CloudCustomData").filter(|data| !data.is_empty()).map(Into::into),
    })
}

impl fmt::Debug for FetchedMessage {
    /// Which message it is, without its text: no log may show that by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedMessage")
            .field("from_account", &self.from_account)
            .field("to_account", &self.to_account)
            .field("msg_seq", &self.msg_seq)
            .field("msg_random", &self.msg_random)
            .field("msg_time", &self.msg_time)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
