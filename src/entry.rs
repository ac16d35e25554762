//! The entry point: a request in, a decision from the core, its effect.
//!
//! `#[event(fetch)]` is not used: it turns the whole handler into one future, whose every wake is a microtask
//! of its own. Here the future is only the decision, which is ready at once unless storage is asked, and the
//! origin's promise is chained on the JavaScript side.
//!
//! The runtime drops the promise of a client that left. So every answer that is not ready at once also goes to
//! `waitUntil`: what was begun for the client is ended, and what it held is freed.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use super::bucket;
use super::budget::Held;
use super::form::FormGuard;
use super::glue;
use super::lines::{lines_of, lines_of_answer, push_line};
use super::page::PageFilter;
use super::platform::{Platform, request_id};
use super::start;
use edgegate_core::exchange::body::NewBody;
use edgegate_core::exchange::decision::{Decision, Forwarding};
use edgegate_core::exchange::{Handled, Moment};
use edgegate_core::forward::returned::Mapping;
use edgegate_core::gate::{answered, returned};
use edgegate_core::http::answer::Answer;
use edgegate_core::http::{Headers, Incoming, pieces};
use edgegate_core::log::{Entry, Spent};
use edgegate_core::luminate::errors;
use edgegate_core::policy::Via;
use edgegate_core::refusal::Reason;
use edgegate_core::state::State;
use js_sys::{Date, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Request, Response};
use worker::{Env, console_log};

/// The Worker's fetch handler.
#[wasm_bindgen]
pub fn fetch(request: Request, env: Env, context: JsValue) -> Promise {
    let mut deciding: Pin<Box<dyn Future<Output = Exchange>>> = Box::pin(check(request, env, context.clone()));
    match deciding.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(exchange) => exchange.settle(&context),
        // It waits for storage; the executor polls it again and sets the waker anew.
        Poll::Pending => {
            let during = context.clone();
            glue::kept(&context, &future_to_promise(async move { Ok(deciding.await.settle(&during).into()) }))
        }
    }
}

/// What can be done before the first request: the policy is decoded, and the code that decides runs over requests that are made
/// up, so that the engine has compiled it. In the environment every name is bound to something that answers nothing.
#[wasm_bindgen]
pub fn prepare(request: &Request, env: Env) {
    start::prepare(|gate| {
        let Ok(held) = Held::new() else { return };
        let described = glue::describe(request).unwrap_or_default();
        let _ = incoming(&described);
        let context = JsValue::UNDEFINED;
        let platform = Platform::new(gate, &env, &context, request, &held);
        let Some(forwarding) = gate.rehearse(&platform) else { return };
        // What a Worker fetches from elsewhere, or out of a bucket, it cannot ask for before a request.
        if matches!(forwarding.origin.via, Via::Service(_) | Via::Handler) {
            let _ = send(&forwarding, &env, request);
        }
        let _ = Response::new().and_then(|response| amend(&forwarding, None, response, &context));
    });
}

/// A request on its way to an answer. While it waits for the origin JavaScript holds it, so that the collector
/// frees it if the runtime drops the wait.
#[wasm_bindgen]
pub struct Exchange {
    env: Env,
    request: Request,
    method: String,
    request_id: String,
    gate: Option<Rc<State>>,
    handled: Result<Handled, Reason>,
    spent: Spent,
    started: u64,
    held: Option<Held>,
    /// Undefined, but for an answer that may be a page with tags, which is expanded on its way.
    context: JsValue,
}

