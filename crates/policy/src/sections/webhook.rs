//! `[webhooks.<name>]`: how a sender signs what it posts.

/// `[webhooks.<name>]`
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The table's name.
    pub name: String,
    /// Names of the Worker secrets that it may be signed with, one or two. Never empty.
    pub secrets: Vec<String>,
    /// Where the signature stands, and what it covers.
    pub format: WebhookFormat,
    /// Seconds: how far the signed time may lie from now, either way (default 300).
    pub tolerance: u64,
    /// Bytes of the longest body (default 1 MiB); beyond it 413.
    pub limit: usize,
    /// A delivery works once. Needs a signed time.
    pub single_use: bool,
}

/// A sender's format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFormat {
    /// The header field of the signature, in lower case.
    pub field: String,
    /// What separates several in it; empty: there is one.
    pub separator: String,
    /// What stands before each. Elements of a list that begin otherwise are passed over.
    pub prefix: String,
    /// How the bytes are written.
    pub encoding: WebhookEncoding,
    /// HMAC-SHA-1 in place of HMAC-SHA-256.
    pub is_sha1: bool,
    /// The secret is base64 of the key, behind `whsec_` if that is there.
    pub has_base64_key: bool,
    /// Where the time of sending stands, where it is signed.
    pub time: Option<WebhookTime>,
    /// What the signature covers, one after the other. The body is in it exactly once.
    pub covered: Vec<WebhookPart>,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEncoding {
    /// Hexadecimal digits of either case.
    Hex,
    /// Base64 (RFC 4648 section 4) with its padding.
    Base64,
}

/// Where the time of sending stands, in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookTime {
    /// In a header field of its own, in lower case.
    Field(String),
    /// In the list of signatures, behind this prefix.
    Listed(String),
}

/// A piece of what a signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookPart {
    /// This text.
    Text(String),
    /// The value of a header field, in lower case.
    Field(String),
    /// The time of sending, as it is written.
    Time,
    /// The body, byte for byte.
    Body,
}

