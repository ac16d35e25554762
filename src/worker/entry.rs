//! The entry point: a request in, a decision from the core, its effect.

use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, Response};
use worker::{Context, Env, console_error, console_log, event};

use super::glue;
use super::platform::{Platform, request_id};
use super::start;
use crate::gate::{Gate, Judged, Moment};
use crate::http::{Headers, Incoming};
use crate::log;
use crate::policy::Via;
use crate::refusal::Reason;
use crate::rewrite::{Answer, Decision, Forwarding, answer};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let described = glue::describe(&request)?;
    let mut lines = described.split('\n');
    let (Some(method), Some(url)) = (lines.next(), lines.next()) else { return Err("no request line".into()) };
    let mut headers = Vec::with_capacity(24);
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push((name, value));
    }
    let incoming = Incoming { method, url, headers: Headers::new(headers) };
    let Some(gate) = start::gate(&env) else { return unjudged(Reason::PolicyInvalid) };
    let Ok(request_id) = request_id() else { return unjudged(Reason::EntropyUnavailable) };
    let platform = Platform::new(&env, &request);
    let moment = Moment { now: now_ms() / 1000, request_id: &request_id };
    let mut judged = gate.handle(&incoming, moment, &platform).await;
    let (response, status) = apply(&gate, &mut judged, &incoming, moment, &platform).await?;
    if gate.policy.gateway.decision_log {
        console_log!("{}", log::line(&gate, &judged, method, &request_id, status, platform.spent()));
    }
    Ok(response)
}

async fn apply(
    gate: &Gate,
    judged: &mut Judged,
    incoming: &Incoming<'_>,
    moment: Moment<'_>,
    platform: &Platform<'_>,
) -> Result<(Response, u16), JsValue> {
    let forwarding = match &judged.decision {
        Decision::Answer(answer) => return Ok((respond(answer, incoming.method)?, answer.status)),
        Decision::Forward(forwarding) => forwarding,
    };
    match forward(forwarding, platform).await {
        Ok(response) => amend(forwarding, response),
        Err(error) => {
            // The error's own text can hold addresses; it stays in the operator's log.
            console_error!("edgegate: origin {} did not answer: {:?}", forwarding.origin.name, error);
            judged.refused = Some(Reason::OriginUnavailable);
            let answer = gate.refuse(Reason::OriginUnavailable, incoming, moment, judged);
            Ok((respond(&answer, incoming.method)?, answer.status))
        }
    }
}

async fn forward(forwarding: &Forwarding, platform: &Platform<'_>) -> Result<Response, JsValue> {
    let binding = match &forwarding.origin.via {
        Via::Service(name) => Some(name.as_str()),
        Via::Url(_) => None,
    };
    let mut edits = String::with_capacity(256);
    for name in &forwarding.remove {
        push_line(&mut edits, '-', name, None);
    }
    for (name, value) in &forwarding.set_by_policy {
        push_line(&mut edits, '=', name, Some(value));
    }
    for (name, value) in &forwarding.set {
        push_line(&mut edits, '=', name, Some(value));
    }
    let body = forwarding.body.as_deref().map(js_sys::Uint8Array::from);
    let started = now_ms();
    let promise =
        glue::forward(platform.env(), binding, &forwarding.url, platform.request(), &edits, body, forwarding.private)?;
    let response = JsFuture::from(promise).await;
    platform.note_origin(now_ms().saturating_sub(started));
    response?.dyn_into()
}

fn amend(forwarding: &Forwarding, response: Response) -> Result<(Response, u16), JsValue> {
    let received = glue::received(&response)?;
    let mut lines = received.split('\n');
    let status = lines.next().and_then(|status| status.parse().ok()).unwrap_or(0);
    let (cache_control, vary) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let mut edits = String::new();
    for edit in answer::edits(forwarding, cache_control, vary) {
        match edit {
            answer::Edit::Remove(name) => push_line(&mut edits, '-', name, None),
            answer::Edit::Set(name, value) => push_line(&mut edits, '=', name, Some(&value)),
            answer::Edit::Append(name, value) => push_line(&mut edits, '+', name, Some(&value)),
        }
    }
    match edits.is_empty() {
        true => Ok((response, status)),
        false => Ok((glue::amended(&response, &edits)?, status)),
    }
}

fn respond(answer: &Answer, method: &str) -> Result<Response, JsValue> {
    let mut lines = String::with_capacity(256);
    for (name, value) in &answer.headers {
        lines.push_str(name);
        lines.push('\n');
        lines.extend(value.chars().filter(|c| !c.is_control()));
        lines.push('\n');
    }
    glue::answer(answer.status, &lines, if method == "HEAD" { "" } else { &answer.body })
}

/// Before there is a gate there is no dialect, no route and no request id: the fewest words.
fn unjudged(reason: Reason) -> worker::Result<Response> {
    console_log!(
        "{{\"edgegate\":\"refused\",\"reason\":\"{}\",\"status\":{}}}",
        reason.code(),
        reason.public().status()
    );
    let public = reason.public();
    let body = format!(
        "{{\"type\":\"about:blank\",\"title\":\"{}\",\"status\":{},\"code\":\"{}\"}}\n",
        public.title(),
        public.status(),
        public.code()
    );
    Ok(respond(&Answer::new(public.status(), "application/problem+json", body), "GET")?)
}

/// One edit as `glue.js` reads it. A value cannot hold a line feed; if one did, it would be cut there.
fn push_line(edits: &mut String, kind: char, name: &str, value: Option<&str>) {
    edits.push(kind);
    edits.push_str(name);
    edits.push('\n');
    if let Some(value) = value {
        edits.extend(value.chars().filter(|c| !c.is_control()));
        edits.push('\n');
    }
}

fn now_ms() -> u64 {
    Date::now() as u64
}
