//! How often the origin is asked about passwords: never more than the bounds allow, by whatever way to sign in, under any
//! interleaving in three isolates, with counters that fail or lose their answers and requests that are dropped half way.

use core::future::Future;
use core::pin::Pin;
use std::collections::BTreeMap;
use std::rc::Rc;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, Turns, World, finish, poll_at_most};
use proptest::prelude::*;
use serde_json::json;

use crate::support::luminate::{JO, client, login, server, visitor};
use crate::support::schemes::basic;
use crate::support::{self, NOW, POLICY, Request, Site, answer, is_granted};

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

#[test]
fn sixty_passwords_sent_twice_while_throttled_are_not_asked_about() {
    for policy in [ledger(), best_effort()] {
        for way in WAYS {
            let site = site(&policy, &[("jo", "right")]);
            for number in 0..BOUND {
                site.ask(&sign_in(way, "jo", &format!("first-{number}"), HERE));
            }
            let before = asked(&site);
            assert_eq!(before, BOUND, "{way}");
            for number in 0..60 {
                let password = if number == 59 { "right".to_owned() } else { format!("wrong-{number}") };
                for _ in 0..2 {
                    let handled = site.ask(&sign_in(way, "jo", &password, HERE));
                    assert_eq!(handled.refused, Some(Reason::Throttled), "{way}");
                }
            }
            assert_eq!(asked(&site), before, "{way}");
        }
    }
}

#[test]
fn nobody_is_asked_while_counting_fails() {
    let broken = [Fault::Fail, Fault::Lost];
    let ledger_faults =
        broken.map(|fault| (ledger(), Faults { ledger: fault(Reason::LedgerUnavailable), ..Faults::default() }));
    let limiter_faults = [Reason::LimiterUnavailable, Reason::BindingMissing]
        .map(|reason| (best_effort(), Faults { limiter: Fault::Fail(reason), ..Faults::default() }));
    for (policy, faults) in ledger_faults.into_iter().chain(limiter_faults) {
        for way in WAYS {
            let site = site(&policy, &[("jo", "right")]);
            site.ports.faults.set(faults);
            for password in ["wrong", "right", "right", "wrong"] {
                let handled = site.ask(&sign_in(way, "jo", password, HERE));
                assert_eq!(answer(&handled).status, 503, "{way}: {:?}", handled.refused);
            }
            assert_eq!(asked(&site), 0, "{way}");
        }
    }
}

#[test]
fn a_limiter_that_fails_makes_a_guesser_wait_wherever_it_counts() {
    let robot = |password: &str| sign_in("basic", "robot", password, HERE);
    let right_robot = "ROBOT_PASSWORD-0123456789abcdef0123456789abcdef";
    let admin = |key: &str| {
        let mut request = support::admin_request("token", &json!({"subject": "jo"}));
        request.headers.retain(|(name, _)| name != "authorization");
        request.bearer(key)
    };
    let right_key = "ADMIN_KEY-0123456789abcdef0123456789abcdef";
    let administrator = |password: &str| {
        let form =
            format!("method=getUser&{}&login_name=api_admin&login_password={password}", support::luminate::COMMON);
        Request::new("POST", "/site/SRConsAPI").form(&form).with("cf-connecting-ip", HERE)
    };
    let right_password = "API_ADMIN_PASSWORD-0123456789abcdef0123456789abcdef";
    let person = |password: &str| sign_in("page", "jo", password, HERE);
    let cases = [
        (robot("wrong"), robot(right_robot)),
        (admin("wrong"), admin(right_key)),
        (administrator("wrong"), administrator(right_password)),
        (person("wrong"), person("right")),
    ];
    for reason in [Reason::LimiterUnavailable, Reason::BindingMissing] {
        for (wrong, right) in &cases {
            let site = site(&ledger(), &[("jo", "right")]);
            let faults = Faults { limiter: Fault::Fail(reason), ..Faults::default() };
            site.ports.faults.set(faults);
            assert_eq!(site.ask(right).refused, None, "who guesses nothing wrong needs no limiter");
            assert_eq!(site.ask(wrong).refused, Some(reason));
            let before = asked(&site);
            for request in [wrong, right] {
                assert_eq!(site.ask(request).refused, Some(Reason::Throttled), "{}", request.url);
            }
            site.ports.faults.set(Faults::default());
            assert_eq!(site.ask(right).refused, Some(Reason::Throttled));
            assert_eq!(asked(&site), before);
            site.ports.world.pass(60);
            assert_eq!(site.ask(right).refused, None);
        }
    }
}

