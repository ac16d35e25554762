//! A proof counts once, for its request, and in no other spelling; nothing else is one.

use arbitrary::Arbitrary;
use edgegate_core::credential::dpop::{prove, Demand, Proof};
use edgegate_core::sealed::cache::Recent;
use edgegate_core::sealed::store::Context;
use edgegate_core::http::Headers;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Memory, World, finish};

use crate::given::{NOW, house};
use crate::support::oauth;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    text: &'a str,
    at: u16,
    cut: u8,
    put: &'a str,
    address: &'a str,
}

const ADDRESS: &str = "https://gate.example.org/me/";

thread_local! {
    static PROOF: String = oauth::proof("GET", ADDRESS, None, 1, NOW, "");
}

target!(|input: Input<'_>| {
    let (policy, secrets) = house();
    let recent = Recent::default();
    let ports = Memory::new(&World::at(NOW));
    let ctx = Context { ports: &ports, policy, recent: &recent, secrets: secrets.usable(false), now: NOW };
    let ask = |proof: &str, address: &str| {
        let headers = Headers::new(vec![("dpop", proof)]);
        let demand = Demand { method: "GET", address, token: None };
        finish(prove(ctx, &headers, demand)).expect("it ends")
    };
    let proof = PROOF.with(String::clone);
    assert!(ask(input.text, ADDRESS).is_err() || input.text == proof, "{}", input.text);
    assert_eq!(ports.spent.get().storage(), 0);
    if input.address != ADDRESS {
        let elsewhere = ask(&proof, input.address);
        let same = input.address.to_ascii_lowercase().replace(":443/", "/") == ADDRESS;
        assert!(matches!(elsewhere, Err(Reason::DpopMismatch)) || same, "{}", input.address);
    }
    let start = usize::from(input.at) % (proof.len() + 1);
    let end = (start + usize::from(input.cut)).min(proof.len());
    let (Some(before), Some(after)) = (proof.get(..start), proof.get(end..)) else { return };
    let changed = format!("{before}{}{after}", input.put);
    let first = ask(&changed, ADDRESS);
    assert_eq!(matches!(first, Ok(Some(_))), changed == proof, "{changed}");
    if changed == proof {
        // One proof makes one claim, which is taken once, after everything else.
        let claim = |proved: Result<Option<Proof>, Reason>| proved.ok().flatten().map(|proof| proof.claim);
        assert_eq!(claim(ask(&proof, ADDRESS)), claim(first));
    }
});
