//! `edgegate session list`, `session revoke --subject`, `grant list` and `grant revoke`, against a gateway that says what the
//! test wants.

use serde_json::{Value, json};

use super::run::{Ran, demo};
use super::stub::{Asked, Stub};

const ELSEWHERE: &str = "note: at once where the route's revocation is strict, and where this call arrived; elsewhere within the cache time and Workers KV's lag\n";
const AGAIN: &str = "note: what began within the last minute may not have been found: run this again in a minute\n";

fn ask(line: &str, pages: &[&str]) -> (Ran, Vec<Asked>) {
    let stub = Stub::paging(pages);
    let mut args: Vec<&str> = line.split(' ').collect();
    args.extend(["--gateway", &stub.url]);
    let ran = demo(&args);
    (ran, stub.all_asked())
}

fn bodies(asked: &[Asked]) -> Vec<Value> {
    asked.iter().map(|asked| asked.body.clone()).collect()
}

#[test]
fn sessions_are_listed_to_the_end_oldest_first() {
    let pages = [
        r#"{"sessions":[{"id":"b","by":"password","program":"Firefox","system":"Windows","network":"203.0.113.7","since":1795309200,"expires":1}],"cursor":"c-1"}"#,
        r#"{"sessions":[{"id":"a","by":"ticket","program":"curl\u001b[2J","system":"","network":"2001:db8:0:0::/64","since":1795305600,"expires":1}]}"#,
    ];
    let (ran, asked) = ask("session list --subject 1001002", &pages);
    let ran = ran.ends(0);
    assert_eq!(
        ran.out,
        "SESSION  SINCE                    BY        WITH                NETWORK\n\
         a        2026-11-22 00:00:00 UTC  ticket    curl[2J             2001:db8:0:0::/64\n\
         b        2026-11-22 01:00:00 UTC  password  Firefox on Windows  203.0.113.7\n"
    );
    assert_eq!(ran.err, "note: what began within the last minute may be missing\n");
    assert_eq!(asked[0].line, "POST /.edgegate/admin/session/list HTTP/1.1");
    assert_eq!(bodies(&asked), [json!({"subject": "1001002"}), json!({"subject": "1001002", "cursor": "c-1"})]);
    let (ran, _) = ask("session list --subject 1001002 --json", &pages);
    let told = ran.ends(0);
    assert_eq!((told.json()["sessions"][1]["id"].as_str(), told.err.as_str()), (Some("b"), ""));
    let (ran, _) = ask("session list --subject nobody", &[r#"{"sessions":[]}"#]);
    assert_eq!(ran.ends(0).out, "There is no session of this person.\n");
}

#[test]
fn grants_are_listed() {
    let page = r#"{"grants":[{"id":"g","client":"shop","client_name":"Demo shop","scope":"read write","resources":"","since":1795305600,"expires":1}]}"#;
    let (ran, asked) = ask("grant list --subject jo --issuer https://idp.example", &[page]);
    assert_eq!(
        ran.ends(0).out,
        "GRANT  SINCE                    CLIENT  NAME       SCOPE\n\
         g      2026-11-22 00:00:00 UTC  shop    Demo shop  read write\n"
    );
    assert_eq!(asked[0].line, "POST /.edgegate/admin/grant/list HTTP/1.1");
    assert_eq!(asked[0].body, json!({"subject": "jo", "issuer": "https://idp.example"}));
}

#[test]
fn what_is_ended_is_counted_over_all_pages() {
    let pages = [r#"{"state":"revoked","ended":40,"cursor":"c-1"}"#, r#"{"state":"revoked","ended":2}"#];
    let (ran, asked) = ask("session revoke --subject 1001002 --issuer - --no-wait", &pages);
    let ran = ran.ends(0);
    assert_eq!((ran.out.as_str(), ran.err), ("42 sessions ended\n", format!("{AGAIN}{ELSEWHERE}")));
    assert_eq!(asked[0].line, "POST /.edgegate/admin/session/revoke HTTP/1.1");
    let body = |more: Value| {
        let mut body = json!({"subject": "1001002", "issuer": ""});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    assert_eq!(bodies(&asked), [body(json!({})), body(json!({"cursor": "c-1"}))]);
    let (ran, _) = ask("session revoke --subject 1001002 --no-wait --json", &[r#"{"state":"revoked","ended":1}"#]);
    let told = ran.ends(0);
    assert_eq!((told.json()["ended"].as_u64(), told.err.as_str()), (Some(1), ""));
}

#[test]
fn one_grant_ends_by_its_id_and_nothing_is_waited_for() {
    let (ran, asked) = ask("grant revoke --subject 1001002 --id g", &[r#"{"state":"revoked","ended":1}"#]);
    let ran = ran.ends(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("1 grant ended\n", ELSEWHERE));
    assert_eq!(asked[0].body, json!({"subject": "1001002", "id": "g"}));
}

#[test]
fn what_does_not_fit_together_is_asked_of_nobody() {
    for line in [
        "session list",
        "session list --subject ",
        "session revoke --subject jo egs_x",
        "session revoke --subject jo --file x",
        "session revoke --issuer https://idp.example",
        "session revoke --no-wait",
        "grant revoke",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        demo(&args).ends(2);
    }
    let (ran, _) = ask("session revoke --subject jo --no-wait", &["{}"]);
    assert!(ran.ends(3).err.contains("is its version another one?"));
}
