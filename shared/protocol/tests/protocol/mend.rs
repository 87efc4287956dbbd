//! Bodies that are not strict JSON.

use chathook_protocol::json::{Body, Object, mend};
use proptest::prelude::*;
use serde_json::Value;

use crate::readable::any_json;

#[test]
fn what_lenient_parsers_read() {
    for (text, json, leftover) in [
        // Numbers that are none, however a library prints them.
        (r#"{"a":NaN,"b":1}"#, r#"{"a":"NaN","b":1}"#, ""),
        (r#"{"a":-Infinity}"#, r#"{"a":"-Infinity"}"#, ""),
        (r#"{"a":[+Infinity,inf,-nan(ind),1.#QNAN]}"#, r#"{"a":["+Infinity","inf","-nan(ind)","1.#QNAN"]}"#, ""),
        (
            r#"{"a":+1,"b":.5,"c":1.,"d":007,"e":0x1F,"f":1e9}"#,
            r#"{"a":"+1","b":".5","c":"1.","d":"007","e":"0x1F","f":1e9}"#,
            "",
        ),
        (r#"{"Latitude":52,5,"a":1}"#, r#"{"Latitude":52,"5":null,"a":1}"#, ""),
        // Words.
        (r#"{"a":True,"b":None,"c":casino}"#, r#"{"a":"True","b":"None","c":"casino"}"#, ""),
        ("{a:true,$b_1:null,3:false}", r#"{"a":true,"$b_1":null,"3":false}"#, ""),
        // Commas and colons too many, or too few.
        (r#"{,"a":1,,"b":[1,2,],}"#, r#"{"a":1,"b":[1,2]}"#, ""),
        (r#"{"a":1 "b":[1 2 "c"]}"#, r#"{"a":1,"b":[1,2,"c"]}"#, ""),
        (r#"{"a" 1,"b"::2,"c":,"d"}"#, r#"{"a":1,"b":2,"c":null,"d":null}"#, ""),
        (r#"{"a":1,{"b":2},[3]}"#, r#"{"a":1,"":{"b":2},"":[3]}"#, ""),
        // Strings.
        (r#"{'a':'it\'s "b"'}"#, r#"{"a":"it's \"b\""}"#, ""),
        (r#"{"a":'c\u0061sino'}"#, r#"{"a":"casino"}"#, ""),
        ("{\"a\":\"\x01\\q\",}", r#"{"a":"\u0001\\q"}"#, "\"\x01\\q\"\n"),
        // A quote in a comment or in the other quotes begins no string.
        (r#"{'a"':1/*"*/,"b'":"c"}"#, r#"{"a\"":1,"b'":"c"}"#, ""),
        ("{\"a\":1, // \"no\nthing\n:\"b\"}", r#"{"a":1,"thing":"b"}"#, "// \"no\n"),
        ("{\"a\":/* { */1}", r#"{"a":1}"#, ""),
        // Blanks that JSON does not know.
        ("\u{FEFF}\0{\u{A0}\"a\"\u{2028}:\x0B1\0}", r#"{"a":1}"#, ""),
        // What comes behind.
        (r#"{"a":1}}"#, r#"{"a":1}"#, ""),
        ("{\"a\":1}\0\0", r#"{"a":1}"#, ""),
        (r#"{"a":1};,]"#, r#"{"a":1}"#, ""),
        (r#"{"a":1}x"#, r#"{"a":1}"#, "x"),
        (r#"{"a":1}{"#, r#"{"a":1}"#, ""),
        (r#"{"a":1}["#, r#"{"a":1}"#, ""),
        (r#"{"a":1}[2]"#, r#"{"a":1}"#, "[2]"),
        (r#"{"a":1}{"a":"casino"}"#, r#"{"a":1}"#, r#"{"a":"casino"}"#),
        (r#"{"a":1} "casino""#, r#"{"a":1}"#, " \"casino\""),
        (r#"{"a":/*casino*/1}"#, r#"{"a":1}"#, "/*casino*/\n"),
    ] {
        let mended = mend(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((mended.json.as_str(), mended.leftover.as_str()), (json, leftover), "{text}");
        Object::parse(&mended.json).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

#[test]
fn what_nobody_can_read() {
    for text in [
        "",
        " ",
        "x",
        "[1]",
        "\"a\"",
        "{",
        r#"{"a"#,
        r#"{"a":"b}"#,
        r#"{"a":'b"}"#,
        r#"{"a":[1}"#,
        r#"{"a":1]"#,
        r#"{"a":{"b":1}"#,
        r#"x{"a":1}"#,
        r#"{"a":1/*}"#,
        r#"{"a":"b\"}"#,
        r#"{"a":http://x}"#,
    ] {
        assert_eq!(mend(text), None, "{text}");
    }
}

#[test]
fn only_a_body_that_is_not_strict_is_mended() {
    for (bytes, json, leftover) in [
        (&br#"{"a" : 1.50}"#[..], r#"{"a" : 1.50}"#, None),
        (br#"{"a" : 1.50 , }"#, r#"{"a":1.50}"#, None),
        (b"\xEF\xBB\xBF{'a':'\xFF'}", "{\"a\":\"\u{FFFD}\"}", None),
        (br#"{"a":1}x"#, r#"{"a":1}"#, Some("x")),
    ] {
        let body = Body::new(bytes);
        assert!(!body.object().unwrap().is_empty());
        assert_eq!((body.json(), body.leftover()), (json, leftover));
    }
    for bytes in [&b"null"[..], b"[]", b"{", b""] {
        assert!(Body::new(bytes).object().is_err());
    }
}

const PIECES: [&str; 24] = [
    "{", "}", "[", "]", ":", ",", "\"a\"", "\"", "'", "'b'", "\\", "NaN", "1", "-", "//", "/*", "*/", "\n", " ", "世",
    "\u{1}", "null", "#", "\\u",
];

proptest! {
    #[test]
    fn what_is_mended_is_strict(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..32)) {
        let text = format!("{{{}}}", pieces.concat());
        if let Some(mended) = mend(&text) {
            prop_assert!(Object::parse(&mended.json).is_ok(), "{} of {}", mended.json, text);
        }
    }

    #[test]
    fn never_panics(text: String) {
        let _ = mend(&text);
    }

    #[test]
    fn strict_json_keeps_its_values(value in any_json()) {
        let text = serde_json::json!({ "a": value }).to_string();
        let mended = mend(&text).expect("an object");
        prop_assert_eq!(&mended.json, &text);
        prop_assert!(mended.leftover.is_empty());
        // A comma too many changes nothing.
        let mended = mend(&text.replace("{\"a\":", "{,\"a\"::")).expect("an object");
        prop_assert_eq!(serde_json::from_str::<Value>(&mended.json).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
    }
}
