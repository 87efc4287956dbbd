//! What holds for every message.

use chathook_moderation::{Decision, ReadableText, Rules, RulesSource, Verdict};
use chathook_protocol::json::{Event, EventKind, events};
use chathook_protocol::{Command, Query, SendMsg, json};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use crate::rules;

fn callback(body: &str) -> String {
    format!(r#"{{"From_Account":"a","GroupId":"g","Type":"Public","MsgBody":{body}}}"#)
}

fn moderate<'r, T>(rules: &'r Rules, body: &str, see: impl FnOnce(Verdict<'r>) -> T) -> T {
    let text = callback(body);
    let message = SendMsg::parse(Command::GroupBeforeSend, &text).expect("a callback");
    see(rules.moderate(&message, &Query::default()))
}

/// The body as it is delivered.
fn delivered(rules: &Rules, body: &str) -> Option<String> {
    moderate(rules, body, |verdict| match verdict.decision {
        Decision::Allow | Decision::Flag => Some(body.to_owned()),
        Decision::Rewrite(rewrite) => Some(serde_json::to_string(rewrite.elements()?).expect("JSON")),
        Decision::Discard | Decision::Reject { .. } => None,
    })
}

fn text_body(text: &str) -> String {
    json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]).to_string()
}

fn text_of(body: &str) -> String {
    let body: Value = serde_json::from_str(body).expect("JSON");
    body[0]["MsgContent"]["Text"].as_str().expect("a text").to_owned()
}

/// A few pieces, so that terms form, touch and overlap all the time. Some of them combine with their neighbours, or
/// keep a term from being a word.
const PIECES: [&str; 38] = [
    "a",
    "b",
    "A",
    "İ",
    "é",
    "e",
    "\u{301}",
    "1",
    "加",
    "微",
    "信",
    "カ",
    "ก",
    "ำ",
    " ",
    "-",
    ".",
    "_",
    "*",
    "█",
    "\n",
    "\r",
    "\u{200B}",
    "\u{200D}",
    "\u{FE0F}",
    "\u{E0100}",
    "👩",
    "🇦",
    "क",
    "\u{94D}",
    "ष",
    "\u{600}",
    "ᄀ",
    "ᅡ",
    // One that looks different among letters of its own script; several letters in one; two signs that form a pair, of
    // which a hit may take half.
    "Ν",
    "㏂",
    "(",
    ")",
];

fn text(most: usize) -> impl Strategy<Value = String> {
    vec(prop::sample::select(&PIECES[..]), 0..most).prop_map(|pieces| pieces.concat())
}

/// Signs to mask with: common ones, some that divide words, and some that may stand for a letter or be read as one.
const SIGNS: [&str; 20] =
    ["*", "█", "#", "_", "-", ".", "•", "♥", "?", "~", "=", "(", "×", "¤", "😀", "$", "@", "!", "|", "+"];

fn term() -> impl Strategy<Value = String> {
    vec(prop::sample::select(&PIECES[..]), 1..4)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a term the rules file takes", |term| !term.trim().is_empty() && !term.contains('*'))
}

/// Rules that mask, with different signs or the same.
fn masks() -> impl Strategy<Value = String> {
    let keep = prop::sample::select(&["", ", keep = \"first\"", ", keep = \"ends\""][..]);
    vec((vec(term(), 1..4), prop::sample::select(&SIGNS[..]), keep), 1..4).prop_filter_map("terms are left", |mut rules| {
        // No term may contain what any rule masks with.
        let signs: Vec<_> = rules.iter().map(|(_, sign, _)| *sign).collect();
        for (terms, ..) in &mut rules {
            terms.retain(|term| !signs.iter().any(|sign| term.contains(sign)));
        }
        rules.retain(|(terms, ..)| !terms.is_empty());
        let rule = |(index, (terms, with, keep)): (usize, &(Vec<String>, &str, &str))| {
            let terms: Vec<_> = terms.iter().map(|term| json!(term).to_string()).collect();
            format!(
                "[[rule]]\nid = \"{index}\"\nwhen = {{ terms = [{}] }}\naction = {{ type = \"mask\", with = \"{with}\"{keep} }}\n",
                terms.join(", ")
            )
        };
        let file = || format!("schema = 1\n{}", rules.iter().enumerate().map(rule).collect::<String>());
        (!rules.is_empty()).then(file)
    })
}

