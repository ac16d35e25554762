//! The same in any order, with faults and clients that leave.

use super::*;

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
