//! Accept (RFC 9110 section 12.5.1), as far as one question needs it: a page or a document for programs?

/// Whether the caller would rather have a page than JSON. No preference means JSON.
pub fn prefers_html(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return false };
    let quality = |wanted: &[&str]| {
        accept
            .split(',')
            .filter_map(|range| {
                let mut parts = range.split(';');
                let name = parts.next().unwrap_or_default().trim();
                wanted.iter().any(|w| name.eq_ignore_ascii_case(w)).then(|| {
                    parts
                        .filter_map(|p| p.trim().strip_prefix("q="))
                        .find_map(|q| q.trim().parse::<f32>().ok())
                        .unwrap_or(1.0)
                })
            })
            .fold(None, |best: Option<f32>, q| Some(best.map_or(q, |b| b.max(q))))
    };
    let html = quality(&["text/html", "application/xhtml+xml"]);
    let json = quality(&["application/json", "application/problem+json"]);
    matches!((html, json), (Some(html), json) if html > 0.0 && html >= json.unwrap_or(0.0))
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
            Some(";;,q=,"),
        ] {
            assert!(!prefers_html(accept), "{accept:?}");
        }
    }
}
