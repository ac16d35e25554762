//! How often the origin is asked about passwords: never more than the bounds allow, by whatever way to sign in, under any
//! interleaving in three isolates, with counters that fail or lose their answers and requests that are dropped half way.

mod guessing;
mod properties;
mod remembered;

use crate::support::luminate::{JO, client, login, server, visitor};
use crate::support::schemes::basic;
use crate::support::{self, NOW, POLICY, Request, Site, answer, is_granted};
use core::future::Future;
use core::pin::Pin;
use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, Turns, World, finish, poll_at_most};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Every way to sign in with a name and a password.
const WAYS: [&str; 6] = ["page", "basic", "strict basic", "login", "authenticateUser", "server login"];
/// A listed network, so that servers are at home there too.
const HERE: &str = "10.1.2.3";
const BOUND: usize = 20;
const BOUND_OF_A_NETWORK: usize = 100;

fn ledger() -> String {
    let routes = [("basic", ""), ("strict", "revocation = \"strict\"\n")].map(|(name, more)| {
        format!(
            "\n[[routes]]\nname = \"by-{name}\"\npath = \"/by-{name}/*\"\naccept = [\"basic\"]\n{more}forward = {{ origin = \"site\" }}\n"
        )
    });
    let given = "methods = [\"get*\"]";
    assert!(POLICY.matches(given).count() == 1, "the administrator's methods");
    let may_all = POLICY.replace(given, "methods = [\"get*\", \"create\", \"changePassword\", \"login\"]");
    format!("{may_all}{}", routes.concat())
}

fn best_effort() -> String {
    let text = ledger().replace("revocation = \"strict\"\n", "");
    text.replacen("[limits]", "[storage]\nsingle_use = \"best-effort\"\n\n[limits]", 1)
}

fn sign_in(way: &str, account: &str, password: &str, from: &str) -> Request {
    let more = format!("user_name={account}&password={password}");
    let request = match way {
        "page" => Request::new("POST", "/.edgegate/sign-in").form(&format!("account={account}&password={password}")),
        "basic" => Request::get("/by-basic/a").with("authorization", &format!("Basic {}", basic(account, password))),
        "strict basic" => {
            Request::get("/by-strict/a").with("authorization", &format!("Basic {}", basic(account, password)))
        }
        "server login" => {
            let mut request = server("login", &more);
            request.headers.retain(|(name, _)| name != "cf-connecting-ip");
            request
        }
        method => client(method, &more),
    };
    request.with("cf-connecting-ip", from)
}

fn question(account: &str, password: &str) -> String {
    json!({"account": account, "password": password}).to_string()
}

/// A world with a limiter that counts, in which these passwords are right.
fn site(policy: &str, rights: &[(&str, &str)]) -> Site {
    let site = Site::new(&World::at(NOW), policy);
    site.ports.limits.set(true);
    let rights = rights.iter().map(|(account, password)| question(account, password));
    site.ports.rights.replace(rights.collect());
    site
}

/// The same location, another isolate, and another location.
fn three(site: Site, policy: &str) -> [Site; 3] {
    let beside = Site::beside(&site.ports, policy);
    let mut elsewhere = Site::new(&site.ports.world, policy);
    elsewhere.ports.limits.set(true);
    elsewhere.ports.rights = Rc::clone(&site.ports.rights);
    elsewhere.ports.asked = Rc::clone(&site.ports.asked);
    [site, beside, elsewhere]
}

fn asked(site: &Site) -> usize {
    site.ports.asked.borrow().len()
}

fn at_once<'s>(sites: &'s [Site], requests: &'s [Request]) -> Turns<'s, Handled> {
    sites.iter().for_each(|site| site.ports.steps.set(true));
    let one = |(at, request)| -> Pin<Box<dyn Future<Output = Handled> + 's>> {
        let site: &'s Site = &sites[at % sites.len()];
        Box::pin(site.check(request))
    };
    Turns::new(requests.iter().enumerate().map(one))
}

fn settled(sites: &[Site], requests: &[Request]) -> Vec<Handled> {
    let mut turns = at_once(sites, requests);
    turns.settle();
    turns.done.into_iter().map(|handled| handled.expect("every request was decided")).collect()
}
