//! The origin's password check, and how often somebody may guess.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, World, finish};

use crate::support::luminate::{JO, client, everybody_is, granted, nobody_is_right, refused};
use crate::support::{NOW, POLICY, Request, Site, answer, set_cookies};

fn attempt(account: &str, from: &str) -> Request {
    client("login", &format!("user_name={account}&password=x")).with("cf-connecting-ip", from)
}

fn guess(site: &Site, account: &str, from: &str) -> Option<Reason> {
    nobody_is_right(site);
    site.ask(&attempt(account, from)).refused
}

fn right(site: &Site, account: &str, from: &str) -> Option<Reason> {
    everybody_is(site, JO);
    site.ask(&attempt(account, from)).refused
}

fn guesses(site: &Site, account: &str, from: &str, times: u32) {
    for number in 0..times {
        assert_eq!(guess(site, account, from), Some(Reason::SignInFailed), "guess {number} from {from}");
    }
}

const WRONG: Option<Reason> = Some(Reason::SignInFailed);
const FULL: Option<Reason> = Some(Reason::Throttled);

#[test]
fn twenty_wrong_ones_a_minute_for_an_account_and_a_network() {
    let site = Site::alone();
    guesses(&site, "jo", "192.0.2.1", 20);
    assert_eq!(guess(&site, "jo", "192.0.2.1"), FULL);
    assert_eq!(guess(&site, "jo", "192.0.2.2"), WRONG, "another network");
    assert_eq!(guess(&site, "sam", "192.0.2.1"), WRONG, "another account");
    site.ports.world.pass(60);
    guesses(&site, "jo", "192.0.2.1", 20);
    assert_eq!(guess(&site, "jo", "192.0.2.1"), FULL);
    // The count holds for every isolate.
    let elsewhere = Site::new(&site.ports.world, POLICY);
    assert_eq!(guess(&elsewhere, "jo", "192.0.2.1"), FULL);
}

#[test]
fn a_right_one_resets_the_count() {
    let site = Site::alone();
    for _ in 0..3 {
        guesses(&site, "jo", "192.0.2.1", 19);
        assert_eq!(right(&site, "jo", "192.0.2.1"), None);
    }
    guesses(&site, "jo", "192.0.2.1", 20);
    assert_eq!(right(&site, "jo", "192.0.2.1"), FULL);
}

// Or the answer would say when a guess was right.
#[test]
fn the_right_password_is_answered_the_same_while_throttled() {
    let site = Site::alone();
    guesses(&site, "jo", "192.0.2.1", 20);
    let before = site.ports.spent.get().upstream;
    nobody_is_right(&site);
    let wrong = site.ask(&attempt("jo", "192.0.2.1"));
    everybody_is(&site, JO);
    let right = site.ask(&attempt("jo", "192.0.2.1"));
    assert_eq!((wrong.refused, answer(&wrong)), (FULL, answer(&right)));
    assert_eq!(site.ports.spent.get().upstream, before, "the origin is not asked");
    assert!(set_cookies(&right).is_empty());
}

#[test]
fn an_unknown_account_and_a_wrong_password_are_told_alike() {
    let site = Site::alone();
    nobody_is_right(&site);
    let [known, unknown] = ["jo", "nobody"].map(|account| site.ask(&attempt(account, "192.0.2.1")));
    assert_eq!(answer(&known), answer(&unknown));
    assert_eq!(refused(&known), (WRONG, 403, "202".to_owned()));
}

#[test]
fn a_network_is_an_ipv4_address_or_an_ipv6_64() {
    let site = Site::alone();
    for number in 0..20 {
        assert_eq!(guess(&site, "jo", &format!("2001:db8:0:1::{number:x}")), WRONG);
    }
    assert_eq!(guess(&site, "jo", "2001:db8:0:1:ffff:ffff:ffff:ffff"), FULL);
    assert_eq!(guess(&site, "jo", "2001:db8:0:2::1"), WRONG);
    let site = Site::alone();
    guesses(&site, "jo", "::ffff:192.0.2.1", 20);
    assert_eq!(guess(&site, "jo", "192.0.2.1"), FULL, "one address, written in two ways");
    assert_eq!(guess(&site, "jo", "::ffff:192.0.2.2"), WRONG);
}

#[test]
fn an_account_is_the_same_in_every_spelling() {
    let site = Site::alone();
    for spelling in ["jo", "Jo", "JO", "+jo", "jo+", "jo%00"] {
        guesses(&site, spelling, "192.0.2.1", 3);
    }
    guesses(&site, "jO", "192.0.2.1", 2);
    assert_eq!(guess(&site, "%20JO%20", "192.0.2.1"), FULL);
}

#[test]
fn both_ways_to_sign_in_count_together() {
    let site = Site::alone();
    guesses(&site, "jo", "192.0.2.1", 10);
    for _ in 0..5 {
        let form = Request::new("POST", "/.edgegate/sign-in").form("account=jo&password=x");
        assert_eq!(site.ask(&form.with("cf-connecting-ip", "192.0.2.1")).refused, WRONG);
        let call = client("authenticateUser", "user_name=jo&password=x").with("cf-connecting-ip", "192.0.2.1");
        assert_eq!(site.ask(&call).refused, WRONG);
    }
    assert_eq!(guess(&site, "jo", "192.0.2.1"), FULL);
}

