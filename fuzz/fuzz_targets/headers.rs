//! A header is cut in every alias or in none, and Connection names nothing that would be dropped behind the gate.

use edgegate_core::http::Headers;
use edgegate_core::policy::NamePattern;
use edgegate_core::forward::headers::{fold, forged, is_harmless_connection, is_reserved};

target!(|input: (&str, u8, &str)| {
    let (name, sign, value) = input;
    let alias: String = name
        .chars()
        .map(|c| match c {
            c if !c.is_ascii_alphanumeric() => char::from(b"-_.!~"[usize::from(sign) % 5]),
            c if sign & 64 > 0 => c.to_ascii_uppercase(),
            c => c,
        })
        .collect();
    assert_eq!(is_reserved(name), is_reserved(&alias), "{name:?} {alias:?}");
    assert_eq!(fold(name), fold(&alias), "{name:?} {alias:?}");
    assert!(fold(name).bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
    let strip = [NamePattern::parse("x-staff*").expect("valid")];
    let headers = Headers::new(vec![(name, value), (alias.as_str(), value), ("accept", value)]);
    let removed = forged(&headers, &strip);
    let is_wanted = is_reserved(name) || fold(name).starts_with("x-staff");
    let count = removed.iter().filter(|removed| **removed == name || **removed == alias).count();
    assert_eq!(count, if is_wanted { 2 } else { 0 }, "{name:?}");
    assert!(!removed.contains(&"accept") || name == "accept" && is_wanted);
    if is_harmless_connection(value) {
        let low = value.to_ascii_lowercase();
        let words: Vec<&str> = low.split(',').map(str::trim).collect();
        assert!(words.iter().all(|word| ["keep-alive", "close", "upgrade"].contains(word)), "{value:?}");
    }
});
