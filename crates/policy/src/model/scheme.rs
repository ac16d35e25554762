//! Passwords and tickets in Authorization, and what stands beside a session.

use std::sync::Arc;

use super::super::BaseUrl;
use super::Link;

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

/// `[brokers.<name>]`: who knows people by Negotiate or NTLM, on a connection of its own.
#[derive(Debug, Clone)]
pub struct Broker {
    /// The table's name; its answers come back to `/.edgegate/broker/<name>`.
    pub name: String,
    /// Where browsers are sent.
    pub url: BaseUrl,
    /// Its answers: single use, with a subject, by keys that sign nothing else.
    pub link: Arc<Link>,
}

/// `xsrf = "..."`: what has to show that a request which a browser opens by itself (a session, HTTP Basic) is not
/// another site's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Xsrf {
    /// `off`: nothing.
    Off,
    /// `origin` (default): Fetch Metadata and Origin, where a method changes something.
    #[default]
    Origin,
    /// `token`: with a session also its token, where a method changes something.
    Token,
    /// `always`: with a session its token, on every request.
    Always,
}

coded!(struct Basic { people, cache, machines });
coded!(struct Machine { name, secret, subject });
coded!(struct Ticket { lifetime, pages, app_tokens });
coded!(struct Broker { name, url, link });
coded!(enum Xsrf { 0 Off, 1 Origin, 2 Token, 3 Always });
