//! The parameters of a header field, and the one that names the boundary.
//!
//! Servers find a parameter by a search for its name, by splitting at `;` before or after the quotes are read, with
//! or without escapes. So only the parameters that somebody needs are known, and only values that end at the same
//! place in each of these ways are read.

use crate::http::multipart::Malformed;

/// The boundary that a Content-Type names; None if it is that of something else than a `multipart/form-data`.
///
/// Any mention of that type counts: of two headers joined by a comma, an origin could read either.
pub fn boundary(content_type: &str) -> Option<Result<&str, Malformed>> {
    let (essence, parameters) = content_type.split_at_checked(FORM.len())?;
    if !essence.eq_ignore_ascii_case(FORM) {
        let is_hidden = content_type.to_ascii_lowercase().contains(FORM);
        return is_hidden.then_some(Err(Malformed::Boundary));
    }
    Some(sole_boundary(parameters).ok_or(Malformed::Boundary))
}

/// Whether a Content-Type is `multipart/form-data; charset=UTF-8` and nothing else: without a boundary no part could be
/// found. Scripts set it so that let their library write the body.
pub fn lacks_boundary(content_type: &str) -> bool {
    let Some((essence, rest)) = content_type.split_at_checked(FORM.len()) else { return false };
    let is_utf8 = || matches!(parameter(rest), Some(("charset", name, "")) if name.eq_ignore_ascii_case("utf-8"));
    essence.eq_ignore_ascii_case(FORM) && is_utf8()
}

fn sole_boundary(mut rest: &str) -> Option<&str> {
    let mut found = None;
    let mut charset = None;
    while !rest.is_empty() {
        let (name, value, after) = parameter(rest)?;
        let is_second = match name {
            "boundary" => found.replace(value).is_some(),
            // Another one would give the names of the fields another reading.
            "charset" if value.eq_ignore_ascii_case("utf-8") => charset.replace(value).is_some(),
            _ => true,
        };
        if is_second {
            return None;
        }
        rest = after;
    }
    found.filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len()) && boundary.bytes().all(is_boundary_byte))
}

/// Name and value of the parameter that `;` begins, and what stands behind it.
pub(crate) fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.strip_prefix(';')?.trim_start_matches(' ').split_once('=')?;
    let (value, after) = match rest.strip_prefix('"') {
        // `\"` ends the value or does not; a backslash elsewhere moves no end.
        Some(quoted) => quoted.split_once('"').filter(|(value, _)| !value.ends_with('\\'))?,
        None => {
            let (value, after) = rest.split_at_checked(rest.find(';').unwrap_or(rest.len()))?;
            // PHP takes an apostrophe for a quote. An extended value has two (RFC 8187 section 3.2).
            let apostrophes = if name.ends_with('*') { 2 } else { 0 };
            (is_token(value) && value.matches('\'').count() == apostrophes).then_some((value, after))?
        }
    };
    Some((name, value, after))
}

/// RFC 9110 section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let is_mark = |b| b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || is_mark(b))
}

/// RFC 2046 section 5.1.1, without the space, which no client sends and some servers would trim.
fn is_boundary_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte)
}

const FORM: &str = "multipart/form-data";
const MAX_BOUNDARY: usize = 70; // RFC 2046 section 5.1.1

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_without_a_boundary_is_told_from_one_that_hides_it() {
        for content_type in ["Multipart/Form-Data; charset=UTF-8", "multipart/form-data;charset=\"utf-8\""] {
            assert!(lacks_boundary(content_type), "{content_type}");
        }
        for content_type in [
            "",
            "multipart/form-data",
            "multipart/form-dat",
            "multipart/form-datax",
            "multipart/form-data;",
            "multipart/form-data; charset=UTF-7",
            "multipart/form-data; charset=utf-8; charset=utf-8",
            "multipart/form-data; boundary=x",
            "multipart/form-data; boundary",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary*=utf-8''x",
            "multipart/form-data; charset=utf-8; boundary=x",
            "multipart/form-data, multipart/form-data; boundary=x",
            "multipart/form-data; charset=utf-8, application/x-www-form-urlencoded",
        ] {
            assert!(!lacks_boundary(content_type), "{content_type}");
        }
    }

    #[test]
    fn the_boundaries_of_browsers_and_clients_are_read() {
        for (content_type, expected) in [
            (
                "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
                "----WebKitFormBoundary7MA4YWxkTrZu0gW",
            ),
            ("multipart/form-data;boundary=x", "x"),
            ("Multipart/Form-Data; boundary=\"----=_Part_1_2.3\"", "----=_Part_1_2.3"),
            ("multipart/form-data; charset=UTF-8; boundary=x", "x"),
            ("multipart/form-data; boundary=\"x\"; charset=utf-8", "x"),
        ] {
            assert_eq!(boundary(content_type), Some(Ok(expected)), "{content_type}");
        }
        let longest = "a".repeat(70);
        assert_eq!(boundary(&format!("multipart/form-data; boundary={longest}")), Some(Ok(longest.as_str())));
    }

    #[test]
    fn another_type_has_none() {
        for other in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/mixed; boundary=x",
            "multipart/form-dat",
            "é",
        ] {
            assert_eq!(boundary(other), None, "{other}");
        }
    }

    #[test]
    fn a_boundary_with_two_readings_is_refused() {
        for parameters in [
            "",
            ";",
            "; boundary",
            "; boundary=",
            "; boundary=\"\"",
            "; boundary=x;",
            "; boundary=x; boundary=x",
            "; boundary=x; boundary=y",
            "; boundary=x y",
            "; boundary=\"x y\"",
            "; boundary=\"x\\y\"",
            "; boundary=\"x\\\"\"",
            "; boundary=\"x",
            "; boundary=x\"",
            "; boundary=x,y",
            "; boundary=x=y",
            "; boundary=é",
            "; boundary=x\0",
            "; boundary='x'",
            "; boundary=x ",
            "; boundary =x",
            "; boundary= x",
            "; Boundary=x",
            "; xboundary=y; boundary=x",
            ", boundary=x",
            " boundary=x",
            "; boundary*=x",
            "; boundary*0=x",
            "; boundary=x; q=\"boundary=y\"",
            "\t; boundary=x",
            "x; boundary=x",
            "; boundary=x; charset=utf-16",
            "; boundary=x; charset=ibm037",
            "; boundary=x; charset=utf-8; charset=utf-8",
            "; boundary=x, text/plain",
            "; boundary=x*",
            "; boundary=%78",
        ] {
            let content_type = format!("multipart/form-data{parameters}");
            assert_eq!(boundary(&content_type), Some(Err(Malformed::Boundary)), "{content_type}");
        }
        for hidden in [
            " multipart/form-data; boundary=x",
            "text/plain, multipart/form-data; boundary=x",
            "text/plain; multipart/form-DATA",
        ] {
            assert_eq!(boundary(hidden), Some(Err(Malformed::Boundary)), "{hidden}");
        }
        let too_long = "a".repeat(71);
        assert_eq!(boundary(&format!("multipart/form-data; boundary={too_long}")), Some(Err(Malformed::Boundary)));
    }
}
