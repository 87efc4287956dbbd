//! The table's items as lines: whatever is in a table is the same after an export and an import.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use chathook_archive::{Archive, ArchiveError, Conversation, Imported, ItemError, ItemKey, RawItem};
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::engine::{Engine, TABLE};
use crate::samples::{ana_and_bo, c2c, group, record, the_group};

type Item = HashMap<String, AttributeValue>;

async fn write(engine: &Engine, item: &Item) {
    engine.raw.put_item().table_name(TABLE).set_item(Some(item.clone())).send().await.unwrap();
}

/// Every line of a conversation or the table.
async fn lines(archive: &Archive, conversation: Option<&Conversation>, mut after: Option<ItemKey>) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let page = archive.export(conversation, after.as_ref()).await.unwrap();
        lines.extend(page.items.iter().map(|item| item.to_json().unwrap()));
        after = page.next_cursor;
        if after.is_none() {
            return lines;
        }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(digits: &str) -> AttributeValue {
    AttributeValue::N(digits.to_owned())
}

/// Any text, awkward ones more often.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just(String::new()),
        Just("\u{0}\u{1}\r\n\u{7f}\u{85}\u{2028}\u{2029}\u{feff}\u{fffd}\u{fffe}\u{10ffff}".to_owned()),
        "[ \t\r\n\"\\\\/{}\\[\\],:;=@']{0,20}",
    ]
}

/// Numbers as the table gives them back.
fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u64>().prop_map(|number| number.to_string()),
        "-?[1-9][0-9]{0,37}",
        "-?[1-9][0-9]{0,15}\\.[0-9]{0,20}[1-9]",
        "-?0\\.0{0,50}[1-9]",
        Just(format!("1{}", "0".repeat(125))),
        Just("0".to_owned()),
    ]
}

fn any_value() -> impl Strategy<Value = AttributeValue> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..8).prop_map(Blob::new);
    let leaf = prop_oneof![
        4 => any_text().prop_map(AttributeValue::S),
        4 => any_number().prop_map(AttributeValue::N),
        1 => any::<bool>().prop_map(AttributeValue::Bool),
        1 => Just(AttributeValue::Null(true)),
        1 => bytes().prop_map(AttributeValue::B),
        1 => prop::collection::btree_set("[a-z\u{0}字]{1,3}", 1..4).prop_map(|set| AttributeValue::Ss(set.into_iter().collect())),
        1 => prop::collection::btree_set("[1-9][0-9]{0,37}", 1..4).prop_map(|set| AttributeValue::Ns(set.into_iter().collect())),
        1 => bytes().prop_map(|one| AttributeValue::Bs(vec![one])),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(AttributeValue::L),
            prop::collection::hash_map(any_text().prop_filter("a name", |name| !name.is_empty()), inner, 0..3)
                .prop_map(AttributeValue::M),
        ]
    })
}

