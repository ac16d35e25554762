//! What a request asks of a bucket: the name of an object, what is done with it, and under which conditions.

use crate::http::{Headers, query};
use crate::policy::Bucket;
use crate::refusal::Reason;

use super::condition::{self, Conditions, tags};
use super::date;
use super::range::Range;

/// What a request asks of a bucket.
#[derive(Debug, Clone)]
pub struct Asked {
    pub(super) act: Act,
    key: String,
    /// The part that is wanted, as the request has it.
    pub(super) range: Option<Range>,
    /// The conditions, as the request has them.
    pub(super) conditions: Conditions,
    /// Key of the object that is sent where there is none of the name.
    not_found: Option<String>,
    /// Others than its owner may have filled the bucket.
    pub(super) is_filled_by_others: bool,
}

/// What is done with the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Read,
    Describe,
    Write,
    Delete,
}

impl Asked {
    /// Reads a request for `path`, which is one of an accepted address.
    ///
    /// # Errors
    /// `ObjectMissing` for a path that names no object; `UploadWithoutLength`, `UploadUnsupported`.
    ///
    /// # Example
    /// ```
    /// use edgegate_core::http::Headers;
    /// use edgegate_core::object::Asked;
    /// use edgegate_core::policy::Bucket;
    ///
    /// let bucket = Bucket { binding: "FILES".into(), index: Some("index.html".into()), not_found: None, uploads: false };
    /// let headers = Headers::new(vec![("range", "bytes=0-99")]);
    /// let asked = Asked::new(&bucket, "GET", "/guides/a%20b/", &headers).unwrap();
    /// assert_eq!(asked.key(), "guides/a b/index.html");
    /// ```
    pub fn new(bucket: &Bucket, method: &str, path: &str, headers: &Headers<'_>) -> Result<Self, Reason> {
        let act = match method {
            "HEAD" => Act::Describe,
            "PUT" => Act::Write,
            "DELETE" => Act::Delete,
            _ => Act::Read,
        };
        let key = key(bucket, path).ok_or(Reason::ObjectMissing)?;
        match act {
            Act::Write => check_upload(headers)?,
            Act::Delete if condition::NAMES.iter().any(|name| headers.get(name).is_some()) => {
                return Err(Reason::UploadUnsupported);
            }
            _ => {}
        }
        let is_of_one_version = || headers.get("if-range").is_none_or(|value| condition::strong(value).is_some());
        let range = headers.get("range").filter(|_| act == Act::Read && is_of_one_version()).and_then(Range::read);
        Ok(Self {
            act,
            key,
            range,
            conditions: Conditions::of(headers),
            not_found: bucket.not_found.clone(),
            is_filled_by_others: bucket.uploads,
        })
    }

    /// The object's name.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Wants the whole of it, because something is changed in it on its way.
    pub fn whole(&mut self) {
        self.range = None;
    }

    /// The question as `bucket.js` reads it, a line each: what is done, the key, the key of the object in its place, the
    /// part, the tag that the object must have and the one that it must not have; for an upload names and values of the
    /// conditions after the key.
    pub fn lines(&self) -> String {
        let act = match self.act {
            Act::Read => "get",
            Act::Describe => "head",
            Act::Write => "put",
            Act::Delete => "delete",
        };
        let mut lines = [act, "\n", &self.key].concat();
        if self.act == Act::Write {
            // RFC 9110 sections 13.1.3 and 13.1.5: the others are of requests that read.
            for (name, value) in self.conditions.iter().filter(|(name, _)| OF_UPLOADS.contains(name)) {
                lines.extend(["\n", name, "\n", value]);
            }
            return lines;
        }
        let range = self.range.as_ref().map(Range::line).unwrap_or_default();
        let only = self.range.as_ref().and(self.conditions.get("if-range")).and_then(condition::strong);
        // One tag is what browsers send. The bucket then keeps what the client has; all else is decided on its answer.
        let unless = self.conditions.get("if-none-match").filter(|_| self.conditions.get("if-match").is_none());
        let unless = unless.and_then(condition::sole).map(|tag| tag.opaque).unwrap_or_default();
        for line in [self.not_found.as_deref().unwrap_or_default(), &range, only.unwrap_or_default(), unless] {
            lines.extend(["\n", line]);
        }
        lines
    }
}

/// The path as a name: decoded once, without the slash in front. None where no object can have it.
fn key(bucket: &Bucket, path: &str) -> Option<String> {
    // `+` is itself in a path, and the query's decoder has it as a space.
    let decoded = query::decode(&path.strip_prefix('/')?.replace('+', "%2B"));
    let mut key = String::from_utf8(decoded).ok()?;
    if key.is_empty() || key.ends_with('/') {
        key.push_str(bucket.index.as_deref().unwrap_or_default());
    }
    (!key.is_empty() && key.len() <= LONGEST_KEY && !key.chars().any(char::is_control)).then_some(key)
}

