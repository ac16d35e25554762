//! How many pass in a window, and whose requests are counted together.

use core::future::Future;
use core::pin::Pin;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, Turns, finish};
use proptest::prelude::*;

use super::{field, story, with_route};
use crate::support::story::Story;
use crate::support::{NOW, Request, Site, answer, is_granted};

const EXACT: &str =
    "accept = [\"bearer\", \"link:once\"]\nrate = { limit = 3, period = \"10m\", by = \"subject\", exact = true }";

fn token(site: &Site, subject: &str) -> String {
    let minted = site.admin("token", &serde_json::json!({ "subject": subject }));
    minted["access_token"].as_str().unwrap().to_owned()
}

fn visit(token: &str) -> Request {
    Request::get("/many/a").bearer(token)
}

/// Attempts of one subject in three isolates of two locations, in whatever order, some of them dropped half way or with a
/// Ledger that fails. How many passed, and how many do once the window is over.
fn passed(attempts: usize, order: &[(usize, bool)], ledger: Fault) -> (usize, usize) {
    let story = story(EXACT);
    let text = with_route(EXACT);
    let token = token(&story.site, "jo");
    let world = story.site.ports.world.clone();
    world.pass(60); // the token's record is seen everywhere
    let sites = [Site::beside(&story.site.ports, &text), Site::new(&world, &text), story.site];
    sites.iter().for_each(|site| {
        finish(site.check(&Request::get("/me/a").bearer(&token))); // known to the isolate
        site.ports.steps.set(true);
        site.ports.faults.set(Faults { ledger, ..Faults::default() });
    });
    let requests: Vec<Request> = (0..attempts).map(|_| visit(&token)).collect();
    let attempt = |number: usize| -> Pin<Box<dyn Future<Output = Handled> + '_>> {
        Box::pin(sites[number % 3].check(&requests[number]))
    };
    let mut turns = Turns::new((0..attempts).map(attempt));
    for (which, dies) in order {
        match dies {
            true => turns.kill(*which),
            false => turns.step(*which),
        }
    }
    turns.settle();
    let now = turns.done.iter().flatten().filter(|handled| is_granted(handled)).count();
    sites.iter().for_each(|site| site.ports.faults.set(Faults::default()));
    world.pass(600);
    let later = (0..6).filter(|number| is_granted(&finish(sites[number % 3].check(&visit(&token))).unwrap())).count();
    (now, later)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn never_more_pass_in_a_window_than_the_limit_and_as_many_in_the_next(
        attempts in 1..9_usize,
        order in prop::collection::vec((0..9_usize, prop::bool::weighted(0.1)), 0..60),
        ledger in prop::sample::select(vec![
            Fault::Ok,
            Fault::Fail(Reason::LedgerUnavailable),
            Fault::Lost(Reason::LedgerUnavailable),
            Fault::Sometimes(Reason::LedgerUnavailable),
        ]),
    ) {
        let (now, later) = passed(attempts, &order, ledger);
        prop_assert!(now <= 3, "{now}");
        if ledger == Fault::Ok && order.iter().all(|(_, dies)| !dies) {
            prop_assert_eq!(now, attempts.min(3));
        }
        if matches!(ledger, Fault::Fail(_) | Fault::Lost(_)) {
            prop_assert_eq!(now, 0, "what is not counted for certain does not pass");
        }
        prop_assert_eq!(later, 3);
    }

    #[test]
    fn nobody_is_counted_with_another(visits in prop::collection::vec(0..4_usize, 0..40)) {
        let story = story(EXACT);
        let subjects = ["jo", "joe", "kim", "JO"].map(|subject| token(&story.site, subject));
        let mut counts = [0_usize; 4];
        for who in visits {
            counts[who] += 1;
            prop_assert_eq!(is_granted(&story.site.ask(&visit(&subjects[who]))), counts[who] <= 3);
        }
    }
}

fn link(story: &mut Story, path: &str) -> Request {
    story.step(&format!("link {path}"));
    story.request("GET {link}")
}