fn any_item() -> impl Strategy<Value = Item> {
    let name = prop_oneof![any_text().prop_filter("a name", |name| !name.is_empty()), "[A-Z][a-z]{1,5}"];
    let key = || any_text().prop_filter("a key", |key| !key.is_empty() && key.len() <= 1024);
    (prop::collection::hash_map(name, any_value(), 0..8), key(), key()).prop_map(|(mut item, pk, sk)| {
        item.insert("pk".to_owned(), text(&pk));
        item.insert("sk".to_owned(), text(&sk));
        item
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_item_survives_the_way_out_and_in(items in prop::collection::vec(any_item(), 1..6)) {
        Runtime::new().unwrap().block_on(async {
            let (from, to) = (Engine::start().await, Engine::start().await);
            for item in &items {
                write(&from, item).await;
            }
            let exported = lines(&from.archive, None, None).await;
            for line in &exported {
                assert!(!line.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')), "{line}");
                let item = RawItem::from_json(line).unwrap();
                assert_eq!(&item.to_json().unwrap(), line);
                assert_eq!(to.archive.import(&item).await.unwrap(), Imported::New);
                assert_eq!(to.archive.import(&item).await.unwrap(), Imported::Duplicate);
            }
            assert_eq!(lines(&to.archive, None, None).await, exported);
            let mut stored = to.raw.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
            for item in from.raw.scan().table_name(TABLE).send().await.unwrap().items.unwrap() {
                let at = stored.iter().position(|other| *other == item);
                stored.swap_remove(at.expect("the SDK reads the same"));
            }
            assert!(stored.is_empty());
        });
    }
}

#[tokio::test]
async fn a_line_says_everything_in_a_stable_order() {
    let engine = Engine::start().await;
    let digits = "12345678901234567890123456789012345678";
    let item = [
        ("sk", text("s")),
        ("pk", text("p")),
        ("MsgBody", text(r#"[ {"a": "\u00e9"} ]"#)),
        ("Empty", text("")),
        ("Number", number(digits)),
        ("Fraction", number("-0.5")),
        ("Bytes", AttributeValue::B(Blob::new([0, 255]))),
        ("Map", AttributeValue::M([("b".into(), number("1")), ("a".into(), AttributeValue::Null(true))].into())),
        ("Set", AttributeValue::Ss(vec!["b".into(), "a".into()])),
    ];
    write(&engine, &item.map(|(name, value)| (name.to_owned(), value)).into()).await;
    let expected = format!(
        r#"{{"pk":"p","sk":"s","Bytes":{{"B":"AP8="}},"Empty":"","Fraction":-0.5,"Map":{{"M":{{"a":{{"NULL":true}},"b":{{"N":"1"}}}}}},"MsgBody":"[ {{\"a\": \"\\u00e9\"}} ]","Number":{digits},"Set":{{"SS":["a","b"]}}}}"#
    );
    assert_eq!(lines(&engine.archive, None, None).await, [expected]);
}

#[tokio::test]
async fn an_export_goes_on_behind_any_item_and_leaves_nothing_out() {
    let engine = Engine::start().await;
    for seq in 1..=5 {
        // Expired long ago, and of several pages.
        let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x".repeat(300 * 1024)}}]);
        let c2c = json!({"MsgSeq": seq, "MsgBody": body.clone()});
        let record = |callback: &str| {
            let message = crate::samples::parse(callback);
            chathook_archive::Record::new(&message, &chathook_protocol::Query::default(), 5, Some(1))
        };
        engine.store(&record(&self::c2c(c2c))).await;
        engine.store(&record(&group(json!({"MsgSeq": seq, "MsgBody": body})))).await;
    }
    for (pk, sk) in [("c2c#ana#bo", "read#ana"), ("c2c#ana#bo", "anything"), ("another", "thing")] {
        engine.put(pk, sk).await;
    }
    let (c2c, group) = (ana_and_bo(), the_group());
    for (conversation, count) in [(None, 13), (Some(&c2c), 7), (Some(&group), 5)] {
        let whole = lines(&engine.archive, conversation, None).await;
        assert_eq!(whole.len(), count, "{conversation:?}");
        for (at, line) in whole.iter().enumerate() {
            let after = RawItem::from_json(line).unwrap().key();
            assert!(conversation.is_none_or(|conversation| after.is_in(conversation)));
            let rest = lines(&engine.archive, conversation, Some(after)).await;
            assert!(rest == whole[at + 1..], "{conversation:?} after {at}");
        }
    }
    // What the last line names may be gone by then.
    let whole = lines(&engine.archive, Some(&c2c), None).await;
    let second = RawItem::from_json(&whole[1]).unwrap();
    let (pk, sk) = (second.attribute("pk").unwrap(), second.attribute("sk").unwrap());
    engine.raw.delete_item().table_name(TABLE).key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap();
    assert!(lines(&engine.archive, Some(&c2c), Some(second.key())).await == whole[2..]);
    assert_eq!(engine.archive.table_size().await.unwrap().items, 12);
}

#[tokio::test]
async fn an_import_overwrites_nothing() {
    let engine = Engine::start().await;
    engine.store(&record(&c2c(json!({})))).await;
    let line = lines(&engine.archive, None, None).await.remove(0);
    let with = |unread: &str| line.replace("\"UnreadMsgNum\":7", unread);
    for (line, expected) in [
        (line.clone(), Imported::Duplicate),
        // The same number, written in another way.
        (with("\"UnreadMsgNum\":70.0e-1"), Imported::Duplicate),
        (with("\"UnreadMsgNum\":{\"N\":\"7\"}"), Imported::Duplicate),
        (with("\"UnreadMsgNum\":-7"), Imported::Conflict),
        (with("\"UnreadMsgNum\":\"7\""), Imported::Conflict),
        (with("\"Other\":7"), Imported::Conflict),
        (with("\"UnreadMsgNum\":7,\"More\":1"), Imported::Conflict),
    ] {
        let item = RawItem::from_json(&line).unwrap();
        assert_eq!(engine.archive.import(&item).await.unwrap(), expected, "{line}");
    }
    assert_eq!(lines(&engine.archive, None, None).await, [line]);
    let nested = r#"{"pk":"n","sk":"s","a":{"L":[{"N":"1.0"},{"M":{"b":{"NS":["2.0"]}}}]}}"#;
    for expected in [Imported::New, Imported::Duplicate] {
        assert_eq!(engine.archive.import(&RawItem::from_json(nested).unwrap()).await.unwrap(), expected);
    }
    let wide = json!({"pk": "p", "sk": "s", "a": {"L": [{"B": "x".repeat(600 * 1024)}]}}).to_string();
    let wide = engine.archive.import(&RawItem::from_json(&wide).unwrap()).await;
    assert!(matches!(wide, Err(ArchiveError::TooLarge { .. })), "{wide:?}");
    let large = json!({"pk": "p", "sk": "s", "Text": "x".repeat(400 * 1024)}).to_string();
    let large = engine.archive.import(&RawItem::from_json(&large).unwrap()).await;
    assert!(matches!(large, Err(ArchiveError::TooLarge { .. })), "{large:?}");
}

#[test]
fn what_is_no_item_is_refused_with_what_to_mend() {
    let keys = r#""pk":"p","sk":"s""#;
    let number = || ItemError::InvalidNumber("a".into());
    let kind = || ItemError::UnknownType("a".into());
    let nines = "9".repeat(38);
    let cases = [
        (String::new(), ItemError::NotJson),
        ("[1]".into(), ItemError::NotJson),
        (format!("{{{keys}"), ItemError::NotJson),
        (format!("{{{keys}}} {{"), ItemError::NotJson),
        (r#"{"sk":"s"}"#.into(), ItemError::MissingKey("pk")),
        (r#"{"pk":"p"}"#.into(), ItemError::MissingKey("sk")),
        (r#"{"pk":"p","sk":""}"#.into(), ItemError::MissingKey("sk")),
        (r#"{"pk":1,"sk":"s"}"#.into(), ItemError::MissingKey("pk")),
        (format!(r#"{{{keys},"a":1,"a":1}}"#), ItemError::DuplicateAttribute("a".into())),
        (format!(r#"{{{keys},"pk":"p"}}"#), ItemError::DuplicateAttribute("pk".into())),
        (format!(r#"{{{keys},"a":1e126}}"#), number()),
        (format!(r#"{{{keys},"a":1e-131}}"#), number()),
        (format!(r#"{{{keys},"a":{nines}9}}"#), number()),
        (format!(r#"{{{keys},"a":{{"N":"x"}}}}"#), number()),
        (format!(r#"{{{keys},"a":{{"N":""}}}}"#), number()),
        (format!(r#"{{{keys},"a":{{"NS":["1","x"]}}}}"#), number()),
        (format!(r#"{{{keys},"a":true}}"#), kind()),
        (format!(r#"{{{keys},"a":null}}"#), kind()),
        (format!(r#"{{{keys},"a":[1]}}"#), kind()),
        (format!(r#"{{{keys},"a":{{}}}}"#), kind()),
        (format!(r#"{{{keys},"a":{{"N":1}}}}"#), kind()),
        (format!(r#"{{{keys},"a":{{"X":"1"}}}}"#), kind()),
        (format!(r#"{{{keys},"a":{{"B":"?"}}}}"#), kind()),
        (format!(r#"{{{keys},"a":{{"S":"1","N":"1"}}}}"#), kind()),
        (format!(r#"{{{keys},"a":"\ud800"}}"#), kind()),
        (format!(r#"{{{keys},"a":{{"S":"1","S":"2"}}}}"#), kind()),
        (
            format!(r#"{{{keys},"a":{{"M":{{"b":{{"S":"1"}},"b":{{"S":"2"}}}}}}}}"#),
            ItemError::DuplicateAttribute("a".into()),
        ),
        (format!(r#"{{{keys},"a":{{"$serde_json::private::RawValue":"{{}}"}}}}"#), kind()),
        (format!(r#"{{{keys},"a":{}1{}}}"#, r#"{"L":["#.repeat(200), "]}".repeat(200)), kind()),
    ];
    for (line, error) in cases {
        assert_eq!(RawItem::from_json(&line), Err(error), "{line}");
    }
    for line in [
        format!(r#" {{ {keys} , "a" : -1.50E+3 }} "#),
        format!(r#"{{{keys},"a":{nines}}}"#),
        format!(r#"{{{keys},"a":0.000{nines}00}}"#),
        format!(r#"{{{keys},"a":9.9e125,"b":1e-130,"c":0e999,"":{{"BOOL":false}}}}"#),
    ] {
        assert!(RawItem::from_json(&line).is_ok(), "{line}");
    }
}
