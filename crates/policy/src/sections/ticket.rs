//! `[ticket]`: a session for a program that cannot keep a cookie (`protocols.md` C1).

/// `[ticket]`: a session for a program that cannot keep a cookie (`protocols.md` C1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Seconds a ticket lives, if its session does (default 6 h).
    pub lifetime: u64,
    /// `pages = true`: a page of a signed-in person may ask for one, at `/.edgegate/ticket` (default: only the admin API
    /// gives them).
    pub pages: bool,
    /// Names of the Worker secrets that `SO-AppToken` may be: one in use, and one that takes its place.
    pub app_tokens: Vec<String>,
}

coded!(struct Ticket { lifetime, pages, app_tokens });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::Ticket;
    use crate::reader::secrets::own as secret;
    use crate::reader::table::Table;
    use crate::sections::session;
    use crate::shape::{DAY, HOUR, Key, Kind, MINUTE, Shape, Span, form};

    pub(crate) static SECTION: Key = Key::new(
        "ticket",
        Kind::Table(&TABLE),
        "",
        "Tickets (`Authorization: SOTicket`): a session for a program that cannot keep a cookie. Needs `[session]`.",
    );
    /// `[ticket]`
    static TABLE: Shape = Shape::new("ticket", "", "", &[&LIFETIME, &PAGES, &APP_TOKENS]);
    static LIFETIME: Key = Key::new(
        "lifetime",
        Kind::Seconds(&Span {
            usual: 6 * HOUR,
            least: (MINUTE, "no program would get to use it"),
            most: (DAY, "it is pasted and passed on; what leaks would stay good for longer"),
        }),
        form::DURATION,
        "Lifetime of a ticket, and the maximum that a call may request. It never outlives the `absolute` limit of \
         its session.",
    );
    static PAGES: Key = Key::new(
        "pages",
        Kind::Flag(false),
        form::FLAG,
        "Any page on this host may request a ticket for its visitor. A script can copy such a ticket, and it \
         outlives the idle limit.",
    );
    static APP_TOKENS: Key = Key::new(
        "app_tokens",
        Kind::Texts(Some("is empty; name the secrets, or leave it out")),
        r##""items": {"$ref": "#/$defs/secret"}, "maxItems": 2"##,
        "One or two names of Worker secrets; the second is for rotation. On a route that accepts `app-ticket`, a \
         ticket is only accepted with the value of one of them in `SO-AppToken`. Each has 16 bytes or more, and \
         nothing else may use it. The field never reaches the origin.",
    )
    .usually("`[]`");

    /// `[ticket]`
    pub(crate) fn read(root: &Table<'_>, taken: &mut Vec<String>) -> Option<Ticket> {
        let table = root.table(&SECTION)?;
        if !root.has(&session::SECTION) {
            table.report.add(table.line, String::from("ticket: it stands for a session, and there is no `[session]`"));
        }
        let texts = table.texts(&APP_TOKENS);
        if texts.len() > 2 {
            table.wrong(&APP_TOKENS, "holds more than two: one in use, and one that takes its place");
        }
        let app_tokens = texts.iter().filter_map(|text| secret(text, taken)).collect();
        let lifetime = table.seconds(&LIFETIME);
        Some(Ticket { lifetime, pages: table.flag(&PAGES), app_tokens })
    }
}
