//! `auth`: bound to its session, sent in a body, and good for nothing else (`protocols.md` A3.0).

use edgegate_core::luminate::catalog::SERVLETS;
use edgegate_core::policy::USUAL_NO_AUTH;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;

use crate::support::luminate::{COMMON, JO, SAM, client, client_get, login, refused, sign_on, subject, visitor};
use crate::support::{NOW, POLICY, Request, Site, fixture_json, forwarding};

/// A forwarded method that needs the token.
fn get_user(more: &str) -> Request {
    client("getUser", more)
}

#[test]
fn the_token_of_the_session_opens_a_method() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for request in
        [get_user(&jo.fields()), get_user(&format!("auth={}", jo.auth)).of(&jo), get_user(&jo.fields()).of(&jo)]
    {
        let handled = site.ask(&request);
        assert_eq!((handled.refused, subject(&handled)), (None, Some(JO)));
        assert!(forwarding(&handled).set.contains(&("edgegate-subject", JO.to_owned())));
    }
}

// It shows that the caller could read a page of its session; nobody has to be signed in.
#[test]
fn a_visitor_has_a_token_too() {
    let site = Site::alone();
    let visitor = visitor(&site);
    let handled = site.ask(&get_user(&visitor.fields()));
    assert_eq!((handled.refused, subject(&handled)), (None, None));
    assert!(forwarding(&handled).set.iter().all(|(name, _)| *name != "edgegate-subject"));
}

#[test]
fn every_other_token_is_refused() {
    let site = Site::alone();
    let (jo, sam, visitor) = (login(&site, JO), login(&site, SAM), visitor(&site));
    let sso = sign_on(&site, JO);
    let (head, last) = jo.auth.split_at(jo.auth.len() - 2);
    let changed = format!("{}{head}{last}", if head.starts_with('A') { "B" } else { "A" })[..jo.auth.len()].to_owned();
    for (token, expected) in [
        (sam.auth.as_str(), Reason::BoundTokenMismatch),
        (visitor.auth.as_str(), Reason::BoundTokenMismatch),
        (sso.as_str(), Reason::BoundTokenMismatch),
        (jo.nonce.as_str(), Reason::BoundTokenMismatch),
        (jo.jsessionid.as_str(), Reason::BoundTokenMismatch),
        (changed.as_str(), Reason::BoundTokenMismatch),
        (jo.auth.trim_end_matches('.'), Reason::BoundTokenMismatch),
        ("x", Reason::BoundTokenMismatch),
        ("", Reason::BoundTokenMissing),
    ] {
        for request in [get_user(&format!("{}&auth={token}", jo.field())), get_user(&format!("auth={token}")).of(&jo)] {
            assert_eq!(refused(&site.ask(&request)), (Some(expected), 403, "5".to_owned()), "{token}");
        }
    }
    assert_eq!(refused(&site.ask(&get_user(&jo.field()))).0, Some(Reason::BoundTokenMissing));
    assert_eq!(refused(&site.ask(&get_user(""))).0, Some(Reason::BoundTokenMissing));
    // A token without its session is none: the field has to come with it, or the cookie.
    assert_eq!(refused(&site.ask(&get_user(&format!("auth={}", jo.auth)))).0, Some(Reason::BoundTokenMismatch));
}

#[test]
fn signing_in_gives_another_token_and_the_one_before_is_dead() {
    let site = Site::alone();
    let before = visitor(&site);
    let jo = login(&site, JO);
    assert_ne!(before.auth, jo.auth);
    let handled = site.ask(&get_user(&format!("{}&auth={}", jo.field(), before.auth)));
    assert_eq!(refused(&handled).0, Some(Reason::BoundTokenMismatch));
    site.ports.world.pass(1);
    assert_eq!(site.ask(&client("logout", &jo.field())).refused, None);
    assert_eq!(
        refused(&site.ask(&get_user(&jo.fields()))).0,
        Some(Reason::BoundTokenMismatch),
        "dead with its session"
    );
}

#[test]
fn an_address_is_no_place_for_it() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let body = format!("method=getUser&{COMMON}&{}", jo.field());
    let in_query = Request::new("POST", &format!("/site/CRConsAPI?auth={}", jo.auth)).form(&body);
    assert_eq!(refused(&site.ask(&in_query)), (Some(Reason::CredentialMisplaced), 403, "5".to_owned()));
    let by_get = client_get("getUser", &format!("auth={}", jo.auth)).of(&jo);
    assert_eq!(refused(&site.ask(&by_get)), (Some(Reason::CredentialMisplaced), 403, "5".to_owned()));
}

