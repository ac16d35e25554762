//! `Link` (RFC 8288 section 3) and `Refresh` (HTML section 4.2.4.3): addresses among other words.

use crate::forward::returned::Mapping;
use crate::http::quotes::Quotes;

impl Mapping<'_> {
    /// `Link` as it has to be at the gateway; None if it stays. A list that cannot be read to its end stays as a whole.
    pub fn link(&self, text: &str) -> Option<String> {
        let (mut mapped, mut rest) = (String::with_capacity(text.len()), text);
        loop {
            let element = rest.trim_start_matches([' ', '\t', ',']);
            mapped.push_str(rest.strip_suffix(element)?);
            if element.is_empty() {
                break;
            }
            let (address, behind) = element.strip_prefix('<')?.split_once('>')?;
            let other = self.reference(address);
            mapped.extend(["<", other.as_deref().unwrap_or(address), ">"]);
            let (parameters, next) = behind.split_at_checked(end_of_parameters(behind)?)?;
            mapped.push_str(parameters);
            rest = next;
        }
        (mapped != text).then_some(mapped)
    }

    /// `Refresh` as it has to be at the gateway; None if it stays: `5; url=/next`, where `url=` and quotes may be left out.
    pub fn refresh(&self, text: &str) -> Option<String> {
        let behind = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let behind = behind.trim_start().strip_prefix([';', ',']).filter(|_| behind.len() < text.len())?.trim_start();
        let named = behind.split_at_checked(3).filter(|(name, _)| name.eq_ignore_ascii_case("url"));
        let named = named.and_then(|(_, value)| value.trim_start().strip_prefix('=')).map(str::trim_start);
        let value = named.unwrap_or(behind);
        let (address, tail) = match value.strip_prefix(['"', '\'']) {
            Some(quoted) => {
                let quote = if value.starts_with('"') { '"' } else { '\'' };
                quoted.split_at_checked(quoted.find(quote)?)?
            }
            None => (value, ""),
        };
        let other = self.reference(address)?;
        let start = text.strip_suffix(tail)?.strip_suffix(address)?;
        Some([start, &other, tail].concat())
    }
}

/// Where the parameters of a link end: at a comma that stands in no quoted string, or with the list.
fn end_of_parameters(text: &str) -> Option<usize> {
    if !text.trim_start_matches([' ', '\t']).starts_with([';', ',']) && !text.trim().is_empty() {
        return None;
    }
    let mut quotes = Quotes::default();
    for (at, c) in text.char_indices() {
        match c {
            _ if !quotes.pass(c) => {}
            ',' => return Some(at),
            '<' | '>' => return None,
            _ => {}
        }
    }
    (!quotes.is_open()).then_some(text.len())
}
