//! An address with placeholders in the values of its query: `${field}` of the request, `${path/into}` a document.
//!
//! What comes into a placeholder is percent-encoded down to the unreserved characters, so it can end no value, add no
//! parameter and reach no other part. What the address itself holds stays as it is, except for what every browser escapes
//! before it sends a query (WHATWG URL, special-query percent-encode set): a hash over the query would fail otherwise.

use crate::http::query::{self, encode_component};
use crate::policy::HostPattern;
use crate::redirect;
use crate::redirect::document::Path;
use crate::refusal::Reason;

/// An address that was checked, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Up to the query, without `?`.
    before: String,
    /// None: no `?`.
    parameters: Option<Vec<Parameter>>,
    /// With its `#`; empty if there is none.
    fragment: String,
}

/// What stands between two `&` or `;` of a query: some origins split at both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Undecoded.
    pub name: String,
    /// None: no `=`.
    pub value: Option<Vec<Part>>,
    /// What stands before it, if another one does.
    pub separator: char,
}

/// A piece of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it is sent.
    Literal(String),
    /// A field of the request, by its name.
    Field(String),
    /// A place in the document.
    Path(Path),
}

impl Template {
    /// Reads an address and checks where it leads.
    ///
    /// # Errors
    /// `RedirectPlaceholder`: one that is not closed, stands outside of a value, or holds a path that is not known here.
    /// `RedirectCharacters`, and as [`redirect::check`].
    pub fn parse(text: &str, own_host: &str, hosts: &[HostPattern]) -> Result<Self, Reason> {
        if text.len() > redirect::LONGEST {
            return Err(Reason::RedirectTooLong);
        }
        let (address, fragment) = text.split_at_checked(text.find('#').unwrap_or(text.len())).unwrap_or((text, ""));
        let (before, query) = match address.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (address, None),
        };
        if before.contains(OPENING) || fragment.contains(OPENING) {
            return Err(Reason::RedirectPlaceholder);
        }
        redirect::check(before, own_host, hosts)?;
        let parameters = query.map(parameters).transpose()?;
        let placeholders = parameters.iter().flatten().flat_map(Parameter::parts);
        if placeholders.filter(|part| !matches!(part, Part::Literal(_))).count() > MOST {
            return Err(Reason::RedirectPlaceholder);
        }
        Ok(Self { before: before.to_owned(), parameters, fragment: escaped(fragment)? })
    }

    /// Whether it leads to another host by plain http.
    pub fn is_insecure(&self) -> bool {
        self.before.starts_with("http://")
    }

    /// Its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().flatten()
    }

    /// Without the parameters that some origin would read under one of these names.
    pub fn without(mut self, names: &[&str]) -> Self {
        let is_named = |parameter: &Parameter| names.iter().any(|name| query::folds_onto(&parameter.name, name));
        if let Some(parameters) = &mut self.parameters {
            parameters.retain(|parameter| !is_named(parameter));
        }
        self
    }

    /// The query. `value` says what a placeholder stands for, in which parameter; one that would make the address too
    /// long stands for nothing.
    pub fn query(&self, mut value: impl FnMut(&Parameter, &Part) -> Option<Vec<u8>>) -> String {
        let mut query = String::new();
        let fixed = self.before.len() + self.fragment.len();
        for (at, parameter) in self.parameters().enumerate() {
            if at > 0 {
                query.push(parameter.separator);
            }
            query.push_str(&parameter.name);
            if parameter.value.is_some() {
                query.push('=');
            }
            for part in parameter.parts() {
                if let Part::Literal(text) = part {
                    query.push_str(text);
                    continue;
                }
                let value = value(parameter, part).filter(|value| value.len() <= ROOM);
                let encoded = encode_component(value.unwrap_or_default());
                if fixed + query.len() + encoded.len() <= ROOM {
                    query.push_str(&encoded);
                }
            }
        }
        query
    }

    /// The address with that query.
    pub fn address(&self, query: &str) -> String {
        let mark = if self.parameters.is_some() || !query.is_empty() { "?" } else { "" };
        format!("{}{mark}{query}{}", self.before, self.fragment)
    }
}

impl Parameter {
    /// The pieces of its value.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.value.iter().flatten()
    }
}

fn parameters(query: &str) -> Result<Vec<Parameter>, Reason> {
    let mut parameters = Vec::new();
    let mut separator = '&';
    let mut rest = query;
    loop {
        let end = rest.find(['&', ';']).unwrap_or(rest.len());
        let (piece, more) = rest.split_at_checked(end).unwrap_or((rest, ""));
        parameters.push(parameter(piece, separator)?);
        let mut more = more.chars();
        match more.next() {
            Some(next) => (separator, rest) = (next, more.as_str()),
            None => return Ok(parameters),
        }
    }
}

fn parameter(piece: &str, separator: char) -> Result<Parameter, Reason> {
    let (name, value) = match piece.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (piece, None),
    };
    if name.contains(OPENING) {
        return Err(Reason::RedirectPlaceholder);
    }
    Ok(Parameter { name: escaped(name)?, value: value.map(parts).transpose()?, separator })
}

