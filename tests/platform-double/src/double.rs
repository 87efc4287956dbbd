//! The double itself: people send, edit and recall, an administrator calls, the webhook is asked and told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::call::{self, Via};
use crate::fault::{Fault, Faults};
use crate::http;
use crate::message::{Fate, Message, Recipient};
use crate::state::{Held, State};
use crate::user_sig;
use crate::webhook::{Poster, Webhook};

/// What a double is made of.
pub struct Setup {
    /// `SDKAppID`
    pub sdk_app_id: u64,
    /// The app's secret key.
    pub secret_key: String,
    /// The app's administrator, who may call.
    pub administrator: String,
    /// Where callbacks go; `None`: nowhere, and everything is delivered.
    pub webhook: Option<Webhook>,
    /// The time, in Unix milliseconds.
    pub clock: Arc<dyn Fn() -> u64 + Send + Sync>,
}

/// A message as its sender writes it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// `From_Account`
    pub from: String,
    /// Where it goes.
    pub to: Recipient,
    /// `MsgBody`
    pub body: Value,
    /// `CloudCustomData`; may be empty.
    pub custom_data: String,
}

impl Draft {
    /// One that says this.
    #[must_use]
    pub fn text(from: &str, to: Recipient, text: &str) -> Self {
        let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
        Self { from: from.to_owned(), to, body, custom_data: String::new() }
    }
}

/// What became of a message that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// What the platform did with it.
    pub fate: Fate,
    /// The message as it was delivered; `None` if it was not.
    pub message: Option<Message>,
}

/// A REST call that came, and the error code of the reply. A call with a fault that keeps it from taking effect is not
/// among them.
#[derive(Debug, Clone, PartialEq)]
pub struct CallMade {
    /// `SERVICE/COMMAND`
    pub call: String,
    /// Its body.
    pub body: Value,
    /// `ErrorCode`
    pub error_code: u64,
}

/// A running double. Cheap to clone.
#[derive(Clone)]
pub struct Double {
    shared: Arc<Shared>,
    address: SocketAddr,
}

pub(crate) struct Shared {
    setup: Setup,
    poster: Option<Poster>,
    state: Mutex<State>,
    faults: Mutex<Faults>,
    calls: Mutex<Vec<CallMade>>,
    outbox: mpsc::UnboundedSender<Letter>,
}

