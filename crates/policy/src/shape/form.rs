//! Pieces of the schema that several keys share. [`DEFINITIONS`] has what they refer to.

pub(crate) const FLAG: &str = r#""type": "boolean""#;
pub(crate) const NUMBER: &str = r#""type": "integer""#;
pub(crate) const DURATION: &str = r##""$ref": "#/$defs/duration""##;
pub(crate) const SLUG: &str = r##""$ref": "#/$defs/slug""##;
pub(crate) const KEY_ID: &str = r##""$ref": "#/$defs/key""##;
pub(crate) const SECRET: &str = r##""$ref": "#/$defs/secret""##;
pub(crate) const URL: &str = r##""$ref": "#/$defs/url""##;
pub(crate) const PATH: &str = r##""$ref": "#/$defs/path""##;
pub(crate) const PATH_PATTERN: &str = r##""$ref": "#/$defs/pathPattern""##;
pub(crate) const NAME: &str = r##""$ref": "#/$defs/name""##;
pub(crate) const SUBJECT: &str = r##""$ref": "#/$defs/subject""##;
pub(crate) const AUDIENCE: &str = r##""$ref": "#/$defs/audience""##;
pub(crate) const KEY_IDS: &str = r##""items": {"$ref": "#/$defs/key"}"##;
pub(crate) const NAME_PATTERNS: &str = r##""items": {"$ref": "#/$defs/namePattern"}"##;
pub(crate) const SCOPES: &str = r##""items": {"$ref": "#/$defs/scope"}"##;
pub(crate) const AUDIENCES: &str = r##""items": {"$ref": "#/$defs/audience"}"##;
pub(crate) const NETWORKS: &str = r##""items": {"$ref": "#/$defs/network"}"##;
pub(crate) const NAMES: &str = r##""items": {"$ref": "#/$defs/name"}"##;
pub(crate) const FIELDS: &str = r##""items": {"$ref": "#/$defs/field"}"##;
pub(crate) const SECRET_HEADERS: &str = r##""type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"$ref": "#/$defs/secret"}"##;
pub(crate) const RULES: &str = r##""type": "object", "minProperties": 1, "propertyNames": {"$ref": "#/$defs/subject"}, "additionalProperties": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[^*]+[*]?$|^[*][^*]+$"}, "uniqueItems": true}"##;
pub(crate) const CLAIM_FIELDS: &str = r##""type": "object", "minProperties": 1, "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"$ref": "#/$defs/subject"}"##;
pub(crate) const API_METHODS: &str = r##""items": {"$ref": "#/$defs/apiMethod"}"##;

/// What they refer to: `$defs` of the schema.
pub const DEFINITIONS: [(&str, &str); 15] = [
    (
        "duration",
        r##"{"type": "string", "pattern": "^(0|[1-9][0-9]*)[smhd]$", "examples": ["5s", "15m", "6h", "14d"]}"##,
    ),
    (
        "field",
        r##"{"type": "string", "pattern": "^[a-z0-9_*]{1,64}$", "examples": ["cons_id", "*_cons_id", "card_*"]}"##,
    ),
    ("slug", r##"{"type": "string", "pattern": "^[a-z0-9-]{1,64}$"}"##),
    ("key", r##"{"type": "string", "pattern": "^[A-Za-z0-9-]{1,32}$"}"##),
    ("secret", r##"{"type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,63}$"}"##),
    ("url", r##"{"type": "string", "pattern": "^https?://[a-z0-9.\\[\\]:-]+(/[^?#%;*\\\\\\s]*[^/?#%;*\\\\\\s])?$"}"##),
    ("path", r##"{"type": "string", "pattern": "^/[A-Za-z0-9/._~!$&'()+,=:@-]*$"}"##),
    (
        "pathPattern",
        r##"{"type": "string", "pattern": "^/([A-Za-z0-9/._~!$&'()+,=:@-]*/)?\\*?$|^/[A-Za-z0-9/._~!$&'()+,=:@-]*$", "examples": ["/a/b", "/a/*", "/*"]}"##,
    ),
    ("name", r##"{"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}"##),
    (
        "namePattern",
        r##"{"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}\\*?$", "examples": ["X-Staff", "utm_*"]}"##,
    ),
    ("scope", r##"{"type": "string", "pattern": "^[!#-\\[\\]-~]{1,128}$"}"##),
    ("audience", r##"{"type": "string", "pattern": "^[!#-\\[\\]-~]{1,256}$"}"##),
    ("subject", r##"{"type": "string", "pattern": "^[!-~]{1,255}$"}"##),
    ("apiMethod", r##"{"type": "string", "pattern": "^[a-z][A-Za-z0-9]{0,63}$"}"##),
    (
        "network",
        r##"{"type": "string", "examples": ["192.0.2.0/24", "2001:db8::/32"], "not": {"enum": ["0.0.0.0/0", "::/0"]}}"##,
    ),
];