#[test]
fn sixty_four_at_once_at_most_twenty_are_asked_about() {
    for policy in [ledger(), best_effort()] {
        for way in WAYS {
            for copies in [1, 2] {
                let sites = three(site(&policy, &[]), &policy);
                let wrong = |at: usize| sign_in(way, "jo", &format!("wrong-{}", at / copies), HERE);
                let handled = settled(&sites, &(0..64).map(wrong).collect::<Vec<_>>());
                assert!(asked(&sites[0]) <= BOUND, "{way}: {}", asked(&sites[0]));
                assert!(handled.iter().all(|handled| handled.refused.is_some()));
            }
        }
    }
}

#[test]
fn a_program_that_is_right_many_times_at_once_locks_nobody_out() {
    for policy in [ledger(), best_effort()] {
        for way in ["basic", "strict basic"] {
            for isolates in [1, 3] {
                let sites = three(site(&policy, &[("jo", "right")]), &policy);
                let right = vec![sign_in(way, "jo", "right", HERE); 200];
                for _ in 0..3 {
                    let handled = settled(&sites[..isolates], &right);
                    let refused: Vec<Reason> = handled.iter().filter_map(|handled| handled.refused).collect();
                    assert_eq!(refused, [], "{way}");
                }
                assert!(asked(&sites[0]) <= 6 * isolates, "{way}: {}", asked(&sites[0]));
                sites.iter().for_each(|site| site.ports.steps.set(false));
                assert_eq!(sites[0].ask(&sign_in("page", "jo", "right", HERE)).refused, None);
            }
        }
    }
}

#[test]
fn a_program_with_an_old_password_locks_nobody_out() {
    for way in ["basic", "strict basic"] {
        let sites = three(site(&ledger(), &[("jo", "right")]), &ledger());
        for _ in 0..3 {
            settled(&sites, &vec![sign_in(way, "jo", "of last year", HERE); 100]);
        }
        assert!(asked(&sites[0]) <= sites.len(), "{way}: {}", asked(&sites[0]));
        sites.iter().for_each(|site| site.ports.steps.set(false));
        assert_eq!(sites[0].ask(&sign_in("page", "jo", "right", HERE)).refused, None);
    }
}

#[test]
fn a_request_that_was_cut_off_holds_the_next_one_up_for_a_moment_only() {
    let site = site(&ledger(), &[("jo", "right")]);
    let request = sign_in("basic", "jo", "right", HERE);
    site.ports.steps.set(true);
    assert!(poll_at_most(site.check(&request), 3).is_none());
    assert_eq!(asked(&site), 0, "it was cut off before it asked");
    assert_eq!(finish(site.check(&request)).expect("it waits no longer").refused, None);
    assert_eq!(asked(&site), 1);
}

