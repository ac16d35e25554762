//! The explainer says of a link what verifying it says, and never shows a signature that it was not shown.

use arbitrary::Arbitrary;
use edgegate_core::signed::link::{compute, sign, string_to_sign, Signed, Terms};
use edgegate_core::digest::{base64url, hex, md5, sha1};
use edgegate_core::explain::Explainer;

use crate::given::{NOW, house};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    path: &'a str,
    query: &'a str,
    life: u16,
    at: u16,
    cut: u8,
    put: &'a str,
    is_free: bool,
}

target!(|input: Input<'_>| {
    let (policy, secrets) = house();
    let profile = &policy.links[0];
    let key = policy.key("demo").expect("the key");
    let key = secrets.usable(false).key(key).expect("its value");
    let path = format!("/files/{}", input.path);
    let signed = Signed { method: "GET", host: "gate.example.org", path: &path, query: input.query };
    let terms = Terms { expires: NOW + u64::from(input.life), ..Terms::default() };
    let query = match sign(profile, key, signed, terms) {
        Ok(made) if !input.is_free => made,
        _ => input.query.to_owned(),
    };
    let url = format!("https://gate.example.org{path}?{query}");
    let start = usize::from(input.at) % (url.len() + 1);
    let end = (start + usize::from(input.cut)).min(url.len());
    let (Some(before), Some(after)) = (url.get(..start), url.get(end..)) else { return };
    let url = format!("{before}{}{after}", input.put);
    let told = Explainer::new(policy, secrets, NOW).explain("GET", &url);
    assert!(!told.verdict.is_empty());
    let text = serde_json::to_string(&told).expect("it is written");
    let covered = url.split_once('?').map_or("", |(_, query)| query.split("&eg_sig=").next().unwrap_or_default());
    let path = url.strip_prefix("https://gate.example.org").unwrap_or("/").split('?').next().unwrap_or_default();
    let own = Signed { path, query: covered, ..signed };
    let expected = base64url(&compute(profile, key, own));
    assert!(!text.contains(&expected) || url.contains(&expected), "{url} {} {text}", string_to_sign(profile, own));
    let digest_key = crate::given::secret("DIGEST_KEY").expect("a value");
    let parts: [&[u8]; 3] = [covered.as_bytes(), b"&signature=", digest_key.expose()];
    for expected in [hex(&md5(&parts)), hex(&sha1(&parts))] {
        assert!(!text.contains(&expected) || url.to_ascii_lowercase().contains(&expected), "{url} {text}");
    }
    assert!(!text.contains("0123456789abcdef0123456789abcdef") || url.contains("0123456789abcdef0123456789abcdef"), "{text}");
});
