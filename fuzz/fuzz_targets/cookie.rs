//! A cookie that is found is the only one of its name; one that is cut is gone, and the others stay in order.
use edgegate_core::http::cookie::{cut, sole};

target!(|header: &str| {
    let name = "session";
    let named = |text: &str| {
        let pieces: Vec<(String, String)> = text
            .split(';')
            .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        pieces
    };
    let all = named(header);
    let ours: Vec<&String> = all.iter().filter(|(found, _)| found == name).map(|(_, value)| value).collect();
    match sole(header, name) {
        Ok(Some(value)) => assert_eq!(ours, [value]),
        Ok(None) => assert!(ours.is_empty()),
        Err(_) => assert!(ours.len() > 1 || header.contains(',')),
    }
    let kept = cut(header, |found, _| found == name).unwrap_or_default();
    let is_something = |(name, value): &(String, String)| !(name.is_empty() && value.is_empty());
    let expected: Vec<_> = all.iter().filter(|pair| pair.0 != name && is_something(pair)).cloned().collect();
    let left: Vec<_> = named(&kept).into_iter().filter(is_something).collect();
    assert_eq!(left, expected, "{header:?}");
});
