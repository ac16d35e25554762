//! What was minted opens as its own kind only; nothing that was changed opens at all.

use arbitrary::Arbitrary;
use edgegate_core::sealed::seal::{open, seal, Kind, Terms};
use edgegate_core::ports::Entropy;
use edgegate_core::refusal::Reason;
use crate::given::house;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    text: &'a str,
    kind: u8,
    issued: u32,
    expires: u32,
    audience: &'a str,
    random: [u8; 16],
    at: u8,
    cut: u8,
    put: &'a str,
}

struct Given([u8; 16]);

impl Entropy for Given {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        bytes.iter_mut().zip(self.0).for_each(|(to, from)| *to = from);
        Ok(())
    }
}

const KINDS: [Kind; 6] = [Kind::Token, Kind::Session, Kind::Nonce, Kind::SignOn, Kind::Ticket, Kind::BrokerState];

target!(|input: Input<'_>| {
    let (policy, secrets) = house();
    let keys = &policy.bearer.as_ref().expect("bearer").keys;
    let kind = KINDS[usize::from(input.kind) % KINDS.len()];
    // No seed of the corpus may be authentic under these keys.
    assert_eq!(open(kind, keys, secrets.usable(false), input.text), Ok(None), "forged");

    let key = secrets.usable(false).key(&keys[0]).expect("its value");
    let (issued, expires) = (u64::from(input.issued), u64::from(input.expires));
    let terms = Terms { kind, issued, expires, audience: input.audience, payload: &[] };
    let sealed = seal(&terms, key, &Given(input.random)).expect("minted");
    let text = sealed.text();
    let text = core::str::from_utf8(text.expose()).expect("ASCII");
    for other in KINDS {
        let opened = open(other, keys, secrets.usable(false), text).expect("the key is there");
        assert_eq!(opened.as_ref(), (other == kind).then_some(&sealed));
    }
    assert!(sealed.is_for(input.audience) && (sealed.issued, sealed.expires) == (issued, expires));

    let start = usize::from(input.at) % (text.len() + 1);
    let end = (start + usize::from(input.cut)).min(text.len());
    let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else { return };
    let changed = format!("{before}{}{after}", input.put);
    assert!(changed == text || open(kind, keys, secrets.usable(false), &changed) == Ok(None), "{changed} from {text}");
});
