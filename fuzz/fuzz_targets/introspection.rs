//! Whatever an issuer answers, a token counts only where it was said to be active, in time, and about a person.

use edgegate_core::credential::issuer::introspection::ask;
use edgegate_core::sealed::cache::Recent;
use edgegate_core::sealed::record::is_name;
use edgegate_core::sealed::store::Context;
use edgegate_core::testing::{Memory, World, finish};
use serde_json::Value;

use crate::given::{NOW, house};

target!(|input: (u16, &str)| {
    let (policy, secrets) = house();
    let recent = Recent::default();
    let ports = Memory::new(&World::at(NOW));
    let ctx = Context { ports: &ports, policy, recent: &recent, secrets: secrets.usable(false), now: NOW };
    let status = if input.0 % 4 > 0 { 200 } else { input.0 };
    ports.check.replace((status, input.1.to_owned()));
    let issuer = policy.issuers.iter().find(|issuer| issuer.secret().is_some()).expect("one that is asked");
    let Ok(told) = finish(ask(ctx, issuer, "token")).expect("it ends") else { return };
    let said: Value = serde_json::from_str(input.1).expect("JSON");
    assert_eq!((status, &said["active"]), (200, &Value::Bool(true)));
    assert!(told.until > NOW && told.until <= NOW + issuer.cache);
    assert!(said["exp"].is_null() || said["exp"].as_f64().is_some_and(|exp| exp >= (NOW + 1) as f64), "{said}");
    assert!(told.identity.subject.as_deref().is_some_and(is_name));
    assert!(told.identity.scope.iter().all(|scope| !scope.contains([' ', '"', '\\'])));
});
