//! Queries and urlencoded forms (WHATWG URL section 5), read without changing a byte.
//!
//! A parameter with a security meaning is only ever read under its exact name. Every other spelling that
//! some origin would fold onto that name (case, escapes, PHP's `.` and `[]`, `;` as a separator) is a
//! shadow, and a query with one is refused: the gateway and the origin would read different values.

use std::borrow::Cow;

use crate::refusal::Reason;

/// One `name=value` piece, not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param<'a> {
    /// The whole piece between two `&`.
    pub raw: &'a str,
    /// Up to the first `=`, or the whole piece.
    pub name: &'a str,
    /// After the first `=`.
    pub value: &'a str,
}

/// The pieces between `&`, empty ones included.
///
/// # Example
/// ```
/// use edgegate_core::http::query::params;
///
/// let values: Vec<&str> = params("a=1&b=%20&c").map(|param| param.value).collect();
/// assert_eq!(values, ["1", "%20", ""]);
/// ```
pub fn params(query: &str) -> impl Iterator<Item = Param<'_>> {
    query.split('&').map(|raw| {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        Param { raw, name, value }
    })
}

/// The undecoded names that any origin could read: pieces between `&`, and between `;` too.
pub fn names(query: &str) -> impl Iterator<Item = &str> {
    let pieces = query.split('&').flat_map(|piece| piece.split(';')); // quicker than a search for either
    pieces.map(|piece| piece.split('=').next().unwrap_or_default())
}

/// The only parameter of that exact name, undecoded.
///
/// # Errors
/// `ParameterDuplicate` if the name occurs twice, `ParameterShadowed` if another spelling of it occurs.
///
/// # Example
/// ```
/// use edgegate_core::http::query::sole;
/// use edgegate_core::refusal::Reason;
///
/// assert_eq!(sole("a=1&ts=2", "ts"), Ok(Some("2")));
/// assert_eq!(sole("ts=1&ts=2", "ts"), Err(Reason::ParameterDuplicate));
/// assert_eq!(sole("ts=1&TS=2", "ts"), Err(Reason::ParameterShadowed));
/// ```
pub fn sole<'a>(query: &'a str, name: &str) -> Result<Option<&'a str>, Reason> {
    let mut read_anywhere = 0;
    for raw in names(query) {
        match raw == name {
            true => read_anywhere += 1,
            false if folds_onto(raw, name) => return Err(Reason::ParameterShadowed),
            false => {}
        }
    }
    let mut found = params(query).filter(|param| param.name == name).map(|param| param.value);
    let (sole, second) = (found.next(), found.next());
    if second.is_some() {
        return Err(Reason::ParameterDuplicate);
    }
    // `a=1;ts=2` and `ts;b`: an origin that also splits at `;` reads one that is none here.
    if read_anywhere > usize::from(sole.is_some()) {
        return Err(Reason::ParameterShadowed);
    }
    Ok(sole)
}

/// The query without the parameters that `drop` names; every other byte stays where it was.
///
/// # Example
/// ```
/// use edgegate_core::http::query::cut;
///
/// assert_eq!(cut("a=%41&ticket=x&b", |param| param.name == "ticket"), "a=%41&b");
/// ```
pub fn cut(query: &str, drop: impl Fn(&Param<'_>) -> bool) -> String {
    let mut kept = String::with_capacity(query.len());
    for (at, param) in params(query).filter(|param| !drop(param)).enumerate() {
        if at > 0 {
            kept.push('&');
        }
        kept.push_str(param.raw);
    }
    kept
}

/// The query as it is forwarded: what the runtime's `fetch` would escape, escaped here, so that the address that is
/// forwarded is the one that was checked. It decodes to the same bytes.
pub fn escaped(query: &str) -> Cow<'_, str> {
    if !query.bytes().any(is_escaped_when_forwarded) {
        return Cow::Borrowed(query);
    }
    let mut escaped = String::with_capacity(query.len() + 16);
    for byte in query.bytes() {
        match is_escaped_when_forwarded(byte) {
            true => push_escape(&mut escaped, byte),
            false => escaped.push(char::from(byte)),
        }
    }
    Cow::Owned(escaped)
}