#[test]
fn a_network_that_goes_through_a_list_of_names_is_cut_off_by_whatever_way() {
    for policy in [ledger(), best_effort()] {
        for way in WAYS.iter().map(Some).chain([None]) {
            let sites = three(site(&policy, &[("pupil-1", "right"), ("pupil-2", "right"), ("new", "right")]), &policy);
            for site in &sites {
                for pupil in ["pupil-1", "pupil-2"] {
                    assert_eq!(site.ask(&sign_in("page", pupil, "right", HERE)).refused, None);
                }
            }
            let before = asked(&sites[0]);
            let spray =
                |at: usize| sign_in(way.unwrap_or(&WAYS[at % WAYS.len()]), &format!("name-{at}"), "Summer2026", HERE);
            let handled = settled(&sites, &(0..300).map(spray).collect::<Vec<_>>());
            let questions = asked(&sites[0]) - before;
            assert!(questions <= BOUND_OF_A_NETWORK, "{way:?}: {questions}");
            assert!(questions > BOUND_OF_A_NETWORK / 2, "{way:?}: {questions}");
            assert!(handled.iter().all(|handled| handled.refused.is_some()));
            sites.iter().for_each(|site| site.ports.steps.set(false));
            for site in &sites {
                for signing_in in WAYS {
                    assert_eq!(site.ask(&sign_in(signing_in, "pupil-1", "right", HERE)).refused, None, "{signing_in}");
                    let typing_error = site.ask(&sign_in(signing_in, "pupil-2", &format!("x{signing_in}"), HERE));
                    assert_ne!(typing_error.refused, Some(Reason::Throttled));
                }
                assert_eq!(site.ask(&sign_in("page", "new", "right", "192.0.2.77")).refused, None, "elsewhere");
            }
            // The limiter has several counts for a network, and this name may be in one with room.
            if policy == ledger() {
                assert_eq!(sites[1].ask(&sign_in("page", "new", "right", HERE)).refused, Some(Reason::Throttled));
            }
            sites[0].ports.world.pass(60);
            assert_eq!(sites[1].ask(&sign_in("page", "new", "right", HERE)).refused, None, "a minute later");
        }
    }
}

#[test]
fn right_answers_are_no_guesses_of_the_network() {
    let names: Vec<String> = (0..300).map(|at| format!("pupil-{at}")).collect();
    let rights: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "right")).collect();
    let site = site(&ledger(), &rights);
    for (at, name) in names.iter().enumerate() {
        assert_eq!(site.ask(&sign_in(WAYS[at % WAYS.len()], name, "right", HERE)).refused, None, "{name}");
    }
}

#[test]
fn a_network_is_one_in_every_spelling_of_its_addresses() {
    let networks: [&[&str]; 2] = [
        &["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:C000:201", "0:0:0:0:0:ffff:c000:0201"],
        &["2001:db8:0:1::1", "2001:DB8::1:ffff:0:0:1", "2001:0db8:0000:0001:0000:0000:0000:0002"],
    ];
    for spellings in networks {
        let site = site(&ledger(), &[]);
        for at in 0..300 {
            site.ask(&sign_in(WAYS[at % 5], &format!("name-{at}"), "x", spellings[at % spellings.len()]));
        }
        assert_eq!(asked(&site), BOUND_OF_A_NETWORK, "{spellings:?}");
    }
}

// The answer comes when the next minute has begun: it was not counted there.
#[test]
fn a_right_answer_gives_nothing_back_to_another_minute() {
    let names: Vec<String> = (0..90).map(|at| format!("own-{at}")).collect();
    let rights: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "right")).collect();
    let sites = [site(&ledger(), &rights)];
    let own: Vec<Request> = names.iter().map(|name| sign_in("page", name, "right", HERE)).collect();
    let mut turns = at_once(&sites, &own);
    while asked(&sites[0]) < names.len() {
        (0..names.len()).for_each(|which| turns.step(which));
    }
    sites[0].ports.world.pass(60);
    sites[0].ports.asked.borrow_mut().clear();
    sites[0].ports.steps.set(false);
    let spray = |from: usize| {
        for at in from..from + 150 {
            sites[0].ask(&sign_in("page", &format!("name-{at}"), "x", HERE));
        }
    };
    spray(0);
    turns.settle();
    assert!(turns.done.iter().flatten().all(|handled| handled.refused.is_none()));
    spray(150);
    assert_eq!(asked(&sites[0]), BOUND_OF_A_NETWORK);
}

