//! What the tags of a page stand for on a visit (`protocols.md` A3.1).

use edgegate_core::gate::words::Words;
use edgegate_core::tags::Expander;

use crate::support::luminate::{JO, Person, login, subject};
use crate::support::{Request, Site, forwarding};

/// A page of the origin, as somebody gets it.
fn shown(site: &Site, person: &Person, page: &str) -> String {
    let handled = site.ask(&Request::get("/site/page").of(person));
    let tags = forwarding(&handled).tags.clone().unwrap();
    let places = tags.places;
    let (mut expander, mut out) = (Expander::new(Words::new(tags, site.ports.clone()), places), Vec::new());
    expander.push(page.as_bytes(), &mut out);
    expander.finish(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn an_address_gets_a_nonce_if_its_host_may_have_one() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for (written, before, after) in [
        ("S1112:https://p.example/a", "https://p.example/a?NONCE_TOKEN=", ""),
        ("T2:https://a.q.example/a?b=1#c", "https://a.q.example/a?b=1&amp;NONCE_TOKEN=", "#c"),
        ("S1112:/site/page?a=1&amp;b=2", "https://gate.example.org/site/page?a=1&amp;b=2&amp;NONCE_TOKEN=", ""),
    ] {
        let shown = shown(&site, &jo, &format!("[[{written}]]"));
        let nonce = shown.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        let nonce = nonce.unwrap_or_else(|| panic!("{written}: {shown}"));
        let handled = site.ask(&Request::get(&format!("/site/page?NONCE_TOKEN={nonce}")));
        assert_eq!((handled.refused, subject(&handled)), (None, Some(JO)), "{written}");
    }
    for address in ["https://evil.example/a", "//evil.example/a", "mailto:a@p.example"] {
        assert_eq!(shown(&site, &jo, &format!("[[S1112:{address}]]")), address);
    }
    assert_eq!(shown(&site, &jo, "[[S1112:]] [[S1113:/a]]"), "[[S1112:]] [[S1113:/a]]");
    // A page that asks for more than a hundred was not written by its owner.
    assert_eq!(shown(&site, &jo, &"[[T2:/a]] ".repeat(120)).matches("NONCE_TOKEN=").count(), 100);
}
