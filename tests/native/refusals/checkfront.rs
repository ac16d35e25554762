//! What clients of Checkfront's API are told of a refusal (`docs/protocols.md` B1).

use serde_json::json;

use crate::support::answer;
use crate::support::story::Story;

#[test]
fn status_error_text_and_challenge() {
    let mut story = Story::new();
    ["token", "grant shop"].iter().for_each(|step| story.step(step));
    let no_access = "You do not have access to this resource.";
    let basic = || "Basic realm=\"edgegate\"".to_owned();
    let bearer =
        |error: &str, text: &str| format!("Bearer realm=\"edgegate\", error=\"{error}\", error_description=\"{text}\"");
    for (authorization, more, status, error, text, is_pair) in [
        ("", "", 400, "invalid_request", "The access token was not found.", false),
        ("Basic !", "", 400, "invalid_request", "Malformed auth header.", false),
        ("Bearer x", "", 401, "invalid_grant", "The access token provided is invalid.", false),
        ("Basic bm9ib2R5Ong=", "", 401, "access_denied", no_access, true),
        ("{shop-basic}", "", 403, "access_denied", no_access, false),
        ("{kiosk-basic}", "jo", 403, "access_denied", no_access, false),
        ("Bearer {access}", "jo", 403, "access_denied", no_access, false),
    ] {
        let mut request = story.request("GET /api/");
        for (name, value) in [("authorization", authorization), ("x-on-behalf", more)] {
            request = if value.is_empty() { request } else { request.with(name, &story.fill(value)) };
        }
        let handled = story.site.ask(&request);
        let answer = answer(&handled);
        let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let expected = json!({"error": error, "error_description": text});
        assert_eq!((answer.status, told), (status, expected), "{authorization}");
        let challenge = if is_pair { basic() } else { bearer(error, text) };
        let challenges = answer.headers.iter().filter(|(name, _)| *name == "www-authenticate");
        assert_eq!(challenges.map(|(_, value)| value).collect::<Vec<_>>(), [&challenge], "{authorization}");
    }
}
