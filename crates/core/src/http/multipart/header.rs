//! The header of a part (RFC 7578 section 4), checked line by line as it arrives.

use crate::http::multipart::Malformed;
use crate::http::multipart::parameter::{is_token, parameter};

/// What a header says of its part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub name: String,
    /// It has a `filename` or a `filename*`. An empty one is what a browser sends for no file; some servers
    /// (Django, busboy) take that part for a field.
    pub is_file: bool,
    /// The caller's `cut` names it.
    pub is_cut: bool,
    /// How many bytes it says that its body has: some servers count them, and look for no delimiter.
    pub length: Option<u64>,
}

/// A header of which some lines were read.
#[derive(Default)]
pub(crate) struct Header {
    lines: usize,
    part: Option<Part>,
    length: Option<u64>,
    content_type: Option<String>,
    encoding: Option<String>,
}

impl Header {
    /// Takes a line, without its CRLF.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Malformed> {
        self.lines += 1;
        if self.lines > MAX_LINES {
            return Err(Malformed::TooMuch);
        }
        let text = str::from_utf8(line).map_err(|_| Malformed::Header)?;
        // A name that is a token begins with no space: a folded line has none (RFC 9112 section 5.2).
        let (name, value) = text.split_once(':').filter(|(name, _)| is_token(name)).ok_or(Malformed::Header)?;
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(Malformed::Header);
        }
        let value = value.trim_start_matches(' ');
        let is_second = match name.to_ascii_lowercase().as_str() {
            "content-disposition" => self.part.replace(disposition(value).ok_or(Malformed::Disposition)?).is_some(),
            "content-type" => self.content_type.replace(value.to_ascii_lowercase()).is_some(),
            "content-transfer-encoding" => self.encoding.replace(value.to_ascii_lowercase()).is_some(),
            "content-length" => self.length.replace(length(value).ok_or(Malformed::Content)?).is_some(),
            _ => false,
        };
        if is_second { Err(Malformed::Header) } else { Ok(()) }
    }

    /// The header's end.
    pub fn end(self) -> Result<Part, Malformed> {
        let part = self.part.ok_or(Malformed::Disposition)?;
        let content_type = self.content_type.as_deref();
        let is_nested = content_type.is_some_and(|content_type| content_type.contains("multipart/"));
        let is_plain = content_type.is_none_or(is_plain_type) && self.encoding.as_deref().is_none_or(is_plain_encoding);
        if is_nested || !(part.is_file || is_plain) {
            return Err(Malformed::Content);
        }
        Ok(Part { length: self.length, ..part })
    }
}

/// `form-data; name="…"` and perhaps the name of a file. The order is everybody's: who searches for `name=` finds
/// the first one.
fn disposition(value: &str) -> Option<Part> {
    let (key, name, mut rest) = spaced(value.strip_prefix("form-data")?)?;
    if key != "name" || !is_plain_name(name) {
        return None;
    }
    let mut others = Vec::new();
    while !rest.is_empty() {
        let (key, value, after) = spaced(rest)?;
        // Who splits at `;` before the quotes are read would find a parameter in there.
        let is_split = value.split_once(';').is_some_and(|(_, after)| after.contains('='));
        if is_split || (key == "filename*" && !is_extended(value)) {
            return None;
        }
        others.push(key);
        rest = after;
    }
    let is_file = match others.as_slice() {
        [] => false,
        ["filename"] | ["filename*"] | ["filename", "filename*"] | ["filename*", "filename"] => true,
        _ => return None,
    };
    Some(Part { name: name.to_owned(), is_file, is_cut: false, length: None })
}

/// A parameter with a space before it: some do not find `filename` without one.
fn spaced(text: &str) -> Option<(&str, &str, &str)> {
    parameter(text).filter(|_| text.starts_with("; "))
}

/// A name that everybody reads as it stands. `\` and `%` escape a quote, for some; `;` ends a parameter, for some;
/// `=` could begin one, or an encoded word (RFC 2047), which Java's and .NET's servers decode.
fn is_plain_name(name: &str) -> bool {
    let is_odd = |c: char| c.is_control() || matches!(c, '"' | '\\' | '%' | ';' | '=');
    !name.is_empty() && !name.contains(is_odd)
}

