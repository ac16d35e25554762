//! "did you mean", and lists of names for messages.

/// The candidate that a mistyped word most likely stands for.
pub(super) fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.take(CONSIDERED) {
        let limit = candidate.len().div_ceil(3).min(3);
        if word.len().abs_diff(candidate.len()) > 4 * limit {
            continue; // a letter has four bytes at most
        }
        let apart = distance(&word, &candidate.to_ascii_lowercase().replace('_', "-"));
        if apart <= limit && best.is_none_or(|(least, _)| apart < least) {
            best = Some((apart, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `; did you mean …`, or else `; <label>: …` with every candidate, or else that there is none.
pub(super) fn hint<'c>(word: &str, candidates: impl Iterator<Item = &'c str> + Clone, label: &str) -> String {
    match nearest(word, candidates.clone()) {
        Some(candidate) => format!("; did you mean `{candidate}`?"),
        None if candidates.clone().next().is_none() => format!("; {label}: none"),
        None => format!("; {label}: {}", listed(candidates)),
    }
}

/// `a`, `b`, `c` in backticks.
pub(crate) fn listed<'c>(names: impl Iterator<Item = &'c str>) -> String {
    let mut list = String::new();
    for (at, name) in names.enumerate() {
        if at == LISTED {
            list.push_str(" and more");
            break;
        }
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push('`');
        list.push_str(name);
        list.push('`');
    }
    list
}

/// Levenshtein distance, one row at a time. Words beyond 64 characters are not worth a guess.
fn distance(a: &str, b: &str) -> usize {
    if a.len().max(b.len()) > LONGEST_WORD {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = left;
        }
        for (cell, to) in cells.zip(b.chars()) {
            let replaced = diagonal + usize::from(from != to);
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

const LONGEST_WORD: usize = 64;
/// A file can be wrong in a thousand places, and each has its hint.
const CONSIDERED: usize = 100;
const LISTED: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("methods", "methods"), 0);
        assert_eq!(distance(&"a".repeat(65), "a"), usize::MAX);
    }

    #[test]
    fn a_typing_mistake_finds_its_word() {
        let keys = ["methods", "accept", "max_lifetime", "path"];
        assert_eq!(nearest("method", keys.into_iter()), Some("methods"));
        assert_eq!(nearest("max-lifetime", keys.into_iter()), Some("max_lifetime"));
        assert_eq!(nearest("colour", keys.into_iter()), None);
    }

    #[test]
    fn a_hint_lists_what_there_is() {
        let names = ["demo", "seal-1"];
        assert_eq!(hint("dmo", names.into_iter(), "keys"), "; did you mean `demo`?");
        assert_eq!(hint("other", names.into_iter(), "keys"), "; keys: `demo`, `seal-1`");
        assert_eq!(hint("other", std::iter::empty(), "keys"), "; keys: none");
    }
}
