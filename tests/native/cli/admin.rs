//! `edgegate nonce`, `ticket`, `token` and `session`, against a gateway that says what the test wants.

use std::net::TcpListener;

use super::run::{Ran, demo, edgegate, root, scratch, with_environment, with_input};
use super::stub::Stub;

const TOKEN: &str = "egt_seal-1_AGkhAAAAaSEPEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const TICKET: &str = "7T:AGkhAAAAaSEPEPv//sjJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u8=";
const SESSION: &str = "egs_seal-1_AGkhAAAAaSEPEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn a_nonce_is_an_address() {
    let url = "http://127.0.0.1:8787/account/profile?NONCE_TOKEN=egn_seal-1_x";
    let answer = format!("{{\"nonce\":\"egn_seal-1_x\",\"url\":\"{url}\",\"expires_in\":120}}");
    let run = |more: &[&str]| {
        let stub = Stub::answering(201, "", &answer);
        let args = ["nonce", "1001002", "--route", "account", "--gateway", &stub.url];
        let ran = demo(&[&args, more].concat()).ends(0);
        (ran, stub.asked())
    };
    let (ran, asked) = run(&["--path", "/account/profile", "--lifetime", "2m"]);
    assert_eq!((ran.out, ran.err), (format!("{url}\n"), "note: it works once, within 2m\n".to_owned()));
    assert_eq!(asked.line, "POST /.edgegate/admin/nonce HTTP/1.1");
    assert!(
        asked
            .headers
            .iter()
            .any(|line| line.eq_ignore_ascii_case("authorization: bearer demo-admin-key-0123456789abcdef"))
    );
    let body =
        serde_json::json!({"subject": "1001002", "route": "account", "path": "/account/profile", "lifetime": 120});
    assert_eq!(asked.body, body);
    let (ran, asked) = run(&["--json"]);
    assert_eq!(ran.json()["url"], url);
    assert_eq!(asked.body, serde_json::json!({"subject": "1001002", "route": "account"}));
}

#[test]
fn a_token_is_a_header() {
    let answer =
        format!("{{\"access_token\":\"{TOKEN}\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"scope\":\"a b\"}}");
    let run = |more: &[&str]| {
        let stub = Stub::answering(201, "", &answer);
        let args = ["token", "mint", "jo", "--client", "c", "--scope", "a b", "--gateway", &stub.url];
        let ran = demo(&[&args, more].concat()).ends(0);
        (ran, stub.asked())
    };
    let (ran, asked) = run(&[]);
    assert_eq!(ran.out, format!("Authorization: Bearer {TOKEN}\n"));
    assert_eq!(asked.line, "POST /.edgegate/admin/token HTTP/1.1");
    assert_eq!(asked.body, serde_json::json!({"subject": "jo", "client": "c", "scope": "a b"}));
    let json = run(&["--json"]).0.json();
    assert_eq!(
        (&json["access_token"], json["header"].as_str().unwrap()),
        (&TOKEN.into(), &*format!("Authorization: Bearer {TOKEN}"))
    );
}

#[test]
fn a_ticket_is_a_header() {
    let answer = format!("{{\"ticket\":\"{TICKET}\",\"authorization\":\"SOTicket {TICKET}\",\"expires_in\":21600}}");
    let run = |args: &[&str]| {
        let stub = Stub::answering(201, "", &answer);
        let ran = demo(&[&["ticket", "1001002", "--gateway", &stub.url], args].concat()).ends(0);
        (ran, stub.asked())
    };
    let (ran, asked) = run(&[]);
    assert_eq!(ran.out, format!("Authorization: SOTicket {TICKET}\n"));
    assert_eq!(
        ran.err, "note: it lives for 6h\nnote: routes that accept `app-ticket` want SO-AppToken beside it\n",
        "the demo's policy has an app token"
    );
    assert_eq!(asked.line, "POST /.edgegate/admin/ticket HTTP/1.1");
    assert_eq!(asked.body, serde_json::json!({"subject": "1001002"}));
    assert_eq!(run(&["--lifetime", "10m"]).1.body, serde_json::json!({"subject": "1001002", "lifetime": 600}));
    let json = run(&["--json"]).0.json();
    assert_eq!(
        (&json["ticket"], json["header"].as_str().unwrap()),
        (&TICKET.into(), &*format!("Authorization: SOTicket {TICKET}"))
    );

    let policy = without("no-app-tokens", "app_tokens = [\"SUPEROFFICE_APP_TOKEN\"]\n", &["superoffice-online"]);
    let stub = Stub::answering(201, "", &answer);
    let args = ["ticket", "1001002", "--gateway", &stub.url, "-p", &policy, "-s", "demo/.dev.vars"];
    assert_eq!(edgegate(&args).ends(0).err, "note: it lives for 6h\n");
}

