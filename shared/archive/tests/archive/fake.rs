//! A DynamoDB that gives one answer to everything, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chathook_archive::Archive;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::engine::TABLE;

pub struct Fake {
    pub archive: Archive,
    requests: Arc<AtomicUsize>,
}

impl Fake {
    pub async fn answering(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let archive = Archive::local(TABLE, &format!("http://{}", listener.local_addr().unwrap()));
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} so\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                if read_request(&mut client).await {
                    counter.fetch_add(1, Ordering::SeqCst);
                    let _ = client.write_all(answer.as_bytes()).await;
                }
            }
        });
        Self { archive, requests }
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Reads one request to its end. False if the connection ends before that.
async fn read_request(client: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    while client.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        if length.is_none_or(|length| body.len() >= length.trim().parse().unwrap()) {
            return true;
        }
    }
    false
}