#[test]
fn a_call_that_goes_on_with_a_password_is_a_guess() {
    type Call = fn(usize) -> String;
    let by_name: [(&str, Call); 7] = [
        ("changePassword", |at| format!("user_name=jo&old_password={at}&new_password=x")),
        ("changePassword", |at| format!("email=jo%40example.org&old%5Fpassword={at}")),
        ("changePassword", |at| format!("user_name=jo&secret={at}")),
        ("update", |at| format!("user_name=jo&OLD_PASSWORD={at}")),
        ("update", |at| format!("user_name=jo&password%5B%5D={at}")),
        ("getUser", |at| format!("user_name=jo&a=1;passwd={at}")),
        ("login", |at| format!("email=jo%40example.org&send_user_name=true&password=&old_password={at}")),
    ];
    for (method, more) in by_name {
        let site = Site::new(&World::at(NOW), &ledger());
        let nobody = visitor(&site);
        let send = |at: usize, from: &str| {
            let request = client(method, &format!("{}&{}", nobody.fields(), more(at)));
            site.ask(&request.with("cf-connecting-ip", from))
        };
        let forwarded = (0..64).filter(|at| is_granted(&send(*at, HERE))).count();
        assert_eq!(forwarded, BOUND, "{method} {}", more(0));
        assert!(is_granted(&send(0, "192.0.2.1")), "another network");
        site.ports.faults.set(Faults { ledger: Fault::Fail(Reason::LedgerUnavailable), ..Faults::default() });
        assert_eq!(send(1, "192.0.2.1").refused, Some(Reason::LedgerUnavailable), "{method}");
    }
}

#[test]
fn who_is_signed_in_is_guessed_at_whatever_name_the_call_has() {
    let site = Site::new(&World::at(NOW), &ledger());
    let jo = login(&site, JO);
    let send = |at: usize| {
        let more = format!("{}&user_name=made-up-{at}&old_password={at}", jo.fields());
        site.ask(&client("changePassword", &more).with("cf-connecting-ip", HERE))
    };
    assert_eq!((0..64).filter(|at| is_granted(&send(*at))).count(), BOUND);
    // And many names of one visitor are many names of one network.
    let nobody = visitor(&site);
    let spray = |at: usize| {
        let more = format!("{}&user_name=name-{at}&old_password=Summer2026", nobody.fields());
        site.ask(&client("changePassword", &more).with("cf-connecting-ip", "192.0.2.9"))
    };
    assert_eq!((0..300).filter(|at| is_granted(&spray(*at))).count(), BOUND_OF_A_NETWORK);
}

#[test]
fn a_call_without_a_password_is_no_guess_and_a_server_may_set_many() {
    let site = Site::new(&World::at(NOW), &ledger());
    let jo = login(&site, JO);
    let before = site.ports.spent.get().guesses;
    for _ in 0..30 {
        assert!(is_granted(&site.ask(&client("getUser", &format!("{}&user_name=jo", jo.fields())))));
    }
    for at in 0..300 {
        let create = server("create", &format!("user_name=new-{at}&user_password=first"));
        assert!(is_granted(&site.ask(&create)), "{at}");
    }
    assert_eq!(site.ports.spent.get().guesses, before);
    let change =
        |at: usize, name: &str| site.ask(&server("changePassword", &format!("user_name={name}&old_password={at}")));
    assert_eq!((0..64).filter(|at| is_granted(&change(*at, "jo"))).count(), BOUND);
    assert!((0..300).all(|at| is_granted(&change(at, &format!("name-{at}")))), "it has shown who it is");
}

/// What happens next.
#[derive(Debug, Clone)]
enum Event {
    Step(usize, u8),
    Kill(usize),
    Pass(u64),
    Faults(usize, Faults),
}

fn faults() -> impl Strategy<Value = Faults> {
    let of = |reason| [Fault::Ok, Fault::Ok, Fault::Fail(reason), Fault::Lost(reason), Fault::Hang];
    let ledger = prop::sample::select(of(Reason::LedgerUnavailable).to_vec());
    let limiter = prop::sample::select(of(Reason::LimiterUnavailable).to_vec());
    let upstream = prop::sample::select(of(Reason::PasswordCheckUnavailable).to_vec());
    (ledger, limiter, upstream).prop_map(|(ledger, limiter, upstream)| Faults {
        ledger,
        limiter,
        upstream,
        ..Faults::default()
    })
}