async fn check(request: Request, env: Env, context: JsValue) -> Exchange {
    let request_id = request_id().unwrap_or_default();
    let gate = start::gate(&env);
    let mut exchange = Exchange {
        handled: Err(Reason::Internal),
        method: String::new(),
        spent: Spent::default(),
        started: 0,
        held: None,
        context: JsValue::UNDEFINED,
        env,
        request,
        request_id,
        gate,
    };
    exchange.handled = match (&exchange.gate, Held::new()) {
        _ if exchange.request_id.is_empty() => Err(Reason::EntropyUnavailable),
        (None, _) => Err(Reason::PolicyInvalid),
        (_, Err(reason)) => Err(reason),
        (Some(gate), Ok(held)) => {
            let described = glue::describe(&exchange.request).unwrap_or_default();
            exchange.method = pieces(&described, b'\n').next().unwrap_or_default().to_owned();
            let moment = Moment { now: now_ms() / 1000, request_id: &exchange.request_id };
            let platform = Platform::new(gate, &exchange.env, &context, &exchange.request, &held);
            let handled = match (incoming(&described), held.more(HEADERS * described.len())) {
                (None, _) => Err(Reason::Internal),
                (_, Err(reason)) => Err(reason),
                (Some(incoming), Ok(())) => Ok(gate.handle(&incoming, moment, &platform).await),
            };
            exchange.spent = platform.spent();
            exchange.held = Some(held);
            handled
        }
    };
    exchange
}

impl Exchange {
    /// Carries the decision out.
    fn settle(mut self, context: &JsValue) -> Promise {
        let sent = match &self.handled {
            Ok(Handled { decision: Decision::Forward(forwarding), .. }) => send(forwarding, &self.env, &self.request),
            Ok(Handled { decision: Decision::Answer(answer), .. }) => return resolved(self.respond(answer)),
            Err(reason) => return resolved(refuse_plainly(&self.request, *reason)),
        };
        self.started = now_ms();
        let (mut limit, mut timeout) = (0, 0);
        if let Ok(Handled { decision: Decision::Forward(forwarding), .. }) = &mut self.handled {
            forwarding.forget_request();
            timeout = u32::try_from(forwarding.origin.timeout * 1000).unwrap_or(u32::MAX);
            limit = if forwarding.outcome_redirect.is_some() { DOCUMENT } else { 0 };
            if forwarding.tags.is_some() {
                self.context = context.clone();
            }
        }
        if let Some(held) = &self.held {
            held.decided();
        }
        match sent {
            Ok(sent) => glue::settled(&sent, context, timeout, limit, PATIENCE_MS, &self.into()),
            Err(error) => resolved(self.finish(JsValue::UNDEFINED, &error, None)),
        }
    }

    /// Refuses a request that had been let through, because nothing behind the gateway answered it.
    fn refuse_late(mut self, reason: Reason) -> Result<JsValue, JsValue> {
        let described = glue::describe(&self.request).unwrap_or_default();
        let (Some(gate), Some(incoming), Ok(handled)) = (&self.gate, incoming(&described), &mut self.handled) else {
            return refuse_plainly(&self.request, Reason::Internal);
        };
        handled.refused = Some(reason);
        let moment = Moment { now: now_ms() / 1000, request_id: &self.request_id };
        let answer = gate.refuse(reason, &incoming, moment, handled);
        self.respond(&answer)
    }

    /// Answers in the gateway's own words.
    fn respond(&self, answer: &Answer) -> Result<JsValue, JsValue> {
        Ok(self.logged(respond(&self.request, answer, &self.method)?, answer.status))
    }

    /// Writes the decision's line.
    fn logged(&self, response: JsValue, status: u16) -> JsValue {
        self.log(|entry| entry.line(status));
        response
    }

    /// How the addresses in the origin's answer are mapped, if they are.
    fn mapping<'a>(&'a self, forwarding: &'a Forwarding) -> Option<Mapping<'a>> {
        Mapping::of(forwarding, self.handled.as_ref().ok()?.route.as_deref()?)
    }

    fn log(&self, line: impl FnOnce(&Entry<'_>) -> String) {
        if let (Some(state), Ok(handled)) = (&self.gate, &self.handled)
            && state.policy.gateway.decision_log
        {
            let (method, request_id, spent) = (&self.method, &self.request_id, self.spent);
            console_log!("{}", line(&Entry { state, handled, method, request_id, spent }));
        }
    }
}

#[wasm_bindgen]
impl Exchange {
    /// The origin lets its visitor wait. The visitor may leave, and then the runtime may end the request: the line that it
    /// was forwarded is written now.
    pub fn waits(&self) {
        self.log(|entry| entry.forwarded());
    }

