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
    /// A field that was asked for and is there with different values.
    pub(crate) twice: Option<&'static str>,
}

impl<'o, 'a> Fields<'o, 'a> {
    pub(crate) fn of(object: &'o Object<'a>) -> Self {
        Self { object, read: vec!["CallbackCommand"], twice: None }
    }

    pub(crate) fn take<T>(&mut self, name: &'static str, read: impl FnOnce(&'a RawValue) -> Option<T>) -> Option<T> {
        let mut values = self.object.iter().rev().filter(|(key, _)| *key == name).map(|(_, value)| value);
        // As in `Object::get`, the last one is taken.
        let last = values.next();
        if values.any(|value| last.is_some_and(|last| last.get() != value.get())) {
            self.twice = Some(name);
        }
        let value = last.and_then(read);
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
        self.object.filtered(|name, value| !self.read.contains(&name) || self.is_other_value(name, value))
    }

    /// Whether it is a value that was not read, because the same name has another one.
    fn is_other_value(&self, name: &str, value: &RawValue) -> bool {
        self.twice.is_some() && self.object.get(name).is_some_and(|read| read.get() != value.get())
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
