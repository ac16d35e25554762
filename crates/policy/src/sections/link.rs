//! `[links.<name>]`: the generic signed link.

use std::sync::Arc;

use super::Key;
use crate::NamePattern;

/// `[links.<name>]`: the generic signed link (RFC 3986 URL with `eg_*` parameters).
#[derive(Debug, Clone)]
pub struct Link {
    /// The table's name.
    pub name: String,
    /// Live keys; the first signs, all verify. Never empty.
    pub keys: Vec<Arc<Key>>,
    /// Seconds: `eg_exp` may lie at most this far ahead (default 7 days).
    pub max_lifetime: u64,
    /// Seconds of tolerated clock difference, for `eg_exp` and `eg_nbf` (default 0).
    pub skew: u64,
    /// Parameters that may follow the signature; they are forwarded.
    pub ignore: Vec<NamePattern>,
    /// What of a path a link opens.
    pub scope: LinkScope,
    /// A folder's link sets a cookie that opens the folder as well (default false).
    pub cookie: bool,
    /// Each link works once.
    pub single_use: bool,
    /// Seconds after its first use for which the same client may use a link of single use again; 0 for none.
    pub grace: u64,
    /// The MAC covers the method (default true; `GET` covers `HEAD`).
    pub cover_method: bool,
    /// The MAC covers the host (default true).
    pub cover_host: bool,
    /// A link without `eg_ip` is refused (default false).
    pub require_ip: bool,
    /// Query parameter whose signed value is the subject.
    pub subject: Option<String>,
}

coded!(struct Link { name, keys, max_lifetime, skew, ignore, scope, cookie, single_use, grace, cover_method, cover_host, require_ip, subject });

/// What of a path a link opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LinkScope {
    /// The very path.
    #[default]
    Path,
    /// Every path that begins with the folder in `eg_path`.
    Prefix,
}

