//! The keys of the rules file, table by table. The reader of the file and the schema for editors both follow these
//! lists.

pub(in crate::rules) const FILE: &[&str] = &["schema", "rule"];
pub(in crate::rules) const RULE: &[&str] = &["id", "mode", "form", "custom_data", "when", "scope", "action"];
pub(in crate::rules) const WHEN: &[&str] = &[
    "all",
    "any",
    "not",
    "terms",
    "terms_file",
    "form",
    "allow_phrases",
    "regex",
    "links",
    "contacts",
    "min_digits",
    "element_types",
    "file_extensions",
    "file_size",
    "characters",
    "elements",
    "mentions",
    "density",
    "platforms",
];
pub(in crate::rules) const LINKS: &[&str] = &["deny", "allow"];
pub(in crate::rules) const BOUNDS: &[&str] = &["min", "max"];
pub(in crate::rules) const DENSITY: &[&str] = &["capitals", "emoji", "repeats", "combining_marks", "min_characters"];
pub(in crate::rules) const SCOPE: &[&str] =
    &["chat", "group_types", "group_ids", "topics", "senders", "except_accounts", "except_admins", "except_rest"];
/// The actions, each with its keys.
pub(in crate::rules) const ACTIONS: [(&str, &[&str]); 10] = [
    ("allow", &["type"]),
    ("flag", &["type"]),
    ("discard", &["type"]),
    ("reject", &["type", "c2c_code", "group_code", "text"]),
    ("mask", &["type", "with", "keep"]),
    ("replace", &["type", "with"]),
    ("remove_element", &["type"]),
    ("append_element", &["type", "element"]),
    ("set_custom_data", &["type", "value"]),
    ("merge_custom_data", &["type", "value"]),
];

pub(in crate::rules) const KEEPS: &[&str] = &["first", "ends"];
pub(in crate::rules) const MODES: &[&str] = &["live", "shadow"];
pub(in crate::rules) const FORMS: &[&str] = &["exact", "folded", "evasive"];
pub(in crate::rules) const CHATS: &[&str] = &["c2c", "group"];
pub(in crate::rules) const CONTACTS: &[&str] = &["phone", "email", "digits"];