    /// The origin's time is over.
    pub fn late(mut self) -> Result<JsValue, JsValue> {
        self.spent.origin_ms = now_ms().saturating_sub(self.started);
        self.refuse_late(Reason::OriginTimeout)
    }

    /// The origin answered, or did not. `text`: its answer's body, where that decides what comes next.
    pub fn finish(mut self, response: JsValue, error: &JsValue, text: Option<String>) -> Result<JsValue, JsValue> {
        self.spent.origin_ms = now_ms().saturating_sub(self.started);
        let Ok(Handled { decision: Decision::Forward(forwarding), .. }) = &self.handled else {
            return refuse_plainly(&self.request, Reason::Internal);
        };
        let outcome = match response.dyn_into::<Response>() {
            Ok(response) => {
                if let Some(answer) = outcome_redirect(forwarding, response.status(), text.as_deref()) {
                    let response = glue::instead(&response, answer.status, &lines_of_answer(&answer))?;
                    return Ok(self.logged(response.into(), answer.status));
                }
                let (response, status) = amend(forwarding, self.mapping(forwarding), response, &self.context)?;
                return Ok(self.logged(response.into(), status));
            }
            Err(outcome) => outcome,
        };
        let reason = match &forwarding.object {
            Some(asked) if error.is_undefined() => match bucket::answer(forwarding, asked, &outcome, &self.context) {
                Ok((response, status)) => return Ok(self.logged(response.into(), status)),
                Err(reason) => reason,
            },
            _ => self.why_silent(forwarding, error),
        };
        self.refuse_late(reason)
    }
}

impl Exchange {
    /// Why an origin did not answer. The error's own text can hold addresses; it stays in the operator's log.
    fn why_silent(&self, forwarding: &Forwarding, error: &JsValue) -> Reason {
        glue::complain(&["origin ", &forwarding.origin.name, " did not answer"].concat(), error);
        let reason = match &forwarding.origin.via {
            via if via.binding().is_some_and(|name| !start::is_bound(&self.env, name)) => Reason::BindingMissing,
            Via::Bucket(_) => Reason::BucketUnavailable,
            _ => Reason::OriginUnavailable,
        };
        cut_short(forwarding).unwrap_or(reason)
    }
}

fn incoming(described: &str) -> Option<Incoming<'_>> {
    let mut lines = pieces(described, b'\n');
    let (method, url, odd_body) = (lines.next()?, lines.next()?, lines.next()?);
    let mut headers = Vec::with_capacity(24);
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push((name, value));
    }
    let headers = Headers::new(headers);
    let client_address = headers.get(CLIENT_ADDRESS).and_then(|address| address.parse().ok());
    Some(Incoming { method, url, headers, odd_body: !odd_body.is_empty(), client_address })
}

/// Why the rest of a form was refused while it was on its way, if it was.
fn cut_short(forwarding: &Forwarding) -> Option<Reason> {
    match &forwarding.body {
        Some(NewBody::Head(_, rest)) => rest.borrow_mut().push(&[]).err(),
        _ => None,
    }
}

fn send(forwarding: &Forwarding, env: &Env, request: &Request) -> Result<Promise, JsValue> {
    if let Via::Bucket(bucket) = &forwarding.origin.via {
        return bucket::send(env, bucket, forwarding, request);
    }
    let binding = forwarding.origin.via.binding();
    let mut edits = String::with_capacity(256);
    for name in &forwarding.remove {
        push_line(&mut edits, '-', name, None);
    }
    if forwarding.tags.is_some() && forwarding.origin.via == Via::Handler {
        push_line(&mut edits, '-', "accept-encoding", None); // in process nothing uncompresses what it would compress
    }
    for (name, value) in &forwarding.set_by_policy {
        push_line(&mut edits, '=', name, Some(value));
    }
    for (name, value) in &forwarding.shown {
        let value = value.expose_text().map_err(|reason| JsValue::from_str(reason.code()))?;
        push_line(&mut edits, '=', name, Some(value));
    }
    for (name, value) in &forwarding.set {
        push_line(&mut edits, '=', name, Some(value));
    }
    if forwarding.tags.is_some() && request.headers().has("range")? {
        return glue::forward_for_part(env, binding, &forwarding.url, request, &edits);
    }
    let (body, guard) = match &forwarding.body {
        None => (None, None),
        Some(NewBody::Whole(bytes)) => (Some(bytes), None),
        Some(NewBody::Head(bytes, rest)) => (Some(bytes), Some(FormGuard::new(rest))),
    };
    let body = body.map(|bytes| js_sys::Uint8Array::from(bytes.as_slice()));
    glue::forward(env, binding, &forwarding.url, request, &edits, body, guard, forwarding.private)
}

