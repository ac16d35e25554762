//! A browser on its way to a broker or a provider, and back.
//!
//! It gets a cookie, and the other side an opaque state that names the address to come back to and is bound to that cookie.
//! So an answer of the other side is worth nothing in any other browser: nothing that comes from there can sign a person in
//! as somebody else. Several tabs share the cookie. Nothing is stored.
//!
//! What a provider has to show or to be shown again, the nonce and the PKCE verifier, follows from the state, the cookie and a
//! key: both are of this one journey of this one browser, and nobody else can compute them.
//!
//! While keys are changed, a browser may have a cookie whose key this deployment does not know. It is not replaced, for
//! another tab's state is bound to it: the state is then bound to its text.

use crate::credential::session;
use crate::digest::{base64url, hmac_sha256, sha256};
use crate::http::{Headers, Target, cookie};
use crate::policy::Session;
use crate::ports::Entropy;
use crate::refusal::Reason;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::Context;
use crate::secret::Secret;

/// A browser's journey there and back, and the request that it sets out or comes back by.
#[derive(Debug, Clone, Copy)]
pub struct Journey<'a> {
    /// Whose keys seal what it takes along.
    pub policy: &'a Session,
    /// Where it goes; it comes back from there alone.
    pub to: &'a str,
    /// Seconds that a person may take there.
    pub lasts: u64,
    /// The request's target.
    pub target: &'a Target<'a>,
    /// The request's fields.
    pub headers: &'a Headers<'a>,
}

/// What a browser takes along.
#[derive(Debug)]
pub struct Sent {
    /// For the other side, which gives it back.
    pub state: Secret,
    /// The Set-Cookie value, if the browser has no cookie that lasts.
    pub cookie: Option<String>,
    /// What a provider is asked to repeat, and to verify.
    pub bound: Bound,
}

/// What belongs to one journey of one browser.
#[derive(Debug, Clone)]
pub struct Bound {
    /// `nonce` (OpenID Connect Core section 3.1.2.1).
    pub nonce: String,
    /// `code_verifier` (RFC 7636 section 4.1).
    pub verifier: Secret,
}

/// A state that came back. It is authentic, and perhaps too old or another browser's.
#[derive(Debug)]
pub struct Returned {
    /// The path to come back to.
    pub next: String,
    /// The state itself.
    pub state: Sealed,
    mark: [u8; MARK],
}

impl<'a> Journey<'a> {
    /// Sends a browser away. `next`: the path to come back to; one that is too long to be carried loses its query, or
    /// becomes `/`.
    ///
    /// # Errors
    /// `SecretMissing`, `EntropyUnavailable`.
    pub fn send(self, ctx: Context<'_, impl Entropy>, next: &str) -> Result<Sent, Reason> {
        let kind = Kind::BrokerState;
        let fits = |next: &&str| next.len() <= LONGEST_NEXT;
        let path = next.split('?').next().unwrap_or_default();
        let next = [next, path].into_iter().find(fits).unwrap_or("/");
        let known = self.browsers(ctx).max_by_key(|browser| browser.expires);
        let of_unknown_key = self.texts().find(|text| self.is_of_unknown_key(text));
        let of_unknown_key = of_unknown_key.filter(|_| known.is_none());
        let browser = match (&known, of_unknown_key) {
            (Some(known), _) => known.payload.clone(),
            (None, Some(text)) => Secret::new(text),
            (None, None) => Secret::new(random(ctx.ports)?),
        };
        let cookie = match known.filter(|known| known.expires >= ctx.now + self.lasts) {
            Some(_) => None,
            None if of_unknown_key.is_some() => None,
            // The browser stays the same one, so that what it took along before is still good. The cookie outlives every state
            // that is bound to it.
            None => {
                let (lives, payload) = (2 * self.lasts, browser.expose());
                let terms = Terms { kind, issued: ctx.now, expires: ctx.now + lives, audience: BROWSER, payload };
                let lasting = ctx.seal(&self.policy.keys, &terms)?;
                Some(session::write_host_cookie(NAME, self.target, lasting.text().expose_text()?, lives))
            }
        };
        let payload = [&mark(&browser), next.as_bytes()].concat();
        let (expires, audience) = (ctx.now + self.lasts, self.to);
        let terms = Terms { kind, issued: ctx.now, expires, audience, payload: &payload };
        let state = ctx.seal(&self.policy.keys, &terms)?;
        Ok(Sent { state: state.text(), cookie, bound: self.bound(ctx, &state, &browser)? })
    }

