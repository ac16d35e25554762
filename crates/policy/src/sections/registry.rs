//! `[registry]`: how clients are found and their secrets checked.

use std::sync::Arc;

use super::Key;

/// `[registry]`: what client ids and the digests of their secrets are made with.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Client keys; the first makes new ids and digests, all verify. A key that goes takes its clients with it.
    pub keys: Vec<Arc<Key>>,
    /// Seconds an isolate may answer from its own copy of a client (default 30).
    pub cache: u64,
}

coded!(struct Registry { keys, cache });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::Registry;
    use crate::reader::table::Table;
    use crate::sections::key::{self, Keys};
    use crate::shape::{CACHED, KEY_LIST, Key, Kind, Shape, form};

    pub(crate) static SECTION: Key = Key::new(
        "registry",
        Kind::Table(&TABLE),
        "",
        "How clients are found and their secrets checked. `[clients.*]`, `[oauth]` and `token-pair` need it.",
    );
    /// `[registry]`
    static TABLE: Shape = Shape::new("registry", "", "", &[&KEYS, &CACHE]);
    static KEYS: Key = Key::new(
        "keys",
        KEY_LIST,
        form::KEY_IDS,
        "Ids of keys with `use = \"client\"`. The first makes new ids and digests, all verify. Removing a key \
         invalidates the ids and the digests of secrets that were made with it.",
    )
    .required();
    static CACHE: Key = Key::new(
        "cache",
        CACHED,
        form::DURATION,
        "Maximum age of an isolate's copy of a registered client. Part of the time until a removal is seen \
         everywhere.",
    );

    /// `[registry]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys) -> Option<Registry> {
        let table = root.table(&SECTION)?;
        Some(Registry { keys: key::list(&table, &KEYS, keys, key::CLIENT), cache: table.seconds(&CACHE) })
    }
}
