//! Whose a request is that is counted: a digest, which tells neither the Ledger nor the limiter who it is.

use crate::exchange::Exchange;
use crate::identity::Identity;
use crate::policy::{Rate, RateBy, Route};
use crate::ports::ClaimKey;

/// Who called, as far as a credential said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Caller<'a> {
    /// As whom the request goes through.
    pub(super) identity: Option<&'a Identity>,
    /// By which its link or signed redirect is known.
    pub(super) link: Option<&'a ClaimKey>,
}

/// Under what a request is counted along a route: keyed with a seal key where the policy has one, so that no one can choose a
/// network that shares an object of the Ledger with another.
pub(super) fn key<P>(x: &Exchange<'_, P>, route: &Route, rate: &Rate, caller: Caller<'_>) -> ClaimKey {
    let network = x.request.network();
    let whose = Whose::of(rate.by, caller, &network);
    let period = rate.period.to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![b"edgegate rate v1\0", route.name.as_bytes(), b"\0", &period];
    parts.extend([whose.what.as_bytes(), b"\0", whose.issuer.as_bytes(), b"\0", whose.who]);
    let ctx = x.ctx();
    ClaimKey::new(ctx.secrets.digest(ctx.policy, &parts))
}

/// What is counted together. Neither word nor issuer holds NUL.
#[derive(Debug, PartialEq, Eq)]
struct Whose<'a> {
    what: &'static str,
    issuer: &'a str,
    who: &'a [u8],
}

impl<'a> Whose<'a> {
    /// A caller without what is counted by is counted by the next thing that is known, at last by the network: no request is
    /// let through uncounted.
    fn of(by: RateBy, caller: Caller<'a>, network: &'a str) -> Self {
        let order: &[RateBy] = match by {
            RateBy::Network => &[],
            RateBy::Subject => &[RateBy::Subject, RateBy::Client],
            RateBy::Client => &[RateBy::Client, RateBy::Subject],
            RateBy::Link => &[RateBy::Link, RateBy::Subject, RateBy::Client],
        };
        let found = order.iter().find_map(|by| Self::known(*by, caller));
        found.unwrap_or(Self { what: "network", issuer: "", who: network.as_bytes() })
    }

    fn known(by: RateBy, caller: Caller<'a>) -> Option<Self> {
        let identity = caller.identity;
        // A subject and a client are unique only at their issuer.
        let issuer = identity.and_then(|identity| identity.issuer.as_deref()).unwrap_or_default();
        let named = |what, who: &'a str| Self { what, issuer, who: who.as_bytes() };
        match by {
            RateBy::Network => None,
            RateBy::Subject => identity?.subject.as_deref().map(|subject| named("subject", subject)),
            RateBy::Client => match identity?.client.as_deref() {
                Some(client) => Some(named("client", client)),
                None => signer(identity?).map(|key_id| named("key", key_id)),
            },
            RateBy::Link => caller.link.map(|link| Self { what: "link", issuer: "", who: &link.0 }),
        }
    }
}

/// The id of the key, where it stands for the one who made a credential. For a session it stands for no one: the gateway's
/// own key made all of them.
fn signer(identity: &Identity) -> Option<&str> {
    let is_by_key = SIGNED.contains(&identity.kind) || identity.issuer.is_some();
    identity.key_id.as_deref().filter(|_| is_by_key)
}

/// Kinds whose keys belong to those who issue them.
const SIGNED: [&str; 4] = ["link", "signed-redirect", "webhook", "bearer"];

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(by: RateBy, identity: &Identity, link: Option<&ClaimKey>) -> (&'static str, String) {
        let whose = Whose::of(by, Caller { identity: Some(identity), link }, "192.0.2.1");
        (whose.what, String::from_utf8_lossy(whose.who).into_owned())
    }

    #[test]
    fn a_caller_without_what_is_counted_by_is_counted_by_what_is_known() {
        let key = ClaimKey::new([b'x'; 32]);
        let text = |what, who: &str| (what, who.to_owned());
        let of = |kind, subject: Option<&str>, client: Option<&str>| Identity {
            subject: subject.map(str::to_owned),
            client: client.map(str::to_owned),
            ..Identity::by_key(kind, "key-1")
        };
        for (by, identity, link, expected) in [
            (RateBy::Subject, of("bearer", Some("jo"), Some("shop")), None, text("subject", "jo")),
            (RateBy::Subject, of("bearer", None, Some("shop")), None, text("client", "shop")),
            (RateBy::Subject, of("link", None, None), Some(&key), text("key", "key-1")),
            (RateBy::Subject, of("session", None, None), None, text("network", "192.0.2.1")),
            (RateBy::Subject, of("network", None, None), None, text("network", "192.0.2.1")),
            (RateBy::Subject, Identity::none(), None, text("network", "192.0.2.1")),
            (RateBy::Client, of("bearer", Some("jo"), Some("shop")), None, text("client", "shop")),
            (RateBy::Client, of("link", Some("jo"), None), Some(&key), text("key", "key-1")),
            (RateBy::Client, of("session", Some("jo"), None), None, text("subject", "jo")),
            (RateBy::Link, of("link", Some("jo"), None), Some(&key), text("link", &"x".repeat(32))),
            (RateBy::Link, of("session", Some("jo"), None), None, text("subject", "jo")),
            (RateBy::Link, Identity::none(), None, text("network", "192.0.2.1")),
            (RateBy::Network, of("bearer", Some("jo"), None), None, text("network", "192.0.2.1")),
        ] {
            assert_eq!(counted(by, &identity, link), expected, "{by:?} {identity:?}");
        }
    }

    #[test]
    fn a_subject_is_one_of_its_issuer() {
        let jo = |issuer: Option<&str>| Identity {
            subject: Some("jo".to_owned()),
            issuer: issuer.map(str::to_owned),
            ..Identity::default()
        };
        let [own, other] = [jo(None), jo(Some("https://idp.example"))];
        let of = |identity| Whose::of(RateBy::Subject, Caller { identity: Some(identity), link: None }, "");
        assert_ne!(of(&own), of(&other));
    }
}