    /// Opens a state that came back, however old.
    ///
    /// # Errors
    /// `BrokerStateForged`, `SecretMissing`.
    pub fn open<P>(self, ctx: Context<'_, P>, state: &str) -> Result<Returned, Reason> {
        let opened = seal::open(Kind::BrokerState, &self.policy.keys, ctx.secrets, state)?;
        let state = opened.filter(|state| state.is_for(self.to)).ok_or(Reason::BrokerStateForged)?;
        let (mark, next) = state.payload.expose().split_first_chunk::<MARK>().ok_or(Reason::BrokerStateForged)?;
        let next = String::from_utf8(next.to_vec()).map_err(|_| Reason::BrokerStateForged)?;
        Ok(Returned { next, mark: *mark, state })
    }

    /// What belongs to the journey that a state is of, if it comes back in time and in the browser that was sent.
    ///
    /// # Errors
    /// `BrokerStateExpired`, `BrokerBrowser`, `SecretMissing`.
    pub fn back<P>(self, ctx: Context<'_, P>, returned: &Returned) -> Result<Bound, Reason> {
        if returned.state.expires <= ctx.now {
            return Err(Reason::BrokerStateExpired);
        }
        let known = self.browsers(ctx).map(|browser| browser.payload);
        let mut browsers = known.chain(self.texts().map(Secret::new));
        let browser = browsers.find(|browser| mark(browser) == returned.mark).ok_or(Reason::BrokerBrowser)?;
        self.bound(ctx, &returned.state, &browser)
    }

    /// Whether this is a browser that took something along, on whatever journey.
    pub fn is_known<P>(self, ctx: Context<'_, P>) -> bool {
        self.browsers(ctx).next().is_some()
    }

    fn bound<P>(self, ctx: Context<'_, P>, state: &Sealed, browser: &Secret) -> Result<Bound, Reason> {
        let secret = ctx.secret_of(&self.policy.keys, state)?;
        let of = |purpose: &[u8]| {
            base64url(&hmac_sha256(secret, &[purpose, &mark(browser), browser.expose(), state.bytes()]))
        };
        Ok(Bound { nonce: of(b"edgegate nonce v1\0"), verifier: Secret::new(of(b"edgegate verifier v1\0")) })
    }

    /// Who the browser is, by its cookies that this gateway made and that are still good.
    fn browsers<P>(self, ctx: Context<'_, P>) -> impl Iterator<Item = Sealed> {
        let open = |value| seal::open(Kind::BrokerState, &self.policy.keys, ctx.secrets, value).ok().flatten();
        let opened: Vec<Sealed> = self.texts().filter_map(open).collect();
        opened.into_iter().filter(move |browser| browser.is_for(BROWSER) && browser.expires > ctx.now)
    }

    /// The cookies that have the form of this gateway's.
    fn texts(self) -> impl Iterator<Item = &'a str> {
        let name = session::host_name(NAME, self.target);
        let header = self.headers.get("cookie").unwrap_or_default();
        let texts: Vec<&str> = cookie::visible(header, &name).take(MOST).collect();
        texts.into_iter().filter(|text| seal::is_written_as(Kind::BrokerState, text))
    }

    fn is_of_unknown_key(self, text: &str) -> bool {
        let id = text.split('_').nth(1);
        id.is_some_and(|id| self.policy.keys.iter().all(|key| key.id != id))
    }
}

/// What the state knows of the browser; from it the cookie cannot be had.
fn mark(browser: &Secret) -> [u8; MARK] {
    seal::first(sha256(&[b"edgegate errand v1\0", browser.expose()]))
}

fn random(entropy: &impl Entropy) -> Result<[u8; MARK], Reason> {
    let mut bytes = [0; MARK];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}

/// The cookie's name, without its prefix.
pub const NAME: &str = "edgegate-broker";
/// The cookie by which a browser says for a few seconds that it has just been signed in, without its prefix.
pub const SIGNED_IN: &str = "edgegate-signed-in";
/// Seconds that a person may take at a broker, which knows people without asking.
pub const AT_BROKER: u64 = 300;
/// Seconds that a person may take at a provider: for a password, a second factor, a new account.
pub const AT_PROVIDER: u64 = 3600;
/// Nothing to go to can be called so.
const BROWSER: &str = "this browser";
/// Bytes of an address that fit into a state.
pub const LONGEST_NEXT: usize = seal::PAYLOAD - MARK;
const MARK: usize = 16;
/// Cookies of that name that are looked at.
const MOST: usize = 4;
