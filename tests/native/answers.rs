//! What an origin's answer says of its own addresses, as the client gets it.

use edgegate_core::exchange::Handled;
use edgegate_core::forward::returned::Mapping;
use edgegate_core::gate::answered::{self, Edit};
use edgegate_core::gate::returned::{self, Said};
use edgegate_core::http::Target;
use edgegate_core::routing;
use edgegate_core::testing::World;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{NOW, Request, Site, fixture_json, forwarding};

/// A request that was forwarded from `gateway` along `route`, to `base` and there to `path`.
fn forwarded([gateway, base, route, path]: [&str; 4], more: &str) -> Handled {
    let path = if path.is_empty() { String::new() } else { format!("path = \"{path}\", ") };
    let insecure = base.starts_with("http:") && !base.contains("127.0.0.1");
    let policy = format!(
        "version = 1\n[gateway]\nissuer = \"https://gate.example.org\"\n[origins.site]\nurl = \"{base}\"\n{}\n[[routes]]\nname = \"r\"\n\
         path = \"{route}\"\naccept = [\"none\"]\nforward = {{ {path}{more}origin = \"site\" }}\n",
        if insecure { "insecure = true" } else { "" }
    );
    let asked = route.strip_suffix("/*").map_or_else(|| route.to_owned(), |base| format!("{base}/"));
    Site::new(&World::at(NOW), &policy).ask(&Request::get(&format!("{gateway}{asked}")))
}

fn mapping(handled: &Handled) -> Mapping<'_> {
    Mapping::of(forwarding(handled), handled.route.as_deref().unwrap()).expect("addresses are mapped")
}

fn case(case: &Value) -> Handled {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    forwarded([text("gateway"), text("base"), text("route"), text("path")], "")
}

#[test]
fn addresses_of_the_origin_become_the_gateways_and_others_stay() {
    for one in fixture_json("answers.json").as_array().unwrap() {
        let handled = case(one);
        let mapping = mapping(&handled);
        let check = |field: &str, map: &dyn Fn(&str) -> Option<String>| {
            for pair in one[field].as_array().unwrap() {
                let said = pair[0].as_str().unwrap();
                assert_eq!(map(said).as_deref(), pair[1].as_str(), "{}: {field}: {said}", one["about"]);
            }
        };
        check("location", &|said| mapping.reference(said));
        check("cookie", &|said| mapping.cookie(said));
        check("link", &|said| mapping.link(said));
        check("refresh", &|said| mapping.refresh(said));
    }
}

#[test]
fn nothing_is_mapped_where_the_route_says_so_or_the_origin_is_no_address() {
    let at = ["https://gate.example.org", "https://origin.example.org", "/*", ""];
    let handled = forwarded(at, "map = false, ");
    assert!(Mapping::of(forwarding(&handled), handled.route.as_deref().unwrap()).is_none());
    let policy = "version = 1\n[gateway]\nissuer = \"https://gate.example.org\"\n[origins.site]\nservice = \"ORIGIN\"\n\
        [[routes]]\nname = \"r\"\npath = \"/*\"\naccept = [\"none\"]\nforward = { origin = \"site\" }\n";
    let handled = Site::new(&World::at(NOW), policy).ask(&Request::get("/"));
    assert!(Mapping::of(forwarding(&handled), handled.route.as_deref().unwrap()).is_none());
}

#[test]
fn cookies_change_together_in_their_order_and_an_answer_without_addresses_not_at_all() {
    let handled = forwarded(["https://gate.example.org", "https://origin.example.org", "/shop/*", "/*"], "");
    let mapping = mapping(&handled);
    let edits = |lines: &str| returned::edits(&mapping, &Said::read(lines.split('\n')));
    let cookies = |values: &[&str]| -> Vec<Edit<'static>> {
        let appended = values.iter().map(|value| Edit::Append("set-cookie", (*value).to_owned()));
        core::iter::once(Edit::Remove("set-cookie")).chain(appended).collect()
    };
    assert_eq!(edits(""), []);
    assert_eq!(edits("\n\n\n\na=1\nb=2; Path=x"), []);
    assert_eq!(edits("\n\n\n\na=ü\nb=2; Path=/x\nc=3"), cookies(&["a=ü", "b=2; Path=/shop/x", "c=3"]));
    assert_eq!(edits("\n\n\n\na=\t1\nb=2; Path=/x"), []);
    assert_eq!(edits("\n\n\n\na=\u{fffd}\nb=2; Path=/x"), []);
    let set = |name: &'static str, value: &str| Edit::Set(name, value.to_owned());
    assert_eq!(
        edits("/a\nhttps://origin.example.org/b\n1; url=/c\n</d>; rel=next"),
        [
            set("location", "/shop/a"),
            set("content-location", "https://gate.example.org/shop/b"),
            set("refresh", "1; url=/shop/c"),
            set("link", "</shop/d>; rel=next")
        ]
    );
}

