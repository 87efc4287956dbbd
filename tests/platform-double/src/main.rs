//! The double as a program. It reads its settings from the environment and prints where it listens:
//!
//! | variable | |
//! |---|---|
//! | `SDK_APP_ID` | the app, a number |
//! | `SECRET_KEY` | the app's secret key; any text |
//! | `ADMINISTRATOR` | the account that may call |
//! | `LISTEN` | the address; `127.0.0.1:0` by default |
//! | `WEBHOOK_URL` | where callbacks go; without it nowhere |
//! | `WEBHOOK_HOST` | the name of the webhook's host, if the URL has an address |
//! | `CALLBACK_TOKEN` | the token of the callbacks; without it they are not signed |

use std::error::Error;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use chathook_platform_double::{Double, Setup, Webhook};
use chathook_protocol::Token;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let required = |name: &'static str| variable(name).ok_or_else(|| format!("set {name}"));
    let token = variable("CALLBACK_TOKEN")
        .map(|token| Token::new(&token).ok_or("CALLBACK_TOKEN is not 1 to 128 characters"))
        .transpose()?;
    let webhook = variable("WEBHOOK_URL").map(|url| Webhook { url, host: variable("WEBHOOK_HOST"), token });
    let setup = Setup {
        sdk_app_id: required("SDK_APP_ID")?.parse()?,
        secret_key: required("SECRET_KEY")?,
        administrator: required("ADMINISTRATOR")?,
        webhook,
        clock: Arc::new(now_ms),
    };
    let address = variable("LISTEN").unwrap_or_else(|| "127.0.0.1:0".to_owned()).parse()?;
    let double = Double::start_on(address, setup).await?;
    println!("listening on http://{}", double.address());
    std::future::pending().await
}

/// Now, in Unix milliseconds.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}
