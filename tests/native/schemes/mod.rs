//! SuperOffice's scheme matrix: every cell, and every choice of schemes that a route can make.
//!
//! After a change of the table: `BLESS=1 cargo test --test native schemes`, and read the difference.

mod table;

use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine};
use edgegate_core::exchange::Handled;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::sealed::seal;
use table::{DEPLOYMENTS, Row, rows};

use crate::support::schemes::Browser;
use crate::support::story::Story;
use crate::support::{self, POLICY, Request, Site, answer, forwarding};

const PATHS: [&str; 2] = ["/SuperOffice/api/v1/Contact/2", "/Cust12345/api/v1/Contact/2"];
/// Challenges of each deployment, by their schemes.
const ENABLED: [&[&str]; 2] = [&["Bearer", "SOTicket", "Basic", "Cookie"], &["Bearer", "SOTicket", "Cookie"]];

/// Everything that a row can name.
fn story() -> Story {
    let mut story = Story::new();
    for step in ["token", "browser other", "browser dead", "ticket"] {
        story.step(step);
    }
    let dead =
        [("dead-token", "token"), ("dead-ticket", "ticket")].map(|(dead, live)| (dead, story.names[live].clone()));
    story.site.ports.world.pass(1);
    for step in ["revoke token", "revoke-ticket"] {
        story.step(step);
    }
    story.keep("cookies", story.names["dead-cookies"].clone());
    for step in ["sign-out", "token", "browser", "ticket"] {
        story.step(step);
    }
    dead.into_iter().for_each(|(name, value)| story.keep(name, value));
    story.keep("ticket64", BASE64_STANDARD.encode(&story.names["ticket"]));
    story.keep("session-name", "__Host-edgegate".to_owned());
    story.keep("session-cookie", format!("__Host-edgegate={}", story.names["session"]));
    story
}

fn request(story: &Story, row: &Row, method: &str, path: &str) -> Request {
    row.headers.iter().fold(Request::new(method, path), |request, (name, value)| request.with(name, &story.fill(value)))
}

/// `200 KIND` or `STATUS REASON`.
fn outcome(handled: &Handled) -> String {
    match &handled.decision {
        Decision::Forward(_) => format!("200 {}", handled.identity.as_ref().map_or("", |identity| identity.kind)),
        Decision::Answer(answer) => format!("{} {}", answer.status, handled.refused.map_or("", |reason| reason.code())),
    }
}

/// The schemes of an answer's challenges.
fn challenges(handled: &Handled) -> Vec<&str> {
    let fields = answer(handled).headers.iter().filter(|(name, _)| *name == "www-authenticate");
    fields.map(|(_, value)| value.split(' ').next().unwrap()).collect()
}

/// A row in other spellings of its scheme, which has no case (RFC 9110 section 11.1).
fn spellings(row: &Row) -> Vec<Row> {
    let respelled = |spell: fn(&str) -> String| {
        let headers = row.headers.iter().map(|(name, value)| match *name {
            "authorization" => (*name, value.replace(row.scheme, &spell(row.scheme))),
            _ => (*name, value.clone()),
        });
        Row { headers: headers.collect(), ..row.clone() }
    };
    vec![row.clone(), respelled(str::to_ascii_lowercase), respelled(str::to_ascii_uppercase)]
}

/// A row whose Authorization comes with a good session, which must make no difference.
fn with_session(row: &Row) -> Option<Row> {
    let has_authorization = row.headers.iter().any(|(name, _)| *name == "authorization");
    let session = [("cookie", "{cookies}".to_owned()), ("x-xsrf-token", "{xsrf}".to_owned())];
    let headers = row.headers.iter().cloned().chain(session).collect();
    has_authorization.then(|| Row { headers, ..row.clone() })
}

