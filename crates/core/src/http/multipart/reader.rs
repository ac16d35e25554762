//! The structure of a form: delimiters, headers, bodies (RFC 2046 section 5.1.1). Whatever the chunks are, the steps
//! together are the same, and each is a piece of the body: one after another they are the whole of it.
//!
//! The delimiter's text may stand nowhere but where it delimits. The standard allows it within a line, and some
//! servers split there; they also disagree on what may stand before and behind it.

use crate::http::fields::MOST_FIELDS;
use crate::http::multipart::Malformed;
use crate::http::multipart::header::{Header, Part};

/// What a piece is.
pub(crate) enum Step {
    /// A delimiter line and the header of a part, with the empty line.
    Part(Part),
    /// Some of a part's body.
    Body,
    /// The CRLF between a part's body and the next delimiter.
    PartEnd,
    /// The closing delimiter, or the CRLF behind it.
    Close,
}

pub(crate) struct Reader<F> {
    cut: F,
    /// Names that may not stand behind a file.
    pub deciding: fn(&str) -> bool,
    /// `--` and the boundary.
    delimiter: Vec<u8>,
    skip: [u8; 256],
    at: At,
    held: Vec<u8>,
    /// Where in `held` the last piece begins, and where it ends.
    piece: (usize, usize),
    fields: usize,
    pub has_file: bool,
}

enum At {
    Delimiter,
    /// The line that begins so many bytes behind the last piece, of which so many were looked at.
    Header(usize, usize, Header),
    /// So many bytes into the body; what its header said about their number.
    Body(u64, Option<u64>),
    Closed,
    Over,
    Refused(Malformed),
}

impl<F: Fn(&str) -> bool> Reader<F> {
    pub fn new(boundary: &str, cut: F) -> Self {
        let delimiter = [b"--", boundary.as_bytes()].concat();
        let skip = skips(&delimiter);
        let deciding = |_: &str| false;
        Self {
            cut,
            deciding,
            delimiter,
            skip,
            at: At::Delimiter,
            held: Vec::new(),
            piece: (0, 0),
            fields: 0,
            has_file: false,
        }
    }

    /// Takes bytes for the next steps.
    pub fn take(&mut self, chunk: &[u8]) {
        self.held.drain(..self.piece.1);
        self.piece = (0, 0);
        self.held.extend_from_slice(chunk);
    }

    /// Takes bytes and only looks at them.
    pub fn watch(&mut self, chunk: &[u8]) -> Result<(), Malformed> {
        self.take(chunk);
        while self.step()?.is_some() {}
        Ok(())
    }

    /// The bytes of the last step.
    pub fn piece(&self) -> &[u8] {
        self.held.get(self.piece.0..self.piece.1).unwrap_or_default()
    }

    /// The bytes behind it.
    pub fn rest(&self) -> &[u8] {
        self.held.get(self.piece.1..).unwrap_or_default()
    }

    pub fn finish(&mut self) -> Result<(), Malformed> {
        if let At::Refused(malformed) = self.at {
            return Err(malformed);
        }
        if matches!(self.at, At::Closed | At::Over) && self.rest().is_empty() {
            return Ok(());
        }
        self.at = At::Refused(Malformed::Unfinished);
        Err(Malformed::Unfinished)
    }

    /// The next step; None if it needs more bytes.
    pub fn step(&mut self) -> Result<Option<Step>, Malformed> {
        let step = self.advance();
        if let Err(malformed) = step {
            self.at = At::Refused(malformed);
        }
        Ok(step?.map(|(step, length)| {
            self.piece = (self.piece.1, self.piece.1 + length);
            step
        }))
    }