#[test]
fn what_is_refused_uses_up_no_link() {
    for how in [
        "period = \"1h\", by = \"client\", exact = true",
        "period = \"10s\", by = \"client\"",
        "period = \"10s\", by = \"network\"",
    ] {
        let mut story = story(&format!("accept = [\"link:once\"]\nrate = {{ limit = 1, {how} }}"));
        let (first, second) = (link(&mut story, "/many/a exp=7200"), link(&mut story, "/many/b exp=7200"));
        assert!(is_granted(&story.site.ask(&first)));
        assert_eq!(story.site.ask(&second).refused, Some(Reason::RateExceeded), "{how}");
        assert_eq!(story.site.ports.spent.get().claims, 1, "{how}");
        story.site.ports.world.pass(3600);
        assert!(is_granted(&story.site.ask(&second)), "{how}");
        story.site.ports.world.pass(3600);
        assert_eq!(story.site.ask(&second).refused, Some(Reason::LinkExpired));
    }
}

#[test]
fn a_stranger_uses_up_nothing_and_costs_nothing() {
    let mut story = story(
        "accept = [\"link:once\", \"session\"]\nrate = { limit = 1, period = \"1h\", by = \"link\", exact = true }",
    );
    let real = link(&mut story, "/many/a");
    let forged = Request { url: real.url.replace("/many/a", "/many/b"), ..real.clone() };
    for request in [&forged, &Request::get("/many/a"), &Request::get("/many/a").session("egs_x")] {
        let (handled, cost) = story.site.cost(request);
        assert!(handled.refused.is_some_and(|reason| reason != Reason::RateExceeded) && cost == 0);
    }
    assert!(is_granted(&story.site.ask(&real)));
}

#[test]
fn a_link_that_was_used_up_still_counts() {
    let mut story =
        story("accept = [\"link:once\"]\nrate = { limit = 2, period = \"1h\", by = \"client\", exact = true }");
    let (used, other) = (link(&mut story, "/many/a exp=7200"), link(&mut story, "/many/b exp=7200"));
    assert!(is_granted(&story.site.ask(&used)));
    assert_eq!(story.site.ask(&used).refused, Some(Reason::LinkReplayed));
    assert_eq!(story.site.ask(&other).refused, Some(Reason::RateExceeded));
}

#[test]
fn a_network_is_counted_before_anything_that_it_shows() {
    let story = story("accept = [\"bearer\"]\nrate = { limit = 2, period = \"1m\", by = \"network\" }");
    let token = token(&story.site, "jo");
    let from = |address: &str, request: Request| story.site.ask(&request.with("cf-connecting-ip", address)).refused;
    for expected in [Reason::CredentialMissing, Reason::CredentialMissing, Reason::RateExceeded] {
        assert_eq!(from("2001:db8::1", Request::get("/many/a")), Some(expected));
    }
    assert_eq!(from("2001:db8::ffff", visit(&token)), Some(Reason::RateExceeded), "an IPv6 /64 is one");
    assert_eq!(from("2001:db8:0:1::1", visit(&token)), None);
    assert_eq!(from("192.0.2.1", visit(&token)), None);
    story.site.ports.world.pass(60);
    assert_eq!(from("2001:db8::1", visit(&token)), None);
}

#[test]
fn each_link_has_its_own_count_whatever_its_spelling() {
    let mut story =
        story("accept = [\"link:files\"]\nrate = { limit = 1, period = \"1h\", by = \"link\", exact = true }");
    let (first, second) = (link(&mut story, "/many/a"), link(&mut story, "/many/b"));
    let spelled = Request { url: format!("{}&utm_source=x", first.url), ..first.clone() };
    assert!(is_granted(&story.site.ask(&first)));
    assert_eq!(story.site.ask(&spelled).refused, Some(Reason::RateExceeded));
    assert!(is_granted(&story.site.ask(&second)));
}

#[test]
fn the_button_of_a_confirmed_link_is_not_counted_beside_what_it_leads_to() {
    for how in [
        "period = \"1h\", by = \"link\", exact = true",
        "period = \"1h\", by = \"client\", exact = true",
        "period = \"10s\", by = \"subject\"",
    ] {
        let mut story = story(&format!(
            "methods = [\"GET\", \"HEAD\", \"POST\"]\naccept = [\"link:once\"]\nconfirm = true\n\
             rate = {{ limit = 1, {how} }}"
        ));
        story.step("link /many/a profile=once");
        let press = story.request("POST {link}&eg_confirm=1").with("sec-fetch-site", "same-origin");
        let (pressed, cost) = story.site.cost(&press);
        assert_eq!((answer(&pressed).status, cost, field(&pressed, "ratelimit")), (303, 0, None), "{how}");
        let led = Request::get(field(&pressed, "location").unwrap());
        assert!(is_granted(&story.site.ask(&led)), "{how}");
        assert_eq!(story.site.ask(&led).refused, Some(Reason::RateExceeded), "what it leads to is counted: {how}");
    }
}

