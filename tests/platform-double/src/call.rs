//! The calls, as tencentcloud.com/document/product/1047/34620 and the pages below it describe them.

use chathook_protocol::{Command, MAX_MESSAGE_BYTES};
use serde_json::{Value, json};

use crate::state::{Held, Mute, State, Visibility};

/// The most bytes of messages in an answer about a one-to-one conversation.
const MAX_ROAMING_BYTES: usize = 13 * 1024;

/// Who makes a call, and from where. The callback about it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// An account, in its client.
    Client(String),
    /// An administrator, over REST.
    Rest(String),
}

impl Via {
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::Client(account) | Self::Rest(account) => account,
        }
    }

    /// `OptPlatform`
    pub(crate) fn platform(&self) -> &'static str {
        match self {
            Self::Client(_) => "Android",
            Self::Rest(_) => "RESTAPI",
        }
    }
}

/// What a call that succeeds adds to the reply, and the callback that tells of it.
struct Effect {
    reply: Value,
    callback: Option<Value>,
}

/// The error code and text of a call that fails.
type Refused = (u64, &'static str);

const PARAMETER: Refused = (10004, "invalid parameter");
const NO_GROUP: Refused = (10010, "group does not exist");

/// Makes a call. Gives the reply and, if something happened that the webhook is told of, the callback.
pub(crate) fn make(state: &mut State, call: &str, body: &Value, operator: &str, now_ms: u64) -> (Value, Option<Value>) {
    let made = match call {
        "openim/admin_msgwithdraw" => recall_c2c(state, body),
        "openim/modify_c2c_msg" => modify_c2c(state, body, operator, now_ms),
        "openim/admin_getroammsg" => fetch_c2c(state, body),
        "group_open_http_svc/group_msg_recall" => recall_group(state, body, operator, now_ms),
        "openim/modify_group_msg" => modify_group(state, body, operator, now_ms),
        "group_open_http_svc/group_msg_get_simple" => fetch_group(state, body),
        "group_open_http_svc/delete_group_msg_by_sender" => delete_by_sender(state, body),
        "group_open_http_svc/forbid_send_msg" => mute_in_group(state, body, now_ms / 1000),
        "openconfigsvr/setnospeaking" => mute(state, body, now_ms / 1000),
        _ => Err((60009, "no such command")),
    };
    match made {
        Ok(Effect { reply, callback }) => (success(call, reply), callback),
        Err((code, info)) => (failure(code, info), None),
    }
}

pub(crate) fn failure(code: u64, info: &str) -> Value {
    json!({"ActionStatus": "FAIL", "ErrorInfo": info, "ErrorCode": code})
}

fn success(call: &str, added: Value) -> Value {
    let mut reply = json!({"ErrorInfo": "", "ErrorCode": 0});
    // The page of the calls that mute an account in the whole app shows no ActionStatus.
    if !call.starts_with("openconfigsvr/") {
        reply["ActionStatus"] = json!("OK");
    }
    if let (Value::Object(reply), Value::Object(added)) = (&mut reply, added) {
        reply.extend(added);
    }
    reply
}

impl Effect {
    /// One that adds nothing to the reply.
    fn told_by(callback: Option<Value>) -> Self {
        Self { reply: json!({}), callback }
    }

    /// One that nobody is told of.
    fn silent(reply: Value) -> Self {
        Self { reply, callback: None }
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refused> {
    body[name].as_str().filter(|text| !text.is_empty()).ok_or(PARAMETER)
}

fn number(body: &Value, name: &str) -> Result<u64, Refused> {
    body[name].as_u64().ok_or(PARAMETER)
}

fn topic(body: &Value) -> Option<&str> {
    body["TopicId"].as_str().filter(|topic| !topic.is_empty())
}

/// `GroupId` of a group that exists and keeps its messages, and its type. The platform's pages name no code for the
/// groups of the type `AVChatRoom`, which keep none; `code` is assumed.
fn group<'a>(state: &State, body: &'a Value, code: u64) -> Result<(&'a str, String), Refused> {
    let group_id = text(body, "GroupId")?;
    match state.groups.get(group_id) {
        Some(group_type) if group_type == "AVChatRoom" => Err((code, "not in a group of this type")),
        Some(group_type) => Ok((group_id, group_type.clone())),
        None => Err(NO_GROUP),
    }
}

fn recall_c2c(state: &mut State, body: &Value) -> Result<Effect, Refused> {
    let (from, to, msg_key) = (text(body, "From_Account")?, text(body, "To_Account")?, text(body, "MsgKey")?);
    let held = state.c2c(from, to, msg_key).ok_or((20022, "message to recall does not exist"))?;
    if held.visibility == Visibility::Recalled {
        return Err((20023, "message has been recalled"));
    }
    held.visibility = Visibility::Recalled;
    Ok(Effect::told_by(Some(json!({
        "CallbackCommand": Command::C2cRecall.as_str(), "From_Account": from, "To_Account": to, "MsgKey": msg_key,
        "UnreadMsgNum": 0,
    }))))
}

fn recall_group(state: &mut State, body: &Value, operator: &str, now_ms: u64) -> Result<Effect, Refused> {
    let ((group_id, group_type), topic_id) = (group(state, body, 10033)?, topic(body));
    let list = body["MsgSeqList"].as_array().filter(|list| (1..=10).contains(&list.len())).ok_or(PARAMETER)?;
    let (mut results, mut recalled) = (Vec::new(), Vec::new());
    for item in list {
        let seq = number(item, "MsgSeq")?;
        // Whether a message that was recalled already does not exist any more is not documented. It is assumed.
        let held = state.group(group_id, topic_id, seq).filter(|held| held.visibility == Visibility::Visible);
        let code = if let Some(held) = held {
            held.visibility = Visibility::Recalled;
            recalled.push(json!({"MsgSeq": seq}));
            0
        } else {
            10030
        };
        results.push(json!({"MsgSeq": seq, "RetCode": code}));
    }
    let callback = (!recalled.is_empty()).then(|| {
        json!({
            "CallbackCommand": Command::GroupRecall.as_str(), "Operator_Account": operator, "Type": group_type,
            "GroupId": group_id, "MsgSeqList": recalled, "TopicId": topic_id.unwrap_or_default(), "EventTime": now_ms,
        })
    });
    Ok(Effect { reply: json!({"RecallRetList": results}), callback })
}

/// Overwrites what a message says. What the call leaves out stays.
fn overwrite(held: &mut Held, body: &Value) -> Result<(), Refused> {
    let (msg_body, custom_data) = (body["MsgBody"].as_array(), body["CloudCustomData"].as_str());
    if msg_body.is_none_or(Vec::is_empty) && custom_data.is_none() {
        return Err(PARAMETER);
    }
    if body["MsgBody"].to_string().len() > MAX_MESSAGE_BYTES {
        return Err((93000, "message too long"));
    }
    if msg_body.is_some() {
        held.message.body = body["MsgBody"].clone();
    }
    if let Some(custom_data) = custom_data {
        custom_data.clone_into(&mut held.message.custom_data);
    }
    Ok(())
}

fn modify_c2c(state: &mut State, body: &Value, operator: &str, now_ms: u64) -> Result<Effect, Refused> {
    let (from, to, msg_key) = (text(body, "From_Account")?, text(body, "To_Account")?, text(body, "MsgKey")?);
    // The page of this call names no codes for messages that are not there. Those of the recall are assumed.
    let held = state.c2c(from, to, msg_key).ok_or((20022, "message does not exist"))?;
    if held.visibility == Visibility::Recalled {
        return Err((20023, "message has been recalled"));
    }
    overwrite(held, body)?;
    let (message, ids) = (&held.message, held.message.ids);
    Ok(Effect::told_by(Some(json!({
        "CallbackCommand": Command::C2cEdit.as_str(), "Operator_Account": operator, "From_Account": from,
        "To_Account": to, "MsgSeq": ids.seq, "MsgRandom": ids.random, "MsgTime": ids.time, "MsgKey": msg_key,
        "MsgBody": message.body, "CloudCustomData": message.custom_data, "EventTime": now_ms,
    }))))
}

fn modify_group(state: &mut State, body: &Value, operator: &str, now_ms: u64) -> Result<Effect, Refused> {
    let ((group_id, _), topic_id, seq) = (group(state, body, 10004)?, topic(body), number(body, "MsgSeq")?);
    let held = state.group(group_id, topic_id, seq).filter(|held| held.visibility == Visibility::Visible);
    let held = held.ok_or((10030, "message does not exist"))?;
    overwrite(held, body)?;
    let message = &held.message;
    Ok(Effect::told_by(Some(json!({
        "CallbackCommand": Command::GroupEdit.as_str(), "Operator_Account": operator, "GroupId": group_id,
        "TopicId": topic_id.unwrap_or_default(), "MsgSeq": seq, "MsgBody": message.body,
        "CloudCustomData": message.custom_data, "EventTime": now_ms,
    }))))
}

/// The newest page of the times asked for, its messages from old to new.
fn fetch_c2c(state: &State, body: &Value) -> Result<Effect, Refused> {
    let (viewer, peer) = (text(body, "Operator_Account")?, text(body, "Peer_Account")?);
    let (most, from, to) = (number(body, "MaxCnt")?, number(body, "MinTime")?, number(body, "MaxTime")?);
    let mut found: Vec<&Held> = state.messages.iter().filter(|held| held.is_between(viewer, peer)).collect();
    found.sort_by_key(|held| (held.message.ids.time, held.message.ids.seq));
    if let Some(last) = body["LastMsgKey"].as_str() {
        let end = found.iter().position(|held| held.message.msg_key() == last).ok_or(PARAMETER)?;
        found.truncate(end);
    }
    found.retain(|held| (from..=to).contains(&held.message.ids.time));

    let (mut page, mut bytes) = (Vec::new(), 0);
    while let Some(held) = found.last() {
        let item = held.as_roaming();
        bytes += item.to_string().len();
        let is_full = page.len() as u64 == most || bytes > MAX_ROAMING_BYTES;
        if is_full && !page.is_empty() {
            break;
        }
        page.push(item);
        found.pop();
    }
    page.reverse();
    let oldest = page.first().cloned().unwrap_or_default();
    Ok(Effect::silent(json!({
        "Complete": u8::from(found.is_empty()), "MsgCnt": page.len(), "LastMsgTime": oldest["MsgTimeStamp"],
        "LastMsgKey": oldest["MsgKey"], "MsgList": page,
    })))
}

fn fetch_group(state: &State, body: &Value) -> Result<Effect, Refused> {
    let ((group_id, _), topic_id) = (group(state, body, 10004)?, topic(body));
    let most = number(body, "ReqMsgNumber")?.min(20);
    let newest = body["ReqMsgSeq"].as_u64().unwrap_or(u64::MAX);
    let with_recalled = body["WithRecalledMsg"] == 1;
    let mut found: Vec<&Held> = state
        .messages
        .iter()
        .filter(|held| held.is_in(group_id, topic_id) && held.message.ids.seq <= newest)
        .filter(|held| with_recalled || held.visibility != Visibility::Recalled)
        .collect();
    found.sort_by_key(|held| std::cmp::Reverse(held.message.ids.seq));
    let page: Vec<Value> =
        found.iter().take(usize::try_from(most).unwrap_or_default()).map(|held| held.as_group_message()).collect();
    let is_finished = u8::from(page.len() == found.len());
    Ok(Effect::silent(json!({"GroupId": group_id, "IsFinished": is_finished, "RspMsgList": page})))
}

/// Nobody is told: clients see it when they load the history.
fn delete_by_sender(state: &mut State, body: &Value) -> Result<Effect, Refused> {
    let (group_id, sender, topic_id) = (text(body, "GroupId")?, text(body, "Sender_Account")?, topic(body));
    if state.groups.get(group_id).ok_or(NO_GROUP)? != "AVChatRoom" {
        let theirs = |held: &&mut Held| {
            held.is_in(group_id, topic_id) && held.message.from == sender && held.visibility == Visibility::Visible
        };
        state.messages.iter_mut().filter(theirs).for_each(|held| held.visibility = Visibility::Deleted);
    }
    Ok(Effect::silent(json!({})))
}

fn mute_in_group(state: &mut State, body: &Value, now: u64) -> Result<Effect, Refused> {
    let group_id = text(body, "GroupId")?;
    let group_type = state.groups.get(group_id).ok_or(NO_GROUP)?;
    if matches!(group_type.as_str(), "Private" | "Work") {
        return Err((10004, "not in a group of this type"));
    }
    let accounts = body["Members_Account"].as_array().filter(|accounts| (1..=500).contains(&accounts.len()));
    let seconds = number(body, "MuteTime")?;
    for account in accounts.ok_or(PARAMETER)? {
        let account = account.as_str().ok_or(PARAMETER)?;
        state.mute(Mute::Group(group_id.to_owned()), account, now + seconds);
    }
    Ok(Effect::silent(json!({})))
}

fn mute(state: &mut State, body: &Value, now: u64) -> Result<Effect, Refused> {
    let account = text(body, "Set_Account")?;
    let times = [(Mute::C2c, "C2CmsgNospeakingTime"), (Mute::Groups, "GroupmsgNospeakingTime")];
    let times = times.map(|(scope, name)| (scope, body[name].as_u64()));
    if times.iter().all(|(_, seconds)| seconds.is_none()) {
        return Err(PARAMETER);
    }
    for (scope, seconds) in times {
        if let Some(seconds) = seconds {
            state.mute(scope, account, now + seconds);
        }
    }
    Ok(Effect::silent(json!({})))
}
