//! A sender chooses how deep JSON nests. Deep nesting must neither cost stack nor prevent moderation.

use std::thread;

use chathook_protocol::{Chat, Command, Content, MsgBody, SendMsg, json};

use crate::fixture;

/// The largest body that is read.
const CAP: usize = 256 * 1024;
/// Far less than a thread ever has.
const STACK: usize = 128 * 1024;

/// The deepest nesting of `open` around `null` that fits into `before` and `after` under the cap.
fn fill(before: &str, open: &str, close: &str, after: &str) -> String {
    let levels = (CAP - before.len() - after.len() - 4) / (open.len() + close.len());
    format!("{before}{}null{}{after}", open.repeat(levels), close.repeat(levels))
}

fn on_small_stack(check: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(STACK).spawn(check).unwrap().join().unwrap();
}

const HEAD: &str = r#"{"CallbackCommand":"Group.CallbackBeforeSendMsg","From_Account":"ana","GroupId":"g""#;

#[test]
fn nesting_anywhere_up_to_the_cap() {
    // Where the nesting is, and what is around it.
    let places = [
        ("an unknown field", r#","Unknown":"#, r#","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hi"}}]}"#),
        ("content", r#","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hi","X":"#, "}}]}"),
        (
            "a whole content",
            r#","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hi"}},{"MsgContent":"#,
            "}]}",
        ),
        ("an element", r#","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hi"}},"#, "]}"),
        (
            "a field of another type",
            r#","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hi"}}],"Random":"#,
            "}",
        ),
        ("mentions", r#","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hi"}}],"GroupAtInfo":"#, "}"),
    ];
    for (place, before, after) in places {
        for (open, close) in
            [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]"), ("[ 1,\n", "]"), (r#"["\ud800","#, "]")]
        {
            let body = fill(&format!("{HEAD}{before}"), open, close, after);
            assert!(body.len() <= CAP);
            on_small_stack(move || {
                let text = json::readable(body.as_bytes());
                let message = SendMsg::parse(Command::GroupBeforeSend, &text).unwrap();
                let Content::Text(content) = message.msg_body.elements[0].content() else { panic!("{place}") };
                assert_eq!(content.text.as_deref(), Some("hi"), "{place}");
                for element in &message.msg_body.elements {
                    let _ = element.content();
                }
                assert_eq!(serde_json::to_string(&message.clone()).unwrap(), text, "{place}");
            });
        }
    }
}

#[test]
fn brackets_that_nobody_closes_are_no_json() {
    for open in ["[", "{", r#"{"a":"#] {
        on_small_stack(move || {
            let body = open.repeat(CAP / open.len());
            let text = json::readable(body.as_bytes());
            assert!(SendMsg::parse(Command::C2cBeforeSend, &text).is_err());
        });
    }
}

#[test]
fn relays_within_relays_are_read_one_by_one() {
    let open = r#"[{"MsgType":"TIMRelayElem","MsgContent":{"Title":"t","MsgList":[{"MsgBody":"#;
    let message = fill(&format!("{HEAD},\"MsgBody\":"), open, "}]}}]", "}");
    on_small_stack(move || {
        let message = fixture::parse(&message);
        assert!(matches!(message.chat, Chat::Group(_)));
        let mut body = message.msg_body;
        // Each level is scanned again, so reading all of them would take quadratic time. Callers that walk down need a
        // limit.
        for _ in 0..100 {
            let Content::Relay(relay) = body.elements[0].content() else { panic!() };
            assert_eq!(relay.title.as_deref(), Some("t"));
            body = MsgBody::parse(relay.msg_list[0].msg_body.unwrap()).unwrap();
        }
    });
}
