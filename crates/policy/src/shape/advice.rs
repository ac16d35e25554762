//! What the policy says of its own warnings. No Worker has any of it.

pub(crate) mod allow_warnings {
    use super::super::{Key, Kind, Shape};
    use crate::reader::allowable_codes;

    /// `[[allow_warnings]]`
    pub(crate) static TABLE: Shape =
        Shape::new("allow_warnings[]", "A warning that stays.", "", &[&CODE, &TABLE_NAME, &REASON]);
    pub(crate) static CODE: Key =
        Key::new("code", Kind::Text, "", "The code of the warning, one of [the list](warnings.md).")
            .of(allowable_codes)
            .required();
    pub(crate) static TABLE_NAME: Key = Key::new(
        "table",
        Kind::Text,
        r#""type": "string", "minLength": 1, "examples": ["gateway", "origins.NAME", "routes.NAME"]"#,
        "The table that the warning is about, as its text begins: `gateway`, `origins.NAME`, `routes.NAME`.",
    )
    .required();
    pub(crate) static REASON: Key =
        Key::new("reason", Kind::Text, r#""type": "string", "pattern": "\\S""#, "Why the warning can stay. Not empty.")
            .required();
}
