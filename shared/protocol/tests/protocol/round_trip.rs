//! Everything in a callback is in its typed fields or in `extra`, and is written as it came.

use std::collections::HashSet;

use chathook_protocol::{Chat, Command, SendMsg, json};
use proptest::prelude::*;
use serde_json::Value;

use crate::fixture;

#[test]
fn every_fixture_is_serialised_to_an_equal_value() {
    for (name, text) in fixture::all("callbacks") {
        let serialised = serde_json::to_string(&fixture::parse(&text)).unwrap();
        let values = [&text, &serialised].map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(values[0], values[1], "{name}");
    }
}

#[test]
fn order_duplicates_and_the_values_white_space_are_kept() {
    let text =
        r#"{"To_Account":"b","X":[ 1,  {"y" : 1E+2}],"From_Account":"\u0061","X":-0,"MsgSeq":"7","MsgSeq":007.5e-1}"#;
    let text = text.replace("007.5e-1", "8.50e-1");
    assert_eq!(serde_json::to_string(&SendMsg::parse(Command::C2cAfterSend, &text).unwrap()).unwrap(), text);
}

/// The fields that may be missing, each with a value or without.
#[derive(Debug, Clone)]
struct Known {
    unsigned: [Option<u64>; 5],
    signed: [Option<i64>; 2],
    texts: [Option<String>; 5],
}

const UNSIGNED: [&str; 4] = ["MsgSeq", "MsgTime", "OnlineOnlyFlag", "EventTime"];

impl Known {
    /// The fields' names and JSON, as this kind of callback writes them.
    fn fields(&self, command: Command, quoted: bool) -> Vec<(String, String)> {
        let (random, texts) = if command.is_group() {
            ("Random", ["MsgId", "CloudCustomData", "Type", "Operator_Account", "TopicId"])
        } else {
            ("MsgRandom", ["MsgId", "CloudCustomData", "MsgKey", "ErrorInfo", ""])
        };
        let number = |digits: String| if quoted { format!("\"{digits}\"") } else { digits };
        let unsigned = UNSIGNED.into_iter().chain([random]).zip(self.unsigned);
        let signed = ["SendMsgResult", "UnreadMsgNum"].into_iter().zip(self.signed).filter(|_| !command.is_group());
        let texts = texts.into_iter().zip(&self.texts).filter(|(name, _)| !name.is_empty());
        (unsigned.filter_map(|(name, value)| Some((name.to_owned(), number(value?.to_string())))))
            .chain(signed.filter_map(|(name, value)| Some((name.to_owned(), number(value?.to_string())))))
            .chain(
                texts
                    .filter_map(|(name, text)| Some((name.to_owned(), serde_json::to_string(text.as_ref()?).unwrap()))),
            )
            .collect()
    }

    fn check(&self, message: &SendMsg<'_>) {
        let [msg_id, custom_data, third, fourth, fifth] = self.texts.each_ref().map(Option::as_deref);
        assert_eq!(
            [message.msg_seq, message.msg_time, message.online_only_flag, message.event_time],
            self.unsigned[..4]
        );
        assert_eq!([message.msg_id.as_deref(), message.cloud_custom_data.as_deref()], [msg_id, custom_data]);
        match &message.chat {
            Chat::C2c(chat) => {
                assert_eq!(chat.to_account, "to");
                assert_eq!(chat.msg_random, self.unsigned[4]);
                assert_eq!([chat.send_msg_result, chat.unread_msg_num], self.signed);
                assert_eq!([chat.msg_key.as_deref(), chat.error_info.as_deref()], [third, fourth]);
            }
            Chat::Group(chat) => {
                assert_eq!(chat.group_id, "to");
                assert_eq!(chat.random, self.unsigned[4]);
                assert_eq!([chat.group_type.as_deref(), chat.operator_account.as_deref()], [third, fourth]);
                assert_eq!(chat.topic_id.as_deref(), fifth.filter(|topic| !topic.is_empty()));
            }
        }
    }
}

