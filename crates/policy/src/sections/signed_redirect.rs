//! `[signed_redirects.<name>]`: the signed redirect.

use std::sync::Arc;

use super::Key;

/// `[signed_redirects.<name>]`: hex(digest(query ‖ secret)), `protocols.md` A1.
#[derive(Debug, Clone)]
pub struct SignedRedirect {
    /// The table's name.
    pub name: String,
    /// Live keys, tried in turn. Never empty.
    pub keys: Vec<Arc<Key>>,
    /// Accepted digests. Never empty; the first signs.
    pub digests: Vec<Digest>,
    /// Accepted boundaries of the hashed text. Never empty; the first signs.
    pub boundaries: Vec<Boundary>,
    /// Name of the signature parameter: `signature` (default) or `sig`.
    pub signature: String,
    /// Seconds that `ts` may lie before or after now (default 5).
    pub window: u64,
    /// Each signature works once (default true).
    pub single_use: bool,
    /// Day (`YYYY-MM-DD`) after which `edgegate check` calls the format overdue.
    pub sunset: String,
    /// Query parameter whose signed value is the subject.
    pub subject: Option<String>,
}

impl SignedRedirect {
    /// Whether what one of the two signs is taken for the other's.
    pub fn shares_key(&self, other: &SignedRedirect) -> bool {
        self.keys.iter().any(|key| other.keys.contains(key))
    }
}

/// A digest of the signed-redirect format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// `md5`: 32 hex digits.
    Md5,
    /// `sha1`: 40 hex digits.
    Sha1,
}

/// Where the hashed text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// `inclusive`: up to and including `&signature=` (default).
    Inclusive,
    /// `exclusive`: up to, not including, `&signature=`.
    Exclusive,
}

coded!(enum Digest { 0 Md5, 1 Sha1 });
coded!(enum Boundary { 0 Inclusive, 1 Exclusive });
coded!(struct SignedRedirect { name, keys, digests, boundaries, signature, window, single_use, sunset, subject });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::{Boundary, Digest, SignedRedirect};
    use crate::reader::deployment;
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::reader::time;
    use crate::sections::key::{self, Keys};
    use crate::shape::{HOUR, KEY_LIST, Key, Kind, Shape, Span, form, words};

    pub(crate) static SECTION: Key = Key::new(
        "signed_redirects",
        Kind::Tables(&TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Profiles of the signed redirect (hex digest of query and secret), by name. A route accepts one as \
         `signed-redirect:<name>`.",
    );
    /// `[signed_redirects.NAME]`
    static TABLE: Shape = Shape::new(
        "signed_redirects.*",
        "A profile of the signed redirect.",
        "",
        &[&KEYS, &DIGESTS, &BOUNDARY, &SIGNATURE, &WINDOW, &SINGLE_USE, &SUNSET, &SUBJECT],
    );
    static KEYS: Key =
        Key::new("keys", KEY_LIST, form::KEY_IDS, "Ids of keys with `use = \"digest\"`, tried in turn.").required();
    static DIGESTS: Key = Key::new(
        "digests",
        Kind::Texts(Some("is empty; name `md5`, `sha1` or both")),
        "",
        "`\"md5\"`, `\"sha1\"` or both. The tool signs with the first.",
    )
    .of(|| words(&DIGEST_WORDS))
    .required();
    static BOUNDARY: Key = Key::new(
        "boundary",
        Kind::Text,
        "",
        "Where the hashed text ends: after `&signature=` (`\"inclusive\"`), before it (`\"exclusive\"`), or \
         `\"either\"`.",
    )
    .of(|| words(&BOUNDARIES))
    .usually("`\"inclusive\"`");
    static SIGNATURE: Key =
        Key::new("signature", Kind::Text, "", "Name of the signature parameter; the alternative is `\"sig\"`.")
            .of(|| words(&SIGNATURES))
            .usually("`\"signature\"`");
    static WINDOW: Key = Key::new(
        "window",
        Kind::Seconds(&Span {
            usual: 5,
            least: (1, "no redirect would arrive in time"),
            most: (HOUR, "a redirect is followed at once; until its window ends it can only be replayed"),
        }),
        form::DURATION,
        "How far `ts` may be in the past or in the future.",
    );
    static SINGLE_USE: Key = Key::new("single_use", Kind::Flag(true), form::FLAG, "Each signature works once.");
    static SUNSET: Key = Key::new(
        "sunset",
        Kind::Text,
        r#""type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2027-12-31"]"#,
        "The day by which this format is to be given up. `check` warns from 90 days before that day on. The gateway \
         itself continues to accept it.",
    )
    .required();
    static SUBJECT: Key = Key::new("subject", Kind::Text, form::NAME, "As in `[links.NAME]`.").usually("none");
    const DIGEST_WORDS: [(&str, Digest); 2] = [("md5", Digest::Md5), ("sha1", Digest::Sha1)];
    const BOUNDARIES: [(&str, &[Boundary]); 3] = [
        ("inclusive", &[Boundary::Inclusive]),
        ("exclusive", &[Boundary::Exclusive]),
        ("either", &[Boundary::Inclusive, Boundary::Exclusive]),
    ];
    const SIGNATURES: [(&str, &str); 2] = [("signature", "signature"), ("sig", "sig")];

    /// `[signed_redirects.*]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys) -> Names<SignedRedirect> {
        let mut redirects = Names::new("signed_redirects");
        for (name, table) in root.named(&SECTION) {
            deployment::check_name("signed_redirects", name, &table);
            let redirect = signed_redirect(name, &table, keys);
            redirects.add(name, Some(redirect));
        }
        redirects
    }

    fn signed_redirect(name: &str, table: &Table<'_>, keys: &Keys) -> SignedRedirect {
        let mut digests = Vec::new();
        for text in table.texts(&DIGESTS) {
            digests.extend(text.word(&DIGEST_WORDS));
        }
        let boundaries: Option<&[Boundary]> = table.word(&BOUNDARY, &BOUNDARIES);
        let sunset = table.checked(&SUNSET, sunset);
        SignedRedirect {
            name: name.to_owned(),
            keys: key::list(table, &KEYS, keys, key::DIGEST),
            digests,
            boundaries: boundaries.unwrap_or(&[Boundary::Inclusive]).to_vec(),
            signature: table.word(&SIGNATURE, &SIGNATURES).unwrap_or("signature").to_owned(),
            window: table.seconds(&WINDOW),
            single_use: table.flag(&SINGLE_USE),
            sunset: sunset.unwrap_or_default(),
            subject: table.checked(&SUBJECT, text::parameter),
        }
    }

    fn sunset(text: &str) -> Result<(), String> {
        match time::day(text) {
            Some(_) => Ok(()),
            None => Err(format!("`{}` is not a day; write it as `2027-12-31`", text.escape_debug())),
        }
    }
}
