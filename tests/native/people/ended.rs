//! Offboarding: whatever a person has ends by one call, at once on strict routes, and nobody else notices.

use std::rc::Rc;

use edgegate_core::credential::session;
use edgegate_core::credential::session::index::{self, Opened};
use edgegate_core::identity::person::Person;
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::index::{Owner, Whose};
use edgegate_core::testing::{Fault, Faults, World, finish};
use proptest::prelude::*;
use serde_json::json;

use super::{account, ended, grant, listed, session_of, strict};
use crate::oauth::flow;
use crate::support::oauth::{VERIFIER, authorization, code, consent, fields, tokens};
use crate::support::{NOW, POLICY, Request, Site, admin_request, answer, incoming, refusal};

#[test]
fn sessions_are_told_as_their_person_knows_them() {
    let site = Site::alone();
    let (jo, _) = (session_of(&site, "jo"), session_of(&site, "sam"));
    let sessions = listed(&site, "session", &json!({"subject": "jo"}));
    let [only] = sessions.as_slice() else { panic!("{sessions:?}") };
    assert_eq!(
        (&only["by"], &only["program"], &only["system"]),
        (&json!("nonce"), &json!("Firefox"), &json!("Windows"))
    );
    assert_eq!((&only["network"], &only["since"]), (&json!("203.0.113.7"), &json!(NOW)));
    let id = only["id"].as_str().unwrap();
    assert_eq!(id.len(), 43);
    assert!(!jo.contains(id), "what names a session is not the session");
    assert!(site.ask(&account(id)).refused.is_some());
    for own in ["", "-"] {
        let of_issuer = listed(&site, "session", &json!({"subject": "jo", "issuer": own}));
        assert_eq!(of_issuer.len(), usize::from(own.is_empty()), "{own}");
    }
    assert!(listed(&site, "session", &json!({"subject": "nobody"})).is_empty());
}

#[test]
fn all_of_one_person_end_at_once_and_nobody_elses() {
    let world = World::at(NOW);
    let (here, elsewhere) = (Site::new(&world, POLICY), Site::new(&world, POLICY));
    let jos: Vec<String> = (0..7).map(|_| session_of(&here, "jo")).collect();
    let sams = session_of(&here, "sam");
    for session in jos.iter().chain([&sams]) {
        for site in [&here, &elsewhere] {
            assert_eq!((refusal(&site.ask(&strict(session))), refusal(&site.ask(&account(session)))), (None, None));
        }
    }
    assert_eq!(ended(&here, "session", &json!({"subject": "jo"})), 7);
    for session in &jos {
        assert_eq!(refusal(&here.ask(&account(session))), Some(Reason::SessionRevoked));
        assert_eq!(refusal(&elsewhere.ask(&strict(session))), Some(Reason::SessionRevoked));
    }
    world.pass(60);
    for session in &jos {
        assert_eq!(refusal(&elsewhere.ask(&account(session))), Some(Reason::SessionRevoked), "the stated bound");
    }
    assert_eq!((refusal(&here.ask(&strict(&sams))), refusal(&elsewhere.ask(&account(&sams)))), (None, None));
    assert_eq!(ended(&here, "session", &json!({"subject": "jo"})), 0, "what has ended is not counted again");
    assert!(listed(&elsewhere, "session", &json!({"subject": "jo"})).is_empty());
}

#[test]
fn one_of_them_ends_by_its_id() {
    let site = Site::alone();
    let (first, second) = (session_of(&site, "jo"), session_of(&site, "jo"));
    let all = listed(&site, "session", &json!({"subject": "jo"}));
    let ids: Vec<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ended(&site, "session", &json!({"subject": "sam", "id": ids[0]})), 0, "it is not that one's");
    assert_eq!(ended(&site, "session", &json!({"subject": "jo", "id": ids[0]})), 1);
    let left = [first, second].iter().filter(|session| refusal(&site.ask(&strict(session))).is_none()).count();
    assert_eq!(left, 1);
}

