//! The sign-in form, the sign-out form, and the button before a one-time link.

use crate::http::answer::Answer;
use crate::own_paths::{SIGN_IN, SIGN_OUT};
use crate::page::setting::Setting;
use crate::texts::escape;

/// What the sign-in form holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignInForm<'a> {
    /// Where it leads afterwards.
    pub next: &'a str,
    /// The account that was given.
    pub account: &'a str,
    /// It asks again.
    pub has_failed: bool,
    /// A session came with the request.
    pub has_session: bool,
}

/// The sign-in page.
pub fn sign_in(setting: &Setting<'_>, form: &SignInForm<'_>) -> Answer {
    let body = [above(setting, form.next, form.has_session), password_form(setting, form, !form.has_session)].concat();
    setting.page(if form.has_failed { 401 } else { 200 }, &setting.words.say("sign_in_title"), &body)
}

/// What stands above every way to sign in: what for, the operator's text, and whether it is needed at all.
pub(super) fn above(setting: &Setting<'_>, next: &str, has_session: bool) -> String {
    let place = setting.place(next);
    let to = format!("<p>{}</p>", setting.words.with("sign_in_to", "target", &place));
    let text = match setting.pages.text.as_str() {
        "" => String::new(),
        text => format!("<p dir=\"auto\">{}</p>", escape(text)),
    };
    let already = match has_session {
        true => format!(
            "<div class=\"note\"><p>{}</p>{}{}</div>",
            setting.words.say("already"),
            setting.button("", &setting.words.with("already_go_on", "target", &place), next),
            sign_out_form(setting, " class=\"plain\"")
        ),
        false => String::new(),
    };
    [to, text, already].concat()
}

/// Account and password. `is_first`: they are what the page is for, and the cursor waits there.
pub(super) fn password_form(setting: &Setting<'_>, form: &SignInForm<'_>, is_first: bool) -> String {
    let words = &setting.words;
    let SignInForm { next, account, has_failed, .. } = *form;
    let alert = match has_failed {
        true => format!("<p role=\"alert\" class=\"alert\">{}</p>", words.say("sign_in_failed")),
        false => String::new(),
    };
    let (first, second) = match is_first {
        true if account.is_empty() => (" autofocus", ""),
        true => ("", " autofocus"),
        false => ("", ""),
    };
    let forgotten = setting.pages.forgotten.as_deref();
    let forgotten = forgotten.map_or(String::new(), |address| format!("<p>{}</p>", setting.link("forgotten", address)));
    format!(
        "{alert}<form method=\"post\" action=\"{SIGN_IN}\">\
         <input type=\"hidden\" name=\"next\" value=\"{}\">\
         <label for=\"account\">{}</label>\
         <input id=\"account\" name=\"account\" value=\"{}\" dir=\"auto\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required{first}>\
         <label for=\"password\">{}</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required{second}>\
         <button>{}</button></form>{forgotten}",
        escape(next),
        words.say("account"),
        escape(account),
        words.say("password"),
        words.say("sign_in"),
    )
}

/// The sign-out form, or the word that it is done.
pub fn sign_out(setting: &Setting<'_>, done: bool, can_sign_in: bool) -> Answer {
    let words = &setting.words;
    if !done {
        let body = format!("<p>{}</p>{}", words.say("sign_out_text"), sign_out_form(setting, ""));
        return setting.page(200, &words.say("sign_out_title"), &body);
    }
    let again = match can_sign_in {
        true => setting.button("", &words.say("sign_in_again"), SIGN_IN),
        false => String::new(),
    };
    let body = format!("<p>{}</p>{}", words.say("signed_out_text"), setting.ways(&again));
    setting.page(200, &words.say("signed_out_title"), &body)
}

fn sign_out_form(setting: &Setting<'_>, looks: &str) -> String {
    let said = setting.words.say("sign_out");
    format!("<form method=\"post\" action=\"{SIGN_OUT}\"><button{looks}>{said}</button></form>")
}

/// The page before a one-time link is used up, for links that mail scanners open.
pub fn confirm(setting: &Setting<'_>, action: &str) -> Answer {
    let words = &setting.words;
    let body = format!(
        "<p>{}</p><form method=\"post\" action=\"{}\"><button>{}</button></form>",
        words.say("confirm_text"),
        escape(action),
        words.say("continue")
    );
    setting.page(200, &words.say("confirm_title"), &body)
}
