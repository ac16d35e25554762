//! Near misses of a guarded path: whatever an origin could take for it, no route takes that asks for less.

use edgegate_core::policy::{CredentialKind, Policy, Route, loosest};
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;

use crate::support::{self, NOW, Request, Site};

fn site(routes: &[String]) -> Site {
    Site::new(&World::at(NOW), &text(routes))
}

fn text(routes: &[String]) -> String {
    let head = support::POLICY.split("[[routes]]").next().unwrap();
    format!("{head}{}", routes.concat())
}

fn table(name: &str, path: &str, terms: &str) -> String {
    format!("[[routes]]\nname = \"{name}\"\npath = \"{path}\"\n{terms}\nforward = {{ origin = \"site\" }}\n")
}

fn refused(site: &Site, path: &str) -> Option<Reason> {
    site.ask(&Request::get(path)).refused
}

const OPEN: &str = "accept = [\"none\"]";
const GUARDED: &str = "accept = [\"bearer\"]";

/// The ways of issue, each one by name.
#[test]
fn what_was_found_on_the_running_gate() {
    let routes = [
        table("secret", "/secret.txt", GUARDED),
        table("admin", "/admin", GUARDED),
        table("area", "/area/*", "accept = [\"session\"]"),
        table("site", "/site/*", "methods = [\"GET\", \"POST\"]\naccept = [\"luminate\"]\npath_parameters = true"),
        table("rest", "/*", OPEN),
    ];
    let site = site(&routes);
    for path in [
        "/secret.txt/",
        "/SECRET.txt/",
        "/SECRET.txt",
        "/secret.txt.",
        "/secret.txt%20",
        "/secret.txt::$DATA",
        "/secret.txt:$DATA",
        "/(S(x))/secret.txt",
        "/index.php/secret.txt",
        "/Index.PHP/SECRET.TXT/",
        "/app_dev.php/secret.txt/",
        "/secret.txt;x",
        "/secret.txt+",
        "/secret.txt%C2%A0",
        "/secret.txt/index.html",
        "/secret.txt/x.php",
        "/secret.txt/(S(x))/x.php",
        "/secret.txt/%20/x.php",
        "/admin./x.php",
        "/SECRET.txt/x.php",
        "/admin/",
        "/Admin/",
        "/admin%20",
        "/admin.",
        "/admin%20/",
        "/admin/index.php",
        "/admin;a/",
        "/%C4%B1ndex.php/admin",
        "/area%20/x",
        "/Area./x",
        "/area.",
        "/area::$INDEX_ALLOCATION/x",
        "/(A(x)S(y))/area/x",
        "/index.php/area/x",
        "/index/area",
        "/are\u{61}%E2%80%8B/x",
        "/%EF%BD%81rea/x",
        "/site%20/CRConsAPI",
        "/site./CRConsAPI",
        "/index.php/site/CRConsAPI",
    ] {
        let reason = refused(&site, path).unwrap_or_else(|| panic!("{path} went through"));
        assert!(matches!(reason, Reason::PathCaseAmbiguous | Reason::PathNearGuarded), "{path}: {reason:?}");
    }
    for path in ["/admin%3F", "/admin%23", "/admin%3fx", "/site/SRConsAPI%3Fmethod=getUser", "/secret.txt%23"] {
        assert_eq!(refused(&site, path), Some(Reason::PathAmbiguous), "{path}");
    }
    for path in [
        "/",
        "/secret",
        "/secret.txt.bak",
        "/secrets.txt",
        "/admin-tools",
        "/administration/",
        "/x/admin",
        "/areas",
        "/index.html",
        "/blog/index.php",
        "/a+b",
        "/a%20b",
        "/users:batch",
        "/index.php/blog/1",
        "/app.js",
        "/%C3%A4/",
        "/a.php/b",
    ] {
        assert_eq!(refused(&site, path), None, "{path}");
    }
}

/// The dialect's own places, below its route.
#[test]
fn the_places_of_luminate() {
    let site = site(&[table(
        "site",
        "/site/*",
        "methods = [\"GET\", \"POST\"]\naccept = [\"luminate\"]\npath_parameters = true",
    )]);
    for path in [
        "/site/CRConsAPI%20",
        "/site/CRConsAPI.",
        "/site/CRConsAPI::$DATA",
        "/site/(S(x))/CRConsAPI",
        "/site/index.php/CRConsAPI",
        "/site/index.php/crconsapi/",
        "/site/EstablishSession.",
        "/site/PixelServer%20",
        "/site/index.jsp/EstablishSession",
        "/site/%20SRConsAPI",
        "/site/x.jsp/SRConsAPI",
    ] {
        assert_eq!(refused(&site, path), Some(Reason::PathCaseAmbiguous), "{path}");
    }
    for path in
        ["/site/Page", "/site/index.jsp", "/site/SPageServer/", "/site/x.jsp/page", "/site/PageServer;jsessionid=a.b"]
    {
        assert_eq!(refused(&site, path), None, "{path}");
    }
}

