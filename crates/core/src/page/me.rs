//! The page of the person who is signed in: who that is, where else, what applications may do, and how each of it ends.
//!
//! Every end is a form with one button, so it works without script and by keyboard. A button is named by what it ends.

use crate::credential::session::index::Told;
use crate::http::agent::Agent;
use crate::http::answer::Answer;
use crate::http::day::{day, time_of_day};
use crate::own_paths::{ME, SIGN_OUT};
use crate::page::{escape, page};

/// What the page tells.
#[derive(Debug)]
pub struct Me<'a> {
    /// What the person is called, where that is known.
    pub name: Option<&'a str>,
    /// Where the person gets mail, where that is known.
    pub email: Option<&'a str>,
    /// What the site calls the person.
    pub subject: &'a str,
    /// The session that the page was asked for with.
    pub here: &'a Told,
    /// The others.
    pub others: &'a [Told],
    /// What applications may do; None where there can be none.
    pub grants: Option<&'a [Grant]>,
    /// There is more than is told.
    pub has_more: bool,
    /// What was done a moment ago.
    pub done: Option<Done>,
    /// Shows that this page made the form.
    pub token: &'a str,
}

/// What an application may do.
#[derive(Debug, Default)]
pub struct Grant {
    /// Which.
    pub id: String,
    /// What the application is called.
    pub client: String,
    /// What it may, in words.
    pub may: Vec<String>,
    /// Unix seconds.
    pub since: u64,
}

/// What a button of the page does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Ends a session.
    Session,
    /// Ends what an application may.
    Grant,
    /// Ends every session.
    Everywhere,
}

impl Done {
    /// The word of it, in forms and addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Done::Session => "session",
            Done::Grant => "application",
            Done::Everywhere => "everywhere",
        }
    }

    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        [Done::Session, Done::Grant, Done::Everywhere].into_iter().find(|done| done.word() == word)
    }
}

impl Me<'_> {
    /// The page.
    pub fn page(&self) -> Answer {
        let said = match self.done {
            Some(Done::Session) => TEXTS.session_ended,
            Some(Done::Grant) => TEXTS.grant_ended,
            Some(Done::Everywhere) => TEXTS.not_all_ended,
            None => "",
        };
        let said = if said.is_empty() { String::new() } else { format!("<p role=\"status\">{said}</p>") };
        let more = if self.has_more { format!("<p>{}</p>", TEXTS.more) } else { String::new() };
        let body = format!("{said}{}{}{}{}{more}", self.who(), self.here(), self.others(), self.grants());
        let answer = page(200, TEXTS.title, &body);
        answer.with("x-frame-options", "DENY".to_owned())
    }

    fn who(&self) -> String {
        let known = self.name.or(self.email).unwrap_or(self.subject);
        let email = self.email.filter(|_| self.name.is_some());
        let email = email.map_or(String::new(), |email| format!(" ({})", escape(email)));
        format!("<p>{} <b>{}</b>{email}.</p>", TEXTS.signed_in_as, escape(known))
    }

    fn here(&self) -> String {
        let everywhere = self.form(&Button { end: Done::Everywhere, id: "", of: "" });
        format!(
            "<h2>{}</h2><p>{}</p><form method=\"post\" action=\"{SIGN_OUT}\"><button>{}</button></form>{everywhere}",
            TEXTS.this_session,
            described(self.here),
            TEXTS.sign_out
        )
    }

    fn others(&self) -> String {
        let item = |told: &Told| {
            let what = format!("{}, {}", device(&told.agent), moment(told.since));
            let form = self.form(&Button { end: Done::Session, id: &told.id, of: &what });
            format!("<li>{}{form}</li>", described(told))
        };
        let list = match self.others.is_empty() {
            true => format!("<p>{}</p>", TEXTS.no_others),
            false => format!("<ul>{}</ul>", self.others.iter().map(item).collect::<String>()),
        };
        format!("<h2>{}</h2>{list}<p class=\"small\">{}</p>", TEXTS.other_sessions, TEXTS.lag)
    }

    fn grants(&self) -> String {
        let Some(grants) = self.grants else { return String::new() };
        let item = |grant: &Grant| {
            let form = self.form(&Button { end: Done::Grant, id: &grant.id, of: &grant.client });
            let may: String = grant.may.iter().map(|one| format!("<li>{}</li>", escape(one))).collect();
            let may = if may.is_empty() { String::new() } else { format!("<ul>{may}</ul>") };
            format!("<li><b>{}</b>, {} {}{may}{form}</li>", escape(&grant.client), TEXTS.allowed, moment(grant.since))
        };
        let list = match grants.is_empty() {
            true => format!("<p>{}</p>", TEXTS.no_grants),
            false => {
                let list: String = grants.iter().map(item).collect();
                format!("<ul>{list}</ul><p class=\"small\">{}</p>", TEXTS.keep)
            }
        };
        format!("<h2>{}</h2>{list}", TEXTS.applications)
    }

    /// A button that does one thing.
    fn form(&self, button: &Button<'_>) -> String {
        let Button { end, id, of } = *button;
        let said = match end {
            Done::Session => TEXTS.end_session,
            Done::Grant => TEXTS.end_grant,
            Done::Everywhere => TEXTS.sign_out_everywhere,
        };
        let id = if id.is_empty() { String::new() } else { hidden("id", id) };
        let name = if of.is_empty() { String::new() } else { format!(" aria-label=\"{said}: {}\"", escape(of)) };
        format!(
            "<form method=\"post\" action=\"{ME}\">{}{}{id}<button class=\"plain\"{name}>{said}</button></form>",
            hidden("token", self.token),
            hidden("end", end.word())
        )
    }
}

