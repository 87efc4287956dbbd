//! The rules file as types, for the JSON Schema that editors complete and check it with.
//!
//! The reader in `parse` is written by hand, since it tells people what to do about a mistake; these types say the same
//! to machines. A test holds both to the same keys. The comments here are what an editor shows.

#![allow(dead_code, reason = "nobody builds a value of these types: they are there for their schema")]
#![allow(clippy::doc_markdown, reason = "editors show these comments as they stand")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The JSON Schema of the rules file, as indented JSON.
#[must_use]
pub fn schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<File>();
    let mut schema = schema.to_value();
    without_null(&mut schema);
    let mut json = serde_json::to_string_pretty(&schema).unwrap_or_default();
    json.push('\n');
    json
}

/// What may be left out is not `null` otherwise, as it is in JSON: TOML has no such thing.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
                if let [only @ Value::Object(_)] = choices.as_slice() {
                    let only = only.clone();
                    members.remove("anyOf");
                    members.insert("allOf".to_owned(), Value::Array(vec![only]));
                }
            }
            members.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// The moderation rules of chathook.
#[derive(JsonSchema)]
#[schemars(title = "chathook rules", deny_unknown_fields)]
struct File {
    /// The version of the language.
    #[schemars(range(min = 1, max = 1))]
    schema: u32,
    /// The rules, read from the top. All that hit count; the strictest action decides: allow < flag < rewriting <
    /// discard < reject.
    rule: Option<Vec<Rule>>,
}

