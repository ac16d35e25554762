//! `multipart/form-data` (RFC 7578, RFC 2046 section 5.1), read as it arrives.
//!
//! The fields before the first file are kept, and the ones that hold a credential are cut out. From the first
//! file on nothing is kept: what follows streams past, and is only looked at. Every other byte stays as it was.
//!
//! Servers read a sloppy form in many ways: a delimiter behind a bare line feed, a name with an escape, a part
//! with two names. The gateway and the origin must read the same, so only what has one reading is accepted.
//! That is what browsers and the common clients send.

mod header;
mod parameter;
mod reader;

pub use crate::http::multipart::parameter::{boundary, lacks_boundary};

use crate::http::multipart::reader::{Reader, Step};

/// Why a form is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The Content-Type names no boundary, several, or one that some servers read otherwise.
    Boundary,
    /// A delimiter is not a line of its own, or bytes stand before the first or behind the last one.
    Delimiter,
    /// A part has a header line that is folded, ends otherwise than in CRLF, or holds what no header may hold.
    Header,
    /// A part does not say exactly once, and in one reading, which field it is.
    Disposition,
    /// A part's type, encoding or length makes some servers read other bytes than are there.
    Content,
    /// More parts before the first file, or more header, than is read.
    TooMuch,
    /// A name that is cut, or that decides on the request, is that of a file or of a part behind one.
    Misplaced,
    /// The body ended before its closing delimiter did.
    Unfinished,
}

/// A form up to its first file. All of it is held until it is taken: the caller bounds how much is pushed.
///
/// # Example
/// ```
/// use edgegate_core::http::multipart::Form;
///
/// let body = b"--b\r\ncontent-disposition: form-data; name=\"ticket\"\r\n\r\nx\r\n\
/// --b\r\ncontent-disposition: form-data; name=\"page\"\r\n\r\n2\r\n--b--\r\n";
/// let mut form = Form::new("b", |name| name == "ticket");
/// form.push(body).unwrap();
/// form.finish().unwrap();
/// assert_eq!(form.fields().len(), 2);
/// assert!(!form.take_forwarded().windows(6).any(|bytes| bytes == b"ticket"), "the credential is cut");
/// ```
pub struct Form<F> {
    reader: Reader<F>,
    fields: Vec<(String, Vec<u8>)>,
    forwarded: Vec<u8>,
    is_cutting: bool,
}

impl<F: Fn(&str) -> bool> Form<F> {
    /// A form with the boundary that [`boundary`] found.
    ///
    /// `cut` says which fields are not forwarded. It gets the name as it was sent. Other spellings that an origin
    /// would fold onto a credential's name (case, `.`, `[]`, spaces around it) are for `cut` to name, and for the
    /// caller to refuse when they appear in [`Form::fields`].
    pub fn new(boundary: &str, cut: F) -> Self {
        Self { reader: Reader::new(boundary, cut), fields: Vec::new(), forwarded: Vec::new(), is_cutting: false }
    }

    /// The same, where other fields decide on the request too. They are kept and forwarded, and refused behind a file,
    /// where an origin would read them and the gateway has not.
    pub fn deciding(mut self, deciding: fn(&str) -> bool) -> Self {
        self.reader.deciding = deciding;
        self
    }

