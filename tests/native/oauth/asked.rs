//! The page of consent: who asks, for whose account, and the way to another account.

use edgegate_core::http::answer::Answer;
use edgegate_core::testing::World;

use super::flow::policy;
use crate::support::{NOW, Request, Site, answer};

const ADDRESS: &str = "/oauth/authorize?response_type=code&client_id=shop&state=a%26b";

fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

#[test]
fn a_client_is_shown_as_the_policy_names_it_and_only_its_own_host_may_be_asked_for_a_picture() {
    let named =
        "homepage = \"https://shop.example/about?a&b\"\nlogo = \"https://cdn.shop.example:8443/logo.png?x=1&y\"\n";
    let text = policy("10s").replacen("[clients.shop]\n", &format!("[clients.shop]\n{named}"), 1);
    let site = Site::new(&World::at(NOW), &text);
    let handled = site.ask(&Request::get(ADDRESS).session(&site.session()));
    let page = answer(&handled);
    for part in [
        "<img src=\"https://cdn.shop.example:8443/logo.png?x=1&amp;y\" alt=\"\" referrerpolicy=\"no-referrer\">",
        "<a href=\"https://shop.example/about?a&amp;b\">About this application</a><br><bdi>shop.example</bdi>",
        "<bdi><b>shop</b></bdi> asks to use your account",
    ] {
        assert!(page.body.contains(part), "{part}\n{}", page.body);
    }
    assert_eq!(
        field(page, "content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; img-src 'self' https://cdn.shop.example:8443"
    );
    assert_eq!(field(page, "x-frame-options"), "DENY");
    let plain = Site::new(&World::at(NOW), &policy("10s"));
    let handled = plain.ask(&Request::get(ADDRESS).session(&plain.session()));
    let page = answer(&handled);
    assert!(!page.body.contains("<img") && !field(page, "content-security-policy").contains("img-src"));
}

#[test]
fn another_account_ends_the_session_and_comes_back_to_the_question() {
    let site = Site::new(&World::at(NOW), &policy("10s"));
    let session = site.session();
    let page = site.ask(&Request::get(ADDRESS).session(&session));
    let (_, rest) = answer(&page).body.split_once("action=\"/.edgegate/sign-out\"").unwrap();
    let (_, rest) = rest.split_once("name=\"next\" value=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(next, ADDRESS.replace("/authorize", "/"));
    let encoded = edgegate_core::http::query::encode_component(&next);
    let post = |form: &str| Request::new("POST", "/.edgegate/sign-out").form(form).session(&session);
    let out = site.ask(&post(&format!("next={encoded}")));
    assert_eq!((answer(&out).status, field(answer(&out), "location")), (303, next.as_str()));
    assert!(field(answer(&out), "set-cookie").contains("Max-Age=0"), "{:?}", answer(&out).headers);
    let asked = site.ask(&Request::get(ADDRESS).session(&session));
    let to = field(answer(&asked), "location");
    assert!(
        to.starts_with("/.edgegate/sign-in?next=%2Foauth%2Fauthorize%3F"),
        "the session has ended: {:?}",
        answer(&asked)
    );
    for foreign in ["https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example", "javascript%3Aalert(1)", ""] {
        let out = site.ask(&post(&format!("next={foreign}")));
        assert_eq!(field(answer(&out), "location"), "/", "{foreign}");
    }
    let plain = site.ask(&post(""));
    assert_eq!((answer(&plain).status, field(answer(&plain), "location")), (200, ""));
}
