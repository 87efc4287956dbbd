//! The callbacks about what happens later: messages recalled, edited, extended or read, and group messages that the platform
//! refused to send.
//!
//! They name a message by its ids alone, and may arrive before it, twice, or never. Each has a view of its own. It says
//! as much about its message as the platform does: for a one-to-one message, everything that determines its place in
//! the conversation; for a group message, the `MsgSeq` and sometimes a `MsgId`.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::callback::SendMsg;
use crate::command::Command;
use crate::element::MsgBody;
use crate::error::ShapeError;
use crate::fields::Fields;
use crate::json::{self, Object};
use crate::msg_key::MsgKey;

/// Something that happened to a message, or to a conversation. Serialising it gives the JSON it was read from.
#[derive(Clone)]
pub struct Change<'a> {
    /// What kind of change.
    pub command: Command,
    /// `EventTime`, Unix milliseconds. The recall of a one-to-one message has none.
    pub event_time: Option<u64>,
    /// What happened.
    pub what: What<'a>,
    /// All other fields: unknown ones, and known ones of an unexpected type.
    pub extra: Object<'a>,
    object: Object<'a>,
}

/// What happened.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "one lives for one request")]
pub enum What<'a> {
    /// A one-to-one message was recalled.
    C2cRecall(C2cRecall<'a>),
    /// Group messages were recalled.
    GroupRecall(GroupRecall<'a>),
    /// A one-to-one message was edited.
    C2cEdit(C2cEdit<'a>),
    /// A group message was edited.
    GroupEdit(GroupEdit<'a>),
    /// Something was attached to a one-to-one message, or taken off it.
    C2cExtension(C2cExtension<'a>),
    /// The same of a group message.
    GroupExtension(GroupExtension<'a>),
    /// One side has read what the other wrote.
    Read(Read<'a>),
    /// A group message was refused by the platform.
    Refused(Refused<'a>),
}

/// `C2C.CallbackAfterMsgWithDraw`
#[derive(Debug, Clone)]
pub struct C2cRecall<'a> {
    /// `From_Account`, the sender of the message. Only the sender, or an admin for them, can recall a one-to-one
    /// message.
    pub from_account: Cow<'a, str>,
    /// `To_Account`, its recipient.
    pub to_account: Cow<'a, str>,
    /// `MsgKey` of the message.
    pub msg_key: MsgKey,
    /// `UnreadMsgNum`, the recipient's unread one-to-one messages.
    pub unread_msg_num: Option<i64>,
}

/// `Group.CallbackAfterRecallMsg`
#[derive(Debug, Clone)]
pub struct GroupRecall<'a> {
    /// `GroupId`
    pub group_id: Cow<'a, str>,
    /// `TopicId` of a community; the empty string counts as none.
    pub topic_id: Option<Cow<'a, str>>,
    /// `Type` of the group.
    pub group_type: Option<Cow<'a, str>>,
    /// `Operator_Account`, who recalled them.
    pub operator_account: Option<Cow<'a, str>>,
    /// `MsgSeqList`, the recalled messages; never empty.
    pub messages: Vec<Recalled<'a>>,
}

/// One message of a group's recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled<'a> {
    /// `MsgSeq`
    pub msg_seq: u64,
    /// `MsgId`
    pub msg_id: Option<Cow<'a, str>>,
}

/// `C2C.CallbackAfterModifyMsg`
#[derive(Debug, Clone)]
pub struct C2cEdit<'a> {
    /// `From_Account`, the sender of the message.
    pub from_account: Cow<'a, str>,
    /// `To_Account`, its recipient.
    pub to_account: Cow<'a, str>,
    /// `Operator_Account`, who edited it.
    pub operator_account: Option<Cow<'a, str>>,
    /// The message: `MsgSeq`, `MsgRandom` and `MsgTime`. Missing ones are taken from `MsgKey`.
    pub message: MsgKey,
    /// `MsgKey` as it came.
    pub msg_key: Option<Cow<'a, str>>,
    /// What the message says now.
    pub content: Content<'a>,
}

/// `Group.CallbackAfterModifyMsg`
#[derive(Debug, Clone)]
pub struct GroupEdit<'a> {
    /// `GroupId`
    pub group_id: Cow<'a, str>,
    /// `TopicId` of a community; the empty string counts as none.
    pub topic_id: Option<Cow<'a, str>>,
    /// `Operator_Account`, who edited it.
    pub operator_account: Option<Cow<'a, str>>,
    /// `MsgSeq` of the message.
    pub msg_seq: u64,
    /// What the message says now.
    pub content: Content<'a>,
}

/// What an edited message says. A part that is absent stays as it was.
#[derive(Clone)]
pub struct Content<'a> {
    /// `MsgBody`; without elements if it is missing.
    pub msg_body: MsgBody<'a>,
    /// `MsgBody` as it came.
    pub msg_body_raw: Option<&'a RawValue>,
    /// `CloudCustomData`
    pub cloud_custom_data: Option<Cow<'a, str>>,
}

/// `C2C.CallbackAfterC2CMsgExtension`
#[derive(Debug, Clone)]
pub struct C2cExtension<'a> {
    /// `From_Account`
    pub from_account: Cow<'a, str>,
    /// `To_Account`
    pub to_account: Cow<'a, str>,
    /// `MsgKey` of the message.
    pub msg_key: MsgKey,
    /// What was attached.
    pub extension: Extension<'a>,
}

