//! The session itself, as cookie and as the field `JSESSIONID`: both, either, or two that differ.

use edgegate_core::refusal::Reason;
use proptest::prelude::*;

use crate::support::luminate::{
    COMMON, JO, Person, SAM, client, client_get, cookie_of, granted, login, refused, subject, visitor,
};
use crate::support::story::Story;
use crate::support::{Request, Site, forwarding, set_cookies};

/// Who the gate takes a caller for, by cookie and field.
fn who(site: &Site, cookie: Option<&str>, field: Option<&str>) -> Result<Option<String>, Reason> {
    let field = field.map(|field| format!("JSESSIONID={field}")).unwrap_or_default();
    let mut request = client("listUserFields", &field);
    if let Some(cookie) = cookie {
        request = request.with("cookie", &format!("JSESSIONID={cookie}"));
    }
    let handled = site.ask(&request);
    match handled.refused {
        Some(reason) => {
            assert_eq!(refused(&handled).2, "5");
            Err(reason)
        }
        None => Ok(subject(&handled).map(str::to_owned)),
    }
}

fn ended(site: &Site) -> Person {
    let jo = login(site, JO);
    site.ports.world.pass(1);
    granted(&site.ask(&client("logout", &jo.field())), "loginResponse");
    jo
}

fn forged(story: &mut Story) -> String {
    story.step("sealed jsessionid foreign");
    story.fill("{jsessionid}")
}

#[test]
fn every_pair_of_cookie_and_field() {
    let mut story = Story::new();
    let forged = forged(&mut story);
    let site = &story.site;
    let (jo, other, sam) = (login(site, JO), login(site, JO), login(site, SAM));
    let (anonymous, another, ended) = (visitor(site), visitor(site), ended(site));
    let jo = Some(jo.jsessionid.as_str());
    let (other, sam) = (Some(other.jsessionid.as_str()), Some(sam.jsessionid.as_str()));
    let (anonymous, another) = (Some(anonymous.jsessionid.as_str()), Some(another.jsessionid.as_str()));
    let (ended, forged) = (Some(ended.jsessionid.as_str()), Some(forged.as_str()));
    let foreign = Some("2222222222222222222222.app337b");
    let is_jo = || Ok(Some(JO.to_owned()));
    for (cookie, field, expected) in [
        (None, None, Ok(None)),
        (jo, None, is_jo()),
        (None, jo, is_jo()),
        (jo, jo, is_jo()),
        // Two people, and two sessions of one person, differ.
        (jo, sam, Err(Reason::SessionConflict)),
        (sam, jo, Err(Reason::SessionConflict)),
        (jo, other, Err(Reason::SessionConflict)),
        // One of them is anonymous.
        (jo, anonymous, is_jo()),
        (anonymous, jo, is_jo()),
        (anonymous, another, Ok(None)),
        (anonymous, None, Ok(None)),
        (None, anonymous, Ok(None)),
        // One of them has ended.
        (ended, jo, is_jo()),
        (jo, ended, is_jo()),
        (ended, ended, Ok(None)),
        (ended, None, Ok(None)),
        (None, ended, Ok(None)),
        // Of our form, and not ours.
        (forged, None, Err(Reason::SessionForged)),
        (forged, jo, Err(Reason::SessionForged)),
        (jo, forged, Err(Reason::SessionConflict)),
        (anonymous, forged, Ok(None)),
        (None, forged, Ok(None)),
        // The origin's own, or what an older site left behind.
        (foreign, None, Ok(None)),
        (None, foreign, Ok(None)),
        (foreign, jo, is_jo()),
        (jo, foreign, Err(Reason::SessionConflict)),
        (jo, Some(""), is_jo()),
        (Some(""), jo, is_jo()),
    ] {
        assert_eq!(who(site, cookie, field), expected, "cookie {cookie:?}, field {field:?}");
    }
}

#[test]
fn two_sessions_in_one_cookie_header_are_refused() {
    let site = Site::alone();
    let (jo, sam) = (login(&site, JO), login(&site, SAM));
    let both = format!("{}; {}", jo.field(), sam.field());
    assert_eq!(refused(&site.ask(&client("loginTest", "").with("cookie", &both))).0, Some(Reason::SessionDuplicate));
    let beside_the_origins = format!("JSESSIONID=node01abc; {}", jo.field());
    let handled = site.ask(&client("loginTest", "").with("cookie", &beside_the_origins));
    assert_eq!(subject(&handled), Some(JO), "the origin's cookie of that name stands beside ours");
}

#[test]
fn the_origins_own_cookie_reaches_it_and_ours_does_not() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let cookie = |value: &str| {
        let handled = site.ask(&client("listUserFields", "").with("cookie", value));
        let forwarding = forwarding(&handled);
        let set = forwarding.set.iter().find(|(name, _)| *name == "cookie").map(|(_, value)| value.clone());
        (set, forwarding.remove.contains(&"cookie".to_owned()))
    };
    assert_eq!(cookie(&format!("a=1; {}; b=2", jo.field())), (Some("a=1; b=2".to_owned()), false));
    assert_eq!(cookie(&jo.field()), (None, true));
    assert_eq!(cookie("JSESSIONID=node01abc; a=1"), (None, false), "untouched");
    let both = format!("JSESSIONID=node01abc; {}", jo.field());
    assert_eq!(cookie(&both), (Some("JSESSIONID=node01abc".to_owned()), false));
}