#[test]
fn every_cell_of_the_table() {
    let story = story();
    let mut wrong = Vec::new();
    for row in rows() {
        for (at, deployment) in DEPLOYMENTS.iter().enumerate() {
            let mut said = BTreeSet::new();
            for variant in spellings(&row).iter().flat_map(|row| [Some(row.clone()), with_session(row)]).flatten() {
                for method in ["GET", "POST"] {
                    let handled = story.site.ask(&request(&story, &variant, method, PATHS[at]));
                    let told = outcome(&handled);
                    let lists = told.starts_with("200") || challenges(&handled) == ENABLED[at];
                    said.insert(if lists { told } else { format!("{told} {:?}", challenges(&handled)) });
                }
            }
            if said != BTreeSet::from([row.outcomes[at].clone()]) {
                wrong.push(format!("cell: {} | {} | {deployment}: {said:?}", row.scheme, row.state));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

// Each scheme is switched on by the route alone: of every choice of schemes the good credential of each opens the route
// if it was chosen, and is otherwise refused with a list of those that were.
#[test]
fn every_choice_of_schemes() {
    let kinds = [("bearer", "Bearer"), ("ticket", "SOTicket"), ("basic", "Basic"), ("session", "none")];
    let rows = rows();
    for choice in 1..1_u32 << kinds.len() {
        let is_chosen = |at: usize| choice & 1 << at != 0;
        let chosen: Vec<&str> = (0..4).filter(|at| is_chosen(*at)).map(|at| kinds[at].0).collect();
        let xsrf = if is_chosen(3) { "xsrf = \"always\"" } else { "" };
        let route = format!(
            "\n[[routes]]\nname = \"chosen\"\npath = \"/chosen/*\"\naccept = {chosen:?}\n{xsrf}\n\
             dialect = \"superoffice\"\nforward = {{ origin = \"site\" }}\n"
        );
        let mut story = story();
        story.site = Site::beside(&story.site.ports, &format!("{POLICY}{route}"));
        for (at, (kind, scheme)) in kinds.iter().enumerate() {
            let row = rows.iter().find(|row| row.scheme == *scheme && row.state == "good").unwrap();
            let handled = story.site.ask(&request(&story, row, "GET", "/chosen/x"));
            let refused = if *scheme == "none" { "401 credential_missing" } else { "401 scheme_not_accepted" };
            let expected = if is_chosen(at) { format!("200 {kind}") } else { refused.to_owned() };
            assert_eq!(outcome(&handled), expected, "{scheme} where {chosen:?} are chosen");
            if !is_chosen(at) {
                let names = [("bearer", "Bearer"), ("ticket", "SOTicket"), ("basic", "Basic"), ("session", "Cookie")];
                let listed: Vec<&str> =
                    names.iter().filter(|(kind, _)| chosen.contains(kind)).map(|(_, name)| *name).collect();
                assert_eq!(challenges(&handled), listed, "{scheme} where {chosen:?} are chosen");
            }
        }
    }
}

#[test]
fn no_credential_reaches_the_origin() {
    let story = story();
    for row in rows().iter().filter(|row| row.outcomes[0].starts_with("200")) {
        let mut request = request(&story, row, "GET", PATHS[0]);
        request = request.with("so_apptoken", "x").with("x.xsrf_token", "x");
        let handled = story.site.ask(&request);
        let to = forwarding(&handled);
        for (name, value) in &request.headers {
            let is_changed = to.remove.contains(name) || to.set.iter().any(|(set, _)| set == name);
            assert!(is_changed, "{}, {}: {name}: {value} goes on", row.scheme, row.state);
        }
        let kept = to.set.iter().find(|(name, _)| *name == "cookie");
        assert_eq!(kept, None, "{}, {}", row.scheme, row.state);
    }
}

#[test]
fn a_ticket_lives_for_six_hours_and_no_longer_than_its_session() {
    let mut story = Story::new();
    story.step("ticket");
    let request = Request::get(PATHS[0]).with("authorization", &story.fill("SOTicket {ticket}"));
    story.site.ports.world.pass(6 * 3600 - 1);
    assert_eq!(outcome(&story.site.ask(&request)), "200 ticket");
    story.site.ports.world.pass(1);
    assert_eq!(outcome(&story.site.ask(&request)), "401 ticket_expired");

    let mut story = Story::new();
    story.step("browser");
    let asked = Request::new("POST", "/.edgegate/ticket").with("cookie", &story.fill("{cookies}"));
    let handled = story.site.ask(&asked.with("x-xsrf-token", &story.fill("{xsrf}")));
    let told: serde_json::Value = serde_json::from_str(&answer(&handled).body).unwrap();
    let request = Request::get(PATHS[0]).with("authorization", told["authorization"].as_str().unwrap());
    assert_eq!(told["expires_in"], 21_600);
    assert_eq!(outcome(&story.site.ask(&request)), "200 ticket");
    // It does not idle, and ends with its session.
    story.site.ports.world.pass(3600);
    assert_eq!(outcome(&story.site.ask(&request)), "200 ticket");
    story.step("sign-out");
    assert_eq!(outcome(&story.site.ask(&request)), "401 ticket_revoked");
}

// The token is the same until the session ends, and nobody else's.
#[test]
fn the_token_of_a_session() {
    let story = story();
    let (first, second) = (Browser::new(&story.site), Browser::new(&story.site));
    assert_ne!(first.xsrf, second.xsrf);
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    assert!(first.xsrf.len() >= 32 && first.xsrf.bytes().all(is_plain), "nothing that is escaped: {}", first.xsrf);
    story.site.ports.world.pass(300);
    let request = Request::get(PATHS[0]).with("cookie", &first.cookies()).with("x-xsrf-token", &first.xsrf);
    assert_eq!(outcome(&story.site.ask(&request)), "200 session");
    // A browser that lost it gets it again, with a refusal too.
    let without = Request::get(PATHS[0]).session(&first.session);
    let handled = story.site.ask(&without);
    assert_eq!(outcome(&handled), "401 bound_token_missing");
    let again = support::set_cookies(&handled);
    assert!(again.len() == 1 && again[0].starts_with(&format!("XSRF-TOKEN={}; Path=/; ", first.xsrf)), "{again:?}");
    assert!(again[0].ends_with("; Secure; SameSite=Lax"), "scripts read it: {again:?}");
}

// By https the cookie of a browser on its way to a broker is one that no other host can have set.
#[test]
fn the_cookie_of_a_browser_at_a_broker() {
    let site = Site::alone();
    let handled = site.ask(&Request::get("/inside/?a=1").with("accept", "text/html"));
    let [cookie] = &support::set_cookies(&handled)[..] else { panic!("one cookie") };
    assert!(cookie.starts_with("__Host-edgegate-broker=ege_seal-1_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
}

// It outlives every state that is bound to it.
#[test]
fn the_cookie_of_a_browser_at_a_broker_is_written_again_when_it_would_end_before_the_state() {
    let mut story = Story::new();
    story.step("broker-state /inside/");
    let again = Request::get("/inside/").with("accept", "text/html").with("cookie", &story.fill("{browser}"));
    for (seconds, cookies) in [(0, 0), (300, 0), (1, 1)] {
        story.site.ports.world.pass(seconds);
        assert_eq!(support::set_cookies(&story.site.ask(&again)).len(), cookies, "{seconds} s later");
    }
}

#[test]
fn a_path_that_is_too_long_for_a_broker_s_state_comes_back_without_its_query_or_not_at_all() {
    let long = |start: &str, length: usize| format!("{start}{}", "a".repeat(length - start.len()));
    let most = seal::PAYLOAD - 16; // the browser's mark
    for (sent, back) in [
        (long("/inside/?a=", most), long("/inside/?a=", most)),
        (long("/inside/?a=", most + 1), "/inside/".to_owned()),
        (long("/inside/", most), long("/inside/", most)),
        (long("/inside/", most + 1), "/".to_owned()),
    ] {
        let mut story = Story::new();
        [&format!("broker-state {sent}"), "broker"].iter().for_each(|step| story.step(step));
        let returned = Request::get(&story.names["broker"]).with("cookie", &story.fill("{browser}"));
        let handled = story.site.ask(&returned);
        let location = answer(&handled).headers.iter().find(|(name, _)| *name == "location");
        assert_eq!(location.map(|(_, address)| address), Some(&back), "{} bytes", sent.len());
    }
}

#[test]
fn the_table_is_that_of_the_fixtures_and_of_the_document() {
    let rows = rows();
    let names: BTreeSet<(&str, &str)> = rows.iter().map(|row| (row.scheme, row.state)).collect();
    assert_eq!(names.len(), rows.len(), "no row stands there twice");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let (fixture, document) = (format!("{root}/fixtures/schemes.json"), format!("{root}/docs/superoffice.md"));
    let text = std::fs::read_to_string(&document).unwrap();
    let (begin, end) = ("<!-- the scheme matrix -->\n", "<!-- end of the scheme matrix -->");
    let (before, rest) = text.split_once(begin).expect(begin);
    let (shown, after) = rest.split_once(end).expect(end);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&fixture, table::json(&rows)).unwrap();
        return std::fs::write(&document, format!("{before}{begin}{}{end}{after}", table::markdown(&rows))).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&fixture).unwrap(), table::json(&rows));
    assert_eq!(shown, table::markdown(&rows));
}
