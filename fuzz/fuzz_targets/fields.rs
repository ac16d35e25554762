//! A form that is taken apart once answers as one that is searched for each name, and names fold as a slow reader has it.

use edgegate_core::http::fields::{check_number, Fields, MOST_FIELDS};
use edgegate_core::http::query::{fold, folds_onto, folds_onto_any, folds_onto_prefix, sole};

target!(|input: (&str, &str)| {
    let (form, name) = input;
    let fields = Fields::read(form);
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let known = ["ts", "method", "api_key", "NONCE_TOKEN", "XSRF_TOKEN", "a"];
    for name in known.into_iter().chain([name].into_iter().filter(|name| plain(name))) {
        assert_eq!(fields.sole(name), sole(form, name), "{name} in {form}");
        if !form.contains(';') {
            let theirs = url::form_urlencoded::parse(form.as_bytes()).find(|(read, _)| read == name);
            let ours = fields.first(name).map(|value| String::from_utf8_lossy(&value).into_owned());
            assert_eq!(ours, theirs.map(|(_, value)| value.into_owned()), "{name} in {form}");
        }
        let is_read = slow(form) == slow(name) || unclosed(form) == Some(slow(name));
        assert_eq!(folds_onto(form, name), is_read && form.len() >= name.len(), "{form} {name}");
        assert_eq!(folds_onto_any(form, [&name].into_iter()), is_read, "{form} {name}");
    }
    assert_eq!(fold(form), slow(form));
    let begins = |name: &[u8]| name.starts_with(b"eg_");
    assert_eq!(folds_onto_prefix(form, b"eg_"), begins(&slow(form)) || unclosed(form).is_some_and(|name| begins(&name)));
    let pieces = form.split(['&', ';']).count();
    assert_eq!(check_number(form).is_ok(), pieces <= MOST_FIELDS);
});

/// What PHP makes of a name with a bracket that nothing closes.
fn unclosed(raw: &str) -> Option<Vec<u8>> {
    let bytes = unspaced(raw);
    let bytes = bytes.split(|b| *b == 0).next().unwrap_or_default();
    let has_bracket = bytes.first() != Some(&b'[') && bytes.contains(&b'[');
    has_bracket.then(|| bytes.iter().map(|b| if b" .-[".contains(b) { b'_' } else { b.to_ascii_lowercase() }).collect())
}

/// What PHP and qs make of a name, one whole pass after another.
fn slow(raw: &str) -> Vec<u8> {
    let mut bytes = unspaced(raw);
    if bytes.first() == Some(&b'[') {
        bytes.remove(0);
        bytes = bytes.split(|b| *b == b']').next().unwrap_or_default().to_vec();
    } else {
        bytes = bytes.split(|b| *b == b'[').next().unwrap_or_default().to_vec();
    }
    bytes = bytes.split(|b| *b == 0).next().unwrap_or_default().to_vec();
    bytes.iter().map(|b| if b" .-".contains(b) { b'_' } else { b.to_ascii_lowercase() }).collect()
}

fn unspaced(raw: &str) -> Vec<u8> {
    let plus = raw.replace('+', " ");
    let decoded: Vec<u8> = url::form_urlencoded::parse(format!("x={}", raw.replace('&', "%26")).as_bytes())
        .map(|_| ())
        .next()
        .map(|()| percent(plus.as_bytes()))
        .unwrap_or_default();
    let begins = decoded.iter().take_while(|b| b" ?".contains(b)).count();
    decoded[begins..].to_vec()
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|pair| hex::decode(pair).ok());
        match pair {
            Some(byte) => {
                decoded.extend(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    decoded
}
