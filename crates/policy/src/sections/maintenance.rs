//! `[maintenance]`: what a request is told while the site is closed, and who looks at it meanwhile.

/// `[maintenance]`
#[derive(Debug, Clone)]
pub struct Maintenance {
    /// Seconds after which clients try again (default 5 min).
    pub retry_after: u64,
    /// What opens the site to its operator: a header, in lower case, and the name of the secret that holds its value.
    pub pass: Option<(String, String)>,
}

coded!(struct Maintenance { retry_after, pass });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::Maintenance;
    use crate::reader::secrets;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::shape::{DAY, Key, Kind, MINUTE, Shape, Span, form};

    pub(crate) static SECTION: Key = Key::new(
        "maintenance",
        Kind::Table(&TABLE),
        "",
        "What is said where `maintenance = true` of `[gateway]` or of a route closes the site, and who may look at it.",
    );
    /// `[maintenance]`
    static TABLE: Shape = Shape::new("maintenance", "", "", &[&RETRY_AFTER, &PASS_HEADER, &PASS_SECRET]);
    static RETRY_AFTER: Key = Key::new(
        "retry_after",
        Kind::Seconds(&Span {
            usual: 5 * MINUTE,
            least: (1, "clients would try again at once"),
            most: (DAY, "search engines take a page that is away for longer for one that is gone"),
        }),
        form::DURATION,
        "`Retry-After` of the 503.",
    );
    static PASS_HEADER: Key = Key::new(
        "pass_header",
        Kind::Text,
        form::NAME,
        "A request header that opens what is closed, if its value is that of `pass_secret`: for your own look. It replaces \
         no credential, and reaches no origin.",
    )
    .usually("none");
    static PASS_SECRET: Key = Key::new(
        "pass_secret",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret that holds the value, of 16 bytes or more. Nothing else may use it. Required with \
         `pass_header`, and only there.",
    )
    .usually("none");

    /// `[maintenance]`. `taken`: names of secrets that are somebody else's; the one that is named here is added.
    pub(crate) fn read(root: &Table<'_>, taken: &mut Vec<String>) -> Maintenance {
        let Some(table) = root.table(&SECTION) else {
            return Maintenance { retry_after: RETRY_AFTER.usual(), pass: None };
        };
        for (key, other) in [(&PASS_HEADER, &PASS_SECRET), (&PASS_SECRET, &PASS_HEADER)] {
            if table.has(key) && !table.has(other) {
                table.wrong(key, &format!("has no effect without `{}`", other.name));
            }
        }
        let header = table.checked(&PASS_HEADER, text::settable_header).map(|name| name.to_ascii_lowercase());
        let secret = table.text(&PASS_SECRET).and_then(|text| secrets::own(&text, taken));
        Maintenance { retry_after: table.seconds(&RETRY_AFTER), pass: header.zip(secret) }
    }
}
