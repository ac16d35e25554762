//! A signed redirect verifies exactly as it was signed; only the case of its digits may differ.

use arbitrary::Arbitrary;
use edgegate_core::signed::redirect::{parse, sign, verify};
use edgegate_core::policy::SignedRedirect;
use crate::given::{NOW, house, secret};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    query: &'a str,
    at: u16,
    cut: u8,
    put: &'a str,
}

target!(|input: Input<'_>| {
    let (policy, secrets) = house();
    let profile = SignedRedirect { subject: None, ..(*policy.signed_redirects[0]).clone() };
    let check = |query: &str| verify(&profile, secrets.usable(false), query, NOW);
    assert!(!matches!(check(input.query), Ok(Some(_))), "forged: {}", input.query);

    let Ok(made) = sign(&profile, &secret("DIGEST_KEY").expect("a value"), input.query, NOW) else { return };
    let Ok(Some(_)) = check(&made) else {
        assert!(parse(&profile, &made).is_err(), "signed and refused: {made}");
        return;
    };
    let start = usize::from(input.at) % (made.len() + 1);
    let end = (start + usize::from(input.cut)).min(made.len());
    let (Some(before), Some(after)) = (made.get(..start), made.get(end..)) else { return };
    let changed = format!("{before}{}{after}", input.put);
    if let Ok(Some(_)) = check(&changed) {
        let (text, digits) = changed.rsplit_once('=').expect("a signature");
        assert_eq!(made.rsplit_once('='), Some((text, digits.to_ascii_lowercase().as_str())), "{changed} from {made}");
    }
});
