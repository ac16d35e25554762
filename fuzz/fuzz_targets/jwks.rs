//! A token is verified by a key of its issuer's document or by none, whatever the document says.

use edgegate_core::credential::issuer::{verify, Issuers, Verdict};
use edgegate_core::sealed::cache::Recent;
use edgegate_core::sealed::store::Context;
use edgegate_core::policy::Issuer;
use edgegate_core::testing::{Memory, World, finish};
use std::sync::Arc;

use crate::given::{NOW, house};
use crate::support::oauth;

thread_local! {
    static TOKEN: (String, String) = {
        let keys = oauth::keys();
        let x = keys.split("\"x\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a coordinate").to_owned();
        (oauth::jwt(NOW, ""), x)
    };
}

target!(|input: (bool, u16, &str, &str)| {
    let (is_real, at, put, text) = input;
    let (policy, secrets) = house();
    let recent = Recent::default();
    let ports = Memory::new(&World::at(NOW));
    let ctx = Context { ports: &ports, policy, recent: &recent, secrets: secrets.usable(false), now: NOW };
    let keys = oauth::keys();
    let document = match is_real {
        true => {
            let at = usize::from(at) % (keys.len() + 1);
            format!("{}{put}{}", &keys[..at], &keys[at..])
        }
        false => put.to_owned(),
    };
    ports.documents.borrow_mut().insert("/keys".to_owned(), (200, document.clone()));
    let issuers: Vec<&Arc<Issuer>> = policy.issuers.iter().filter(|issuer| issuer.secret().is_none()).collect();
    let (token, x) = TOKEN.with(Clone::clone);
    let ask = |token: &str| finish(verify(ctx, &Issuers::default(), &issuers, token)).expect("it ends");
    if let Ok(Verdict::Told(told)) = ask(&token) {
        assert!(document.contains(&x), "{document}");
        assert!(told.until > NOW);
    }
    let forged = ask(text);
    assert!(text == token || !matches!(forged, Ok(Verdict::Told(_))), "{text}");
});
