//! A link verifies exactly as it was signed, with ignored parameters at the end, and in no other form.

use arbitrary::Arbitrary;
use edgegate_core::signed::link::{parse, sign, verify, Arrival, Signed, Terms};
use edgegate_core::http::Target;
use crate::given::{NOW, house};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    path: &'a str,
    query: &'a str,
    life: u16,
    /// Replaces the signed query from this place on, up to `cut` bytes.
    at: u16,
    cut: u8,
    put: &'a str,
}

target!(|input: Input<'_>| {
    let (policy, secrets) = house();
    let profile = &policy.links[0];
    let signed = Signed { method: "GET", host: "gate.example", path: input.path, query: input.query };
    let arrival = Arrival { client: None, now: NOW };
    let check = |query: &str| verify(profile, secrets.usable(false), Signed { query, ..signed }, arrival);

    // Whoever does not hold the key gets nothing accepted.
    assert!(!matches!(check(input.query), Ok(Some(_))), "forged: {}", input.query);

    let key = policy.key("demo").expect("the key");
    let key = secrets.usable(false).key(key).expect("its value");
    let terms = Terms { expires: NOW + 1 + u64::from(input.life), ..Terms::default() };
    let Ok(made) = sign(profile, key, signed, terms) else { return };
    let url = format!("https://gate.example/?{made}");
    if Target::read(&url, 1 << 20).is_err() {
        return; // the gate refuses such a query before it looks for a link
    }
    // A query that reads as one of the link's own parameters in some spelling cannot be verified; all else can.
    let Ok(Some(verified)) = check(&made) else {
        assert!(parse(profile, &made).is_err(), "signed and refused: {made}");
        return;
    };
    assert!(verified.until > NOW);

    let start = usize::from(input.at) % (made.len() + 1);
    let end = (start + usize::from(input.cut)).min(made.len());
    let (Some(before), Some(after)) = (made.get(..start), made.get(end..)) else { return };
    let changed = format!("{before}{}{after}", input.put);
    if changed == made {
        return;
    }
    if let Ok(Some(_)) = check(&changed) {
        let rest = changed.strip_prefix(&made).expect("only what follows the signature may differ");
        let names: Vec<&str> = rest.split('&').skip(1).map(|p| p.split('=').next().unwrap_or_default()).collect();
        assert!(names.iter().all(|name| name.starts_with("utm_") || *name == "fbclid"), "{changed} from {made}");
    }
});
