//! `action`: what happens when a rule hits.

use chathook_protocol::{C2cRejectCode, GroupRejectCode, MAX_MESSAGE_BYTES};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use toml::de::{DeTable, DeValue};
use unicode_segmentation::UnicodeSegmentation;

use super::keys;
use super::reader::{Reader, Value, suggestion, to_i64};
use super::values::missing;
use crate::rules::rule::{Action, Addition, Change, Keep, Mask, Reject};

pub(super) fn action(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Action> {
    let table = reader.table("action", value)?;
    let Some(type_value) = table.get("type") else {
        return missing(reader, &value.span(), "the action", "type", "type = \"reject\"");
    };
    let name = reader.string("type", type_value)?;
    let Some((name, keys)) = keys::ACTIONS.into_iter().find(|(known, _)| *known == name) else {
        let fix = suggestion(name, &keys::ACTIONS.map(|(name, _)| name));
        reader.problem(&type_value.span(), format!("there is no action `{name}`"), fix);
        return None;
    };
    let kind = format!("the action {name}");
    reader.only_keys(&kind, table, keys);
    let at = value.span();
    let required = |reader: &mut Reader<'_>, key: &str, example: &str| match table.get(key) {
        Some(value) => Some(value),
        None => missing(reader, &at, &kind, key, example),
    };
    Some(match name {
        "allow" => Action::Allow,
        "flag" => Action::Flag,
        "discard" => Action::Discard,
        "reject" => Action::Reject(reject(reader, table)?),
        "mask" => {
            let with = required(reader, "with", "with = \"*\"")?;
            let sign = mask_sign(reader, with)?;
            let keep = table.get("keep").map(|value| reader.one_of("keep", value, keys::KEEPS));
            let keep = match keep {
                None => Keep::Nothing,
                Some(name) => {
                    if name? == "ends" {
                        Keep::Ends
                    } else {
                        Keep::First
                    }
                }
            };
            Action::Rewrite(Change::Mask(Mask { sign, keep }))
        }
        "replace" => {
            let with = required(reader, "with", "with = \"…\"")?;
            Action::Rewrite(Change::Replace(reader.string("with", with)?.to_owned()))
        }
        "remove_element" => Action::Rewrite(Change::RemoveElement),
        "append_element" => {
            let element = required(reader, "element", ELEMENT_EXAMPLE)?;
            Action::Add(append_element(reader, element)?)
        }
        "merge_custom_data" => {
            let data = required(reader, "value", "value = { checked = true }")?;
            Action::Add(merge_custom_data(reader, data)?)
        }
        _ => {
            let data = required(reader, "value", "value = \"…\"")?;
            let text = reader.string("value", data)?;
            if text.len() > MAX_MESSAGE_BYTES {
                let what = format!("the value is longer than a message can be, {MAX_MESSAGE_BYTES} bytes");
                reader.problem(&data.span(), what, "shorten it");
                return None;
            }
            Action::Add(Addition::CustomData(text.to_owned()))
        }
    })
}

fn reject(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Reject> {
    let c2c_code = code::<C2cRejectCode>(reader, table, "c2c_code", "120001 to 130000");
    let group_code = code::<GroupRejectCode>(reader, table, "group_code", "10100 to 10200");
    let text = match table.get("text") {
        Some(value) => reader.string("text", value)?.to_owned(),
        None => String::new(),
    };
    Some(Reject { c2c_code, group_code, text })
}

fn code<T: TryFrom<u32>>(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str, range: &str) -> Option<T> {
    let value = table.get(key)?;
    let number = reader.integer(key, value)?;
    let code = u32::try_from(number).ok().and_then(|number| T::try_from(number).ok());
    if code.is_none() {
        let what = format!("`{key}` {number} is out of the platform's range");
        reader.problem(&value.span(), what, format!("use one of {range}"));
    }
    code
}

/// Reads the sign of a mask: one that is no part of a word and does not combine with its neighbours.
fn mask_sign(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let with = reader.string("with", value)?;
    let mut characters = with.chars();
    let sign = characters.next().filter(|sign| characters.next().is_none() && !sign.is_alphanumeric());
    if sign.is_none_or(|sign| format!("a{sign}a").graphemes(true).count() != 3 || sign.is_control()) {
        let fix = "use one sign such as `*` or `█`, or the action replace";
        reader.problem(&value.span(), format!("`{}` is not a mask", with.escape_debug()), fix);
        return None;
    }
    Some(with.to_owned())
}

const ELEMENT_EXAMPLE: &str = "element = { MsgType = \"TIMTextElem\", MsgContent = { Text = \"…\" } }";

fn append_element(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Addition> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Element<'a> {
        msg_type: &'a str,
        msg_content: serde_json::Value,
    }

    let table = reader.table("element", value)?;
    reader.only_keys("the element", table, &["MsgType", "MsgContent"]);
    let at = value.span();
    let msg_type = match table.get("MsgType") {
        Some(value) => reader.string("MsgType", value),
        None => missing(reader, &at, "the element", "MsgType", "MsgType = \"TIMTextElem\""),
    };
    let msg_content = match table.get("MsgContent") {
        Some(value) => match reader.table("MsgContent", value) {
            Some(content) if content.is_empty() => {
                reader.problem(&value.span(), "`MsgContent` is empty", "write the element's content");
                None
            }
            Some(_) => to_json(reader, value),
            None => None,
        },
        None => missing(reader, &at, "the element", "MsgContent", "MsgContent = { Text = \"…\" }"),
    };
    let element = Element { msg_type: msg_type?, msg_content: msg_content? };
    let json: Box<RawValue> = to_raw_value(&element).ok()?;
    if json.get().len() + "[]".len() > MAX_MESSAGE_BYTES {
        let what = format!("the element is longer than a message can be, {MAX_MESSAGE_BYTES} bytes");
        reader.problem(&at, what, "shorten it");
        return None;
    }
    Some(Addition::Element { element: json, is_custom: element.msg_type == "TIMCustomElem" })
}

fn merge_custom_data(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Addition> {
    if reader.table("value", value)?.is_empty() {
        reader.problem(&value.span(), "`value` is empty", "write the members to add");
        return None;
    }
    match to_json(reader, value)? {
        serde_json::Value::Object(members) => Some(Addition::CustomDataMembers(members)),
        _ => None,
    }
}

/// TOML as JSON. The TOML parser limits how deep values can nest.
fn to_json(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<serde_json::Value> {
    let json = match value.get_ref() {
        DeValue::String(text) => Some(text.as_ref().into()),
        DeValue::Boolean(flag) => Some((*flag).into()),
        DeValue::Integer(integer) => to_i64(integer).map(Into::into),
        DeValue::Float(float) => {
            float.as_str().parse().ok().and_then(serde_json::Number::from_f64).map(serde_json::Value::Number)
        }
        DeValue::Array(items) => {
            return items.iter().map(|item| to_json(reader, item)).collect::<Option<Vec<_>>>().map(Into::into);
        }
        DeValue::Table(table) => {
            let members = table.iter().map(|(key, value)| Some((key.get_ref().to_string(), to_json(reader, value)?)));
            return members.collect::<Option<serde_json::Map<_, _>>>().map(Into::into);
        }
        DeValue::Datetime(_) => None,
    };
    if json.is_none() {
        let what = format!("JSON cannot hold this {}", value.get_ref().type_str());
        reader.problem(&value.span(), what, "write it as a string");
    }
    json
}