/// From a guarded route to one that is guarded otherwise; in one demand each.
#[test]
fn any_demand_that_the_wider_route_lacks() {
    for (strict, weak, is_weaker) in [
        ("accept = [\"bearer\"]", "accept = [\"session\"]", true),
        ("accept = [\"bearer\"]", "accept = [\"bearer\", \"session\"]", true),
        ("accept = [\"bearer\", \"session\"]", "accept = [\"bearer\"]", false),
        (
            "accept = [\"bearer\"]\nbearer = { scope = [\"write\"] }",
            "accept = [\"bearer\"]\nbearer = { scope = [\"read\"] }",
            true,
        ),
        (
            "accept = [\"bearer\"]\nbearer = { scope = [\"read\"] }",
            "accept = [\"bearer\"]\nbearer = { scope = [\"read\", \"write\"] }",
            false,
        ),
        ("accept = [\"bearer\"]", "accept = [\"bearer\"]\nbearer = { query = true }", true),
        ("accept = [\"bearer\"]\nrevocation = \"strict\"", "accept = [\"bearer\"]", true),
        ("accept = [\"bearer\"]", "accept = [\"bearer\"]\nrevocation = \"strict\"", false),
        ("accept = [\"session\"]\nxsrf = \"always\"", "accept = [\"session\"]\nxsrf = \"token\"", true),
        ("accept = [\"session\", \"none\"]\nxsrf = \"token\"", "accept = [\"session\", \"none\"]", true),
        ("accept = [\"session\", \"none\"]\nxsrf = \"token\"", "accept = [\"none\"]", false),
        ("accept = [\"session\"]", "accept = [\"session\"]\nxsrf = \"token\"", false),
        ("accept = [\"link:once\"]", "accept = [\"link:files\"]", true),
        (
            "accept = [\"session\"]",
            "accept = [\"session\"]\ncors = { origins = [\"https://a.example\"], credentials = true }",
            true,
        ),
        ("accept = [\"session\"]", "methods = [\"GET\", \"POST\"]\naccept = [\"session\"]", false),
    ] {
        for near in ["/inner/", "/inner%20", "/index.php/inner"] {
            let site = site(&[table("inner", "/inner", strict), table("rest", "/*", weak)]);
            let reason = refused(&site, near);
            assert_eq!(
                reason == Some(Reason::PathNearGuarded),
                is_weaker,
                "{near}: {strict} beside {weak}: {reason:?}"
            );
        }
    }
}

/// What lacks a method lacks it under every spelling.
#[test]
fn a_method_that_the_inner_route_lacks() {
    let site = site(&[
        table("inner", "/inner", "accept = [\"session\"]"),
        table("rest", "/*", "methods = [\"GET\", \"DELETE\"]\naccept = [\"session\"]"),
    ]);
    assert_eq!(site.ask(&Request::new("DELETE", "/inner/")).refused, Some(Reason::PathNearGuarded));
    assert_eq!(site.ask(&Request::new("GET", "/inner/")).refused, Some(Reason::CredentialMissing));
    assert_eq!(site.ask(&Request::new("DELETE", "/other/")).refused, Some(Reason::CredentialMissing));
    // An open one too: it says which methods its pages take.
    let site = site_of(&["/reports/*", "/*"]);
    for near in ["/Reports/x", "/index.php/reports/x", "/reports%20/x"] {
        assert!(site.ask(&Request::new("POST", near)).refused.is_some(), "{near}");
        assert_eq!(site.ask(&Request::new("GET", near)).refused, None, "{near}");
    }
    assert_eq!(site.ask(&Request::new("POST", "/other")).refused, None);
}

/// Open routes, of which only the last takes POST.
fn site_of(paths: &[&str]) -> Site {
    let methods = |at: usize| if at + 1 == paths.len() { "\nmethods = [\"GET\", \"POST\"]" } else { "" };
    let tables = paths
        .iter()
        .enumerate()
        .map(|(at, path)| table(&format!("r{at}"), path, &format!("accept = [\"none\"]{}", methods(at))));
    site(&tables.collect::<Vec<_>>())
}

