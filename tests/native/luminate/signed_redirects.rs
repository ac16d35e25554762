//! What a signature says of a person: nothing that the visitor says himself.

use edgegate_core::refusal::Reason;

use super::redirects::{RECORD, after, encoded, location, site, well};
use crate::support::luminate::{JO, SAM, client, everybody_is, nobody_is_right, subject};
use crate::support::{Request, forwarding, set_cookies};

#[test]
fn nobody_gets_a_signature_for_what_he_says_of_a_person() {
    for query in [
        "cons_id=1001003",
        "cons_id=${uid}",
        "cons_id=1${loginResponse/cons_id}",
        "cons_id=${loginResponse/cons_id}3",
        "cons_id=${uid}${loginResponse/cons_id}",
        "CONS_ID=1001003",
        "cons%5Fid=1001003",
        "cons_id[]=1001003",
        "[cons_id]=1001003",
        "cons[id=1001003",
        "user%5Bname=sam",
        "]cons_id=1001003",
        "cons_id]=1001003",
        "%u0063ons_id=1001003",
        "?cons_id=1001003",
        "cons_id:int=1001003",
        "cons_id=;1001003",
        "a=1;cons_id=0",
        "cons_id=${loginResponse/cons_id};a=1",
        "a[b=1",
        "a]=1",
        "%u0074s=1",
        "a%00b=1",
        "%5bmember_id%5d=5",
        "a=b;cons_id=1001003",
        "current_cons_id=1001003",
        "member_id=5",
        "user_name=sam",
        "email=sam%40example.org",
        "cons_id=00",
        "cons_id=+",
        "cons_id=%2530",
        "cons_id=0&cons_id=0",
        "cons_id=0;Cons_Id=",
    ] {
        let target = format!("https://p.example/w?{query}");
        let fields = |sign| [("uid", SAM), ("sign_redirects", sign), ("error_redirect", target.as_str())];
        let handled = well(&fields("true"));
        assert_eq!(handled.refused, Some(Reason::RedirectIdentity), "{query}");
        assert!(set_cookies(&handled).is_empty());
        assert_eq!(well(&fields("false")).refused, None, "{query}: nobody vouches for it");
    }
    for (query, sent) in [
        ("cons_id=${uid}", "cons_id="),
        ("cons_id=${none}&a=${none}x", "cons_id=&a=x"),
        ("cons_id=${zero}", "cons_id=0"),
        ("current_cons_id=${loginResponse/cons_id}", "current_cons_id=1001002"),
        ("member_id=${loginResponse/cons_id}", "member_id="),
        ("cons_id=${loginResponse/timestamp}", "cons_id="),
        ("cons_id=${//cons_id}", "cons_id="),
        ("cons_id=${loginResponse/no_such}", "cons_id="),
        ("cons_ids=7&xcons_id=8", "cons_ids=7&xcons_id=8"),
        ("interest[]=1&a[b][c]=2&=3&&x", "interest[]=1&a[b][c]=2&=3&&x"),
    ] {
        let target = format!("https://p.example/w?{query}");
        let handled = well(&[("uid", ""), ("zero", "0"), ("sign_redirects", "true"), ("success_redirect", &target)]);
        let sent = format!("https://p.example/w?{sent}&ts=");
        assert!(location(&handled).is_some_and(|location| location.starts_with(&sent)), "{query}: {handled:?}");
    }
}

/// PHP's own server passes over a second question mark: what stands behind it is a planted pair as anywhere else.
#[test]
fn a_pair_behind_a_second_question_mark_is_dropped() {
    let target = "https://p.example/w??ts=9999999999";
    let handled = well(&[("uid", ""), ("sign_redirects", "true"), ("success_redirect", target)]);
    assert!(location(&handled).is_none_or(|location| !location.contains("9999999999")), "{handled:?}");
}

/// A client chooses the code of an error by the mistake that it makes.
#[test]
fn no_mistake_makes_anybody_somebody() {
    let target = "/landing/welcome?cons_id=${errorResponse/code}";
    for fields in ["method=login&v=9", "method=none", "method=login", "v=1.0"] {
        let site = site(&[]);
        nobody_is_right(&site);
        let body = format!("{fields}&sign_redirects=true&{}", encoded(&[("redirect", target)]));
        let body = format!("{body}&api_key=api-key-1");
        let handled = site.ask(&Request::new("POST", "/site/CRConsAPI").form(&body));
        let sent = location(&handled).unwrap_or_else(|| panic!("{fields}: {handled:?}"));
        assert!(sent.starts_with("/landing/welcome?cons_id=&ts="), "{fields}: {sent}");
        assert_eq!(subject(&site.ask(&Request::get(sent))), None);
    }
}

