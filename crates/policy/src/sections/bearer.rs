//! `[bearer]`: tokens that this gateway issues.

use std::sync::Arc;

use super::Key;

/// `[bearer]`
#[derive(Debug, Clone)]
pub struct Bearer {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Seconds a minted token lives (default 1 h).
    pub lifetime: u64,
    /// Seconds an isolate may answer from its own copy of a record (default 30).
    pub cache: u64,
}

coded!(struct Bearer { keys, lifetime, cache });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::Bearer;
    use crate::reader::table::Table;
    use crate::sections::key::{self, Keys};
    use crate::shape::{CACHED, DAY, HOUR, KEY_LIST, Key, Kind, STORED, Shape, Span, form};

    pub(crate) static SECTION: Key = Key::new("bearer", Kind::Table(&TABLE), "", "Opaque Bearer tokens.");
    /// `[bearer]`
    static TABLE: Shape = Shape::new("bearer", "", "", &[&KEYS, &LIFETIME, &CACHE]);
    static KEYS: Key =
        Key::new("keys", KEY_LIST, form::KEY_IDS, "Ids of keys with `use = \"seal\"`. The first issues, all verify.")
            .required();
    static LIFETIME: Key = Key::new(
        "lifetime",
        Kind::Seconds(&Span { usual: HOUR, least: STORED, most: (90 * DAY, "what leaks would stay good for longer") }),
        form::DURATION,
        "Lifetime of a token, and the maximum that a call may request.",
    );
    static CACHE: Key = Key::new(
        "cache",
        CACHED,
        form::DURATION,
        "Maximum age of an isolate's copy of a record. Part of the [time until a revocation is \
         seen](operations.md#revocation).",
    );

    /// `[bearer]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys) -> Option<Bearer> {
        let table = root.table(&SECTION)?;
        Some(Bearer {
            keys: key::list(&table, &KEYS, keys, key::SEAL),
            lifetime: table.seconds(&LIFETIME),
            cache: table.seconds(&CACHE),
        })
    }
}
