//! A path as the most forgiving origin reads it, so that near misses of a guarded path are known as such.
//!
//! Origins differ in what they take for one and the same thing: they decode, ignore case, slashes, dots and spaces at an
//! end, path parameters, streams of files and session segments, and serve what stands behind or before a script. Two
//! paths of one reading may be one thing somewhere. A request's path has passed `http::Target`: it holds no dot
//! segments, no escaped separators, and UTF-8 alone.

use std::borrow::Cow;

/// The path in its loosest reading: lower case, decoded, without what some origin passes over. `/` is the root; no other
/// ends with a slash.
pub fn loosest(path: &str) -> Cow<'_, str> {
    if is_loosest(path) { Cow::Borrowed(path) } else { Cow::Owned(read(path, Last::Itself)) }
}

/// What the last part of a path is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "reader"), expect(dead_code, reason = "the reader reads patterns in the other ways"))]
pub(super) enum Last {
    /// The thing itself: an index is passed over, a script is not.
    Itself,
    /// One that more parts follow: scripts are passed over too.
    Within,
    /// Neither is.
    Kept,
}

/// The reading of a path, by what its last part is.
pub(super) fn read(path: &str, last: Last) -> String {
    let mut read = String::with_capacity(path.len());
    let mut names = path.split('/').map(segment).peekable();
    while let Some(name) = names.next() {
        let is_last = names.peek().is_none();
        let is_passed_over = match (is_last, last) {
            (true, Last::Kept) => false,
            (true, Last::Itself) => is_index(&name) || is_session(&name),
            _ => is_index(&name) || is_session(&name) || is_script(&name),
        };
        if !name.is_empty() && !is_passed_over {
            read.push('/');
            read.push_str(&name);
        }
    }
    if read.is_empty() {
        read.push('/');
    }
    read
}

/// What a path, or the beginning of one, reads as where it ends.
pub(super) struct End<'a> {
    /// With its last part taken for the thing itself, as `Last::Itself` does.
    pub itself: &'a str,
    /// With its last part kept, as `Last::Kept` does.
    pub kept: &'a str,
}

/// Calls `visit` at the end of each part that may be the thing itself, although more follows, and at the end of the path.
/// More follows a program, which takes the rest for its argument, and a file in front of a program's name, which PHP
/// without `cgi.fix_pathinfo=0` runs instead.
///
/// Each part is read once. After `enough` bytes of a reading that all later ones begin with, one more visit is the last.
pub(super) fn visit_ends(path: &str, enough: usize, mut visit: impl FnMut(&End<'_>)) {
    let mut reading = String::new();
    let last = path.rsplit('/').next().map(str::as_ptr);
    let parts = path.split('/').map(|written| (written, segment(written)));
    // What is passed over hides nothing that stands behind it.
    let is_there = |name: &str| !name.is_empty() && !is_session(name);
    let mut parts = parts.filter(|(written, name)| Some(written.as_ptr()) == last || is_there(name)).peekable();
    while let Some((written, name)) = parts.next() {
        let above = reading.len();
        if !name.is_empty() {
            reading.push('/');
            reading.push_str(&name);
        }
        let is_dropped = is_index(&name) || is_session(&name);
        let is_program = is_script(&name) || is_index(&name);
        let is_run = |(next, name): &(&str, String)| written.contains('.') && next.contains('.') && is_script(name);
        let is_end = parts.peek().is_none_or(|next| is_program || is_run(next));
        if is_end || above > enough {
            let itself = if is_dropped { reading.get(..above).unwrap_or_default() } else { &reading };
            visit(&End { itself: or_root(itself), kept: or_root(&reading) });
        }
        if above > enough {
            return;
        }
        if is_dropped || is_program {
            reading.truncate(above);
        }
    }
}

fn or_root(reading: &str) -> &str {
    if reading.is_empty() { "/" } else { reading }
}

/// Whether the path is its own loosest reading, as most are.
pub(super) fn is_loosest(path: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'/' | b'-' | b'_' | b'.');
    let is_itself = |part: &str| !(part.ends_with('.') || is_index(part) || is_script(part));
    path == "/" || (path.bytes().all(is_plain) && !path.ends_with('/') && path.split('/').all(is_itself))
}

