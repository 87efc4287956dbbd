use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chathook_platform::{SecretKey, UserSig};
use serde_json::Value;

use crate::fixture;

/// The JSON in a UserSig.
pub fn decode(user_sig: &str) -> Value {
    let zlib = STANDARD.decode(user_sig.replace('*', "+").replace('-', "/").replace('_', "=")).unwrap();
    serde_json::from_slice(&miniz_oxide::inflate::decompress_to_vec_zlib(&zlib).unwrap()).unwrap()
}

#[test]
fn it_says_the_same_as_those_of_the_official_libraries() {
    for vector in fixture::read("usersig").as_array().unwrap() {
        let (text, number) = (|name: &str| vector[name].as_str().unwrap(), |name: &str| vector[name].as_u64().unwrap());
        let key = SecretKey::new(text("key").to_owned()).unwrap();
        let made = UserSig::new(&key, number("sdkappid"), text("user"), number("time"), number("expire"));
        let content = decode(made.as_str());
        assert_eq!(content["TLS.sig"], vector["sig"]);
        assert_eq!(content, decode(text("usersig_pypi")));
        assert_eq!(content, decode(text("usersig_npm")));
        assert_eq!(made.ends(), number("time") + number("expire"));
    }
}

#[test]
fn it_has_no_character_that_a_url_would_change() {
    let key = SecretKey::new("key".to_owned()).unwrap();
    for now in 0..500 {
        let made = UserSig::new(&key, 1, "administrator", now, 1);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*-_".contains(&byte);
        assert!(made.as_str().bytes().all(is_plain), "{}", made.as_str());
    }
}
