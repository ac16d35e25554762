//! What SuperOffice's WebApi says (`protocols.md` C3): its refusals.

use serde_json::json;

use crate::dialect::challenge::{self, Challenger};
use crate::dialect::{Refused, generic};
use crate::http::accept;
use crate::http::answer::Answer;
use crate::page;
use crate::policy::Scheme;
use crate::refusal::Public;

/// The answer to a refused call. Its clients ask for a new credential when they see 401, and only then, so whatever is
/// wrong with a credential is 401. It names every scheme that the route takes.
pub(crate) fn answer(refused: &Refused<'_>) -> Answer {
    let Refused { state, route, request, request_id, .. } = *refused;
    let public = refused.public();
    let schemes = route.map_or(Vec::new(), challenge::schemes);
    let status = match public.status() {
        // 401 demands a challenge (RFC 9110 section 15.5.2).
        401 if schemes.is_empty() => 403,
        400 if matches!(public, Public::BadCredentialRequest) && !schemes.is_empty() => 401,
        other => other,
    };
    let accepted = request.headers.get("accept");
    let is_person = accept::prefers_html(accepted);
    // Its own server answers 401 with a page unless JSON was asked for.
    let is_program = !is_person && (status != 401 || accepted.is_some_and(|accepted| accepted.contains("json")));
    let answer = match status {
        401 if is_program => Answer::json(401, &json!({"Message": format!("{} {}", public.title(), taken(&schemes))})),
        _ if is_program => Answer::json(status, &json!({"Message": format!("{} {}", public.title(), public.advice())})),
        401 => page(refused, &schemes),
        _ => page::refusal(&refused.setting(), status, public, request_id, page::Way::default()),
    };
    let challenger = |route| Challenger { state, route, public, realm: REALM };
    let challenges = route.into_iter().flat_map(|route| challenges(challenger(route), &schemes, status));
    let answer = challenges.fold(answer, |answer, challenge| answer.with("www-authenticate", challenge));
    answer.varying("Accept")
}

/// Every scheme on 401; on 403 only what a token lacks.
fn challenges<'a>(challenger: Challenger<'a>, schemes: &'a [Scheme], status: u16) -> impl Iterator<Item = String> + 'a {
    let lacks_scope = matches!(challenger.public, Public::InsufficientScope);
    let fits = move |scheme: &&Scheme| status == 401 || (lacks_scope && **scheme == Scheme::Bearer);
    schemes.iter().filter(fits).filter_map(move |scheme| challenger.challenge(*scheme))
}

/// A paragraph for each scheme.
fn page(refused: &Refused<'_>, schemes: &[Scheme]) -> Answer {
    let (public, sign_in) = (refused.public(), generic::sign_in_address(refused));
    let takes: String = schemes.iter().map(|scheme| format!("<p>{}</p>", advice(*scheme))).collect();
    let body = format!(
        "<p>{}</p>{}<p>What this address takes:</p>{takes}{}",
        page::escape(public.title()),
        page::way_on(sign_in.as_deref()),
        page::small_print(401, public, refused.request_id)
    );
    page::page(401, "Unauthorized", &body)
}

/// The same in a sentence.
fn taken(schemes: &[Scheme]) -> String {
    let words = schemes.iter().map(|scheme| match scheme {
        Scheme::Plain(plain) => plain.said,
        Scheme::Bearer => "Bearer",
        Scheme::Cookie => "a session with X-XSRF-TOKEN",
    });
    format!("This address takes {}.", words.collect::<Vec<_>>().join(", "))
}

fn advice(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Plain(plain) => plain.shown,
        Scheme::Bearer => "BEARER: an access token: <code>Authorization: Bearer …</code>",
        Scheme::Cookie => {
            "SESSION: no Authorization, the cookie of a session and its token: <code>X-XSRF-TOKEN: …</code>"
        }
    }
}

/// As its own server says it.
const REALM: &str = "SuperOffice Username or Ticket";
