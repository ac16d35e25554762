//! The link of a folder: what it opens, and the cookie that opens the same.

use edgegate_core::digest::{base64url, from_base64url};
use edgegate_core::http::Target;
use edgegate_core::refusal::Reason;
use edgegate_core::secrets::Secrets;
use edgegate_core::signed::link::{self, Arrival, Signed, Terms};
use edgegate_core::testing::World;
use proptest::prelude::*;

use crate::support::story::Story;
use crate::support::{self, NOW, POLICY, Request, Site, forwarding, set_cookies};

/// Where the route takes paths that origins read in several ways.
fn site() -> Site {
    let given = "accept = [\"link:folder\"]\n";
    Site::new(
        &World::at(NOW),
        &POLICY.replace(given, &format!("{given}paths = {{ double_slash = true, encoded_slash = true }}\n")),
    )
}

/// A query that opens a folder, and what it may add of its own.
fn query(folder: &str, own: &str) -> String {
    let policy = support::policy(POLICY);
    let secrets = support::secrets(&policy);
    let terms = Terms { folder: Some(folder), expires: NOW + 60, ..Terms::default() };
    sign(&policy, &secrets, own, terms).unwrap()
}

fn sign(
    policy: &edgegate_core::policy::Policy,
    secrets: &Secrets,
    own: &str,
    terms: Terms<'_>,
) -> Result<String, Reason> {
    let profile = policy.links.iter().find(|one| one.name == "folder").unwrap();
    let key = secrets.usable(false).key(&profile.keys[0]).unwrap();
    let signed = Signed { method: "GET", host: "gate.example.org", path: "/video/", query: own };
    link::sign(profile, key, signed, terms)
}

#[test]
fn one_link_opens_every_path_of_its_folder_and_none_beside_it() {
    let site = site();
    let query = query("/video/42/", "");
    assert!(query.starts_with("eg_path=/video/42/&eg_kid=demo&eg_exp="), "{query}");
    for inside in
        ["/video/42/", "/video/42/a.m3u8", "/video/42/hd/1.ts", "/video/42/a%20b", "/video/42//a", "/video/42/a%2Fb"]
    {
        let handled = site.ask(&Request::get(&format!("{inside}?{query}")));
        assert_eq!(handled.refused, None, "{inside}");
        assert!(
            forwarding(&handled).url.ends_with(inside),
            "no parameter of the link goes on: {}",
            forwarding(&handled).url
        );
    }
    for outside in ["/video/42", "/video/421/a", "/video/", "/video/4/2/a", "/video//42/a"] {
        let handled = site.ask(&Request::get(&format!("{outside}?{query}")));
        assert_eq!(handled.refused, Some(Reason::LinkPathMismatch), "{outside}");
    }
    for odd in [
        "/video/42/../43/a",
        "/video/42/..%2F43/a",
        "/video/42/%2e%2e/43/a",
        "/video/42/..%2f..%2fonce/a",
        "/video%2F42/a",
    ] {
        let handled = site.ask(&Request::get(&format!("{odd}?{query}")));
        assert_eq!(handled.refused, Some(Reason::PathAmbiguous), "{odd}");
    }
    let head = site.ask(&Request::new("HEAD", &format!("/video/42/a?{query}")));
    assert_eq!(head.refused, None);
    let post = site.ask(&Request::new("POST", &format!("/video/42/a?{query}")));
    assert_eq!(post.refused, Some(Reason::LinkSignatureMismatch));
    let elsewhere = site.ask(&Request::get(&format!("/files/a?{query}")));
    assert_eq!(elsewhere.refused, Some(Reason::ParameterShadowed), "a profile of single paths has no folders");
}

#[test]
fn what_is_not_signed_is_refused_before_the_folder_and_behind_the_signature_unless_it_is_listed() {
    let site = site();
    let query = query("/video/42/", "user=anna");
    let ask = |query: &str| site.ask(&Request::get(&format!("/video/42/a?{query}")));
    let listed = ask(&format!("_HLS_msn=3&{query}&_HLS_part=0"));
    assert_eq!(listed.refused, None);
    assert_eq!(listed.identity.unwrap().subject.as_deref(), Some("anna"));
    assert!(forwarding(&ask(&format!("_HLS_msn=3&{query}"))).url.ends_with("/a?_HLS_msn=3&user=anna"));
    for (other, reason) in [
        (format!("x=1&{query}"), Reason::LinkParameterAfterSignature),
        (format!("{query}&x=1"), Reason::LinkParameterAfterSignature),
        (format!("user=bob&{query}"), Reason::LinkParameterAfterSignature),
        (format!("&{query}"), Reason::LinkParameterAfterSignature),
        (format!("eg_path=/&{query}"), Reason::ParameterDuplicate),
        (format!("{query}&eg_path=/"), Reason::LinkParameterAfterSignature),
        (format!("_HLS_msn=1;eg_path=/&{query}"), Reason::LinkParameterAfterSignature),
        (query.replace("/42/", "/"), Reason::LinkSignatureMismatch),
        (query.replace("/42/", "/42"), Reason::LinkMalformed),
        (query.replace("/video/42/", "%2Fvideo%2F42%2F"), Reason::LinkMalformed),
        (query.replace("eg_path=", "EG_PATH="), Reason::ParameterShadowed),
        (query.replace("eg_path=/video/42/&", ""), Reason::LinkMalformed),
        (query.replace("user=anna", "user=bob"), Reason::LinkSignatureMismatch),
    ] {
        assert_eq!(ask(&other).refused, Some(reason), "{other}");
    }
}

