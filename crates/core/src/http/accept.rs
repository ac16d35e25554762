//! Accept (RFC 9110 section 12.5.1), as far as one question needs it: a page or a document for programs?

use crate::http::pieces;

/// Whether the caller would rather have a page than JSON. No preference means JSON.
///
/// # Example
/// ```
/// use edgegate_core::http::accept::prefers_html;
///
/// assert!(prefers_html(Some("text/html,*/*;q=0.8")));
/// assert!(!prefers_html(Some("application/json")));
/// assert!(!prefers_html(None));
/// ```
pub fn prefers_html(accept: Option<&str>) -> bool {
    let accept = accept.unwrap_or_default();
    let html = quality(accept, &["text/html", "application/xhtml+xml"]);
    html > 0 && html >= quality(accept, &["application/json", "application/problem+json"])
}

/// The best weight among the media types, in thousandths; 0 if none is there.
fn quality(accept: &str, wanted: &[&str]) -> u32 {
    let weight = |range: &str| {
        let mut parts = pieces(range, b';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_wanted = wanted.iter().any(|wanted| name.eq_ignore_ascii_case(wanted));
        is_wanted.then(|| parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths))
    };
    pieces(accept, b',').filter_map(weight).max().unwrap_or(0)
}

/// `qvalue` of RFC 9110 section 12.4.2; anything else is no preference at all.
pub(super) fn thousandths(q: &str) -> u32 {
    let (whole, fraction) = q.trim().split_once('.').unwrap_or((q.trim(), ""));
    if whole.len() != 1 {
        return 0;
    }
    let digits = fraction.chars().chain(core::iter::repeat('0')).take(3);
    let value = whole.chars().chain(digits).try_fold(0, |value: u32, c| Some(value * 10 + c.to_digit(10)?));
    value.filter(|value| *value <= 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::prefers_html;

    #[test]
    fn browsers_get_pages_and_programs_get_json() {
        assert!(prefers_html(Some("text/html,application/xhtml+xml,*/*;q=0.8")));
        assert!(prefers_html(Some("Text/HTML; q=0.9, application/json;q=0.1")));
        for accept in [
            None,
            Some("*/*"),
            Some("application/json"),
            Some("text/html;q=0"),
            Some("application/json, text/html;q=0.5"),
            Some("text/html;q=99999999999"),
            Some(";;,q=,"),
        ] {
            assert!(!prefers_html(accept), "{accept:?}");
        }
    }
}
