//! A pair or a login is what another reader of base64 finds, and a header is one scheme with one value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edgegate_core::http::{authorization, basic};
use edgegate_core::http::Headers;

target!(|text: &str| {
    let bytes = STANDARD.decode(text).ok();
    let halves = bytes.as_ref().and_then(|bytes| {
        let colon = bytes.iter().position(|byte| *byte == b':')?;
        Some((bytes[..colon].to_vec(), bytes[colon + 1..].to_vec()))
    });
    match basic::read(text) {
        Ok(pair) => assert_eq!(halves, Some((pair.id.into_bytes(), pair.secret.expose().to_vec()))),
        Err(_) => assert!(halves.is_none_or(|(id, _)| String::from_utf8(id).is_err())),
    }
    if let Ok(login) = basic::read_login(text) {
        let bytes = bytes.expect("it was base64");
        let whole = [login.name.as_bytes(), b":", login.password.expose()].concat();
        let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        assert_eq!(whole, String::from_utf8(bytes).unwrap_or(latin).into_bytes());
        assert!(!login.name.contains(':') && !login.name.contains(char::is_control));
    }
    let headers = Headers::new(vec![("authorization", text)]);
    if let Ok(Some(read)) = authorization::read(&headers) {
        assert!(!read.scheme.contains([' ', ',']) && !read.value.contains(','));
        assert_eq!(text.split(' ').next(), Some(read.scheme));
        assert!(text.contains(read.value));
        let is_of_connection = ["negotiate", "ntlm", "kerberos", "nego2"];
        let scheme = read.scheme.to_ascii_lowercase();
        assert_eq!(authorization::is_of_connection(text), is_of_connection.contains(&scheme.as_str()));
    }
    if authorization::is_b64token(text) {
        assert!(text.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),:;<>?@[\\]{}'".contains(&b)), "{text}");
    }
});
