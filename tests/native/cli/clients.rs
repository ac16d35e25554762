//! `edgegate client add`, `list`, `rotate` and `remove`, against a gateway that says what the test wants.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::run::{Ran, demo, edgegate};
use super::stub::{Asked, Stub};

const ID: &str = "egi_clients-1_AGo2zYDzzz";
const SECRET: &str = "egk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const ELSEWHERE: &str =
    "note: at once where this call arrived; elsewhere within the registry's cache (30s) and Workers KV's lag\n";

#[test]
fn a_client_is_registered_and_its_secret_shown_once() {
    let answer = format!("{{\"client_id\":\"{ID}\",\"client_secret\":\"{SECRET}\",\"kind\":\"confidential\"}}");
    let line = "client add --name Shop --redirect-uri https://a.example/cb https://b.example/cb --scope read write";
    let (ran, asked) = ask(line, 201, &answer);
    assert_eq!(ran.out, format!("client_id      {ID}\nclient_secret  {SECRET}\n"));
    assert!(ran.err.starts_with("note: the secret is not shown again: "), "{}", ran.err);
    assert_eq!(asked.line, "POST /.edgegate/admin/client/add HTTP/1.1");
    let body = json!({"kind": "confidential", "name": "Shop", "scope": ["read", "write"], "pkce": true,
        "redirect_uris": ["https://a.example/cb", "https://b.example/cb"]});
    assert_eq!(asked.body, body);

    let told = ask(&format!("{line} --json"), 201, &answer).0;
    assert_eq!((told.json()["client_secret"].as_str(), told.err.as_str()), (Some(SECRET), ""));
}

#[test]
fn every_flag_is_a_member() {
    let answer = format!("{{\"client_id\":\"{ID}\",\"client_secret\":\"{SECRET}\"}}");
    let all = "client add --name S --redirect-uri http://127.0.0.1/cb --scope a,b --scope c --resource https://api.example/v1 --introspect --act-for-others --no-pkce --dpop";
    let body = json!({"kind": "confidential", "name": "S", "redirect_uris": ["http://127.0.0.1/cb"],
        "scope": ["a,b", "c"], "resources": ["https://api.example/v1"], "introspect": true, "act_for_others": true,
        "pkce": false, "dpop": true});
    assert_eq!(ask(all, 201, &answer).1.body, body);
    let pair = "client add --name P --kind token-pair --scope a --subject 1001002";
    let body = json!({"kind": "token-pair", "name": "P", "scope": ["a"], "subject": "1001002"});
    assert_eq!(ask(pair, 201, &answer).1.body, body);
    let (ran, asked) = ask(
        "client add --name A --kind public --redirect-uri org.example.app:/cb",
        201,
        &format!("{{\"client_id\":\"{ID}\"}}"),
    );
    assert_eq!((ran.out, &asked.body["pkce"]), (format!("client_id      {ID}\n"), &true.into()));
    assert!(ran.err.contains("PKCE takes its place"), "{}", ran.err);
}

