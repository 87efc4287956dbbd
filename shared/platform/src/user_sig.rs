//! The signature with which an account calls the platform: `TLSSigAPIv2`,
//! tencentcloud.com/document/product/1047/34385.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::secret_key::SecretKey;

/// zlib's own default. Any level is accepted.
const COMPRESSION_LEVEL: u8 = 6;

/// A password of one account that ends after a while. Whoever has it can act as the account, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct UserSig {
    text: String,
    ends: u64,
}

impl UserSig {
    /// A UserSig of `account`, valid from `now` (Unix seconds) for `seconds`.
    #[must_use]
    pub fn new(key: &SecretKey, sdk_app_id: u64, account: &str, now: u64, seconds: u64) -> Self {
        let signed =
            format!("TLS.identifier:{account}\nTLS.sdkappid:{sdk_app_id}\nTLS.time:{now}\nTLS.expire:{seconds}\n");
        let content = json!({
            "TLS.ver": "2.0",
            "TLS.identifier": account,
            "TLS.sdkappid": sdk_app_id,
            "TLS.time": now,
            "TLS.expire": seconds,
            "TLS.sig": STANDARD.encode(key.sign(&signed)),
        });
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(content.to_string().as_bytes(), COMPRESSION_LEVEL);
        // This is the platform's own alphabet. The URL-safe one of RFC 4648 has other characters.
        let text = STANDARD.encode(zlib).replace('+', "*").replace('/', "-").replace('=', "_");
        Self { text, ends: now.saturating_add(seconds) }
    }

    /// The text that a call carries.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// When it ends, in Unix seconds.
    #[must_use]
    pub fn ends(&self) -> u64 {
        self.ends
    }
}

impl fmt::Debug for UserSig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSig").field("ends", &self.ends).finish_non_exhaustive()
    }
}
