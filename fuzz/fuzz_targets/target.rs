//! A URL that is accepted is read in the same way by another parser, and cannot leave its path.
use crate::support::address::parsed;
use edgegate_core::http::{query, Target};

target!(|rest: &str| {
    for url in [rest.to_owned(), format!("https://gate.example{rest}")] {
        let Ok(target) = Target::read(&url, 4096) else { continue };
        let Some(parsed) = parsed(&url) else { continue };
        assert_eq!(parsed.path(), target.path);
        assert_eq!(parsed.query(), target.query.map(query::escaped).as_deref());
        assert_eq!(parsed.fragment(), None);
        assert_eq!((parsed.username(), parsed.password()), ("", None));
        for segment in target.path.split('/').skip(1) {
            let encoded = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
            let decoded = url::form_urlencoded::parse(encoded.as_bytes()).next().map(|(_, value)| value.into_owned());
            let decoded = decoded.unwrap_or_default();
            assert!(!matches!(decoded.split(';').next(), Some("." | "..")), "{url}");
            assert!(!decoded.contains(['/', '\\', '\0', '\u{fffd}']), "{url}");
        }
    }
});