fn events(requests: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        20 => (0..requests, 1..40_u8).prop_map(|(which, times)| Event::Step(which, times)),
        1 => (0..requests).prop_map(Event::Kill),
        1 => (0..3_u64).prop_map(Event::Pass),
        2 => (0..3_usize, faults()).prop_map(|(site, faults)| Event::Faults(site, faults)),
    ];
    prop::collection::vec(event, 0..400)
}

fn run(sites: &[Site; 3], requests: &[Request], events: &[Event], time: u64) {
    let mut turns = at_once(sites, requests);
    let mut left = time;
    for event in events {
        match event {
            Event::Step(which, times) => (0..*times).for_each(|_| turns.step(*which)),
            Event::Kill(which) => turns.kill(*which),
            Event::Pass(seconds) => {
                let passing = left.min(*seconds);
                left -= passing;
                sites[0].ports.world.pass(passing);
            }
            Event::Faults(which, faults) => sites[*which].ports.faults.set(*faults),
        }
    }
    // What hangs would never settle: the platform ends it with an error.
    let hangs = |fault, reason| if fault == Fault::Hang { Fault::Fail(reason) } else { fault };
    for site in sites {
        let now = site.ports.faults.get();
        site.ports.faults.set(Faults {
            ledger: hangs(now.ledger, Reason::LedgerUnavailable),
            limiter: hangs(now.limiter, Reason::LimiterUnavailable),
            upstream: hangs(now.upstream, Reason::PasswordCheckUnavailable),
            ..now
        });
    }
    turns.settle();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Three accounts, two networks, every way, each password several times.
    #[test]
    fn no_pair_is_asked_about_more_than_twenty_times_a_minute(
        is_ledger in any::<bool>(),
        attempts in prop::collection::vec((0..WAYS.len(), 0..2_usize, 0..40_usize), 90),
        events in events(90),
    ) {
        let policy = if is_ledger { ledger() } else { best_effort() };
        let sites = three(site(&policy, &[]), &policy);
        let request = |(way, account, password): &(usize, usize, usize)| {
            sign_in(WAYS[*way], ["jo", "sam"][*account], &password.to_string(), HERE)
        };
        run(&sites, &attempts.iter().map(request).collect::<Vec<_>>(), &events, 59);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let asked = sites[0].ports.asked.borrow();
        for body in asked.iter() {
            *counts.entry(if body.contains("\"jo\"") { "jo" } else { "sam" }).or_default() += 1;
        }
        prop_assert!(counts.values().all(|count| *count <= BOUND), "{counts:?}");
    }

    /// A list of names, with some right ones among them that were never here.
    #[test]
    fn no_network_asks_about_more_than_a_hundred_names_a_minute(
        is_ledger in any::<bool>(),
        ways in prop::collection::vec(0..WAYS.len(), 180),
        events in events(180),
    ) {
        let policy = if is_ledger { ledger() } else { best_effort() };
        let sites = three(site(&policy, &[("name-3", "x"), ("name-7", "x")]), &policy);
        let request = |(at, way): (usize, &usize)| sign_in(WAYS[*way], &format!("name-{at}"), "x", HERE);
        run(&sites, &ways.iter().enumerate().map(request).collect::<Vec<_>>(), &events, 59);
        let rights = sites[0].ports.rights.borrow();
        let wrong = sites[0].ports.asked.borrow().iter().filter(|body| !rights.contains(body)).count();
        prop_assert!(wrong <= BOUND_OF_A_NETWORK, "{wrong}");
    }

    /// Whatever the order, a program that is right is let in, and its person after it.
    #[test]
    fn a_right_password_is_let_in_in_any_order(
        is_ledger in any::<bool>(),
        is_strict in any::<bool>(),
        steps in prop::collection::vec((0..15_usize, 1..6_u8), 0..300),
    ) {
        let policy = if is_ledger { ledger() } else { best_effort() };
        let sites = three(site(&policy, &[("jo", "right")]), &policy);
        let requests = vec![sign_in(if is_strict { "strict basic" } else { "basic" }, "jo", "right", HERE); 15];
        let mut turns = at_once(&sites, &requests);
        for (which, times) in steps {
            (0..times).for_each(|_| turns.step(which));
        }
        turns.settle();
        for handled in turns.done.iter() {
            prop_assert_eq!(handled.as_ref().map(|handled| handled.refused), Some(None));
        }
        sites.iter().for_each(|site| site.ports.steps.set(false));
        prop_assert_eq!(sites[2].ask(&sign_in("page", "jo", "right", HERE)).refused, None);
    }
}

