//! `[nonce]`: opens a session, once.

use std::sync::Arc;

use super::Key;

/// `[nonce]`
#[derive(Debug, Clone)]
pub struct Nonce {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Query parameter (default `NONCE_TOKEN`).
    pub parameter: String,
    /// Seconds a nonce lives unless minted shorter (default 15 min).
    pub lifetime: u64,
}

coded!(struct Nonce { keys, parameter, lifetime });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::Nonce;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::sections::key::{self, Keys};
    use crate::shape::{DAY, KEY_LIST, Key, Kind, MINUTE, STORED, Shape, Span, form};

    pub(crate) static SECTION: Key = Key::new("nonce", Kind::Table(&TABLE), "", "One-time nonces that open a session.");
    /// `[nonce]`
    static TABLE: Shape = Shape::new("nonce", "", "", &[&KEYS, &PARAMETER, &LIFETIME]);
    static KEYS: Key = Key::new("keys", KEY_LIST, form::KEY_IDS, "Ids of keys with `use = \"seal\"`.").required();
    static PARAMETER: Key =
        Key::new("parameter", Kind::TextOr("NONCE_TOKEN"), form::NAME, "Query parameter that carries it.");
    static LIFETIME: Key = Key::new(
        "lifetime",
        Kind::Seconds(&Span {
            usual: 15 * MINUTE,
            least: STORED,
            most: (DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "Lifetime of a nonce, and the maximum that a call may request.",
    );

    /// `[nonce]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys) -> Option<Nonce> {
        let table = root.table(&SECTION)?;
        let parameter = table.checked_or(&PARAMETER, text::parameter);
        Some(Nonce { keys: key::list(&table, &KEYS, keys, key::SEAL), parameter, lifetime: table.seconds(&LIFETIME) })
    }
}