    /// Takes the next bytes of the body.
    ///
    /// # Errors
    /// [`Malformed`], then and ever after.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Malformed> {
        if self.is_settled() {
            self.forwarded.extend_from_slice(chunk);
            return self.reader.watch(chunk);
        }
        self.reader.take(chunk);
        while let Some(step) = self.reader.step()? {
            let piece = self.reader.piece();
            match step {
                Step::Part(part) if !part.is_file => {
                    self.is_cutting = part.is_cut;
                    self.fields.push((part.name, Vec::new()));
                }
                Step::Body => self.fields.last_mut().into_iter().for_each(|(_, value)| value.extend_from_slice(piece)),
                Step::Part(_) | Step::Close => self.is_cutting = false,
                Step::PartEnd => {}
            }
            if !self.is_cutting {
                self.forwarded.extend_from_slice(piece);
            }
            if self.is_settled() {
                self.forwarded.extend_from_slice(self.reader.rest());
                return self.reader.watch(&[]);
            }
        }
        Ok(())
    }

    /// The body ended.
    ///
    /// # Errors
    /// `Unfinished` without the closing delimiter; what was refused before stays refused.
    pub fn finish(&mut self) -> Result<(), Malformed> {
        self.reader.finish()
    }

    /// Whether the header of the first file was read. [`Form::fields`] is complete then, or once the form finished.
    pub fn is_settled(&self) -> bool {
        self.reader.has_file
    }

    /// Name and value of the fields before the first file, in order, cut ones included.
    pub fn fields(&self) -> &[(String, Vec<u8>)] {
        &self.fields
    }

    /// What is to be forwarded and was not taken yet.
    ///
    /// A cut part goes with its own delimiter line. If no part is left, the closing delimiter is: that is an empty
    /// form as browsers send it, and servers read it as one (Django, werkzeug, Tornado, aiohttp, busboy, formidable).
    pub fn take_forwarded(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.forwarded)
    }

    /// The watch over what follows; None before the form is settled. Take what is forwarded so far before.
    pub fn into_tail(self) -> Option<Tail<F>> {
        self.is_settled().then_some(Tail { reader: self.reader })
    }
}

/// What follows the first file's header. It is forwarded as it comes, each chunk after it was looked at.
///
/// A part with a name that is cut is refused before a byte of its value passes. Memory: a chunk, and a header.
pub struct Tail<F> {
    reader: Reader<F>,
}

impl<F> core::fmt::Debug for Tail<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Tail")
    }
}

