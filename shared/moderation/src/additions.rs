//! What rules added to a delivered message, taken out again: it is the operator's own and is not judged.
//!
//! Rules add an element at the end, or data beside the message. The platform may write the same JSON in another way, and
//! give an element fields that it has no value for. So what is compared is what the JSON says.

use std::borrow::Cow;

use chathook_protocol::json::{self, Object};
use chathook_protocol::{Element, MsgBody};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::rules::Addition;

/// How many elements of a message come before those that rules appended. Each of `added` counts once.
pub(crate) fn without_appended(body: &MsgBody<'_>, added: &[&Addition]) -> usize {
    let element = |addition: &&Addition| match addition {
        Addition::Element { element, .. } => serde_json::from_str::<Value>(element.get()).ok(),
        Addition::CustomData(_) | Addition::CustomDataMembers(_) => None,
    };
    let mut appended: Vec<Value> = added.iter().filter_map(element).collect();
    let is_appended = |element: &Element<'_>| {
        let at = appended.iter().rposition(|added| says(element.raw, added));
        at.map(|at| appended.remove(at)).is_some()
    };
    body.elements.len()
        - body
            .elements
            .iter()
            .rev()
            .map_while({
                let mut is_appended = is_appended;
                move |element| is_appended(element).then_some(())
            })
            .count()
}

/// `CloudCustomData` without what rules put there; `None` if nothing is left.
pub(crate) fn without_added_data<'d>(data: &'d str, added: &[&Addition]) -> Option<Cow<'d, str>> {
    let mut left = Cow::Borrowed(data);
    // The last rule had the last word.
    for addition in added.iter().rev() {
        match addition {
            Addition::CustomData(value) if left == value.as_str() || is_same_json(&left, value) => return None,
            Addition::CustomDataMembers(members) => {
                let Ok(object) = Object::parse(&left) else { continue };
                if let Some(without) = without_members(&object, members) {
                    left = Cow::Owned(without);
                }
            }
            Addition::CustomData(_) | Addition::Element { .. } => {}
        }
    }
    (left != "{}").then_some(left)
}

/// The object without those members; `None` if it has none of them. The recursion is as deep as the rules file nests.
fn without_members(object: &Object<'_>, members: &Map<String, Value>) -> Option<String> {
    let mut fields = Vec::new();
    let mut is_changed = false;
    for (name, raw) in object.iter() {
        let without = match (members.get(name), Object::parse(raw.get())) {
            (Some(Value::Object(members)), Ok(object)) => without_members(&object, members),
            (Some(value), _) => says(raw, value).then(|| "{}".to_owned()),
            (None, _) => None,
        };
        is_changed |= without.is_some();
        match without.as_deref() {
            Some("{}") => {}
            other => fields.push(format!("{}:{}", Value::from(name), other.unwrap_or(raw.get()))),
        }
    }
    is_changed.then(|| format!("{{{}}}", fields.join(",")))
}

fn is_same_json(data: &str, value: &str) -> bool {
    let parsed = (serde_json::from_str::<&RawValue>(data), serde_json::from_str::<Value>(value));
    matches!(parsed, (Ok(raw), Ok(value)) if says(raw, &value))
}

/// Whether `raw` says what `value` does. A member that `value` lacks may be there if it is empty. Of a member that is
/// there twice, both must say so.
fn says(raw: &RawValue, value: &Value) -> bool {
    match value {
        Value::Object(members) => Object::parse(raw.get()).is_ok_and(|object| {
            members.keys().all(|name| object.get(name).is_some())
                && object.iter().all(|(name, raw)| match members.get(name) {
                    Some(value) => says(raw, value),
                    None => matches!(raw.get(), "null" | "\"\"" | "0" | "false" | "{}" | "[]"),
                })
        }),
        Value::Array(items) => json::array(raw)
            .is_some_and(|raws| raws.len() == items.len() && raws.iter().zip(items).all(|(raw, item)| says(raw, item))),
        scalar => serde_json::from_str::<Value>(raw.get()).is_ok_and(|said| said == *scalar),
    }
}