/// Another network than [`HERE`].
const THERE: &str = "203.0.113.9";

// What an isolate remembers as right is an answer to who guesses, so it is one only where it was counted.
#[test]
fn what_is_remembered_as_right_tells_another_network_nothing() {
    for policy in [ledger(), best_effort()] {
        for from in ["203.0.113.9", "2001:db8:0:1::1", "10.1.2.4"] {
            let site = site(&policy, &[("jo", "right")]);
            assert_eq!(site.ask(&sign_in("basic", "jo", "right", HERE)).refused, None);
            let before = site.ports.spent.get();
            assert_eq!(site.ask(&sign_in("basic", "jo", "right", HERE)).refused, None);
            assert_eq!(site.ports.spent.get(), before, "a right one that is remembered costs nothing");
            let down = Faults {
                ledger: Fault::Fail(Reason::LedgerUnavailable),
                limiter: Fault::Fail(Reason::LimiterUnavailable),
                ..Faults::default()
            };
            site.ports.faults.set(down);
            let refused = |password: &str| site.ask(&sign_in("basic", "jo", password, from)).refused;
            let of_wrong = refused("wrong");
            assert_eq!(refused("right"), of_wrong, "{from}");
            assert_eq!(site.ask(&sign_in("basic", "jo", "right", HERE)).refused, None, "where it was checked");
            site.ports.faults.set(Faults::default());
            // Past its bound, a network learns nothing about what others may do.
            for at in 0..300 {
                site.ask(&sign_in("basic", &format!("n{at}"), "right", "192.0.2.55"));
            }
            if policy == ledger() {
                let refused = site.ask(&sign_in("basic", "jo", "right", "192.0.2.55")).refused;
                assert_eq!(refused, Some(Reason::Throttled));
            }
        }
    }
}

#[test]
fn what_is_remembered_as_wrong_tells_another_network_nothing() {
    let site = site(&ledger(), &[]);
    assert_eq!(site.ask(&sign_in("basic", "jo", "wrong", HERE)).refused, Some(Reason::SignInFailed));
    site.ports.faults.set(Faults { ledger: Fault::Fail(Reason::LedgerUnavailable), ..Faults::default() });
    assert_eq!(site.ask(&sign_in("basic", "jo", "wrong", THERE)).refused, Some(Reason::LedgerUnavailable));
}

// From the network of the right person, where it is remembered: another client there has twenty tries, too.
#[test]
fn what_is_remembered_as_right_is_found_by_twenty_guesses_or_not_at_all() {
    for policy in [ledger(), best_effort()] {
        for (from, are_at_once, is_down) in
            [HERE, THERE].into_iter().flat_map(|from| [(from, false, true), (from, true, false), (from, true, true)])
        {
            let sites = [site(&policy, &[("jo", "right")])];
            assert_eq!(sites[0].ask(&sign_in("basic", "jo", "right", HERE)).refused, None);
            if is_down {
                let ledger = Fault::Fail(Reason::LedgerUnavailable);
                sites[0].ports.faults.set(Faults { ledger, ..Faults::default() });
            }
            let password = |at: usize| if at == 199 { "right".to_owned() } else { format!("w{at}") };
            let requests: Vec<Request> = (0..200).map(|at| sign_in("basic", "jo", &password(at), from)).collect();
            let last = match are_at_once {
                true => settled(&sites, &requests)[199].refused,
                false => requests.iter().map(|request| sites[0].ask(request).refused).last().unwrap(),
            };
            assert_eq!(last, Some(Reason::Throttled), "{from} {are_at_once} {is_down}");
            assert!(asked(&sites[0]) <= 1 + BOUND, "{}", asked(&sites[0]));
        }
    }
}

