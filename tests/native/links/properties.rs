//! The generic link: what is signed verifies, and nothing that was changed does.

use core::net::IpAddr;
use std::sync::{Arc, LazyLock};

use edgegate_core::http::Target;
use edgegate_core::policy::{Link, Network, Policy};
use edgegate_core::refusal::Reason;
use edgegate_core::secrets::Secrets;
use edgegate_core::signed::link::{self, Arrival, Signed, Terms, Verified};
use proptest::prelude::*;

use crate::support::{self, NOW};

struct House {
    policy: Policy,
    secrets: Secrets,
    profile: Arc<Link>,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let policy = support::policy(support::POLICY);
    let secrets = support::secrets(&policy);
    let profile = policy.links[0].clone();
    House { policy, secrets, profile }
});

/// A link as it travels.
#[derive(Debug, Clone)]
struct Sent {
    method: String,
    url: String,
    client: Option<IpAddr>,
}

fn sign(method: &str, host: &str, path: &str, query: &str, key: &str, terms: Terms<'_>) -> Sent {
    let key = HOUSE.policy.key(key).unwrap();
    let key = HOUSE.secrets.usable(false).key(key).unwrap();
    let signed = Signed { method, host, path, query };
    let query = link::sign(&HOUSE.profile, key, signed, terms).unwrap();
    Sent { method: method.to_owned(), url: format!("https://{host}{path}?{query}"), client: None }
}

/// As the gate verifies it: the URL is checked first.
fn verify(sent: &Sent, now: u64) -> Result<Option<Verified>, Reason> {
    let target = Target::read(&sent.url, 8192)?;
    let query = target.query.unwrap_or_default();
    let signed = Signed { method: &sent.method, host: &target.host, path: target.path, query };
    link::verify(&HOUSE.profile, HOUSE.secrets.usable(false), signed, Arrival { client: sent.client, now })
}

fn holds(sent: &Sent) -> bool {
    matches!(verify(sent, NOW), Ok(Some(_)))
}

