//! The folder that a link opens: a path from its first `/` to one that ends it, byte for byte as requests have it.

use crate::http::readings::readings;
use crate::http::target::check_path;
use crate::refusal::Reason;

/// A folder that every origin reads alike.
///
/// # Errors
/// `LinkMalformed`
pub(super) fn read(text: &str) -> Result<&str, Reason> {
    let is_one = text.starts_with('/') && text.ends_with('/') && !text.contains([';', '&']) && is_read_alike(text);
    if is_one { Ok(text) } else { Err(Reason::LinkMalformed) }
}

/// The folder in which a path lies.
pub(super) fn of(path: &str) -> &str {
    path.rsplit_once('/').and_then(|(folder, _)| path.get(..=folder.len())).unwrap_or("/")
}

/// Whether a path lies in the folder, as every origin reads it: some routes take paths that origins read in several ways.
pub(super) fn holds(folder: &str, path: &str) -> bool {
    let is_below = |path: &str| path.starts_with(folder) && check_path(path).is_ok();
    is_below(path) && (is_read_alike(path) || readings(path).all(|path| is_below(&path)))
}

fn is_read_alike(path: &str) -> bool {
    check_path(path).is_ok_and(|several| !several.is_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders() {
        for good in ["/", "/video/42/", "/a%20b/", "/!$'()*+,=:@~/"] {
            assert_eq!(read(good), Ok(good));
        }
        for bad in [
            "",
            "video/",
            "/video",
            "//",
            "/a//b/",
            "/a/../b/",
            "/a/%2e%2e/",
            "/a%2Fb/",
            "/a%62/",
            "/a;b/",
            "/a?b/",
            "/a b/",
        ] {
            assert_eq!(read(bad), Err(Reason::LinkMalformed), "{bad}");
        }
        assert_eq!(["/", "/a", "/a/", "/a/b", ""].map(of), ["/", "/", "/a/", "/a/", "/"]);
    }

    #[test]
    fn what_lies_in_a_folder() {
        for inside in [
            "/video/42/",
            "/video/42/a",
            "/video/42/a/b.ts",
            "/video/42/a;b",
            "/video/42/%C3%A9",
            "/video/42/a%2Fb",
            "/video/42/a//b",
        ] {
            assert!(holds("/video/42/", inside), "{inside}");
        }
        for outside in [
            "/video/42",
            "/video/421/",
            "/video/4/",
            "/video/43/a",
            "/Video/42/a",
            "/video%2F42/a",
            "/video/%34%32/a",
            "/video/42/..%2F43/a",
            "/video/42/../43/a",
            "/video/42/%2e%2e/43/a",
            "//video/42/a",
            "/video//42/a",
        ] {
            assert!(!holds("/video/42/", outside), "{outside}");
        }
    }
}