/// Data in a string, as an app or an evader may write it: letters, escapes of the same letters, and the pieces of
/// strings and JSON.
fn data() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a", "b", "加", "1", "-", " ", "\\u0061", "\\x61", "\\u{61}", "\\u52a0", "\\a", "\\", "\\\\", "\\\"", "\\n",
        "\\\n", "\n", "\"", "'", "{", "}", "[", "]", ":", ",", "//", "\u{FEFF}", "\",\"", "[\"", "\"]",
    ];
    let loose = vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat());
    // Closed in such a way that it is often JSON.
    loose.prop_flat_map(|text| {
        prop::sample::select(vec![
            json!([text, "a"]).to_string(),
            format!("[\"{}\",\"a\"]", text.replace('"', "\",\"")),
            format!("{{'a':'{text}'}}"),
            text,
        ])
    })
}

/// JSON of any shape, with the protocol's names often in their place and often not.
fn json_value() -> impl Strategy<Value = String> {
    let names = vec![
        "MsgType",
        "MsgContent",
        "Text",
        "Data",
        "Desc",
        "FileName",
        "Title",
        "AbstractList",
        "MsgList",
        "MsgBody",
        "New",
    ];
    let types = vec!["TIMTextElem", "TIMCustomElem", "TIMRelayElem", "TIMFileElem", "TIMNewElem"];
    let leaf = prop_oneof![
        text(6).prop_map(|text| json!(text).to_string()),
        prop::sample::select(types).prop_map(|name| json!(name).to_string()),
        prop::sample::select(vec!["null", "true", "-1.50E+3", "123456789012345678901234567890", r#""\ud800\u0061""#])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(8, 64, 5, move |inner| {
        let member = (prop::sample::select(names.clone()), inner.clone())
            .prop_map(|(name, value)| format!(r#" "{name}" : {value}"#));
        let content = vec(member.clone(), 0..4).prop_map(|members| format!("{{{}}}", members.join(",")));
        let element = (prop::sample::select(vec!["TIMTextElem", "TIMCustomElem", "TIMRelayElem"]), content.clone())
            .prop_map(|(name, content)| format!(r#"{{"MsgContent":{content},"MsgType":"{name}"}}"#));
        prop_oneof![
            1 => vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            1 => content,
            3 => element,
        ]
    })
}

fn any_body() -> impl Strategy<Value = String> {
    // As the endpoint does before anything else.
    vec(json_value(), 0..4)
        .prop_map(|elements| json::readable(format!("[{}]", elements.join(",")).as_bytes()).into_owned())
}

const EVERY_ACTION: &str = r#"
schema = 1
[[rule]]
id = "mask"
when = { terms = ["a", "加"] }
action = { type = "mask", with = "*" }
[[rule]]
id = "replace"
when = { terms = ["b", "a-", "微信"] }
action = { type = "replace", with = "\"\\" }
[[rule]]
id = "remove"
when = { terms = ["1"], element_types = ["TIMTextElem", "TIMRelayElem"] }
action = { type = "remove_element" }
[[rule]]
id = "append"
when = { terms = ["e"] }
action = { type = "append_element", element = { MsgType = "TIMCustomElem", MsgContent = { Data = "x" } } }
[[rule]]
id = "data"
when = { element_types = ["TIMFileElem"] }
action = { type = "set_custom_data", value = "x" }
"#;

/// JSON without what its strings, names and numbers say.
fn shape_of(json: &str) -> Option<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(json).ok()?;
    let (mut shape, mut at) = (String::new(), 0);
    for Event { kind, span } in events(json) {
        if matches!(kind, EventKind::Name | EventKind::String | EventKind::Number) {
            shape.push_str(&json[at..span.start]);
            shape.push('_');
            at = span.end;
        }
    }
    Some(shape + &json[at..])
}

const CLEAN: &str = r#"
schema = 1
[[rule]]
id = "mask"
when = { any = [{ terms = ["a", "加"] }, { contacts = ["digits"] }] }
action = { type = "mask", with = "*" }
[[rule]]
id = "replace"
when = { any = [{ terms = ["b"] }, { regex = ["1{2,}"] }] }
action = { type = "replace", with = "'\"\\x" }
"#;

/// Every condition, and every place that texts come from.
const EVERY_CONDITION: &str = r#"
schema = 1
[[rule]]
id = "mask"
custom_data = true
when = { any = [
    { terms = ["a", "加", "微信"], allow_phrases = ["a-a"], form = "folded" },
    { regex = ["b.", "[0-9]+"] },
    { links = { allow = ["b.a"] } },
    { contacts = ["phone", "email", "digits"], min_digits = 4 },
    { mentions = { min = 1 } },
    { density = { repeats = 50, min_characters = 2 } },
] }
action = { type = "mask", with = "*" }
[[rule]]
id = "data"
custom_data = true
when = { all = [{ not = { file_extensions = ["a"] } }, { characters = { min = 1, max = 9 } }] }
action = { type = "merge_custom_data", value = { a = { b = 1 } } }
[[rule]]
id = "message"
when = { elements = { max = 5 }, not = { platforms = ["RESTAPI"] } }
action = { type = "flag" }
[[rule]]
id = "sizes"
mode = "shadow"
when = { any = [{ file_size = { min = 1 } }, { not = { element_types = ["TIMTextElem"] } }] }
action = { type = "discard" }
"#;

/// A masked message is not hit again, whatever sign it is masked with.
#[test]
fn a_masked_message_is_left_alone() {
    let terms = ["casino", "bet", "*ass*", "hat", "cat*", "赌", "a赌b", "abc", "axbyc", "加微信", "1", "s!n", "in*"];
    let texts = [
        "asshat asscat",
        "a赌b赌c",
        "b赌e赌t",
        "a赌b",
        "c.a.赌.i.n.o",
        "a1c 1 a.1.c",
        "casino casin casinocasino c*sino",
        "加微信加微*信",
        "s!n赌s!n",
        "inner 1 in1",
    ];
    let keeps = ["", ", keep = \"first\"", ", keep = \"ends\""];
    for (with, keep) in ["*", "█", "#", "_", "-", "•", "♥"].into_iter().flat_map(|with| keeps.map(|keep| (with, keep)))
    {
        let list = terms.map(|term| format!("{term:?}")).join(", ");
        let rule = format!(
            "schema = 1\n[[rule]]\nid = \"m\"\nwhen = {{ terms = [{list}] }}\naction = {{ type = \"mask\", with = \"{with}\"{keep} }}"
        );
        let rules = rules(&rule);
        for text in texts {
            let once = delivered(&rules, &text_body(text)).expect("a mask delivers");
            assert_eq!(delivered(&rules, &once).as_ref(), Some(&once), "{text} with {with}{keep}");
        }
    }
}

/// Whether each character, as a person sees it, is masked if a byte of it is hit, and stays as it is otherwise. What is
/// hit may also stay if `may_keep`.
fn masks_only_hits(text: &str, hit: &[bool], masked: &str, may_keep: bool) -> bool {
    let sign = format!("[{}]", SIGNS.map(regex::escape).concat());
    let character = |(at, grapheme): (usize, &str)| {
        let is_hit = hit[at..at + grapheme.len()].contains(&true);
        let kept = regex::escape(grapheme);
        let expected = match (is_hit, may_keep) {
            (true, false) => sign.clone(),
            (true, true) => format!("(?:{sign}|{kept})"),
            (false, _) => kept,
        };
        // A combining mark behind a line break is a character of its own, until the line break is masked.
        let joins = format!("a{grapheme}").graphemes(true).count() == 1;
        if joins { format!("(?:{expected})?") } else { expected }
    };
    let expected: String = text.grapheme_indices(true).map(character).collect();
    regex::Regex::new(&format!("^{expected}$")).is_ok_and(|expected| expected.is_match(masked))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1024), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masking_twice_is_masking_once(rules_text in masks(), text in text(24)) {
        let rules = rules(&rules_text);
        let once = delivered(&rules, &text_body(&text)).expect("a mask delivers");
        let again = moderate(&rules, &once, |verdict| (verdict.decision.name(), verdict.hits.len()));
        prop_assert_eq!(again, ("allow", 0), "{} under {}", text_of(&once), rules_text);
    }

    #[test]
    fn text_outside_the_hits_stays(rules_text in masks(), text in text(24)) {
        let rules = rules(&rules_text);
        let body = text_body(&text);
        let masked = text_of(&delivered(&rules, &body).expect("a mask delivers"));
        let mut hit = vec![false; text.len()];
        moderate(&rules, &body, |verdict| {
            for found in &verdict.hits {
                assert_eq!(&*found.field, "Text");
                assert!(text.get(found.span.clone()).is_some_and(|term| !term.is_empty()), "{:?}", found.span);
                hit[found.span.clone()].fill(true);
            }
        });
        let may_keep = rules_text.contains("keep");
        prop_assert!(masks_only_hits(&text, &hit, &masked, may_keep), "{:?} became {:?}", text, masked);
    }

    #[test]
    fn every_message_gets_an_answer_that_is_json(body in any_body()) {
        let rules = rules(EVERY_ACTION);
        let before: Vec<Box<RawValue>> = serde_json::from_str(&body).expect("JSON");
        let removes = moderate(&rules, &body, |verdict| verdict.rules().any(|rule| rule == "remove"));
        if let Some(after) = delivered(&rules, &body) {
            let after: Vec<Box<RawValue>> = serde_json::from_str(&after).expect("JSON");
            let touched: Vec<_> = moderate(&rules, &body, |verdict| {
                verdict.hits.iter().filter(|hit| ["mask", "replace"].contains(&hit.rule)).filter_map(|hit| hit.element).collect()
            });
            if !removes {
                for (index, (before, after)) in before.iter().zip(&after).enumerate() {
                    prop_assert!(touched.contains(&index) || before.get() == after.get());
                }
            }
        }
        let reply = moderate(&rules, &body, |verdict| verdict.decision.into_reply().to_json());
        let reply: Value = serde_json::from_str(&reply).expect("JSON");
        prop_assert_eq!(&reply["ActionStatus"], "OK");
    }

    #[test]
    fn every_condition_takes_every_message(body in any_body(), custom_data in json_value()) {
        let rules = rules(EVERY_CONDITION);
        let custom_data = json::readable(custom_data.as_bytes()).into_owned();
        // As it comes, and as JSON in a string.
        for custom_data in [custom_data.clone(), json!(custom_data).to_string()] {
            let callback = format!(
                r#"{{"From_Account":"a","GroupId":"g","CloudCustomData":{custom_data},"MsgBody":{body}}}"#
            );
            let message = SendMsg::parse(Command::GroupBeforeSend, &callback).expect("a callback");
            let verdict = rules.moderate(&message, &Query::default());
            for hit in verdict.hits.iter().chain(&verdict.shadow_hits) {
                prop_assert!(hit.span.start <= hit.span.end, "{hit:?}");
            }
            let reply: Value = serde_json::from_str(&verdict.decision.into_reply().to_json()).expect("JSON");
            prop_assert_eq!(&reply["ActionStatus"], "OK");
        }
    }

    #[test]
    fn text_outside_the_hits_of_any_condition_stays(text in text(24), more in "[0-9 @.a-c]{0,20}") {
        let rules = rules(EVERY_CONDITION);
        let text = format!("{text}{more}");
        let body = text_body(&text);
        let Some(after) = delivered(&rules, &body) else { return Ok(()) };
        let masked = if after == body { text.clone() } else { text_of(&after) };
        let mut hit = vec![false; text.len()];
        moderate(&rules, &body, |verdict| {
            for found in verdict.hits.iter().filter(|hit| hit.rule == "mask") {
                assert!(text.get(found.span.clone()).is_some(), "{:?}", found.span);
                hit[found.span.clone()].fill(true);
            }
        });
        prop_assert!(masks_only_hits(&text, &hit, &masked, false), "{:?} became {:?}", text, masked);
    }

    #[test]
    fn json_in_a_string_stays_json_and_only_its_texts_change(value in json_value()) {
        let rules = rules(EVERY_CONDITION);
        let data = json::readable(value.as_bytes()).into_owned();
        let body = json!([{"MsgType": "TIMCustomElem", "MsgContent": {"Data": data}}]).to_string();
        let Some(after) = delivered(&rules, &body) else { return Ok(()) };
        let after: Value = serde_json::from_str(&after).expect("JSON");
        let after = after[0]["MsgContent"]["Data"].as_str().expect("a string");
        if !data.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '-') {
            prop_assert_eq!(shape_of(&data), shape_of(after), "{} became {}", data, after);
        }
    }

    #[test]
    fn data_that_is_delivered_is_clean_however_it_is_written(data in data()) {
        let rules = rules(CLEAN);
        let body = json!([{"MsgType": "TIMCustomElem", "MsgContent": {"Data": data}}]).to_string();
        if let Some(after) = delivered(&rules, &body) {
            let again = moderate(&rules, &after, |verdict| (verdict.decision.name(), format!("{:?}", verdict.hits)));
            prop_assert_eq!(again, ("allow", "[]".to_owned()), "{} became {}", body, after);
        }
    }

    #[test]
    fn hits_lie_in_texts_that_can_be_shown(data in data()) {
        let rules = rules(CLEAN);
        let callback =
            callback(&json!([{"MsgType": "TIMCustomElem", "MsgContent": {"Data": data}}]).to_string());
        let message = SendMsg::parse(Command::GroupBeforeSend, &callback).expect("a callback");
        let texts = ReadableText::in_message(&message);
        for hit in rules.moderate(&message, &Query::default()).hits {
            let text = texts.iter().find(|text| (text.element, text.field.as_str()) == (hit.element, &hit.field));
            let text = &text.expect("a text").text;
            prop_assert!(text.get(hit.span.clone()).is_some_and(|here| !here.is_empty()), "{hit:?} in {text}");
        }
    }

    #[test]
    fn the_order_of_unrelated_rules_does_not_matter(text in text(24), order in Just(vec![0, 1, 2, 3]).prop_shuffle()) {
        // No term of one touches a term of another.
        let parts = [
            r#"id = "m"
               when = { terms = ["a"] }
               action = { type = "mask", with = "*" }"#,
            r#"id = "r"
               when = { terms = ["加"] }
               action = { type = "replace", with = "+" }"#,
            r#"id = "d"
               when = { terms = ["微信", "1"] }
               action = { type = "discard" }"#,
            r#"id = "j"
               when = { terms = ["カ"] }
               action = { type = "reject", text = "no" }"#,
        ];
        let file = |order: &[usize]| {
            let rules: Vec<_> = order.iter().map(|index| format!("[[rule]]\n{}\n", parts[*index])).collect();
            format!("schema = 1\n{}", rules.concat())
        };
        let body = text_body(&text);
        let outcome = |rules: &Rules| {
            let hits = moderate(rules, &body, |verdict| {
                let mut hits: Vec<_> = verdict.hits.iter().map(|hit| (hit.rule.to_owned(), hit.span.start)).collect();
                hits.sort();
                hits
            });
            (hits, moderate(rules, &body, |verdict| verdict.decision.into_reply().to_json()))
        };
        prop_assert_eq!(outcome(&rules(&file(&[0, 1, 2, 3]))), outcome(&rules(&file(&order))));
    }

    #[test]
    fn no_rules_file_panics(text in "(\\[\\[rule\\]\\]\n|schema = 1\n|id = \"x\"\n|when = \\{ terms = \\[\"a\"\\] \\}\n|action = |\\{ type = \"mask\", with = \"\\*\" \\}\n|[a-z\"=\\[{}\\]]{0,3}| |\n){0,12}") {
        let mut source = RulesSource::new("rules.toml", text);
        for name in source.terms_files() {
            source.add_terms_file(&name, Ok("a\n*b\n".to_owned()));
        }
        let _ = source.compile().map_err(|error| error.to_string());
    }
}
