//! `[email_link]`: signing in by a link that comes by e-mail.

use std::sync::Arc;

use super::Key;
use crate::Origin;

/// `[email_link]`: a page asks for an e-mail address, and the operator's own service sends the link.
#[derive(Debug, Clone)]
pub struct EmailLink {
    /// Who sends.
    pub origin: Arc<Origin>,
    /// Path of its call: `POST` JSON `{email, url, expires}`, answered 200 `{subject}` once it is sent, or 404.
    pub path: String,
    /// Signs the call.
    pub key: Arc<Key>,
    /// Seconds for which a link works (default 15 min).
    pub lifetime: u64,
}

coded!(struct EmailLink { origin, path, key, lifetime });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::EmailLink;
    use crate::Origin;
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::reader::{bucket, deployment, text};
    use crate::sections::key::{self, Keys};
    use crate::sections::session;
    use crate::shape::{HOUR, Key, Kind, MINUTE, Shape, Span, form};

    pub(crate) static SECTION: Key = Key::new(
        "email_link",
        Kind::Table(&TABLE),
        "",
        "Signing in by a link that comes by e-mail: a page asks for the address, and an origin of yours sends the link \
         ([how](sign-in.md#a-link-by-e-mail)). Needs `[session]`.",
    );
    /// `[email_link]`
    static TABLE: Shape = Shape::new("email_link", "", "", &[&ORIGIN, &PATH, &KEY, &LIFETIME]);
    static ORIGIN: Key =
        Key::new("origin", Kind::Text, form::SLUG, "Name of the origin that sends the link.").required();
    static PATH: Key = Key::new("path", Kind::Text, form::PATH, "Path of its call.").required();
    static KEY: Key = Key::new(
        "key",
        Kind::Text,
        form::KEY_ID,
        "Id of the key with `use = \"assertion\"` that signs the call, as the password check's.",
    )
    .required();
    static LIFETIME: Key = Key::new(
        "lifetime",
        Kind::Seconds(&Span {
            usual: 15 * MINUTE,
            least: (MINUTE, "mail takes longer"),
            most: (24 * HOUR, "until then whoever reads the mailbox can sign in by it"),
        }),
        form::DURATION,
        "How long a link works.",
    );

    /// `[email_link]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys, origins: &Names<Origin>) -> Option<EmailLink> {
        let table = root.table(&SECTION)?;
        if !root.has(&session::SECTION) {
            let reason = "email_link: a link opens a session, and there is no `[session]`";
            table.report.add(table.line, String::from(reason));
        }
        let origin = table.text(&ORIGIN).and_then(|name| {
            let origin = origins.find(&name, name.value)?;
            deployment::check_for_passwords(&name, &origin);
            bucket::check_for_calls(&name, &origin);
            Some(origin)
        });
        let path = table.checked(&PATH, text::exact_path);
        let key = table.text(&KEY).and_then(|id| key::one(&id, keys, key::ASSERTION));
        let lifetime = table.seconds(&LIFETIME);
        Some(EmailLink { origin: origin?, path: path?, key: key?, lifetime })
    }
}