coded!(enum LinkScope { 0 Path, 1 Prefix });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::{Link, LinkScope};
    use crate::NamePattern;
    use crate::reader::deployment;
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::sections::key::{self, Keys};
    use crate::shape::{DAY, KEY_LIST, Key, Kind, MINUTE, Shape, Span, form};

    pub(crate) static SECTION: Key = Key::new(
        "links",
        Kind::Tables(&TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Profiles of the generic signed link, by name. A route accepts one as `link:<name>`.",
    );
    /// `[links.NAME]`
    static TABLE: Shape = Shape::new(
        "links.*",
        "A profile of the generic signed link.",
        "",
        &[
            &KEYS,
            &MAX_LIFETIME,
            &SKEW,
            &IGNORE,
            &SCOPE,
            &COOKIE,
            &SINGLE_USE,
            &GRACE,
            &COVER_METHOD,
            &COVER_HOST,
            &REQUIRE_IP,
            &SUBJECT,
        ],
    );
    static KEYS: Key = Key::new(
        "keys",
        KEY_LIST,
        form::KEY_IDS,
        "Ids of keys with `use = \"link\"`. All of them verify; `edgegate link sign` signs with the first.",
    )
    .required();
    static MAX_LIFETIME: Key = Key::new(
        "max_lifetime",
        Kind::Seconds(&Span {
            usual: 7 * DAY,
            least: (1, "no link would ever work"),
            most: (3650 * DAY, "that is no limit"),
        }),
        form::DURATION,
        "The farthest that `eg_exp` may be in the future.",
    );
    static SKEW: Key = Key::new(
        "skew",
        Kind::Seconds(&Span {
            usual: 0,
            least: (0, ""),
            most: (5 * MINUTE, "clocks differ by seconds; more only lengthens a link's life"),
        }),
        form::DURATION,
        "Tolerated clock difference, for `eg_exp` and `eg_nbf`.",
    );
    static IGNORE: Key = Key::new(
        "ignore",
        Kind::Texts(None),
        form::NAME_PATTERNS,
        "Parameters that may follow the signature. They are forwarded. A name may end with `*`.",
    );
    static SCOPE: Key = Key::new(
        "scope",
        Kind::Text,
        r#""enum": ["path", "prefix"]"#,
        "What a link opens: `path`, the very path, or `prefix`, every path that begins with the folder in `eg_path`.",
    )
    .usually("`\"path\"`");
    static COOKIE: Key = Key::new(
        "cookie",
        Kind::Flag(false),
        form::FLAG,
        "A folder's link sets a cookie, for that folder and as long as the link works, so that a player need not \
         repeat the parameters. Needs `scope = \"prefix\"`.",
    );
    static SINGLE_USE: Key = Key::new("single_use", Kind::Flag(false), form::FLAG, "Each link works once.");
    static GRACE: Key = Key::new(
        "grace",
        Kind::Seconds(&Span { usual: 0, least: (0, ""), most: (DAY, "a link that works once works all day then") }),
        form::DURATION,
        "For so long after its first use, the same client (its network and `User-Agent`) may use a link again that \
         works once: for parts of a file, and to try again. Needs `single_use = true`.",
    );
    static COVER_METHOD: Key = Key::new(
        "cover_method",
        Kind::Flag(true),
        form::FLAG,
        "The signature covers the method. A link for GET also works for HEAD.",
    );
    static COVER_HOST: Key = Key::new("cover_host", Kind::Flag(true), form::FLAG, "The signature covers the host.");
    static REQUIRE_IP: Key =
        Key::new("require_ip", Kind::Flag(false), form::FLAG, "A link without `eg_ip` is refused.");
    static SUBJECT: Key = Key::new(
        "subject",
        Kind::Text,
        form::NAME,
        "Name of the signed parameter that holds the user of the link. The origin receives its value as \
         `Edgegate-Subject`.",
    )
    .usually("none");

    const SCOPES: [(&str, LinkScope); 2] = [("path", LinkScope::Path), ("prefix", LinkScope::Prefix)];

    /// `[links.*]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys) -> Names<Link> {
        let mut links = Names::new("links");
        for (name, table) in root.named(&SECTION) {
            deployment::check_name("links", name, &table);
            let link = link(name, &table, keys);
            links.add(name, Some(link));
        }
        links
    }

    fn link(name: &str, table: &Table<'_>, keys: &Keys) -> Link {
        let subject = table.checked(&SUBJECT, text::parameter);
        let mut ignore = Vec::new();
        for text in table.texts(&IGNORE) {
            let Some(names) = text.parsed(NamePattern::parse) else { continue };
            if names.touches("eg_") {
                text.wrong(&format!("`{names}` covers the `eg_*` parameters of the signature itself"));
            }
            if subject.as_ref().is_some_and(|subject| names.matches_ignoring_case(subject)) {
                text.wrong(&format!("`{names}` covers the `subject` parameter, which must be signed"));
            }
            ignore.push(names);
        }
        let scope = table.word(&SCOPE, &SCOPES).unwrap_or_default();
        let (cookie, single_use, grace) = (table.flag(&COOKIE), table.flag(&SINGLE_USE), table.seconds(&GRACE));
        if scope == LinkScope::Prefix && single_use {
            table.wrong(&SINGLE_USE, "cannot hold for a folder: its link is used for each of its files");
        }
        if cookie && scope == LinkScope::Path {
            table.wrong(&COOKIE, "has no effect without `scope = \"prefix\"`");
        }
        if grace > 0 && !single_use {
            table.wrong(&GRACE, "has no effect without `single_use = true`");
        }
        Link {
            name: name.to_owned(),
            keys: key::list(table, &KEYS, keys, key::LINK),
            max_lifetime: table.seconds(&MAX_LIFETIME),
            skew: table.seconds(&SKEW),
            ignore,
            scope,
            cookie,
            single_use,
            grace,
            cover_method: table.flag(&COVER_METHOD),
            cover_host: table.flag(&COVER_HOST),
            require_ip: table.flag(&REQUIRE_IP),
            subject,
        }
    }
}
