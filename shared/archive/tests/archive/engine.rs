//! An engine of its own for each test.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use chathook_archive::{Archive, Conversation, MessageQuery, Record, Stored, StoredMessage};
use chathook_tests::faults::{self, Fault, Switch};
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub use chathook_tests::TABLE;

/// Every attribute of a stored item, as text.
pub type Row = BTreeMap<String, String>;

pub struct Engine {
    pub archive: Archive,
    /// For what the archive does not do: reading the whole table, writing items that are not messages.
    pub raw: Client,
    url: String,
}

impl Engine {
    /// An engine with the table.
    pub async fn start() -> Self {
        let engine = Self::without_table().await;
        engine.archive.create_table().await.unwrap();
        engine
    }

    /// The archive over a connection that counts requests.
    pub async fn counted(&self) -> (Archive, Arc<AtomicUsize>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let counter = Arc::new(AtomicUsize::new(0));
        let (requests, engine) = (Arc::clone(&counter), self.url.replace("http://", ""));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&engine).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
                let requests = Arc::clone(&requests);
                tokio::spawn(async move {
                    let mut bytes = Vec::with_capacity(1 << 16);
                    while from_client.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
                        // A request's head is small and comes in one piece.
                        let heads = bytes.windows(5).filter(|window| window == b"POST ").count();
                        requests.fetch_add(heads, Ordering::SeqCst);
                        to_server.write_all(&bytes).await.unwrap();
                        bytes.clear();
                    }
                });
            }
        });
        (Archive::local(TABLE, &url).patient(), counter)
    }

    /// The archive over a connection on which things go wrong when they are told to.
    pub async fn faulty(&self) -> (Archive, Switch) {
        let (url, switch) = faults::proxy(&self.url, Fault::None).await;
        (Archive::local(TABLE, &url).patient(), switch)
    }

    /// Stores many messages at once.
    pub async fn store_all(&self, records: &[Record]) {
        let writes = futures_util::stream::iter(records).map(|record| self.store(record));
        writes.buffer_unordered(8).collect::<Vec<_>>().await;
    }

    pub async fn without_table() -> Self {
        let url = chathook_tests::start_engine().await;
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(&url)
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .build();
        // Patient, because many tests share two cores.
        let archive = Archive::local(TABLE, &url).patient();
        Self { archive, raw: Client::from_conf(config), url }
    }

    pub async fn store(&self, record: &Record) -> Stored {
        self.archive.store(record).await.unwrap()
    }

    /// The whole table, in no order.
    pub async fn rows(&self) -> Vec<Row> {
        let pages = self.raw.scan().table_name(TABLE).into_paginator().items().send();
        let items = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
        let text = |value| match value {
            AttributeValue::S(text) | AttributeValue::N(text) => text,
            other => panic!("neither text nor number: {other:?}"),
        };
        items.into_iter().map(|item| item.into_iter().map(|(name, value)| (name, text(value))).collect()).collect()
    }

    /// Creates the table as it is deployed without an index by account.
    pub async fn create_bare_table(&self) {
        let attribute = |name: &str| {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            attribute.build().unwrap()
        };
        let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
        let request = self.raw.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
        let request = request.attribute_definitions(attribute("pk")).attribute_definitions(attribute("sk"));
        let request = request.key_schema(key("pk", KeyType::Hash)).key_schema(key("sk", KeyType::Range));
        request.send().await.unwrap();
    }

    /// Writes an item that is not a message.
    pub async fn put(&self, pk: &str, sk: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        self.raw.put_item().table_name(TABLE).item("pk", text(pk)).item("sk", text(sk)).send().await.unwrap();
    }

    /// Every message of a conversation, page by page.
    pub async fn list(&self, conversation: &Conversation, query: &MessageQuery, now: u64) -> Vec<StoredMessage> {
        let mut query = query.clone();
        let mut messages = Vec::new();
        loop {
            let page = self.archive.messages(conversation, &query, now).await.unwrap();
            assert!(query.limit.is_none_or(|limit| page.messages.len() <= limit));
            messages.extend(page.messages);
            if page.next_cursor.is_none() {
                return messages;
            }
            query.cursor = page.next_cursor;
        }
    }
}
