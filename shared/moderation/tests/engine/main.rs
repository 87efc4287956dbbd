//! The engine from the outside: what is found, what is not, and how much of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod corpus;
mod disguise;
mod harmless;
mod hostile;
mod recall;
mod spans;

use std::fmt::Write;
use std::ops::Range;

use chathook_moderation::Rules;
use chathook_protocol::{Command, Query, SendMsg};
use serde_json::json;

/// Rules of one term each, whose ids are the terms.
pub(crate) fn rules(terms: &[&str]) -> Rules {
    let mut text = "schema = 1\n".to_owned();
    for term in terms {
        let rule =
            format!("[[rule]]\nid = {term:?}\nwhen = {{ terms = [{term:?}] }}\naction = {{ type = \"reject\" }}\n");
        let _ = write!(text, "{rule}");
    }
    Rules::compile("rules.toml", &text, &mut |_| Err(String::new())).unwrap_or_else(|error| panic!("{error}"))
}

/// The hits in a message of these text elements, as (rule, element, span).
pub(crate) fn hits_in<'r>(rules: &'r Rules, texts: &[&str]) -> Vec<(&'r str, usize, Range<usize>)> {
    let element = |text: &&str| json!({"MsgType": "TIMTextElem", "MsgContent": {"Text": text}});
    let body: Vec<_> = texts.iter().map(element).collect();
    let message = json!({"From_Account": "a", "To_Account": "b", "MsgBody": body}).to_string();
    let message = SendMsg::parse(Command::C2cBeforeSend, &message).expect("a callback");
    let verdict = rules.moderate(&message, &Query::default());
    verdict.hits.iter().map(|hit| (hit.rule, hit.element.unwrap_or_default(), hit.span.clone())).collect()
}

/// The hits in a text, as (rule, the characters hit).
pub(crate) fn hits<'r, 't>(rules: &'r Rules, text: &'t str) -> Vec<(&'r str, &'t str)> {
    hits_in(rules, &[text]).into_iter().map(|(rule, _, span)| (rule, &text[span])).collect()
}
