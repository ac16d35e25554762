//! What works once is granted at most once, ever: under any interleaving of attempts in two locations and three
//! isolates, dropped half way, with storage that fails or loses its answers.

use core::future::Future;
use core::pin::Pin;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, Turns, finish, poll_at_most};
use proptest::prelude::*;

use crate::support::story::Story;
use crate::support::{POLICY, Request, Site, is_granted};

/// What happens next.
#[derive(Debug, Clone)]
enum Event {
    /// One attempt goes on to its next wait.
    Step(usize),
    /// One attempt is dropped where it stands.
    Kill(usize),
    /// Time passes.
    Pass(u64),
    /// A location's storage behaves like this from now on.
    Faults(usize, Faults),
}

fn faults() -> impl Strategy<Value = Faults> {
    let broken = |reason| [Fault::Fail(reason), Fault::Lost(reason)];
    let ledger = broken(Reason::LedgerUnavailable).map(|ledger| Faults { ledger, ..Faults::default() });
    let put = broken(Reason::VaultUnavailable).map(|put| Faults { put, ..Faults::default() });
    let get = broken(Reason::VaultUnavailable).map(|get| Faults { get, ..Faults::default() });
    prop::sample::select([[Faults::default(); 2], ledger, put, get].concat())
}

fn events(with_trouble: bool) -> impl Strategy<Value = Vec<Event>> {
    let step = (0..6_usize).prop_map(Event::Step);
    let pass = (0..90_u64).prop_map(Event::Pass);
    let trouble = prop_oneof![
        (0..6_usize).prop_map(Event::Kill),
        (0..3_usize, faults()).prop_map(|(site, faults)| Event::Faults(site, faults)),
    ];
    let trouble_weight = if with_trouble { 3 } else { 0 };
    prop::collection::vec(prop_oneof![12 => step, 1 => pass, trouble_weight => trouble], 0..80)
}

/// What is tried, as the story has it: what happened before, and each spelling of the attempt.
#[derive(Debug, Clone, Copy)]
struct Kind {
    given: &'static str,
    spellings: &'static [&'static str],
}

const KINDS: [Kind; 5] = [
    Kind {
        given: "nonce account",
        spellings: &["/account/?NONCE_TOKEN={nonce}", "/account/x?a=1&NONCE_TOKEN={nonce}"],
    },
    Kind {
        given: "nonce account",
        spellings: &["POST /account/?NONCE_TOKEN={nonce}", "/account/?NONCE_TOKEN={nonce}"],
    },
    Kind { given: "link /once/a?v=2", spellings: &["{link}", "{link}&utm_source=x", "{link}&fbclid"] },
    Kind {
        given: "luminate login",
        spellings: &[
            "/site/EstablishSession;jsessionid=00000000.app1?NONCE_TOKEN={nonce-token}&NEXTURL=%2F",
            "/site/page?a=1&NONCE_TOKEN={nonce-token}",
            "/site/CRConsAPI?method=getLoginUrl&{common}&NONCE_TOKEN={nonce-token}",
        ],
    },
    Kind { given: "redirect /landing/?cons_id=1", spellings: &["{redirect}", "/landing/other?{redirect-query}"] },
];

/// Three isolates: two in one location, one elsewhere, where KV lags.
fn sites(story: Story) -> [Site; 3] {
    story.site.ports.world.lag.set(60);
    let beside = Site::beside(&story.site.ports, POLICY);
    let elsewhere = Site::new(&story.site.ports.world, POLICY);
    [story.site, beside, elsewhere]
}

fn requests(story: &Story, kind: Kind) -> Vec<Request> {
    let line =
        |spelling: &&str| if spelling.starts_with("POST") { (*spelling).to_owned() } else { format!("GET {spelling}") };
    kind.spellings.iter().map(|spelling| story.request(&line(spelling))).collect()
}

