//! Requests that anybody can send, through the whole gate with the default limits.

use edgegate_core::http::query::encode_component;
use edgegate_core::testing::{World, finish};
use edgegate_fuzz::support::{NOW, POLICY, Request, Site};

use super::inputs::{Case, case, repeated};

const URL: usize = 8_192;
pub const HEADERS: usize = 32_768;
const FORM: usize = 65_536;

pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(addresses());
    cases.extend(near_misses());
    cases.extend(headers());
    cases.extend(forms());
    cases
}

/// The policy of the tests, with the default limits.
fn site() -> Site {
    let (before, rest) = POLICY.split_once("[limits]").expect("limits");
    let (_, routes) = rest.split_once("[[routes]]").expect("routes");
    Site::new(&World::at(NOW), &format!("{before}[[routes]]{routes}"))
}

pub fn asked(kind: &'static str, alphabet: &str, limit: usize, make: impl Fn(usize) -> Request + 'static) -> Case {
    case(kind, alphabet, limit, move |bytes| {
        let (site, request) = (site(), make(bytes));
        Box::new(move || {
            let handled = finish(site.check(&request)).expect("decided");
            handled.refused.map_or("ok", |reason| reason.code()).to_owned()
        })
    })
}

fn addresses() -> Vec<Case> {
    let mut cases = Vec::new();
    for start in ["/open/", "/files/", "/site/", "/inside/", "/.edgegate/", "/oauth/", "/nowhere/"] {
        for unit in ["a", "a/", "a;", "%20", "%E2%82%AC", "a;jsessionid=x/", "CRConsAPI"] {
            cases.push(asked("URL", &format!("{start}{unit}"), URL - 64, move |bytes| {
                Request::get(&format!("{start}{}", repeated(unit, bytes))).with("accept", "text/html")
            }));
        }
    }
    let starts = [
        "/open/?",
        "/files/?",
        "/files/?eg_kid=demo&eg_exp=1800000060&eg_sig=",
        "/files/?eg_kid=demo&eg_exp=1800000060&eg_sig=x&",
        "/landing/?",
        "/landing/?ts=1800000000&signature=00000000000000000000000000000000&",
        "/read/?",
        "/account/?",
        "/confirm/?",
        "/site/page?",
        "/site/CRConsAPI?",
        "/site/EstablishSession?",
        "/oauth/authorize?client_id=shop&",
        "/.edgegate/sign-in?",
        "/.edgegate/broker/desk?",
        "/inside/?",
        "/panel/?",
    ];
    let units = [
        "a",
        "a=1&",
        "&",
        ";",
        "a&",
        "a;",
        "=",
        "[",
        "+",
        "%41",
        "%41=&",
        "%ts=1&",
        "utm_a=1&",
        "ts&",
        "ts=1&",
        "eg_x=1&",
        "resource=x&",
        "scope=a+",
        "access_token=x&",
        "signature=x&",
        "[a]=1&",
        "${a}",
        "NONCE_TOKEN&",
        "next=/&",
    ];
    for start in starts {
        for unit in units {
            cases.push(asked("query", &format!("{start}{unit}"), URL - 128, move |bytes| {
                Request::get(&format!("{start}{}", repeated(unit, bytes))).with("accept", "text/html")
            }));
        }
    }
    cases
}

/// Paths that an origin may read as others, on an open route around five guarded ones.
fn near_misses() -> Vec<Case> {
    let units = [
        "/.pl",
        "/index",
        "/a.php",
        "/a.b/x.php",
        "/index.php",
        "/;x",
        "/%20",
        "/(S(x))",
        "/a",
        "/r1.b/.pl",
        ";x",
        "%20",
        ".pl",
        "(S(x))",
    ];
    let near_miss = |unit: &'static str| {
        case("URL", &format!("{unit} beside guarded routes"), URL - 64, move |bytes| {
            let site = guarded_and_open();
            let start = if unit.starts_with('/') { "" } else { "/" };
            let request = Request::get(&format!("{start}{}", repeated(unit, bytes)));
            Box::new(move || {
                let handled = finish(site.check(&request)).expect("decided");
                handled.refused.map_or("ok", |reason| reason.code()).to_owned()
            })
        })
    };
    units.into_iter().map(near_miss).collect()
}

fn guarded_and_open() -> Site {
    let (start, _) = POLICY.split_once("[limits]").expect("limits");
    let route = |path: &str, accept: &str| {
        let name = path.trim_matches(['/', '*']).replace(['/', '.'], "-");
        format!(
            "[[routes]]\nname = \"x{name}\"\npath = \"{path}\"\naccept = [\"{accept}\"]\nforward = {{ origin = \"site\" }}\n"
        )
    };
    let guarded = ["/r1", "/r2/*", "/r3/a/b/*", "/r4.txt", "/app/index.php/*"].map(|path| route(path, "bearer"));
    Site::new(&World::at(NOW), &format!("{start}{}{}", guarded.concat(), route("/*", "none")))
}

