//! `[keys.<id>]`, and references to keys for one purpose.

/// `[keys.<id>]`: a key by its id (`eg_kid`, the middle part of issued tokens, the JWT's `kid`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The table's name: 1 to 32 of `[A-Za-z0-9-]`.
    pub id: String,
    /// Name of the Worker secret that holds the value.
    pub secret: String,
    /// What it may be used for, so that no key serves two formats.
    pub usage: KeyUse,
}

/// `use = "..."` of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// `link`: generic signed links, with their algorithm.
    Link(MacAlgorithm),
    /// `digest`: the secret suffix of a digest signature.
    Digest,
    /// `seal`: credentials that Edgegate issues itself (tokens, sessions, nonces).
    Seal,
    /// `identity`: a P-256 private JWK that signs the identity JWT.
    Identity,
    /// `assertion`: signs the gateway's own calls to an origin's password check.
    Assertion,
    /// `client`: authenticates client ids, and keys the digests of client secrets.
    Client,
}

/// `algorithm = "..."` of a link key. Pinned by the key, never by the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacAlgorithm {
    /// `hmac-sha256` (default)
    HmacSha256,
    /// `hmac-sha1`
    HmacSha1,
}

coded!(struct Key { id, secret, usage });
coded!(enum KeyUse { 0 Link(value), 1 Digest, 2 Seal, 3 Identity, 4 Assertion, 5 Client });
coded!(enum MacAlgorithm { 0 HmacSha256, 1 HmacSha1 });