/// Runs six attempts under the events and returns how many were granted then and later.
fn grants(kind: Kind, events: &[Event]) -> (usize, usize) {
    let mut story = Story::new();
    story.step(kind.given);
    let requests = requests(&story, kind);
    let sites = sites(story);
    sites.iter().for_each(|site| site.ports.steps.set(true));
    let attempt = |number: usize| -> Pin<Box<dyn Future<Output = Handled> + '_>> {
        Box::pin(sites[number % 3].check(&requests[number % requests.len()]))
    };
    let mut turns = Turns::new((0..6).map(attempt));
    for event in events {
        match event {
            Event::Step(which) => turns.step(*which),
            Event::Kill(which) => turns.kill(*which),
            Event::Pass(seconds) => sites[0].ports.world.pass(*seconds),
            Event::Faults(which, faults) => sites[*which].ports.faults.set(*faults),
        }
    }
    turns.settle();
    let now = turns.done.iter().flatten().filter(|handled| is_granted(handled)).count();
    sites.iter().for_each(|site| site.ports.faults.set(Faults::default()));
    let mut later = 0;
    for seconds in [0, 1, 61, 300] {
        sites[0].ports.world.pass(seconds);
        for site in &sites {
            later += requests.iter().filter(|request| is_granted(&finish(site.check(request)).unwrap())).count();
        }
    }
    (now, later)
}

/// How many steps the first or second attempt takes that nobody disturbs.
fn steps(kind: Kind, number: usize) -> usize {
    let mut story = Story::new();
    story.step(kind.given);
    let request = &requests(&story, kind)[number];
    let site = &sites(story)[number];
    site.ports.steps.set(true);
    let mut turns = Turns::new([Box::pin(site.check(request)) as Pin<Box<dyn Future<Output = Handled> + '_>>]);
    let mut taken = 0;
    while turns.done[0].is_none() {
        turns.step(0);
        taken += 1;
    }
    assert!((2..24).contains(&taken), "{kind:?}: {taken} steps");
    taken
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn at_most_one_grant_whatever_happens(kind in prop::sample::select(KINDS.to_vec()), events in events(true)) {
        let (now, later) = grants(kind, &events);
        prop_assert!(now + later <= 1, "{now} granted, {later} later");
    }

    #[test]
    fn exactly_one_grant_where_nothing_fails(kind in prop::sample::select(KINDS.to_vec()), events in events(false)) {
        let in_time: Vec<Event> = events.into_iter().filter(|event| !matches!(event, Event::Pass(_))).collect();
        prop_assert_eq!(grants(kind, &in_time), (1, 0));
    }

    /// What was never let through is good for another request, whatever failed: claims, their answers, withdrawals, records.
    #[test]
    fn what_was_never_let_through_can_be_presented_again(kind in prop::sample::select(KINDS.to_vec()), events in events(true)) {
        let events: Vec<Event> = events.into_iter().filter(|event| matches!(event, Event::Step(_) | Event::Faults(..))).collect();
        let (now, later) = grants(kind, &events);
        prop_assert_eq!(now + later, 1, "{} granted, {} later", now, later);
    }

    /// A process that dies loses what it had claimed and nothing else.
    #[test]
    fn a_crash_loses_at_most_its_own_claim(kind in prop::sample::select(KINDS.to_vec()), polls in 0..40_usize) {
        let mut story = Story::new();
        story.step(kind.given);
        let requests = requests(&story, kind);
        let sites = sites(story);
        sites[0].ports.steps.set(true);
        let before = sites[0].ports.spent.get().claims;
        let first = poll_at_most(sites[0].check(&requests[0]), polls);
        let asked_ledger = sites[0].ports.spent.get().claims > before;
        let second = is_granted(&finish(sites[1].check(&requests[0])).unwrap());
        let first = first.is_some_and(|handled| is_granted(&handled));
        prop_assert!(!(first && second));
        prop_assert!(asked_ledger || second, "nothing was claimed, so the credential is still good");
    }
}

#[test]
fn every_place_to_crash_is_safe() {
    for kind in KINDS {
        let [most_first, most_second] = [0, 1].map(|number| steps(kind, number));
        for first in 0..=most_first {
            for second in 0..=most_second {
                let mut events = vec![Event::Step(0); first];
                events.push(Event::Kill(0));
                events.extend(vec![Event::Step(1); second]);
                events.push(Event::Kill(1));
                let (now, later) = grants(kind, &events);
                assert!(now + later <= 1, "{kind:?} {first} {second}");
            }
        }
    }
}
