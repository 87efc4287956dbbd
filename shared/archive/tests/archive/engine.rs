//! An engine of its own for each test.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use chathook_archive::{Archive, ArchiveError, Conversation, Kept, Listing, Record, StoredMessage};
use dynoxide::Database;
use tokio::net::TcpListener;

pub const TABLE: &str = "messages";

/// Every attribute of a stored item, as text.
pub type Row = BTreeMap<String, String>;

pub struct Engine {
    pub archive: Archive,
    /// For what the archive does not do: looking at the whole table, writing what is not a message.
    pub raw: Client,
}

impl Engine {
    /// An engine with the table.
    pub async fn start() -> Self {
        let engine = Self::without_table().await;
        engine.archive.create_table().await.unwrap();
        engine
    }

    pub async fn without_table() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(&url)
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .build();
        Self { archive: Archive::connect(TABLE, Some(&url)).await, raw: Client::from_conf(config) }
    }

    /// Keeps a record as the platform would have it kept: again, after a time-out (many tests share two cores).
    pub async fn keep(&self, record: &Record) -> Kept {
        loop {
            match self.archive.keep(record).await {
                Err(ArchiveError::Timeout) => {}
                kept => return kept.unwrap(),
            }
        }
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

    /// Writes an item that is no message.
    pub async fn put(&self, pk: &str, sk: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        self.raw.put_item().table_name(TABLE).item("pk", text(pk)).item("sk", text(sk)).send().await.unwrap();
    }

    /// Every message of a conversation, page by page.
    pub async fn list(&self, conversation: &Conversation, listing: &Listing, now: u64) -> Vec<StoredMessage> {
        let mut listing = listing.clone();
        let mut messages = Vec::new();
        loop {
            let page = self.archive.messages(conversation, &listing, now).await.unwrap();
            assert!(listing.limit.is_none_or(|limit| page.messages.len() <= limit));
            messages.extend(page.messages);
            if page.next.is_none() {
                return messages;
            }
            listing.cursor = page.next;
        }
    }
}