#[test]
fn grants_end_with_their_tokens() {
    let site = Site::alone();
    let (jos, sams) = (session_of(&site, "jo"), session_of(&site, "sam"));
    let (first, second, other) = (grant(&site, &jos), grant(&site, &jos), grant(&site, &sams));
    let call = |token: &str| refusal(&site.ask(&Request::get("/strict/").bearer(token)));
    assert_eq!((call(&first), call(&second), call(&other)), (None, None, None));
    let grants = listed(&site, "grant", &json!({"subject": "jo"}));
    assert_eq!(grants.len(), 2);
    assert_eq!((&grants[0]["client"], &grants[0]["since"]), (&json!("shop"), &json!(NOW)));
    let id = grants[0]["id"].as_str().unwrap();
    assert_eq!(ended(&site, "grant", &json!({"subject": "jo", "id": id})), 1);
    assert_eq!([&first, &second].iter().filter(|token| call(token).is_none()).count(), 1);
    assert_eq!(ended(&site, "grant", &json!({"subject": "jo"})), 1);
    assert_eq!((call(&first), call(&second)), (Some(Reason::TokenRevoked), Some(Reason::TokenRevoked)));
    assert_eq!(call(&other), None);
    assert_eq!(refusal(&site.ask(&strict(&jos))), None, "a session is no grant");
    assert!(listed(&site, "grant", &json!({"subject": "jo"})).is_empty());
}

#[test]
fn a_grant_that_kv_did_not_take_is_found_and_ended_all_the_same() {
    let world = World::at(NOW);
    let site = Site::new(&world, POLICY);
    let jos = session_of(&site, "jo");
    let address = authorization("shop", "https://shop.example/cb", "");
    let code = code(&site, &address, &jos, &consent(&site, &address, &jos));
    site.ports.faults.set(Faults { put: Fault::Fail(Reason::VaultUnavailable), ..Faults::default() });
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri=https://shop.example/cb&code_verifier={VERIFIER}&{}",
        fields("shop")
    );
    let (token, _) = tokens(&site, &form, None);
    site.ports.faults.set(Faults::default());
    let call = || refusal(&site.ask(&Request::get("/strict/").bearer(&token)));
    // Longer than a record of a grant may be on its way, so that the Ledger alone knows.
    world.pass(600);
    assert_eq!(call(), None);
    assert_eq!(listed(&site, "grant", &json!({"subject": "jo"})).len(), 1);
    assert_eq!(ended(&site, "grant", &json!({"subject": "jo"})), 1);
    assert_eq!(call(), Some(Reason::TokenRevoked));
    assert!(listed(&site, "grant", &json!({"subject": "jo"})).is_empty());
}

#[test]
fn a_session_that_cannot_be_noted_is_not_handed_over() {
    let site = Site::alone();
    let nonce = site.nonce("account");
    let request = Request::get(&format!("/account/?NONCE_TOKEN={nonce}"));
    site.ports.faults.set(Faults { put: Fault::Fail(Reason::VaultUnavailable), ..Faults::default() });
    let handled = site.ask(&request);
    assert_eq!((handled.refused, crate::support::set_cookies(&handled).len()), (Some(Reason::VaultUnavailable), 0));
    site.ports.faults.set(Faults::default());
    assert_eq!(refusal(&site.ask(&request)), None, "the nonce was not used up");
}

#[test]
fn calls_that_name_nobody_are_refused() {
    let site = Site::alone();
    for (what, body) in [
        ("session/list", json!({})),
        ("session/list", json!({"subject": ""})),
        ("session/list", json!({"subject": "jo", "id": "x"})),
        ("session/revoke", json!({"subject": ""})),
        ("session/revoke", json!({"subject": "jo", "session": "egs_x"})),
        ("session/revoke", json!({"subject": 1})),
        ("grant/list", json!({"subject": "j o"})),
        ("grant/revoke", json!({"issuer": "https://idp.example"})),
    ] {
        let handled = site.ask(&admin_request(what, &body));
        assert_eq!(refusal(&handled), Some(Reason::AdminRequest), "{what} {body}");
        assert_eq!(answer(&handled).status, 400);
    }
}

/// Sessions at a provider, as an OpenID sign-in opens them.
pub(super) fn at_provider(site: &Site, world: &Rc<World>, subject: &str, issuer: &str, sid: Option<&str>) -> Request {
    let ctx = context(site, world);
    let policy = site.gate.policy.session.as_ref().unwrap();
    let (issuer, sid) = (issuer.to_owned(), sid.unwrap_or_default().to_owned());
    let said = Person { issuer, sid, ..Person::default() };
    let opened = Opened { said: Some(&said), ..Opened::here(subject, "idp") };
    let request = incoming("GET", "https://gate.example.org/", Vec::new());
    let sealed = finish(session::start(ctx, policy, &opened, &request)).unwrap().unwrap();
    strict(session::text(policy, &sealed).expose_text().unwrap())
}

pub(super) fn context<'a>(
    site: &'a Site,
    world: &Rc<World>,
) -> edgegate_core::sealed::store::Context<'a, edgegate_core::testing::Memory> {
    edgegate_core::sealed::store::Context {
        ports: &site.ports,
        policy: &site.gate.policy,
        recent: Box::leak(Box::default()),
        secrets: site.gate.secrets.usable(true),
        now: world.clock.get(),
    }
}

