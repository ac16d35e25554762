//! Queries are split as the URL standard splits them, and cutting leaves every other piece alone.
use edgegate_core::http::query::{cut, decode, fold, params, sole};
use edgegate_core::refusal::Reason;

target!(|input: (&str, &str)| {
    let (query, name) = input;
    let lossy = |raw: &str| String::from_utf8_lossy(&decode(raw)).into_owned();
    let ours: Vec<_> = params(query)
        .filter(|param| !param.raw.is_empty())
        .map(|param| (lossy(param.name), lossy(param.value)))
        .collect();
    let theirs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(ours, theirs);
    let kept = cut(query, |param| param.name == name);
    assert!(params(&kept).all(|param| param.name != name || kept.is_empty()));
    assert_eq!(cut(query, |_| false), query);
    assert!(fold(name).len() <= name.len());
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !text.is_empty();
    if !is_plain(name) {
        return;
    }
    let read: Vec<&String> = theirs.iter().filter(|(read, _)| read == name).map(|(_, value)| value).collect();
    match sole(query, name) {
        Ok(Some(raw)) => assert_eq!(read, [&lossy(raw)]),
        Ok(None) => assert!(read.is_empty()),
        Err(Reason::ParameterDuplicate) => assert!(read.len() > 1),
        Err(reason) => assert_eq!(reason, Reason::ParameterShadowed),
    }
});
