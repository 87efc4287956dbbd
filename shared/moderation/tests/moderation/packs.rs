//! Packed rules behave like the rules they were made from, and anything else is refused.

use chathook_moderation::{Flaw, Rules, RulesError, RulesSource, seal};
use chathook_protocol::{Command, Query, SendMsg};
use serde_json::json;

use crate::source;

const RULES: &str = r#"
schema = 1
[[rule]]
id = "list"
when = { any = [{ terms_file = "list.txt" }, { terms = ["inline"], allow_phrases = ["inline skates"] }] }
action = { type = "reject", text = "no" }
[[rule]]
id = "mask"
when = { terms = ["bad"], not = { regex = "fine" } }
action = { type = "mask", with = "*" }
"#;

const LIST: [(&str, &str); 1] = [("list.txt", "casino\n加微信\n")];

fn pack() -> Vec<u8> {
    source(RULES, &LIST).pack().unwrap_or_else(|error| panic!("{error}"))
}

fn load(pack: &[u8]) -> Result<Rules, RulesError> {
    RulesSource::from_bytes("rules.pack", pack.to_owned())?.compile()
}

fn reply(rules: &Rules, text: &str) -> String {
    let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    let callback = json!({"From_Account": "a", "To_Account": "b", "MsgBody": body}).to_string();
    let message = SendMsg::parse(Command::C2cBeforeSend, &callback).expect("a callback");
    rules.moderate(&message, &Query::default()).decision.into_reply().to_json()
}

#[test]
fn a_pack_decides_as_its_rules_do() {
    let packed = load(&pack()).expect("a pack");
    let compiled = source(RULES, &LIST).compile().expect("rules");
    assert_eq!(packed.ids().collect::<Vec<_>>(), compiled.ids().collect::<Vec<_>>());
    for text in ["casino", "快加微信", "inline", "inline skates", "bad", "bad but fine", "hello"] {
        assert_eq!(reply(&packed, text), reply(&compiled, text), "{text}");
    }
    assert!(reply(&packed, "casino").contains("\"ErrorCode\":1"));
}

#[test]
fn a_pack_is_checked_and_packed_as_its_rules_are() {
    let rules = RULES.replace("\"inline\"]", "\"inline\", \"Inline\"]");
    let written = source(&rules, &LIST);
    let packed = written.pack().expect("rules");
    let source = RulesSource::from_bytes("rules.pack", packed.clone()).expect("a pack");
    assert_eq!(source.warnings().expect("a pack"), written.warnings().expect("rules"));
    let flaws = |source: &RulesSource| -> Vec<_> {
        source.checked_terms().expect("terms").all().iter().filter(|term| term.flaw.is_some()).cloned().collect()
    };
    assert_eq!(flaws(&source), flaws(&written));
    assert_eq!(flaws(&source).len(), 1);
    assert_eq!(source.pack(), Ok(packed));
    assert_eq!(source.terms_files(), Vec::<String>::new());
}

#[test]
fn rules_with_a_mistake_are_not_packed() {
    let error = source(RULES, &[]).pack().expect_err("a mistake");
    assert!(error.to_string().contains("list.txt"));
}

#[test]
fn bytes_that_are_not_a_pack_are_refused() {
    let packed = pack();
    let refused = |pack: &[u8], why: &str| {
        let error = load(pack).expect_err("no pack").to_string();
        assert!(error.contains(why) && error.starts_with("rules.pack:1: "), "{error} does not say {why}");
    };
    for other in [b"\x89PNG\r\n\x1a\n and more than that and still more", &packed[..5]] {
        refused(other, "not a rules pack");
    }
    let mut newer = packed.clone();
    newer[16] = 99;
    refused(&newer, "format 99");
    // Every byte counts, and so does one that is missing or added.
    for at in 20..packed.len() {
        let mut damaged = packed.clone();
        damaged[at] ^= 0x10;
        refused(&damaged, "damaged");
        refused(&packed[..at], "damaged");
    }
    refused(&[&packed[..], b"x"].concat(), "damaged");
}

/// The pack with one text in place of another, as if a different version had made it.
fn forged(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "each text has its length in front");
    let body = &pack()[24..];
    let at = body.windows(from.len()).position(|bytes| bytes == from.as_bytes()).expect("it is there");
    seal(&[&body[..at], to.as_bytes(), &body[at + from.len()..]].concat())
}

