//! The policy reader on arbitrary text: it never panics, every refusal can be shown, and what it accepts has
//! one spelling that every other parser reads in the same way.

use std::fs;
use std::path::Path;

use edgegate_core::policy::{BaseUrl, HostPattern, NamePattern, Network, OriginPattern, PathPattern, Policy, advise};
use proptest::prelude::*;

use super::compiled::assert_is_kept;

use crate::support::address::parsed;

#[test]
fn nesting_without_end_is_refused() {
    for piece in ["[", "{a=", "a.", "[[a]]\n[a.a]\n"] {
        assert!(Policy::read(&format!("x = {}", piece.repeat(20_000))).is_err());
        assert!(Policy::read(&piece.repeat(20_000)).is_err());
    }
}

proptest! {
    #[test]
    fn any_text_is_checked(text in ".{0,200}") {
        check(&text);
    }

    #[test]
    fn any_lines_are_checked(lines in proptest::collection::vec(r#"[a-z_]{1,8}( = ("[ -~]{0,12}"|[0-9]{1,20}|true|\[\]|\{\}))?|\[{1,2}[a-z_.-]{1,12}\]{1,2}"#, 0..20)) {
        check(&lines.join("\n"));
    }

    #[test]
    fn a_mutated_policy_is_checked(
        which in 0..3usize,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..12usize, "[ -~\n]{0,6}|.{0,3}"), 1..4),
    ) {
        let files = ["edgegate.toml", "demo/edgegate.toml", "fixtures/policy/good/everything.toml"];
        let mut characters: Vec<char> = fs::read_to_string(root().join(files[which])).unwrap().chars().collect();
        for (place, cut, put) in edits {
            let start = place.index(characters.len());
            let end = (start + cut).min(characters.len());
            characters.splice(start..end, put.chars());
        }
        check(&characters.into_iter().collect::<String>());
    }

    #[test]
    fn a_mutated_value_is_checked(which in any::<prop::sample::Index>(), value in r#"".{0,20}"|[0-9]{1,25}|true|\["[ -~]{0,9}"\]|\{ a = 1 \}|2027-12-31"#) {
        let text = fs::read_to_string(root().join("fixtures/policy/good/everything.toml")).unwrap();
        let assignments = text.lines().filter(|line| line.contains(" = ")).count();
        let chosen = which.index(assignments);
        let mut seen = 0;
        let lines = text.lines().map(|line| match line.split_once(" = ") {
            Some((key, _)) => {
                seen += 1;
                if seen - 1 == chosen { format!("{key} = {value}") } else { line.to_owned() }
            }
            None => line.to_owned(),
        });
        check(&lines.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn what_is_accepted_is_shown_as_it_was_written(text in r"[*]?[a-zA-Z0-9./:*_~%\[\]@-]{0,16}|https?://[*a-z0-9.:/-]{1,16}|/[a-z/.*]{0,8}|[0-9.]{7,11}/[0-9]{1,2}|[0-9a-f:]{2,9}/[0-9]{1,3}") {
        for shown in [
            PathPattern::parse(&text).map(|pattern| pattern.to_string()),
            HostPattern::parse(&text).map(|pattern| pattern.to_string()),
            NamePattern::parse(&text).map(|pattern| pattern.to_string()),
            OriginPattern::parse(&text).map(|pattern| pattern.to_string()),
            Network::parse(&text).map(|network| network.to_string()),
            BaseUrl::parse(&text).map(|url| format!("{}{}", url.origin(), url.path())),
        ].into_iter().flatten() {
            prop_assert_eq!(&shown, &text);
        }
    }

    #[test]
    fn an_address_is_what_a_browser_would_make_of_it(text in r"https?://([a-z0-9.-]{1,12}|[0-9x.]{1,9}|\[[0-9a-f:.]{2,8}\])(:[0-9]{0,5})?(/[a-z0-9.~%;:@!$&'()*+,=_-]{0,5}){0,3}") {
        if let Ok(ours) = BaseUrl::parse(&text) {
            let Some(theirs) = parsed(&text) else { return Ok(()) };
            prop_assert_eq!(theirs.host_str(), Some(ours.host()));
            prop_assert_eq!(theirs.port(), ours.port());
            prop_assert_eq!(theirs.path(), if ours.path().is_empty() { "/" } else { ours.path() });
            prop_assert_eq!(theirs.origin().ascii_serialization(), ours.origin());
        }
    }

    #[test]
    fn a_covering_pattern_matches_what_the_covered_one_does(outer in "/([ab]/){0,2}([ab]|[*])?", inner in "/([ab]/){0,2}([ab]|[*])?", path in "(/[ab]?){0,4}") {
        if let (Ok(outer), Ok(inner)) = (PathPattern::parse(&outer), PathPattern::parse(&inner)) {
            prop_assert!(!(outer.covers(&inner) && inner.matches(&path)) || outer.matches(&path));
            prop_assert!(!inner.matches(&path) || inner.matches_ignoring_case(&path.to_uppercase()));
        }
    }
}

/// Reads any text: no panic, and a refusal that can be shown.
fn check(text: &str) {
    match Policy::read(text) {
        Ok(policy) => {
            assert_is_kept(&policy);
            for advice in advise(&policy, TODAY).told {
                assert!(advice.line.is_some() && !advice.message.contains('\n'), "{advice:?}");
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.is_sorted_by_key(|problem| problem.line));
            let last = text.matches('\n').count() + 1;
            for problem in problems {
                assert!((1..=last).contains(&problem.line), "{problem}");
                assert!(!problem.message.contains(char::is_control), "{problem:?}");
                assert!(!problem.message.contains("please report"), "{problem:?}");
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

const TODAY: &str = "2026-11-22";