/// One part: decoded, folded, cut where a parameter or a stream begins, without dots and spaces at its ends.
pub(super) fn segment(written: &str) -> String {
    let name = written.split(';').next().unwrap_or_default();
    let decoded = decode(name);
    let folded: String = decoded.chars().filter_map(fold).collect();
    // NTFS: `::$DATA` is the file itself, `:$I30:$INDEX_ALLOCATION` the folder.
    let whole = folded.split_once(":$").map_or(folded.as_str(), |(name, _)| name.trim_end_matches(':'));
    // Windows drops dots and spaces at an end; a `+` is a space where a form's rules are used.
    let is_dropped = |c: char| c.is_whitespace() || matches!(c, '.' | '+');
    whole.trim_end_matches(is_dropped).trim_start_matches(|c: char| c.is_whitespace() || c == '+').to_owned()
}

fn decode(name: &str) -> Cow<'_, str> {
    if !name.contains('%') {
        return Cow::Borrowed(name);
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let escaped = tail.split_at_checked(2).filter(|_| *byte == b'%');
        let value = escaped.and_then(|(pair, tail)| Some((hex(pair)?, tail)));
        let (value, tail) = value.unwrap_or((*byte, tail));
        bytes.push(value);
        rest = tail;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()
}

/// A character as a file system or a runtime compares it; None for one that is passed over.
fn fold(c: char) -> Option<char> {
    match c {
        // Passed over by HFS+ and in Unicode's caseless matching: soft hyphen, joiners, marks of direction, variations.
        '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => None,
        // Letters whose other case is an ASCII one, and the wide forms of ASCII (best fit, NFKC).
        '\u{130}' | '\u{131}' => Some('i'),
        '\u{17f}' => Some('s'),
        '\u{212a}' => Some('k'),
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = u32::from(c).checked_sub(0xfee0).and_then(char::from_u32);
            ascii.map(|c| c.to_ascii_lowercase())
        }
        _ => Some(c.to_ascii_lowercase()),
    }
}

/// A folder's own page, and front controllers of that name: `index.php`, `default.aspx`, `index` by MultiViews.
pub(super) fn is_index(name: &str) -> bool {
    match name.split_once('.') {
        None => name == "index",
        Some((stem, kind)) => {
            matches!(stem, "index" | "default") && (is_program(kind) || matches!(kind, "html" | "htm" | "xhtml"))
        }
    }
}

/// A part that may be a program, which takes what follows for its argument (RFC 3875 section 4.1.5).
pub(super) fn is_script(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, kind)| is_program(kind))
}

fn is_program(kind: &str) -> bool {
    const KINDS: [&str; 21] = [
        "action", "asax", "ashx", "asmx", "asp", "aspx", "cfm", "cgi", "do", "fcgi", "jsp", "jspx", "phar", "phtml",
        "pl", "py", "rb", "shtml", "svc", "wsgi", "dll",
    ];
    KINDS.contains(&kind) || kind.strip_prefix("php").is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit()))
}

