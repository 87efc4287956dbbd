//! `scope`: which messages a rule is for.

use std::collections::HashSet;

use toml::de::DeTable;

use super::keys;
use super::reader::{Reader, Value};
use super::values::names;
use crate::envelope::ChatKind;
use crate::rules::names::NameKind;
use crate::rules::rule::Scope;

pub(super) fn scope(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Scope> {
    let table = reader.table("scope", value)?;
    reader.only_keys("`scope`", table, keys::SCOPE);

    let chat = table.get("chat").and_then(|value| match reader.one_of("chat", value, keys::CHATS)? {
        "c2c" => Some(ChatKind::C2c),
        _ => Some(ChatKind::Group),
    });
    if chat == Some(ChatKind::C2c) {
        for key in ["group_types", "group_ids", "topics"] {
            if let Some(value) = table.get(key) {
                let what = format!("`{key}` never matches in one-to-one chats");
                reader.problem(&value.span(), what, "remove it, or write chat = \"group\"");
            }
        }
    }
    let group_types = match table.get("group_types") {
        Some(value) if chat != Some(ChatKind::C2c) => names(reader, "group_types", value, NameKind::GroupType),
        _ => Vec::new(),
    };
    let except_rest = table.get("except_rest").and_then(|value| reader.boolean("except_rest", value));
    Some(Scope {
        chat,
        group_types,
        group_ids: set(reader, table, "group_ids"),
        topics: set(reader, table, "topics"),
        senders: accounts(reader, table, "senders"),
        except_accounts: accounts(reader, table, "except_accounts"),
        except_admins: accounts(reader, table, "except_admins"),
        except_rest: except_rest.unwrap_or_default(),
    })
}

fn set(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> HashSet<String> {
    let strings = table.get(key).map(|value| reader.strings(key, value)).unwrap_or_default();
    strings.into_iter().map(|(_, text)| text.to_owned()).collect()
}

fn accounts(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> HashSet<String> {
    let names = table.get(key).map(|value| names(reader, key, value, NameKind::Account));
    names.unwrap_or_default().into_iter().collect()
}