const ROUTES: [[&str; 2]; 7] = [
    ["/*", ""],
    ["/shop/*", ""],
    ["/shop/*", "/*"],
    ["/*", "/inner/*"],
    ["/shop/*", "/inner/*"],
    ["/a/b/*", "/a/*"],
    ["/a", "/b"],
];
const BASES: [&str; 4] = [
    "https://origin.example.org",
    "https://origin.example.org:8443/base",
    "http://origin.example.org/base/two",
    "http://127.0.0.1:8790",
];

proptest! {
    /// The oracle is what the gateway itself would forward.
    #[test]
    fn what_is_mapped_leads_through_the_gateway_to_the_address_that_the_origin_named(
        (route, base) in (0..ROUTES.len(), 0..BASES.len()),
        start in prop_oneof!["", "(https?:)?//origin.example.org(:8443|:80|:443)?", "http://127.0.0.1:8790", "//[a-z]{1,3}"],
        path in "(/base|/two|/inner|/shop|/a|/b|/[a-z.%;2ef\\\\-]{0,4}|/){0,5}",
        tail in "([?#][!-~]{0,6})?",
    ) {
        let ([route, path_there], base) = (ROUTES[route], BASES[base]);
        let handled = forwarded(["https://gate.example.org", base, route, path_there], "");
        let said = format!("{start}{path}{tail}");
        if let Some(mapped) = mapping(&handled).reference(&said) {
            let whole = if mapped.starts_with('/') { format!("https://gate.example.org{mapped}") } else { mapped.clone() };
            prop_assert!(!mapped.starts_with("//"));
            prop_assert_eq!(mapped.starts_with('/'), start.is_empty());
            let end = whole.find(['?', '#']).unwrap_or(whole.len());
            prop_assert_eq!(&whole[end..], &tail);
            let target = Target::read(&whole[..end], 8192).unwrap();
            prop_assert_eq!(&*target.host, "gate.example.org");
            let there = routing::forwarded_path(handled.route.as_deref().unwrap(), target.path).unwrap();
            let base_path = base.split_once("://").unwrap().1.find('/').map_or("", |at| &base.split_once("://").unwrap().1[at..]);
            let named = if path.is_empty() { "/" } else { &path };
            prop_assert_eq!(format!("{base_path}{there}"), named);
        }
    }

    #[test]
    fn no_field_makes_the_mapping_name_another_host(said in "[!-~ \\t]{0,40}", around in 0..4) {
        let handled = forwarded(["https://gate.example.org", "https://origin.example.org", "/shop/*", "/*"], "");
        let mapping = mapping(&handled);
        let mapped = match around {
            0 => mapping.reference(&said),
            1 => mapping.reference(&format!("https://origin.example.org{said}")),
            2 => mapping.refresh(&format!("5; url={said}")).and_then(|text| text.strip_prefix("5; url=").map(str::to_owned)),
            _ => mapping.link(&format!("<{said}>")).and_then(|text| text.strip_prefix('<').map(str::to_owned)),
        };
        if let Some(mapped) = mapped {
            // Browsers pass over spaces and a quote before the address of a Refresh; so does the mapping, which keeps them.
            let text = mapped.trim_start_matches(['"', '\'', ' ', '\t']);
            prop_assert!(text.starts_with("/shop") || text.starts_with("https://gate.example.org/shop"), "{}", text);
        }
    }

    #[test]
    fn cookies_keep_every_byte_but_path_and_domain(value in "[ -~]{0,20}", path in "(/[a-z.]{0,3}){0,3}", more in "(; [A-Za-z]{1,8}(=[!-:<-~]{0,5})?){0,2}") {
        let handled = forwarded(["https://gate.example.org", "https://origin.example.org", "/shop/*", "/*"], "");
        let value = value.replace(';', "");
        let said = format!("a={value}; Path={path}; Domain=origin.example.org{more}");
        if let Some(mapped) = mapping(&handled).cookie(&said) {
            let kept = mapped.strip_prefix(&format!("a={value}; Path=")).unwrap();
            let other = kept.strip_suffix(more.as_str()).unwrap();
            prop_assert!(other == path || other.starts_with("/shop"), "{}", mapped);
        }
    }

    #[test]
    fn nothing_makes_it_panic(said in any::<String>(), around in 0..5) {
        let handled = forwarded(["https://gate.example.org", "https://origin.example.org/base", "/shop/*", "/inner/*"], "");
        let mapping = mapping(&handled);
        let _ = match around {
            0 => mapping.reference(&said),
            1 => mapping.refresh(&said),
            2 => mapping.link(&said),
            3 => mapping.link(&format!("</base/inner/{said}>{said}")),
            _ => mapping.cookie(&said),
        };
    }
}

#[test]
fn an_answer_to_any_page_says_once_that_it_varies_by_origin() {
    let handled = Site::alone().ask(&Request::get("/shared/a"));
    let appended = Edit::Append("vary", "Origin".to_owned());
    for (vary, is_said) in
        [("", false), ("Accept", false), ("Origin-Agent-Cluster", false), ("Accept, origin", true), ("Origin", true)]
    {
        let edits = answered::edits(forwarding(&handled), answered::Said { vary, ..answered::Said::default() });
        assert_eq!(edits.contains(&appended), !is_said, "{vary:?}");
    }
}