#[test]
fn a_token_can_be_made_for_a_route() {
    let answer = format!("{{\"access_token\":\"8A:Cust12345.{TOKEN}\",\"token_type\":\"Bearer\",\"expires_in\":3600}}");
    let stub = Stub::answering(201, "", &answer);
    let ran = demo(&["token", "mint", "jo", "--route", "cust12345", "--gateway", &stub.url]).ends(0);
    assert_eq!(ran.out, format!("Authorization: Bearer 8A:Cust12345.{TOKEN}\n"));
    assert_eq!(stub.asked().body["route"], "cust12345");
    // `show` and `revoke` take it as it is sent; the gateway is asked about what stands behind the prefix.
    let stub = Stub::answering(200, "", "{\"state\":\"revoked\"}");
    held(&["token", "revoke"], &stub, &ran.out).ends(0);
    assert_eq!(stub.asked().body["token"], TOKEN);
}

#[test]
fn a_ticket_stands_for_its_session() {
    for input in [
        TICKET.to_owned(),
        format!("Authorization: SOTicket {TICKET}\r\n"),
        format!("{{\"ticket\":\"{TICKET}\",\"expires_in\":21600}}"),
    ] {
        let stub = Stub::answering(200, "", "{\"state\":\"revoked\"}");
        let ran = held(&["session", "revoke"], &stub, &input).ends(0);
        assert_eq!(ran.out, "revoked\n");
        let asked = stub.asked();
        assert_eq!(
            (asked.line.as_str(), asked.body),
            ("POST /.edgegate/admin/session/revoke HTTP/1.1", serde_json::json!({"session": TICKET}))
        );
    }
    // What stands there as a session is taken first.
    let stub = Stub::answering(200, "", "{\"state\":\"revoked\"}");
    held(&["session", "revoke"], &stub, &format!("{TICKET} {SESSION}")).ends(0);
    assert_eq!(stub.asked().body["session"], SESSION);
    for wrong in [TICKET.replace("7T:", "7A:"), format!("{TICKET}A"), TICKET.to_lowercase(), "7T:A".to_owned()] {
        let failed = nowhere(&["session", "revoke"], &wrong).ends(2);
        assert!(failed.err.contains("egs_") && !failed.err.contains(&wrong), "{}", failed.err);
    }
    let failed = nowhere(&["token", "revoke"], TICKET).ends(2);
    assert!(failed.err.contains("there is no egt_..."), "{}", failed.err);
}