/// What a bucket could not keep of an upload is refused before anything of it is stored.
fn check_upload(headers: &Headers<'_>) -> Result<(), Reason> {
    let is_length = |length: &str| (1..16).contains(&length.len()) && length.bytes().all(|byte| byte.is_ascii_digit());
    if !headers.get("content-length").is_some_and(is_length) {
        return Err(Reason::UploadWithoutLength);
    }
    // RFC 9110 section 14.5: a part that is taken for the whole would destroy the object.
    let is_part = headers.get("content-range").is_some();
    let is_unclear = |name| headers.get(name).is_some_and(|value| tags(value).is_none());
    let is_no_date = |name| headers.get(name).is_some_and(|value| date::seconds(value).is_none());
    if is_part || is_unclear("if-match") || is_unclear("if-none-match") || is_no_date("if-unmodified-since") {
        return Err(Reason::UploadUnsupported);
    }
    Ok(())
}

/// Conditions that hold for an upload too.
const OF_UPLOADS: [&str; 3] = ["if-match", "if-none-match", "if-unmodified-since"];
/// Bytes of a key, by R2's limits.
const LONGEST_KEY: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(index: Option<&str>) -> Bucket {
        Bucket { binding: "FILES".to_owned(), index: index.map(str::to_owned), not_found: None, uploads: true }
    }

    fn ask(method: &str, fields: &[(&'static str, &'static str)]) -> Result<Asked, Reason> {
        Asked::new(&bucket(None), method, "/a", &Headers::new(fields.to_vec()))
    }

    #[test]
    fn names() {
        for (path, index, expected) in [
            ("/a", None, Some("a")),
            ("/a/b%20c+d", None, Some("a/b c+d")),
            ("/%C3%A4.txt", None, Some("ä.txt")),
            ("/a%25b", None, Some("a%b")),
            ("/", None, None),
            ("/", Some("index.html"), Some("index.html")),
            ("/a/", None, Some("a/")),
            ("/a/", Some("index.html"), Some("a/index.html")),
            ("/%FF", None, None),
            ("/a%0Ab", None, None),
            ("/a%C2%85b", None, None),
        ] {
            assert_eq!(key(&bucket(index), path).as_deref(), expected, "{path}");
        }
        assert!(key(&bucket(None), &format!("/{}", "a".repeat(1024))).is_some());
        assert!(key(&bucket(None), &format!("/{}", "a".repeat(1025))).is_none());
    }

    #[test]
    fn uploads_that_are_refused() {
        let length = ("content-length", "5");
        assert!(ask("PUT", &[length]).is_ok());
        assert!(ask("PUT", &[length, ("if-none-match", "*")]).is_ok());
        for length in [None, Some(""), Some("-1"), Some("5, 5"), Some("9999999999999999")] {
            let fields: Vec<_> = length.map(|length| ("content-length", length)).into_iter().collect();
            assert_eq!(ask("PUT", &fields).err(), Some(Reason::UploadWithoutLength), "{length:?}");
        }
        for field in [
            ("content-range", "bytes 0-4/10"),
            ("if-match", "abc"),
            ("if-none-match", "\"a"),
            ("if-unmodified-since", "yesterday"),
        ] {
            assert_eq!(ask("PUT", &[length, field]).err(), Some(Reason::UploadUnsupported), "{field:?}");
        }
        assert!(ask("DELETE", &[]).is_ok());
        assert_eq!(ask("DELETE", &[("if-match", "\"a\"")]).err(), Some(Reason::UploadUnsupported));
    }

    #[test]
    fn what_the_bucket_is_asked() {
        let lines = |method: &str, fields: &[_]| ask(method, fields).unwrap().lines();
        assert_eq!(lines("GET", &[]), "get\na\n\n\n\n");
        assert_eq!(lines("HEAD", &[("range", "bytes=0-")]), "head\na\n\n\n\n");
        assert_eq!(lines("GET", &[("range", "bytes=2-5"), ("if-range", "\"t\"")]), "get\na\n\n2-5\nt\n");
        assert_eq!(lines("GET", &[("if-range", "\"t\"")]), "get\na\n\n\n\n");
        assert_eq!(lines("GET", &[("if-none-match", "W/\"t\"")]), "get\na\n\n\n\nt");
        assert_eq!(lines("GET", &[("if-none-match", "\"t\", \"u\"")]), "get\na\n\n\n\n");
        assert_eq!(lines("GET", &[("if-none-match", "\"t\""), ("if-match", "\"t\"")]), "get\na\n\n\n\n");
        assert_eq!(lines("PUT", &[("content-length", "1"), ("if-match", "\"t\"")]), "put\na\nif-match\n\"t\"");
        assert_eq!(lines("DELETE", &[]), "delete\na\n\n\n\n");
    }
}