/// `Group.CallbackAfterGroupMsgExtension`
#[derive(Debug, Clone)]
pub struct GroupExtension<'a> {
    /// `GroupId`
    pub group_id: Cow<'a, str>,
    /// `TopicId` of a community; the empty string counts as none.
    pub topic_id: Option<Cow<'a, str>>,
    /// `MsgSeq` of the message.
    pub msg_seq: u64,
    /// What was attached.
    pub extension: Extension<'a>,
}

/// What was attached to a message, or taken off it: keys and values that others can see. It does not say by whom.
#[derive(Clone)]
pub struct Extension<'a> {
    /// `OperateType`; 1: set, 2: deleted, 3: all cleared.
    pub operate_type: Option<u64>,
    /// `ExtensionList` as it came: an array of `{"Key","Value","Seq"}`.
    pub list_raw: Option<&'a RawValue>,
    /// `Seq`, which grows with each such change of the message.
    pub seq: Option<u64>,
}

impl Extension<'_> {
    /// Whether people can see something new.
    #[must_use]
    pub fn shows_something(&self) -> bool {
        !matches!(self.operate_type, Some(2 | 3)) && self.list_raw.is_some()
    }
}

/// `C2C.CallbackAfterMsgReport`: the account has read all that its peer wrote up to that time.
#[derive(Debug, Clone)]
pub struct Read<'a> {
    /// `Report_Account`, who read.
    pub report_account: Cow<'a, str>,
    /// `Peer_Account`, whose messages were read.
    pub peer_account: Cow<'a, str>,
    /// `LastReadTime`, Unix seconds.
    pub last_read_time: u64,
    /// `UnreadMsgNum` of the account that read.
    pub unread_msg_num: Option<i64>,
}

/// `Group.CallbackSendMsgException`
#[derive(Debug, Clone)]
pub struct Refused<'a> {
    /// The message that was not sent. Its `extra` does not include the fields below.
    pub message: SendMsg<'a>,
    /// `ErrorCode`, the platform's reason.
    pub error_code: Option<i64>,
    /// `ErrorInfo`, the same in words.
    pub error_info: Option<Cow<'a, str>>,
}

impl<'a> Change<'a> {
    /// Reads the body of a callback. `text` is the body made [readable](json::readable).
    ///
    /// # Errors
    /// [`ShapeError`] if the body is not a JSON object or does not say what was changed, or if the command is not one
    /// of a change. Anything else may be missing or odd.
    pub fn parse(command: Command, text: &'a str) -> Result<Self, ShapeError> {
        Self::view(command, Object::parse(text)?)
    }

    /// As [`Self::parse`], for a body whose outermost level was read already.
    ///
    /// # Errors
    /// As [`Self::parse`], except for the JSON object.
    pub fn view(command: Command, object: Object<'a>) -> Result<Self, ShapeError> {
        let mut fields = Fields::of(&object);
        let what = match command {
            Command::C2cRecall => What::C2cRecall(C2cRecall {
                from_account: fields.required("From_Account")?,
                to_account: fields.required("To_Account")?,
                msg_key: fields
                    .take("MsgKey", |raw| MsgKey::parse(&json::text(raw)?))
                    .ok_or(ShapeError::Target("MsgKey"))?,
                unread_msg_num: fields.signed("UnreadMsgNum"),
            }),
            Command::GroupRecall => What::GroupRecall(GroupRecall {
                group_id: fields.required("GroupId")?,
                topic_id: fields.text("TopicId").filter(|topic| !topic.is_empty()),
                group_type: fields.text("Type"),
                operator_account: fields.text("Operator_Account").filter(|account| !account.is_empty()),
                messages: fields
                    .take("MsgSeqList", recalled)
                    .filter(|messages| !messages.is_empty())
                    .ok_or(ShapeError::Target("MsgSeqList"))?,
            }),
            Command::C2cEdit => What::C2cEdit(c2c_edit(&mut fields)?),
            Command::GroupEdit => What::GroupEdit(GroupEdit {
                group_id: fields.required("GroupId")?,
                topic_id: fields.text("TopicId").filter(|topic| !topic.is_empty()),
                operator_account: fields.text("Operator_Account").filter(|account| !account.is_empty()),
                msg_seq: fields.unsigned("MsgSeq").ok_or(ShapeError::Target("MsgSeq"))?,
                content: content(&mut fields)?,
            }),
            Command::C2cExtension => What::C2cExtension(C2cExtension {
                from_account: fields.required("From_Account")?,
                to_account: fields.required("To_Account")?,
                msg_key: fields
                    .take("MsgKey", |raw| MsgKey::parse(&json::text(raw)?))
                    .ok_or(ShapeError::Target("MsgKey"))?,
                extension: extension(&mut fields),
            }),
            Command::GroupExtension => What::GroupExtension(GroupExtension {
                group_id: fields.required("GroupId")?,
                topic_id: fields.text("TopicId").filter(|topic| !topic.is_empty()),
                msg_seq: fields.unsigned("MsgSeq").ok_or(ShapeError::Target("MsgSeq"))?,
                extension: extension(&mut fields),
            }),
            Command::C2cRead => What::Read(Read {
                report_account: fields.required("Report_Account")?,
                peer_account: fields.required("Peer_Account")?,
                last_read_time: fields.unsigned("LastReadTime").ok_or(ShapeError::Target("LastReadTime"))?,
                unread_msg_num: fields.signed("UnreadMsgNum"),
            }),
            Command::GroupRefused => {
                let (error_code, error_info) = (fields.signed("ErrorCode"), fields.text("ErrorInfo"));
                let read = [error_code.is_some().then_some("ErrorCode"), error_info.is_some().then_some("ErrorInfo")];
                let mut message = SendMsg::view(command, object.clone())?;
                message.extra = message.extra.filtered(|name, _| !read.contains(&Some(name)));
                let (event_time, extra) = (message.event_time, message.extra.clone());
                let what = What::Refused(Refused { message, error_code, error_info });
                return Ok(Self { command, event_time, what, extra, object });
            }
            Command::C2cBeforeSend | Command::GroupBeforeSend | Command::C2cAfterSend | Command::GroupAfterSend => {
                return Err(ShapeError::Target("CallbackCommand"));
            }
        };
        Ok(Self { command, event_time: fields.unsigned("EventTime"), what, extra: fields.unread(), object })
    }
}

