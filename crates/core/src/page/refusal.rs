//! A refusal for people: what happened, what to do, who helps.

use crate::http::answer::Answer;
use crate::page::setting::Setting;
use crate::refusal::Public;
use crate::texts::escape;

/// Where a person can sign in, if that would help.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way<'a> {
    sign_in: Option<&'a str>,
    has_sent: bool,
}

impl<'a> Way<'a> {
    /// `method`: that of the refused request. What a form sent is not kept.
    pub fn on(sign_in: Option<&'a str>, method: &str) -> Self {
        Self { sign_in, has_sent: method == "POST" }
    }
}

/// A refusal for people.
pub fn refusal(setting: &Setting<'_>, status: u16, public: Public, request_id: &str, way: Way<'_>) -> Answer {
    let words = &setting.words;
    let Way { sign_in, has_sent } = way;
    let (title, text) = match public {
        // A person who only has to sign in is told so.
        Public::CredentialMissing if sign_in.is_some() => ("please_sign_in", "please_sign_in"),
        Public::SessionInvalid if sign_in.is_some() => ("please_sign_in", "session_invalid"),
        other => (key(other), key(other)),
    };
    let sent = match sign_in.is_some() && has_sent {
        true => format!("<p>{}</p>", words.say("not_kept")),
        false => String::new(),
    };
    let button = sign_in.map_or(String::new(), |address| setting.button("", &words.say("sign_in"), address));
    let body = format!(
        "<p>{}</p>{sent}{}{}",
        words.say(&[text, "_text"].concat()),
        setting.ways(&button),
        setting.id(request_id)
    );
    setting.page(status, &words.say(&[title, "_title"].concat()), &body)
}

/// Under which key the texts of a refusal stand. What only a program can put right is one thing to a person.
pub fn key(public: Public) -> &'static str {
    match public {
        Public::BadCredentialRequest | Public::LengthRequired | Public::MethodNotAllowed | Public::MethodUnknown => {
            Public::BadRequest.code()
        }
        Public::TicketInvalid => Public::TokenInvalid.code(),
        Public::SignInFailed => Public::CredentialInvalid.code(),
        other => other.code(),
    }
}

/// For programs' users, in English: the button that leads to the sign-in page, where that would help.
pub fn way_on(sign_in: Option<&str>) -> String {
    let button = |address| format!("<p><a class=\"button\" href=\"{}\">Sign in</a></p>", escape(address));
    sign_in.map_or(String::new(), button)
}

/// For programs' users, in English: what a person can tell the site's owner.
pub fn small_print(status: u16, public: Public, request_id: &str) -> String {
    let (code, id) = (public.code(), escape(request_id));
    format!("<p class=\"small\">Status {status}, <code>{code}</code>. Request id <code>{id}</code>.</p>")
}

#[cfg(test)]
mod tests {
    use super::key;
    use crate::policy::texts::{ENGLISH, find};
    use crate::refusal::Reason;

    #[test]
    fn every_refusal_has_its_words() {
        for reason in Reason::ALL {
            for part in ["title", "text"] {
                let key = format!("{}_{part}", key(reason.public()));
                assert!(find(ENGLISH, &key).is_some(), "{key}");
            }
        }
    }
}
