//! `[sign_in]`: the page where people give their password.

use std::sync::Arc;

use super::Key;
use crate::Origin;

/// `[sign_in]`: the page at `/.edgegate/sign-in`; the password check is the origin's.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Who checks passwords.
    pub origin: Arc<Origin>,
    /// Path of its check: `POST` JSON `{account, password}`, answered 200 `{subject, ...}` or 401.
    pub path: String,
    /// Signs the call.
    pub key: Arc<Key>,
}

coded!(struct SignIn { origin, path, key });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::SignIn;
    use crate::Origin;
    use crate::reader::bucket;
    use crate::reader::deployment;
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::sections::key::{self, Keys};
    use crate::sections::session;
    use crate::shape::root;
    use crate::shape::{Key, Kind, Shape, form};

    pub(crate) static SECTION: Key = Key::new(
        "sign_in",
        Kind::Table(&TABLE),
        "",
        "The page at /.edgegate/sign-in; the password check is the origin's. Needs `[session]`.",
    );
    /// `[sign_in]`
    static TABLE: Shape = Shape::new("sign_in", "", "", &[&ORIGIN, &PATH, &KEY]);
    static ORIGIN: Key =
        Key::new("origin", Kind::Text, form::SLUG, "Name of the origin that checks passwords.").required();
    static PATH: Key = Key::new("path", Kind::Text, form::PATH, "Path of its check.").required();
    static KEY: Key = Key::new("key", Kind::Text, form::KEY_ID, "Id of the key with `use = \"assertion\"`.").required();

    /// `[sign_in]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys, origins: &Names<Origin>) -> Option<SignIn> {
        let table = root.table(&SECTION)?;
        if !root.has(&session::SECTION) && !root.has(&root::LUMINATE) {
            table
                .report
                .add(table.line, String::from("sign_in: its page opens a session, and there is no `[session]`"));
        }
        let origin = table.text(&ORIGIN);
        let origin = origin.and_then(|name| {
            let origin = origins.find(&name, name.value)?;
            deployment::check_for_passwords(&name, &origin);
            bucket::check_for_calls(&name, &origin);
            Some(origin)
        });
        let path = table.checked(&PATH, text::exact_path);
        let key = table.text(&KEY);
        let key = key.and_then(|id| key::one(&id, keys, key::ASSERTION));
        Some(SignIn { origin: origin?, path: path?, key: key? })
    }
}