/// Compact JSON of any kind, spelled in ways that a parser into numbers or maps would not keep.
fn any_json() -> impl Strategy<Value = String> {
    let text = any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap());
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "false",
            "-0",
            "1.50",
            "1E+2",
            r#""\u00e9\/""#,
            r#""\ud83d\udc4b""#,
            "{}",
            "[]"
        ])
        .prop_map(str::to_owned),
        "-?[1-9][0-9]{0,39}",
        text.clone(),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((text.clone(), inner), 0..5).prop_map(|fields| object(&fields)),
        ]
    })
}

/// An object of names that are JSON already.
fn object(fields: &[(String, String)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

fn any_body() -> impl Strategy<Value = String> {
    let kind = prop_oneof![Just("TIMTextElem".to_owned()), Just("TIMRelayElem".to_owned()), "TIM[A-Za-z]{1,8}Elem"];
    let element = (kind, any_json(), any::<bool>()).prop_map(|(kind, content, content_first)| {
        let kind = format!("\"MsgType\":\"{kind}\"");
        let content = format!("\"MsgContent\":{content}");
        if content_first { format!("{{{content},{kind}}}") } else { format!("{{{kind},{content}}}") }
    });
    prop::collection::vec(prop_oneof![4 => element, 1 => any_json()], 0..4)
        .prop_map(|items| format!("[{}]", items.join(",")))
}

fn any_known() -> impl Strategy<Value = Known> {
    (
        prop::array::uniform5(prop::option::of(prop_oneof![
            any::<u64>(),
            any::<u32>().prop_map(u64::from),
            Just(u64::MAX)
        ])),
        prop::array::uniform2(prop::option::of(any::<i64>())),
        prop::array::uniform5(prop::option::of(any::<String>())),
    )
        .prop_map(|(unsigned, signed, texts)| Known { unsigned, signed, texts })
}

proptest! {
    #[test]
    fn generated_callbacks(
        command in prop::sample::select([Command::BEFORE_SEND, Command::AFTER_SEND].concat()),
        known in any_known(),
        quoted: bool,
        body in prop::option::of(any_body()),
        // Names that no view knows.
        unknown in prop::collection::vec(("x[a-zA-Z_ \\\\\"世]{0,6}", any_json()), 0..5),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let to = if command.is_group() { "GroupId" } else { "To_Account" };
        let mut names = HashSet::new();
        let unknown = unknown.into_iter().filter(|(name, _)| names.insert(name.clone()));
        let mut fields = vec![
            ("CallbackCommand".to_owned(), format!("\"{command}\"")),
            ("From_Account".to_owned(), "\"from\"".to_owned()),
            (to.to_owned(), "\"to\"".to_owned()),
        ];
        fields.extend(known.fields(command, quoted));
        fields.extend(body.clone().map(|body| ("MsgBody".to_owned(), body)));
        fields.extend(unknown);
        let first = shuffle.index(fields.len());
        fields.rotate_left(first);
        let names: Vec<_> = fields.iter().map(|(name, _)| name.clone()).filter(|name| name.starts_with('x')).collect();
        for (name, _) in &mut fields {
            *name = serde_json::to_string(name).unwrap();
        }
        let text = object(&fields);

        let message = SendMsg::parse(command, &text).unwrap();
        prop_assert_eq!(message.from_account.as_ref(), "from");
        known.check(&message);
        prop_assert_eq!(message.msg_body_raw.map(|raw| raw.get().to_owned()), body);
        prop_assert_eq!(message.extra.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>(), names);
        // Byte for byte, which is more than an equal value.
        prop_assert_eq!(serde_json::to_string(&message).unwrap(), text.as_str());
        prop_assert_eq!(json::readable(text.as_bytes()), text.as_str());
        // Every element as it came.
        let elements: Vec<_> = message.msg_body.elements.iter().map(|element| element.raw.get()).collect();
        prop_assert_eq!(format!("[{}]", elements.join(",")), message.msg_body_raw.map_or("[]", |raw| raw.get()));

        // With white space between, the values stay equal.
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let serialised = serde_json::to_string(&SendMsg::parse(command, &pretty).unwrap()).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&serialised).unwrap(), serde_json::from_str::<Value>(&pretty).unwrap());
        }
    }
}
