//! `[session]`: a cookie that stands for a record.

use std::sync::Arc;

use super::Key;

/// `[session]`
#[derive(Debug, Clone)]
pub struct Session {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Cookie name without prefix (default `edgegate`).
    pub cookie: String,
    /// How its cookie looks.
    pub style: CookieStyle,
    /// Seconds without a request after which a session ends (default 30 min).
    pub idle: u64,
    /// Seconds after which a session ends in any case (default 12 h).
    pub absolute: u64,
    /// Seconds an isolate may answer from its own copy of a record (default 30).
    pub cache: u64,
    /// Hosts that share the sign-in of the issuer's host; that one is not among them.
    pub hosts: Vec<String>,
}

/// What a session's cookie looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieStyle {
    /// `__Host-<name>` on https; the value says what it is.
    HostPrefixed,
    /// The bare name and the alphabet of a servlet container, for clients that know no other. Visitors who are not
    /// signed in have one too.
    Servlet,
}

coded!(struct Session { keys, cookie, style, idle, absolute, cache, hosts });
coded!(enum CookieStyle { 0 HostPrefixed, 1 Servlet });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, lives, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::{CookieStyle, Session};
    use crate::Gateway;
    use crate::carrier;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::reader::time;
    use crate::sections::key::{self, Keys};
    use crate::shape::{CACHED, DAY, HOUR, KEY_LIST, Key, Kind, MINUTE, STORED, Shape, Span, form};

    pub(crate) static SECTION: Key =
        Key::new("session", Kind::Table(&TABLE), "", "Sessions: a cookie that stands for a record in Workers KV.");
    /// `[session]`
    static TABLE: Shape = Shape::new("session", "", "", &[&KEYS, &COOKIE, &IDLE, &ABSOLUTE, &CACHE, &HOSTS]);
    static KEYS: Key = Key::new("keys", KEY_LIST, form::KEY_IDS, "Ids of keys with `use = \"seal\"`.").required();
    static COOKIE: Key = Key::new(
        "cookie",
        Kind::TextOr("edgegate"),
        r#""type": "string", "pattern": "^(?!__)[A-Za-z0-9_-]{1,64}$""#,
        "Name of the cookie, without prefix. On https it is sent as `__Host-NAME`, on http loopback as `NAME`. Not \
         `JSESSIONID` beside `[luminate]`.",
    );
    static IDLE: Key = Key::new(
        "idle",
        Kind::Seconds(&Span {
            usual: 30 * MINUTE,
            least: STORED,
            most: (30 * DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "The session ends after this time without a request. At most `absolute`. Activity is recorded in KV, which \
         may lag by a minute or more in other locations, so a limit of a few minutes can end a session early for a \
         user who moves between locations.",
    );
    static ABSOLUTE: Key = Key::new(
        "absolute",
        Kind::Seconds(&Span {
            usual: 12 * HOUR,
            least: STORED,
            most: (30 * DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "The session ends after this time in any case.",
    );
    static CACHE: Key = Key::new("cache", CACHED, form::DURATION, "As in `[bearer]`.");
    static HOSTS: Key = Key::new(
        "hosts",
        Kind::Texts(Some("is empty; name hosts, or leave it out")),
        r#""items": {"type": "string", "pattern": "^[a-z0-9.\\[\\]:-]+$", "examples": ["app.example.org"]}"#,
        "Hosts that share one sign-in, [how](sign-in.md#several-hosts). People sign in at the host of `[gateway] issuer`; each other host \
         gets the session from there by a code that works once. Every cookie is of its own host. Signing out ends all.",
    )
    .usually("none: each host has sessions of its own");

    /// `[session]`
    pub(crate) fn read(root: &Table<'_>, keys: &Keys, gateway: Option<&Gateway>) -> Option<Session> {
        let table = root.table(&SECTION)?;
        let cookie = table.checked_or(&COOKIE, text::cookie);
        if OWN_COOKIES.iter().any(|own| cookie.eq_ignore_ascii_case(own)) {
            table.wrong(&COOKIE, "is another cookie of the gateway's; choose another name");
        }
        let (idle, absolute) = lives(&table, [&IDLE, &ABSOLUTE]);
        Some(Session {
            keys: key::list(&table, &KEYS, keys, key::SEAL),
            cookie,
            style: CookieStyle::HostPrefixed,
            idle,
            absolute,
            cache: table.seconds(&CACHE),
            hosts: hosts(&table, gateway),
        })
    }

    /// The hosts beside that of the issuer.
    fn hosts(table: &Table<'_>, gateway: Option<&Gateway>) -> Vec<String> {
        let own = gateway.map(|gateway| gateway.issuer.authority());
        let mut hosts = table.list(&HOSTS, |text| text::authority(text).map(|()| text.to_owned()));
        hosts.retain(|host| Some(host.as_str()) != own);
        if table.has(&HOSTS) && hosts.is_empty() && own.is_some() {
            table.wrong(&HOSTS, "names no host beside that of `[gateway] issuer`, so there is nothing to share");
        }
        hosts
    }

    /// `idle` and `absolute` of sessions, in seconds.
    pub(crate) fn lives(table: &Table<'_>, [idle, absolute]: [&Key; 2]) -> (u64, u64) {
        let seconds = [idle, absolute].map(|key| table.seconds(key));
        if let [shorter, longer] = seconds
            && shorter > longer
        {
            let key = if table.has(idle) { idle } else { absolute };
            let (shorter, longer) = (time::show_duration(shorter), time::show_duration(longer));
            let reason = format!("a session would idle longer ({shorter}) than it lives (absolute = {longer})");
            table.wrong(key, &reason);
        }
        seconds.into()
    }

    /// What the gateway sets beside a session: its token, what goes along to a broker or a provider, what stops a loop, and what
    /// goes with an http session.
    const OWN_COOKIES: [&str; 5] =
        ["XSRF-TOKEN", "edgegate-broker", "edgegate-signed-in", carrier::HTTP_SESSION, carrier::HTTP_SESSION_HANDED];
}