/// Whether a byte of a query is accepted as it is and forwarded escaped.
pub fn is_escaped_when_forwarded(byte: u8) -> bool {
    byte == b'\'' || !byte.is_ascii()
}

/// Percent-decoded, with `+` as a space; malformed escapes stay as they are, as the WHATWG parser has it.
pub fn decode(raw: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(raw.len());
    decoded.extend(Decoded(raw.as_bytes()));
    decoded
}

/// Percent-encodes everything but unreserved characters (RFC 3986 section 2.3).
///
/// # Example
/// ```
/// use edgegate_core::http::query::encode_component;
///
/// assert_eq!(encode_component("a b&c"), "a%20b%26c");
/// ```
pub fn encode_component(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let mut encoded = String::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            other => push_escape(&mut encoded, other),
        }
    }
    encoded
}

/// Appends a byte as it is escaped (RFC 3986 section 2.1).
pub(crate) fn push_escape(text: &mut String, byte: u8) {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default().to_ascii_uppercase();
    text.extend(['%', digit(byte >> 4), digit(byte & 15)]);
}

/// Whether some origin would read the raw name as `name`.
pub fn folds_onto(raw: &str, name: &str) -> bool {
    raw.len() >= name.len() && is_read_as(raw, name)
}

fn is_read_as(raw: &str, name: &str) -> bool {
    let mut bytes = begun(raw).take_while(|b| *b != 0).peekable();
    if bytes.peek() == Some(&b'[') {
        return folded(raw).eq(folded(name));
    }
    let mut wanted = folded(name);
    let mut has_bracket = false;
    loop {
        match (bytes.next(), wanted.next()) {
            (None, rest) => return rest.is_none(),
            (Some(b'['), None) => return !has_bracket,
            (Some(byte), Some(other)) if other == mangled(byte) => has_bracket |= byte == b'[',
            _ => return false,
        }
    }
}

/// The same for a list of names: the raw one is folded once.
pub fn folds_onto_any<'n>(raw: &str, mut names: impl Iterator<Item = &'n &'n str>) -> bool {
    let (raw, unclosed) = readings(raw);
    let is_read = |name: &str, raw: &[u8]| folded(name).eq(raw.iter().copied());
    names.any(|name| is_read(name, &raw) || unclosed.as_deref().is_some_and(|unclosed| is_read(name, unclosed)))
}

/// Whether some origin would read the raw name as one that begins so; `prefix` is folded already.
pub fn folds_onto_prefix(raw: &str, prefix: &[u8]) -> bool {
    // Every origin reads such a name as it is written, and most names are such.
    if raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return raw.as_bytes().starts_with(prefix);
    }
    let begins = |name: &mut dyn Iterator<Item = u8>| name.take(prefix.len()).eq(prefix.iter().copied());
    begins(&mut folded(raw)) || unclosed(raw).is_some_and(|mut name| begins(&mut name))
}

/// The names that origins could read: [folded](fold), and for PHP, where a bracket that nothing closes is `_`, another one.
pub fn readings(raw: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    (fold(raw), unclosed(raw).map(Iterator::collect))
}

/// What PHP makes of a name with a bracket in it that opens no index.
fn unclosed(raw: &str) -> Option<impl Iterator<Item = u8>> {
    let name = || begun(raw).take_while(|b| *b != 0);
    let is_one = raw.contains(['[', '%']) && name().position(|b| b == b'[').is_some_and(|at| at > 0);
    is_one.then(|| name().map(mangled))
}

/// Decoded, from where a name begins: PHP passes over spaces, and its own server over a second `?`.
fn begun(raw: &str) -> impl Iterator<Item = u8> {
    Decoded(raw.as_bytes()).skip_while(|b| matches!(b, b' ' | b'?'))
}

fn mangled(byte: u8) -> u8 {
    match byte {
        b'.' | b' ' | b'-' | b'[' => b'_',
        other => other.to_ascii_lowercase(),
    }
}

/// What the most forgiving origin makes of a parameter's name: decoded, without case, `.`, ` ` and `-`
/// as `_`, cut at the first bracket or NUL (PHP's mangling), and out of brackets where it stands in them (`[a]`, as qs of
/// npm reads it).
pub fn fold(raw: &str) -> Vec<u8> {
    folded(raw).collect()
}

