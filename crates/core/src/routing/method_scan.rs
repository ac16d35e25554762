//! Looks for a field of some name in a multipart body that is not held, whatever its type, boundary and line ends.
//!
//! It is no reader of forms: clients write them in many ways, and all of them pass. It looks at what stands behind a
//! `Content-Disposition` or `Content-ID` up to an empty line, wherever such a word stands (Rack searches for it, too), and
//! counts as a name whatever some server could read as one (`name="…"`, `name=…`, `name*=…`, encoded words, escapes).

use crate::http::query;
use crate::refusal::Reason;

/// Accepts or refuses the first word of a value.
pub type Check<'a> = &'a dyn Fn(&[u8]) -> Result<(), Reason>;

/// The scan of one body. Memory: a piece of the body, and a name.
#[derive(Debug, Default)]
pub struct Scan {
    /// The end of what was searched, in which a word could have begun.
    carry: Vec<u8>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Search,
    Header(Header),
    /// The value of a field that was looked for, as far as it was read.
    Value {
        word: Vec<u8>,
        held: usize,
    },
}

/// What follows a header's name, up to the header's end.
#[derive(Debug, Default)]
struct Header {
    /// The last eight bytes, in lower case.
    last: u64,
    key: Key,
    /// What could be a name.
    text: Option<Text>,
    /// Of the four bytes that end a header, how many were read.
    line_ends: u8,
    /// A line ends otherwise than in CRLF, and servers differ on where the header does.
    is_odd: bool,
    is_named: bool,
}

/// A parameter's name that was read up to its `=`.
#[derive(Debug, Default, PartialEq)]
enum Key {
    #[default]
    None,
    Name {
        is_file: bool,
        is_split: bool,
    },
    /// That of a `Content-ID`, which has none: its value begins at the colon.
    Id,
}

#[derive(Debug)]
struct Text {
    bytes: Vec<u8>,
    is_file: bool,
}

impl Scan {
    /// Looks at the next bytes.
    ///
    /// # Errors
    /// What `check` says of a value, or `MethodOverridden` where servers differ on where it stands.
    pub fn push(&mut self, piece: &[u8], check: Check<'_>) -> Result<(), Reason> {
        let joined;
        let mut rest = piece;
        if !self.carry.is_empty() {
            joined = [core::mem::take(&mut self.carry).as_slice(), piece].concat();
            rest = joined.as_slice();
        }
        while !rest.is_empty() {
            rest = match &mut self.state {
                State::Search => match found(rest) {
                    Some((header, behind)) => {
                        self.state = State::Header(header);
                        behind
                    }
                    None => {
                        let (_, end) =
                            rest.split_at_checked(rest.len().saturating_sub(LONGEST_WORD)).unwrap_or_default();
                        self.carry = end.to_vec();
                        return Ok(());
                    }
                },
                State::Header(header) => {
                    let (is_over, behind) = header.read(rest)?;
                    if is_over {
                        self.state = match header.is_named {
                            // With the line feed in front of it.
                            true => State::Value { word: Vec::new(), held: 1 },
                            false => State::Search,
                        };
                    }
                    behind
                }
                State::Value { word, held } => {
                    let (is_over, behind) = read_word(rest, word, held)?;
                    if is_over {
                        check(word)?;
                        self.state = State::Search;
                    }
                    behind
                }
            };
        }
        Ok(())
    }

    /// The body ended.
    ///
    /// # Errors
    /// As of a piece.
    pub fn finish(&mut self, check: Check<'_>) -> Result<(), Reason> {
        match &mut self.state {
            State::Search => Ok(()),
            State::Header(header) => header.end_text(),
            State::Value { word, .. } => check(word),
        }
    }

    /// How many of the last bytes are not decided on: a name that may be one, or the beginning of its value.
    pub fn held(&self) -> usize {
        match &self.state {
            State::Search => 0,
            State::Header(header) => header.text.as_ref().map_or(0, |text| text.bytes.len()),
            State::Value { held, .. } => *held,
        }
    }

    /// Whether a field of the name was found, and its value not read yet.
    pub const fn is_pending(&self) -> bool {
        match &self.state {
            State::Search => false,
            State::Header(header) => header.is_named,
            State::Value { .. } => true,
        }
    }
}

/// The first header that says which field a part is, and what stands behind its name.
fn found(bytes: &[u8]) -> Option<(Header, &[u8])> {
    let mut from = 0;
    // A hyphen is rarer than a letter.
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == b'-') {
        let hyphen = from + at;
        from = hyphen + 1;
        let before = hyphen.checked_sub(CONTENT.len()).and_then(|start| bytes.get(start..hyphen));
        if !before.is_some_and(|before| before.eq_ignore_ascii_case(CONTENT)) {
            continue;
        }
        let behind = bytes.get(from..)?;
        let ends_in = |word: &[u8]| {
            let (start, rest) = behind.split_at_checked(word.len())?;
            start.eq_ignore_ascii_case(word).then_some(rest)
        };
        if let Some(rest) = ends_in(b"disposition") {
            return Some((Header::default(), rest));
        }
        if let Some(rest) = ends_in(b"id") {
            return Some((Header { key: Key::Id, ..Header::default() }, rest));
        }
    }
    None
}

