//! What a bucket says, as plain values.

/// What a bucket says of an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told<'a> {
    /// What it is: `object`; `document` in the place of one that is missing; `created`, `replaced` and `failed` of an upload,
    /// `deleted`; empty if there is none.
    pub what: &'a str,
    /// Bytes of the whole.
    pub size: u64,
    /// Its tag, without quotes.
    pub tag: &'a str,
    /// When it was stored, in Unix seconds.
    pub uploaded: u64,
    /// The same as HTTP writes it.
    pub last_modified: &'a str,
    /// Which body comes with it: `whole`, the `part` that was asked for, or none.
    pub body: &'a str,
    /// Its type.
    pub content_type: &'a str,
    /// How it is packed.
    pub content_encoding: &'a str,
    /// How long it may be kept.
    pub cache_control: &'a str,
}

impl<'a> Told<'a> {
    /// Reads the lines that `bucket.js` writes, one for each field; None if some are missing.
    pub fn read(lines: &'a str) -> Option<Self> {
        let mut lines = lines.split('\n');
        let mut line = || lines.next();
        Some(Self {
            what: line()?,
            size: line()?.parse().ok()?,
            tag: line()?,
            uploaded: line()?.parse().ok()?,
            last_modified: line()?,
            body: line()?,
            content_type: line()?,
            content_encoding: line()?,
            cache_control: line()?,
        })
    }
}
