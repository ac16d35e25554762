//! The page of the person who is signed in: who that is, where else, what applications may do, and how each of it ends.
//!
//! Every end is a form with one button, so it works without script and by keyboard. A button is named by what it ends.

use crate::credential::session::index::Told;
use crate::http::agent::Agent;
use crate::http::answer::Answer;
use crate::http::day::{day, time_of_day};
use crate::own_paths::{ME, SIGN_OUT};
use crate::page::{Setting, escape, isolated};
use crate::texts::Words;

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
    pub fn page(&self, setting: &Setting<'_>) -> Answer {
        let words = &setting.words;
        let said = match self.done {
            Some(Done::Session | Done::Grant) => words.say("me_ended"),
            Some(Done::Everywhere) => words.say("me_not_all_ended"),
            None => String::new(),
        };
        let said = if said.is_empty() { said } else { format!("<p role=\"status\">{said}</p>") };
        let more = if self.has_more { format!("<p>{}</p>", words.say("me_more")) } else { String::new() };
        let (who, here, others) = (self.who(words), self.here(words), self.others(words));
        let body = format!("{said}{who}{here}{others}{}{more}", self.grants(words));
        let answer = setting.page(200, &words.say("me_title"), &body);
        answer.with("x-frame-options", "DENY".to_owned())
    }

    fn who(&self, words: &Words<'_>) -> String {
        let known = self.name.or(self.email).unwrap_or(self.subject);
        let email = self.email.filter(|_| self.name.is_some());
        let email = email.map_or(String::new(), |email| format!(" ({})", isolated(&escape(email))));
        format!("<p>{} <b>{}</b>{email}</p>", words.say("me_signed_in_as"), isolated(&escape(known)))
    }

    fn here(&self, words: &Words<'_>) -> String {
        let everywhere = self.form(words, &Button { end: Done::Everywhere, id: "", of: "" });
        format!(
            "<h2>{}</h2>{}<form method=\"post\" action=\"{SIGN_OUT}\"><button>{}</button></form>{everywhere}",
            words.say("me_this_session"),
            described(words, self.here),
            words.say("sign_out")
        )
    }

    fn others(&self, words: &Words<'_>) -> String {
        let item = |told: &Told| {
            let what = format!("{}, {}", device(&told.agent), moment(told.since));
            let form = self.form(words, &Button { end: Done::Session, id: &told.id, of: &what });
            format!("<li>{}{form}</li>", described(words, told))
        };
        let list = match self.others.is_empty() {
            true => format!("<p>{}</p>", words.say("me_none")),
            false => format!("<ul>{}</ul>", self.others.iter().map(item).collect::<String>()),
        };
        format!("<h2>{}</h2>{list}<p class=\"small\">{}</p>", words.say("me_other_sessions"), words.say("me_lag"))
    }

    fn grants(&self, words: &Words<'_>) -> String {
        let Some(grants) = self.grants else { return String::new() };
        let item = |grant: &Grant| {
            let form = self.form(words, &Button { end: Done::Grant, id: &grant.id, of: &grant.client });
            let may: String = grant.may.iter().map(|one| format!("<li>{}</li>", escape(one))).collect();
            let may = if may.is_empty() { String::new() } else { format!("<ul>{may}</ul>") };
            let client = isolated(&escape(&grant.client));
            let since = row(&words.say("me_since"), &moment(grant.since));
            format!("<li><b>{client}</b>{may}<dl>{since}</dl>{form}</li>")
        };
        let list = match grants.is_empty() {
            true => format!("<p>{}</p>", words.say("me_none")),
            false => {
                let list: String = grants.iter().map(item).collect();
                format!("<ul>{list}</ul><p class=\"small\">{}</p>", words.say("me_keep"))
            }
        };
        format!("<h2>{}</h2>{list}", words.say("me_applications"))
    }

    /// A button that does one thing.
    fn form(&self, words: &Words<'_>, button: &Button<'_>) -> String {
        let Button { end, id, of } = *button;
        let said = words.say(match end {
            Done::Session => "me_end",
            Done::Grant => "me_remove_access",
            Done::Everywhere => "sign_out_everywhere",
        });
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

/// A session.
fn described(words: &Words<'_>, told: &Told) -> String {
    let device = row(&words.say("me_device"), &escape(&device(&told.agent)));
    let network = row(&words.say("me_network"), &escape(&told.network));
    let since = row(&words.say("me_since"), &moment(told.since));
    let way = match &*told.by {
        "password" => words.say("password"),
        "e-mail" => words.say("email"),
        // Opened by a link, a program or the site: that says nothing to a person.
        "" | "nonce" | "ticket" | "luminate" => String::new(),
        other => escape(other),
    };
    format!("<dl>{device}{network}{since}{}</dl>", row(&words.say("me_signed_in_with"), &way))
}

/// What is not known is left out. `value` is HTML.
fn row(name: &str, value: &str) -> String {
    match value {
        "" => String::new(),
        value => format!("<dt>{name}</dt><dd>{}</dd>", isolated(value)),
    }
}

fn device(agent: &Agent) -> String {
    let words = [&*agent.program, &*agent.system];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ")
}

fn moment(at: u64) -> String {
    format!("{} {} UTC", day(at), time_of_day(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::testing::EXAMPLE;
    use crate::texts::Book;

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
        let html = with(|setting| me.page(setting)).body;
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
        let who = |name, email| with(|setting| me(name, email).who(&setting.words));
        assert!(who(Some("Jo"), Some("jo@example.org")).contains("<bdi>Jo</bdi></b> (<bdi>jo@example.org</bdi>)"));
        assert!(who(None, Some("jo@example.org")).contains("<b><bdi>jo@example.org</bdi></b>"));
        assert!(who(None, None).contains("<b><bdi>1001002</bdi></b>"));
        assert!(with(|setting| me(None, None).page(setting)).body.contains("<p>None</p>"));
    }

    fn with<T>(look: impl FnOnce(&Setting<'_>) -> T) -> T {
        let policy = Policy::read(EXAMPLE).unwrap();
        look(&Setting::new(&policy.pages, &Book::default(), "https://gate.example.org/", None))
    }
}
