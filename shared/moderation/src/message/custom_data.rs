//! Adding members to `CloudCustomData`.

use chathook_protocol::json::Object;
use serde_json::{Map, Value};

/// The result of a merge.
pub(crate) enum Merged {
    /// The new data.
    Into(String),
    /// The members are there already.
    Already,
    /// The data is not a JSON object.
    NoObject,
}

/// Puts `members` into the JSON object in `data`. Absent or empty data is an empty object. A member of the same name is
/// replaced, unless both are objects: those are merged in the same way. Members keep their order, and all others stay
/// exactly as they are written, big numbers included.
pub(crate) fn merge(data: Option<&str>, members: &Map<String, Value>) -> Merged {
    let data = data.map(str::trim).filter(|data| !data.is_empty()).unwrap_or("{}");
    let Ok(object) = Object::parse(data) else { return Merged::NoObject };
    merge_object(&object, members).map_or(Merged::Already, Merged::Into)
}

/// `None` if nothing changes. The recursion is as deep as the rules file nests, which its parser limits.
fn merge_object(object: &Object<'_>, members: &Map<String, Value>) -> Option<String> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut is_changed = false;
    for (name, raw) in object.iter() {
        let old = raw.get();
        let new = members.get(name).and_then(|value| match (value, Object::parse(old)) {
            (Value::Object(members), Ok(object)) => merge_object(&object, members),
            (value, _) => (serde_json::from_str::<Value>(old).ok().as_ref() != Some(value)).then(|| value.to_string()),
        });
        is_changed |= new.is_some();
        fields.push((name.to_owned(), new.unwrap_or_else(|| old.to_owned())));
    }
    for (name, value) in members {
        if object.get(name).is_none() {
            is_changed = true;
            fields.push((name.clone(), value.to_string()));
        }
    }
    let field = |(name, value): &(String, String)| format!("{}:{value}", Value::from(name.as_str()));
    is_changed.then(|| format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(",")))
}