#[test]
fn no_rule_gets_the_words_of_another() {
    let reject = |from, to, why: &str| {
        let error = load(&forged(from, to)).expect_err(to).to_string();
        assert!(error.contains(why), "{error} does not say {why}");
    };
    load(&forged("\"no\"", "\"NO\"")).expect("a change that does not matter");
    // The first rule cannot be read. If it were left out, the second one would have its words.
    reject("type = \"reject\"", "type = \"weject\"", "no action `weject`");
    reject("{ terms_file = \"list.txt\" }", "{ regex      = \"list.txt\" }", "terms that belong to no rule");
    reject("not = { regex = \"fine\" }", "not = { terms = [\"ff\"] }", "not in the pack");
    reject("{ terms = [\"bad\"], not", "{ regex = [\"bad\"], not", "terms that belong to no rule");
    reject("id = \"mask\"", "id = \"mark\"", "not in the pack");
    reject("schema = 1", "schema = 2", "does not know this schema");
}

/// Packs with a right checksum over wrong content are refused, or used without harm. The fuzz target `pack` tries more.
#[test]
fn forged_packs_do_no_harm() {
    let body = pack().split_off(24);
    for at in (0..body.len()).step_by(7) {
        for value in [0, 1, 0x22, 0x7F, 0xFF] {
            let mut forged = body.clone();
            forged[at] = value;
            if let Ok(rules) = load(&seal(&forged)) {
                reply(&rules, "casino 快加微信 inline skates b.a.d c#sino");
            }
        }
    }
}

#[test]
fn probable_mistakes_are_reported() {
    let text = r#"
        schema = 1
        [[rule]]
        id = "passes"
        when = { terms = ["hello", "good day"] }
        action = { type = "allow" }
        [[rule]]
        id = "below"
        when = { terms = ["Hello"] }
        action = { type = "discard" }
        [[rule]]
        id = "twice"
        when = { terms = ["加微信", "快加微信号", "casino", "Casino", "casino bonus", "casinos"] }
        action = { type = "discard" }
        [[rule]]
        id = "silent"
        when = { terms = ["x"], element_types = ["TIMSoundElem"] }
        action = { type = "discard" }
        [[rule]]
        id = "types"
        when = { all = [{ element_types = ["TIMTextElem"] }, { element_types = ["TIMFileElem"] }] }
        action = { type = "discard" }
        [[rule]]
        id = "endings"
        when = { file_extensions = ["exe"], element_types = ["TIMCustomElem"] }
        action = { type = "discard" }
        [[rule]]
        id = "nobody"
        when = { terms = ["x"] }
        scope = { senders = ["a"], except_accounts = ["a", "b"] }
        action = { type = "discard" }
        [[rule]]
        id = "server"
        when = { terms = ["x"], platforms = ["RESTAPI"] }
        scope = { except_rest = true }
        action = { type = "discard" }
        [[rule]]
        id = "endless"
        when = { regex = ['t\.me', 'links?'] }
        action = { type = "replace", with = "[link removed]" }
        [[rule]]
        id = "work"
        when = { terms = ["standup"] }
        scope = { group_types = ["Work"], senders = ["a", "b", "c", "d"] }
        action = { type = "allow" }
        [[rule]]
        id = "other scope"
        when = { terms = ["standup"] }
        scope = { group_types = ["Work"], senders = ["a", "b", "c"] }
        action = { type = "flag" }
        [[rule]]
        id = "same scope"
        when = { terms = ["standup"] }
        scope = { senders = ["d", "c", "b", "a"], group_types = ["Work"] }
        action = { type = "discard" }
        [[rule]]
        id = "exact"
        when = { terms = ["Night", "NIGHT"], form = "exact" }
        action = { type = "allow" }
        [[rule]]
        id = "below exact"
        when = { terms = ["night"] }
        action = { type = "discard" }
        [[rule]]
        id = "but a phrase"
        when = { terms = ["morning"], allow_phrases = ["morning star"] }
        action = { type = "allow" }
        [[rule]]
        id = "below but a phrase"
        when = { terms = ["morning"] }
        action = { type = "discard" }
        [[rule]]
        id = "below both"
        when = { terms = ["Night"], form = "exact" }
        action = { type = "discard" }
    "#;
    let told: Vec<_> = source(text, &[])
        .warnings()
        .expect("rules")
        .into_iter()
        .map(|warning| format!("{}: {}", warning.rule, warning.what))
        .collect();
    let expected = [
        "below: it can never hit: rule passes allows all of its terms before it is read",
        "silent: it can never hit: its element types hold no text",
        "types: it can never hit: no element has both of its types",
        "endings: it can never hit: only a TIMFileElem has a file name",
        "nobody: it can never hit: all of its senders are excepted",
        "server: it can never hit: it asks for the platform RESTAPI and excepts it",
        "same scope: it can never hit: rule work allows all of its terms before it is read",
        "below both: it can never hit: rule exact allows all of its terms before it is read",
        "endless: it hits its own replacement, so every message that it hits is rejected; use other words",
    ];
    assert_eq!(told, expected);
    assert_eq!(source(RULES, &LIST).warnings().expect("rules"), []);
}

