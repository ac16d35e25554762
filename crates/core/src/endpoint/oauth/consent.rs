//! The page of consent, and the one for a browser that no known client has sent here.

use crate::credential::grant::code::Authorization;
use crate::http::answer::Answer;
use crate::own_paths::SIGN_OUT;
use crate::page::{Setting, escape, isolated, leading_away};
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
    /// Who asks for what, as whom one is signed in, and two buttons. `person`: what the person is called.
    pub fn page(&self, setting: &Setting<'_>, oauth: &OAuth, person: &str) -> Answer {
        let Self { client, allowed, query, token } = *self;
        let words = &setting.words;
        let scopes = allowed.scope.split_ascii_whitespace().map(|scope| scope_html(oauth, scope));
        let resources = allowed.resources.split_ascii_whitespace().map(|one| {
            let resource = isolated(&format!("<code>{}</code>", escape(one)));
            format!("<li>{}</li>", words.with("consent_at", "resource", &resource))
        });
        let list: String = scopes.chain(resources).collect();
        let name = isolated(&format!("<b>{}</b>", escape(&client.name)));
        let asks = match list.is_empty() {
            true => format!("<p>{}</p>", words.with("consent_asks", "app", &name)),
            false => format!("<p>{}</p><ul>{list}</ul>", words.with("consent_asks_for", "app", &name)),
        };
        let goes_to = isolated(&format!("<b>{}</b>", escape(host_of(&allowed.redirect_uri))));
        let address = format!("{}/?{}", escape(&oauth.path), escape(query));
        let body = format!(
            "{}{asks}<p>{}</p>\
             <form method=\"post\" action=\"{address}\">\
             <input type=\"hidden\" name=\"consent\" value=\"{}\">\
             <p><button name=\"decision\" value=\"allow\">{}</button> \
             <button class=\"plain\" name=\"decision\" value=\"deny\">{}</button></p></form>\
             <form class=\"small\" method=\"post\" action=\"{SIGN_OUT}\"><p>{}</p>\
             <input type=\"hidden\" name=\"next\" value=\"{address}\"><button class=\"plain\">{}</button></form>",
            about(setting, client),
            words.with("consent_then", "host", &goes_to),
            escape(token),
            words.say("consent_allow"),
            words.say("consent_deny"),
            words.with("consent_as", "person", &isolated(&format!("<b>{}</b>", escape(person)))),
            words.say("consent_other"),
        );
        let title = words.with("consent_title", "app", &escape(&client.name));
        leading_away(setting.page(200, &title, &body), client.logo.as_deref().map(origin_of))
    }
}

/// Picture and homepage of a client, as the policy names them.
fn about(setting: &Setting<'_>, client: &Client) -> String {
    let picture =
        |address: &String| format!("<img src=\"{}\" alt=\"\" referrerpolicy=\"no-referrer\">", escape(address));
    let home = |address: &String| {
        format!("<span>{}<br>{}</span>", setting.link("consent_about", address), isolated(&escape(host_of(address))))
    };
    let parts = [client.logo.as_ref().map(picture), client.homepage.as_ref().map(home)];
    match parts.iter().flatten().cloned().collect::<String>() {
        none if none.is_empty() => none,
        parts => format!("<p class=\"app\">{parts}</p>"),
    }
}

/// Said to the person where the client cannot be told: it is not known, or its address is not.
pub fn lost(setting: &Setting<'_>, reason: Reason, request_id: &str) -> Answer {
    let words = &setting.words;
    let what = match reason {
        Reason::ClientUnknown | Reason::ClientKind => "lost_unknown",
        Reason::RedirectUnregistered => "lost_address",
        _ => "lost_unreadable",
    };
    let body = format!(
        "<p>{}</p><p>{}</p>{}{}",
        words.say(what),
        words.say("lost_text"),
        setting.ways(""),
        setting.id(request_id)
    );
    leading_away(setting.page(400, &words.say("lost_title"), &body), None)
}

fn scope_html(oauth: &OAuth, scope: &str) -> String {
    match oauth.scopes.iter().find(|(name, _)| name == scope) {
        Some((_, said)) => format!("<li dir=\"auto\">{}</li>", escape(said)),
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

/// Scheme and host of an https address, as a policy of content names them.
fn origin_of(address: &str) -> &str {
    let end = "https://".len() + host_of(address).len();
    address.get(..end).unwrap_or_default()
}
