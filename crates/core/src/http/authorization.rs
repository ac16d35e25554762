//! The Authorization field (RFC 9110 section 11.6.2): one scheme, one value.

use crate::http::Headers;
use crate::refusal::Reason;

/// Scheme and token68 value, as sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// In the client's case; compare without case.
    pub scheme: &'a str,
    /// The rest, unread.
    pub value: &'a str,
}

impl Authorization<'_> {
    /// Whether this is the scheme of that name.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

/// Reads the field. Two fields reach the Worker as one, joined by a comma, so a comma is refused.
///
/// # Errors
/// `AuthorizationDuplicate`, `AuthorizationMalformed`.
///
/// # Example
/// ```
/// use edgegate_core::http::{Headers, authorization};
/// use edgegate_core::refusal::Reason;
///
/// let read = |field| authorization::read(&Headers::new(vec![("authorization", field)])).map(|it| it.map(|it| it.value));
/// assert_eq!(read("Bearer abc"), Ok(Some("abc")));
/// assert_eq!(read("Bearer abc, Basic def"), Err(Reason::AuthorizationDuplicate));
/// ```
pub fn read<'a>(headers: &Headers<'a>) -> Result<Option<Authorization<'a>>, Reason> {
    let Some(field) = headers.get("authorization") else { return Ok(None) };
    if field.contains(',') {
        return Err(Reason::AuthorizationDuplicate);
    }
    let (scheme, value) = field.split_once(' ').ok_or(Reason::AuthorizationMalformed)?;
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if scheme.is_empty() || value.is_empty() || !scheme.bytes().all(is_token) {
        return Err(Reason::AuthorizationMalformed);
    }
    Ok(Some(Authorization { scheme, value: value.trim_matches(' ') }))
}

/// Whether a field is of a scheme that authenticates the connection and not the request (RFC 4559 section 6).
pub fn is_of_connection(field: &str) -> bool {
    let is_end = |c: char| c == ',' || c.is_ascii_whitespace();
    let scheme = field.trim_start().split(is_end).next().unwrap_or_default();
    ["Negotiate", "NTLM", "Kerberos", "Nego2"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether a value is a `b64token` (RFC 6750 section 2.1).
pub fn is_b64token(value: &str) -> bool {
    let body = value.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(field: &'static str) -> Result<Option<Authorization<'static>>, Reason> {
        read(&Headers::new(vec![("authorization", field)]))
    }

    #[test]
    fn one_scheme_one_value() {
        let bearer = of("bEARER  abc").unwrap().unwrap();
        assert!(bearer.is("Bearer"));
        assert_eq!(bearer.value, "abc");
        assert_eq!(read(&Headers::default()), Ok(None));
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(of("Bearer a, Bearer b"), Err(Reason::AuthorizationDuplicate));
        for field in ["", "Bearer", "Bearer ", " Bearer x", "Bea(rer x"] {
            assert_eq!(of(field), Err(Reason::AuthorizationMalformed), "{field:?}");
        }
    }

    #[test]
    fn schemes_of_connections() {
        for field in ["Negotiate YII=", "NTLM TlRM", "ntlm", "NEGOTIATE", "  Ntlm x", "NTLM, Basic YTpi", "NTLM\tTlRM"]
        {
            assert!(is_of_connection(field), "{field}");
        }
        for field in ["", "Basic NTLM", "NTLMv2 x", "Bearer negotiate"] {
            assert!(!is_of_connection(field), "{field}");
        }
    }

    #[test]
    fn b64tokens() {
        assert!(is_b64token("aZ0-._~+/=="));
        for value in ["", "=", "a b", "a=b", "é"] {
            assert!(!is_b64token(value), "{value:?}");
        }
    }
}
