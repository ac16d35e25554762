//! Base64 and hex are read as another implementation reads them, in one spelling alone; so are a vendor's alphabets.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edgegate_core::sealed::encoding::Encoding;
use edgegate_core::digest::{base64url, from_base64url, from_hex, from_standard_base64, hex, standard_base64};
use edgegate_core::http::query::{decode, encode_component};

target!(|bytes: &[u8]| {
    assert_eq!(from_base64url(bytes), URL_SAFE_NO_PAD.decode(bytes).ok());
    assert_eq!(from_standard_base64(bytes), STANDARD.decode(bytes).ok());
    assert_eq!(from_hex(bytes), hex::decode(bytes).ok());
    assert!(from_base64url(bytes).is_none_or(|read| base64url(&read).as_bytes() == bytes));
    assert!(from_standard_base64(bytes).is_none_or(|read| standard_base64(&read).as_bytes() == bytes));
    assert_eq!(from_hex(hex(bytes).as_bytes()).as_deref(), Some(bytes));
    assert_eq!(hex(bytes), ::hex::encode(bytes));
    assert_eq!(decode(&encode_component(bytes)), bytes);
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    for spelling in [Encoding::Servlet, Encoding::UpperHex, Encoding::Dotted, Encoding::Ticket] {
        if let Some(read) = spelling.read(text) {
            assert_eq!(spelling.write(&read).expose(), text.as_bytes(), "{spelling:?} has two texts for one");
        }
        if bytes.len() <= 100 {
            let written = spelling.write(bytes);
            let written = core::str::from_utf8(written.expose()).expect("ASCII");
            assert_eq!(spelling.read(written).as_deref(), Some(bytes), "{spelling:?}");
        }
    }
});
