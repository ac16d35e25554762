//! What SuperOffice's WebApi says and reads (`protocols.md` part C): the scheme of its tickets, the field of its
//! applications, and its refusals.

use serde_json::json;

use super::{generic, page};
use crate::gate::{Gate, Moment, Trace};
use crate::http::Incoming;
use crate::policy::{Accept, Route};
use crate::refusal::{Public, Reason};
use crate::rewrite::Answer;

/// The answer to a refused call. Its clients ask for a new credential when they see 401, and only then, so whatever is
/// wrong with a credential is 401. It names every scheme that the route takes, in a field each.
pub(crate) fn answer(
    gate: &Gate,
    reason: Reason,
    incoming: &Incoming<'_>,
    moment: Moment<'_>,
    trace: &Trace,
) -> Answer {
    let route = trace.route.as_deref();
    let public = reason.public();
    let enabled = route.map_or(Vec::new(), |route| enabled(gate, route, public));
    let status = match public.status() {
        // 401 demands a challenge (RFC 9110 section 15.5.2).
        401 if enabled.is_empty() => 403,
        400 if matches!(public, Public::BadCredentialRequest) && !enabled.is_empty() => 401,
        other => other,
    };
    let accept = incoming.headers.get("accept").unwrap_or_default();
    let is_program = accept.contains("json") && !crate::http::accept::prefers_html(Some(accept));
    let mut answer = match (status, is_program) {
        (401, false) => page(gate, public, incoming, moment, trace, &enabled),
        (_, false) if crate::http::accept::prefers_html(Some(accept)) => {
            page::refusal(status, public, moment.request_id, None)
        }
        _ => Answer::json(status, &json!({"Message": format!("{} {}", public.title(), public.advice())})),
    };
    let lacks_scope = matches!(public, Public::InsufficientScope);
    for scheme in enabled.into_iter().filter(|scheme| status == 401 || (lacks_scope && scheme.word == "BEARER")) {
        answer = answer.with("www-authenticate", scheme.challenge);
    }
    answer.with("vary", "Accept".to_owned())
}

/// A scheme that a route takes: its challenge, and what a person should know of it.
struct Scheme {
    challenge: String,
    word: &'static str,
    advice: &'static str,
}

fn enabled(gate: &Gate, route: &Route, public: Public) -> Vec<Scheme> {
    let mut schemes: Vec<Scheme> = Vec::new();
    for accept in &route.accept {
        let (challenge, word, advice) = match accept {
            Accept::Basic(_) | Accept::TokenPair => (
                Some(format!("Basic realm=\"{REALM}\"")),
                "BASIC",
                "base64 of user name, colon and password: <code>Authorization: Basic …</code>",
            ),
            Accept::Ticket(_) => (
                Some(format!("{TICKET} realm=\"{REALM}\"")),
                "SOTICKET",
                "a ticket as it was given: <code>Authorization: SOTicket 7T:…</code>",
            ),
            Accept::AppTicket(_) => (
                Some(format!("{TICKET} realm=\"{REALM}\"")),
                "SOTICKET",
                "a ticket as it was given: <code>Authorization: SOTicket 7T:…</code>, and the application's own token: \
                 <code>SO-AppToken: …</code>",
            ),
            Accept::Bearer | Accept::Issuer(_) => (
                generic::bearer_challenge(gate, route, public).or_else(|| Some(format!("Bearer realm=\"{REALM}\""))),
                "BEARER",
                "an access token: <code>Authorization: Bearer …</code>",
            ),
            Accept::Session => (
                Some(generic::session_challenge(gate)),
                "SESSION",
                "no Authorization, the cookie of a session and its token: <code>X-XSRF-TOKEN: …</code>",
            ),
            _ => continue,
        };
        if let Some(challenge) = challenge.filter(|_| !schemes.iter().any(|known| known.word == word)) {
            schemes.push(Scheme { challenge, word, advice });
        }
    }
    schemes
}

/// A paragraph for each scheme.
fn page(
    gate: &Gate,
    public: Public,
    incoming: &Incoming<'_>,
    moment: Moment<'_>,
    trace: &Trace,
    enabled: &[Scheme],
) -> Answer {
    let sign_in = generic::sign_in_address(gate, trace.route.as_deref(), public, incoming);
    let way_on = sign_in.map_or(String::new(), |address| {
        format!("<p><a class=\"button\" href=\"{}\">Sign in</a></p>", page::escape(&address))
    });
    let schemes: String =
        enabled.iter().map(|Scheme { word, advice, .. }| format!("<p>{word}: {advice}</p>")).collect();
    let (code, id) = (public.code(), page::escape(moment.request_id));
    let body = format!(
        "<p>{}</p>{way_on}<p>What this address takes:</p>{schemes}\
         <p class=\"small\">Status 401, <code>{code}</code>. Request id <code>{id}</code>.</p>",
        page::escape(public.title())
    );
    page::page(401, "Unauthorized", &body)
}

/// The scheme of tickets.
pub const TICKET: &str = "SOTicket";
/// The field in which an application shows its token.
pub const APP_TOKEN: &str = "so-apptoken";
/// As its own server says it.
const REALM: &str = "SuperOffice Username or Ticket";