/// ASP.NET's session without cookies: `(S(…))`, with `A` and `F` beside it.
pub(super) fn is_session(name: &str) -> bool {
    let inner = name.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| inner.ends_with(')') && inner.chars().nth(1) == Some('('))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn what_is_its_loosest_reading_is_read_as_it_is_written(path in "(/[ax.]{1,4}|/a[.](php5?|pl|do)|/index|/default[.]htm){1,4}/?") {
            prop_assert!(!is_loosest(&path) || read(&path, Last::Itself) == path, "{}", path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_origins_take_for_one_reads_alike() {
        for (reading, paths) in [
            (
                "/secret.txt",
                &[
                    "/secret.txt",
                    "/secret.txt/",
                    "/SECRET.txt/",
                    "/Secret.TXT",
                    "/secret.txt.",
                    "/secret.txt%20",
                    "/secret.txt..%20.",
                    "/secret.txt+",
                    "/secret.txt%C2%A0",
                    "/secret.txt::$DATA",
                    "/secret.txt::%24data",
                    "/secret.txt%3A%3A$DATA",
                    "/secret.txt;x=1",
                    "/;x/secret.txt;y/",
                    "/(S(abc))/secret.txt",
                    "/(A(x)S(y))/secret.txt",
                    "/%28S(abc)%29/secret.txt",
                    "/index.php/secret.txt",
                    "/INDEX.PHP5/secret.txt/",
                    "/app_dev.php/secret.txt",
                    "/index/secret.txt",
                    "/secret.txt/index.html",
                    "/%C5%BFecret.txt",
                    "/\u{ff53}ecret.txt",
                    "/sec%E2%80%8Bret.txt",
                    "/...%20/secret.txt",
                ][..],
            ),
            ("/", &["/", "/index.html", "/Default.aspx", "/index.php/", "/%20", "/index"]),
            ("/admin", &["/admin/", "/Admin%20/", "/admin:$I30:$INDEX_ALLOCATION/", "/%20admin"]),
            ("/a.b/c", &["/a.b/c", "/a.b./c"]),
            ("/users:batch", &["/users:batch", "/Users:batch/"]),
        ] {
            for path in paths {
                assert_eq!(loosest(path), reading, "{path}");
            }
        }
    }

    #[test]
    fn other_things_stay_others() {
        for path in [
            "/secret",
            "/secret.txt.bak",
            "/secret-txt",
            "/secrets.txt",
            "/secret.txt/x",
            "/x/secret.txt",
            "/index.xml",
        ] {
            assert_ne!(loosest(path), "/secret.txt", "{path}");
            assert_ne!(loosest(path), "/", "{path}");
        }
    }

    #[test]
    fn a_reading_is_its_own_reading() {
        for path in ["/A%20b/c;x/", "/index.php/x.php/y", "/x", "/index/index.html", "/%25", "/a%2520/"] {
            let once = loosest(path).into_owned();
            assert!(once == "/" || !once.ends_with('/'), "{once}");
            if !once.contains('%') {
                assert_eq!(loosest(&once), once, "{path}");
            }
        }
    }

    /// The readings at the ends, as they are before the last part is dropped.
    fn kept(path: &str, enough: usize) -> Vec<String> {
        let mut found = Vec::new();
        visit_ends(path, enough, |end| found.push(end.kept.to_owned()));
        found
    }

    #[test]
    fn a_script_may_take_what_follows() {
        assert_eq!(kept("/a/X.PHP/b.cgi;y/c", 99), ["/a/x.php", "/a/b.cgi", "/a/c"]);
        assert_eq!(kept("/a/b.css/c", 99), ["/a/b.css/c"]);
        assert_eq!(kept("/a/b.css/c.php", 99), ["/a/b.css", "/a/b.css/c.php"]);
        assert_eq!(kept("/a/b/c.php", 99), ["/a/b/c.php"]);
        assert_eq!(kept("/a.b/(S(x))/;x/%20/.pl", 99), ["/a.b", "/a.b/.pl"]);
    }

    #[test]
    fn reading_ends_where_all_is_known() {
        assert_eq!(kept("/a/b.x/c.php/d/e.php/f", 3), ["/a/b.x", "/a/b.x/c.php"]);
        assert_eq!(kept("/abc/d/e/f", 3), ["/abc/d"]);
        assert_eq!(kept("/.pl/.pl/x", 3), ["/.pl", "/.pl", "/x"]);
    }
}