/// Reads a value up to the end of its first word.
fn read_word<'a>(bytes: &'a [u8], word: &mut Vec<u8>, held: &mut usize) -> Result<(bool, &'a [u8]), Reason> {
    let mut rest = bytes;
    while let Some((byte, behind)) = rest.split_first() {
        *held += 1;
        match byte.is_ascii_whitespace() {
            true if !word.is_empty() => return Ok((true, rest)),
            true => {}
            false => word.push(*byte),
        }
        if *held > LONGEST {
            return Err(Reason::MethodOverridden);
        }
        rest = behind;
    }
    Ok((false, rest))
}

impl Header {
    /// Reads up to the end of the header; says whether it was reached, and what stands behind it.
    fn read<'a>(&mut self, bytes: &'a [u8]) -> Result<(bool, &'a [u8]), Reason> {
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            rest = behind;
            let is_end = self.line_end(*byte);
            self.byte(*byte)?;
            if is_end {
                self.end_text()?;
                return Ok((true, rest));
            }
            self.check_lines()?;
        }
        Ok((false, rest))
    }

    /// Whether the header ends with this byte.
    fn line_end(&mut self, byte: u8) -> bool {
        let (line_ends, is_odd) = match (byte, self.line_ends) {
            (b'\r', 0) => (1, false),
            (b'\r', 2) => (3, false),
            (b'\r', _) => (1, true),
            (b'\n', 1) => (2, false),
            (b'\n', 3) => return true,
            (b'\n', _) => (2, true),
            (_, before) => (0, before == 1 || before == 3),
        };
        self.line_ends = line_ends;
        self.is_odd |= is_odd;
        false
    }

    fn byte(&mut self, byte: u8) -> Result<(), Reason> {
        self.last = self.last << 8 | u64::from(byte.to_ascii_lowercase());
        let is_name = self.last & 0xffff_ffff == u64::from(u32::from_be_bytes(*b"name"));
        match &mut self.key {
            _ if is_name => {
                let is_file = self.last >> 32 == u64::from(u32::from_be_bytes(*b"file"));
                self.key = Key::Name { is_file, is_split: false };
            }
            Key::Name { is_file, is_split } if byte == b'=' => {
                // A name in pieces (RFC 2231) is one that nobody sends.
                self.is_named |= *is_split && !*is_file;
                let is_file = *is_file;
                self.key = Key::None;
                self.end_text()?;
                self.text = Some(Text { bytes: Vec::new(), is_file });
                return Ok(());
            }
            Key::Name { is_split, .. } if byte.is_ascii_digit() => *is_split = true,
            Key::Name { .. } if byte.is_ascii_whitespace() || b"*\"'".contains(&byte) => {}
            Key::Id if byte == b':' => {
                self.key = Key::None;
                self.text = Some(Text { bytes: Vec::new(), is_file: false });
                return Ok(());
            }
            Key::Id if byte.is_ascii_whitespace() => {}
            key => *key = Key::None,
        }
        if let Some(text) = &mut self.text {
            text.bytes.push(byte);
            if byte == b';' || text.bytes.len() >= LONGEST {
                self.end_text()?;
            }
        }
        Ok(())
    }

    fn end_text(&mut self) -> Result<(), Reason> {
        self.is_named |= self.text.take().is_some_and(|text| text.names_it());
        self.check_lines()
    }

    const fn check_lines(&self) -> Result<(), Reason> {
        if self.is_named && self.is_odd { Err(Reason::MethodOverridden) } else { Ok(()) }
    }
}

impl Text {
    /// Whether some server could read the name in it.
    fn names_it(&self) -> bool {
        let text = String::from_utf8_lossy(&self.bytes).replace('\\', "");
        let first_line = text.trim_start().lines().next().unwrap_or_default();
        // RFC 2047: Java's and .NET's servers decode it.
        let is_encoded = !self.is_file && first_line.contains("=?");
        let is_one = |piece: &str| {
            let words: String = piece.split_ascii_whitespace().collect();
            let first = piece.split_ascii_whitespace().next().unwrap_or_default();
            [piece.trim(), first, &words].into_iter().any(is_override)
        };
        is_encoded || text.split(['"', '\'', ';', ',', '<', '>']).any(is_one)
    }
}

const CONTENT: &[u8] = b"content";
/// One less than the bytes of `content-disposition`.
const LONGEST_WORD: usize = 18;
/// Bytes of a name, or of a value up to the end of its first word.
const LONGEST: usize = 256;

/// Whether some framework takes a parameter of this name for the method.
pub fn is_override(raw: &str) -> bool {
    NAMES.iter().any(|name| query::folds_onto(raw, name))
}

/// `_method`: Rack and Rails (MethodOverride), Laravel and Symfony (http_method_override), Spring (HiddenHttpMethodFilter),
/// CakePHP, Yii, CodeIgniter, Phoenix (Plug.MethodOverride), Express (method-override), WordPress' REST API (of a GET too),
/// and Slim, which writes it in capitals. The other: ASP.NET MVC (Html.HttpMethodOverride), in query and form as in the header.
const NAMES: [&str; 2] = ["_method", "x-http-method-override"];