#[cfg(feature = "reader")]
pub(crate) use file::*;

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use std::collections::HashMap;
    use std::sync::Arc;

    use super::{KeyUse, MacAlgorithm};
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::reader::value::Text;
    use crate::shape::{Key, Kind, SPREAD, Shape, form, words};

    pub(crate) static SECTION: Key = Key::new(
        "keys",
        Kind::Tables(&TABLE),
        r##""propertyNames": {"$ref": "#/$defs/key"}"##,
        "Keys by id: `eg_kid` of links, the middle part of issued tokens, `kid` of JWTs.",
    );
    /// `[keys.NAME]`
    static TABLE: Shape = Shape::new(
        "keys.*",
        "A key: the secret that holds its value, and the one purpose that it serves.",
        "",
        &[&SECRET, &USE, &ALGORITHM, &SHARDS],
    );
    static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret: capitals, digits and `_`. A value of fewer than 16 bytes counts as missing, \
         except with `use = \"digest\"`, where another system chose the secret.",
    )
    .required();
    static USE: Key = Key::new(
        "use",
        Kind::Text,
        "",
        "`\"link\"`: signed links. `\"digest\"`: signed redirects. `\"seal\"`: tokens, codes, sessions, tickets and \
         nonces that the gateway issues. `\"identity\"`: a private P-256 key in JWK form that signs identity JWTs. \
         `\"assertion\"`: signs the gateway's calls to your password check and lookup. `\"client\"`: authenticates \
         the ids of registered clients, and keys the digests of client secrets.",
    )
    .of(|| words(&USES))
    .required();
    static ALGORITHM: Key = Key::new(
        "algorithm",
        Kind::Text,
        "",
        "Only with `use = \"link\"`. The alternative is `\"hmac-sha1\"`, for signers that cannot do better.",
    )
    .of(|| words(&ALGORITHMS))
    .usually("`\"hmac-sha256\"`");
    static SHARDS: Key = Key::new(
        "shards",
        SPREAD,
        form::NUMBER,
        "The number of [Ledger](storage.md#the-ledger) objects among which the claims of this key are divided. An \
         object handles about a thousand calls a second. **Never change it while anything issued with the key is \
         still valid**: what was used under the old number would not be found under the new one and would work \
         again. To grow, add a key with more shards and [let it take over](operations.md#changing-a-key). Not with \
         `use = \"identity\"` and `use = \"assertion\"`.",
    );
    const USES: [(&str, KeyUse); 6] = [
        ("link", KeyUse::Link(MacAlgorithm::HmacSha256)),
        ("digest", KeyUse::Digest),
        ("seal", KeyUse::Seal),
        ("identity", KeyUse::Identity),
        ("assertion", KeyUse::Assertion),
        ("client", KeyUse::Client),
    ];
    const ALGORITHMS: [(&str, MacAlgorithm); 2] =
        [("hmac-sha256", MacAlgorithm::HmacSha256), ("hmac-sha1", MacAlgorithm::HmacSha1)];

    /// Every key, by its id.
    pub(crate) type Keys = Names<super::Key>;

    /// What a reference wants a key for.
    #[derive(Clone, Copy)]
    pub(crate) struct Purpose {
        word: &'static str,
        fits: fn(KeyUse) -> bool,
    }

    pub(crate) const LINK: Purpose = Purpose { word: "link", fits: |usage| matches!(usage, KeyUse::Link(_)) };
    pub(crate) const DIGEST: Purpose = Purpose { word: "digest", fits: |usage| usage == KeyUse::Digest };
    pub(crate) const SEAL: Purpose = Purpose { word: "seal", fits: |usage| usage == KeyUse::Seal };
    pub(crate) const IDENTITY: Purpose = Purpose { word: "identity", fits: |usage| usage == KeyUse::Identity };
    pub(crate) const CLIENT: Purpose = Purpose { word: "client", fits: |usage| usage == KeyUse::Client };
    pub(crate) const ASSERTION: Purpose = Purpose { word: "assertion", fits: |usage| usage == KeyUse::Assertion };

    /// Every `[keys.*]`, and over how many objects of the Ledger the claims of each are spread that says so. No two may name
    /// the same secret.
    pub(crate) fn read(root: &Table<'_>) -> (Keys, Vec<(String, u16)>) {
        let mut keys = Names::new("keys");
        let mut shards = Vec::new();
        let mut secrets: HashMap<String, String> = HashMap::new();
        for (id, table) in root.named(&SECTION) {
            let key = key(id, &table);
            if let Some(key) = &key {
                if let Some(other) = secrets.get(&key.secret) {
                    let reason = format!(
                        "`{}` is the secret of `[keys.{other}]` already; every key has a value of its own",
                        key.secret
                    );
                    table.wrong(&SECRET, &reason);
                }
                secrets.entry(key.secret.clone()).or_insert_with(|| id.to_owned());
                shards.extend(shards_of(&table, key));
            }
            keys.add(id, key);
        }
        (keys, shards)
    }

    /// The keys that a list names, all for one purpose. The list must not be empty.
    pub(crate) fn list(table: &Table<'_>, named: &Key, keys: &Keys, purpose: Purpose) -> Vec<Arc<super::Key>> {
        let ids = table.texts(named);
        ids.iter().filter_map(|id| one(id, keys, purpose)).collect()
    }

    /// The key that a string names.
    pub(crate) fn one(id: &Text<'_>, keys: &Keys, purpose: Purpose) -> Option<Arc<super::Key>> {
        let key = keys.find(id, id.value)?;
        if !(purpose.fits)(key.usage) {
            let reason = format!(
                "`{}` is a key with `use = \"{}\"`, and here one with `use = \"{}\"` is needed; no key serves two formats",
                key.id,
                word(key.usage),
                purpose.word
            );
            id.wrong(&reason);
        }
        Some(key)
    }

    fn key(id: &str, table: &Table<'_>) -> Option<super::Key> {
        if let Err(reason) = text::key_id(id) {
            table.report.add(table.line, format!("keys: {reason}"));
        }
        let secret = table.checked(&SECRET, text::secret);
        let usage = table.word(&USE, &USES);
        let algorithm = table.word(&ALGORITHM, &ALGORITHMS);
        let usage = match usage? {
            KeyUse::Link(default) => KeyUse::Link(algorithm.unwrap_or(default)),
            other => {
                if table.has(&ALGORITHM) {
                    let reason = "only a key with `use = \"link\"` has a choice of algorithm; leave it out";
                    table.wrong(&ALGORITHM, reason);
                }
                other
            }
        };
        Some(super::Key { id: id.to_owned(), secret: secret?, usage })
    }

    /// Over how many objects of the Ledger claims are spread.
    pub(crate) fn shards(table: &Table<'_>, named: &Key) -> Option<u16> {
        let shards = table.number(named)?;
        u16::try_from(shards).ok()
    }

    fn shards_of(table: &Table<'_>, key: &super::Key) -> Option<(String, u16)> {
        let shards = shards(table, &SHARDS)?;
        if matches!(key.usage, KeyUse::Identity | KeyUse::Assertion) {
            table.wrong(&SHARDS, "has no effect on this key: nothing that it signs is used up; leave it out");
        }
        Some((key.id.clone(), shards))
    }

    fn word(usage: KeyUse) -> &'static str {
        match usage {
            KeyUse::Link(_) => "link",
            KeyUse::Digest => "digest",
            KeyUse::Seal => "seal",
            KeyUse::Identity => "identity",
            KeyUse::Assertion => "assertion",
            KeyUse::Client => "client",
        }
    }
}