// A program that goes on with one password while the counter is down is one guess, and goes on when it is back.
#[test]
fn a_program_that_comes_again_while_nothing_can_be_counted_is_not_locked_out() {
    for way in ["basic", "strict basic"] {
        let site = site(&ledger(), &[("jo", "right")]);
        site.ports.faults.set(Faults { ledger: Fault::Fail(Reason::LedgerUnavailable), ..Faults::default() });
        for _ in 0..64 {
            assert_eq!(site.ask(&sign_in(way, "jo", "right", HERE)).refused, Some(Reason::LedgerUnavailable));
        }
        site.ports.faults.set(Faults::default());
        assert_eq!(site.ask(&sign_in(way, "jo", "right", HERE)).refused, None);
    }
}

// The origin did not say whether it was right. Ten seconds later it does.
#[test]
fn an_origin_that_is_down_for_a_minute_locks_no_program_out() {
    for policy in [ledger(), best_effort()] {
        for way in ["basic", "strict basic"] {
            let site = site(&policy, &[("jo", "right")]);
            let upstream = Fault::Fail(Reason::PasswordCheckUnavailable);
            site.ports.faults.set(Faults { upstream, ..Faults::default() });
            for _ in 0..55 {
                for _ in 0..3 {
                    let handled = site.ask(&sign_in(way, "jo", "right", HERE));
                    assert_eq!(handled.refused, Some(Reason::PasswordCheckUnavailable), "{way}");
                }
                site.ports.world.pass(1);
            }
            assert!(site.ports.spent.get().guesses <= 6, "{way}");
            site.ports.faults.set(Faults::default());
            assert_eq!(site.ask(&sign_in("page", "jo", "right", HERE)).refused, None);
            site.ports.world.pass(10);
            assert_eq!(site.ask(&sign_in(way, "jo", "right", HERE)).refused, None, "{way}");
        }
    }
}

// An origin that takes its time over wrong passwords only.
#[test]
fn a_password_of_which_the_origin_does_not_say_that_it_is_wrong_is_a_guess() {
    for way in ["basic", "strict basic"] {
        let site = site(&ledger(), &[("jo", "right")]);
        let upstream = Fault::Lost(Reason::PasswordCheckUnavailable);
        site.ports.faults.set(Faults { upstream, ..Faults::default() });
        for at in 0..60 {
            site.ask(&sign_in(way, "jo", &format!("w{at}"), HERE));
        }
        site.ports.faults.set(Faults::default());
        assert_eq!(site.ask(&sign_in(way, "jo", "right", HERE)).refused, Some(Reason::Throttled), "{way}");
        assert!(asked(&site) <= BOUND);
    }
}

#[test]
fn a_server_that_sets_passwords_by_number_is_counted_at_each_number() {
    for number in ["cons_id", "member_id"] {
        let site = Site::new(&World::at(NOW), &ledger());
        let change = |at: usize, of: usize| {
            site.ask(&server("changePassword", &format!("{number}=10010{of:02}&new_password={at}")))
        };
        assert!((0..64).all(|at| is_granted(&change(0, at))), "{number}");
        assert_eq!((0..64).filter(|at| is_granted(&change(*at, 70))).count(), BOUND, "{number}");
    }
}

