//! What a route allows in a path.

pub(crate) mod route_paths {
    use super::super::{Key, Kind, Shape, form};

    /// `[routes[].paths]`
    pub(crate) static TABLE: Shape =
        Shape::new("routes[].paths", "", "", &[&ENCODED_SLASH, &DOUBLE_SLASH, &NEEDLESS_ESCAPES]);
    pub(crate) static ENCODED_SLASH: Key = Key::new(
        "encoded_slash",
        Kind::Flag(false),
        form::FLAG,
        "`%2F` in a segment: `/api/projects/group%2Fproject`, `/@scope%2Fpackage`.",
    );
    pub(crate) static DOUBLE_SLASH: Key = Key::new(
        "double_slash",
        Kind::Flag(false),
        form::FLAG,
        "An empty segment: `/image/https://example.org/a.png`.",
    );
    pub(crate) static NEEDLESS_ESCAPES: Key = Key::new(
        "needless_escapes",
        Kind::Flag(false),
        form::FLAG,
        "An escape of a letter, a digit, `-`, `.`, `_` or `~`: `/files/a%2Db.txt`.",
    );
}