    fn advance(&mut self) -> Result<Option<(Step, usize)>, Malformed> {
        let rest = self.held.get(self.piece.1..).unwrap_or_default();
        let line = self.delimiter.len() + CRLF.len();
        match &mut self.at {
            At::Delimiter => match rest.split_at_checked(self.delimiter.len()) {
                None => return Ok(None),
                Some((delimiter, [b'\r', b'\n', ..])) if delimiter == self.delimiter => {
                    self.at = At::Header(line, 0, Header::default());
                }
                Some((delimiter, [b'-', b'-', ..])) if delimiter == self.delimiter => {
                    self.at = At::Closed;
                    return Ok(Some((Step::Close, line)));
                }
                Some((delimiter, [] | [b'\r' | b'-'])) if delimiter == self.delimiter => return Ok(None),
                Some(_) => return Err(Malformed::Delimiter),
            },
            At::Header(..) => {}
            At::Body(length, declared) => {
                let (step, taken) = match find(rest, &self.delimiter, &self.skip) {
                    Some(2) if rest.starts_with(CRLF) => (Step::PartEnd, CRLF.len()),
                    Some(at) => {
                        let before = rest.get(..at).and_then(|before| before.strip_suffix(CRLF));
                        (Step::Body, before.ok_or(Malformed::Delimiter)?.len())
                    }
                    // The rest could be the beginning of a delimiter and what must stand before it.
                    None => (Step::Body, (rest.len() + 1).saturating_sub(line)),
                };
                if let Step::PartEnd = step {
                    if declared.is_some_and(|declared| declared != *length) {
                        return Err(Malformed::Content);
                    }
                    self.at = At::Delimiter;
                } else {
                    *length += taken as u64;
                }
                return Ok((taken > 0).then_some((step, taken)));
            }
            At::Closed => match rest {
                [] | [b'\r'] => return Ok(None),
                [b'\r', b'\n'] => {
                    self.at = At::Over;
                    return Ok(Some((Step::Close, CRLF.len())));
                }
                _ => return Err(Malformed::Delimiter),
            },
            At::Over if rest.is_empty() => return Ok(None),
            At::Over => return Err(Malformed::Delimiter),
            At::Refused(malformed) => return Err(*malformed),
        }
        self.header()
    }

    /// The lines of a header, up to its end if that is there.
    fn header(&mut self) -> Result<Option<(Step, usize)>, Malformed> {
        let At::Header(line, seen, header) = &mut self.at else { return Ok(None) };
        loop {
            let rest = self.held.get(self.piece.1 + *line..).unwrap_or_default();
            // A bare CR or LF ends the line for some: what stands behind it is not waited for.
            let end = *seen + rest.iter().skip(*seen).take_while(|b| !matches!(b, b'\r' | b'\n')).count();
            *seen = end;
            if *line + end > self.delimiter.len() + MAX_HEADER {
                return Err(Malformed::TooMuch);
            }
            match rest.split_at_checked(end) {
                None | Some((_, [] | [b'\r'])) => return Ok(None),
                Some(([], [b'\r', b'\n', ..])) => break,
                Some((text, [b'\r', b'\n', ..])) => match find(text, &self.delimiter, &self.skip) {
                    Some(_) => return Err(Malformed::Delimiter),
                    None => header.line(text)?,
                },
                Some(_) => return Err(Malformed::Header),
            }
            *line += end + CRLF.len();
            *seen = 0;
        }
        let length = *line + CRLF.len();
        let mut part = core::mem::take(header).end()?;
        part.is_cut = (self.cut)(&part.name);
        self.admit(&part)?;
        self.at = At::Body(0, part.length);
        Ok(Some((Step::Part(part), length)))
    }

    fn admit(&mut self, part: &Part) -> Result<(), Malformed> {
        self.has_file |= part.is_file;
        if self.has_file {
            let is_late = part.is_cut || (self.deciding)(&part.name);
            return if is_late { Err(Malformed::Misplaced) } else { Ok(()) };
        }
        self.fields += 1;
        match part {
            _ if self.fields > MOST_FIELDS => Err(Malformed::TooMuch),
            // There are many ways to write it (Unicode's normal forms).
            part if part.is_cut && !part.name.is_ascii() => Err(Malformed::Disposition),
            _ => Ok(()),
        }
    }
}

/// The first place of the needle (Horspool's search: most bytes of a file are never looked at).
fn find(bytes: &[u8], needle: &[u8], skip: &[u8; 256]) -> Option<usize> {
    let mut at = 0;
    loop {
        let window = bytes.get(at..at + needle.len())?;
        if window == needle {
            return Some(at);
        }
        at += window.last().and_then(|last| skip.get(usize::from(*last))).copied().map_or(1, usize::from);
    }
}

/// For each byte, how far behind its last place in the needle the needle ends.
fn skips(needle: &[u8]) -> [u8; 256] {
    let most = u8::try_from(needle.len()).unwrap_or(u8::MAX);
    let mut skip = [most; 256];
    for (at, byte) in needle.iter().enumerate().take(needle.len().saturating_sub(1)) {
        if let Some(entry) = skip.get_mut(usize::from(*byte)) {
            *entry = u8::try_from(needle.len() - 1 - at).unwrap_or(u8::MAX);
        }
    }
    skip
}

const CRLF: &[u8] = b"\r\n";
const MAX_HEADER: usize = 8192; // with its empty line
