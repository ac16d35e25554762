//! `[basic]`: user names and passwords over HTTP Basic (RFC 7617).

/// `[basic]`: user name and password over HTTP Basic (RFC 7617).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basic {
    /// People, whose passwords the origin checks as `[sign_in]` says (default: where there is a `[sign_in]`).
    pub people: bool,
    /// Seconds an isolate takes a right password without asking again (default 60).
    pub cache: u64,
    /// Programs, whose passwords are Worker secrets.
    pub machines: Vec<Machine>,
}

/// `[basic.machines.<name>]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The table's name: the user name.
    pub name: String,
    /// Name of the Worker secret that holds the password.
    pub secret: String,
    /// As whom it goes through (default: its name).
    pub subject: String,
}

coded!(struct Basic { people, cache, machines });
coded!(struct Machine { name, secret, subject });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::{Basic, Machine};
    use crate::reader::secrets::own as secret;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::sections::sign_in;
    use crate::shape::{Key, Kind, MINUTE, Shape, Span, form};

    pub(crate) static SECTION: Key = Key::new(
        "basic",
        Kind::Table(&TABLE),
        "",
        "User names and passwords over HTTP Basic (RFC 7617), on routes that accept `basic`.",
    );
    /// `[basic]`
    static TABLE: Shape = Shape::new("basic", "", "", &[&PEOPLE, &CACHE, &MACHINES]);
    static PEOPLE: Key = Key::new(
        "people",
        Kind::Flag(false),
        form::FLAG,
        "People use the account and password that [`[sign_in]`](#sign_in) checks; guesses are counted as on its \
         page. The origin is asked about the same password once at a time, and about one that was wrong or that it \
         did not answer once in ten seconds. `true` needs that table.",
    )
    .usually("whether there is a `[sign_in]`");
    static CACHE: Key = Key::new(
        "cache",
        Kind::Seconds(&Span {
            usual: MINUTE,
            least: (0, ""),
            most: (5 * MINUTE, "for so long a password that was changed still works"),
        }),
        form::DURATION,
        "How long an isolate accepts a right password from the same network without asking the origin again. After \
         a change the old password still works for this time. With `0s`, and on routes with `revocation = \
         \"strict\"`, the origin is asked every time. What is remembered is a keyed digest, for the network that \
         sent the right password.",
    );
    static MACHINES: Key = Key::new(
        "machines",
        Kind::Tables(&machine::TABLE),
        r#""propertyNames": {"pattern": "^[A-Za-z0-9._@-]{1,64}$"}"#,
        "Programs with a password of their own, below. With `people = false` there must be at least one.",
    )
    .usually("none");

    mod machine {
        use crate::shape::{Key, Kind, Shape, form};

        /// `[basic.machines.NAME]`
        pub(super) static TABLE: Shape = Shape::new("basic.machines.*", "A program.", "", &[&SECRET, &SUBJECT]);
        pub(super) static SECRET: Key = Key::new(
            "secret",
            Kind::Text,
            form::SECRET,
            "Name of the Worker secret that holds the password, of 16 bytes or more. Nothing else may use it.",
        )
        .required();
        pub(super) static SUBJECT: Key =
            Key::new("subject", Kind::Text, form::SUBJECT, "The subject that the origin receives.").usually("its name");
    }

    /// `[basic]`. `taken`: names of secrets that are somebody else's; those that are named here are added.
    pub(crate) fn read(root: &Table<'_>, taken: &mut Vec<String>) -> Option<Basic> {
        let table = root.table(&SECTION)?;
        let people = table.flag_or(&PEOPLE, root.has(&sign_in::SECTION));
        if people && !root.has(&sign_in::SECTION) {
            let reason = "who checks the passwords of people is said in `[sign_in]`, and there is none";
            table.wrong(&PEOPLE, reason);
        }
        let mut machines = Vec::new();
        for (name, table) in table.named(&MACHINES) {
            if let Err(reason) = text::login_name(name) {
                table.report.add(table.line, format!("basic.machines: {reason}"));
            }
            let secret = table.text(&machine::SECRET).and_then(|text| secret(&text, taken));
            let subject = table.checked(&machine::SUBJECT, text::name).unwrap_or_else(|| name.to_owned());
            machines.extend(secret.map(|secret| Machine { name: name.to_owned(), secret, subject }));
        }
        if !people && machines.is_empty() {
            let reason = "basic: nobody has a password: neither people, by `[sign_in]`, nor `[basic.machines.NAME]`";
            table.report.add(table.line, String::from(reason));
        }
        Some(Basic { people, cache: table.seconds(&CACHE), machines })
    }
}