fn c2c_edit<'a>(fields: &mut Fields<'_, 'a>) -> Result<C2cEdit<'a>, ShapeError> {
    let msg_key = fields.text("MsgKey");
    let key = msg_key.as_deref().and_then(MsgKey::parse);
    let numbers = [
        fields.unsigned("MsgSeq").or(key.map(|key| key.seq)),
        fields.unsigned("MsgRandom").or(key.map(|key| key.random)),
        fields.unsigned("MsgTime").or(key.map(|key| key.time)),
    ];
    let [Some(seq), Some(random), Some(time)] = numbers else { return Err(ShapeError::Target("MsgKey")) };
    Ok(C2cEdit {
        from_account: fields.required("From_Account")?,
        to_account: fields.required("To_Account")?,
        operator_account: fields.text("Operator_Account").filter(|account| !account.is_empty()),
        message: MsgKey { seq, random, time },
        msg_key,
        content: content(fields)?,
    })
}

fn content<'a>(fields: &mut Fields<'_, 'a>) -> Result<Content<'a>, ShapeError> {
    let (msg_body, msg_body_raw) = fields.msg_body()?;
    Ok(Content { msg_body, msg_body_raw, cloud_custom_data: fields.text("CloudCustomData") })
}

fn extension<'a>(fields: &mut Fields<'_, 'a>) -> Extension<'a> {
    Extension {
        operate_type: fields.unsigned("OperateType"),
        list_raw: fields.take("ExtensionList", Some).filter(|raw| raw.get() != "null"),
        seq: fields.unsigned("Seq"),
    }
}

/// All of them or none: a recall read in part would leave messages standing.
fn recalled(raw: &RawValue) -> Option<Vec<Recalled<'_>>> {
    let message = |raw| {
        let message = Object::parse(RawValue::get(raw)).ok()?;
        Some(Recalled { msg_seq: message.unsigned("MsgSeq")?, msg_id: message.text("MsgId") })
    };
    json::array(raw)?.into_iter().map(message).collect()
}

impl fmt::Debug for Content<'_> {
    /// Without the text: no log may show that by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("elements", &self.msg_body.elements.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Extension<'_> {
    /// Without the text: no log may show that by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extension").field("operate_type", &self.operate_type).finish_non_exhaustive()
    }
}

impl fmt::Debug for What<'_> {
    /// The view in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::C2cRecall(recall) => recall.fmt(f),
            Self::GroupRecall(recall) => recall.fmt(f),
            Self::C2cEdit(edit) => edit.fmt(f),
            Self::GroupEdit(edit) => edit.fmt(f),
            Self::C2cExtension(extension) => extension.fmt(f),
            Self::GroupExtension(extension) => extension.fmt(f),
            Self::Read(read) => read.fmt(f),
            Self::Refused(refused) => refused.fmt(f),
        }
    }
}

impl fmt::Debug for Change<'_> {
    /// What was changed, by its ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("command", &self.command)
            .field("what", &self.what)
            .field("fields", &self.object)
            .finish_non_exhaustive()
    }
}

impl Serialize for Change<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}
