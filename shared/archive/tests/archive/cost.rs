//! What a message costs: DynamoDB bills writes by the kilobyte.

use std::path::Path;

use aws_sdk_dynamodb::types::{AttributeValue, Capacity, ConsumedCapacity, ReturnConsumedCapacity};
use chathook_archive::{ChangeRecord, Record, Stored};
use chathook_protocol::json::Object;
use chathook_protocol::{Change, Command, Query};
use serde_json::json;

use crate::engine::{Engine, TABLE};
use crate::samples::{NOW, after_callbacks, c2c, group, parse};

/// Every parameter that the platform appends and that is stored.
fn query() -> Query {
    Query::parse("ClientIP=255.255.255.255&OptPlatform=Android&RequestID=4026038328-144115233406643804")
}

/// With a text of this many ASCII letters, a message with every documented field takes one write unit.
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
        engine.store(&record).await;
    }

    // The engine counts as AWS does: writing the stored items again costs one unit each.
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

/// AWS's published prices for an on-demand table in us-east-1, in USD. Prices differ by region: an environment variable
/// of the same name sets another.
const PRICES: [(&str, f64); 4] = [
    ("USD_PER_MILLION_WRITES", 0.625),
    ("USD_PER_MILLION_READS", 0.125),
    ("USD_PER_GIB_MONTH", 0.25),
    ("USD_PER_GIB_MONTH_OF_RECOVERY", 0.2),
];

fn prices() -> [f64; 4] {
    PRICES.map(|(name, price)| std::env::var(name).map_or(price, |given| given.parse().unwrap()))
}

/// A message of 60 letters between accounts with names of 12, with all that the platform sends and appends.
fn typical_c2c(seq: u64) -> String {
    c2c(json!({
        "From_Account": "account_0001", "To_Account": "account_0002", "EventTime": 1_760_000_000_123_u64,
        "MsgSeq": 51_203, "MsgRandom": 771_903_400 + seq, "MsgTime": 1_760_000_000 + seq, "OnlineOnlyFlag": 0,
        "MsgKey": format!("51203_{}_{}", 771_903_400 + seq, 1_760_000_000 + seq),
        "MsgId": "144115190000000001-1760000000-771903400",
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x".repeat(60)}}],
    }))
}

fn typical_group(seq: u64) -> String {
    group(json!({
        "From_Account": "account_0001", "Operator_Account": "account_0001", "EventTime": 1_760_000_000_123_u64,
        "MsgSeq": seq, "Random": 771_903_400, "MsgTime": 1_760_000_000 + seq, "OnlineOnlyFlag": 0,
        "MsgId": "144115190000000001-1760000000-771903400",
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x".repeat(60)}}],
    }))
}

/// Write units: of the table, of the index `Outcome`, of the index `Account`.
type Units = [f64; 3];

/// What it costs to write the only item of a table: it is written again.
async fn write_units(engine: &Engine) -> Units {
    let items = engine.raw.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
    let [item] = items.as_slice() else { panic!("{} items", items.len()) };
    let key = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone())).into();
    engine.raw.delete_item().table_name(TABLE).set_key(Some(key)).send().await.unwrap();
    let put = engine.raw.put_item().table_name(TABLE).set_item(Some(item.clone()));
    let answer = put.return_consumed_capacity(ReturnConsumedCapacity::Indexes).send().await.unwrap();
    let consumed = answer.consumed_capacity().unwrap();
    let units = |capacity: &Capacity| capacity.capacity_units().unwrap();
    let indexes = consumed.global_secondary_indexes();
    let of = |name| indexes.and_then(|indexes| indexes.get(name)).map_or(0.0, units);
    [units(consumed.table().unwrap()), of("Outcome"), of("Account")]
}

fn assert_same(name: &str, units: Units, expected: Units) {
    let is_same = units.iter().zip(expected).all(|(units, expected)| (units - expected).abs() < f64::EPSILON);
    assert!(is_same, "{name}: {units:?}");
}

fn shown(name: &str, units: Units, per_write: f64) -> String {
    let [table, outcome, account] = units;
    let million = |units: f64| format!("{:.3} USD a million", units * per_write);
    let (without, with) = (table + outcome, table + outcome + account);
    format!("{name}: {without} write units, {}; with AccountIndex {with}, {}", million(without), million(with))
}