fn parts(value: &str) -> Result<Vec<Part>, Reason> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once(OPENING) {
        parts.push(Part::Literal(escaped(before)?));
        let (inner, more) = after.split_once('}').ok_or(Reason::RedirectPlaceholder)?;
        parts.push(match inner.contains('/') {
            true => Part::Path(Path::parse(inner).ok_or(Reason::RedirectPlaceholder)?),
            false if is_field(inner) => Part::Field(inner.to_owned()),
            false => return Err(Reason::RedirectPlaceholder),
        });
        rest = more;
    }
    parts.push(Part::Literal(escaped(rest)?));
    parts.retain(|part| *part != Part::Literal(String::new()));
    Ok(parts)
}

/// Whether it can be the name of a field, and is not meant for a path.
fn is_field(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    name.bytes().all(is_plain) && name.bytes().any(|b| b.is_ascii_alphanumeric())
}

/// As a browser sends it.
fn escaped(text: &str) -> Result<String, Reason> {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Parsers drop some of these and read others as `/`.
            '\\' | '\0'..='\x1f' | '\x7f'..='\u{9f}' => return Err(Reason::RedirectCharacters),
            ' ' | '"' | '\'' | '<' | '>' | '\u{a0}'.. => {
                escaped.push_str(&encode_component(c.encode_utf8(&mut [0; 4])))
            }
            c => escaped.push(c),
        }
    }
    Ok(escaped)
}

const OPENING: &str = "${";
/// Placeholders in one address.
const MOST: usize = 32;
/// Bytes that an address has room for, the signature that may follow left out: half of what servers take at least.
const ROOM: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Result<Template, Reason> {
        Template::parse(text, "gate.example", &[HostPattern::parse("p.example").unwrap()])
    }

    fn filled(text: &str) -> String {
        let template = template(text).unwrap();
        let query = template.query(|_, part| match part {
            Part::Field(name) => Some(format!("<{name}&=#>").into_bytes()),
            _ => Some("r/ é".as_bytes().to_vec()),
        });
        template.address(&query)
    }

    #[test]
    fn values_are_filled_in_and_encoded() {
        for (text, expected) in [
            ("https://p.example", "https://p.example"),
            ("https://p.example/w?", "https://p.example/w?"),
            ("/w?a=1&&b=#c", "/w?a=1&&b=#c"),
            ("/w?a=${x}", "/w?a=%3Cx%26%3D%23%3E"),
            ("/w?a=1${r/x}2&b;c=${r//y}#${", ""),
            ("/w?a=1${r/x}2&b;c=${r//y}#z", "/w?a=1r%2F%20%C3%A92&b;c=r%2F%20%C3%A9#z"),
            ("/w?a=O'Neil \"x\" é&b=%zz+%20", "/w?a=O%27Neil%20%22x%22%20%C3%A9&b=%zz+%20"),
            ("/w?a=$x{y}", "/w?a=$x{y}"),
        ] {
            match expected {
                "" => assert_eq!(template(text), Err(Reason::RedirectPlaceholder), "{text}"),
                _ => assert_eq!(filled(text), expected, "{text}"),
            }
        }
    }

    #[test]
    fn placeholders_stand_in_values_alone() {
        for text in [
            "/${x}",
            "/w?${x}=1",
            "/w?a=1&${x}",
            "/w#${x}",
            "/w?a=${x",
            "/w?a=${r/}",
            "/w?a=${count(/r)}",
            "/w?a=${x&b=}",
            "/w?a=${}",
            "/w?a=${.}",
            "/w?a=${text()}",
            "/w?a=${item[2]}",
            "/w?a=${@x}",
            "/w?a=${a${b}}",
        ] {
            assert_eq!(template(text), Err(Reason::RedirectPlaceholder), "{text}");
        }
        assert_eq!(template("https://${x}/"), Err(Reason::RedirectPlaceholder));
        assert_eq!(template(&format!("/w?a={}", "${x}".repeat(33))), Err(Reason::RedirectPlaceholder));
        assert_eq!(template("/w?a=\u{85}"), Err(Reason::RedirectCharacters));
        assert_eq!(template("/w?a=\\"), Err(Reason::RedirectCharacters));
    }

    #[test]
    fn names_are_cut_in_every_spelling() {
        let text = "/w?ts=1&a=1;TS=2&signature[]=3&%74s=4;b&sig";
        let template = template(text).unwrap().without(&["ts", "signature", "sig"]);
        assert_eq!(template.address(&template.query(|_, _| None)), "/w?a=1;b");
        let template = self::template("/w?ts=1").unwrap().without(&["ts"]);
        assert_eq!(template.query(|_, _| None), "");
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let template = template("/w?a=${r/x}&b=${y}").unwrap();
        let query = template.query(|_, part| Some(vec![b'x'; if matches!(part, Part::Path(_)) { 5000 } else { 10 }]));
        assert_eq!(query, "a=&b=xxxxxxxxxx");
    }
}
