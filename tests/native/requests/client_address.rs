//! Who the client is: what the platform vouches for, past proxies of one's own, and what the origin is told of it.

use core::net::IpAddr;

use edgegate_core::http::{Headers, Incoming, client};
use edgegate_core::policy::Network;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;

use crate::support::{NOW, POLICY, Request, Site, admin_request, forwarding, refusal};

const PROXIES: [&str; 2] = ["10.0.0.0/8", "2001:db8:1::/48"];

/// The client of a request that `seen` connected for, with this `X-Forwarded-For`.
fn client(seen: &str, list: Option<&str>) -> Option<IpAddr> {
    let proxies: Vec<Network> = PROXIES.iter().map(|network| Network::parse(network).unwrap()).collect();
    let headers = Headers::new(list.map(|list| ("x-forwarded-for", list)).into_iter().collect());
    let client_address = seen.parse().ok();
    let request =
        Incoming { method: "GET", url: "https://gate.example.org/", headers, odd_body: false, client_address };
    client::behind(&request, &proxies).map_or(client_address, |request| request.client_address)
}

fn gateway(more: &str, forward: &str) -> Site {
    let (before, after) = POLICY.rsplit_once("forward = { origin = \"site\" }").unwrap();
    let policy = format!("{before}forward = {{ origin = \"site\"{forward} }}{after}");
    Site::new(&World::at(NOW), &policy.replacen("[gateway]\n", &format!("[gateway]\n{more}\n"), 1))
}

