//! Accept-Language (RFC 9110 section 12.5.4): in which of a few languages a person reads best.

use crate::http::accept::thousandths;
use crate::http::{halves, pieces};

/// The language of the highest weight that is offered; None if none of them is wanted. Offered are primary subtags: a person
/// who asks for `de-AT` reads `de` (RFC 4647 section 3.4).
///
/// # Example
/// ```
/// use edgegate_core::http::language::wanted;
///
/// let offered = ["en", "de", "nb"];
/// assert_eq!(wanted(Some("fr, de-AT;q=0.8, en;q=0.5"), &offered), Some("de"));
/// assert_eq!(wanted(Some("no"), &offered), Some("nb"));
/// assert_eq!(wanted(Some("fr"), &offered), None);
/// ```
pub fn wanted<'o>(accepted: Option<&str>, offered: &[&'o str]) -> Option<&'o str> {
    let mut best: Option<(u32, &'o str)> = None;
    for range in pieces(accepted.unwrap_or_default(), b',').take(MOST) {
        let (tag, rest) = halves(range, b';').unwrap_or((range, ""));
        let weight = match rest.trim() {
            "" => 1000,
            rest => rest.strip_prefix("q=").map_or(0, thousandths),
        };
        let primary = pieces(tag.trim(), b'-').next().unwrap_or_default();
        let is_meant = |language: &&&str| is_same(primary, language);
        if let Some(language) = offered.iter().find(is_meant).filter(|_| weight > best.map_or(0, |(weight, _)| weight))
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// Whether two subtags name one language.
fn is_same(wanted: &str, offered: &str) -> bool {
    let others = |(other, known): &(&str, &str)| *known == offered && wanted.eq_ignore_ascii_case(other);
    wanted.eq_ignore_ascii_case(offered) || OTHER_NAMES.iter().any(others)
}

/// Norwegian without a form, or in the other one, is read in Bokmål; `iw` is what Hebrew was called before.
const OTHER_NAMES: [(&str, &str); 3] = [("no", "nb"), ("nn", "nb"), ("iw", "he")];
/// Of a longer list the rest is left unread.
const MOST: usize = 40;

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn weights_decide_and_of_equals_the_first() {
        let offered = ["en", "de", "fr", "he"];
        for (accepted, language) in [
            ("de", Some("de")),
            ("DE-ch", Some("de")),
            ("de;q=0.3,fr;q=0.9", Some("fr")),
            ("fr, de", Some("fr")),
            ("de;q=0, *", None),
            ("iw", Some("he")),
            ("den", None),
            ("", None),
            (";;,q=,de;q=2", None),
            ("xx, de ; q=0.1", Some("de")),
        ] {
            assert_eq!(wanted(Some(accepted), &offered), language, "{accepted}");
        }
        assert_eq!(wanted(None, &offered), None);
        let long = format!("{}de", "xx,".repeat(1000));
        assert_eq!(wanted(Some(&long), &offered), None);
    }
}