#[test]
fn the_list_goes_to_its_end_and_shows_no_secret() {
    let pages = [
        "{\"clients\":[{\"client_id\":\"shop\",\"name\":\"Demo shop\",\"kind\":\"confidential\",\"from\":\"policy\",\"redirect_uris\":[\"https://a.example/cb\",\"https://b.example/cb\"]}],\"cursor\":\"c-1\"}",
        "{\"clients\":[],\"cursor\":\"c-2\"}",
        "{\"clients\":[{\"client_id\":\"egi_x\",\"name\":\"Pair\\u001b[2J\",\"kind\":\"token-pair\",\"from\":\"registry\",\"client_secret\":\"hidden\"}]}",
    ];
    let stub = Stub::paging(&pages);
    let ran = demo(&["client", "list", "--gateway", &stub.url]).ends(0);
    let expected = "\
CLIENT  KIND          NAME       FROM      REDIRECT URIS
shop    confidential  Demo shop  policy    https://a.example/cb https://b.example/cb
egi_x   token-pair    Pair[2J    registry
";
    assert_eq!(ran.out, expected);
    let asked: Vec<Value> = stub.all_asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(asked, [json!({}), json!({"cursor": "c-1"}), json!({"cursor": "c-2"})]);

    let stub = Stub::paging(&pages);
    let told = demo(&["client", "list", "--gateway", &stub.url, "--json"]).ends(0);
    assert_eq!(told.json()["clients"].as_array().unwrap().len(), 2);
    assert!(!told.out.contains("hidden"));

    let stub = Stub::paging(&["{\"clients\":[]}"]);
    assert!(demo(&["client", "list", "--gateway", &stub.url]).ends(0).out.contains("no client"));
    let endless = "{\"clients\":[],\"cursor\":\"c-1\"}";
    let stub = Stub::paging(&[endless, endless]);
    assert!(demo(&["client", "list", "--gateway", &stub.url]).ends(3).err.contains("does not end"));
    let stub = Stub::paging(&["{}"]);
    assert!(demo(&["client", "list", "--gateway", &stub.url]).ends(3).err.contains("no `clients`"));
}

#[test]
fn a_page_of_many_clients_is_read() {
    let one = format!("{{\"client_id\":\"egi_x\",\"kind\":\"public\",\"redirect_uris\":[\"{}\"]}}", "a".repeat(2_000));
    let stub = Stub::paging(&[&format!("{{\"clients\":[{}]}}", vec![one; 100].join(","))]);
    let told = demo(&["client", "list", "--json", "--gateway", &stub.url]).ends(0).json();
    assert_eq!(told["clients"].as_array().unwrap().len(), 100);
}

#[test]
fn a_new_secret_ends_the_old_one_when_it_says() {
    let answer = format!("{{\"client_id\":\"{ID}\",\"client_secret\":\"{SECRET}\"}}");
    let (ran, asked) = ask(&format!("client rotate {ID}"), 200, &answer);
    assert_eq!(ran.out, format!("client_id      {ID}\nclient_secret  {SECRET}\n"));
    assert!(ran.err.contains("note: the secret before it is worth nothing any more") && ran.err.ends_with(ELSEWHERE));
    assert_eq!(
        (asked.line.as_str(), asked.body),
        ("POST /.edgegate/admin/client/rotate HTTP/1.1", json!({"client_id": ID}))
    );

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (told, asked) = ask(&format!("client rotate {ID} --overlap 1d --json"), 200, &answer);
    assert_eq!(asked.body, json!({"client_id": ID, "overlap": 86_400}));
    let until = told.json()["old_secret_until"].as_u64().unwrap();
    assert!((now + 86_400..now + 86_460).contains(&until), "{until}");
    let ran = ask(&format!("client rotate {ID} --overlap 30d"), 200, &answer).0;
    assert!(ran.err.contains("note: the secret before it works until 20") && ran.err.contains(" UTC"), "{}", ran.err);
}

#[test]
fn an_end_says_what_follows() {
    let (ran, asked) = ask(&format!("client remove {ID}"), 200, "{\"state\":\"removed\"}");
    assert_eq!(ran.out, "removed\n");
    assert!(ran.err.starts_with("note: it gets no token any more") && ran.err.ends_with(ELSEWHERE), "{}", ran.err);
    assert_eq!(
        (asked.line.as_str(), asked.body),
        ("POST /.edgegate/admin/client/remove HTTP/1.1", json!({"client_id": ID}))
    );
    let stub = Stub::refusing(400, "bad_request");
    let ran = demo(&["client", "remove", ID, "--gateway", &stub.url]).ends(1);
    assert!(ran.err.contains("What exactly."), "{}", ran.err);
}

/// No gateway is there to be asked.
#[test]
fn what_the_gateway_need_not_be_asked() {
    for (line, says) in [
        ("add --redirect-uri https://a.example/cb", "--name is missing"),
        ("add --name S", "Say where with --redirect-uri"),
        ("add --name S --redirect-uri http://a.example/cb", "--redirect-uri: `http://a.example/cb` is http"),
        ("add --name S --redirect-uri https://a.example/ --resource https://a.example/?b", "--resource: "),
        ("add --name S --redirect-uri https://a.example/ --scope a\"b", "--scope: "),
        ("add --name S --redirect-uri https://a.example/ --subject jo", "Change --subject, or name another --kind."),
        ("add --name S --kind public --redirect-uri https://a.example/ --no-pkce", "Change --no-pkce"),
        ("add --name S --kind token-pair --dpop", "`dpop` has no meaning for a token pair"),
        ("add --name S --kind trusted", "possible values: confidential, public, token-pair"),
        ("rotate demo-public", "edgegate client new --id demo-public"),
        ("remove demo-public", "Take [clients.demo-public] out"),
        ("rotate egi_clients-1_x --overlap 31d", "--overlap is at most 30d"),
    ] {
        let args: Vec<&str> = ["client"].into_iter().chain(line.split(' ')).collect();
        let failed = demo(&[&args[..], &["--gateway", "http://127.0.0.1:1"]].concat()).ends(2);
        assert!(failed.err.contains(says) && failed.out.is_empty(), "{line}: {}", failed.err);
    }
    for verb in ["rotate", "remove"] {
        let failed = demo(&["client", verb, SECRET, "--gateway", "http://127.0.0.1:1"]).ends(2);
        assert!(failed.err.contains("begin with egi_") && !failed.err.contains(SECRET), "{}", failed.err);
    }
    let failed = edgegate(&["client", "list", "--policy", "edgegate.toml"]).ends(2);
    assert!(failed.err.contains("edgegate.toml has no [registry]"), "{}", failed.err);
}

fn ask(line: &str, status: u16, answer: &str) -> (Ran, Asked) {
    let stub = Stub::answering(status, "", answer);
    let args: Vec<&str> = line.split(' ').collect();
    let ran = demo(&[&args[..], &["--gateway", &stub.url]].concat()).ends(0);
    (ran, stub.asked())
}