coded!(struct Webhook { name, secrets, format, tolerance, limit, single_use });
coded!(struct WebhookFormat { field, separator, prefix, encoding, is_sha1, has_base64_key, time, covered });
coded!(enum WebhookEncoding { 0 Hex, 1 Base64 });
coded!(enum WebhookTime { 0 Field(value), 1 Listed(value) });
coded!(enum WebhookPart { 0 Text(value), 1 Field(value), 2 Time, 3 Body });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::{Webhook, WebhookEncoding, WebhookFormat, WebhookPart, WebhookTime};
    use crate::reader::deployment;
    use crate::reader::names::Names;
    use crate::reader::secrets::own as secret;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::sections::webhook_formats::{self, Profile};
    use crate::shape::{Bounds, HOUR, Key, Kind, MINUTE, Shape, Span, form, words};

    pub(crate) static SECTION: Key = Key::new(
        "webhooks",
        Kind::Tables(&TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Senders of webhooks, by name. A route accepts one as `webhook:<name>`.",
    );
    /// `[webhooks.NAME]`
    static TABLE: Shape = Shape::new(
        "webhooks.*",
        "A sender of webhooks.",
        "",
        &[
            &PROFILE,
            &SECRET,
            &NEXT_SECRET,
            &TOLERANCE,
            &LIMIT,
            &SINGLE_USE,
            &HEADER,
            &ALGORITHM,
            &ENCODING,
            &PREFIX,
            &SIGNED,
            &TIMESTAMP,
        ],
    );
    static PROFILE: Key = Key::new(
        "profile",
        Kind::Text,
        "",
        "Who sends, and so how it signs: [the formats](credentials.md#webhooks). `\"custom\"`: as the keys from `header` on say.",
    )
    .of(|| words(&webhook_formats::PROFILES))
    .required();
    static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret that holds what the sender signs with, as the sender shows it. Nothing else may use it.",
    )
    .required();
    static NEXT_SECRET: Key = Key::new(
        "next_secret",
        Kind::Text,
        form::SECRET,
        "A second one that is accepted as well, while the sender changes from one to the other.",
    )
    .usually("none");
    static TOLERANCE: Key = Key::new(
        "tolerance",
        Kind::Seconds(&Span {
            usual: 5 * MINUTE,
            least: (1, "no delivery would arrive in time"),
            most: (HOUR, "until then a delivery that was overheard can be repeated"),
        }),
        form::DURATION,
        "How far the signed time may be in the past or in the future. Only where the format has one.",
    );
    static LIMIT: Key = Key::new(
        "limit",
        Kind::Number(&Bounds { usual: Some(1024 * 1024), least: 256, most: 8 * 1024 * 1024 }),
        form::NUMBER,
        "Bytes of the longest body; above it 413. The whole body is held in memory until its signature was verified.",
    );
    static SINGLE_USE: Key = Key::new(
        "single_use",
        Kind::Flag(false),
        form::FLAG,
        "A delivery works once; one that the sender signs anew is another. Only where the format has a signed time.",
    )
    .usually("`true` with `profile = \"standard-webhooks\"`, else `false`");
    static HEADER: Key = Key::new(
        "header",
        Kind::Text,
        form::NAME,
        "Only with `\"custom\"`, and required there: the header field of the signature.",
    )
    .usually("none");
    static ALGORITHM: Key = Key::new("algorithm", Kind::Text, "", "Only with `\"custom\"`.")
        .of(|| words(&ALGORITHMS))
        .usually("`\"hmac-sha256\"`");
    static ENCODING: Key =
        Key::new("encoding", Kind::Text, "", "Only with `\"custom\"`: how the signature is written.")
            .of(|| words(&ENCODINGS))
            .usually("`\"hex\"`");
    static PREFIX: Key = Key::new(
        "prefix",
        Kind::Text,
        r#""type": "string", "pattern": "^[!-~]{1,32}$", "examples": ["sha256="]"#,
        "Only with `\"custom\"`: what stands before the signature.",
    )
    .usually("nothing");
    static SIGNED: Key = Key::new(
        "signed",
        Kind::Text,
        r#""type": "string", "pattern": "\\{body\\}", "examples": ["{timestamp}.{body}"]"#,
        "Only with `\"custom\"`: what the signature covers. `{body}` once, `{timestamp}`, and header fields by name, as \
         `{x-event-id}`.",
    )
    .usually("`\"{body}\"`");
    static TIMESTAMP: Key = Key::new(
        "timestamp",
        Kind::Text,
        form::NAME,
        "Only with `\"custom\"`: the header field of the time of sending, in Unix seconds. `signed` must cover it.",
    )
    .usually("none");
    const ALGORITHMS: [(&str, bool); 2] = [("hmac-sha256", false), ("hmac-sha1", true)];
    const ENCODINGS: [(&str, WebhookEncoding); 2] =
        [("hex", WebhookEncoding::Hex), ("base64", WebhookEncoding::Base64)];

    /// `[webhooks.*]`. `taken`: names of secrets that are somebody else's; those that are named here are added.
    pub(crate) fn read(root: &Table<'_>, taken: &mut Vec<String>) -> Names<Webhook> {
        let mut webhooks = Names::new("webhooks");
        for (name, table) in root.named(&SECTION) {
            deployment::check_name("webhooks", name, &table);
            let profile = table.word(&PROFILE, &webhook_formats::PROFILES);
            let secrets =
                [&SECRET, &NEXT_SECRET].into_iter().filter_map(|key| secret(&table.text(key)?, taken)).collect();
            let format = profile.and_then(|profile| format(&table, profile));
            let single_use = table.flag_or(&SINGLE_USE, profile == Some(Profile::StandardWebhooks));
            let has_no_time = format.as_ref().is_some_and(|format| format.time.is_none());
            for key in [&TOLERANCE, &SINGLE_USE] {
                if has_no_time && table.has(key) && (single_use || key.name != SINGLE_USE.name) {
                    table.wrong(
                        key,
                        "needs a signed time, and this format has none: a copy looks like the first one forever",
                    );
                }
            }
            let limit = table.number(&LIMIT).unwrap_or_else(|| LIMIT.usual());
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let tolerance = table.seconds(&TOLERANCE);
            webhooks.add(
                name,
                format.map(|format| Webhook { name: name.to_owned(), secrets, format, tolerance, limit, single_use }),
            );
        }
        webhooks
    }

    fn format(table: &Table<'_>, profile: Profile) -> Option<WebhookFormat> {
        if let Some(format) = webhook_formats::of(profile) {
            for key in [&HEADER, &ALGORITHM, &ENCODING, &PREFIX, &SIGNED, &TIMESTAMP] {
                if table.has(key) {
                    table.wrong(key, "is for `profile = \"custom\"`; the others say it themselves");
                }
            }
            return Some(format);
        }
        let time = table.checked(&TIMESTAMP, text::header_name).map(|name| name.to_ascii_lowercase());
        let covered = match table.text(&SIGNED) {
            Some(text) => text.parsed(webhook_formats::template)?,
            None => vec![WebhookPart::Body],
        };
        if time.is_some() != covered.contains(&WebhookPart::Time) {
            table.wrong(&SIGNED, "`{timestamp}` in `signed` and `timestamp`, which says where it stands, go together");
        }
        let prefix = table.checked(&PREFIX, webhook_formats::prefix).unwrap_or_default();
        if !table.has(&HEADER) {
            table.wrong(&HEADER, "is missing: which header field holds the signature?");
        }
        Some(WebhookFormat {
            field: table.checked(&HEADER, text::header_name)?.to_ascii_lowercase(),
            separator: String::new(),
            prefix,
            encoding: table.word(&ENCODING, &ENCODINGS).unwrap_or(WebhookEncoding::Hex),
            is_sha1: table.word(&ALGORITHM, &ALGORITHMS).unwrap_or(false),
            has_base64_key: false,
            time: time.map(WebhookTime::Field),
            covered,
        })
    }
}
