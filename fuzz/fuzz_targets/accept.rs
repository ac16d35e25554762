//! What a caller would rather have does not depend on order, case or spaces, and follows the weights that are written.

use edgegate_core::http::accept::prefers_html;
use edgegate_core::http::{fetch_metadata, Headers};

target!(|input: (&str, &str)| {
    let (accept, word) = input;
    let said = prefers_html(Some(accept));
    let mut ranges: Vec<String> = accept.split(',').map(|range| format!(" {range}\t")).collect();
    ranges.reverse();
    assert_eq!(prefers_html(Some(&ranges.join(","))), said, "{accept:?}");
    assert_eq!(prefers_html(Some(&accept.replace("text/html", "TEXT/Html"))), said, "{accept:?}");
    assert!(!prefers_html(Some(&format!("{accept},application/json"))) || best(accept) == 1000, "{accept:?}");
    assert_eq!(prefers_html(Some(&format!("{accept},text/html"))), true, "{accept:?}");
    assert_eq!(said, best(accept) > 0 && best(accept) >= json(accept), "{accept:?}");

    let is_own = |site: &str, origin: &str| {
        let headers = Headers::new(vec![("sec-fetch-site", site), ("origin", origin)]);
        fetch_metadata::is_own_form(&headers, "https://gate.example")
    };
    assert_eq!(is_own(word, accept), word == "same-origin" || word == "none");
    let headers = Headers::new(vec![("origin", accept), ("sec-purpose", word)]);
    assert_eq!(fetch_metadata::is_own_form(&headers, "https://gate.example"), accept == "https://gate.example");
    let low = word.to_lowercase();
    let ahead = low.contains("prefetch") || low.contains("prerender") || low.contains("preview");
    assert!(!ahead || word.to_ascii_lowercase() != low || fetch_metadata::looks_ahead("GET", &headers));
    assert!(fetch_metadata::looks_ahead("HEAD", &headers));
});

fn best(accept: &str) -> u32 {
    weight(accept, &["text/html", "application/xhtml+xml"])
}

fn json(accept: &str) -> u32 {
    weight(accept, &["application/json", "application/problem+json"])
}

/// The slow way: each range's weight as a decimal number of three places.
fn weight(accept: &str, wanted: &[&str]) -> u32 {
    let mut best = 0;
    for range in accept.split(',') {
        let mut parts = range.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        if !wanted.contains(&name.as_str()) {
            continue;
        }
        let q = parts.map(str::trim).find(|part| part.starts_with("q=")).map(|part| part[2..].trim().to_owned());
        best = best.max(q.map_or(1000, |q| thousandths(&q)));
    }
    best
}

fn thousandths(q: &str) -> u32 {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    let digits: String = fraction.chars().take(3).collect();
    if whole.chars().count() != 1 || !(whole.to_owned() + &digits).bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    let thousandths = format!("{whole}{digits:0<3}").parse().unwrap_or(0);
    if thousandths > 1000 { 0 } else { thousandths }
}
