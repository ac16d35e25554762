//! What the origin is told of the caller's claims, in fields that the route names (`headers = { … }`).

use crate::http::query::push_escape;
use crate::identity::Identity;
use crate::policy::ClaimField;
use crate::refusal::Reason;

/// The fields with their values; one without a claim is left out. Cutting a list short could take away what counts, so
/// there is all of it or nothing.
///
/// # Errors
/// `ClaimsTooLarge`.
pub(super) fn told(fields: &[ClaimField], identity: &Identity) -> Result<Vec<(String, String)>, Reason> {
    let mut told = Vec::with_capacity(fields.len());
    let mut size = 0;
    for ClaimField { name, claim } in fields {
        let value = joined(identity.said(claim));
        size += value.len();
        if size > MOST {
            return Err(Reason::ClaimsTooLarge);
        }
        if !value.is_empty() {
            told.push((name.clone(), value));
        }
    }
    Ok(told)
}

/// Values with commas between them. In a value each byte that is no visible ASCII is escaped (RFC 3986 section 2.1), and so
/// are the signs by which lists, parameters, quotes and escapes are read: who splits at commas and decodes gets the values.
fn joined<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push(',');
        }
        for byte in value.bytes() {
            match byte.is_ascii_graphic() && !b"\"%,;\\".contains(&byte) {
                true => text.push(char::from(byte)),
                false => push_escape(&mut text, byte),
            }
        }
        if text.len() > MOST {
            break;
        }
    }
    text
}

/// Bytes of all values on a route. nginx takes 8 KiB for a line, Apache 8190 bytes.
const MOST: usize = 8000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values() {
        let of = |values: &[&str]| joined(values.iter().copied());
        assert_eq!(of(&["staff", "north"]), "staff,north");
        assert_eq!(
            of(&["a,b", "50%", "J\u{f6} \"x\"", "a\r\nb", "a;b\\c"]),
            "a%2Cb,50%25,J%C3%B6%20%22x%22,a%0D%0Ab,a%3Bb%5Cc"
        );
        assert_eq!(
            of(&["jo+a@example.org", "https://example.org/a?b=c&d"]),
            "jo+a@example.org,https://example.org/a?b=c&d"
        );
        assert_eq!(of(&[]), "");
    }

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => u8::from_str_radix(&String::from_utf8(rest.by_ref().take(2).collect()).unwrap(), 16).unwrap(),
                byte => byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn an_origin_gets_the_values_back_and_nothing_else(values in prop::collection::vec("\\PC{1,9}|[,%\"\\x00-\\x20]{1,4}", 1..6)) {
            let text = joined(values.iter().map(String::as_str));
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(text.split(',').map(decoded).collect::<Vec<_>>(), values);
        }
    }
}
