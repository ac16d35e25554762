//! `[webhooks.<name>]` as the file has it.

use super::formats::{self, Profile};
use super::{Webhook, WebhookEncoding, WebhookFormat, WebhookPart, WebhookTime};
use crate::reader::deployment;
use crate::reader::names::Names;
use crate::reader::secrets::own as secret;
use crate::reader::table::Table;
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
.of(|| words(&formats::PROFILES))
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
static ENCODING: Key = Key::new("encoding", Kind::Text, "", "Only with `\"custom\"`: how the signature is written.")
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
const ENCODINGS: [(&str, WebhookEncoding); 2] = [("hex", WebhookEncoding::Hex), ("base64", WebhookEncoding::Base64)];

/// `[webhooks.*]`. `taken`: names of secrets that are somebody else's; those that are named here are added.
pub(crate) fn read(root: &Table<'_>, taken: &mut Vec<String>) -> Names<Webhook> {
    let mut webhooks = Names::new("webhooks");
    for (name, table) in root.named(&SECTION) {
        deployment::check_name("webhooks", name, &table);
        let profile = table.word(&PROFILE, &formats::PROFILES);
        let secrets = [&SECRET, &NEXT_SECRET].into_iter().filter_map(|key| secret(&table.text(key)?, taken)).collect();
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
    if let Some(format) = formats::of(profile) {
        for key in [&HEADER, &ALGORITHM, &ENCODING, &PREFIX, &SIGNED, &TIMESTAMP] {
            if table.has(key) {
                table.wrong(key, "is for `profile = \"custom\"`; the others say it themselves");
            }
        }
        return Some(format);
    }
    let time = table.checked(&TIMESTAMP, formats::field).map(|name| name.to_ascii_lowercase());
    let covered = match table.text(&SIGNED) {
        Some(text) => text.parsed(formats::template)?,
        None => vec![WebhookPart::Body],
    };
    if time.is_some() != covered.contains(&WebhookPart::Time) {
        table.wrong(&SIGNED, "`{timestamp}` in `signed` and `timestamp`, which says where it stands, go together");
    }
    let prefix = table.checked(&PREFIX, formats::prefix).unwrap_or_default();
    if !table.has(&HEADER) {
        table.wrong(&HEADER, "is missing: which header field holds the signature?");
    }
    Some(WebhookFormat {
        field: table.checked(&HEADER, formats::field)?.to_ascii_lowercase(),
        separator: String::new(),
        prefix,
        encoding: table.word(&ENCODING, &ENCODINGS).unwrap_or(WebhookEncoding::Hex),
        is_sha1: table.word(&ALGORITHM, &ALGORITHMS).unwrap_or(false),
        has_base64_key: false,
        time: time.map(WebhookTime::Field),
        covered,
    })
}
