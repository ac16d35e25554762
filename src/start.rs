//! What happens once per isolate: the policy is decoded, secrets are looked up, and what is missing is named.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::binding;
use edgegate_core::http::Deployment;
use edgegate_core::policy::{Policy, SingleUse, Unreadable};
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::state::State;
use edgegate_core::texts::Book;
use worker::{Env, console_error, console_log, console_warn};

thread_local! {
    static GATE: OnceCell<Option<Rc<State>>> = const { OnceCell::new() };
    /// The policy, from when the isolate starts until its first request brings the environment.
    static READ: RefCell<Option<Result<Policy, Unreadable>>> = const { RefCell::new(None) };
}

/// Decodes the policy before there is a request, lets a gate with made-up secrets try it, and keeps it.
pub fn prepare(attempt: impl FnOnce(&State)) {
    READ.set(Some(Policy::decode(&compiled()).map(|policy| {
        let gate = State::made_up(policy, PUBLISHED).with_book(Book::new(pages));
        attempt(&gate);
        gate.policy
    })));
}

/// The isolate's gate; None if the policy is not valid, and then nothing is let through.
pub fn gate(env: &Env) -> Option<Rc<State>> {
    GATE.with(|cell| cell.get_or_init(|| build(env)).clone())
}

fn build(env: &Env) -> Option<Rc<State>> {
    let policy = match READ.take().unwrap_or_else(|| Policy::decode(&compiled())) {
        Ok(policy) => policy,
        Err(reason) => {
            unreadable(&reason.to_string());
            return None;
        }
    };
    let text = |name: &str| js_sys::Reflect::get(env, &name.into()).ok()?.as_string();
    let secrets = Secrets::new(&policy, PUBLISHED, |name| text(name).map(Secret::new));
    let deployment = Deployment::said(text(Deployment::BINDING).as_deref());
    announce(env, &policy, &secrets, deployment);
    Some(Rc::new(State::new(policy, secrets).at(deployment).with_book(Book::new(pages))))
}

/// Says where the gate runs, if that is on one machine or if the policy is for one machine alone.
fn announce_deployment(policy: &Policy, deployment: Deployment) {
    let name = Deployment::BINDING;
    match deployment {
        Deployment::Local => {
            console_warn!("edgegate: {} is set: on loopback http and published demo values count", name)
        }
        Deployment::Public if policy.gateway.issuer.is_loopback() => {
            console_error!(
                "edgegate: the policy's issuer is on loopback and {} is not \"true\", so nothing counts as loopback: locally, {}=true in .dev.vars",
                name,
                name
            )
        }
        Deployment::Public => {}
    }
}

/// Names what is missing, in the first lines of the isolate's log.
fn announce(env: &Env, policy: &Policy, secrets: &Secrets, deployment: Deployment) {
    announce_deployment(policy, deployment);
    for name in secrets.missing() {
        let todo = match deployment {
            Deployment::Local => format!("Write it into .dev.vars: {name}=..."),
            Deployment::Public => format!("Set it: npx wrangler secret put {name}"),
        };
        console_error!(
            "edgegate: secret {} is not set or shorter than 16 bytes; requests that need it are answered 503. {}",
            name,
            todo
        );
    }
    let published = secrets.published();
    if !published.is_empty() {
        let names = published.join(", ");
        console_log!("edgegate: published demo values, for loopback alone: {}", names);
    }
    let mut bindings = Vec::new();
    if policy.needs_records() || policy.single_use == SingleUse::BestEffort {
        bindings.push(binding::KV);
    }
    if policy.single_use == SingleUse::Ledger {
        bindings.push(binding::LEDGER);
    }
    if policy.luminate.as_ref().is_some_and(|luminate| !luminate.server_networks.is_empty()) {
        console_log!(
            "edgegate: server calls are taken by address: Cloudflare's edge vouches for it, elsewhere CF-Connecting-IP can be forged"
        );
    }
    let asks_issuers = policy.issuers.iter().any(|issuer| issuer.secret().is_some());
    if policy.sign_in.is_some() || policy.admin.is_some() || policy.basic.is_some() || asks_issuers {
        bindings.push(binding::LIMITER);
    }
    let mut bindings: Vec<String> = bindings.into_iter().map(str::to_owned).collect();
    bindings.extend(policy.limiters());
    for name in bindings.iter().filter(|name| !is_bound(env, name)) {
        console_error!("edgegate: binding {} is missing; requests that need it are answered 503", name);
    }
    for origin in &policy.origins {
        if let Some(name) = origin.via.binding()
            && !is_bound(env, name)
        {
            console_error!(
                "edgegate: binding {} of origin {} is missing; its routes are answered 503",
                name,
                origin.name
            );
        }
    }
    if policy.single_use == SingleUse::BestEffort {
        console_warn!("edgegate: single use is best effort: without the Durable Object two requests can both pass");
    }
    let digest = policy.digest.as_ref().map(ToString::to_string).unwrap_or_default();
    console_log!("edgegate: policy {}, {} routes, version {}", digest, policy.routes.len(), env!("CARGO_PKG_VERSION"));
}

/// Whether the environment has a binding of that name.
pub fn is_bound(env: &Env, name: &str) -> bool {
    js_sys::Reflect::get(env, &name.into()).is_ok_and(|value| !value.is_undefined())
}

/// The demo's secrets, as the demo itself reads them. Everybody can read them, so they count on loopback only.
const PUBLISHED: &str = include_str!("../demo/.dev.vars");

// `src/modules.js`, into which the Worker's JavaScript put what `edgegate build` wrote. A raw module, because it must be the one
// that this JavaScript imports, and not a copy beside the wasm.
#[cfg(not(test))]
#[wasm_bindgen::prelude::wasm_bindgen(raw_module = "./modules.js")]
extern "C" {
    fn compiled() -> Vec<u8>;
    /// It stays outside of the wasm's memory: a page reads one language of it.
    fn pages(from: u32, to: u32) -> Vec<u8>;
    fn unreadable(reason: &str);
}

#[cfg(test)]
use super::tests::{compiled, pages, unreadable};