/// What it costs to list 100 messages of a long conversation.
async fn read_units(callback: fn(u64) -> String) -> f64 {
    let engine = Engine::start().await;
    for seq in 1..=120 {
        engine.store(&Record::new(&parse(&callback(seq)), &query(), NOW, Some(30))).await;
    }
    let partition = engine.rows().await.remove(0).remove("pk").unwrap();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    // As `Archive::messages` asks: one more shows whether any follow.
    let asked = engine
        .raw
        .query()
        .table_name(TABLE)
        .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
        .expression_attribute_values(":pk", text(&partition))
        .expression_attribute_values(":from", text("0"))
        .expression_attribute_values(":to", text(":"))
        .limit(101)
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.count(), 101);
    answer.consumed_capacity().and_then(ConsumedCapacity::capacity_units).unwrap()
}

/// The "What it costs" of the README.
#[tokio::test]
async fn what_a_million_of_each_costs() {
    let [per_write, per_read, per_gib, per_gib_recoverable] = prices();
    let mut table = vec![String::new()];
    let mut bytes = 0;
    for (name, callback) in [("a one-to-one message", typical_c2c(0)), ("a group message", typical_group(1))] {
        let engine = Engine::start().await;
        let record = Record::new(&parse(&callback), &query(), NOW, Some(30));
        assert_eq!(engine.store(&record).await, Stored::New);
        bytes = bytes.max(record.size());
        let units = write_units(&engine).await;
        assert_same(name, units, [1.0, 0.0, 1.0]);
        table.push(shown(name, units, per_write));
        // DynamoDB bills a failed condition like a write of the item that is there, but does not report it. No index is
        // written.
        assert_eq!(engine.store(&record).await, Stored::Duplicate);
        table.push(shown("the same once more", [units[0], 0.0, 0.0], per_write));
    }
    let fixtures = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/changes"));
    for (name, file, expected) in [
        ("a recall", "c2c_after_msg_withdraw", [1.0, 1.0, 1.0]),
        ("a recall in a group", "group_after_recall_msg", [1.0, 1.0, 0.0]),
        ("an edit", "c2c_after_modify_msg", [1.0, 0.0, 1.0]),
        ("an edit in a group", "group_after_modify_msg", [1.0, 0.0, 0.0]),
        ("a read receipt", "c2c_after_msg_report", [1.0, 0.0, 0.0]),
        ("a refused message", "group_send_msg_exception", [1.0, 1.0, 1.0]),
    ] {
        let callback = std::fs::read_to_string(fixtures.join(file).with_extension("json")).unwrap();
        let body = Object::parse(&callback).unwrap();
        let command = Command::parse(&body.text("CallbackCommand").unwrap()).unwrap();
        let change = Change::parse(command, &callback).unwrap();
        let engine = Engine::start().await;
        // A recall in a group makes an item for each message; here it is one.
        assert_eq!(
            engine.archive.store_change(&ChangeRecord::of(&change, &query(), NOW, Some(30))[0]).await,
            Ok(Stored::New)
        );
        let units = write_units(&engine).await;
        assert_same(name, units, expected);
        table.push(shown(name, units, per_write));
    }
    for (name, callback) in [("one-to-one", typical_c2c as fn(u64) -> String), ("group", typical_group)] {
        let units = read_units(callback).await;
        assert!((7.5..=8.5).contains(&units), "README says 0.085 for a message; {name}: {units}");
        table.push(format!(
            "100 {name} messages listed: {units} read units, a million times {:.3} USD",
            units * per_read
        ));
    }
    // AWS adds 100 bytes of its own to each item.
    let gib = f64::from(u32::try_from(bytes + 100).unwrap()) * 1e6 / f64::from(1 << 30);
    assert_eq!(bytes, 690, "README says so");
    table.push(format!(
        "stored: {bytes} bytes each, a million {gib:.2} GiB and {:.3} USD a month, {:.3} more for point-in-time recovery",
        gib * per_gib,
        gib * per_gib_recoverable
    ));
    println!("{}", table.join("\n"));
}
