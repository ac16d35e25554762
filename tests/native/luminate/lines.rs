//! Whom the log names: as far as a caller was known, on answers and on refusals.

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;

use crate::support::Request;
use crate::support::luminate::{JO, SAM, client, login, nonce};
use crate::support::story::Story;

/// Kind and subject of the line, and whether it has the key.
fn named(handled: &Handled) -> (&'static str, Option<&str>, bool) {
    let identity = handled.identity.as_ref();
    let subject = identity.and_then(|identity| identity.subject.as_deref());
    (identity.map_or("", |identity| identity.kind), subject, identity.is_some_and(|identity| identity.key_id.is_some()))
}

#[test]
fn a_log_out_names_who_logged_out() {
    let story = Story::new();
    let jo = login(&story.site, JO);
    let handled = story.site.ask(&client("logout", &jo.field()));
    assert_eq!((handled.refused, named(&handled)), (None, ("session", Some(JO), true)));
}

#[test]
fn a_nonce_that_was_used_is_named_by_its_key() {
    let story = Story::new();
    let jo = login(&story.site, JO);
    let nonce = nonce(&story.site, &jo);
    let url = format!("https://gate.example.org/site/EstablishSession?NONCE_TOKEN={nonce}&NEXTURL=/");
    let first = story.site.ask(&Request::get(&url));
    assert_eq!((first.refused, named(&first)), (None, ("nonce", Some(JO), true)));
    let second = story.site.ask(&Request::get(&url));
    assert_eq!((second.refused, named(&second)), (Some(Reason::NonceReplayed), ("nonce", None, true)));
}

#[test]
fn two_peoples_sessions_are_told_with_one_of_them() {
    let story = Story::new();
    let (jo, sam) = (login(&story.site, JO), login(&story.site, SAM));
    let both = client("listUserFields", &sam.field()).with("cookie", &format!("JSESSIONID={}", jo.jsessionid));
    let handled = story.site.ask(&both);
    assert_eq!(handled.refused, Some(Reason::SessionConflict));
    let (kind, subject, has_key) = named(&handled);
    assert!(kind == "session" && has_key && matches!(subject, Some(JO | SAM)), "{:?}", handled.identity);
}