/// What the outbox holds.
enum Letter {
    /// A callback and its `OptPlatform`.
    Callback(Value, &'static str),
    /// Everything before this was posted.
    Settled(oneshot::Sender<()>),
}

impl Double {
    /// Starts one on a free port of this machine.
    ///
    /// # Errors
    /// If it cannot listen.
    pub async fn start(setup: Setup) -> std::io::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), setup).await
    }

    /// Starts one at this address.
    ///
    /// # Errors
    /// If it cannot listen.
    pub async fn start_on(address: SocketAddr, setup: Setup) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (outbox, letters) = mpsc::unbounded_channel();
        let poster = setup.webhook.clone().map(|webhook| Poster::new(webhook, setup.sdk_app_id));
        let shared = Arc::new(Shared {
            setup,
            poster,
            state: Mutex::default(),
            faults: Mutex::default(),
            calls: Mutex::default(),
            outbox,
        });
        let double = Self { shared: Arc::clone(&shared), address };
        tokio::spawn(post_all(Arc::downgrade(&shared), letters));
        let router = http::router(double.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(double)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a message: asks the webhook, delivers what the answer says, and reports that, later. A muted sender is
    /// refused and nobody is asked.
    pub async fn send(&self, draft: Draft, via: &Via) -> Sent {
        let shared = &self.shared;
        let now = shared.now_ms() / 1000;
        let refused = |code| Sent { fate: Fate::Refused { code, text: String::new() }, message: None };
        let message = {
            let mut state = shared.state();
            if let Some(code) = state.muted(&draft.from, &draft.to, now) {
                return refused(code);
            }
            let Draft { from, to, body, custom_data } = draft;
            Message { from, to, body, custom_data, ids: state.next_ids(now) }
        };
        let fate = match &shared.poster {
            Some(poster) => {
                let callback = told_by(message.before_callback(), via);
                message.fate(poster.post(&callback, via.platform(), now).await.as_ref())
            }
            None => Fate::Delivered,
        };
        let delivered = message.delivered(&fate).map(|message| shared.state().deliver(message));
        if let Some(message) = &delivered {
            shared.tell(told_by(message.after_callback(), via), via);
        }
        Sent { fate, message: delivered }
    }

    /// Does what the call says, as a client may do it: edits and recalls. Gives the reply.
    #[must_use]
    pub fn call(&self, call: &str, body: &Value, via: &Via) -> Value {
        let shared = &self.shared;
        let (reply, callback) = call::make(&mut shared.state(), call, body, via.account(), shared.now_ms());
        if let Some(callback) = callback {
            shared.tell(callback, via);
        }
        reply
    }

    /// Answers a REST call.
    pub(crate) fn rest(&self, call: &str, query: &http::RestQuery, body: &[u8]) -> Value {
        let Setup { sdk_app_id, secret_key, administrator, .. } = &self.shared.setup;
        let refused = |code, info| call::failure(code, info);
        if query.contenttype.as_deref() != Some("json") || query.random.is_none() {
            return refused(60002, "invalid URL");
        }
        if query.sdkappid != Some(*sdk_app_id) {
            return refused(60006, "invalid SDKAppID");
        }
        let account = query.identifier.as_deref().unwrap_or_default();
        let now = self.shared.now_ms() / 1000;
        let user_sig = query.usersig.as_deref().unwrap_or_default();
        if let Err(code) = user_sig::check(user_sig, secret_key, *sdk_app_id, account, now) {
            return refused(code, "invalid UserSig");
        }
        if account != administrator {
            return refused(60010, "not an administrator");
        }
        let Ok(body @ Value::Object(_)) = serde_json::from_slice(body) else {
            return refused(60003, "invalid JSON");
        };
        let reply = self.call(call, &body, &Via::Rest(account.to_owned()));
        let error_code = reply["ErrorCode"].as_u64().unwrap_or_default();
        lock(&self.shared.calls).push(CallMade { call: call.to_owned(), body, error_code });
        reply
    }

    /// The next so many REST calls have this fault.
    pub fn fail(&self, fault: Fault, calls: u32) {
        lock(&self.shared.faults).set(fault, calls);
    }

    pub(crate) fn next_fault(&self) -> Option<Fault> {
        lock(&self.shared.faults).next()
    }

    /// What it holds, in the order of delivery.
    #[must_use]
    pub fn messages(&self) -> Vec<Held> {
        self.shared.state().messages.clone()
    }

    /// The REST calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<CallMade> {
        lock(&self.shared.calls).clone()
    }

    /// Waits until the webhook was told of everything that has happened so far.
    pub async fn settled(&self) {
        let (sender, settled) = oneshot::channel();
        // It posts as long as there is a double, and this is one.
        let _ = self.shared.outbox.send(Letter::Settled(sender));
        let _ = settled.await;
    }
}

impl Shared {
    fn now_ms(&self) -> u64 {
        (self.setup.clock)()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn tell(&self, callback: Value, via: &Via) {
        // It can only fail when the double is gone.
        let _ = self.outbox.send(Letter::Callback(callback, via.platform()));
    }
}

/// Posts callbacks one by one, as long as there is a double. One that fails is not posted again.
async fn post_all(shared: std::sync::Weak<Shared>, mut letters: mpsc::UnboundedReceiver<Letter>) {
    while let Some(letter) = letters.recv().await {
        let Some(shared) = shared.upgrade() else { return };
        match letter {
            Letter::Callback(callback, platform) => {
                if let Some(poster) = &shared.poster {
                    poster.post(&callback, platform, shared.now_ms() / 1000).await;
                }
            }
            Letter::Settled(settled) => drop(settled.send(())),
        }
    }
}

/// A group's callbacks name who made the call.
fn told_by(mut callback: Value, via: &Via) -> Value {
    if callback.get("GroupId").is_some() {
        callback["Operator_Account"] = json!(via.account());
    }
    callback
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
