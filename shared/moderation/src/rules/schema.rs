//! The rules file as types, for the JSON Schema that editors complete and check it with.
//!
//! The reader in `read` is written by hand, since it tells people what to do about a mistake. These types say the same
//! to machines, and a test compares the keys of both. Editors show the comments here.

#![allow(dead_code, reason = "the types exist for their schema alone; no value is ever made")]
#![allow(clippy::doc_markdown, reason = "editors show these comments as they are")]

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

/// Removes `null` from the schema: TOML has none, and leaves a key out instead.
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
    /// The rules, read from the top. All rules that hit count, and the strictest action decides: allow < flag <
    /// rewriting < discard < reject.
    rule: Option<Vec<Rule>>,
}

/// One rule.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Rule {
    /// The name it is reported under.
    id: String,
    /// A shadow rule is evaluated and reported, but changes nothing. Default: live.
    mode: Option<Mode>,
    /// How much a text may differ from the rule's terms. Default: evasive.
    form: Option<Form>,
    /// Whether to look into CloudCustomData too. Default: false.
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

/// Conditions. All of them must be true of the same element of a message.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
struct When {
    /// All of these must be true.
    #[schemars(length(min = 1))]
    all: Option<Vec<When>>,
    /// At least one of these must be true.
    #[schemars(length(min = 1))]
    any: Option<Vec<When>>,
    /// This must not be true.
    not: Option<Box<When>>,
    /// Words to find. A term is a whole word; `cat*`, `*cat` and `*cat*` also find longer ones. Terms in scripts
    /// without spaces are found anywhere.
    #[schemars(length(min = 1))]
    terms: Option<Vec<String>>,
    /// The same, from a file beside this one with one term on each line.
    terms_file: Option<String>,
    /// How much a text may differ from these terms. Default: the rule's form.
    form: Option<Form>,
    /// Phrases in which these terms do not count. They are found in any letter case, but in no disguise.
    #[schemars(length(min = 1))]
    allow_phrases: Option<Vec<String>>,
    /// A regular expression, or several of which one must match. They see the text as it was sent.
    regex: Option<OneOrMore>,
    /// Links.
    links: Option<Links>,
    /// Ways to reach somebody elsewhere. At least one must be there.
    #[schemars(length(min = 1))]
    contacts: Option<Vec<Contact>>,
    /// How many digits a number must have, for the contacts `digits`. Default: 8.
    #[schemars(range(min = 4, max = 1000))]
    min_digits: Option<u32>,
    /// The element's MsgType must be one of these.
    #[schemars(length(min = 1), extend("examples" = [["TIMFileElem", "TIMVideoFileElem"]]))]
    element_types: Option<Vec<String>>,
    /// The file's name must end in one of these, written without the dot.
    #[schemars(length(min = 1), extend("examples" = [["exe", "apk"]]))]
    file_extensions: Option<Vec<String>>,
    /// The size of the file, picture, video or sound, in bytes.
    file_size: Option<Bounds>,
    /// How many characters the element's texts have together.
    characters: Option<Bounds>,
    /// How many elements the message has.
    elements: Option<Bounds>,
    /// How many mentions (`@name`) the element's texts have together.
    mentions: Option<Bounds>,
    /// Shares of a text, in percent. It must reach all that are given.
    density: Option<Density>,
    /// The kind of client that sent the message.
    #[schemars(length(min = 1), extend("examples" = [["RESTAPI", "Web", "Android", "iOS", "Windows", "Mac", "iPad", "Unknown"]]))]
    platforms: Option<Vec<String>>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMore {
    One(String),
    More(#[schemars(length(min = 1))] Vec<String>),
}

/// Links to the sites in `deny`, or all links without it. A domain includes its sub-domains; `example.com/path` is only
/// what is below that path.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Links {
    /// Only links to these sites.
    #[schemars(length(min = 1))]
    deny: Option<Vec<String>>,
    /// Never links to these sites.
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

/// From `min` to `max`, both included. One of them is enough.
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
    /// The capitals among the letters that have a case.
    #[schemars(range(min = 1, max = 100))]
    capitals: Option<u32>,
    /// The emoji among the characters.
    #[schemars(range(min = 1, max = 100))]
    emoji: Option<u32>,
    /// The characters that repeat the one before them.
    #[schemars(range(min = 1, max = 100))]
    repeats: Option<u32>,
    /// The combining marks among the code points.
    #[schemars(range(min = 1, max = 100))]
    combining_marks: Option<u32>,
    /// How many characters a text must have to be judged. Default: 10.
    #[schemars(range(min = 1, max = 10_000))]
    min_characters: Option<u32>,
}

/// Which messages a rule is for. A message must fit everything that is given.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Scope {
    /// One-to-one or group. Default: both.
    chat: Option<Chat>,
    /// Only groups of these types. A group message that comes without its `Type` matches none.
    #[schemars(length(min = 1), extend("examples" = [["Public", "Work", "Meeting", "AVChatRoom", "Community"]]))]
    group_types: Option<Vec<String>>,
    /// Only these groups.
    #[schemars(length(min = 1))]
    group_ids: Option<Vec<String>>,
    /// Only these topics of a community.
    #[schemars(length(min = 1))]
    topics: Option<Vec<String>>,
    /// Only messages from these accounts.
    #[schemars(length(min = 1))]
    senders: Option<Vec<String>>,
    /// No messages from these accounts.
    #[schemars(length(min = 1))]
    except_accounts: Option<Vec<String>>,
    /// No messages that these accounts send for anybody (Operator_Account; groups only).
    #[schemars(length(min = 1))]
    except_admins: Option<Vec<String>>,
    /// No messages that the app's server sends through the REST API. Default: false.
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
    /// Deliver, and do not read the rules below. Hits above still count.
    Allow,
    /// Deliver, and report the message.
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
        /// What the sender's client gets to see.
        text: Option<String>,
    },
    /// Deliver with a sign in place of every character that was found.
    Mask {
        /// The sign: one that is not a letter or digit.
        with: String,
        /// Which characters of a hit stay. Default: none.
        keep: Option<Keep>,
    },
    /// Deliver with another text in place of every hit.
    Replace {
        /// The text.
        with: String,
    },
    /// Deliver without the elements that were hit. Discard the message if none is left.
    RemoveElement,
    /// Deliver with one more element.
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
#[schemars(rename_all = "lowercase")]
enum Keep {
    /// The first one, if there are more.
    First,
    /// The first one, and the last one if at least two are between them.
    Ends,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields)]
struct Element {
    /// For example TIMTextElem.
    msg_type: String,
    /// The content, with the fields of that type.
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
        for (name, known) in [
            ("Mode", keys::MODES),
            ("Form", keys::FORMS),
            ("Chat", keys::CHATS),
            ("Contact", keys::CONTACTS),
            ("Keep", keys::KEEPS),
        ] {
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
