//! What calls answer, and what they refuse.

use chathook_platform_double::{Double, Draft, Recipient, Via};
use serde_json::{Value, json};

use crate::recorder::{NOW, double};

/// Makes a call as the administrator.
fn call(double: &Double, call: &str, body: &Value) -> Value {
    double.call(call, body, &Via::Rest("administrator".to_owned()))
}

async fn sent(double: &Double, from: &str, to: Recipient, text: &str) -> String {
    let message = double.send(Draft::text(from, to, text), &Via::Client(from.to_owned())).await.message.unwrap();
    message.msg_key()
}

fn account(name: &str) -> Recipient {
    Recipient::Account(name.to_owned())
}

fn group(group_type: &str) -> Recipient {
    Recipient::Group { id: group_type.to_owned(), topic: None, group_type: group_type.to_owned() }
}

const RECALL_C2C: &str = "openim/admin_msgwithdraw";
const MODIFY_C2C: &str = "openim/modify_c2c_msg";
const FETCH_C2C: &str = "openim/admin_getroammsg";
const RECALL: &str = "group_open_http_svc/group_msg_recall";
const MODIFY: &str = "openim/modify_group_msg";
const FETCH: &str = "group_open_http_svc/group_msg_get_simple";

#[tokio::test]
async fn refusals() {
    let double = double(None).await;
    let key = sent(&double, "ada", account("grace"), "hi").await;
    for group_type in ["Public", "AVChatRoom", "Private"] {
        sent(&double, "ada", group(group_type), "hi").await;
    }
    let message = json!({"From_Account": "ada", "To_Account": "grace", "MsgKey": key});
    let swapped = json!({"From_Account": "grace", "To_Account": "ada", "MsgKey": key});
    let seqs = |count: u64| (0..count).map(|seq| json!({"MsgSeq": seq})).collect::<Vec<_>>();
    let long = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": "a".repeat(13_000)}}]);
    for (name, body, code) in [
        (RECALL_C2C, swapped.clone(), 20022),
        (RECALL_C2C, json!({"From_Account": "ada", "To_Account": "grace"}), 10004),
        (RECALL_C2C, message.clone(), 0),
        (RECALL_C2C, message.clone(), 20023),
        (MODIFY_C2C, swapped, 20022),
        (MODIFY_C2C, message, 20023),
        (FETCH_C2C, json!({"Operator_Account": "ada"}), 10004),
        (RECALL, json!({"GroupId": "Public", "MsgSeqList": seqs(10)}), 0),
        (RECALL, json!({"GroupId": "Public", "MsgSeqList": seqs(11)}), 10004),
        (RECALL, json!({"GroupId": "Public", "MsgSeqList": []}), 10004),
        (RECALL, json!({"GroupId": "nobody's", "MsgSeqList": seqs(1)}), 10010),
        (RECALL, json!({"GroupId": "AVChatRoom", "MsgSeqList": seqs(1)}), 10033),
        (MODIFY, json!({"GroupId": "Public", "MsgSeq": 9, "MsgBody": []}), 10030),
        (MODIFY, json!({"GroupId": "Private", "MsgSeq": 1}), 10004),
        (MODIFY, json!({"GroupId": "Private", "MsgSeq": 1, "MsgBody": long}), 93000),
        (MODIFY, json!({"GroupId": "AVChatRoom", "MsgSeq": 1, "CloudCustomData": "x"}), 10004),
        (FETCH, json!({"GroupId": "AVChatRoom", "ReqMsgNumber": 1}), 10004),
        ("group_open_http_svc/modify_group_msg", json!({"GroupId": "Public"}), 60009),
        (
            "group_open_http_svc/forbid_send_msg",
            json!({"GroupId": "Private", "Members_Account": ["ada"], "MuteTime": 1}),
            10004,
        ),
        ("group_open_http_svc/delete_group_msg_by_sender", json!({"GroupId": "no", "Sender_Account": "ada"}), 10010),
        ("openconfigsvr/setnospeaking", json!({"Set_Account": "ada"}), 10004),
    ] {
        let reply = call(&double, name, &body);
        assert_eq!(reply["ErrorCode"], code, "{name} {body}: {reply}");
        assert_eq!(reply["ActionStatus"], if code == 0 { "OK" } else { "FAIL" });
    }
}