prop_compose! {
    fn any_link()(
        method in prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "DELETE"]),
        host in "[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\\.[a-z]{2,5})?(:8[0-9]{3})?",
        path in "(/[a-z0-9!$'*+,:@~_-]{1,6}|/%20x|/%C3%A9|/a;b=c){1,4}/?",
        query in "([a-d]{1,3}(=([a-zA-Z0-9%+./?:@!^`{|}\\\\]|%27|%zz){0,8})?(&|&&|;)){0,4}(z=1)?",
        key in prop::sample::select(vec!["demo", "old"]),
        life in 3..600_000_u64,
        age in prop::option::of(0..600_000_u64),
        is_bound in any::<bool>(),
    ) -> Sent {
        let network = is_bound.then(|| Network::parse("192.0.2.0/24").unwrap());
        let terms = Terms { expires: NOW + life, not_before: age.map(|age| NOW - age), network, ..Terms::default() };
        Sent { client: Some("192.0.2.7".parse().unwrap()), ..sign(method, &host, &path, &query, key, terms) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_signed_verifies(sent in any_link()) {
        let verified = verify(&sent, NOW).unwrap().unwrap();
        prop_assert!(verified.until > NOW);
        let other = match sent.method.as_str() { "GET" => "HEAD", "HEAD" => "GET", other => other };
        let twin = Sent { method: other.to_owned(), ..sent };
        prop_assert_eq!(verify(&twin, NOW), Ok(Some(verified)));
    }

    #[test]
    fn a_changed_byte_is_refused(sent in any_link(), place in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let mut bytes = sent.url.clone().into_bytes();
        let at = place.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let changed = Sent { url: String::from_utf8(bytes).unwrap(), ..sent.clone() };
        let same = |url: &str| Target::read(url, 8192).map(|target| (target.host.into_owned(), target.path.to_owned(), target.query.map(str::to_owned)));
        // `http` for `https` and a host in another case say the same.
        prop_assume!(same(&changed.url).is_err() || same(&changed.url) != same(&sent.url));
        prop_assert!(!holds(&changed), "{} from {}", changed.url, sent.url);
    }

    #[test]
    fn a_byte_more_or_less_is_refused(sent in any_link(), place in any::<prop::sample::Index>(), byte in 0x21_u8..0x7f) {
        let start = sent.url.find("://").unwrap() + 3;
        let at = start + place.index(sent.url.len() - start);
        let mut longer = sent.url.clone();
        longer.insert(at, char::from(byte));
        let mut shorter = sent.url.clone();
        shorter.remove(at);
        for url in [longer, shorter] {
            let changed = Sent { url, ..sent.clone() };
            prop_assert!(!holds(&changed), "{} from {}", changed.url, sent.url);
        }
    }

    #[test]
    fn another_method_is_refused(sent in any_link(), method in "[A-Z]{1,7}|get|Get") {
        let read = |method: &str| if method == "HEAD" { "GET".to_owned() } else { method.to_owned() };
        prop_assume!(read(&method) != read(&sent.method));
        let changed = Sent { method, ..sent };
        prop_assert!(!holds(&changed));
    }

    #[test]
    fn parameters_moved_doubled_or_added_are_refused(sent in any_link(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), extra in "[a-e]{1,3}=[a-z]{0,3}|eg_kid=old|eg_exp=1999999999|EG_KID=old|eg%5fkid=old|eg_nbf=1|eg_new=1|") {
        let (start, query) = sent.url.split_once('?').unwrap();
        let pieces: Vec<&str> = query.split('&').collect();
        let (from, to) = (from.index(pieces.len()), to.index(pieces.len()));
        let mut swapped = pieces.clone();
        swapped.swap(from, to);
        let mut doubled = pieces.clone();
        doubled.insert(to, pieces[from]);
        let mut added = pieces.clone();
        added.insert(to, &extra);
        let mut appended = pieces.clone();
        appended.push(&extra);
        for changed in [swapped, doubled, added, appended] {
            prop_assume!(changed != pieces);
            let url = format!("{start}?{}", changed.join("&"));
            let changed = Sent { url, ..sent.clone() };
            prop_assert!(!holds(&changed), "{} from {}", changed.url, sent.url);
        }
    }

    #[test]
    fn ignored_parameters_may_follow(sent in any_link(), extra in prop::collection::vec("utm_[a-z]{1,6}=[a-zA-Z0-9%._]{0,6}|fbclid(=[a-z0-9]{0,6})?", 0..4)) {
        let url = [sent.url.clone()].into_iter().chain(extra.clone()).collect::<Vec<_>>().join("&");
        let followed = Sent { url, ..sent.clone() };
        prop_assert_eq!(verify(&followed, NOW), verify(&sent, NOW));
        // Before the signature they are signed, and must not be repeated after it.
        for extra in extra {
            let url = sent.url.replacen("?", &format!("?{extra}&"), 1);
            let changed = Sent { url, ..sent.clone() };
            prop_assert!(!holds(&changed));
        }
    }

    #[test]
    fn an_ignored_parameter_never_repeats_a_signed_name(name in "utm_[a-z]{1,3}", spelling in 0..4_usize) {
        let terms = Terms { expires: NOW + 60, ..Terms::default() };
        let sent = sign("GET", "h", "/a", &format!("{name}=1"), "demo", terms);
        let other = match spelling {
            0 => name.clone(),
            1 => format!("{}%{:02x}{}", &name[..4], name.as_bytes()[4], &name[5..]),
            2 => name.replace('_', "_%5f").replacen("_%5f", "_", 1),
            _ => format!("{}[]", name),
        };
        let followed = Sent { url: format!("{}&{other}=2", sent.url), ..sent };
        prop_assert!(matches!(verify(&followed, NOW), Err(Reason::ParameterDuplicate)), "{}", followed.url);
    }

    #[test]
    fn terms_hold_to_the_second(life in 1..700_000_u64, wait in 0..600_000_u64, edge in 0..4_usize, off in -3..=3_i64) {
        let (start, end) = (NOW + wait, NOW + wait + life);
        let sent = sign("GET", "h", "/a", "", "demo", Terms { expires: end, not_before: Some(start), ..Terms::default() });
        let (skew, longest) = (HOUSE.profile.skew, HOUSE.profile.max_lifetime);
        let edges = [end + skew, start - skew, end - longest - skew, start + life / 2];
        let now = edges[edge].checked_add_signed(off).unwrap();
        let expected = match () {
            () if now >= end + skew => Err(Reason::LinkExpired),
            () if now + skew < start => Err(Reason::LinkNotYetValid),
            () if end > now + longest + skew => Err(Reason::LinkLifetimeTooLong),
            () => Ok(()),
        };
        prop_assert_eq!(verify(&sent, now).map(|verified| assert!(verified.is_some())), expected);
    }
}

#[test]
fn every_byte_of_a_link_counts() {
    let sent =
        sign("GET", "gate.example.org", "/files/a", "v=2&w", "demo", Terms { expires: NOW + 60, ..Terms::default() });
    assert!(holds(&sent));
    let start = "https://".len();
    for at in start..sent.url.len() {
        for byte in 0..=0x7f_u8 {
            let mut bytes = sent.url.clone().into_bytes();
            if bytes[at].eq_ignore_ascii_case(&byte) && (at < start + 16 || bytes[at] == byte) {
                continue; // the host has no case
            }
            bytes[at] = byte;
            let changed = Sent { url: String::from_utf8(bytes).unwrap(), ..sent.clone() };
            assert!(!holds(&changed), "{}", changed.url);
        }
    }
}

#[test]
fn other_spellings_of_the_mac_are_refused() {
    let sent = sign("GET", "h", "/a", "", "demo", Terms { expires: NOW + 60, ..Terms::default() });
    let (start, mac) = sent.url.rsplit_once('=').unwrap();
    let bytes = edgegate_core::digest::from_base64url(mac.as_bytes()).unwrap();
    let hex = edgegate_core::digest::hex(&bytes);
    let plain = mac.replace('-', "+").replace('_', "/");
    for other in [
        format!("{mac}="),
        hex.clone(),
        hex.to_uppercase(),
        format!("{plain}=="),
        format!("%{:02x}{}", mac.as_bytes()[0], &mac[1..]),
        format!("{mac}+"),
        mac[..42].to_owned(),
    ] {
        assert!(!holds(&Sent { url: format!("{start}={other}"), ..sent.clone() }), "{other}");
    }
}