#[test]
fn calls_without_a_name_use_up_no_tries_of_other_networks() {
    let site = Site::new(&World::at(NOW), &ledger());
    let nobody = visitor(&site);
    let send = |from: &str| {
        let call = client("changePassword", &format!("{}&old_password=x", nobody.fields()));
        is_granted(&site.ask(&call.with("cf-connecting-ip", from)))
    };
    for network in 0..12 {
        let from = format!("192.0.2.{network}");
        assert_eq!((0..64).filter(|_| send(&from)).count(), BOUND);
    }
    assert_eq!((0..64).filter(|_| send("198.51.100.7")).count(), BOUND);
}

#[test]
fn who_is_signed_in_changes_a_password_whatever_neighbours_do() {
    let site = Site::new(&World::at(NOW), &ledger());
    let (jo, nobody) = (login(&site, JO), visitor(&site));
    let spray = |at: usize, more: &str| {
        let more = format!("{}&user_name=name-{at}&old_password=Summer2026{more}", nobody.fields());
        is_granted(&site.ask(&client("changePassword", &more).with("cf-connecting-ip", HERE)))
    };
    // Two names in a call are one guess of the network.
    let forwarded = (0..300).filter(|at| spray(*at, &format!("&email=mail-{at}%40example.org"))).count();
    assert_eq!(forwarded, BOUND_OF_A_NETWORK);
    let change = client("changePassword", &format!("{}&old_password=x&new_password=y", jo.fields()));
    assert!(is_granted(&site.ask(&change.with("cf-connecting-ip", HERE))));
}

// Neither one's own session nor a name that is at home there is a way round the network's bound.
#[test]
fn a_name_that_is_known_does_not_cover_another_one() {
    let site = site(&ledger(), &[("known", "right")]);
    assert_eq!(site.ask(&sign_in("page", "known", "right", HERE)).refused, None);
    let jo = login(&site, JO);
    let forwarded = (0..300).filter(|at| {
        let more = match at % 2 {
            0 => format!("{}&user_name=known&email=mail-{at}&old_password=x", visitor(&site).fields()),
            _ => format!("{}&cons_id=77{at}&old_password=x", jo.fields()),
        };
        is_granted(&site.ask(&client("changePassword", &more).with("cf-connecting-ip", HERE)))
    });
    assert!(forwarded.count() <= BOUND + BOUND);
}

#[test]
fn a_flood_of_names_does_not_make_copies_of_a_right_password_guesses() {
    let sites = [site(&ledger(), &[("jo", "right")])];
    let flood = |round: usize| (0..260).map(move |at| sign_in("strict basic", &format!("n{round}-{at}"), "x", THERE));
    let rounds =
        (0..40).flat_map(|round| [sign_in("strict basic", "jo", "right", HERE)].into_iter().chain(flood(round)));
    let handled = settled(&sites, &rounds.collect::<Vec<_>>());
    assert!(handled.iter().step_by(261).all(|handled| handled.refused.is_none()));
}

#[test]
fn a_network_past_its_bound_costs_no_row_for_each_name() {
    let site = site(&ledger(), &[("old", "right"), ("new", "right")]);
    assert_eq!(site.ask(&sign_in("page", "old", "right", HERE)).refused, None);
    for at in 0..=BOUND_OF_A_NETWORK {
        site.ask(&sign_in("page", &format!("name-{at}"), "x", HERE));
    }
    let beside = Site::beside(&site.ports, &ledger());
    let before = site.ports.spent.get().guesses;
    for at in 0..100 {
        let handled = site.ask(&sign_in(WAYS[at % WAYS.len()], &format!("more-{at}"), "x", HERE));
        assert_eq!(handled.refused, Some(Reason::Throttled));
    }
    assert_eq!(site.ports.spent.get().guesses, before);
    for isolate in [&site, &beside] {
        assert_eq!(isolate.ask(&sign_in("page", "old", "right", HERE)).refused, None, "who was here goes on");
    }
    site.ports.world.pass(60);
    assert_eq!(site.ask(&sign_in("page", "new", "right", HERE)).refused, None);
}