/// What the origin is told under this name.
fn told(site: &Site, request: &Request, name: &str) -> Option<String> {
    let handled = site.ask(request);
    forwarding(&handled).set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

fn from(address: &str) -> Request {
    Request::get("/open/").with("cf-connecting-ip", address)
}

#[test]
fn the_list_is_read_from_its_end_as_far_as_proxies_wrote_it() {
    for (seen, list, expected) in [
        ("203.0.113.9", None, Some("203.0.113.9")),
        ("203.0.113.9", Some("198.51.100.1"), Some("203.0.113.9")),
        ("203.0.113.9", Some("nonsense"), Some("203.0.113.9")),
        ("10.0.0.1", None, Some("10.0.0.1")),
        ("10.0.0.1", Some("198.51.100.1"), Some("198.51.100.1")),
        ("10.0.0.1", Some("192.0.2.6, 198.51.100.1"), Some("198.51.100.1")),
        ("10.0.0.1", Some("192.0.2.6,198.51.100.1,10.0.0.1"), Some("198.51.100.1")),
        ("10.0.0.1", Some("192.0.2.6, 198.51.100.1, 10.2.0.1, 2001:db8:1::7,10.0.0.1"), Some("198.51.100.1")),
        ("10.0.0.1", Some("nonsense, 198.51.100.1"), Some("198.51.100.1")),
        ("10.0.0.1", Some("10.2.0.1, 10.3.0.1"), Some("10.2.0.1")),
        ("2001:db8:1::1", Some("2001:DB8:2:0::5"), Some("2001:db8:2::5")),
        ("::ffff:10.0.0.1", Some("198.51.100.1"), Some("198.51.100.1")),
        ("10.0.0.1", Some("::ffff:198.51.100.1"), Some("198.51.100.1")),
        ("10.0.0.1", Some("::ffff:10.9.9.9"), Some("10.9.9.9")),
        ("10.0.0.1", Some("198.51.100.1:4711"), Some("198.51.100.1")),
        ("10.0.0.1", Some("[2001:db8::5]:4711"), Some("2001:db8::5")),
        ("10.0.0.1", Some("[2001:db8::5]"), Some("2001:db8::5")),
        // What a proxy itself wrote is no address: nobody knows who it was.
        ("10.0.0.1", Some("198.51.100.1, unknown"), None),
        ("10.0.0.1", Some("198.51.100.1, nonsense, 10.2.0.1"), None),
        ("10.0.0.1", Some("198.51.100.1,"), None),
        ("10.0.0.1", Some(""), None),
        ("10.0.0.1", Some("198.51.100.1 10.2.0.1"), None),
        ("10.0.0.1", Some("198.51.100.01"), None),
        ("10.0.0.1", Some("198.51.100.1:"), None),
        ("10.0.0.1", Some("198.51.100.1:65536"), None),
        ("10.0.0.1", Some("[198.51.100.1]"), None),
        ("10.0.0.1", Some("[2001:db8::5"), None),
        ("10.0.0.1", Some("[2001:db8::5]4711"), None),
        ("10.0.0.1", Some("\"198.51.100.1\""), None),
        ("10.0.0.1", Some("fe80::1%eth0"), None),
        ("10.0.0.1", Some("for=198.51.100.1"), None),
    ] {
        assert_eq!(client(seen, list), expected.map(|text| text.parse().unwrap()), "{seen} {list:?}");
    }
}

#[test]
fn the_client_found_counts_where_addresses_open_something() {
    let site = gateway("proxies = [\"10.0.0.0/8\", \"192.0.2.0/24\"]", "");
    let call = |address: &str, list: Option<&str>| {
        let mut request = admin_request("token", &serde_json::json!({"subject": "jo"}));
        request.headers.retain(|(name, _)| name != "cf-connecting-ip");
        let request = request.with("cf-connecting-ip", address);
        refusal(&site.ask(&match list {
            Some(list) => request.with("x-forwarded-for", list),
            None => request,
        }))
    };
    // `[admin] allow` of the fixture is 10.0.0.0/8.
    assert_eq!(call("10.1.2.3", None), None);
    assert_eq!(call("192.0.2.1", Some("10.1.2.3")), None);
    assert_eq!(call("192.0.2.1", Some("10.1.2.3, 203.0.113.1")), Some(Reason::AdminAddress));
    assert_eq!(call("203.0.113.1", Some("10.1.2.3")), Some(Reason::AdminAddress));
    // The proxy's own address would be allowed, and it is not the client's.
    assert_eq!(call("10.1.2.3", Some("203.0.113.1")), Some(Reason::AdminAddress));
    assert_eq!(call("10.1.2.3", Some("unknown")), Some(Reason::AdminAddress));
}

#[test]
fn the_origin_is_told_one_set_and_nothing_of_the_clients_own() {
    let site = gateway("client_address = [\"x-forwarded-for\", \"x-real-ip\", \"forwarded\"]", "");
    let forged = [
        "x-forwarded-for",
        "x_forwarded_for",
        "x-real-ip",
        "forwarded",
        "true-client-ip",
        "x-client-ip",
        "x-forwarded-host",
    ];
    let all = |address: &str| forged.iter().fold(from(address), |request, name| request.with(name, "192.0.2.66"));
    for (address, plain, node) in [
        ("203.0.113.9", "203.0.113.9", "203.0.113.9"),
        ("2001:DB8:0::1", "2001:db8::1", "\"[2001:db8::1]\""),
        ("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.9"),
    ] {
        let request = all(address);
        let handled = site.ask(&request);
        let removed = &forwarding(&handled).remove;
        assert!(forged.iter().all(|name| removed.iter().any(|one| one == name)), "{removed:?}");
        for (name, expected) in [
            ("x-forwarded-for", plain.to_owned()),
            ("x-real-ip", plain.to_owned()),
            ("forwarded", format!("for={node};host=\"gate.example.org\";proto=https")),
            ("x-forwarded-host", "gate.example.org".to_owned()),
            ("x-forwarded-proto", "https".to_owned()),
        ] {
            assert_eq!(told(&site, &request, name), Some(expected), "{name} of {address}");
        }
    }
    // Where the platform says nothing, nothing is told.
    let request = all("nobody");
    assert_eq!(told(&site, &request, "x-forwarded-for"), None);
    assert_eq!(told(&site, &request, "x-real-ip"), None);
    assert_eq!(told(&site, &request, "forwarded").as_deref(), Some("host=\"gate.example.org\";proto=https"));
    assert!(forwarding(&site.ask(&request)).remove.iter().any(|name| name == "x-forwarded-for"));
}

#[test]
fn what_the_policy_does_not_ask_for_is_not_told() {
    let names = ["x-forwarded-for", "x-real-ip", "forwarded"];
    for (key, expected) in [
        ("", [true, false, false]),
        ("client_address = [\"none\"]", [false, false, false]),
        ("client_address = [\"forwarded\"]", [false, false, true]),
        ("client_address = [\"x-real-ip\"]", [false, true, false]),
    ] {
        let site = gateway(key, "");
        assert_eq!(names.map(|name| told(&site, &from("203.0.113.9"), name).is_some()), expected, "{key}");
    }
}

#[test]
fn a_route_has_the_last_word_of_what_its_origin_is_told() {
    let site = gateway("", ", set = { X-Forwarded-Host = \"www.example.org\" }, remove = [\"X-Forwarded-F*\"]");
    let handled = site.ask(&from("203.0.113.9"));
    let forwarding = forwarding(&handled);
    let is_told = |name: &str| forwarding.set.iter().any(|(known, _)| *known == name);
    assert!(!is_told("x-forwarded-host") && !is_told("x-forwarded-for") && is_told("x-forwarded-proto"));
    assert_eq!(forwarding.set_by_policy, [("X-Forwarded-Host".to_owned(), "www.example.org".to_owned())]);
}

proptest! {
    /// Whatever a client writes stands before what the proxies add, and never decides.
    #[test]
    fn a_client_behind_a_proxy_cannot_choose_its_address(forged in any::<String>(), hops in 0..3) {
        let hops: String = (0..hops).map(|n| format!(", 10.0.{n}.1")).collect();
        let list = format!("{forged}, 203.0.113.9{hops}");
        prop_assert_eq!(client("10.0.0.1", Some(&list)), "203.0.113.9".parse().ok());
    }

    #[test]
    fn a_client_that_no_proxy_forwards_is_the_one_that_connected(list in any::<String>()) {
        prop_assert_eq!(client("203.0.113.9", Some(&list)), "203.0.113.9".parse().ok());
    }

    /// An address that is found is one that the list names, or the proxy's own where there is no list.
    #[test]
    fn what_is_found_stands_there(elements in prop::collection::vec("(10\\.0\\.0\\.[1-9]|203\\.0\\.113\\.[1-9]|[0-9a-f:.]{0,6}|unknown)", 1..4)) {
        let list = elements.join(", ");
        if let Some(found) = client("10.0.0.1", Some(&list)) {
            let at = elements.iter().rposition(|one| one.parse::<IpAddr>().is_ok_and(|one| one.to_canonical() == found)).unwrap();
            prop_assert!(elements[at + 1..].iter().all(|one| one.starts_with("10.0.0.")), "{}", list);
        }
    }
}
