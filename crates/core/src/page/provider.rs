//! Pages of a sign-in at another place: a provider, or an e-mail with a link.

use crate::http::answer::Answer;
use crate::own_paths::SIGN_IN;
use crate::page::setting::{Setting, isolated, leading_away};
use crate::page::sign_in::{SignInForm, above, password_form};
use crate::texts::escape;

/// A way to sign in at another place.
#[derive(Debug, Clone, Copy)]
pub struct Provider<'a> {
    /// What people call it.
    pub label: &'a str,
    /// Where its button leads.
    pub href: &'a str,
}

/// What the sign-in page offers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Where it leads afterwards, and whether a session came with the request.
    pub form: SignInForm<'a>,
    /// A button each.
    pub providers: &'a [Provider<'a>],
    /// Whether account and password are asked.
    pub asks_password: bool,
    /// Whether an e-mail address is asked, which picks a provider or gets a link. It is posted to the sign-in page as
    /// `email`, with `next`.
    pub asks_email: bool,
    /// What is known of the address already (`login_hint`).
    pub login_hint: &'a str,
}

/// The sign-in page with every way there is.
pub fn choose(setting: &Setting<'_>, choice: &Choice<'_>) -> Answer {
    let Choice { form, providers, asks_password, asks_email, login_hint } = *choice;
    let words = &setting.words;
    let button = |provider: &Provider<'_>| {
        let said = words.with("choose_with", "provider", &isolated(&escape(provider.label)));
        setting.button(" wide", &said, provider.href)
    };
    let buttons: String = providers.iter().map(button).collect();
    let email = match asks_email {
        true => email_field(setting, form.next, login_hint, &words.say("continue")),
        false => String::new(),
    };
    let is_first = form.has_failed || (providers.is_empty() && !asks_email && !form.has_session);
    let password = if asks_password { password_form(setting, &form, is_first) } else { String::new() };
    let ways: Vec<String> = [buttons, email, password].into_iter().filter(|way| !way.is_empty()).collect();
    let or = format!("<p class=\"or\">{}</p>", words.say("or"));
    let body = [above(setting, form.next, form.has_session), ways.join(&or)].concat();
    let status = if form.has_failed { 401 } else { 200 };
    leading_away(setting.page(status, &words.say("sign_in_title"), &body), None)
}

/// What went wrong with a sign-in at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The person stopped there.
    Cancelled,
    /// It could not be reached, or what it said was not what was agreed.
    Unreachable,
    /// It refused.
    Refused,
    /// It took too long.
    Late,
    /// It began in another browser, or cookies are off.
    Elsewhere,
    /// It is finished already: the back button.
    Used,
    /// The provider signed the person in, but the session did not hold, and going round again would not help.
    Loop,
}

impl Trouble {
    /// Every one.
    pub const ALL: [Trouble; 7] = [
        Trouble::Cancelled,
        Trouble::Unreachable,
        Trouble::Refused,
        Trouble::Late,
        Trouble::Elsewhere,
        Trouble::Used,
        Trouble::Loop,
    ];

    fn key(self) -> &'static str {
        match self {
            Trouble::Cancelled => "cancelled",
            Trouble::Unreachable => "unreachable",
            Trouble::Refused => "refused",
            Trouble::Late => "late",
            Trouble::Elsewhere => "elsewhere",
            Trouble::Used => "used",
            Trouble::Loop => "loop",
        }
    }
}

/// Where it happened, and how to go on.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Status of the answer.
    pub status: u16,
    /// What people call the provider.
    pub label: &'a str,
    /// Where it begins anew.
    pub again: &'a str,
    /// Of this request.
    pub request_id: &'a str,
}

/// What happened, what to do, and a button to try again.
pub fn provider_trouble(setting: &Setting<'_>, trouble: Trouble, attempt: &Attempt<'_>) -> Answer {
    let Attempt { status, label, again, request_id } = *attempt;
    let words = &setting.words;
    let label = escape(label);
    let title = words.with(&[trouble.key(), "_title"].concat(), "provider", &label);
    let text = words.with(&[trouble.key(), "_text"].concat(), "provider", &isolated(&label));
    let again = setting.button("", &words.say("try_again"), again);
    let body = format!("<p>{text}</p>{}{}", setting.ways(&again), setting.id(request_id));
    setting.page(status, &title, &body)
}

/// Signed out here, but not at the provider; `href` leads to where that can be done.
pub fn signed_out(setting: &Setting<'_>, label: &str, href: &str) -> Answer {
    let words = &setting.words;
    let label = isolated(&escape(label));
    let there = setting.button("", &words.with("signed_out_there", "provider", &label), href);
    let text = words.with("signed_out_here", "provider", &label);
    let body = format!("<p>{text}</p>{}", setting.ways(&there));
    setting.page(200, &words.say("signed_out_title"), &body)
}

/// Asks for an e-mail address to which a link is sent; or, once that is done, to look for it, in the same words whether
/// the address is known or not.
pub fn email_form(setting: &Setting<'_>, next: &str, sent_to: Option<&str>) -> Answer {
    let words = &setting.words;
    if let Some(address) = sent_to {
        let text = words.with("email_sent_text", "email", &isolated(&escape(address)));
        let other = [SIGN_IN, "?next=", &crate::http::query::encode_component(next)].concat();
        let other = setting.button(" plain", &words.say("email_other"), &other);
        let body = format!("<p>{text}</p><p>{other}</p>");
        return setting.page(200, &words.say("email_sent_title"), &body);
    }
    let field = email_field(setting, next, "", &words.say("email_send"));
    let to = words.with("sign_in_to", "target", &setting.place(next));
    let body = format!("<p>{to}</p><p>{}</p>{field}", words.say("email_text"));
    leading_away(setting.page(200, &words.say("email_title"), &body), None)
}

/// Asks before a link is used, and says for whom it is.
pub fn email_confirm(setting: &Setting<'_>, action: &str, person: &str) -> Answer {
    let words = &setting.words;
    let body = format!(
        "<p>{}</p><form method=\"post\" action=\"{}\"><button>{}</button></form>",
        words.with("email_confirm_text", "person", &isolated(&escape(person))),
        escape(action),
        words.say("sign_in")
    );
    setting.page(200, &words.say("sign_in_title"), &body)
}

fn email_field(setting: &Setting<'_>, next: &str, known: &str, button: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{SIGN_IN}\"><input type=\"hidden\" name=\"next\" value=\"{}\">\
         <label for=\"email\">{}</label>\
         <input id=\"email\" name=\"email\" type=\"email\" value=\"{}\" dir=\"ltr\" autocomplete=\"email\" required>\
         <button>{button}</button></form>",
        escape(next),
        setting.words.say("email"),
        escape(known),
    )
}
