//! Texts that signers hash by mistake, each with the cause that it betrays.

use std::collections::BinaryHeap;

use crate::http::query;

/// The spellings that differ from the text itself, each with its cause.
pub fn spellings(covered: &str) -> Vec<(String, String)> {
    let mut list = vec![
        (
            covered.replace("%27", "'"),
            "The signer hashed ' where the request has %27: browsers and proxies escape it. Sign %27.",
        ),
        (
            query::escaped(covered).into_owned(),
            "The signer hashed the escaped form (%27, %C3%A9) where the request has the character itself. Send what was signed.",
        ),
        (covered.replace('+', "%20"), "The signer hashed %20 where the request has +."),
        (covered.replace("%20", "+"), "The signer hashed + where the request has %20."),
        (lower_escapes(covered), "The signer hashed escapes in lower case (%2f), the request has them in upper case."),
        (upper_escapes(covered), "The signer hashed escapes in upper case (%2F), the request has them in lower case."),
        (sorted(covered), "The signer sorted the parameters; the request has them in another order."),
        (format!("?{covered}"), "The signer hashed the question mark too."),
        (without_empty(covered), "The signer left out parameters with empty values."),
    ];
    let decoded = String::from_utf8(query::decode(covered)).unwrap_or_default();
    list.push((decoded, "The signer hashed the decoded query; the bytes as sent are what counts."));
    list.retain(|(text, _)| text != covered);
    list.into_iter().map(|(text, cause)| (text, cause.to_owned())).collect()
}

fn lower_escapes(text: &str) -> String {
    map_escapes(text, |c| c.to_ascii_lowercase())
}

fn upper_escapes(text: &str) -> String {
    map_escapes(text, |c| c.to_ascii_uppercase())
}

fn map_escapes(text: &str, case: impl Fn(char) -> char) -> String {
    let mut left = 0;
    text.chars()
        .map(|c| {
            let mapped = if left > 0 { case(c) } else { c };
            left = if c == '%' { 2 } else { left.max(1) - 1 };
            mapped
        })
        .collect()
}

/// The parameters sorted, byte by byte.
fn sorted(covered: &str) -> String {
    let pieces: BinaryHeap<&str> = covered.split('&').collect(); // a tenth of the code that a sort brings along
    pieces.into_sorted_vec().join("&")
}

fn without_empty(covered: &str) -> String {
    query::cut(covered, |param| param.value.is_empty())
}