/// Where the browser goes instead of getting the origin's answer.
fn outcome_redirect(forwarding: &Forwarding, status: u16, text: Option<&str>) -> Option<Answer> {
    let redirect = errors::redirect_after(forwarding.outcome_redirect.as_deref()?, status, text, now_ms() / 1000)?;
    Some(answered::instead(forwarding, redirect))
}

fn amend(
    forwarding: &Forwarding,
    mapping: Option<Mapping<'_>>,
    response: Response,
    context: &JsValue,
) -> Result<(Response, u16), JsValue> {
    let received = glue::received(&response, mapping.is_some())?;
    let mut lines = pieces(&received, b'\n');
    let status = lines.next().and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut line = || lines.next().unwrap_or_default();
    let said = answered::Said { cache_control: line(), vary: line(), challenges: line(), referrer_policy: line() };
    let addresses = mapping.map(|mapping| returned::edits(&mapping, &returned::Said::read(lines)));
    let mut edits = addresses.unwrap_or_default();
    edits.extend(answered::edits(forwarding, said));
    if let Some(tags) = forwarding.tags.as_ref().filter(|_| status != 206 && is_page(&response)) {
        edits.extend(answered::page_edits(tags));
        let filter = PageFilter::new(tags).into();
        return Ok((glue::filtered(&response, &lines_of(edits), filter, context)?, status));
    }
    match edits.is_empty() {
        true => Ok((response, status)),
        false => Ok((glue::amended(&response, &lines_of(edits))?, status)),
    }
}

fn is_page(response: &Response) -> bool {
    let described = glue::described(response).unwrap_or_default();
    described.split_once('\n').is_some_and(|(content_type, encoding)| answered::is_page(content_type, encoding))
}

fn respond(request: &Request, answer: &Answer, method: &str) -> Result<JsValue, JsValue> {
    let body = match () {
        _ if method == "HEAD" => JsValue::from_str(""),
        _ if answer.bytes.is_empty() => JsValue::from_str(&answer.body),
        _ => js_sys::Uint8Array::from(answer.bytes.as_slice()).into(),
    };
    glue::answer(request, answer.status, &lines_of_answer(answer), &body)
}

/// Before there is a gate there is no dialect, no route and no request id: the fewest words.
fn refuse_plainly(request: &Request, reason: Reason) -> Result<JsValue, JsValue> {
    let public = reason.public();
    let (status, title, code) = (public.status(), public.title(), public.code());
    console_log!("{{\"edgegate\":\"refused\",\"reason\":\"{}\",\"status\":{}}}", reason.code(), status);
    let body = format!("{{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{status},\"code\":\"{code}\"}}\n");
    let mut answer = Answer::new(status, "application/problem+json", body);
    if reason == Reason::Overloaded {
        answer = answer.with("retry-after", "5".to_owned());
    }
    respond(request, &answer, "GET")
}

/// What could not even be answered is a rejected promise: the runtime says 500, and nothing was forwarded.
fn resolved(response: Result<JsValue, JsValue>) -> Promise {
    match response {
        Ok(response) => Promise::resolve(&response),
        Err(error) => Promise::reject(&error),
    }
}

fn now_ms() -> u64 {
    Date::now() as u64
}

/// The client's address. Cloudflare's edge sets this header; anywhere else the client can choose its value.
const CLIENT_ADDRESS: &str = "cf-connecting-ip";
/// How often a request's headers lie in memory while it is decided, about.
const HEADERS: usize = 2;
/// Bytes of an answer that is read to know where it leads.
const DOCUMENT: u32 = 1024 * 1024;
/// Milliseconds that its body may take once it has begun.
const PATIENCE_MS: u32 = 10_000;
