//! The secret key, which controls the whole app.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The secret key that the console shows for the app. Whoever has it can act as any account. So nothing prints it, and
/// its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// A key. `None` if it is empty or has white space in it or around it: then it was copied by mistake.
    #[must_use]
    pub fn new(key: String) -> Option<Self> {
        let key = Zeroizing::new(key);
        let is_whole = !key.is_empty() && !key.contains(char::is_whitespace);
        is_whole.then_some(Self(key))
    }

    /// HMAC-SHA256 of `text`. The key is used as the text that it is; its hexadecimal digits are not decoded.
    pub(crate) fn sign(&self, text: &str) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("a key of any length");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}