/// RFC 8187 section 3.2: a value in another charset is no name for some, and its part no file.
fn is_extended(value: &str) -> bool {
    let pieces: Vec<&str> = value.split('\'').collect();
    matches!(pieces.as_slice(), [charset, _, text] if charset.eq_ignore_ascii_case("utf-8") && !text.is_empty())
}

/// A field's type, in lower case. `application/octet-stream` makes it a file for some; another charset than
/// UTF-8 gives its value another reading.
fn is_plain_type(content_type: &str) -> bool {
    let charset = content_type.split_once("charset").map(|(_, charset)| charset.trim_matches(['=', '"', ' ']));
    !content_type.contains("application/octet-stream") && matches!(charset, None | Some("utf-8" | "us-ascii"))
}

fn is_plain_encoding(encoding: &str) -> bool {
    matches!(encoding, "7bit" | "8bit" | "binary")
}

fn length(value: &str) -> Option<u64> {
    value.bytes().all(|b| b.is_ascii_digit()).then(|| value.parse().ok()).flatten()
}

const MAX_LINES: usize = 16; // clients send four at most

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Part, Malformed> {
        let mut header = Header::default();
        lines.iter().try_for_each(|line| header.line(line.as_bytes()))?;
        header.end()
    }

    fn of(line: &str) -> Result<(String, bool), Malformed> {
        read(&[line]).map(|part| (part.name, part.is_file))
    }

    #[test]
    fn what_browsers_and_clients_send_is_read() {
        for (line, name, is_file) in [
            ("Content-Disposition: form-data; name=\"a\"", "a", false),
            ("content-disposition:form-data; name=\"a b[c].d\"", "a b[c].d", false),
            ("Content-Disposition: form-data; name=a", "a", false),
            ("Content-Disposition: form-data; name=\"é\"", "é", false),
            ("Content-Disposition: form-data; name=\"f\"; filename=\"\"", "f", true),
            ("Content-Disposition: form-data; name=\"f\"; filename=\"a=1; %22\\é.txt\"", "f", true),
            ("Content-Disposition: form-data; name=f; filename=a.txt; filename*=utf-8''a.txt", "f", true),
            ("Content-Disposition: form-data; name=\"f\"; filename*=utf-8''%e2%82%ac", "f", true),
        ] {
            assert_eq!(of(line), Ok((name.to_owned(), is_file)), "{line}");
        }
        let field = ["Content-Type: text/plain; charset=UTF-8", "X-Any: \t;\"", "Content-Transfer-Encoding: 8bit"];
        assert!(
            read(&[field.as_slice(), &["Content-Disposition: form-data; name=\"a\"", "Content-Length: 7"]].concat())
                .is_ok()
        );
        let file = ["Content-Disposition: form-data; name=\"f\"; filename=\"x\"", "Content-Transfer-Encoding: base64"];
        assert!(read(&[file.as_slice(), &["Content-Type: application/octet-stream"]].concat()).is_ok());
    }

    #[test]
    fn a_name_with_two_readings_is_refused() {
        for value in [
            "form-data",
            "form-data;",
            "form-data; name",
            "form-data; name=",
            "form-data; name=\"\"",
            "form-data; name=\"a",
            "form-data; name=\"a\";",
            "form-data; name=\"a\" ",
            "form-data; name=\"a\"b",
            "form-data; name=\"a\"; name=\"a\"",
            "form-data; name=\"a\"; name=\"b\"",
            "form-data; name=\"a\\\"b\"",
            "form-data; name=\"a\\b\"",
            "form-data; name=\"a\\\\\"",
            "form-data; name=\"a%22\"",
            "form-data; name=\"a;b\"",
            "form-data; name=\"a filename=b\"",
            "form-data; name=\"=?utf-8?q?a?=\"",
            "form-data; name*=utf-8''a",
            "form-data; name=\"a\"; name*=utf-8''b",
            "form-data; name*0=a",
            "form-data; Name=\"a\"",
            "form-data; filename=\"x\"; name=\"a\"",
            "form-data; name=\"a\"; filename=\"x\"; filename=\"y\"",
            "form-data; name=a b",
            "form-data; name=\"a\"; filename=\"x\\\"; name=b; y=\"\"",
            "form-data; name=\"a\"; filename=\"x\\\\\"",
            "form-data; name=[a]",
            "form-data; name=\"a\"; size=1",
            "form-data; name=\"a\"; filename*0=\"x\"",
            "attachment; name=\"a\"",
            "Form-Data; name=\"a\"",
            "form-data, form-data; name=\"a\"",
            "form-data; name=\"a\", form-data; name=\"b\"",
            "form-data ; name=\"a\"",
            "form-data; name =\"a\"",
            "\tform-data; name=\"a\"",
            "form-data;\tname=\"a\"",
            "form-data; name= \"a\"",
            "form-data; name='a b'",
            "form-data; name='a'",
            "form-data; name=it's",
            "form-data;name=\"a\"",
            "form-data; name=\"a\";filename=\"x\"",
            "form-data; name=\"a\"; filename=\"x; name=b; y\"",
            "form-data; name=\"a\"; filename=\"x;name = b\"",
            "form-data; name=a; filename*=utf-8'; filename=x",
            "form-data; name=a; filename*=utf-8''",
            "form-data; name=a; filename*=utf-16''x",
            "form-data; name=a; filename*=\"x\"",
            "form-data; name=a; filename='x; y'",
            "form-data;; name=\"a\"",
            "form-data; name=\"a\u{9}\"",
        ] {
            assert_eq!(of(&format!("Content-Disposition: {value}")), Err(Malformed::Disposition), "{value}");
        }
        assert_eq!(read(&[]), Err(Malformed::Disposition));
        assert_eq!(of("Content-Type: text/plain"), Err(Malformed::Disposition));
    }

    #[test]
    fn a_line_that_is_none_is_refused() {
        for line in [
            "",
            "X",
            ":",
            " X: folded",
            "\tX: folded",
            "X : a",
            "X\t: a",
            "é: a",
            "X: a\0",
            "X: a\u{b}",
            "X: \u{85}",
            "X: \u{1b}",
            "X\0: a",
            "\"X\": a",
        ] {
            assert_eq!(of(line), Err(Malformed::Header), "{line:?}");
        }
        assert_eq!(Header::default().line(b"X: \xff"), Err(Malformed::Header));
        let once = [
            "Content-Disposition: form-data; name=\"a\"",
            "Content-Type: text/plain",
            "Content-Length: 0",
            "Content-Transfer-Encoding: 7bit",
        ];
        assert!(read(&once).is_ok());
        for second in once {
            assert_eq!(
                read(
                    &[once.as_slice(), &[&second.to_uppercase().replace("FORM-DATA; NAME", "form-data; name")]]
                        .concat()
                ),
                Err(Malformed::Header),
                "{second}"
            );
        }
    }

    #[test]
    fn a_content_with_two_readings_is_refused() {
        for line in [
            "Content-Transfer-Encoding: base64",
            "Content-Transfer-Encoding: quoted-printable",
            "Content-Transfer-Encoding: ",
            "Content-Transfer-Encoding: 8bit ",
            "Content-Type: multipart/mixed; boundary=y",
            "Content-Type: Multipart/Form-Data",
            "Content-Type: application/octet-stream",
            "Content-Type: text/plain; charset=utf-16",
            "Content-Type: text/plain charset=utf-16",
            "Content-Type: text/plain; CHARSET = \"utf-7\"",
            "Content-Type: text/plain; charset=utf-8; charset=utf-16",
            "Content-Length: ",
            "Content-Length: +1",
            "Content-Length: 1, 1",
            "Content-Length: -1",
            "Content-Length: 99999999999999999999",
        ] {
            assert_eq!(read(&["Content-Disposition: form-data; name=\"a\"", line]), Err(Malformed::Content), "{line}");
            assert_eq!(read(&[line, "Content-Disposition: form-data; name=\"a\""]), Err(Malformed::Content), "{line}");
        }
        let nested = "Content-Type: multipart/mixed; boundary=y";
        assert_eq!(
            read(&["Content-Disposition: form-data; name=\"a\"; filename=\"x\"", nested]),
            Err(Malformed::Content)
        );
    }

    #[test]
    fn sixteen_lines_are_read_and_no_more() {
        let lines = [["X: y"; 15].as_slice(), &["Content-Disposition: form-data; name=\"a\""]].concat();
        assert!(read(&lines).is_ok());
        assert_eq!(read(&[["X: y"].as_slice(), &lines].concat()), Err(Malformed::TooMuch));
    }
}