/// What the operator took out of a guarded route, by its very name.
#[test]
fn what_is_taken_out_of_a_guarded_route_stays_out() {
    let site = site(&[
        table("page", "/index.html", OPEN),
        table("read-me", "/README.md", OPEN),
        table("assets", "/Assets/*", OPEN),
        table("sign-in", "/members/index.php", OPEN),
        table("rest", "/*", GUARDED),
    ]);
    for path in ["/index.html", "/README.md", "/Assets/a.css", "/Assets/", "/members/index.php"] {
        assert_eq!(refused(&site, path), None, "{path}");
    }
    for path in ["/", "/readme.md", "/assets/a.css", "/members/", "/members/index.php/x"] {
        assert!(refused(&site, path).is_some(), "{path}");
    }
}

/// A guarded route that is a front controller does not close the whole site.
#[test]
fn a_guarded_front_controller_closes_itself_alone() {
    let site = site(&[table("app", "/index.php/*", GUARDED), table("rest", "/*", OPEN)]);
    for path in ["/", "/a", "/a/b.css"] {
        assert_eq!(refused(&site, path), None, "{path}");
    }
    for path in ["/INDEX.php/x", "/index.php./x", "/index.php%20/x/y"] {
        assert!(refused(&site, path).is_some(), "{path}");
    }
}

// --- the property ---

const PARTS: [&str; 10] = ["admin", "secret.txt", "a", "Area", "x.php", "index.php", "index", "v1", "a.b", "users:all"];

fn bases() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PARTS[..]), 1..4).prop_map(|parts| format!("/{}", parts.join("/")))
}

fn patterns() -> impl Strategy<Value = String> {
    prop_oneof![3 => bases(), 3 => bases().prop_map(|base| format!("{base}/*")), 1 => Just("/".to_owned()), 2 => Just("/*".to_owned())]
}

fn terms() -> impl Strategy<Value = String> {
    let accept = prop::sample::subsequence(vec!["bearer", "link:files", "session", "none"], 1..4);
    let scope = prop::sample::subsequence(vec!["read", "write"], 0..3);
    (accept, scope, any::<bool>(), 0..4usize, prop::sample::subsequence(vec!["GET", "POST", "PUT"], 1..4)).prop_map(
        |(accept, scope, strict, xsrf, methods)| {
            let mut text = format!("accept = {accept:?}\nmethods = {methods:?}\n");
            if accept.contains(&"bearer") {
                text += &format!("bearer = {{ scope = {scope:?} }}\n");
            }
            if strict && (accept.contains(&"bearer") || accept.contains(&"session")) {
                text += "revocation = \"strict\"\n";
            }
            if accept.contains(&"session") {
                text += &format!("xsrf = \"{}\"\n", ["off", "origin", "token", "always"][xsrf]);
            }
            text
        },
    )
}

/// A step away from a path that some origin takes back.
fn mistake(path: &str, how: usize, at: prop::sample::Index) -> String {
    let mut parts: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
    let at = at.index(parts.len());
    let whole = |parts: &[String]| format!("/{}", parts.join("/"));
    let ends: [&str; 11] =
        [".", "%20", "..", "+", ";x", ";x=1", "::$DATA", ":$I30:$INDEX_ALLOCATION", "%C2%A0", "%E2%80%8B", "::%24data"];
    match how {
        0 => return format!("{}/", path.trim_end_matches('/')),
        1 => parts[at] = parts[at].to_ascii_uppercase(),
        2 => parts.insert(at, "(S(abc))".to_owned()),
        3 => parts.insert(at, "index.php".to_owned()),
        4 => parts.insert(at, "Front.PHP".to_owned()),
        5 => parts.push("index.html".to_owned()),
        6 => parts.insert(at, "index".to_owned()),
        7 if parts.last().is_some_and(|last| last.ends_with(".php")) => parts.push("info".to_owned()),
        8 if parts.last().is_some_and(|last| names_a_file(last)) => parts.push("x.php".to_owned()),
        8 => parts[at] = parts[at].replace('s', "%C5%BF"),
        9 => parts[at] = format!("%20{}", parts[at]),
        10 => parts[at] = parts[at].replace('a', "%EF%BD%81"),
        11 => parts[at] = parts[at].replace(':', "%3A"),
        other => {
            // A part that is empty stays at the end alone.
            if !parts[at].is_empty() {
                parts[at] += ends[other % ends.len()];
            }
        }
    }
    whole(&parts)
}

