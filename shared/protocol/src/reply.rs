//! The webhook's answer. Its constructors only make answers that the platform understands.

use std::fmt;

use serde::Serialize;
use serde_json::value::RawValue;
use thiserror::Error;

/// A reject code outside the range that the platform allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{code} is not a reject code for {chat} messages; use one of {from} to {to}")]
pub struct CodeError {
    code: u32,
    chat: &'static str,
    from: u32,
    to: u32,
}

/// An app's own code for rejecting a one-to-one message: 120001 to 130000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct C2cRejectCode(u32);

/// An app's own code for rejecting a group message: 10100 to 10200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupRejectCode(u32);

impl TryFrom<u32> for C2cRejectCode {
    type Error = CodeError;

    fn try_from(code: u32) -> Result<Self, CodeError> {
        match code {
            120_001..=130_000 => Ok(Self(code)),
            _ => Err(CodeError { code, chat: "one-to-one", from: 120_001, to: 130_000 }),
        }
    }
}

impl TryFrom<u32> for GroupRejectCode {
    type Error = CodeError;

    fn try_from(code: u32) -> Result<Self, CodeError> {
        match code {
            10_100..=10_200 => Ok(Self(code)),
            _ => Err(CodeError { code, chat: "group", from: 10_100, to: 10_200 }),
        }
    }
}

/// The code of a rejection, which the sender's client sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectCode {
    /// 1: the sender's client shows the platform's own error, 20006 (one-to-one) or 10016 (group).
    Plain,
    /// The app's own code for a one-to-one message; the client sees it together with the text.
    C2c(C2cRejectCode),
    /// The app's own code for a group message; the client sees it together with the text.
    Group(GroupRejectCode),
}

impl RejectCode {
    const fn number(self) -> u32 {
        match self {
            Self::Plain => 1,
            Self::C2c(C2cRejectCode(code)) | Self::Group(GroupRejectCode(code)) => code,
        }
    }
}

/// What to deliver in place of what was sent. A part that is not set stays as the sender wrote it. Nothing can be set
/// to an empty value, since the protocol does not say what that would do.
#[derive(Clone, Default)]
pub struct Rewrite {
    msg_body: Option<Vec<Box<RawValue>>>,
    cloud_custom_data: Option<String>,
}

impl Rewrite {
    /// A rewrite that changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Delivers these elements. If there are none, the body stays as it was.
    #[must_use]
    pub fn msg_body(mut self, elements: Vec<Box<RawValue>>) -> Self {
        self.msg_body = Some(elements).filter(|elements| !elements.is_empty());
        self
    }

    /// Delivers this `CloudCustomData`. If the text is empty, it stays as it was.
    #[must_use]
    pub fn cloud_custom_data(mut self, text: String) -> Self {
        self.cloud_custom_data = Some(text).filter(|text| !text.is_empty());
        self
    }

    /// The rewritten elements, if they are rewritten.
    #[must_use]
    pub fn elements(&self) -> Option<&[Box<RawValue>]> {
        self.msg_body.as_deref()
    }

    /// The new `CloudCustomData`, if it is rewritten.
    #[must_use]
    pub fn custom_data(&self) -> Option<&str> {
        self.cloud_custom_data.as_deref()
    }
}

impl fmt::Debug for Rewrite {
    /// What is rewritten, without the text: no log may show that by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewrite")
            .field("elements", &self.msg_body.as_ref().map(Vec::len))
            .field("custom_data", &self.cloud_custom_data.is_some())
            .finish()
    }
}

/// An answer to the platform: the body of an HTTP 200 response (403 if a [`Reply::fail`] goes to a stranger).
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reply {
    action_status: &'static str,
    error_info: String,
    error_code: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_body: Option<Vec<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_custom_data: Option<String>,
}

impl fmt::Debug for Reply {
    /// Without the text, as for [`Rewrite`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("action_status", &self.action_status)
            .field("error_info", &self.error_info)
            .field("error_code", &self.error_code)
            .field("elements", &self.msg_body.as_ref().map(Vec::len))
            .field("custom_data", &self.cloud_custom_data.is_some())
            .finish()
    }
}

impl Reply {
    fn ok(error_code: u32) -> Self {
        Self { action_status: "OK", error_info: String::new(), error_code, msg_body: None, cloud_custom_data: None }
    }

    /// Deliver the message as it is. To an after-callback: done.
    #[must_use]
    pub fn allow() -> Self {
        Self::ok(0)
    }

    /// Do not deliver, and tell the sender. `ActionStatus` is `OK` even here, since the webhook did its work.
    #[must_use]
    pub fn reject(code: RejectCode, text: &str) -> Self {
        Self { error_info: text.to_owned(), ..Self::ok(code.number()) }
    }

    /// Do not deliver; the sender sees success.
    #[must_use]
    pub fn discard() -> Self {
        Self::ok(2)
    }

    /// Deliver this instead.
    #[must_use]
    pub fn rewrite(rewrite: Rewrite) -> Self {
        Self { msg_body: rewrite.msg_body, cloud_custom_data: rewrite.cloud_custom_data, ..Self::ok(0) }
    }

    /// The webhook could not do its work. Strangers may read `info`, so it must say nothing about how we work inside.
    #[must_use]
    pub fn fail(info: &str) -> Self {
        Self { action_status: "FAIL", error_info: info.to_owned(), ..Self::ok(1) }
    }

    /// The answer's JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising strings, numbers and raw JSON cannot fail. If it ever did, this would say so.
        serde_json::to_string(self)
            .unwrap_or_else(|_| r#"{"ActionStatus":"FAIL","ErrorInfo":"no answer","ErrorCode":1}"#.to_owned())
    }
}
