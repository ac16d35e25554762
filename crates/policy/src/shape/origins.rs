//! What the gateway shows an origin.

pub(crate) mod origin_authorization {
    use super::super::{Key, Kind, Shape, form};

    /// `[origins.NAME.authorization]`
    pub(crate) static TABLE: Shape = Shape::new("origins.*.authorization", "", ONE, KEYS);
    pub(crate) const KEYS: &[&Key] = &[&BASIC, &BEARER];
    pub(crate) const ONE: &str = r#""oneOf": [{"required": ["basic"]}, {"required": ["bearer"]}]"#;
    pub(crate) static BASIC: Key = Key::new(
        "basic",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret that holds `user:password`, sent as HTTP Basic (RFC 7617).",
    );
    pub(crate) static BEARER: Key = Key::new(
        "bearer",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret that holds a token, sent as Bearer (RFC 6750).",
    );
}

pub(crate) mod route_authorization {
    use super::super::Shape;
    use super::origin_authorization::{KEYS, ONE};

    /// `[routes[].forward.authorization]`
    pub(crate) static TABLE: Shape = Shape::new("routes[].forward.authorization", "", ONE, KEYS);
}