impl<F: Fn(&str) -> bool> Tail<F> {
    /// Looks at the next bytes. They may be forwarded if that is fine.
    ///
    /// # Errors
    /// [`Malformed`], then and ever after.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Malformed> {
        self.reader.watch(chunk)
    }

    /// The body ended.
    ///
    /// # Errors
    /// As [`Form::finish`].
    pub fn finish(&mut self) -> Result<(), Malformed> {
        self.reader.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Fields = Vec<(String, Vec<u8>)>;

    /// Fields, what is forwarded, and whether there was a file.
    fn read_in(body: &[u8], size: usize) -> Result<(Fields, Vec<u8>, bool), Malformed> {
        let mut form = Form::new("b", |name: &str| name == "key");
        for chunk in body.chunks(size) {
            if let Err(malformed) = form.push(chunk) {
                assert_eq!(form.push(b""), Err(malformed), "it stays refused");
                assert_eq!(form.finish(), Err(malformed), "it stays refused");
                return Err(malformed);
            }
        }
        form.finish()?;
        Ok((form.fields().to_vec(), form.take_forwarded(), form.is_settled()))
    }

    fn read(body: &str) -> Result<(Fields, String, bool), Malformed> {
        let whole = read_in(body.as_bytes(), usize::MAX);
        for size in [1, 2, 3, 7] {
            assert_eq!(read_in(body.as_bytes(), size), whole, "{body:?} in chunks of {size}");
        }
        whole.map(|(fields, forwarded, has_file)| (fields, String::from_utf8(forwarded).unwrap(), has_file))
    }

    fn part(name: &str, value: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    fn file(name: &str, value: &str) -> String {
        part(name, value).replacen("\"\r\n\r\n", "\"; filename=\"x\"\r\nContent-Type: image/png\r\n\r\n", 1)
    }

    fn named(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn fields_are_read_and_the_cut_ones_are_gone() {
        let (first, last) = (part("a", "1\r\n\r\n--\r\n-b"), part("c", ""));
        let body = [&first, &part("key", "secret"), &last, &part("key", "again"), "--b--\r\n"].concat();
        let fields = named(&[("a", "1\r\n\r\n--\r\n-b"), ("key", "secret"), ("c", ""), ("key", "again")]);
        assert_eq!(read(&body), Ok((fields, format!("{first}{last}--b--\r\n"), false)));
    }

    #[test]
    fn of_nothing_but_cut_fields_an_empty_form_is_left() {
        let body = [&part("key", "x"), &part("key", "y"), "--b--"].concat();
        assert_eq!(read(&body), Ok((named(&[("key", "x"), ("key", "y")]), "--b--".to_owned(), false)));
        assert_eq!(read("--b--\r\n"), Ok((Vec::new(), "--b--\r\n".to_owned(), false)));
    }

    #[test]
    fn the_first_file_settles_a_form() {
        let behind = [&file("f", "bytes\r\n"), &part("z", "9"), &file("g", ""), "--b--\r\n"].concat();
        let body = [&part("key", "x"), &behind[..]].concat();
        assert_eq!(read(&body), Ok((named(&[("key", "x")]), behind, true)));
    }

    #[test]
    fn a_settled_form_has_forwarded_all_that_it_holds() {
        let body = [&part("key", "x"), &file("f", "some\r\n--"), "--b--"].concat();
        let header_end = body.find("image/png\r\n\r\n").unwrap() + 13;
        for at in 0..body.len() {
            let mut form = Form::new("b", |name: &str| name == "key");
            form.push(&body.as_bytes()[..at]).unwrap();
            assert_eq!(form.is_settled(), at >= header_end, "{at}");
            let forwarded = form.take_forwarded();
            let Some(mut tail) = form.into_tail() else { continue };
            assert_eq!(forwarded, body.as_bytes()[part("key", "x").len()..at]);
            tail.push(&body.as_bytes()[at..]).unwrap();
            assert_eq!(tail.finish(), Ok(()));
        }
    }

    #[test]
    fn a_credential_behind_a_file_is_refused_before_its_value_passes() {
        let before = [part("key", "x"), file("f", "y")].concat();
        for hidden in [
            part("key", "secret"),
            file("key", "secret"),
            part("key", "secret").replace("\r\n\r\n", "\n\nsecret\r\n\r\n"),
            part("key", "secret").replace("\r\n\r\n", "\r\rsecret\r\n\r\n"),
            part("key", "secret").replace("--b\r\n", "--b\n"),
            part("key", "secret").replace("--b\r\n", "--b \r\n"),
            part("key", "secret").replace("--b\r\n", "\n--b\r\n"),
        ] {
            let body = [&before, &hidden, "--b--"].concat();
            let mut tail = {
                let mut form = Form::new("b", |name: &str| name == "key");
                form.push(before.as_bytes()).unwrap();
                form.into_tail().unwrap()
            };
            let passed = hidden.bytes().take_while(|byte| tail.push(&[*byte]).is_ok()).count();
            assert!(passed < hidden.find("secret").unwrap(), "{hidden:?}: {passed}");
            assert!(read(&body).is_err(), "{body:?}");
        }
        assert_eq!(read(&[&before, &part("key", ""), "--b--"].concat()), Err(Malformed::Misplaced));
        assert_eq!(read(&[&file("key", ""), "--b--"].concat()), Err(Malformed::Misplaced));
    }

    #[test]
    fn a_broken_structure_is_refused() {
        let good = [&part("a", "1"), "--b--\r\n"].concat();
        assert!(read(&good).is_ok());
        for (from, to, expected) in [
            ("--b\r\n", "\r\n--b\r\n", Malformed::Delimiter),
            ("--b\r\n", "preamble\r\n--b\r\n", Malformed::Delimiter),
            ("--b\r\n", "--b\n", Malformed::Delimiter),
            ("--b\r\n", "--b \r\n", Malformed::Delimiter),
            ("--b\r\n", "--b\t\r\n", Malformed::Delimiter),
            ("--b\r\n", "--bb\r\n", Malformed::Delimiter),
            ("--b\r\n", "--b-\r\n", Malformed::Delimiter),
            ("--b\r\n", "--B\r\n", Malformed::Delimiter),
            ("\"\r\n\r\n", "\"\n\n", Malformed::Header),
            ("\"\r\n\r\n", "\"\r\n\n", Malformed::Header),
            ("\"\r\n\r\n", "\"\r\r\n\r\n", Malformed::Header),
            ("\"\r\n\r\n", "\"\r\n folded\r\n\r\n", Malformed::Header),
            ("\"\r\n\r\n1", "\"", Malformed::Delimiter), // in the place of a header line
            ("\"a\"", "\"a\"; filename=\"--b\"", Malformed::Delimiter),
            ("Con", "X--b:\r\nCon", Malformed::Delimiter),
            ("\"\r\n\r\n1\r\n", "\"\r\n\r\n", Malformed::Delimiter), // the empty line's CRLF for the delimiter's
            ("1\r\n--b", "1\n--b", Malformed::Delimiter),
            ("1\r\n--b", "1\r--b", Malformed::Delimiter),
            ("1\r\n--b", "1--b", Malformed::Delimiter),
            ("1\r\n--b", "1 --b 1\r\n--b", Malformed::Delimiter),
            ("1\r\n--b", "1\r\n---b", Malformed::Delimiter),
            ("1\r\n--b--", "1\r\n--b --", Malformed::Delimiter),
            ("1\r\n--b--", "1\r\n--b", Malformed::Unfinished),
            ("--\r\n", "--\r\n\r\n", Malformed::Delimiter),
            ("--\r\n", "--\n", Malformed::Delimiter),
            ("--\r\n", "-- \r\n", Malformed::Delimiter),
            ("--\r\n", "--\r\nepilogue", Malformed::Delimiter),
            ("--\r\n", "--epilogue", Malformed::Delimiter),
            ("--\r\n", "--\r\n--b--\r\n", Malformed::Delimiter),
            ("--\r\n", "---", Malformed::Delimiter),
            ("--\r\n", "--\r", Malformed::Unfinished),
            ("--\r\n", "-", Malformed::Unfinished),
        ] {
            let body = match from.starts_with("--\r") {
                true => [good.strip_suffix(from).unwrap(), to].concat(),
                false => good.replacen(from, to, 1),
            };
            assert_eq!(read(&body), Err(expected), "{body:?}");
        }
        for length in 0..good.len() - 2 {
            assert_eq!(read(&good[..length]), Err(Malformed::Unfinished), "{length}");
        }
    }

    #[test]
    fn a_length_that_some_count_by_must_be_the_true_one() {
        let good = [&part("a", "1\r\n3"), &file("f", "1\r\n3"), "--b--"].concat();
        for (length, expected) in [("4", None), ("3", Some(Malformed::Content)), ("5", Some(Malformed::Content))] {
            let line = format!("\"\r\nContent-Length: {length}\r\n");
            assert_eq!(read(&good.replace("\"\r\n", &line)).err(), expected, "{length}");
        }
    }

    #[test]
    fn what_is_read_has_its_bounds() {
        let fields = |count: usize| part("a", "").repeat(count);
        assert!(read(&[&fields(1000), &file("f", ""), &fields(100), "--b--"].concat()).is_ok());
        assert_eq!(read(&[&fields(1001), "--b--"].concat()), Err(Malformed::TooMuch));
        let padded = |count: usize| part("a", "").replacen("\"\r\n", &format!("\"\r\nX: {}\r\n", "x".repeat(count)), 1);
        let empty = padded(0).len() - "--b\r\n".len() - "\r\n".len();
        assert!(read(&[&padded(8192 - empty), "--b--"].concat()).is_ok());
        assert_eq!(read(&[&padded(8193 - empty), "--b--"].concat()), Err(Malformed::TooMuch));
        assert_eq!(read(&["--b\r\n", &"x".repeat(8193)].concat()), Err(Malformed::TooMuch));
    }

    #[test]
    fn a_cut_name_is_read_in_one_way_only() {
        let cut = |name: &str| name == "clé" || name == "key";
        for (name, expected) in [("clé", Err(Malformed::Disposition)), ("é", Ok(())), ("key", Ok(()))] {
            assert_eq!(Form::new("b", cut).push(part(name, "x").as_bytes()), expected, "{name}");
        }
    }
}
