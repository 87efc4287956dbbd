//! Reads the fields of a callback, and keeps track of which ones could be read.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::element::MsgBody;
use crate::error::ShapeError;
use crate::json::{self, Object};

/// Reads fields and remembers which could be read. The others go into a view's `extra`.
pub(crate) struct Fields<'o, 'a> {
    object: &'o Object<'a>,
    read: Vec<&'static str>,
}

impl<'o, 'a> Fields<'o, 'a> {
    pub(crate) fn of(object: &'o Object<'a>) -> Self {
        Self { object, read: vec!["CallbackCommand"] }
    }

    pub(crate) fn take<T>(&mut self, name: &'static str, read: impl FnOnce(&'a RawValue) -> Option<T>) -> Option<T> {
        let value = self.object.get(name).and_then(read);
        if value.is_some() {
            self.read.push(name);
        }
        value
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Option<Cow<'a, str>> {
        self.take(name, json::text)
    }

    pub(crate) fn required(&mut self, name: &'static str) -> Result<Cow<'a, str>, ShapeError> {
        self.text(name).filter(|text| !text.is_empty()).ok_or(ShapeError::Missing(name))
    }

    pub(crate) fn unsigned(&mut self, name: &'static str) -> Option<u64> {
        self.take(name, json::unsigned)
    }

    pub(crate) fn signed(&mut self, name: &'static str) -> Option<i64> {
        self.take(name, json::signed)
    }

    pub(crate) fn unread(&self) -> Object<'a> {
        self.object.filtered(|name| !self.read.contains(&name))
    }

    /// `MsgBody` as it is read, and as it came.
    pub(crate) fn msg_body(&mut self) -> Result<(MsgBody<'a>, Option<&'a RawValue>), ShapeError> {
        let raw = self.take("MsgBody", Some).filter(|raw| raw.get() != "null");
        let body = match raw {
            Some(raw) => MsgBody::parse(raw).ok_or(ShapeError::MsgBody)?,
            None => MsgBody::default(),
        };
        Ok((body, raw))
    }
}