#[test]
fn a_provider_ends_what_it_vouched_for_and_nothing_else() {
    let world = World::at(NOW);
    let site = Site::new(&world, POLICY);
    let (one, other) = ("https://one.example", "https://other.example");
    let session = |subject, issuer, sid| at_provider(&site, &world, subject, issuer, sid);
    let all = [
        session("jo", one, Some("s1")),
        session("jo", one, Some("s2")),
        session("jo", other, Some("s1")),
        session("sam", one, Some("s3")),
        session("kim", one, None),
    ];
    let living = || all.iter().map(|request| refusal(&site.ask(request)).is_none()).collect::<Vec<_>>();
    let end = |subject, issuer, sid| {
        let swept = finish(index::end_all(context(&site, &world), Whose { subject, issuer: Some(issuer), sid }));
        assert_eq!(swept.unwrap().unwrap().next, None);
    };
    assert_eq!(living(), [true; 5]);
    end(None, one, Some("s1"));
    assert_eq!(living(), [false, true, true, true, true], "by the session's name alone");
    end(Some("sam"), other, None);
    assert_eq!(living(), [false, true, true, true, true], "another provider's sam");
    end(Some("jo"), one, None);
    assert_eq!(living(), [false, false, true, true, true]);
    end(Some("sam"), one, Some("s9"));
    assert_eq!(living(), [false, false, true, true, true], "sam's session is another one");
    end(Some("kim"), one, Some("s9"));
    assert_eq!(living(), [false, false, true, true, false], "kim's has no name: it may be the one");
    assert_eq!(finish(index::end_all(context(&site, &world), Whose::default())).unwrap(), Err(Reason::Internal));
    assert_eq!(ended(&site, "session", &json!({"subject": "jo"})), 1, "an operator who names no issuer means any");
    assert_eq!(ended(&site, "session", &json!({"subject": "kim", "issuer": one})), 0);
    assert_eq!(living(), [false, false, false, true, false]);
    let sam = Whose::of(Owner { issuer: one, subject: "sam" });
    assert_eq!(finish(index::of(context(&site, &world), sam, "")).unwrap().unwrap().things.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // Whoever opened how many sessions where and when: after a minute and the two looks of `session revoke --subject`, none of
    // them opens a strict route anywhere.
    #[test]
    fn after_two_looks_no_session_of_the_person_is_left(
        opened in prop::collection::vec((0..2_usize, prop::bool::ANY, 0..30_u64), 1..12),
        lag in 0..60_u64,
    ) {
        let world = World::at(NOW);
        world.lag.set(lag);
        let sites = [Site::new(&world, POLICY), Site::new(&world, POLICY)];
        let mut sessions = Vec::new();
        for (place, is_jo, pause) in opened {
            sessions.push((is_jo, session_of(&sites[place], if is_jo { "jo" } else { "sam" })));
            world.pass(pause);
        }
        let whose = json!({"subject": "jo"});
        let first = ended(&sites[0], "session", &whose);
        world.pass(65);
        let second = ended(&sites[0], "session", &whose);
        let jos = sessions.iter().filter(|(is_jo, _)| *is_jo).count() as u64;
        prop_assert_eq!(first + second, jos);
        for (is_jo, session) in &sessions {
            for site in &sites {
                prop_assert_eq!(refusal(&site.ask(&strict(session))).is_none(), !is_jo);
            }
        }
    }
}

#[test]
fn without_the_ledger_they_end_too() {
    let site = Site::new(&World::at(NOW), &flow::policy_with("10s", "best-effort", ""));
    let session = site.session();
    let token = flow::shops_pair(&site).access;
    let call = || (refusal(&site.ask(&account(&session))), flow::call(&site, "/me/", &token));
    assert_eq!(call(), (None, None));
    let whose = json!({"subject": "jo"});
    assert_eq!(ended(&site, "session", &whose), 2, "the grant was given in a session of its own");
    assert_eq!(ended(&site, "session", &whose), 0);
    assert_eq!(ended(&site, "grant", &whose), 1);
    assert!(listed(&site, "grant", &whose).is_empty());
    assert_eq!(call(), (Some(Reason::SessionRevoked), Some(Reason::TokenRevoked)));
}

#[test]
fn a_request_with_a_session_costs_what_it_did() {
    let site = Site::alone();
    let jo = session_of(&site, "jo");
    let (handled, cost) = site.cost(&account(&jo));
    assert_eq!((handled.refused, cost), (None, 0));
}
