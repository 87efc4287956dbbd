//! What a message costs: DynamoDB bills writes by the kilobyte.

use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity, ReturnConsumedCapacity};
use chathook_archive::Record;
use chathook_protocol::Query;
use serde_json::json;

use crate::engine::{Engine, TABLE};
use crate::samples::{NOW, after_callbacks, c2c, group, parse};

/// Every parameter that the platform appends and that is kept.
fn query() -> Query {
    Query::parse("ClientIP=255.255.255.255&OptPlatform=Android&RequestID=4026038328-144115233406643804")
}

/// A text of so many ASCII letters leaves a message with every documented field within one write unit.
const ONE_UNIT: usize = 180;

#[tokio::test]
async fn a_typical_text_message_is_one_write_unit() {
    let all_fields = [
        c2c(json!({
            "From_Account": "an_account_of_the_longest_kind_32", "To_Account": "an_account_of_the_longest_kind_33",
            "MsgKey": "4294967295_4294967295_1760000000", "MsgId": "144115233406643804-1760000000-4026038328",
            "MsgSeq": 4_294_967_295_u64, "MsgRandom": 4_294_967_295_u64, "MsgTime": 1_760_000_000,
            "OnlineOnlyFlag": 0, "EventTime": 1_760_000_000_123_u64,
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x".repeat(ONE_UNIT)}}],
        })),
        group(json!({
            "GroupId": "@TGS#_@TGS#cQVLVHIM62CJ", "From_Account": "an_account_of_the_longest_kind_32",
            "Operator_Account": "an_account_of_the_longest_kind_32", "MsgId": "144115233406643804-1760000000-4026038328",
            "OnlineOnlyFlag": 0, "EventTime": 1_760_000_000_123_u64,
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x".repeat(ONE_UNIT)}}],
        })),
    ];
    let engine = Engine::start().await;
    let fixtures = after_callbacks().into_iter().map(|(_, text)| text);
    let texts = fixtures.filter(|callback| parse(callback).msg_body.elements.len() == 1);
    for callback in texts.chain(all_fields) {
        let record = Record::new(&parse(&callback), &query(), NOW, Some(30));
        assert!(record.size() <= 1024, "{} bytes: {callback}", record.size());
        engine.keep(&record).await;
    }

    // The engine reckons as AWS does: writing the stored items again costs one unit each.
    for row in engine.rows().await {
        let numbers =
            ["ReceivedAt", "ExpiresAt", "SendMsgResult", "UnreadMsgNum", "EventTime", "OnlineOnlyFlag", "OccurredAt"];
        let ids = ["MsgSeq", "MsgTime", "MsgRandom", "Random"];
        let item = row.into_iter().map(|(name, text)| {
            let is_number = numbers.contains(&name.as_str()) || ids.contains(&name.as_str());
            (name, if is_number { AttributeValue::N(text) } else { AttributeValue::S(text) })
        });
        let put = engine.raw.put_item().table_name(TABLE).set_item(Some(item.collect()));
        let answer = put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
        assert_eq!(answer.consumed_capacity().and_then(ConsumedCapacity::capacity_units), Some(1.0));
    }
}
