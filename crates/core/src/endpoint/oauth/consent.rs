//! The page of consent, and the one for a browser that no known client has sent here.

use crate::credential::grant::code::Authorization;
use crate::http::answer::Answer;
use crate::own_paths::SIGN_OUT;
use crate::page::{self, escape};
use crate::policy::{Client, OAuth};
use crate::refusal::Reason;

/// What a person is asked to allow.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// For what, and as whom the person is signed in.
    pub allowed: &'a Authorization,
    /// What was asked, as it was written; the form posts it back.
    pub query: &'a str,
    /// Shows that this page made the form.
    pub token: &'a str,
}

impl Consent<'_> {
    /// Who asks for what, as whom one is signed in, and two buttons.
    pub fn page(&self, oauth: &OAuth) -> Answer {
        let Self { client, allowed, query, token } = *self;
        let scopes: String = allowed.scope.split_ascii_whitespace().map(|scope| scope_html(oauth, scope)).collect();
        let resources =
            allowed.resources.split_ascii_whitespace().map(|one| format!("<li>at <code>{}</code></li>", escape(one)));
        let list: String = scopes + &resources.collect::<String>();
        let asks = match list.is_empty() {
            true => format!("<p><b>{}</b> asks to use your account.</p>", escape(&client.name)),
            false => {
                format!("<p><b>{}</b> asks to use your account, in order to:</p><ul>{list}</ul>", escape(&client.name))
            }
        };
        let body = format!(
            "{asks}<p>If you allow it, you go on to <b>{}</b>. It can do so until you sign out there, or this site ends it.</p>\
         <form method=\"post\" action=\"{}/?{}\">\
         <input type=\"hidden\" name=\"consent\" value=\"{}\">\
         <p><button name=\"decision\" value=\"allow\">Allow</button> \
         <button class=\"plain\" name=\"decision\" value=\"deny\">Do not allow</button></p></form>\
         <p class=\"small\">Signed in as <code>{}</code>. Not you? <a href=\"{SIGN_OUT}\">Sign out</a>, and open the link again.</p>",
            escape(host_of(&allowed.redirect_uri)),
            escape(&oauth.path),
            escape(query),
            escape(token),
            escape(&allowed.subject),
        );
        unframed(page::page(200, &format!("Allow {}?", client.name), &body))
    }
}

/// Said to the person where the client cannot be told: it is not known, or its address is not.
pub fn lost(reason: Reason, request_id: &str) -> Answer {
    let what = match reason {
        Reason::ClientUnknown | Reason::ClientKind => "The application that sent you here is not known to this site.",
        Reason::RedirectUnregistered => {
            "The application that sent you here gave an address to return to that it has not registered."
        }
        _ => "The application that sent you here did not say who it is in a way that can be read.",
    };
    let body = format!(
        "<p>{what} You are not sent anywhere, and nothing was allowed.</p>\
         <p>Go back, and tell its makers: <code>{}</code>.</p>\
         <p class=\"small\">Status 400. Request id <code>{}</code>.</p>",
        reason.code(),
        escape(request_id)
    );
    unframed(page::page(400, "This application cannot be let in", &body))
}

/// What leads away may not be shown within another site's page, by older browsers neither.
fn unframed(answer: Answer) -> Answer {
    page::leading_away(answer.with("x-frame-options", "DENY".to_owned()))
}

fn scope_html(oauth: &OAuth, scope: &str) -> String {
    match oauth.scopes.iter().find(|(name, _)| name == scope) {
        Some((_, said)) => format!("<li>{}</li>", escape(said)),
        None => format!("<li><code>{}</code></li>", escape(scope)),
    }
}

/// What a person knows of an address: its host, or the name of an application's own scheme.
fn host_of(redirect_uri: &str) -> &str {
    let (scheme, rest) = redirect_uri.split_once(':').unwrap_or(("", redirect_uri));
    match rest.strip_prefix("//") {
        Some(rest) => rest.split(['/', '?']).next().unwrap_or(rest),
        None => scheme,
    }
}