#[test]
fn many_networks_slow_strangers_and_shut_nobody_out_who_was_here_before() {
    let site = Site::alone();
    assert_eq!(right(&site, "jo", "198.51.100.1"), None, "the owner, at home");
    for network in 0..50 {
        guesses(&site, "jo", &format!("192.0.2.{network}"), 2);
    }
    // A hundred wrong ones in ten minutes: from here on strangers get two a minute each.
    for network in ["203.0.113.1", "203.0.113.2"] {
        guesses(&site, "jo", network, 2);
        assert_eq!(guess(&site, "jo", network), FULL);
        assert_eq!(right(&site, "jo", network), FULL);
    }
    assert_eq!(right(&site, "jo", "203.0.113.3"), None, "a stranger who knows the password is let in");
    guesses(&site, "jo", "198.51.100.1", 15);
    assert_eq!(right(&site, "jo", "198.51.100.1"), None, "the owner's typing errors are the owner's");
    assert_eq!(guess(&site, "sam", "203.0.113.1"), WRONG, "another account is not slowed");
    site.ports.world.pass(600);
    guesses(&site, "jo", "203.0.113.1", 3);
}

#[test]
fn the_limiter_shuts_out_without_a_question() {
    let site = Site::alone();
    site.ports.attempts.set(1);
    guesses(&site, "jo", "192.0.2.1", 2);
    let (handled, storage) = site.cost(&attempt("jo", "192.0.2.1"));
    assert_eq!((handled.refused, storage), (FULL, 0));
    site.ports.attempts.set(u32::MAX);
    site.ports.world.pass(60);
    assert_eq!(guess(&site, "jo", "192.0.2.1"), WRONG);
}

#[test]
fn without_the_ledger_the_limiter_counts() {
    let text = POLICY.replace("revocation = \"strict\"\n", "");
    let text = text.replacen("[limits]", "[storage]\nsingle_use = \"best-effort\"\n\n[limits]", 1);
    let site = Site::new(&World::at(NOW), &text);
    // Each of a pair, and of its network while the two never went together.
    site.ports.attempts.set(4);
    assert_eq!(guess(&site, "jo", "192.0.2.1"), WRONG);
    assert_eq!(right(&site, "jo", "192.0.2.1"), None);
    assert_eq!(right(&site, "jo", "192.0.2.1"), FULL);
}

#[test]
fn anything_but_the_two_answers_is_503_and_never_a_login() {
    for (status, body) in [
        (500, "{}"),
        (204, ""),
        (302, "{\"subject\":\"1001002\"}"),
        (201, "{\"subject\":\"1001002\"}"),
        (403, "{}"),
        (404, "{}"),
        (200, ""),
        (200, "{}"),
        (200, "{\"subject\":\"\"}"),
        (200, "{\"subject\":1001002}"),
        (200, "{\"subject\":null}"),
        (200, "{\"subject\":\"a b\"}"),
        (200, "{\"subject\":\"a\\nb\"}"),
        (200, "[\"1001002\"]"),
        (200, "\"1001002\""),
        (200, "{\"subject\":\"1001002\""),
        (200, "<html>"),
    ] {
        for method in ["login", "authenticateUser"] {
            let site = Site::alone();
            site.ports.check.replace((status, body.to_owned()));
            let handled = site.ask(&client(method, "user_name=jo&password=x&suppress_response_codes=true"));
            assert_eq!(
                refused(&handled),
                (Some(Reason::PasswordCheckUnavailable), 503, "1".to_owned()),
                "{status} {body}"
            );
            assert_eq!((set_cookies(&handled).len(), site.ports.spent.get().puts), (0, 0));
        }
    }
}

#[test]
fn a_check_or_a_count_that_fails_lets_nobody_in() {
    let fail = Fault::Fail;
    for (faults, reason) in [
        (
            Faults { upstream: fail(Reason::PasswordCheckUnavailable), ..Faults::default() },
            Reason::PasswordCheckUnavailable,
        ),
        (Faults { ledger: fail(Reason::LedgerUnavailable), ..Faults::default() }, Reason::LedgerUnavailable),
        (Faults { put: fail(Reason::VaultUnavailable), ..Faults::default() }, Reason::VaultUnavailable),
        (Faults { entropy: fail(Reason::EntropyUnavailable), ..Faults::default() }, Reason::EntropyUnavailable),
    ] {
        let site = Site::alone();
        everybody_is(&site, JO);
        site.ports.faults.set(faults);
        let handled = site.ask(&client("login", "user_name=jo&password=x"));
        assert_eq!(refused(&handled), (Some(reason), 503, "1".to_owned()));
        assert!(set_cookies(&handled).is_empty());
    }
    for faults in [
        Faults { upstream: Fault::Hang, ..Faults::default() },
        Faults { ledger: Fault::Hang, ..Faults::default() },
        Faults { put: Fault::Hang, ..Faults::default() },
    ] {
        let site = Site::alone();
        everybody_is(&site, JO);
        site.ports.faults.set(faults);
        assert!(finish(site.check(&client("login", "user_name=jo&password=x"))).is_none());
    }
}

#[test]
fn a_login_goes_on_where_nothing_fails() {
    let site = Site::alone();
    everybody_is(&site, JO);
    let (handled, storage) = site.cost(&client("login", "user_name=jo&password=x"));
    granted(&handled, "loginResponse");
    assert!(storage <= 5, "a guess counted and taken back, a record written twice, a session noted: {storage}");
}
