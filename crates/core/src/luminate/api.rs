//! A call of the API, in the order in which it is verified: servlet, form, caller's address, key, redirects, version, method,
//! verb, credentials, fields. Before the key is right, nothing is signed and nobody is sent anywhere.

use crate::exchange::access::Access;
use crate::exchange::format::{ErrorFormat, ResponseFormat};
use crate::luminate::call::{Call, Sent, format_at_least};
use crate::luminate::catalog::{Answered, Known, find};
use crate::luminate::visit::Visit;
use crate::luminate::{answered, caller, errors, forward, guess, redirects, server};
use crate::ports::Ports;
use crate::redirect::outcome::OutcomeRedirect;
use crate::refusal::Reason;
use crate::refused::{Refusal, only};

/// Answers a call or lets it through. A refusal leads where the caller said, or is told in the API's envelope.
///
/// # Errors
/// Every reason of the API, and storage's own.
pub(super) async fn call<P: Ports>(v: &Visit<'_, P>, servlet: &str) -> Result<Access, Refusal> {
    only(v.request, &["GET", "POST"])?;
    let sent = Sent::read(v).await?;
    let query = v.target.query.unwrap_or_default();
    let call = Call::new(query, &sent);
    let format = match call.format() {
        Ok(format) => format,
        Err(reason) => return Err(errors::refusal(format_at_least(query, &sent.form), reason.into())),
    };
    let outcome_redirect = match admitted(v, servlet, &call) {
        Ok(outcome_redirect) => outcome_redirect,
        Err(reason) => return Err(errors::refusal(format, reason.into())),
    };
    match carry_out(v, servlet, &call, format, outcome_redirect.clone()).await {
        Ok(access) => Ok(Access { format: Some(ErrorFormat::Luminate(format)), ..access }),
        Err(refusal) => Err(errors::of_call(refusal, format, outcome_redirect.as_deref(), v.now)),
    }
}

/// Verifies what comes before the call itself, and reads where its outcome leads.
fn admitted<P: Ports>(
    v: &Visit<'_, P>,
    servlet: &str,
    call: &Call<'_>,
) -> Result<Option<Box<OutcomeRedirect>>, Reason> {
    call.check_credentials()?;
    if is_server(servlet) {
        redirects::check_unused(call)?;
        server::check_address(v)?;
    }
    let api_key = call.value("api_key")?;
    if !api_key.is_some_and(|key| v.luminate.api_keys.contains(&key)) {
        return Err(Reason::ApiKeyUnknown);
    }
    if is_server(servlet) { Ok(None) } else { redirects::read(v, call) }
}

async fn carry_out<P: Ports>(
    v: &Visit<'_, P>,
    servlet: &str,
    call: &Call<'_>,
    format: ResponseFormat,
    outcome_redirect: Option<Box<OutcomeRedirect>>,
) -> Result<Access, Refusal> {
    match call.filled("v")?.as_deref() {
        Some("1.0") => {}
        Some(_) => return Err(Reason::CallVersion.into()),
        None => return Err(Reason::CallParameterMissing.into()),
    }
    let method = call.filled("method")?.ok_or(Reason::CallMethodMissing)?;
    let known = find(v.luminate, servlet, &method).ok_or(Reason::CallMethodUnknown)?;
    only(v.request, verbs(known, is_server(servlet), &method))?;
    if is_server(servlet) {
        let identity = server::administrator(v, call, &method).await?;
        return match known {
            Known::Answered(method) => answered::server(v, call, (format, method), identity).await,
            Known::Forwarded => match guess::count(v, call, &method, &identity, true).await {
                Ok(()) => Ok(forward::server(call).by(identity)),
                Err(reason) => Err(reason.of(&identity)),
            },
        };
    }
    let wants_auth = !v.luminate.no_auth.covers(servlet, &method);
    let caller = caller::of(v, call, wants_auth).await?;
    let known_as = caller.known();
    let done = match known {
        Known::Answered(method) => {
            answered::client(v, call, answered::Wanted { format, method, outcome_redirect }, caller).await
        }
        Known::Forwarded => forward::client(v, call, &method, caller, outcome_redirect).await,
    };
    done.map_err(|refusal| refusal.of(&known_as))
}

/// Whether calls of a servlet come from servers.
fn is_server(servlet: &str) -> bool {
    servlet.starts_with('S')
}

/// Passwords and tokens stand in no address, so what takes one is posted (`protocols.md` A3.2). So is what changes
/// something, whether it takes one or not: a link elsewhere is no order. What only reads has a name that says so.
fn verbs(known: Known, is_server: bool, method: &str) -> &'static [&'static str] {
    match known {
        Known::Answered(Answered::GetLoginUrl | Answered::LoginTest | Answered::Logout) => &["GET", "POST"],
        Known::Answered(_) => &["POST"],
        Known::Forwarded if !is_server && READS.iter().any(|begins| method.starts_with(begins)) => &["GET", "POST"],
        Known::Forwarded => &["POST"],
    }
}

const READS: [&str; 3] = ["get", "is", "list"];