#[test]
fn a_folder_is_signed_only_if_every_origin_reads_it_alike() {
    let policy = support::policy(POLICY);
    let secrets = support::secrets(&policy);
    for folder in ["", "video/", "/video", "/a/../b/", "/a//b/", "/a%2Fb/", "/a;b/", "/a&b/"] {
        let terms = Terms { folder: Some(folder), expires: NOW + 60, ..Terms::default() };
        assert_eq!(sign(&policy, &secrets, "", terms), Err(Reason::LinkMalformed), "{folder}");
    }
    let own = sign(&policy, &secrets, "", Terms { expires: NOW + 60, ..Terms::default() }).unwrap();
    assert!(own.starts_with("eg_path=/video/&"), "without a folder it is the one in which the path lies: {own}");
}

#[test]
fn the_first_request_sets_a_cookie_that_opens_the_folder_as_long_as_the_link() {
    let mut story = Story::new();
    story.step("link /video/42/a?user=anna profile=folder");
    let first = story.site.ask(&story.request("GET {link}"));
    let [cookie] = &set_cookies(&first)[..] else { panic!("one cookie") };
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/video/42/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
    let with = |path: &str| Request::get(path).with("cookie", pair);
    let again = story.site.ask(&story.request("GET {link}").with("cookie", &format!("x=1; {pair}")));
    assert_eq!(set_cookies(&again), [""; 0], "who has it gets it once");

    let second = story.site.ask(&with("/video/42/b"));
    assert_eq!(second.refused, None);
    assert_eq!(second.identity.as_ref().unwrap().subject.as_deref(), Some("anna"));
    assert!(forwarding(&second).remove.contains(&"cookie".to_owned()), "no origin receives it");
    let beside = story.site.ask(&with("/files/a").with("cookie", pair));
    assert_eq!(beside.refused, Some(Reason::CredentialMissing));
    assert_eq!(story.site.ask(&with("/video/43/b")).refused, Some(Reason::LinkPathMismatch));
    let post = story.site.ask(&Request::new("POST", "/video/42/b").with("cookie", pair));
    assert_eq!(post.refused, Some(Reason::LinkSignatureMismatch), "it is for the link's method");
    let open = story.site.ask(&with("/open/a"));
    assert!(!format!("{:?}", forwarding(&open).set).contains("edgegate-link"));
    story.step("pass 60");
    assert_eq!(story.site.ask(&with("/video/42/b")).refused, Some(Reason::LinkExpired));
}

#[test]
fn of_several_folders_cookies_one_that_holds_is_enough() {
    let site = site();
    let cookie = |query: &str| format!("edgegate-link={}", base64url(query.as_bytes()));
    let (inner, outer, other) = (query("/video/42/", ""), query("/video/", ""), query("/video/43/", ""));
    let ask = |cookies: &[String]| site.ask(&Request::get("/video/42/a").with("cookie", &cookies.join("; "))).refused;
    assert_eq!(ask(&[cookie(&other), cookie(&inner)]), None);
    assert_eq!(ask(&[cookie(&outer), cookie(&other)]), None);
    assert_eq!(ask(&["edgegate-link=?".to_owned(), cookie(&outer)]), None);
    assert_eq!(ask(&[cookie(&other)]), Some(Reason::LinkPathMismatch));
    assert_eq!(ask(&[cookie(&inner.replace("demo", "nobody"))]), Some(Reason::CredentialMissing), "another profile's");
    assert_eq!(ask(&["edgegate-link=?".to_owned()]), Some(Reason::CredentialMissing), "another one's");
    let eight: Vec<String> = (0..8).map(|_| cookie(&other)).chain([cookie(&inner)]).collect();
    assert_eq!(ask(&eight), Some(Reason::LinkPathMismatch), "no more than eight are looked at");
}

#[test]
fn a_bad_link_in_the_address_is_not_saved_by_a_cookie() {
    let site = site();
    let cookie = format!("edgegate-link={}", base64url(query("/video/42/", "").as_bytes()));
    let bad = query("/video/42/", "").replace("eg_exp=1", "eg_exp=2");
    let handled = site.ask(&Request::get(&format!("/video/42/a?{bad}")).with("cookie", &cookie));
    assert_eq!(handled.refused, Some(Reason::LinkSignatureMismatch));
}