#[test]
fn a_token_is_read_with_whatever_stands_around_it() {
    let live = "{\"state\":\"live\",\"subject\":\"jo\",\"client\":\"\",\"scope\":\"a\",\"key_id\":\"seal-1\",\"issued\":1795305600,\"expires\":1795309200}";
    for input in
        [TOKEN.to_owned(), format!("Authorization: Bearer {TOKEN}\r\n"), format!("{{\"access_token\":\"{TOKEN}\"}}")]
    {
        let stub = Stub::answering(200, "", live);
        let ran = held(&["token", "show"], &stub, &input).ends(0);
        assert_eq!(
            ran.out,
            "state    live\nsubject  jo\nscope    a\nkey_id   seal-1\nissued   2026-11-22 00:00:00 UTC\nexpires  2026-11-22 01:00:00 UTC\n"
        );
        let asked = stub.asked();
        assert_eq!(
            (asked.line.as_str(), &asked.body["token"]),
            ("POST /.edgegate/admin/token/show HTTP/1.1", &TOKEN.into())
        );
    }
    for state in ["expired", "revoked", "unknown", "forged"] {
        let stub = Stub::answering(200, "", &format!("{{\"state\":\"{state}\"}}"));
        assert_eq!(held(&["token", "show", "--json"], &stub, TOKEN).ends(1).json()["state"], state);
    }
    let file = scratch("token").join("token.txt");
    std::fs::write(&file, TOKEN).unwrap();
    let stub = Stub::answering(200, "", "{\"state\":\"revoked\"}");
    let ran = held(&["token", "revoke", "--file", file.to_str().unwrap()], &stub, "").ends(0);
    assert_eq!(ran.out, "revoked\n");
    assert_eq!(stub.asked().line, "POST /.edgegate/admin/token/revoke HTTP/1.1");

    let stub = Stub::answering(200, "", "{\"state\":\"revoked\"}");
    held(&["session", "revoke"], &stub, &format!("Cookie: a=b; __Host-edgegate={SESSION}; c=d")).ends(0);
    assert_eq!(stub.asked().body, serde_json::json!({"session": SESSION}));
}

#[test]
fn a_no_says_what_it_means_and_what_to_do() {
    for (status, code, exit, says) in [
        (400, "bad_request", 1, "What exactly."),
        (401, "credential_invalid", 1, "npx wrangler secret put EDGEGATE_ADMIN_KEY"),
        (403, "forbidden", 1, "`allow` in [admin]"),
        (404, "not_found", 1, "lacks [admin]"),
        (429, "too_many_requests", 1, "Wait a minute"),
        (500, "internal", 3, "npx wrangler tail"),
        (503, "unavailable", 3, "EDGEGATE_ADMIN_KEY may be one"),
    ] {
        let mint =
            |stub: &Stub, more: &[&str]| demo(&[&["token", "mint", "jo", "--gateway", &stub.url], more].concat());
        let ran = mint(&Stub::refusing(status, code), &[]).ends(exit);
        assert!(ran.err.contains(says) && ran.err.contains("request r-1") && ran.out.is_empty(), "{}", ran.err);
        let error = mint(&Stub::refusing(status, code), &["--json"]).ends(exit).json()["error"].clone();
        let told = (error["status"].as_u64(), error["code"].as_str(), error["request_id"].as_str());
        assert_eq!(told, (Some(u64::from(status)), Some(code), Some("r-1")));
    }
    for (status, headers, body) in [
        (200, "", "<html>"),
        (404, "", "nothing here"),
        (302, "location: http://127.0.0.1:1/\r\n", ""),
        (201, "", "{}"),
    ] {
        let stub = Stub::answering(status, headers, body);
        demo(&["token", "mint", "jo", "--gateway", &stub.url]).ends(3);
    }
}

#[test]
fn the_admin_key_goes_nowhere_else() {
    let ran = demo(&["token", "mint", "jo", "--gateway", "http://127.0.0.1:1"]).ends(3);
    assert!(
        ran.err.contains("no gateway answers at http://127.0.0.1:1") && ran.err.contains("npm start"),
        "{}",
        ran.err
    );
    let ran = demo(&["token", "mint", "jo", "--gateway", "http://gate.example.org"]).ends(2);
    assert!(ran.err.contains("in the clear"), "{}", ran.err);
    let ran = demo(&["token", "mint", "jo", "--gateway", "https://gate.example.org"]).ends(2);
    assert!(ran.err.contains("published demo value"), "{}", ran.err);
}

#[test]
fn no_proxy_is_asked_for_the_way_to_this_machine() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    // Nobody listens there; what matters is who is asked for the way.
    for gateway in ["http://127.0.0.1:9", "https://127.0.0.1:9", "https://localhost:9"] {
        let args = ["nonce", "jo", "--route", "account", "--policy", "demo/edgegate.toml", "--gateway", gateway];
        let ran =
            with_environment(&args, &["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, address.as_str())));
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains("the connection is refused"), "{}", ran.err);
        assert!(proxy.accept().is_err(), "{gateway}");
    }
}

