//! The scheme matrix, made of what SuperOffice's documentation says (`protocols.md` C1, C4): what each deployment takes,
//! and what can be wrong with each credential. It knows nothing of the gateway but the codes of its reasons.

use serde_json::{Map, Value, json};

/// What is sent, and what becomes of it in each deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The scheme; `none` is a session without Authorization.
    pub scheme: &'static str,
    /// `good`, `bad`, `missing` or `doubled`, and in what way.
    pub state: &'static str,
    /// Header fields, with names for what a test fills in.
    pub headers: Vec<(&'static str, String)>,
    /// `200 KIND` or `401 REASON`, for each of [`DEPLOYMENTS`].
    pub outcomes: [String; 2],
}

/// In a company's own network, and at the vendor's.
pub const DEPLOYMENTS: [&str; 2] = ["onsite", "online"];

/// What is wrong with a value that is sent under an enabled scheme.
type Cases = &'static [(&'static str, &'static str, &'static str)];

const BASIC: Cases = &[
    ("good", "{robot}", "200 basic"),
    ("bad: the password", "cm9ib3Q6d3Jvbmc=", "401 sign_in_failed"),
    ("bad: the user name", "bm9ib2R5Ong=", "401 sign_in_failed"),
    ("bad: no colon, no text", "YWrtMdo=", "401 basic_malformed"),
    ("bad: not base64", "robot:x", "401 basic_malformed"),
    ("bad: a control character", "cm9ib3Q6AA==", "401 basic_malformed"),
];
const BEARER: Cases = &[
    ("good", "{token}", "200 bearer"),
    ("bad: not one of the gateway's", "egt_seal-1_AbC", "401 token_forged"),
    ("bad: revoked", "{dead-token}", "401 token_revoked"),
    ("bad: a ticket", "{ticket}", "401 authorization_malformed"),
];
const TICKET: Cases = &[
    ("good", "{ticket}", "200 ticket"),
    ("bad: not in form", "7T:AbC=", "401 ticket_forged"),
    ("bad: not signed by the gateway", UNSIGNED, "401 ticket_forged"),
    ("bad: encoded once more", "{ticket64}", "401 ticket_forged"),
    ("bad: revoked", "{dead-ticket}", "401 ticket_revoked"),
    ("bad: a token", "{token}", "401 ticket_forged"),
];
/// A ticket in form, with zeros in it.
const UNSIGNED: &str = "7T:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const CONNECTION: Cases = &[("good", "TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==", "")];
const UNKNOWN: Cases = &[("good", "username=\"adm0\"", "")];

/// Every row.
pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    scheme(&mut rows, "Basic", BASIC, [true, false], "scheme_not_accepted");
    scheme(&mut rows, "SOTicket", TICKET, [true, true], "scheme_not_accepted");
    applications(&mut rows);
    scheme(&mut rows, "Bearer", BEARER, [true, true], "scheme_not_accepted");
    scheme(&mut rows, "Negotiate", CONNECTION, [false, false], "scheme_needs_connection");
    scheme(&mut rows, "NTLM", CONNECTION, [false, false], "scheme_needs_connection");
    scheme(&mut rows, "Digest", UNKNOWN, [false, false], "scheme_not_accepted");
    sessions(&mut rows);
    rows
}

/// As `fixtures/schemes.json` has them.
pub fn json(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let headers: Map<String, Value> =
            row.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let [onsite, online] = &row.outcomes;
        let row = json!({
            "scheme": row.scheme, "state": row.state, "headers": headers, "onsite": onsite, "online": online,
        });
        format!("  {row}")
    };
    format!("[\n{}\n]\n", rows.iter().map(line).collect::<Vec<_>>().join(",\n"))
}

/// As the document has them.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from("| scheme | what is sent | onsite | online |\n|---|---|---|---|\n");
    for row in rows {
        let shown = |outcome: &str| match outcome.split_once(' ') {
            Some(("200", _)) => "let through".to_owned(),
            Some((status, reason)) => format!("{status} `{reason}`"),
            None => outcome.to_owned(),
        };
        let [onsite, online] = &row.outcomes;
        text.push_str(&format!("| {} | {} | {} | {} |\n", row.scheme, row.state, shown(onsite), shown(online)));
    }
    text
}