#[test]
fn the_cookie_opens_nothing_that_the_link_does_not() {
    let site = site();
    let cookie = format!("edgegate-link={}", base64url(query("/video/42/", "user=anna&quality=sd").as_bytes()));
    let ask = |path: &str| site.ask(&Request::get(path).with("cookie", &cookie));
    assert_eq!(ask("/video/42/a?_HLS_msn=1").refused, None);
    for own in ["x=1", "user=bob", "quality=hd", "Quality=hd", "_HLS_msn=1&x=1", "&"] {
        let refused = ask(&format!("/video/42/a?{own}")).refused;
        assert_eq!(refused, Some(Reason::LinkParameterAfterSignature), "{own}");
    }
    for own in ["eg_path=/", "eg_confirm=1"] {
        assert!(ask(&format!("/video/42/a?{own}")).refused.is_some(), "{own}");
    }
}

#[test]
fn a_cookie_that_does_not_hold_stands_in_the_way_of_nothing_else() {
    let given = "accept = [\"link:folder\"]\n";
    let policy = |accept: &str| POLICY.replace(given, &format!("accept = [{accept}]\n"));
    let open = Site::new(&World::at(NOW), &policy("\"link:folder\", \"none\""));
    let inside = Site::new(&World::at(NOW), &policy("\"link:folder\", \"session\""));
    let session = inside.session();
    let good = query("/video/42/", "user=anna");
    for bad in
        [good.replace("/42/", "/43/"), good.replace("eg_exp=1", "eg_exp=2"), query("/video/43/", ""), "x".to_owned()]
    {
        let cookie = format!("edgegate-link={}", base64url(bad.as_bytes()));
        let request = Request::get("/video/42/a").with("cookie", &cookie);
        assert_eq!(open.ask(&request).refused, None, "{bad}");
        let both = Request::get("/video/42/a").with("cookie", &format!("{cookie}; __Host-edgegate={session}"));
        let handled = inside.ask(&both);
        assert_eq!((handled.refused, handled.identity.map(|identity| identity.kind)), (None, Some("session")), "{bad}");
    }
    let planted = format!("edgegate-link={}; __Host-edgegate={session}", base64url(good.as_bytes()));
    let handled = inside.ask(&Request::get("/video/42/a").with("cookie", &planted));
    assert_eq!(handled.identity.unwrap().kind, "session", "who is signed in stays who he is");
    let many: Vec<String> =
        (0..9).map(|_| format!("edgegate-link={}", base64url(good.replace("demo", "nobody").as_bytes()))).collect();
    let cookies = format!("{}; edgegate-link={}", many.join("; "), base64url(good.as_bytes()));
    assert_eq!(
        site().ask(&Request::get("/video/42/a").with("cookie", &cookies)).refused,
        None,
        "cookies of others are not counted"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// An origin that decodes, merges slashes and resolves dots serves nothing outside the folder.
    #[test]
    fn no_reading_of_a_path_leaves_the_folder(path in "(/|%2F|%2f|\\.|%2e|\\.\\.|%2E%2e|video|42|43|%34|a|;){1,8}") {
        let site = site();
        let path = format!("/video/42/{path}");
        let handled = site.ask(&Request::get(&format!("{path}?{}", query("/video/42/", ""))));
        if handled.refused.is_some() {
            return Ok(());
        }
        let url = &forwarding(&handled).url;
        let mut served = url.split_once("origin.example.org").unwrap().1.to_owned();
        for _ in 0..3 {
            served = String::from_utf8(edgegate_core::http::query::decode(&served)).unwrap();
        }
        let mut place: Vec<&str> = Vec::new();
        for segment in served.split('/').filter(|segment| !segment.is_empty()) {
            match segment.split(';').next().unwrap() {
                "." => {}
                ".." => { place.pop(); }
                _ => place.push(segment),
            }
        }
        prop_assert!(place.starts_with(&["video", "42"]), "{path} is served as {place:?}");
    }

    #[test]
    fn a_changed_byte_of_the_cookie_is_refused(at in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let site = site();
        let query = query("/video/42/", "user=anna");
        let mut bytes = query.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let cookie = base64url(&bytes);
        prop_assert_eq!(from_base64url(cookie.as_bytes()), Some(bytes));
        let handled = site.ask(&Request::get("/video/42/a").with("cookie", &format!("edgegate-link={cookie}")));
        prop_assert!(handled.refused.is_some());
    }

    /// `verify` alone agrees with the gate.
    #[test]
    fn verification_and_gate_agree(path in "/video/(42/)?[a-z/%2F]{0,6}") {
        let policy = support::policy(POLICY);
        let secrets = support::secrets(&policy);
        let profile = policy.links.iter().find(|one| one.name == "folder").unwrap();
        let query = query("/video/42/", "");
        let url = format!("https://gate.example.org{path}?{query}");
        let target = Target::received(&url, 8192);
        prop_assume!(target.is_ok());
        let signed = Signed { method: "GET", host: "gate.example.org", path: &path, query: &query };
        let verified = link::verify(profile, secrets.usable(false), signed, Arrival { client: None, now: NOW });
        let handled = site().ask(&Request::get(&format!("{path}?{query}")));
        prop_assume!(!matches!(handled.refused, Some(Reason::PathAmbiguous)));
        prop_assert_eq!(handled.refused, verified.err());
    }
}
