//! What clients are told: what is wrong with a request, and what becomes of a token.

use serde_json::{Value, json};

use super::flow::*;
use crate::support::Request;
use crate::support::story::Story;

#[test]
fn a_refused_client_reads_what_is_wrong() {
    let site = site("10s");
    let stranger = Request::new("POST", "/oauth/token").form("grant_type=refresh_token&client_id=shop&client_secret=x");
    let invalid = "The code or refresh token is not valid for this client and this request.";
    for (request, error, description) in [
        (post("token", "shop", "a=1"), "invalid_request", "grant_type must be authorization_code or refresh_token."),
        (post("token", "shop", "grant_type=authorization_code"), "invalid_request", "code is missing."),
        (post("token", "shop", "grant_type=refresh_token"), "invalid_request", "refresh_token is missing."),
        (stranger, "invalid_client", "The client or its secret is not known."),
        (redeem("x"), "invalid_grant", invalid),
        (refresh("x"), "invalid_grant", invalid),
    ] {
        let told = json(&site.ask(&request));
        assert_eq!((&told["error"], &told["error_description"]), (&json!(error), &json!(description)));
    }
}

/// RFC 7662: a client learns of its own tokens, a resource server of access tokens, and nobody else of any.
#[test]
fn a_token_is_nothing_to_who_may_not_know_of_it() {
    let mut story = Story::new();
    story.step("grant shop");
    for (client, token, is_told) in [
        ("shop", "access", true),
        ("shop", "refresh", true),
        ("auditor", "access", true),
        ("auditor", "refresh", false),
        ("till", "access", false),
        ("till", "refresh", false),
    ] {
        let form = story.fill(&format!("token={{{token}}}&{{{client}}}"));
        let told: Value = json(&story.site.ask(&Request::new("POST", "/oauth/introspect").form(&form)));
        match is_told {
            true => {
                assert_eq!((&told["active"], &told["client_id"]), (&json!(true), &json!("shop")), "{client} {token}")
            }
            false => assert_eq!(told, json!({"active": false}), "{client} {token}"),
        }
    }
}