/// A button.
struct Button<'a> {
    /// What it ends.
    end: Done,
    /// Which one; empty where there is no choice.
    id: &'a str,
    /// What that is, said to who does not see where the button stands.
    of: &'a str,
}

fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
}

/// A session in one line.
fn described(told: &Told) -> String {
    let (device, network, at) = (escape(&device(&told.agent)), escape(&told.network), moment(told.since));
    let Texts { from, since, .. } = TEXTS;
    format!("<b>{device}</b>, {from} {network}, {since} {at}{}", way(&told.by))
}

fn device(agent: &Agent) -> String {
    match (agent.program.as_str(), agent.system.as_str()) {
        ("", "") => TEXTS.unknown_device.to_owned(),
        (program, "") => program.to_owned(),
        ("", system) => system.to_owned(),
        (program, system) => format!("{program} {} {system}", TEXTS.on),
    }
}

fn way(by: &str) -> String {
    match by {
        "" => String::new(),
        "password" => format!(", {}", TEXTS.by_password),
        "e-mail" => format!(", {}", TEXTS.by_email),
        "nonce" => format!(", {}", TEXTS.by_nonce),
        "ticket" => format!(", {}", TEXTS.by_ticket),
        "luminate" => format!(", {}", TEXTS.by_site),
        other => format!(", {} {}", TEXTS.by, escape(other)),
    }
}

fn moment(at: u64) -> String {
    format!("{} {} UTC", day(at), time_of_day(at))
}

/// Every text of the page.
struct Texts {
    title: &'static str,
    signed_in_as: &'static str,
    this_session: &'static str,
    other_sessions: &'static str,
    applications: &'static str,
    sign_out: &'static str,
    sign_out_everywhere: &'static str,
    end_session: &'static str,
    end_grant: &'static str,
    no_others: &'static str,
    no_grants: &'static str,
    lag: &'static str,
    keep: &'static str,
    more: &'static str,
    session_ended: &'static str,
    grant_ended: &'static str,
    not_all_ended: &'static str,
    unknown_device: &'static str,
    on: &'static str,
    from: &'static str,
    since: &'static str,
    allowed: &'static str,
    by: &'static str,
    by_password: &'static str,
    by_email: &'static str,
    by_nonce: &'static str,
    by_ticket: &'static str,
    by_site: &'static str,
}

const TEXTS: Texts = Texts {
    title: "Your account",
    signed_in_as: "You are signed in as",
    this_session: "This session",
    other_sessions: "Other sessions",
    applications: "Applications",
    sign_out: "Sign out",
    sign_out_everywhere: "Sign out everywhere",
    end_session: "End session",
    end_grant: "Remove access",
    no_others: "You are not signed in anywhere else.",
    no_grants: "No application may use your account.",
    lag: "A session that was opened within the last minute may be missing here.",
    keep: "Applications keep their access when you sign out, until you remove it here.",
    more: "There is more than is shown here. End some of it to see the rest.",
    session_ended: "The session was ended.",
    grant_ended: "The application's access was removed.",
    not_all_ended: "There were more sessions than could be ended at once. Sign out everywhere once more.",
    unknown_device: "Unknown device",
    on: "on",
    from: "from",
    since: "since",
    allowed: "allowed",
    by: "signed in by",
    by_password: "signed in with a password",
    by_email: "signed in by a link sent by e-mail",
    by_nonce: "signed in by a link that works once",
    by_ticket: "a program with a ticket",
    by_site: "signed in on this site",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_visitors_own_is_markup() {
        let mark = "<b>\"'&";
        let agent = Agent { program: mark.to_owned(), system: String::new() };
        let told =
            Told { id: mark.to_owned(), by: mark.to_owned(), network: mark.to_owned(), agent, ..Told::default() };
        let grant =
            Grant { id: mark.to_owned(), client: mark.to_owned(), may: vec![mark.to_owned()], ..Grant::default() };
        let me = Me {
            name: Some(mark),
            email: Some(mark),
            subject: "1001002",
            here: &told,
            others: core::slice::from_ref(&told),
            grants: Some(core::slice::from_ref(&grant)),
            has_more: true,
            done: None,
            token: "t",
        };
        let html = me.page().body;
        assert!(!html.contains("<b>\"") && !html.contains("\"'&"), "{html}");
        assert!(!html.contains("1001002"), "who has a name is not called by a number");
    }

    #[test]
    fn what_is_known_of_a_person() {
        let told = Told::default();
        let me = |name, email| Me {
            name,
            email,
            subject: "1001002",
            here: &told,
            others: &[],
            grants: None,
            has_more: false,
            done: None,
            token: "t",
        };
        let who = |name, email| me(name, email).who();
        assert!(who(Some("Jo"), Some("jo@example.org")).contains("<b>Jo</b> (jo@example.org)."));
        assert!(who(None, Some("jo@example.org")).contains("<b>jo@example.org</b>."));
        assert!(who(None, None).contains("<b>1001002</b>."));
        assert!(me(None, None).page().body.contains(TEXTS.no_others));
    }
}
