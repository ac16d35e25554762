//! The gateway's own pages: plain, accessible, no script, light and dark.

mod provider;

pub mod me;

use crate::http::answer::Answer;
use crate::refusal::Public;

pub use crate::page::provider::{Ways, email_confirm, email_form, email_sent, signed_out, trouble};

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
pub fn refusal(status: u16, public: Public, request_id: &str, way: Way<'_>) -> Answer {
    let small_print = small_print(status, public, request_id);
    let Way { sign_in, has_sent } = way;
    let sent = match sign_in.is_some() && has_sent {
        true => "<p>What you sent was not passed on and is not kept. Sign in, and send it again.</p>",
        false => "",
    };
    let body = format!("<p>{}</p>{sent}{}{small_print}", escape(public.advice()), way_on(sign_in));
    // A heading is no sentence, and a person who only has to sign in is told so.
    let only_sign_in = sign_in.is_some() && matches!(public, Public::CredentialMissing | Public::SessionInvalid);
    let title = if only_sign_in { "Please sign in" } else { public.title().trim_end_matches('.') };
    page(status, title, &body)
}

/// The button that leads to the sign-in page, where that would help.
pub fn way_on(sign_in: Option<&str>) -> String {
    let button = |address| format!("<p><a class=\"button\" href=\"{}\">Sign in</a></p>", escape(address));
    sign_in.map_or(String::new(), button)
}

/// What a person can tell the site's owner.
pub fn small_print(status: u16, public: Public, request_id: &str) -> String {
    let (code, id) = (public.code(), escape(request_id));
    format!("<p class=\"small\">Status {status}, <code>{code}</code>. Request id <code>{id}</code>.</p>")
}

/// The page before a one-time link is used up, for links that mail scanners open.
pub fn confirm(action: &str) -> Answer {
    let body = format!(
        "<p>This link works once. Press the button to use it.</p>\
         <form method=\"post\" action=\"{}\"><button>Continue</button></form>",
        escape(action)
    );
    page(200, "Continue to the site", &body)
}

/// The sign-in form. `failed`: it asks again, with the account that was given.
pub fn sign_in(next: &str, account: &str, failed: bool) -> Answer {
    page(if failed { 401 } else { 200 }, "Sign in", &password_form(next, account, failed))
}

/// The form of it.
fn password_form(next: &str, account: &str, failed: bool) -> String {
    let code = match failed {
        true => format!("<p class=\"small\">Status 401, <code>{}</code>.</p>", Public::SignInFailed.code()),
        false => String::new(),
    };
    let alert = match failed {
        true => {
            "<p role=\"alert\" class=\"alert\">The account or the password is not right. Check both and try again.</p>"
        }
        false => "",
    };
    let (first, second) = if failed { ("", " autofocus") } else { (" autofocus", "") };
    format!(
        "{alert}<form method=\"post\" action=\"{}\">\
         <input type=\"hidden\" name=\"next\" value=\"{}\">\
         <label for=\"account\">User name or e-mail</label>\
         <input id=\"account\" name=\"account\" value=\"{}\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required{first}>\
         <label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required{second}>\
         <button>Sign in</button></form>{code}",
        crate::own_paths::SIGN_IN,
        escape(next),
        escape(account)
    )
}

/// The sign-out form, or the word that it is done.
pub fn sign_out(done: bool, can_sign_in: bool) -> Answer {
    let body = match done {
        true if can_sign_in => {
            format!("<p>You are signed out.</p><p><a href=\"{}\">Sign in again</a></p>", crate::own_paths::SIGN_IN)
        }
        true => "<p>You are signed out.</p>".to_owned(),
        false => {
            format!("<form method=\"post\" action=\"{}\"><button>Sign out</button></form>", crate::own_paths::SIGN_OUT)
        }
    };
    page(200, if done { "Signed out" } else { "Sign out" }, &body)
}

/// A page with a title, which is also its heading, and a body of trusted HTML.
pub fn page(status: u16, title: &str, body: &str) -> Answer {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head>\n\
         <body><main><h1>{title}</h1>{body}</main></body></html>\n"
    );
    Answer::new(status, "text/html; charset=utf-8", html).with("content-security-policy", POLICY.to_owned())
}

/// A page whose form leads to another site. Its protections without `form-action`, which browsers apply to every redirect that
/// follows the form: where that site sends the browser on to is its own business.
pub fn leading_away(mut answer: Answer) -> Answer {
    for (name, value) in &mut answer.headers {
        if *name == "content-security-policy" {
            *value = value.replace(" form-action 'self';", "");
        }
    }
    answer
}

/// Text made safe for HTML text and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const STYLE: &str = ":root{color-scheme:light dark}\
body{margin:0;font:1.0625rem/1.55 system-ui,sans-serif;color:light-dark(#1c1d21,#e8e8ea);background:light-dark(#f4f4f6,#16171a)}\
main{max-width:34rem;margin:12vh auto 4rem;padding:2rem;overflow-wrap:anywhere;background:light-dark(#fff,#202226);border:1px solid light-dark(#d9dade,#3a3d44);border-radius:.75rem}\
@media(max-width:38rem){main{margin:0;padding:1.5rem;border:0;border-radius:0;min-height:100vh;box-sizing:border-box}}\
h1{margin-top:0;font-size:1.5rem;line-height:1.25}h2{margin:1.5rem 0 .25rem;font-size:1.125rem}ul{margin-top:0}\
a{color:light-dark(#0b57d0,#9cc2ff)}\
label{display:block;margin:1rem 0 .25rem;font-weight:600}\
input,textarea{box-sizing:border-box;width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:light-dark(#fff,#16171a);border:1px solid light-dark(#75777d,#8d9098);border-radius:.4rem}\
button,.button{display:inline-block;margin-top:1.25rem;padding:.6rem 1.2rem;font:inherit;font-weight:600;color:#fff;background:#0b57d0;border:1px solid transparent;border-radius:.4rem;text-decoration:none;cursor:pointer}\
.plain{color:inherit;background:none;border-color:light-dark(#75777d,#8d9098)}p>button:not(:last-child){margin-right:.5rem}\
:focus-visible{outline:3px solid light-dark(#0b57d0,#9cc2ff);outline-offset:2px}\
code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}\
main>:last-child,form>:last-child{margin-bottom:0}form>button:first-child{margin-top:0}\
dt{margin-top:1rem;font-weight:600}dd{margin:.25rem 0 0}pre{margin:0}textarea{font-family:ui-monospace,monospace;font-size:.9em}\
.alert{padding:.6rem .8rem;border-left:4px solid #c5221f;background:light-dark(#fce8e6,#3c1f1e)}\
.small{font-size:.875rem;color:light-dark(#55575d,#a6a8ae)}";
