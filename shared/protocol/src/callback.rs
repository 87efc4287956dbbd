//! One typed view of the four send callbacks: before and after, one-to-one and group. They differ in a few fields.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::command::Command;
use crate::element::MsgBody;
use crate::error::ShapeError;
use crate::fields::Fields;
use crate::json::{self, Object};

/// A message about to be sent, or sent. Serialising it gives the JSON it was read from.
#[derive(Clone)]
pub struct SendMsg<'a> {
    /// What happened.
    pub command: Command,
    /// `From_Account`, the sender. REST-sent group messages carry `@TLS#NOT_FOUND`.
    pub from_account: Cow<'a, str>,
    /// Where the message goes, with the fields that only that kind of chat has.
    pub chat: Chat<'a>,
    /// `MsgSeq`. One-to-one: chosen by the client, breaks ties of [`Self::msg_time`]. Group: the place in the group's
    /// history, known only after the message was sent.
    pub msg_seq: Option<u64>,
    /// `MsgTime`, Unix seconds. Absent before a group message is sent.
    pub msg_time: Option<u64>,
    /// `MsgId`, the id that client SDKs show: `<tinyid>-<client time>-<random>`.
    pub msg_id: Option<Cow<'a, str>>,
    /// `OnlineOnlyFlag`; 1: delivered only to those online, and not kept by the platform (typing indicators, for
    /// example).
    pub online_only_flag: Option<u64>,
    /// `EventTime`, Unix milliseconds.
    pub event_time: Option<u64>,
    /// `MsgBody`; without elements if it is missing.
    pub msg_body: MsgBody<'a>,
    /// `MsgBody` as it came.
    pub msg_body_raw: Option<&'a RawValue>,
    /// `CloudCustomData`, the app's own data beside the message.
    pub cloud_custom_data: Option<Cow<'a, str>>,
    /// A field that is there twice with different values, and of which only the last one is shown here. Nobody can say
    /// which of them is meant.
    pub twice: Option<&'static str>,
    /// All other fields: unknown ones, and known ones of an unexpected type.
    pub extra: Object<'a>,
    object: Object<'a>,
}

/// The kind of conversation, with the fields that only its callbacks have.
#[derive(Debug, Clone)]
pub enum Chat<'a> {
    /// One-to-one.
    C2c(C2c<'a>),
    /// Group, community topic or live room.
    Group(Group<'a>),
}

/// The fields of one-to-one callbacks.
#[derive(Debug, Clone)]
pub struct C2c<'a> {
    /// `To_Account`, the recipient.
    pub to_account: Cow<'a, str>,
    /// `MsgKey` = `<MsgSeq>_<MsgRandom>_<MsgTime>`, the handle for REST recall.
    pub msg_key: Option<Cow<'a, str>>,
    /// `MsgRandom`
    pub msg_random: Option<u64>,
    /// `SendMsgResult`, only after; 0: delivered, else the error code of the failed delivery.
    pub send_msg_result: Option<i64>,
    /// `ErrorInfo`, only after; `send msg succeed` if it was delivered.
    pub error_info: Option<Cow<'a, str>>,
    /// `UnreadMsgNum`, only after; the recipient's unread one-to-one messages, -1 if delivery failed.
    pub unread_msg_num: Option<i64>,
}

/// The fields of group callbacks.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// `GroupId`
    pub group_id: Cow<'a, str>,
    /// `TopicId` of a community; the empty string counts as none.
    pub topic_id: Option<Cow<'a, str>>,
    /// `Type`: Private, Public, `ChatRoom`, `AVChatRoom`, Community, `BChatRoom`, Live, or one yet to come.
    pub group_type: Option<Cow<'a, str>>,
    /// `Operator_Account`, who made the request; an admin's account if it came through REST.
    pub operator_account: Option<Cow<'a, str>>,
    /// `Random`, the request's random number.
    pub random: Option<u64>,
    /// `GroupAtInfo`, only after; who is mentioned, up to 30.
    pub group_at_info: Vec<GroupAt<'a>>,
    /// `GroupAtInfo` as it came.
    pub group_at_info_raw: Option<&'a RawValue>,
}

