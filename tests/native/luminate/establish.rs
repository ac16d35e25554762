//! `EstablishSession` connects a browser and sends it on; `PixelServer` keeps its session alive.

use edgegate_core::refusal::Reason;

use crate::support::luminate::{JO, client, cookie_of, login, refused, subject};
use crate::support::{Request, Site, answer, set_cookies};

fn header(handled: &edgegate_core::exchange::Handled, name: &str) -> Option<String> {
    answer(handled).headers.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone())
}

#[test]
fn establish_session_connects_and_sends_on() {
    for (next, location) in [
        ("&NEXTURL=http%3A%2F%2Fp.example%2Fa%3Fb%3Dc%23d", "http://p.example/a?b=c#d"),
        ("&NEXTURL=https://www.q.example/", "https://www.q.example/"),
        ("&NEXTURL=https%3A%2F%2Fgate.example.org%2Fsite%2F", "https://gate.example.org/site/"),
        ("&NEXTURL=%2Fsite%2Fpage", "/site/page"),
        ("&NEXTURL=", "/"),
        ("", "/"),
    ] {
        let site = Site::alone();
        let jo = login(&site, JO);
        let path = format!("/site/EstablishSession;jsessionid=00000000.app1?NONCE_TOKEN={}{next}", jo.nonce);
        let handled = site.ask(&Request::get(&path));
        assert_eq!((handled.refused, answer(&handled).status), (None, 302), "{next}");
        assert_eq!(header(&handled, "location").as_deref(), Some(location));
        assert_eq!(cookie_of(&handled), Some(jo.jsessionid), "the session itself, and no copy");
        assert_eq!(subject(&handled), Some(JO));
        let again = site.ask(&Request::get(&path));
        assert_eq!((again.refused, set_cookies(&again).len()), (Some(Reason::NonceReplayed), 0));
    }
}

#[test]
fn without_a_nonce_establish_session_only_sends_on() {
    let site = Site::alone();
    let (handled, storage) = site.cost(&Request::get("/site/EstablishSession?s_x=y&NEXTURL=%2Fsite%2FPixelServer"));
    assert_eq!((answer(&handled).status, set_cookies(&handled).len(), storage), (302, 0, 0));
    for method in ["POST"] {
        for place in ["EstablishSession", "PixelServer"] {
            let handled = site.ask(&Request::new(method, &format!("/site/{place}")));
            assert_eq!(
                (handled.refused, header(&handled, "allow").as_deref()),
                (Some(Reason::MethodNotAllowed), Some("GET, HEAD"))
            );
        }
    }
}

#[test]
fn an_open_redirect_is_refused_before_the_nonce_is_used_up() {
    for (reason, next) in [
        (Reason::RedirectTarget, "https://evil.example/"),
        (Reason::RedirectHost, "//evil.example"),
        (Reason::RedirectCharacters, "/%5Cevil.example"),
        (Reason::RedirectUserinfo, "https://p.example@evil.example/"),
        (Reason::RedirectTarget, "https://p.example.evil.example/"),
        (Reason::RedirectTarget, "https://q.example/"),
        (Reason::RedirectScheme, "javascript:alert(1)"),
        (Reason::RedirectCharacters, "https://p.example%0d%0aset-cookie:a=b"),
        (Reason::RedirectTarget, "https%3A%2F%2Fevil.example"),
        (Reason::RedirectScheme, "page"),
        (Reason::RedirectScheme, "%252F%252Fevil.example"),
    ] {
        let site = Site::alone();
        let jo = login(&site, JO);
        let line = format!("/site/EstablishSession?NONCE_TOKEN={}&NEXTURL=", jo.nonce);
        let (handled, storage) = site.cost(&Request::get(&format!("{line}{next}")));
        assert_eq!((handled.refused, answer(&handled).status, storage), (Some(reason), 400, 0), "{next}");
        assert_eq!(header(&handled, "location"), None);
        assert_eq!(site.ask(&Request::get(&format!("{line}/"))).refused, None, "{next}: the nonce is still good");
    }
    for doubled in ["NEXTURL=/&NEXTURL=https://evil.example/", "NEXTURL=/&nexturl=https://evil.example/"] {
        assert!(Site::alone().ask(&Request::get(&format!("/site/EstablishSession?{doubled}"))).refused.is_some());
    }
}

#[test]
fn the_pixel_keeps_a_session_alive_beyond_its_idle_time() {
    for (path, is_alive) in
        [("/site/PixelServer", true), ("/site/EstablishSession?NEXTURL=/site/PixelServer", true), ("/me/", false)]
    {
        let site = Site::alone();
        let jo = login(&site, JO);
        for _ in 0..5 {
            site.ports.world.pass(500);
            site.ask(&Request::get(path).of(&jo));
        }
        let handled = site.ask(&client("loginTest", &jo.field()));
        assert_eq!(handled.refused.is_none(), is_alive, "{path}");
        site.ports.world.pass(901);
        assert_eq!(refused(&site.ask(&client("loginTest", &jo.field()))).2, "204", "{path}");
    }
}

#[test]
fn the_pixel_is_a_picture_for_every_client_and_costs_nothing() {
    let site = Site::alone();
    for request in [
        Request::get("/site/PixelServer"),
        Request::get("/site/PixelServer;jsessionid=00000000.app1?x=1"),
        Request::new("HEAD", "/site/PixelServer"),
    ] {
        let (handled, storage) = site.cost(&request);
        assert_eq!((handled.refused, storage, set_cookies(&handled).len()), (None, 0, 0));
        assert_eq!(header(&handled, "content-type").as_deref(), Some("image/gif"));
        assert_eq!(header(&handled, "cache-control").as_deref(), Some("no-store"));
        assert!(answer(&handled).body.starts_with("GIF89a\x01\0\x01\0"));
    }
}
