//! What somebody has, found by who it is: keys in KV that name sessions and grants by their subject.
//!
//! A key is written once, beside the record, and ends with it, or soon after somebody finds that the record was ended, so that
//! what lives does not lie behind much that does not. It says whose it is and how to end it; its value says what a
//! person is told of it. So what looks at one person reads one list, and a request with a session reads none of this. KV's
//! lists lag like its values: what began within the last minute may be missing.
//!
//! `<kind>:<subject>:<issuer>:<sid>:<what it is>`. The first three are digests, so that no key tells who that is, and `-`
//! stands for what there is not.

use crate::digest::{base64url, sha256};
use crate::ports::KvStore;
use crate::refusal::Reason;
use crate::sealed::seal;
use crate::sealed::store::{self, Context, LAG};

/// Who somebody is: a subject, unique at its issuer. The empty issuer is this gateway: passwords, nonces, brokers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner<'a> {
    /// Who says so.
    pub issuer: &'a str,
    /// Who.
    pub subject: &'a str,
}

impl Owner<'_> {
    /// The key of a thing of this person.
    pub fn key(&self, kind: &str, sid: Option<&str>, what: &str) -> String {
        format!("{}{}:{what}", of(kind, self.subject, Some(self.issuer)), sid.map_or(NONE.to_owned(), word))
    }
}

/// Whose things are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whose<'a> {
    /// Who; None: everybody with that `sid`.
    pub subject: Option<&'a str>,
    /// At which issuer, the empty one being this gateway itself; None: at any.
    pub issuer: Option<&'a str>,
    /// What the issuer calls the session; None: whatever it does.
    pub sid: Option<&'a str>,
}

impl<'a> Whose<'a> {
    /// All of a person.
    pub fn of(person: Owner<'a>) -> Self {
        Self { subject: Some(person.subject), issuer: Some(person.issuer), sid: None }
    }

    /// What the keys begin with, and how many are read at once. By `sid` alone one in many is looked for, and none is read.
    fn prefix(&self, kind: &str) -> Result<(String, u32), Reason> {
        match (self.subject, self.sid) {
            (Some(subject), _) => Ok((of(kind, subject, self.issuer), PAGE)),
            (None, Some(_)) => Ok((format!("{kind}:"), LONG_PAGE)),
            (None, None) => Err(Reason::Internal), // nobody means everybody
        }
    }

    /// Whether a key is of that issuer and `sid`, as far as they are asked for. A thing of the person that has no `sid` may be the one.
    fn is_of(&self, key: &str) -> bool {
        let mut parts = key.splitn(5, ':').skip(2);
        let (issuer, sid) = (parts.next(), parts.next());
        self.issuer.is_none_or(|asked| issuer == Some(&of_issuer(asked)))
            && self.sid.is_none_or(|asked| sid == Some(&word(asked)) || (self.subject.is_some() && sid == Some(NONE)))
    }
}

/// Some things of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In no order that means anything.
    pub things: Vec<T>,
    /// Where the next page begins, if there may be more.
    pub next: Option<String>,
}

/// A page of keys. `cursor` is empty for the first.
///
/// # Errors
/// `VaultUnavailable`; `Internal` if nobody is meant.
pub async fn keys<P: KvStore>(
    ctx: Context<'_, P>,
    kind: &str,
    whose: Whose<'_>,
    cursor: &str,
) -> Result<Page<String>, Reason> {
    let (prefix, most) = whose.prefix(kind)?;
    let (mut things, next) = ctx.ports.list(&prefix, cursor, most).await?;
    things.retain(|key| whose.is_of(key));
    Ok(Page { things, next })
}

/// Lets a key go whose thing has ended. It stays for as long as KV may lag: what was on its way when the thing ended may
/// have to be ended again. The key only costs who looks next, so it does not matter if KV does not take this.
pub async fn retire<P: KvStore>(ctx: Context<'_, P>, key: &str) {
    let _ = ctx.ports.put(key, GONE, store::kv_expiry(ctx.now, ctx.now + LAG)).await;
}

/// The key of another thing of the same person, without a `sid`.
pub fn beside(key: &str, kind: &str, other: &str) -> String {
    let mut parts = key.splitn(4, ':').skip(1);
    let (subject, issuer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{kind}:{subject}:{issuer}:{NONE}:{other}")
}

/// Of a key: what it is.
pub fn what(key: &str) -> &str {
    key.splitn(5, ':').nth(4).unwrap_or_default()
}

fn of(kind: &str, subject: &str, issuer: Option<&str>) -> String {
    let of_subject = format!("{kind}:{}:", word(subject));
    issuer.map_or_else(|| of_subject.clone(), |issuer| format!("{of_subject}{}:", of_issuer(issuer)))
}

fn of_issuer(issuer: &str) -> String {
    if issuer.is_empty() { NONE.to_owned() } else { word(issuer) }
}

/// 22 characters that stand for a text.
fn word(text: &str) -> String {
    let digest: [u8; 16] = seal::first(sha256(&[b"edgegate index v1\0", text.as_bytes()]));
    base64url(&digest)
}

/// What stands for nothing; no digest is so short.
const NONE: &str = "-";
/// Each of these is read or ended, and the platform grants few operations to a request.
const PAGE: u32 = 40;
/// The most that KV lists at once.
const LONG_PAGE: u32 = 1000;
/// Pages that one request goes through for what it wants. That they are listed costs little.
pub const MOST_PAGES: usize = 150;
/// The value of a key whose thing has ended. It tells nothing.
pub const GONE: &str = "{}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_whom_it_is_of() {
        let provider = Some("https://idp.example");
        let person = Owner { issuer: "https://idp.example", subject: "jo" };
        let key = person.key("ofs", Some("s1"), "a:b:c");
        let is_found = |key: &str, whose: Whose<'_>| {
            whose.prefix("ofs").is_ok_and(|(prefix, _)| key.starts_with(&prefix)) && whose.is_of(key)
        };
        let whose = |subject, issuer, sid| Whose { subject, issuer, sid };
        for (found, whose) in [
            (true, Whose::of(person)),
            (true, whose(Some("jo"), None, None)),
            (true, whose(Some("jo"), provider, Some("s1"))),
            (true, whose(None, provider, Some("s1"))),
            (false, whose(Some("jo"), provider, Some("s2"))),
            (false, whose(Some("sam"), None, None)),
            (false, whose(Some("jo"), Some(""), None)),
            (false, whose(Some("jo"), Some("https://other.example"), None)),
            (false, whose(Some("jo"), None, Some("s2"))),
            (false, whose(None, Some("https://other.example"), Some("s1"))),
            (false, whose(None, None, None)),
            (false, whose(None, provider, None)),
        ] {
            assert_eq!(is_found(&key, whose), found, "{whose:?}");
        }
        let unnamed = person.key("ofs", None, "a");
        assert!(
            is_found(&unnamed, whose(Some("jo"), provider, Some("s1")))
                && !is_found(&unnamed, whose(None, provider, Some("s1")))
        );
        let own = Owner { issuer: "", subject: "jo" }.key("ofs", None, "a");
        assert!(is_found(&own, whose(Some("jo"), Some(""), None)) && is_found(&own, whose(Some("jo"), None, None)));
        assert!(!is_found(&own, whose(Some("jo"), provider, None)));
        assert!(!is_found(&unnamed, whose(None, provider, Some("-"))), "a sid that is written as none is another one");
        assert_eq!(beside(&key, "ofg", "x"), person.key("ofg", None, "x"));
        assert_eq!((what(&key), what(&own), what("ofs:a:b")), ("a:b:c", "a", ""));
    }
}