#[test]
fn nothing_is_signed_for_http_by_a_call_that_came_by_https() {
    let ask = |changes: &[(&str, &str)], sign, target| {
        let site = site(changes);
        everybody_is(&site, JO);
        let fields = [("user_name", "u"), ("password", "p"), ("sign_redirects", sign), ("error_redirect", target)];
        site.ask(&client("login", &encoded(&fields))).refused
    };
    for target in ["http://p.example/", "http://gate.example.org/landing/x"] {
        assert_eq!(ask(&[], "true", target), Some(Reason::RedirectScheme), "{target}");
        assert_eq!(ask(&[], "false", target), None, "{target}");
        assert_eq!(
            ask(&[("redirects =", "http_host = \"old.example.org\"\nredirects =")], "true", target),
            None,
            "{target}"
        );
    }
    assert_eq!(ask(&[], "true", "https://p.example/"), None);
}

#[test]
fn a_policy_says_itself_what_tells_a_person() {
    let site = site(&[("redirects =", "identity_names = [\"uid*\"]\nwithheld_names = [\"pin\"]\nredirects =")]);
    everybody_is(&site, JO);
    let ask = |query: &str| {
        let target = format!("https://p.example/w?{query}");
        let fields =
            [("user_name", "u"), ("password", "p"), ("pin", "1"), ("sign_redirects", "true"), ("redirect", &target)];
        site.ask(&client("login", &encoded(&fields)))
    };
    assert_eq!(ask("UID2=5").refused, Some(Reason::RedirectIdentity));
    let own = ask("uid=${loginResponse/cons_id}");
    assert!(location(&own).unwrap().starts_with("https://p.example/w?uid=1001002&ts="), "{own:?}");
    // A route here takes it for the subject of what is signed, whatever the list says.
    assert_eq!(ask("cons_id=5").refused, Some(Reason::RedirectIdentity));
    let passed = ask("member_id=5&n=${user_name}&pin=${pin}&p=${password}");
    assert!(location(&passed).unwrap().starts_with("https://p.example/w?member_id=5&n=u&pin=&p=&ts="), "{passed:?}");
}

#[test]
fn an_origins_document_vouches_for_the_caller_alone() {
    let signs = |query: &str, text: &str| {
        let sent = after(&format!("/w?{query}"), "true", 200, Some(text)).unwrap();
        sent.split("&ts=").next().unwrap().to_owned()
    };
    for (query, sent) in [
        ("cons_id=${getConsResponse/cons_id}", "cons_id=1001002"),
        ("current_cons_id=${/getConsResponse/cons_id}", "current_cons_id=1001002"),
        ("email=${getConsResponse/email/primary_address}", "email=jo%40example.org"),
        ("user_name=${getConsResponse/user_name}", "user_name=1001003"),
        // What its owner wrote is no number that was given to him, and a friend is somebody else.
        ("cons_id=${getConsResponse/user_name}", "cons_id="),
        ("cons_id=${getConsResponse/friend/cons_id}", "cons_id="),
        ("cons_id=${//friend/cons_id}", "cons_id="),
        ("cons_id=${//cons_id}", "cons_id="),
        ("cons_id=${getConsResponse/*[9]/cons_id}", "cons_id="),
        ("cons_id=${getConsResponse/name/first}", "cons_id="),
        ("cons_id=${getConsResponse/captain_cons_id}", "cons_id="),
        ("captain_cons_id=${getConsResponse/captain_cons_id}", "captain_cons_id="),
        ("captain_cons_id=${getConsResponse/cons_id}", "captain_cons_id=1001002"),
        ("member_id=${getConsResponse/cons_id}", "member_id="),
        ("email=${getConsResponse/invited_by_email}", "email="),
        ("email=${getConsResponse/email}", "email="),
        ("cons_id=${getConsResponse/id}", "cons_id="),
        ("first=${getConsResponse/name/first}", "first=Jo%20%26%20%22S%22"),
    ] {
        assert_eq!(signs(query, RECORD), format!("/w?{sent}"), "{query}");
    }
    let anothers = RECORD.replacen("1001002", SAM, 1);
    assert_eq!(signs("cons_id=${getConsResponse/cons_id}", &anothers), "/w?cons_id=");
    assert_eq!(
        signs("cons_id=${errorResponse/cons_id}", "<errorResponse><cons_id>1001003</cons_id></errorResponse>"),
        "/w?cons_id="
    );
}

#[test]
fn what_is_signed_is_let_in_here_once() {
    let site = site(&[]);
    everybody_is(&site, JO);
    let target = "/landing/offer?cons_id=${loginResponse/cons_id}&n=O'Neil";
    let fields = [("user_name", "u"), ("password", "p"), ("sign_redirects", "true"), ("success_redirect", target)];
    let handled = site.ask(&client("login", &encoded(&fields)));
    let landing = Request::get(location(&handled).unwrap());
    let landed = site.ask(&landing);
    assert_eq!(subject(&landed), Some(JO));
    assert_eq!(forwarding(&landed).url, "https://origin.example.org/landing/offer?cons_id=1001002&n=O%27Neil");
    assert_eq!(site.ask(&landing).refused, Some(Reason::RedirectReplayed));
}
