//! What can go wrong between a function and its stores: a proxy in front of DynamoDB that makes faults, and a queue.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is wrong.
    None,
    /// It is refused with this status and AWS's name of the reason.
    Refused(u16, &'static str),
    /// Every other request is refused in this way.
    Flaky(u16, &'static str),
    /// It is refused if it has this text in it, and not otherwise.
    RefusedWith(&'static str),
    /// Requests for this action, such as `PutItem`, are not permitted.
    Forbidden(&'static str),
    /// The connection is closed before an answer.
    Closed,
    /// It takes effect, and its answer breaks off half-way.
    CutOff,
    /// The same if it has this text in it, and not otherwise.
    CutOffWith(&'static str),
    /// It takes effect, late.
    Late(Duration),
    /// There is never an answer.
    Silence,
    /// After this many requests there is never an answer.
    SilenceAfter(usize),
}

/// The current fault.
#[derive(Clone)]
pub struct Switch(Arc<Mutex<(Fault, usize)>>);

impl Switch {
    fn new(fault: Fault) -> Self {
        Self(Arc::new(Mutex::new((fault, 0))))
    }

    /// From now on this happens.
    pub fn set(&self, fault: Fault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (fault, 0);
    }

    /// What happens to the next request.
    fn next(&self) -> Fault {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 += 1;
        match state.0 {
            Fault::Flaky(status, code) if state.1 % 2 == 1 => Fault::Refused(status, code),
            Fault::SilenceAfter(requests) if state.1 > requests => Fault::Silence,
            Fault::Flaky(..) | Fault::SilenceAfter(_) => Fault::None,
            fault => fault,
        }
    }
}

/// A proxy in front of the engine at `upstream`. Gives its URL. Each connection takes one request, so that a fault
/// takes effect at once.
///
/// # Panics
/// If it does not start.
pub async fn proxy(upstream: &str, fault: Fault) -> (String, Switch) {
    let upstream = upstream.trim_start_matches("http://").to_owned();
    let forward = move |request: Vec<u8>| {
        let upstream = upstream.clone();
        async move {
            let mut engine = TcpStream::connect(upstream).await.expect("the engine runs");
            engine.write_all(&request).await.expect("the engine listens");
            let answer = read_message(&mut engine).await.expect("the engine answers");
            let text = String::from_utf8(answer).expect("JSON");
            text.replacen("\r\n", "\r\nconnection: close\r\n", 1).into_bytes()
        }
    };
    serve(fault, forward).await
}

/// A queue that takes messages. Gives its URL, its switch, and its content.
///
/// # Panics
/// If it does not start.
pub async fn queue(fault: Fault) -> (String, Switch, Arc<Mutex<Vec<String>>>) {
    let queued = Arc::<Mutex<Vec<String>>>::default();
    let queue = Arc::clone(&queued);
    let take = move |request: Vec<u8>| {
        let text = String::from_utf8(request).expect("JSON");
        let (head, body) = text.split_once("\r\n\r\n").expect("a request");
        assert!(head.to_ascii_lowercase().contains("x-amz-target: amazonsqs.sendmessage"), "{head}");
        let sent: Value = serde_json::from_str(body).expect("JSON");
        assert!(sent["QueueUrl"].as_str().is_some_and(|url| url.ends_with("/queue")), "{sent}");
        let message = sent["MessageBody"].as_str().expect("a message").to_owned();
        queue.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        async { answer(200, &json!({"MessageId": "1", "MD5OfMessageBody": "0"})) }
    };
    let (url, switch) = serve(fault, take).await;
    (url, switch, queued)
}

async fn serve<F>(fault: Fault, take: impl Fn(Vec<u8>) -> F + Send + Sync + 'static) -> (String, Switch)
where
    F: Future<Output = Vec<u8>> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let switch = Switch::new(fault);
    let (faults, take) = (switch.clone(), Arc::new(take));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (faults, take) = (faults.clone(), Arc::clone(&take));
            tokio::spawn(async move {
                let Some(request) = read_message(&mut client).await else { return };
                let answer = match faults.next() {
                    Fault::Forbidden(action) if is_for(&request, action) => {
                        answer(403, &json!({"__type": "com.amazonaws#AccessDeniedException"}))
                    }
                    Fault::None | Fault::Flaky(..) | Fault::SilenceAfter(_) | Fault::Forbidden(_) => {
                        take(request).await
                    }
                    Fault::Refused(status, code) => answer(status, &json!({"__type": format!("com.amazonaws#{code}")})),
                    Fault::RefusedWith(text) if has(&request, text) => {
                        answer(500, &json!({"__type": "com.amazonaws#InternalServerError"}))
                    }
                    Fault::CutOffWith(text) if has(&request, text) => cut_off(&take(request).await),
                    Fault::RefusedWith(_) | Fault::CutOffWith(_) => take(request).await,
                    Fault::Closed => return,
                    Fault::CutOff => cut_off(&take(request).await),
                    Fault::Late(by) => {
                        let answer = take(request).await;
                        tokio::time::sleep(by).await;
                        answer
                    }
                    Fault::Silence => std::future::pending().await,
                };
                // The client may have gone away.
                let _ = client.write_all(&answer).await;
            });
        }
    });
    (url, switch)
}

fn has(request: &[u8], text: &str) -> bool {
    request.windows(text.len()).any(|part| part == text.as_bytes())
}

fn cut_off(answer: &[u8]) -> Vec<u8> {
    answer[..answer.len() - 1].to_vec()
}

fn is_for(request: &[u8], action: &str) -> bool {
    let wanted = format!(".{action}\r\n").to_ascii_lowercase();
    request.to_ascii_lowercase().windows(wanted.len()).any(|window| window == wanted.as_bytes())
}

fn answer(status: u16, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    let head = "content-type: application/x-amz-json-1.0\r\nconnection: close";
    format!("HTTP/1.1 {status} so\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// Reads one request or answer to its end. `None` if the connection ends before that.
async fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    while stream.read_buf(&mut message).await.is_ok_and(|read| read > 0) {
        let Some(end) = message.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&message[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        if message.len() >= end + 4 + length {
            return Some(message);
        }
    }
    None
}
