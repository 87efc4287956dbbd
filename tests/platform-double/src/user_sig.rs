//! Checks a UserSig, as tencentcloud.com/document/product/1047/34385 describes it. The HMAC is written out, so that a
//! mistake in the code under test cannot be here as well.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The size of SHA-256's blocks.
const BLOCK: usize = 64;

/// Checks the UserSig of `account` at the time `now`, Unix seconds.
///
/// # Errors
/// The platform's error code.
pub fn check(user_sig: &str, key: &str, sdk_app_id: u64, account: &str, now: u64) -> Result<(), u64> {
    let content = decode(user_sig).ok_or(70003_u64)?;
    let field = |name: &str| content[name].as_u64().ok_or(70003_u64);
    let (time, seconds) = (field("TLS.time")?, field("TLS.expire")?);
    if content["TLS.ver"] != "2.0" {
        return Err(70003);
    }
    if content["TLS.identifier"] != account {
        return Err(70013);
    }
    if content["TLS.sdkappid"] != sdk_app_id {
        return Err(70014);
    }
    let signed =
        format!("TLS.identifier:{account}\nTLS.sdkappid:{sdk_app_id}\nTLS.time:{time}\nTLS.expire:{seconds}\n");
    if content["TLS.sig"] != STANDARD.encode(hmac_sha256(key.as_bytes(), signed.as_bytes())) {
        return Err(70003);
    }
    if now >= time.saturating_add(seconds) {
        return Err(70001);
    }
    Ok(())
}

fn decode(user_sig: &str) -> Option<Value> {
    let standard = user_sig.chars().map(|char| match char {
        '*' => Some('+'),
        '-' => Some('/'),
        '_' => Some('='),
        // These are what it must not have.
        '+' | '/' | '=' => None,
        char => Some(char),
    });
    let zlib = STANDARD.decode(standard.collect::<Option<String>>()?).ok()?;
    serde_json::from_slice(&miniz_oxide::inflate::decompress_to_vec_zlib(&zlib).ok()?).ok()
}

/// RFC 2104.
fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    let hashed = Sha256::digest(key);
    let key = if key.len() > BLOCK { &hashed[..] } else { key };
    let pad = |mask: u8| {
        let mut pad = [mask; BLOCK];
        pad.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        pad
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_the_official_libraries_are_accepted_until_they_end() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/rest/usersig.json");
        let vectors: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for vector in vectors {
            let (text, number) =
                (|name: &str| vector[name].as_str().unwrap(), |name: &str| vector[name].as_u64().unwrap());
            let (key, app, user) = (text("key"), number("sdkappid"), text("user"));
            let end = number("time") + number("expire");
            for made in [text("usersig_pypi"), text("usersig_npm")] {
                assert_eq!(check(made, key, app, user, number("time")), Ok(()));
                assert_eq!(check(made, key, app, user, end - 1), Ok(()));
                assert_eq!(check(made, key, app, user, end), Err(70001));
                assert_eq!(check(made, "another key", app, user, end), Err(70003));
                assert_eq!(check(made, key, app + 1, user, 0), Err(70014));
                assert_eq!(check(made, key, app, "somebody", 0), Err(70013));
                assert_eq!(check(&made[1..], key, app, user, 0), Err(70003));
            }
        }
    }

    #[test]
    fn the_hmac_is_that_of_the_rfc() {
        // RFC 4231, test cases 2 and 6.
        let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
        let short = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