fn headers() -> Vec<Case> {
    let mut cases = Vec::new();
    let places = [
        ("/open/", "accept"),
        ("/inside/", "accept"),
        ("/open/", "connection"),
        ("/open/", "referer"),
        ("/open/", "x-forwarded-for"),
        ("/open/", "origin"),
        ("/site/page", "origin"),
        ("/me/", "authorization"),
        ("/read/", "content-type"),
        ("/site/CRConsAPI", "content-type"),
        ("/open/", "cookie"),
        ("/account/", "cookie"),
        ("/panel/", "cookie"),
        ("/site/page", "cookie"),
        ("/site/CRConsAPI", "cookie"),
        ("/inside/", "cookie"),
        ("/me/", "dpop"),
        ("/oauth/token", "dpop"),
        ("/oauth/token", "authorization"),
        ("/password/", "authorization"),
        ("/SuperOffice/", "authorization"),
        ("/SuperOffice/", "x-xsrf-token"),
        ("/shared/", "access-control-request-headers"),
        ("/panel/", "sec-fetch-site"),
        ("/account/", "sec-purpose"),
        ("/files/", "cf-connecting-ip"),
        ("/api/", "x-on-behalf"),
    ];
    let units = [
        "a",
        ",",
        ";",
        " ",
        "=",
        "a,",
        "a=1; ",
        "a=1, ",
        "\"",
        "__Host-edgegate=egs_seal-1_AAAA; ",
        "__Host-edgegate=x, ",
        "JSESSIONID=00.app1; ",
        "XSRF-TOKEN=x; ",
        "text/html;q=0.1,",
        "AAAA",
        ".",
        "close,",
        "?a&",
        "; a=b",
        "%41",
    ];
    for (path, name) in places {
        for unit in units {
            let kind = if name == "cookie" { "cookie" } else { "header" };
            let schemes: &[&'static str] =
                if name == "authorization" { &["", "Bearer ", "Basic ", "SOTicket 7T:"] } else { &[""] };
            for scheme in schemes {
                let alphabet = format!("{name}: {scheme}{unit} at {path}");
                cases.push(asked(kind, &alphabet, HEADERS - 512, move |bytes| {
                    let value = format!("{scheme}{}", repeated(unit, bytes));
                    let posts = path == "/oauth/token" || name == "content-type" || path == "/site/CRConsAPI";
                    let mut request = match name {
                        "access-control-request-headers" => Request::new("OPTIONS", path)
                            .with("origin", "https://app.example.org")
                            .with("access-control-request-method", "GET"),
                        _ if posts => Request::new("POST", path),
                        _ => Request::get(path),
                    };
                    if path == "/oauth/token" {
                        request = request.form("grant_type=authorization_code&code=x&client_id=shop");
                    }
                    if path == "/panel/" && name == "sec-fetch-site" {
                        request.method = "POST".to_owned();
                    }
                    request.with(name, value.trim_end())
                }));
            }
        }
    }
    for (name, path) in
        [("x-a", "/open/"), ("x_a", "/open/"), ("x-forwarded-user", "/open/"), ("X.Forwarded.", "/site/page")]
    {
        cases.push(asked("header", &format!("many of {name}N at {path}"), HEADERS - 512, move |bytes| {
            let mut request = Request::get(path);
            for at in 0..bytes / (name.len() + 6) {
                request = request.with(&format!("{name}{at:05}"), "1");
            }
            request
        }));
    }
    cases
}

fn forms() -> Vec<Case> {
    let redirect = |name: &str| {
        format!(
            "redirect={}",
            encode_component(&format!("/x?{}", repeated(&format!("a=${{{name}}}&"), 31 * (name.len() + 6))))
        )
    };
    let call = "method=login&v=1.0&api_key=api-key-1&response_format=json&user_name=jo&password=x&";
    let places: Vec<(&'static str, String)> = vec![
        ("/.edgegate/sign-in", "account=jo&password=x&".to_owned()),
        ("/oauth/token", "grant_type=authorization_code&code=x&client_id=shop&".to_owned()),
        ("/site/CRConsAPI", String::new()),
        ("/site/CRConsAPI", call.to_owned()),
        ("/site/CRConsAPI", format!("{call}{}&success_{}&", redirect("b"), redirect("c"))),
        ("/site/SRConsAPI", String::new()),
        ("/read/", String::new()),
        ("/api/", String::new()),
    ];
    let units = [
        "a=1&",
        "&",
        ";",
        "a&",
        "a;",
        "=",
        "[",
        "+",
        "%41",
        "%41=&",
        "+=&",
        "%20a=1&",
        "a",
        "b=1&",
        "%62=1&",
        "account&",
        "api_key&",
        "auth=x&",
        "access_token=x&",
        "&;",
        "%",
    ];
    let mut cases = Vec::new();
    for (path, start) in places {
        for unit in units {
            let start = start.clone();
            let shown: String = start.chars().take(60).collect();
            cases.push(asked("form", &format!("{path} {shown}…{unit}"), FORM - 1024, move |bytes| {
                Request::new("POST", path)
                    .form(&format!("{start}{}", repeated(unit, bytes)))
                    .with("cf-connecting-ip", "10.1.2.3")
            }));
        }
        for (name, count) in [("a thousand fields", 900), ("ten fields", 10)] {
            let start = start.clone();
            let many = asked("form", &format!("{path} {name} of %2e"), FORM - 1024, move |bytes| {
                let field = repeated("%2e", (bytes / count).saturating_sub(1));
                Request::new("POST", path)
                    .form(&format!("{start}{}", vec![field; count].join("&")))
                    .with("cf-connecting-ip", "10.1.2.3")
            });
            cases.push(many.from(8 * count));
        }
    }
    let part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n";
    for (shown, start, unit) in [
        ("fields", "", format!("{part}\r\n")),
        ("names with escapes", "", format!("{}\r\n", part.replace("\"x\"", "\"x[y].z\""))),
        ("a value", part, "x".to_owned()),
        ("a value of line ends", part, "\r\n-".to_owned()),
        ("files", "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n", format!("\r\n{part}")),
        ("a header", "--b\r\n", "X: y\r\n".to_owned()),
    ] {
        cases.push(asked("multipart", &format!("/site/CRConsAPI {shown}"), FORM - 1024, move |bytes| {
            let mut request =
                Request::new("POST", "/site/CRConsAPI").with("content-type", "multipart/form-data; boundary=b");
            request.body = format!("{start}{}\r\n--b--\r\n", repeated(&unit, bytes)).into_bytes();
            request
        }));
    }
    cases
}
