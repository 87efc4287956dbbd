//! The platform's limits, and hostile input.

use std::time::Duration;

use chathook_moderation::{Decision, Rules};
use chathook_protocol::{Command, MAX_MESSAGE_BYTES, Query, SendMsg};
use rustix::time::{ClockId, clock_gettime};

use crate::compile;

const HEAD: &str = r#"{"From_Account":"a","To_Account":"b","MsgBody":"#;

fn rules(text: &str) -> Rules {
    crate::rules(&format!("schema = 1\n{text}"))
}

fn decide(rules: &Rules, body: &str) -> Decision {
    let text = format!("{HEAD}{body}}}");
    let message = SendMsg::parse(Command::C2cBeforeSend, &text).expect("a callback");
    rules.moderate(&message, &Query::default()).decision
}

fn text_body(text: &str) -> String {
    format!(r#"[{{"MsgType":"TIMTextElem","MsgContent":{{"Text":{}}}}}]"#, serde_json::json!(text))
}

#[test]
fn custom_data_counts_for_the_limit_and_is_left_out_beyond_it() {
    let rules = rules(
        r#"
        [[rule]]
        id = "data"
        when = { terms = ["bad"] }
        action = { type = "set_custom_data", value = "0123456789" }
        "#,
    );
    let fits = MAX_MESSAGE_BYTES - "0123456789".len();
    assert!(matches!(decide(&rules, &body_of(fits)), Decision::Rewrite(_)));
    assert!(matches!(decide(&rules, &body_of(fits + 1)), Decision::Allow));

    let too_long = "x".repeat(MAX_MESSAGE_BYTES + 1);
    let text = format!(
        "schema = 1\n[[rule]]\nid = \"a\"\nwhen = {{ terms = [\"a\"] }}\naction = {{ type = \"set_custom_data\", value = \"{too_long}\" }}"
    );
    let error = compile(&text).and_then(Rules::strict).unwrap_err();
    assert!(error.to_string().contains("longer than a message can be"), "{error}");
}

/// A body of exactly that many bytes, with `bad` in it.
fn body_of(bytes: usize) -> String {
    let padding = bytes - text_body("bad ").len();
    text_body(&format!("bad {}", "-".repeat(padding)))
}

const DATA: &str = r#"[{"MsgType":"TIMCustomElem","MsgContent":{"Data":"["#;

/// A string behind another one, so that a hit may cover the end of the first and the beginning of the second.
const LONG: &str = r#"[{"MsgType":"TIMCustomElem","MsgContent":{"Data":"[\"a\",\""#;

const SCRIPT: &str = r#"[{"MsgType":"TIMCustomElem","MsgContent":{"Data":"a='"#;

const REPLACE: &str = r#"
[[rule]]
id = "replace"
when = { terms = ["bad"] }
action = { type = "replace", with = "1234" }
"#;

#[test]
fn a_replacement_that_makes_the_message_too_long_rejects_it() {
    let rules = rules(REPLACE);
    assert_eq!(decide(&rules, &body_of(MAX_MESSAGE_BYTES - 1)).name(), "rewrite");
    assert_eq!(decide(&rules, &body_of(MAX_MESSAGE_BYTES)).name(), "reject");
    assert_eq!(decide(&rules, &body_of(MAX_MESSAGE_BYTES + 100)).name(), "reject");
}

#[test]
fn a_message_that_came_too_long_is_not_rejected_for_that() {
    let rules = rules("[[rule]]\nid = \"m\"\nwhen = { terms = [\"bad\"] }\naction = { type = \"mask\", with = \"*\" }");
    assert_eq!(decide(&rules, &body_of(MAX_MESSAGE_BYTES + 100)).name(), "rewrite");
}

#[test]
fn an_addition_that_does_not_fit_is_left_out() {
    let rules = rules(
        r#"
        [[rule]]
        id = "append"
        when = { terms = ["bad"] }
        action = { type = "append_element", element = { MsgType = "T", MsgContent = { T = "1" } } }
        "#,
    );
    let appended = r#",{"MsgType":"T","MsgContent":{"T":"1"}}"#.len();
    assert_eq!(decide(&rules, &body_of(MAX_MESSAGE_BYTES - appended)).name(), "rewrite");
    assert_eq!(decide(&rules, &body_of(MAX_MESSAGE_BYTES - appended + 1)).name(), "allow");
    assert_eq!(decide(&rules, &body_of(MAX_MESSAGE_BYTES + 100)).name(), "allow");
}

#[test]
fn nesting_of_any_depth_is_read_without_recursion() {
    let rules = rules(REPLACE);
    let depth = 100_000;
    let mut relay = String::new();
    for _ in 0..depth {
        relay.push_str(r#"[{"MsgType":"TIMRelayElem","MsgContent":{"MsgList":[{"MsgBody":"#);
    }
    relay.push_str(&text_body("bad"));
    relay.push_str(&"}]}}]".repeat(depth));
    let body = format!(r#"[{{"MsgType":"TIMTextElem","MsgContent":{{"Text":"-"}}}},{}"#, &relay[1..]);
    // The replacement is one byte longer, and this is far above the limit.
    assert_eq!(decide(&rules, &body).name(), "reject");

    let arrays = format!(r#"[{{"MsgType":"TIMTextElem","MsgContent":{{"Text":{}"#, "[".repeat(depth));
    let body = format!(r#"{arrays}"bad"{}}}}}]"#, "]".repeat(depth));
    assert_eq!(decide(&rules, &body).name(), "reject");
}

/// A regex that can match nothing would match between all characters of a text, and could not be read to its end.
#[test]
fn a_regex_that_can_match_nothing_is_refused() {
    for regex in [r"\b(?:casino)?", r"\b", "$", "(?m)^$", "a?", "(?:a*)+", "a|", "(?:)", r"\B|a", "(?:a|b?){3}"] {
        let text = format!(
            "schema = 1\n\n[[rule]]\nid = \"casino\"\nwhen = {{ regex = '{regex}' }}\naction = {{ type = \"reject\" }}"
        );
        let error = compile(&text).and_then(Rules::strict).unwrap_err().to_string();
        assert!(error.starts_with(&format!("rules.toml:5: rule casino: the regex `{regex}` can match")), "{error}");
    }
    let rules = rules("[[rule]]\nid = \"a\"\nwhen = { regex = '\\bcasino\\b|^$x' }\naction = { type = \"reject\" }");
    for (times, text) in [(10, "a "), (40_000, "a ")] {
        assert_eq!(decide(&rules, &text_body(&(text.repeat(times) + "casino"))).name(), "reject");
        assert_eq!(decide(&rules, &text_body(&text.repeat(times))).name(), "allow");
    }
}

/// Twenty times the input may take about twenty times as long; anything quadratic takes 400 times.
///
/// Only the thread's own processor time counts, so a busy machine cannot make this fail.
#[test]
fn hostile_messages_take_linear_time() {
    let rules = rules(
        r#"
        [[rule]]
        id = "mask"
        when = { terms = ["bad", "bad bad", "a", "\u0301", "-b", "\U0001F1E6", "加加加加加"] }
        action = { type = "mask", with = "*" }
        [[rule]]
        id = "types"
        when = { element_types = ["TIMFaceElem"] }
        action = { type = "remove_element" }
        [[rule]]
        id = "others"
        custom_data = true
        when = { any = [
            { regex = ["b.*z|b", "[0-9]+x"] },
            { links = { deny = ["evil.com"] } },
            { contacts = ["phone", "email", "digits"] },
            { mentions = { min = 1000 } },
            { density = { repeats = 90, capitals = 90, emoji = 90, combining_marks = 90 } },
            { file_extensions = ["exe"] },
        ] }
        action = { type = "replace", with = "+" }
        "#,
    );
    // A beginning, what is repeated, and an end.
    let text = r#"[{"MsgType":"TIMTextElem","MsgContent":{"Text":""#;
    let shapes = [
        ("hits", text, "bad ", r#""}}]"#),
        ("near-misses", text, "badbad", r#""}}]"#),
        ("combining marks", text, "\u{301}", r#""}}]"#),
        ("flags", text, "\u{1F1E6}", r#""}}]"#),
        ("ideographs", text, "加", r#""}}]"#),
        ("conjuncts", text, "क\u{94D}", r#""}}]"#),
        ("joiners", text, "👩\u{200D}", r#""}}]"#),
        ("escapes", text, r"\u0061\\", r#""}}]"#),
        ("elements", "[", "{},", "{}]"),
        ("labels", text, "a.", r#""}}]"#),
        ("spelled dots", text, "a   [   dot   ]   ", r#""}}]"#),
        ("at signs", text, "a@b.c", r#""}}]"#),
        ("schemes", text, "a://u@", r#""}}]"#),
        ("one label", text, "x", r#""}}]"#),
        ("digits", text, "1 ", r#""}}]"#),
        ("dates", text, "2024-01-01-", r#""}}]"#),
        ("regex look-ahead", text, "b", r#""}}]"#),
        ("files", "[", r#"{"MsgType":"TIMFileElem","MsgContent":{"FileName":"a.exe"}},"#, "{}]"),
        ("documents", DATA, r#"\"a\","#, r#"1]"}}]"#),
        ("long names", DATA, r#"{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"b\"},"#, r#"1]"}}]"#),
        ("numbers in documents", DATA, "1,", r#"1]"}}]"#),
        ("letters divided among strings", DATA, r#"\"a\",\"b\","#, r#"1]"}}]"#),
        ("escapes in a script", SCRIPT, r"\\u0061", r#"'"}}]"#),
        ("escapes of escapes in a script", SCRIPT, r"\\\\\\\\ \\\\b", r#"'"}}]"#),
        ("one long string in JSON", LONG, r"\\u0062\n", r#"\"]"}}]"#),
        ("documents in documents", DATA, r#"\"[\\\"b\\\"]\","#, r#"1]"}}]"#),
        ("texts", "[", r#"{"MsgType":"TIMTextElem","MsgContent":{"Text":"a"}},"#, "{}]"),
        ("fields", "[{", r#""MsgType":"T","MsgContent":{"Text":"a"},"#, r#""MsgType":"TIMTextElem"}]"#),
        ("relays", "", r#"[{"MsgType":"TIMRelayElem","MsgContent":{"Title":"a","MsgList":[{"MsgBody":"#, "[]"),
    ];
    // Without optimisation everything is slow, and shows sooner how it grows.
    let short_bytes = if cfg!(debug_assertions) { 1_000 } else { 12_800 };
    for (name, begin, unit, end) in shapes {
        let body = |bytes: usize| {
            let times = bytes / unit.len();
            let close = if name == "relays" { "}]}}]".repeat(times) } else { String::new() };
            format!("{begin}{}{end}{close}", unit.repeat(times))
        };
        let time = |body: &str| {
            let start = processor_time();
            decide(&rules, body);
            processor_time().saturating_sub(start)
        };
        let (short, long) = (body(short_bytes), body(20 * short_bytes));
        // Caches are shared with other programs, which may spoil a measurement, but not all of them.
        let is_linear = (0..3).any(|_| time(&long) < time(&short).max(Duration::from_micros(200)) * 80);
        assert!(is_linear, "{name}");
    }
}

/// How long a processor has worked for this thread.
fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().expect("a time since the thread began")
}