/// Whether PHP could find a file under a part's name, and run it for the program's name behind it. A part that has nothing left
/// once dots, spaces and a session are dropped names the folder above.
fn names_a_file(part: &str) -> bool {
    let plain = part.replace("%3A", ":");
    let name = plain.split([';', ':']).next().unwrap_or_default();
    let dropped = [".", "+", "%20", "%C2%A0", "%E2%80%8B"];
    let left = dropped.iter().fold(name.to_owned(), |left, one| left.replace(one, ""));
    part.contains('.') && !left.is_empty() && !left.starts_with('(')
}

/// Without the guarded routes that no request reaches: a policy with one is refused.
fn reached(mut tables: Vec<String>) -> Vec<String> {
    while let Err(problems) = Policy::read(&text(&tables)) {
        for problem in problems {
            let (table, _) = problem.message.split_once(": is never reached: ").unwrap_or_else(|| panic!("{problem}"));
            let name = table.strip_prefix("routes.").unwrap();
            tables.retain(|table| !table.contains(&format!("name = \"{name}\"\n")));
        }
    }
    tables
}

/// Whether a route asks for at least what another asks for; written for this test, from the policy's documents.
fn asks_enough(route: &Route, meant: &Route, method: &str) -> bool {
    let words = |route: &Route| route.accept.iter().map(CredentialKind::word).collect::<Vec<_>>();
    let (own, others) = (words(route), words(meant));
    let both = |word: &str| own.iter().any(|own| own == word) && others.iter().any(|other| other == word);
    let opens = meant.is_guarded() && own.iter().any(|word| !others.contains(word));
    let scope = both("bearer") && meant.bearer.scope.iter().any(|scope| !route.bearer.scope.contains(scope));
    let late = (both("bearer") || both("session"))
        && route.revocation != meant.revocation
        && format!("{:?}", meant.revocation) == "Strict";
    let xsrf = both("session") && route.xsrf < meant.xsrf;
    let lacks = !meant.methods.iter().any(|known| known == method);
    !(opens || scope || late || xsrf || lacks)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn no_spelling_reaches_a_route_that_asks_for_less(
        routes in prop::collection::vec((patterns(), terms()), 2..6),
        surrounded in any::<bool>(),
        at in any::<prop::sample::Index>(),
        more in prop::sample::select(vec!["", "/", "/x", "/x/y.css"]),
        mistakes in prop::collection::vec((0..24usize, any::<prop::sample::Index>()), 1..4),
        method in prop::sample::select(vec!["GET", "POST", "PUT"]),
        parameters in any::<bool>(),
    ) {
        let mut routes = routes;
        if surrounded {
            routes.push(("/*".to_owned(), "accept = [\"none\"]\nmethods = [\"GET\", \"POST\", \"PUT\"]\n".to_owned()));
        }
        let parameters = if parameters { "path_parameters = true\n" } else { "" };
        let tables: Vec<String> = routes.iter().enumerate().map(|(at, (path, terms))| table(&format!("r{at}"), path, &format!("{terms}{parameters}"))).collect();
        let tables = reached(tables);
        let site = site(&tables);
        let pattern = &site.gate.policy.routes[at.index(tables.len())].path;
        let path = match pattern.is_prefix() {
            true => format!("{}{}", pattern.base(), if pattern.base().is_empty() && more.is_empty() { "/" } else { more }),
            false => pattern.base().to_owned(),
        };
        let near = mistakes.iter().fold(path.clone(), |path, (how, at)| mistake(&path, *how, *at));
        let taken = |path: &str| site.ask(&Request::new(method, path));
        let Some(meant) = taken(&path).route else { return Ok(()) };
        let handled = taken(&near);
        let is_refused = matches!(handled.refused, Some(Reason::PathAmbiguous | Reason::PathCaseAmbiguous | Reason::PathNearGuarded | Reason::PathParameter | Reason::NoRoute | Reason::MethodNotAllowed));
        let Some(route) = handled.route.filter(|_| !is_refused) else { return Ok(()) };
        // Siblings stand where the first of them does.
        let index = |one: &Route| site.gate.policy.routes.iter().position(|route| route.path == one.path).unwrap();
        // What the policy itself took out of the wider route, before it.
        let (inner, outer) = (loosest(route.path.base()).into_owned(), loosest(meant.path.base()).into_owned());
        let is_below = outer == "/" || inner == outer || inner.starts_with(&format!("{outer}/"));
        let is_taken_out = index(&route) < index(&meant) && is_below && (meant.path.is_prefix() || !route.path.is_prefix());
        prop_assert!(
            route.name == meant.name || is_taken_out || asks_enough(&route, &meant, method),
            "{} for {} is taken by {} ({}), meant was {} ({})", near, path, route.name, route.path, meant.name, meant.path
        );
    }
}
