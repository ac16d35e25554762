//! Pages of signing in with a provider.

use std::sync::Arc;

use crate::http::answer::Answer;
use crate::http::query::encode_component;
use crate::own_paths::{EMAIL_LINK, SIGN_IN};
use crate::page::{escape, leading_away, page, password_form};
use crate::policy::Provider;
use crate::refusal::{Public, Reason};

/// The ways in which a person can sign in.
#[derive(Debug, Clone, Copy)]
pub struct Ways<'a> {
    /// Where to go afterwards.
    pub next: &'a str,
    /// With whom.
    pub providers: &'a [Arc<Provider>],
    /// By a password.
    pub has_password: bool,
    /// By a link that comes by e-mail.
    pub has_email_link: bool,
}

impl Ways<'_> {
    /// The page. `unknown`: an e-mail address that no provider is chosen by.
    pub fn page(self, unknown: Option<&str>) -> Answer {
        let next = self.next;
        let mut body = String::new();
        if unknown.is_some() {
            body.push_str(
                "<p role=\"alert\" class=\"alert\">There is no sign-in for this address here. Choose how to sign in.</p>",
            );
        }
        for provider in self.providers {
            let address = format!("{SIGN_IN}?provider={}&next={}", provider.name, encode_component(next));
            let (address, label) = (escape(&address), escape(&provider.label));
            body.push_str(&format!("<p><a class=\"button\" href=\"{address}\">Continue with {label}</a></p>"));
        }
        if self.providers.iter().any(|provider| !provider.domains.is_empty()) {
            body.push_str(&format!(
                "<form method=\"get\" action=\"{SIGN_IN}\"><input type=\"hidden\" name=\"next\" value=\"{}\">\
                 <label for=\"email\">Or with your e-mail address</label>\
                 <input id=\"email\" name=\"email\" type=\"email\" value=\"{}\" autocomplete=\"email\" required>\
                 <button class=\"plain\">Continue</button></form>",
                escape(next),
                escape(unknown.unwrap_or_default())
            ));
        }
        if self.has_email_link {
            let address = escape(&format!("{EMAIL_LINK}?next={}", encode_component(next)));
            body.push_str(&format!("<p><a href=\"{address}\">Get a link by e-mail</a></p>"));
        }
        if self.has_password {
            body.push_str("<h2>Or with a password</h2>");
            body.push_str(&password_form(next, "", false));
        }
        leading_away(page(200, "Sign in", &body))
    }
}

/// Asks for the address that a link is sent to. `given`: one that is none.
pub fn email_form(next: &str, given: &str) -> Answer {
    let alert = match given.is_empty() {
        true => "",
        false => "<p role=\"alert\" class=\"alert\">This is no e-mail address. Check it and try again.</p>",
    };
    let body = format!(
        "{alert}<p>We send you a link that signs you in.</p><form method=\"post\" action=\"{EMAIL_LINK}\">\
         <input type=\"hidden\" name=\"next\" value=\"{}\"><label for=\"email\">E-mail</label>\
         <input id=\"email\" name=\"email\" type=\"email\" value=\"{}\" autocomplete=\"email\" required autofocus>\
         <button>Send the link</button></form>",
        escape(next),
        escape(given)
    );
    page(200, "Sign in by e-mail", &body)
}

/// The same words whether the address is known or not.
pub fn email_sent(next: &str) -> Answer {
    let address = escape(&format!("{EMAIL_LINK}?next={}", encode_component(next)));
    let body = format!(
        "<p>If we know this address, a link is on its way to it. It works once, for a short time.</p>\
         <p><a href=\"{address}\">Use another address</a></p>"
    );
    page(200, "Look into your inbox", &body)
}

/// Asks before a link is used, and says for whom it is.
pub fn email_confirm(action: &str, person: &str) -> Answer {
    let body = format!(
        "<p>This link signs you in as {}. It works once.</p><form method=\"post\" action=\"{}\"><button>Sign in</button></form>",
        escape(person),
        escape(action)
    );
    page(200, "Sign in", &body)
}

/// What went wrong at a provider, and a way to try again.
pub fn trouble(reason: Reason, label: &str, again: &str, request_id: &str) -> Answer {
    let label = escape(label);
    let (title, text) = match reason {
        Reason::ProviderDenied => (
            "You were not signed in",
            format!("{label} says that the sign-in was cancelled, or that you may not use this site."),
        ),
        Reason::BrokerStateExpired => {
            ("That took too long", String::from("The sign-in was begun too long ago to be completed."))
        }
        Reason::BrokerBrowser => (
            "This sign-in was begun elsewhere",
            String::from("It was begun in another browser, or this browser keeps no cookies, which signing in needs."),
        ),
        Reason::ProviderReplayed => ("This sign-in was used already", String::from("Each sign-in works once.")),
        Reason::SignInLoop => (
            "The sign-in did not hold",
            format!(
                "{label} signed you in, but your browser did not keep it. Allow cookies for this site, or delete them, and try again."
            ),
        ),
        reason if matches!(reason.public(), Public::Unavailable) => (
            "Signing in is not possible just now",
            format!("{label} could not be reached, or did not answer as it should. Who is signed in already stays so."),
        ),
        _ => ("You were not signed in", format!("What came back from {label} was not what it should be.")),
    };
    let (again, id) = (escape(again), escape(request_id));
    let body = format!(
        "<p>{text}</p><p><a class=\"button\" href=\"{again}\">Try again</a></p>\
         <p class=\"small\">Request id <code>{id}</code>.</p>"
    );
    page(reason.public().status(), title, &body)
}

/// Somebody has signed out here, and still is signed in at the provider.
pub fn signed_out(label: &str, there: &str) -> Answer {
    let (label, there) = (escape(label), escape(there));
    let body = format!(
        "<p>You are signed out here. You may still be signed in at {label}.</p>\
         <p><a class=\"button\" href=\"{there}\">Sign out of {label} too</a> <a class=\"button plain\" href=\"{SIGN_IN}\">Sign in again</a></p>"
    );
    page(200, "Signed out", &body)
}