#[test]
fn a_key_that_no_header_field_carries_is_said_before_the_call() {
    let secrets = scratch("odd-key").join("vars");
    std::fs::write(&secrets, "EDGEGATE_ADMIN_KEY='schl\u{fc}ssel with more than 16 bytes'\n").unwrap();
    let args = ["token", "mint", "jo", "-p", "edgegate.toml", "-s", secrets.to_str().unwrap()];
    let ran = edgegate(&[&args[..], &["--gateway", "http://127.0.0.1:1"]].concat()).ends(2);
    assert!(ran.err.contains("EDGEGATE_ADMIN_KEY in") && ran.err.contains("no header field carries"), "{}", ran.err);
}

#[test]
fn what_the_gateway_need_not_be_asked() {
    for (args, says) in [
        (&["nonce", "1001002", "--route", "files"][..], "those that do: account"),
        (&["nonce", "jo doe", "--route", "account"], "without a space"),
        (&["nonce", "1001002", "--route", "account", "--lifetime", "5s"], "at least 60s"),
        (&["ticket", "jo doe"], "without a space"),
        (&["ticket", "jo", "--lifetime", "5s"], "at least 60s"),
        (&["token", "mint", "jo", "--scope", "a  b"], "--scope"),
        (&["token", "mint", "jo", "--client", "a b"], "--client"),
        (&["token", "show"], "there is no egt_... in what was read"),
        (&["token", "show", "--secrets", "-"], "cannot be both"),
        (&["token", "show", "--file", "nowhere.txt"], "nowhere.txt"),
        (&["token", "mint", "jo", "--gateway", "http://127.0.0.1/x?y"], "--gateway"),
    ] {
        let failed = demo(args).ends(2);
        assert!(failed.err.contains(says) && failed.out.is_empty(), "{args:?}: {}", failed.err);
    }
    for command in [["token", "show"], ["token", "revoke"], ["session", "revoke"]] {
        let failed = demo(&[&command[..], &[TOKEN]].concat()).ends(2);
        assert!(failed.err.contains("never from the command line") && !failed.err.contains(TOKEN), "{}", failed.err);
    }
    let failed = demo(&["session", "revoke", TICKET]).ends(2);
    assert!(failed.err.contains("never from the command line") && !failed.err.contains(TICKET), "{}", failed.err);
    let policy = scratch("no-admin").join("edgegate.toml");
    let text = std::fs::read_to_string(root().join("demo/edgegate.toml")).unwrap();
    let (before, rest) = text.split_once("[admin]").unwrap();
    let (_, after) = rest.split_once("# --- routes").unwrap();
    std::fs::write(&policy, format!("{before}# {after}")).unwrap();
    let ran = edgegate(&["token", "mint", "jo", "-p", policy.to_str().unwrap(), "-s", "demo/.dev.vars"]).ends(2);
    assert!(ran.err.contains("names no admin key"), "{}", ran.err);
}

fn held(args: &[&str], stub: &Stub, input: &str) -> Ran {
    with_input(&[args, &["--policy", "demo/edgegate.toml", "--gateway", &stub.url]].concat(), input)
}

/// What ends before a gateway is asked.
fn nowhere(args: &[&str], input: &str) -> Ran {
    with_input(&[args, &["--policy", "demo/edgegate.toml", "--gateway", "http://127.0.0.1:1"]].concat(), input)
}

/// The demo's policy without a text, and with other words for some that need it.
fn without(name: &str, text: &str, presets: &[&str]) -> String {
    let policy = scratch(name).join("edgegate.toml");
    let mut changed = std::fs::read_to_string(root().join("demo/edgegate.toml")).unwrap();
    assert!(changed.contains(text));
    changed = changed.replace(text, "");
    for preset in presets {
        changed = changed.replace(preset, "bearer");
    }
    std::fs::write(&policy, changed).unwrap();
    policy.to_str().unwrap().to_owned()
}