#[test]
fn a_clock_that_was_ahead_for_one_request_leaves_no_window_behind() {
    let story = story(EXACT);
    let token = token(&story.site, "jo");
    (0..3).for_each(|_| assert!(is_granted(&story.site.ask(&visit(&token)))));
    assert_eq!(story.site.ask_by(&visit(&token), NOW + 700).refused, Some(Reason::RateExceeded));
    story.site.ask(&Request::get("/many/a"));
    story.site.ports.world.pass(701);
    assert!(is_granted(&story.site.ask(&visit(&token))), "the window ended by the Ledger's clock");
}

#[test]
fn each_route_counts_by_itself() {
    let more = format!(
        "{EXACT}\n\n[[routes]]\nname = \"more\"\npath = \"/more/*\"\nforward = {{ origin = \"site\" }}\n{EXACT}"
    );
    let story = story(&more);
    let token = token(&story.site, "jo");
    for path in ["/many/a", "/more/a"] {
        for at in 0..4 {
            let handled = story.site.ask(&Request::get(path).bearer(&token));
            assert_eq!(is_granted(&handled), at < 3, "{path}");
        }
    }
    assert_eq!(story.site.ports.world.windows.keys().len(), 2);
}

#[test]
fn a_count_that_fails_lets_nothing_through() {
    let fault = |reason| Fault::Fail(reason);
    for (exact, faults, reason) in [
        (true, Faults { ledger: fault(Reason::LedgerUnavailable), ..Faults::default() }, Reason::LedgerUnavailable),
        (true, Faults { ledger: fault(Reason::BindingMissing), ..Faults::default() }, Reason::BindingMissing),
        (false, Faults { limiter: fault(Reason::LimiterUnavailable), ..Faults::default() }, Reason::LimiterUnavailable),
        (false, Faults { limiter: fault(Reason::BindingMissing), ..Faults::default() }, Reason::BindingMissing),
    ] {
        for by in ["network", "subject"] {
            let story = story(&format!(
                "accept = [\"bearer\"]\nrate = {{ limit = 9, period = \"1m\", by = \"{by}\", exact = {exact} }}"
            ));
            let token = token(&story.site, "jo");
            story.site.ports.faults.set(faults);
            assert_eq!(story.site.ask(&visit(&token)).refused, Some(reason), "{by} {exact}");
            let hangs = Faults { ledger: Fault::Hang, limiter: Fault::Hang, ..Faults::default() };
            story.site.ports.faults.set(hangs);
            assert!(finish(story.site.check(&visit(&token))).is_none(), "{by} {exact}");
        }
    }
}

#[test]
fn one_operation_a_request_and_none_for_what_is_known_to_be_too_much() {
    let story = story(EXACT);
    let token = token(&story.site, "jo");
    let costs: Vec<u32> = (0..6).map(|_| story.site.cost(&visit(&token)).1).collect();
    assert_eq!(costs, [1, 1, 1, 1, 0, 0], "the isolate knows when the window ends");
    assert_eq!(
        story.site.ask_by(&visit(&token), NOW + 601).refused,
        Some(Reason::RateExceeded),
        "by the Ledger's clock"
    );
    story.site.ports.world.pass(600);
    let before = story.site.ports.spent.get().rates;
    assert!(is_granted(&story.site.ask(&visit(&token))));
    assert_eq!(story.site.ports.spent.get().rates - before, 1);
    // Without `rate` nothing is counted.
    let (handled, cost) = story.site.cost(&Request::get("/me/a").bearer(&token));
    assert!(is_granted(&handled) && cost == 0);
}

#[test]
fn the_limiter_counts_in_each_location_for_itself() {
    let more = "accept = [\"bearer\"]\nrate = { limit = 1, period = \"1m\", by = \"subject\" }";
    let story = story(more);
    let token = token(&story.site, "jo");
    story.site.ports.world.pass(60);
    let elsewhere = Site::new(&story.site.ports.world, &with_route(more));
    for site in [&story.site, &elsewhere] {
        assert!(is_granted(&site.ask(&visit(&token))));
        assert_eq!(site.ask(&visit(&token)).refused, Some(Reason::RateExceeded));
    }
    assert_eq!(story.site.ports.spent.get().rates, 0);
}