/// One scheme of Authorization. `otherwise`: the reason where it is not taken.
fn scheme(rows: &mut Vec<Row>, scheme: &'static str, cases: Cases, taken: [bool; 2], otherwise: &str) {
    let app = |scheme| (scheme == "SOTicket").then(|| ("so-apptoken", "{app-token}".to_owned()));
    let mut add = |state, authorization: String, outcomes| {
        let headers = [("authorization", authorization)].into_iter().chain(app(scheme)).collect();
        rows.push(Row { scheme, state, headers, outcomes });
    };
    for (state, value, outcome) in cases {
        let outcomes = taken.map(|is_taken| if is_taken { (*outcome).to_owned() } else { format!("401 {otherwise}") });
        add(*state, format!("{scheme} {value}"), outcomes);
    }
    // A connection's schemes are known by their names alone.
    let of_connection = otherwise == "scheme_needs_connection";
    let malformed = |reason: &str| [(); 2].map(|()| format!("401 {}", if of_connection { otherwise } else { reason }));
    add("missing: nothing behind the scheme", scheme.to_owned(), malformed("authorization_malformed"));
    let value = cases[0].1;
    add("doubled", format!("{scheme} {value}, {scheme} {value}"), malformed("authorization_duplicate"));
}

/// `SO-AppToken`, which only online has to go with a ticket.
fn applications(rows: &mut Vec<Row>) {
    for (state, app, online) in [
        ("good, SO-AppToken missing", None, "401 app_token_missing"),
        ("good, SO-AppToken bad", Some("qw123f4c56770bc278017796cd16bd12"), "401 app_token_mismatch"),
        ("good, SO-AppToken doubled", Some("{app-token}, {app-token}"), "401 app_token_mismatch"),
    ] {
        let app = app.map(|app| ("so-apptoken", app.to_owned()));
        let headers = [("authorization", "SOTicket {ticket}".to_owned())].into_iter().chain(app).collect();
        rows.push(Row { scheme: "SOTicket", state, headers, outcomes: ["200 ticket".to_owned(), online.to_owned()] });
    }
}

/// No Authorization: a session and its token, on every method.
fn sessions(rows: &mut Vec<Row>) {
    let cookie = |value: &str| ("cookie", value.to_owned());
    let xsrf = |value: &str| ("x-xsrf-token", value.to_owned());
    for (state, headers, outcome) in [
        ("good", vec![cookie("{cookies}"), xsrf("{xsrf}")], "200 session"),
        ("good, without the XSRF-TOKEN cookie", vec![cookie("{session-cookie}"), xsrf("{xsrf}")], "200 session"),
        ("bad: the token", vec![cookie("{session-cookie}"), xsrf("abc1234")], "401 bound_token_mismatch"),
        (
            "bad: another session's token",
            vec![cookie("{session-cookie}"), xsrf("{other-xsrf}")],
            "401 bound_token_mismatch",
        ),
        (
            "bad: not the token of the cookie",
            vec![cookie("{session-cookie}; XSRF-TOKEN={other-xsrf}"), xsrf("{xsrf}")],
            "401 bound_token_mismatch",
        ),
        ("bad: after the log-out", vec![cookie("{dead-cookies}"), xsrf("{dead-xsrf}")], "401 session_revoked"),
        ("bad: the session", vec![cookie("{session-name}=egs_seal-1_AbC"), xsrf("{xsrf}")], "401 session_forged"),
        ("missing: the token", vec![cookie("{cookies}")], "401 bound_token_missing"),
        ("missing: the session", vec![xsrf("{xsrf}")], "401 credential_missing"),
        ("missing: both", vec![], "401 credential_missing"),
        ("doubled: the token", vec![cookie("{cookies}"), xsrf("{xsrf}, {xsrf}")], "401 bound_token_mismatch"),
        (
            "doubled: the session",
            vec![cookie("{session-cookie}; {session-cookie}"), xsrf("{xsrf}")],
            "401 session_duplicate",
        ),
    ] {
        rows.push(Row { scheme: "none", state, headers, outcomes: [outcome, outcome].map(str::to_owned) });
    }
}
