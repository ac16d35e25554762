//! A call of the API, in the order in which it is judged: servlet, form, caller's address, key, redirects, version, method,
//! verb, credentials, fields. Before the key is right, nothing is signed and nobody is sent anywhere.

use crate::exchange::access::Outcome;
use crate::exchange::format::Voice;
use crate::exchange::{Exchange, Trace};
use crate::luminate::call::{Call, Sent, manner_at_least};
use crate::luminate::catalog::{Answered, Known, find};
use crate::luminate::{answered, caller, forward, guess, redirects, server};
use crate::policy::{Luminate, Route};
use crate::ports::Ports;
use crate::refusal::Reason;

/// Judges a call, and answers it or lets it through.
///
/// # Errors
/// Every reason of the API, and storage's own.
pub async fn call<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    servlet: &str,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    let is_server = servlet.starts_with('S');
    judge_verb(x.request.method, &["GET", "POST"], trace)?;
    let sent = Sent::read(x).await?;
    let query = x.target.query.unwrap_or_default();
    trace.voice = Voice::Luminate(manner_at_least(query, &sent.form));
    let call = Call::new(query, &sent);
    let manner = call.manner()?;
    trace.voice = Voice::Luminate(manner);
    call.judge_credentials()?;
    if is_server {
        redirects::judge_unused(&call)?;
        server::judge_address(x, luminate)?;
    }
    let api_key = call.value("api_key")?;
    if !api_key.is_some_and(|key| luminate.api_keys.contains(&key)) {
        return Err(Reason::ApiKeyUnknown);
    }
    if !is_server {
        trace.onward = redirects::read(x, luminate, &call)?;
    }
    match call.filled("v")?.as_deref() {
        Some("1.0") => {}
        Some(_) => return Err(Reason::CallVersion),
        None => return Err(Reason::CallParameterMissing),
    }
    let method = call.filled("method")?.ok_or(Reason::CallMethodMissing)?;
    let known = find(luminate, servlet, &method).ok_or(Reason::CallMethodUnknown)?;
    judge_verb(x.request.method, verbs(known, is_server, &method), trace)?;
    if is_server {
        let identity = server::judge_administrator(x, luminate, &call, &method, trace).await?;
        if let Known::Answered(answered) = known {
            return answered::server(x, route, luminate, &call, manner, answered, trace).await;
        }
        guess::count(x, &call, &method, &identity, is_server).await?;
        return Ok(forward::server(&call, identity, trace));
    }
    let wants_auth = !luminate.no_auth.covers(servlet, &method);
    let mut caller = caller::of(x, route, luminate, &call, wants_auth, trace).await?;
    match known {
        Known::Answered(answered) => {
            answered::client(x, route, luminate, &call, manner, answered, &mut caller, trace).await
        }
        Known::Forwarded => forward::client(x, route, luminate, &call, &method, caller, trace).await,
    }
}

fn judge_verb(method: &str, verbs: &[&str], trace: &mut Trace) -> Result<(), Reason> {
    trace.allow = verbs.iter().map(|verb| (*verb).to_owned()).collect();
    verbs.contains(&method).then_some(()).ok_or(Reason::MethodNotAllowed)
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