fn folded(raw: &str) -> impl Iterator<Item = u8> {
    let mut bytes = begun(raw).peekable();
    let end = if bytes.next_if_eq(&b'[').is_some() { b']' } else { b'[' };
    bytes.take_while(move |b| *b != end && *b != 0).map(|b| if b == b'[' { b } else { mangled(b) })
}

/// Decodes byte by byte: most comparisons end at the first.
struct Decoded<'a>(&'a [u8]);

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        match (byte, rest) {
            (b'%', [high, low, after @ ..]) => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    self.0 = after;
                    u8::try_from(high << 4 | low).ok()
                }
                _ => Some(b'%'),
            },
            (b'+', _) => Some(b' '),
            _ => Some(*byte),
        }
    }
}

/// The decoded value of a form's or a query's parameter; empty if it is not there.
///
/// # Errors
/// `ParameterDuplicate`, `ParameterShadowed`; `FormMalformed` for bytes that are no text.
pub fn value(form: &str, name: &str) -> Result<String, Reason> {
    let raw = sole(form, name)?.unwrap_or_default();
    String::from_utf8(decode(raw)).map_err(|_| Reason::FormMalformed)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_plain_name_begins_as_it_is_written(raw in "([ab_A.? +\\[\\]-]|%6[1A]|%5[bB]|%00|%20|%){0,5}", name in "[ab_A.-]{0,3}") {
            let prefix = fold(&name);
            let begins = |read: &[u8]| read.starts_with(&prefix);
            let (folded, unclosed) = readings(&raw);
            prop_assert_eq!(folds_onto_prefix(&raw, &prefix), begins(&folded) || unclosed.is_some_and(|read| begins(&read)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sole_parameter_is_found_undecoded() {
        assert_eq!(sole("a=1&ts=%31&b", "ts"), Ok(Some("%31")));
        assert_eq!(sole("a=1", "ts"), Ok(None));
        assert_eq!(sole("ts", "ts"), Ok(Some("")));
        assert_eq!(sole("ts=1&ts=2", "ts"), Err(Reason::ParameterDuplicate));
    }

    #[test]
    fn shadows_are_refused() {
        for shadow in [
            "TS=1",
            "%74s=1",
            "t%53=1",
            "ts[]=1",
            "ts%5b%5d=1",
            "ts%00=1",
            "+ts=1",
            "%20ts=1",
            "a=1;ts=2",
            "a=1;TS=2",
            "ts%5B=1",
            "[ts]=1",
            "+%5bTS%5d=1",
        ] {
            assert_eq!(sole(shadow, "ts"), Err(Reason::ParameterShadowed), "{shadow}");
        }
        for shadow in ["eg.sig=1", "eg%2Esig", "eg+sig", "eg%20sig=1", "EG_SIG=1", "eg-sig=1"] {
            assert_eq!(sole(shadow, "eg_sig"), Err(Reason::ParameterShadowed), "{shadow}");
        }
        assert_eq!(sole("tsx=1&xts=1&t=s", "ts"), Ok(None));
    }

    #[test]
    fn cutting_keeps_every_other_byte() {
        assert_eq!(cut("a=1&&x=2&b=%zz&x", |p| p.name == "x"), "a=1&&b=%zz");
        assert_eq!(cut("x=2", |p| p.name == "x"), "");
    }

    #[test]
    fn what_is_forwarded_escaped_decodes_to_the_same() {
        for (query, forwarded) in
            [("$filter=name eq 'x'", "$filter=name eq %27x%27"), ("é=1&a=+", "%C3%A9=1&a=+"), ("a=%27", "a=%27")]
        {
            assert_eq!(escaped(query), forwarded);
            assert_eq!(decode(&escaped(query)), decode(query));
        }
    }

    #[test]
    fn decoding_follows_whatwg() {
        assert_eq!(decode("a+b%20c%zz%4"), b"a b c%zz%4");
        assert_eq!(decode("%ff%00"), [0xff, 0]);
    }
}