#[test]
fn an_address_is_no_place_for_a_session() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for request in [
        client_get("loginTest", &jo.field()),
        Request::new("POST", &format!("/site/CRConsAPI?{}", jo.field())).form(&format!("method=loginTest&{COMMON}")),
    ] {
        assert_eq!(refused(&site.ask(&request)), (Some(Reason::CredentialMisplaced), 403, "5".to_owned()));
    }
    // Nor is the routing id of a path, which is trusted for nothing.
    let path = format!("/site/CRConsAPI;jsessionid={}?method=loginTest&{COMMON}", jo.jsessionid);
    assert_eq!(refused(&site.ask(&Request::get(&path))).2, "204");
}

// Clients send a field for ever; one whose session has ended has to lead to a new one.
#[test]
fn who_comes_with_an_ended_session_gets_another() {
    let site = Site::alone();
    let old = ended(&site);
    for request in [client("getLoginUrl", &old.field()), client("getLoginUrl", "").of(&old)] {
        let handled = site.ask(&request);
        let id = granted(&handled, "getLoginUrlResponse")["JSESSIONID"].as_str().unwrap().to_owned();
        assert_ne!(id, old.jsessionid);
        assert_eq!(cookie_of(&handled), Some(id));
    }
    let handled = site.ask(&client("loginTest", "").of(&old));
    assert_eq!(refused(&handled).2, "204");
    assert!(set_cookies(&handled).iter().any(|cookie| cookie.starts_with("JSESSIONID-aside=")));
}

#[test]
fn a_session_ends_idle_and_at_its_absolute_end() {
    for (step, times, is_alive) in [(899, 40, true), (901, 1, false), (600, 72, false)] {
        let site = Site::alone();
        let jo = login(&site, JO);
        for _ in 0..times {
            site.ports.world.pass(step);
            site.ask(&client("loginTest", &jo.field()));
        }
        let handled = site.ask(&client("loginTest", &jo.field()));
        assert_eq!(handled.refused.is_none(), is_alive, "{times} times {step} s");
    }
}

#[test]
fn signing_in_never_continues_a_session() {
    let site = Site::alone();
    let planted = visitor(&site);
    crate::support::luminate::everybody_is(&site, JO);
    for request in [
        client("login", &format!("user_name=jo&password=x&{}", planted.field())),
        client("login", "user_name=jo&password=x").of(&planted),
        client("authenticateUser", "user_name=jo&password=x").of(&planted),
    ] {
        let handled = site.ask(&request);
        assert_eq!(handled.refused, None);
        assert_ne!(cookie_of(&handled), Some(planted.jsessionid.clone()));
    }
    assert_eq!(refused(&site.ask(&client("loginTest", &planted.field()))).2, "204", "a planted session is anonymous");
}

#[test]
fn signing_in_ends_the_session_before() {
    let site = Site::alone();
    let sam = login(&site, SAM);
    site.ports.world.pass(1);
    crate::support::luminate::everybody_is(&site, JO);
    let handled = site.ask(&client("login", &format!("user_name=jo&password=x&{}", sam.field())));
    assert_eq!(subject(&handled), Some(JO));
    assert_eq!(refused(&site.ask(&client("loginTest", &sam.field()))).2, "204");
}

#[test]
fn logging_out_ends_it_everywhere_at_once_and_takes_the_cookie_back() {
    for by_cookie in [false, true] {
        let site = Site::alone();
        let jo = login(&site, JO);
        site.ports.world.pass(1);
        let request = if by_cookie { client("logout", "").of(&jo) } else { client("logout", &jo.field()) };
        let handled = site.ask(&request);
        granted(&handled, "loginResponse");
        assert!(set_cookies(&handled)[0].starts_with("JSESSIONID=; Path=/; Max-Age=0"));
        assert_eq!(refused(&site.ask(&client("loginTest", &jo.field()))).2, "204");
        assert_eq!(refused(&site.ask(&client("loginTest", "").of(&jo))).2, "204");
    }
    granted(&Site::alone().ask(&client("logout", "")), "loginResponse");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_session_is_anonymous_and_costs_nothing(at in any::<prop::sample::Index>(), put in "[0-9a-zA-Z.]") {
        let site = Site::alone();
        let jo = login(&site, JO).jsessionid;
        let at = at.index(jo.len());
        let changed = format!("{}{put}{}", &jo[..at], &jo[at + 1..]);
        prop_assume!(changed != jo);
        let (handled, storage) = site.cost(&client("loginTest", &format!("JSESSIONID={changed}")));
        prop_assert_eq!((refused(&handled).2, storage), ("204".to_owned(), 0));
        let (handled, storage) = site.cost(&client("loginTest", "").with("cookie", &format!("JSESSIONID={changed}")));
        prop_assert!(matches!(handled.refused, Some(Reason::SessionForged | Reason::NotSignedIn)));
        prop_assert_eq!(storage, 0);
    }
}
