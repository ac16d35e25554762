//! Queries, forms and cookies: split as everybody splits them, and cut without touching another byte.

use edgegate_core::http::{cookie, query};
use edgegate_core::refusal::Reason;
use proptest::prelude::*;

const QUERY: &str = "([ab&;=%+.\\[_A-B ']|ts|TS|t%73|ts\\[\\]|sig|%00|%20|%zz|é){0,16}";

/// The pairs as browsers and most servers read them.
fn oracle(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn lossy(raw: &str) -> String {
    String::from_utf8_lossy(&query::decode(raw)).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn pieces_are_what_the_url_standard_reads(text in QUERY) {
        let pieces = query::params(&text).filter(|param| !param.raw.is_empty());
        let ours: Vec<(String, String)> = pieces.map(|param| (lossy(param.name), lossy(param.value))).collect();
        prop_assert_eq!(ours, oracle(&text));
    }

    #[test]
    fn a_sole_parameter_is_the_only_one_anybody_reads(text in QUERY, name in "ts|sig|eg_sig|a") {
        let same = |read: &str| read == name;
        let read: Vec<String> = oracle(&text).into_iter().filter(|(read, _)| same(read)).map(|(_, value)| value).collect();
        match query::sole(&text, &name) {
            Ok(Some(raw)) => prop_assert_eq!(read, [lossy(raw)]),
            Ok(None) => prop_assert_eq!(read, Vec::<String>::new()),
            Err(Reason::ParameterDuplicate) => prop_assert!(read.len() > 1),
            Err(other) => prop_assert_eq!(other, Reason::ParameterShadowed),
        }
    }

    #[test]
    fn an_accepted_query_has_no_second_reading_at_a_semicolon(text in QUERY) {
        prop_assume!(query::sole(&text, "ts").is_ok());
        let by_both = text.split(['&', ';']).filter(|piece| {
            let name = lossy(piece.split('=').next().unwrap()).to_ascii_lowercase();
            name.split(['[', '\0']).next().unwrap().trim_start() == "ts"
        });
        let by_ours = query::params(&text).filter(|param| param.name == "ts");
        prop_assert_eq!(by_both.count(), by_ours.count(), "{}", text);
    }

    #[test]
    fn plain_names_and_values_are_found(pairs in prop::collection::btree_map("[a-z]{1,6}", "[a-zA-Z0-9%._~-]{0,8}", 1..5)) {
        let text = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        for (name, value) in &pairs {
            prop_assert_eq!(query::sole(&text, name), Ok(Some(value.as_str())));
        }
    }

    #[test]
    fn cutting_keeps_every_other_piece(text in QUERY, name in "ts|sig|a|") {
        let cut = query::cut(&text, |param| param.name == name);
        let kept: Vec<&str> = query::params(&text).filter(|param| param.name != name).map(|param| param.raw).collect();
        prop_assert_eq!(&cut, &kept.join("&"));
        prop_assert_eq!(query::cut(&text, |_| false), text);
        prop_assert_eq!(query::cut(&cut, |param| param.name == name), cut);
    }

    #[test]
    fn folding_ignores_how_a_name_is_spelled(name in "[a-z]{1,4}_[a-z]{1,4}", which in any::<prop::sample::Index>(), spelling in 0..9_usize) {
        let at = which.index(name.len());
        let byte = name.as_bytes()[at];
        let spelled = match spelling {
            0 => format!("{}%{byte:02x}{}", &name[..at], &name[at + 1..]),
            1 => format!("{}%{byte:02X}{}", &name[..at], &name[at + 1..]),
            2 => name.to_uppercase(),
            3 => name.replace('_', "."),
            4 => format!("{name}[x]"),
            5 => name.replace('_', "["),
            6 => name.replace('_', "%5B"),
            7 => format!("?{name}"),
            _ => format!("+{name}"),
        };
        prop_assert!(query::folds_onto(&spelled, &name), "{spelled}");
        let text = format!("a=1&{spelled}=2");
        let expected = if spelled == name { Ok(Some("2")) } else { Err(Reason::ParameterShadowed) };
        prop_assert_eq!(query::sole(&text, &name), expected);
    }

    #[test]
    fn what_is_forwarded_escaped_is_read_as_what_was_checked(text in QUERY, name in "ts|sig|eg_sig|a|ts'") {
        let forwarded = query::escaped(&text);
        prop_assert!(forwarded.bytes().all(|byte| byte.is_ascii() && byte != b'\''));
        prop_assert_eq!(oracle(&forwarded), oracle(&text));
        let value = |query: &str| query::sole(query, &name).map(|value| value.map(query::decode));
        if !name.contains('\'') {
            prop_assert_eq!(value(&forwarded), value(&text));
        }
        for (sent, gets) in query::names(&text).zip(query::names(&forwarded)) {
            prop_assert_eq!(query::folds_onto(sent, &name), query::folds_onto(gets, &name));
        }
    }

    #[test]
    fn decoding_is_the_standards(text in "([a-z+%&=]|%[0-9a-fA-F]{2}|é){0,16}") {
        let escaped = text.replace('&', "%26").replace('=', "%3D");
        let expected = oracle(&format!("n={escaped}")).remove(0).1;
        prop_assert_eq!(lossy(&escaped), expected);
    }

    #[test]
    fn cookies_are_found_by_their_exact_name(pairs in prop::collection::btree_map("[a-zA-Z_-]{1,6}", "[!#-+./0-9:<-\\[\\]-~-]{0,8}", 1..5), spaces in " ?") {
        let header = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(&format!(";{spaces}"));
        for (name, value) in &pairs {
            prop_assert_eq!(cookie::sole(&header, name), Ok(Some(value.as_str())));
        }
        prop_assert_eq!(cookie::sole(&header, "not-there"), Ok(None));
    }

    #[test]
    fn a_cut_cookie_is_gone_and_the_others_stay(others in prop::collection::vec("[a-z]{1,4}=[a-z0-9=]{0,6}", 0..4), at in any::<prop::sample::Index>()) {
        let mut pieces = others.clone();
        pieces.insert(at.index(others.len() + 1), "SESSION=x".to_owned());
        let cut = cookie::cut(&pieces.join("; "), |name, _| name == "SESSION");
        prop_assert_eq!(cut.unwrap_or_default(), others.join("; "));
    }

    #[test]
    fn a_session_behind_another_cookie_header_is_never_overlooked(first in "[a-z]{1,4}(=[a-z0-9]{0,4})?(; [a-z]{1,4}(=[a-z]{0,3})?)?", second in "([a-z]{1,4}=[a-z]{0,3}; )?") {
        let joined = format!("{first}, {second}SESSION=x");
        let is_overlooked = cookie::sole(&joined, "SESSION") == Ok(None) && !cookie::hides(&joined, |name| name == "SESSION");
        prop_assert!(!is_overlooked, "{}", joined);
        prop_assert_eq!(cookie::all(&joined, "SESSION").last(), Some("x"), "{}", joined);
    }
}