#[test]
fn which_methods_need_it_is_policy() {
    let needs = |site: &Site, method: &str, servlet: &str| {
        let form = format!("method={method}&{COMMON}");
        refused_or_none(site, &Request::new("POST", &format!("/site/{servlet}")).form(&form))
    };
    let site = Site::alone();
    assert_eq!(needs(&site, "listUserFields", "CRConsAPI"), None, "the policy's list has it");
    assert_eq!(needs(&site, "getUser", "CRConsAPI"), Some(Reason::BoundTokenMissing));
    assert_eq!(needs(&site, "ownMethod", "CRConsAPI"), Some(Reason::BoundTokenMissing));
    assert_eq!(needs(&site, "ownMethod", "CROwnAPI"), Some(Reason::BoundTokenMissing));
    assert_eq!(needs(&site, "getTeamsByInfo", "CRTeamraiserAPI"), Some(Reason::BoundTokenMissing));
    let strict = POLICY.lines().filter(|line| !line.starts_with("no_auth")).collect::<Vec<_>>().join("\n");
    let site = Site::new(&World::at(NOW), &strict);
    assert_eq!(needs(&site, "listUserFields", "CRConsAPI"), Some(Reason::BoundTokenMissing), "the default is strict");
    assert_eq!(needs(&site, "loginTest", "CRConsAPI"), Some(Reason::NotSignedIn));
    assert_eq!(needs(&site, "getTeamsByInfo", "CRTeamraiserAPI"), None, "anybody may look for a team");
}

/// Where the policy is silent: exactly what `fixtures/luminate-no-auth.json` has a source for, in its own servlet alone.
#[test]
fn without_a_list_it_is_as_the_vendors_clients_have_it() {
    let silent = POLICY.lines().filter(|line| !line.starts_with("no_auth")).collect::<Vec<_>>().join("\n");
    let silent = silent.replace("CROwnAPI = [", "CROwnAPI = [\"donate\", \"getEvent\", \"login\", ");
    let site = Site::new(&World::at(NOW), &silent);
    let ask = |verb: &str, servlet: &str, method: &str| {
        let call = format!("method={method}&{COMMON}");
        site.ask(&match verb {
            "GET" => Request::get(&format!("/site/{servlet}?{call}")),
            _ => Request::new("POST", &format!("/site/{servlet}")).form(&call),
        })
    };
    let rows = fixture_json("luminate-no-auth.json");
    let listed = |servlet: &str, method: &str| {
        rows.as_array().unwrap().iter().find(|row| row["servlet"] == servlet && row["method"] == method)
    };
    let mut met = 0;
    for (servlet, methods) in SERVLETS.iter().filter(|(servlet, _)| servlet.starts_with("CR")) {
        for method in methods.split(' ').filter(|method| !method.is_empty()) {
            let handled = ask("POST", servlet, method);
            let Some(row) = listed(servlet, method) else {
                assert_eq!(handled.refused, Some(Reason::BoundTokenMissing), "{servlet} {method}");
                continue;
            };
            met += 1;
            assert_eq!((handled.refused, subject(&handled)), (None, None), "{servlet} {method}");
            assert!(
                row["source"].as_str().unwrap().contains(method) && row["requires_authentication"] != "Yes.",
                "{row}"
            );
            let by_get = if row["verbs"] == "POST" { Some(Reason::MethodNotAllowed) } else { None };
            assert_eq!(ask("GET", servlet, method).refused, by_get, "{servlet} {method}");
        }
    }
    let answered = ["getLoginUrl", "login", "loginTest", "logout", "singleSignOn", "authenticateUser"];
    assert!(answered.iter().all(|method| listed("CRConsAPI", method).is_some()));
    assert!(answered.iter().all(|method| ask("POST", "CRConsAPI", method).refused != Some(Reason::BoundTokenMissing)));
    assert_eq!(rows.as_array().unwrap().len(), met + answered.len(), "every row is a method that exists");
    let usual: usize = USUAL_NO_AUTH.iter().map(|(_, methods)| methods.split_ascii_whitespace().count()).sum();
    assert_eq!(usual, rows.as_array().unwrap().len());
    for method in ["donate", "getEvent", "login"] {
        assert_eq!(
            ask("POST", "CROwnAPI", method).refused,
            Some(Reason::BoundTokenMissing),
            "another servlet's {method}"
        );
    }
}

/// What changes something is no link's doing, whatever the policy lists.
#[test]
fn only_what_reads_is_called_by_an_address() {
    let text =
        POLICY.replace("\"listUserFields\"]", "\"listUserFields\", \"submitSurvey\", \"ownMethod\", \"isEmailValid\"]");
    let site = Site::new(&World::at(NOW), &text);
    for (servlet, method, expected) in [
        ("CRSurveyAPI", "submitSurvey", Some(Reason::MethodNotAllowed)),
        ("CRConsAPI", "ownMethod", Some(Reason::MethodNotAllowed)),
        ("CRConsAPI", "isEmailValid", None),
        ("CRConsAPI", "listUserFields", None),
    ] {
        let call = format!("method={method}&{COMMON}");
        assert_eq!(site.ask(&Request::get(&format!("/site/{servlet}?{call}"))).refused, expected, "{method}");
        assert_eq!(
            refused_or_none(&site, &Request::new("POST", &format!("/site/{servlet}")).form(&call)),
            None,
            "{method}"
        );
    }
}

fn refused_or_none(site: &Site, request: &Request) -> Option<Reason> {
    site.ask(request).refused
}
