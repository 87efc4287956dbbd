//! What messages become under which rules: every case of every file in `cases`.
//!
//! A case has the message (`text` for a single text element, or `body`), where it was sent, and the verdict. Whatever a
//! case leaves out, `becomes` for example, must not be in the result.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chathook_moderation::{Decision, Hit, Rules, Verdict};
use chathook_protocol::{Command, Query, SendMsg};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    group: bool,
    group_type: Option<String>,
    group_id: Option<String>,
    topic: Option<String>,
    operator: Option<String>,
    platform: Option<String>,
    from: Option<String>,
    custom_data: Option<String>,
    /// `CloudCustomData` that is not a string, as JSON.
    custom_data_json: Option<String>,
    text: Option<String>,
    body: Option<String>,
    verdict: String,
    /// `rule element field span`, or only the rules' ids in `rules`.
    hits: Option<Vec<String>>,
    rules: Option<Vec<String>>,
    /// What was recognised, hit by hit.
    normalised: Option<Vec<String>>,
    /// `rule element field span` of rules in shadow mode.
    shadow: Option<Vec<String>>,
    left_out: Option<Vec<String>>,
    /// The text that is delivered, if the message has a single text element. Otherwise `becomes_body`, byte for byte.
    becomes: Option<String>,
    becomes_body: Option<String>,
    becomes_custom_data: Option<String>,
    code: Option<u32>,
    info: Option<String>,
}

#[test]
fn messages_get_the_verdict_of_their_case() {
    let mut failures = Vec::new();
    let mut count = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation/cases");
    for entry in fs::read_dir(folder).expect("tests/cases is there") {
        let path = entry.expect("a readable folder").path();
        let file: File = toml::from_str(&fs::read_to_string(&path).expect("a readable file"))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let files: Vec<_> = file.files.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
        let rules = source(&file.rules, &files)
            .compile()
            .and_then(Rules::strict)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in &file.case {
            count += 1;
            let (found, wanted) = (case.found(&rules), case.wanted());
            if found != wanted {
                let name = path.file_stem().unwrap_or_default().display();
                failures.push(format!("{name}: {}\n  wanted {wanted:#}\n  found {found:#}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn rules_and_verdicts_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Rules>();
    shared::<Verdict<'static>>();
}

impl Case {
    fn request(&self) -> (Command, String) {
        let body = self.body.clone().unwrap_or_else(|| {
            json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": self.text.as_deref().unwrap_or_default()}}])
                .to_string()
        });
        let from = json!(self.from.as_deref().unwrap_or("jared"));
        let (command, chat) = if self.group {
            let group_type = self.group_type.as_ref().map(|name| format!(r#","Type":{}"#, json!(name)));
            let id = json!(self.group_id.as_deref().unwrap_or("g"));
            let topic = self.topic.as_ref().map(|topic| format!(r#","TopicId":{}"#, json!(topic)));
            let operator = self.operator.as_ref().map(|account| format!(r#","Operator_Account":{}"#, json!(account)));
            let more = [group_type, topic, operator].into_iter().flatten().collect::<String>();
            (Command::GroupBeforeSend, format!(r#""GroupId":{id}{more}"#))
        } else {
            (Command::C2cBeforeSend, r#""To_Account":"jonh""#.to_owned())
        };
        let custom = self.custom_data.as_ref().map(|data| json!(data).to_string()).or(self.custom_data_json.clone());
        let custom = custom.map(|data| format!(r#","CloudCustomData":{data}"#)).unwrap_or_default();
        (command, format!(r#"{{"From_Account":{from},{chat},"MsgBody":{body}{custom}}}"#))
    }

    fn found(&self, rules: &Rules) -> Value {
        let (command, text) = self.request();
        let message = SendMsg::parse(command, &text).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let platform = self.platform.as_ref().map(|platform| format!("OptPlatform={platform}"));
        let query = Query::parse(&platform.unwrap_or_default());
        let verdict = rules.moderate(&message, &query);
        let mut found = json!({"verdict": verdict.decision.name()});
        if self.hits.is_some() {
            found["hits"] = json!(hits(&verdict.hits));
        } else {
            found["rules"] = json!(verdict.rules().collect::<Vec<_>>());
        }
        if self.normalised.is_some() {
            found["normalised"] = json!(verdict.hits.iter().map(|hit| hit.normalised.as_ref()).collect::<Vec<_>>());
        }
        if !verdict.shadow_hits.is_empty() {
            found["shadow"] = json!(hits(&verdict.shadow_hits));
        }
        if !verdict.left_out.is_empty() {
            found["left_out"] = json!(verdict.left_out);
        }
        if let Decision::Rewrite(rewrite) = &verdict.decision {
            if let Some(elements) = rewrite.elements() {
                let elements: Vec<_> = elements.iter().map(|element| element.get()).collect();
                let body = format!("[{}]", elements.join(","));
                if self.text.is_some() && self.becomes_body.is_none() {
                    let body: Value = serde_json::from_str(&body).expect("JSON");
                    found["becomes"] = body[0]["MsgContent"]["Text"].clone();
                } else {
                    found["becomes_body"] = json!(body);
                }
            }
            if let Some(data) = rewrite.custom_data() {
                found["becomes_custom_data"] = json!(data);
            }
        }
        let reply: Value = serde_json::from_str(&verdict.decision.into_reply().to_json()).expect("JSON");
        if reply["ErrorCode"] != 0 && reply["ErrorCode"] != 2 {
            found["code"] = reply["ErrorCode"].clone();
            found["info"] = reply["ErrorInfo"].clone();
        }
        found
    }

    fn wanted(&self) -> Value {
        let mut wanted = json!({"verdict": self.verdict});
        if let Some(hits) = &self.hits {
            wanted["hits"] = json!(hits);
        } else {
            wanted["rules"] = json!(self.rules.clone().unwrap_or_default());
        }
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                wanted[key] = value;
            }
        };
        put("normalised", self.normalised.as_ref().map(|normalised| json!(normalised)));
        put("shadow", self.shadow.as_ref().map(|shadow| json!(shadow)));
        put("left_out", self.left_out.as_ref().map(|rules| json!(rules)));
        put("becomes", self.becomes.as_ref().map(|text| json!(text)));
        put("becomes_body", self.becomes_body.as_ref().map(|body| json!(body)));
        put("becomes_custom_data", self.becomes_custom_data.as_ref().map(|data| json!(data)));
        if self.verdict == "reject" {
            put("code", Some(json!(self.code.unwrap_or(1))));
            put("info", Some(json!(self.info.as_deref().unwrap_or_default())));
        }
        wanted
    }
}

fn hits(hits: &[Hit<'_>]) -> Vec<String> {
    let hit = |hit: &Hit<'_>| {
        let element = hit.element.map_or_else(|| "-".to_owned(), |element| element.to_string());
        format!("{} {element} {} {}..{}", hit.rule, hit.field, hit.span.start, hit.span.end)
    };
    hits.iter().map(hit).collect()
}