/// One rule.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Rule {
    /// The name it is reported under.
    id: String,
    /// `shadow`: evaluated and reported, never acted on. Default: live.
    mode: Option<Mode>,
    /// How far a text may stray from the rule's terms. Default: evasive.
    form: Option<Form>,
    /// Whether CloudCustomData is looked at too. Default: false.
    custom_data: Option<bool>,
    /// What it looks for.
    when: When,
    /// Which messages it is for. Default: all.
    scope: Option<Scope>,
    /// What happens when it hits.
    action: Action,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Mode {
    Live,
    Shadow,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Form {
    /// Exactly as it is written.
    Exact,
    /// In any letter case and shape of its characters.
    Folded,
    /// In any disguise.
    Evasive,
}

/// Conditions; all that are written must hold for the same element of a message.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
struct When {
    /// All of these must hold.
    #[schemars(length(min = 1))]
    all: Option<Vec<When>>,
    /// One of these must hold.
    #[schemars(length(min = 1))]
    any: Option<Vec<When>>,
    /// This must not hold.
    not: Option<Box<When>>,
    /// Whole words; `cat*`, `*cat` and `*cat*` go on beyond the term. Terms in scripts without spaces are found anywhere.
    #[schemars(length(min = 1))]
    terms: Option<Vec<String>>,
    /// The same from a file beside this one, one term a line.
    terms_file: Option<String>,
    /// How far a text may stray from these terms; instead of the rule's.
    form: Option<Form>,
    /// Phrases within which these terms do not count.
    #[schemars(length(min = 1))]
    allow_phrases: Option<Vec<String>>,
    /// A regular expression or several, one of which must match; on the text as it was sent.
    regex: Option<OneOrMore>,
    /// Links.
    links: Option<Links>,
    /// Ways to reach somebody elsewhere, one of which must be there.
    #[schemars(length(min = 1))]
    contacts: Option<Vec<Contact>>,
    /// How many digits make a long number, for the contacts `digits`. Default: 8.
    #[schemars(range(min = 4, max = 1000))]
    min_digits: Option<u32>,
    /// MsgTypes.
    #[schemars(length(min = 1), extend("examples" = [["TIMFileElem", "TIMVideoFileElem"]]))]
    element_types: Option<Vec<String>>,
    /// Endings of file names, without the dot.
    #[schemars(length(min = 1), extend("examples" = [["exe", "apk"]]))]
    file_extensions: Option<Vec<String>>,
    /// The bytes of a file, picture, video or sound.
    file_size: Option<Bounds>,
    /// The characters of an element's texts together.
    characters: Option<Bounds>,
    /// The elements of the message.
    elements: Option<Bounds>,
    /// The mentions (`@name`) in an element's texts together.
    mentions: Option<Bounds>,
    /// Shares of a text, in percent; all that are written must be reached.
    density: Option<Density>,
    /// What the message was sent from.
    #[schemars(length(min = 1), extend("examples" = [["RESTAPI", "Web", "Android", "iOS", "Windows", "Mac", "iPad", "Unknown"]]))]
    platforms: Option<Vec<String>>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMore {
    One(String),
    More(#[schemars(length(min = 1))] Vec<String>),
}

/// Links to these sites; all links without `deny`. A domain stands for its sub-domains too, `example.com/path` only for
/// what is below that path.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Links {
    /// Only links to these.
    #[schemars(length(min = 1))]
    deny: Option<Vec<String>>,
    /// Never links to these.
    #[schemars(length(min = 1))]
    allow: Option<Vec<String>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Contact {
    Phone,
    Email,
    Digits,
}

/// From `min` to `max`, both included; one of them is enough.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
struct Bounds {
    #[schemars(range(min = 0))]
    min: Option<u64>,
    #[schemars(range(min = 0))]
    max: Option<u64>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Density {
    /// Capitals among the letters that have a case.
    #[schemars(range(min = 1, max = 100))]
    capitals: Option<u32>,
    /// Emoji among the characters.
    #[schemars(range(min = 1, max = 100))]
    emoji: Option<u32>,
    /// Characters that are the one before them once more.
    #[schemars(range(min = 1, max = 100))]
    repeats: Option<u32>,
    /// Combining marks among the code points.
    #[schemars(range(min = 1, max = 100))]
    combining_marks: Option<u32>,
    /// How many characters a text must have to be judged. Default: 10.
    #[schemars(range(min = 1, max = 10_000))]
    min_characters: Option<u32>,
}

/// Which messages a rule is for; all that is written must hold.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Scope {
    /// One-to-one or group. Default: both.
    chat: Option<Chat>,
    /// Only groups of these types. A group message that comes without its `Type` is in none.
    #[schemars(length(min = 1), extend("examples" = [["Public", "Work", "Meeting", "AVChatRoom", "Community"]]))]
    group_types: Option<Vec<String>>,
    /// Only these groups.
    #[schemars(length(min = 1))]
    group_ids: Option<Vec<String>>,
    /// Only these topics of a community.
    #[schemars(length(min = 1))]
    topics: Option<Vec<String>>,
    /// Only messages of these accounts.
    #[schemars(length(min = 1))]
    senders: Option<Vec<String>>,
    /// Not messages of these accounts.
    #[schemars(length(min = 1))]
    except_accounts: Option<Vec<String>>,
    /// Not what these accounts send, for whomever (Operator_Account; groups only).
    #[schemars(length(min = 1))]
    except_admins: Option<Vec<String>>,
    /// Not what the app's server sends through the REST API. Default: false.
    except_rest: Option<bool>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Chat {
    C2c,
    Group,
}

/// What happens when a rule hits.
#[derive(JsonSchema)]
#[schemars(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Action {
    /// Deliver; the rules below are not read.
    Allow,
    /// Deliver, and report it.
    Flag,
    /// Deliver nothing; the sender sees success.
    Discard,
    /// Deliver nothing, and tell the sender.
    Reject {
        /// The app's own code in one-to-one chats.
        #[schemars(range(min = 120_001, max = 130_000))]
        c2c_code: Option<u32>,
        /// The app's own code in groups.
        #[schemars(range(min = 10_100, max = 10_200))]
        group_code: Option<u32>,
        /// What the sender's client is told.
        text: Option<String>,
    },
    /// Deliver with a sign for every character found.
    Mask {
        /// The sign; no letter or digit.
        with: String,
    },
    /// Deliver with another text for every hit.
    Replace {
        /// The text.
        with: String,
    },
    /// Deliver without the elements that were hit; without any left, discard.
    RemoveElement,
    /// Deliver with one element more.
    AppendElement {
        /// The element.
        element: Element,
    },
    /// Deliver with another CloudCustomData.
    SetCustomData {
        /// The text.
        value: String,
    },
    /// Deliver with these members in CloudCustomData, if that is a JSON object or empty.
    MergeCustomData {
        /// The members.
        #[schemars(extend("minProperties" = 1))]
        value: BTreeMap<String, Value>,
    },
}

#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields)]
struct Element {
    /// For example TIMTextElem.
    msg_type: String,
    /// What the element holds.
    #[schemars(extend("minProperties" = 1))]
    msg_content: BTreeMap<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::read::keys;

    fn sorted(keys: &[&str]) -> Vec<String> {
        let mut keys: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
        keys.sort();
        keys
    }

    fn properties(schema: &Value) -> Vec<String> {
        let mut keys: Vec<_> =
            schema["properties"].as_object().into_iter().flat_map(|keys| keys.keys().cloned()).collect();
        keys.sort();
        keys
    }

    #[test]
    fn the_schema_knows_the_keys_that_the_reader_knows() {
        let schema: Value = serde_json::from_str(&schema()).unwrap_or_default();
        let definitions = &schema["definitions"];
        assert_eq!(properties(&schema), sorted(keys::FILE));
        for (name, keys) in [
            ("Rule", keys::RULE),
            ("When", keys::WHEN),
            ("Links", keys::LINKS),
            ("Bounds", keys::BOUNDS),
            ("Density", keys::DENSITY),
            ("Scope", keys::SCOPE),
        ] {
            assert_eq!(properties(&definitions[name]), sorted(keys), "{name}");
            assert_eq!(definitions[name]["additionalProperties"], false, "{name}");
        }
        let values = |name: &str| -> Vec<String> {
            let of =
                |choice: &Value| choice["enum"].as_array().cloned().unwrap_or_else(|| vec![choice["const"].clone()]);
            let choices =
                definitions[name]["oneOf"].as_array().cloned().unwrap_or_else(|| vec![definitions[name].clone()]);
            choices.iter().flat_map(of).filter_map(|value| value.as_str().map(str::to_owned)).collect()
        };
        for (name, known) in
            [("Mode", keys::MODES), ("Form", keys::FORMS), ("Chat", keys::CHATS), ("Contact", keys::CONTACTS)]
        {
            assert_eq!(values(name), known, "{name}");
        }
        let actions = definitions["Action"]["oneOf"].as_array().cloned().unwrap_or_default();
        assert_eq!(actions.len(), keys::ACTIONS.len());
        for (action, (name, keys)) in actions.iter().zip(keys::ACTIONS) {
            assert_eq!(action["properties"]["type"]["const"], name);
            assert_eq!(properties(action), sorted(keys), "{name}");
            assert_eq!(action["additionalProperties"], false, "{name}");
        }
    }

    #[test]
    fn nothing_is_null() {
        assert!(!schema().contains("\"null\""));
    }
}
