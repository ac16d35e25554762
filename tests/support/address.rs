//! What another parser makes of an address that was accepted.

use url::{ParseError, Url};

/// The address as the `url` crate reads it. None where its host has a part in `xn--` form that stands for no international name.
/// Only Unicode's tables say which do: every parser that knows them refuses the others, so none reads another host.
pub fn parsed(url: &str) -> Option<Url> {
    match Url::parse(url) {
        Err(ParseError::IdnaError) if has_coded_host(url) => None,
        parsed => Some(parsed.unwrap_or_else(|error| panic!("accepted, but it is no URL: {url:?}: {error}"))),
    }
}

/// Whether the host has such a part, and nothing that a name cannot have.
fn has_coded_host(url: &str) -> bool {
    let host = url.split("//").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
    is_plain && host.to_ascii_lowercase().split('.').any(|part| part.starts_with("xn--"))
}
