//! How many passwords are asked about, one case after another.

use super::*;

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

// An isolate counts for 1024 networks.
#[test]
fn where_there_is_no_room_for_another_network_one_whose_minute_is_over_makes_it() {
    let site = site(&ledger(), &[]);
    site.ports.limits.set(false);
    let guess = |from: &str| site.ask(&sign_in("basic", "robot", "wrong", from)).refused;
    let (guesser, quiet) = ("192.0.2.1", "192.0.2.2");
    guess(guesser);
    guess(quiet);
    site.ports.world.pass(60);
    (0..BOUND).for_each(|_| assert_ne!(guess(guesser), Some(Reason::Throttled)));
    for at in 0..1023 {
        assert_ne!(guess(&format!("198.18.{}.{}", at / 256, at % 256)), Some(Reason::Throttled));
    }
    assert_eq!(guess(guesser), Some(Reason::Throttled), "it is still remembered");
}