#[test]
fn a_pack_says_which_rules_it_holds_and_since_when() {
    let edition = |text: &str, list: &str, made_at| {
        let mut source = source(text, &[("list.txt", list)]);
        source.set_made_at(made_at);
        let compiled = source.compile().expect("rules").edition().clone();
        assert_eq!(load(&source.pack().expect("rules")).expect("a pack").edition(), &compiled);
        compiled
    };
    let first = edition(RULES, "casino\n", 7);
    assert_eq!((first.id.len(), first.made_at), (16, Some(7)));
    assert_eq!(edition(RULES, "casino\n", 8).id, first.id);
    assert_ne!(edition(&RULES.replace("\"no\"", "\"NO\""), "casino\n", 7).id, first.id);
    assert_ne!(edition(RULES, "casino\nbingo\n", 7).id, first.id);
    assert_eq!(load(&pack()).expect("a pack").edition().made_at, None);
}

#[test]
fn each_term_is_tried_on_itself_and_on_the_others() {
    let rules = r#"
schema = 1
[[rule]]
id = "list"
when = { terms_file = "list.txt" }
action = { type = "flag" }
[[rule]]
id = "inline"
when = { any = [
    { terms = ["ass", "free money*", "money"], allow_phrases = ["ass"] },
    { terms = ["casino", "Casino"], form = "exact" },
] }
action = { type = "flag" }
"#;
    let list = "# words\ncasino\nC A S I N O\ncasino bonus\ncat*\ncats\n发票\n發票\ncas1no\n*dog\ndoghouse\nhot dog\n";
    let checked = source(rules, &[("list.txt", list)]).checked_terms().expect("terms");
    let all = checked.all();
    let told: Vec<_> = all
        .iter()
        .map(|term| {
            let flaw = match term.flaw {
                None => String::new(),
                Some(Flaw::NeverHits) => " never hits".to_owned(),
                Some(Flaw::IsAllowed) => " is allowed".to_owned(),
                Some(Flaw::IsThereTwice(other)) => format!(" as {}", all[other].term),
                Some(Flaw::IsCovered(other)) => format!(" by {}", all[other].term),
            };
            format!("{} {}:{} {} ({}){flaw}", term.rule, term.file, term.line, term.term, term.normalised)
        })
        .collect();
    let expected = [
        "list list.txt:2 casino (casino)",
        "list list.txt:3 C A S I N O (casino) by casino",
        "list list.txt:4 casino bonus (casinobonus) by casino",
        "list list.txt:5 cat* (cat)",
        "list list.txt:6 cats (cats) by cat*",
        "list list.txt:7 发票 (发票)",
        "list list.txt:8 發票 (发票) by 发票",
        "list list.txt:9 cas1no (cas1no) by casino",
        "list list.txt:10 *dog (dog)",
        "list list.txt:11 doghouse (doghouse)",
        "list list.txt:12 hot dog (hotdog) by *dog",
        "inline rules.toml:10 ass (ass) is allowed",
        "inline rules.toml:10 free money* (freemoney)",
        "inline rules.toml:10 money (money)",
        "inline rules.toml:11 casino (casino)",
        "inline rules.toml:11 Casino (Casino)",
    ];
    assert_eq!(told, expected);
    let hits = |text: &str| -> Vec<_> { checked.hits(text).into_iter().map(|hit| all[hit].term.as_str()).collect() };
    assert_eq!(hits("c4sino at the bulldog"), ["casino", "*dog"]);
    assert_eq!(hits("an ass"), [""; 0]);
}