/// One mention in a group message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupAt<'a> {
    /// `GroupAtAllFlag` 1: everybody.
    All,
    /// `GroupAt_Account`
    Account(Cow<'a, str>),
}

impl<'a> SendMsg<'a> {
    /// Reads the body of a callback. `text` is the body made [readable](json::readable).
    ///
    /// # Errors
    /// [`ShapeError`] if the body is not a JSON object, does not say whose message it is, or has a `MsgBody` that is
    /// not an array. Anything else may be missing or odd.
    pub fn parse(command: Command, text: &'a str) -> Result<Self, ShapeError> {
        Self::view(command, Object::parse(text)?)
    }

    /// As [`Self::parse`], for a body whose outermost level was read already.
    ///
    /// # Errors
    /// As [`Self::parse`], except for the JSON object.
    pub fn view(command: Command, object: Object<'a>) -> Result<Self, ShapeError> {
        let mut fields = Fields::of(&object);

        let from_account = fields.required("From_Account")?;
        let chat = if command.is_group() {
            let (group_at_info, group_at_info_raw) = mentions(&mut fields);
            Chat::Group(Group {
                group_id: fields.required("GroupId")?,
                topic_id: fields.text("TopicId").filter(|topic| !topic.is_empty()),
                group_type: fields.text("Type"),
                operator_account: fields.text("Operator_Account"),
                random: fields.unsigned("Random"),
                group_at_info,
                group_at_info_raw,
            })
        } else {
            Chat::C2c(C2c {
                to_account: fields.required("To_Account")?,
                msg_key: fields.text("MsgKey"),
                msg_random: fields.unsigned("MsgRandom"),
                send_msg_result: fields.signed("SendMsgResult"),
                error_info: fields.text("ErrorInfo"),
                unread_msg_num: fields.signed("UnreadMsgNum"),
            })
        };
        let (msg_body, msg_body_raw) = fields.msg_body()?;
        Ok(Self {
            command,
            from_account,
            chat,
            msg_seq: fields.unsigned("MsgSeq"),
            msg_time: fields.unsigned("MsgTime"),
            msg_id: fields.text("MsgId"),
            online_only_flag: fields.unsigned("OnlineOnlyFlag"),
            event_time: fields.unsigned("EventTime"),
            msg_body,
            msg_body_raw,
            cloud_custom_data: fields.text("CloudCustomData"),
            twice: fields.twice,
            extra: fields.unread(),
            object,
        })
    }

    /// Whether the message goes only to those who are online.
    #[must_use]
    pub fn is_online_only(&self) -> bool {
        self.online_only_flag == Some(1)
    }
}

impl fmt::Debug for SendMsg<'_> {
    /// Whose message it is and which fields it has, without its text: no log may show that by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMsg")
            .field("command", &self.command)
            .field("from_account", &self.from_account)
            .field("chat", &self.chat)
            .field("fields", &self.object)
            .finish_non_exhaustive()
    }
}

impl Serialize for SendMsg<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}

/// `GroupAtInfo` as it is read, and as it came.
fn mentions<'a>(fields: &mut Fields<'_, 'a>) -> (Vec<GroupAt<'a>>, Option<&'a RawValue>) {
    let mention = |raw: &'a RawValue| {
        let at = Object::parse(raw.get()).ok()?;
        if at.unsigned("GroupAtAllFlag") == Some(1) {
            return Some(GroupAt::All);
        }
        at.text("GroupAt_Account").map(GroupAt::Account)
    };
    let read = |raw| Some((json::array(raw)?.into_iter().map(mention).collect::<Option<_>>()?, Some(raw)));
    fields.take("GroupAtInfo", read).unwrap_or_default()
}
