//! What an isolate remembers of passwords, and what it tells of that.

use super::*;

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