#[tokio::test]
async fn a_recall_says_of_each_message_what_became_of_it() {
    let double = double(None).await;
    for _ in 0..3 {
        sent(&double, "ada", group("Public"), "hi").await;
    }
    let recall = || call(&double, RECALL, &json!({"GroupId": "Public", "MsgSeqList": [{"MsgSeq": 2}, {"MsgSeq": 7}]}));
    assert_eq!(recall()["RecallRetList"], json!([{"MsgSeq": 2, "RetCode": 0}, {"MsgSeq": 7, "RetCode": 10030}]));
    assert_eq!(recall()["RecallRetList"], json!([{"MsgSeq": 2, "RetCode": 10030}, {"MsgSeq": 7, "RetCode": 10030}]));
    let places = |reply: &Value| {
        let list = reply["RspMsgList"].as_array().unwrap().clone();
        list.iter()
            .map(|item| (item["MsgSeq"].as_u64().unwrap(), item["IsPlaceMsg"].as_u64().unwrap()))
            .collect::<Vec<_>>()
    };
    let all = call(&double, FETCH, &json!({"GroupId": "Public", "ReqMsgNumber": 20, "WithRecalledMsg": 1}));
    assert_eq!((places(&all), &all["IsFinished"]), (vec![(3, 0), (2, 2), (1, 0)], &json!(1)));
    let visible = call(&double, FETCH, &json!({"GroupId": "Public", "ReqMsgNumber": 20}));
    assert_eq!(places(&visible), [(3, 0), (1, 0)]);
    let one =
        call(&double, FETCH, &json!({"GroupId": "Public", "ReqMsgNumber": 1, "ReqMsgSeq": 2, "WithRecalledMsg": 1}));
    assert_eq!((places(&one), &one["IsFinished"]), (vec![(2, 2)], &json!(0)));
}

#[tokio::test]
async fn an_edit_keeps_what_it_leaves_out() {
    let double = double(None).await;
    let key = sent(&double, "ada", account("grace"), "hi").await;
    let edit = |name: &str, value: Value| {
        let body = json!({"From_Account": "ada", "To_Account": "grace", "MsgKey": key, name: value});
        assert_eq!(call(&double, MODIFY_C2C, &body)["ErrorCode"], 0);
    };
    edit("CloudCustomData", json!("data"));
    edit("MsgBody", json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": "ho"}}]));
    let held = double.messages().remove(0).message;
    assert_eq!((held.custom_data.as_str(), &held.body[0]["MsgContent"]["Text"]), ("data", &json!("ho")));
}

#[tokio::test]
async fn a_conversation_is_read_page_by_page_from_its_end() {
    let double = double(None).await;
    let mut keys = Vec::new();
    for index in 0..7 {
        let (from, to) = if index % 2 == 0 { ("ada", "grace") } else { ("grace", "ada") };
        keys.push(sent(&double, from, account(to), &"long ".repeat(900)).await);
        sent(&double, from, account("bob"), "elsewhere").await;
    }
    let page = |most: u64, last: Option<&Value>| {
        let mut body = json!({
            "Operator_Account": "grace", "Peer_Account": "ada", "MaxCnt": most, "MinTime": NOW, "MaxTime": NOW,
        });
        if let Some(last) = last {
            body["LastMsgKey"] = last.clone();
        }
        call(&double, FETCH_C2C, &body)
    };
    // At most 13 KB: two messages of 4.5 KB.
    for most in [100, 2] {
        let (mut read, mut last) = (Vec::<Value>::new(), None);
        loop {
            let reply = page(most, last.as_ref());
            let items = reply["MsgList"].as_array().unwrap();
            assert_eq!((reply["MsgCnt"].as_u64(), &reply["LastMsgTime"]), (Some(items.len() as u64), &json!(NOW)));
            assert!(items.len() <= 2);
            assert_eq!(reply["LastMsgKey"], items[0]["MsgKey"]);
            read.splice(0..0, items.iter().map(|item| item["MsgKey"].clone()));
            if reply["Complete"] == 1 {
                break;
            }
            last = Some(reply["LastMsgKey"].clone());
        }
        assert_eq!(read, keys);
    }
}
