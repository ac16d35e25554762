//! A browser on its way to a broker and back.
//!
//! It gets a cookie, and the broker an opaque state that names the address to come back to and is bound to that cookie.
//! So an answer of the broker is worth nothing in any other browser: no link can sign a person in as somebody else.
//! Several tabs share the cookie. Nothing is stored.
//!
//! While keys are changed, a browser may have a cookie whose key this deployment does not know. It is not replaced, for
//! another tab's state is bound to it: the state is then bound to its text.

use crate::credential::session;
use crate::digest::sha256;
use crate::http::{Headers, Target, cookie};
use crate::policy::Session;
use crate::ports::Entropy;
use crate::refusal::Reason;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::Context;
use crate::secret::Secret;

/// What a browser takes along to the broker.
#[derive(Debug)]
pub struct BrokerState {
    /// For the broker, which gives it back.
    pub state: Secret,
    /// The Set-Cookie value, if the browser has no cookie that lasts.
    pub cookie: Option<String>,
}

/// A browser's journey to a broker and back, and the request that it sets out or comes back by.
#[derive(Debug, Clone, Copy)]
pub struct Journey<'a> {
    /// Whose keys seal what it takes along.
    pub policy: &'a Session,
    /// The broker's name.
    pub broker: &'a str,
    /// The request's target.
    pub target: &'a Target<'a>,
    /// The request's fields.
    pub headers: &'a Headers<'a>,
}

impl<'a> Journey<'a> {
    /// Sends a browser to a broker. `next`: the path to come back to; one that is too long to be carried loses its query, or
    /// becomes `/`.
    ///
    /// # Errors
    /// `SecretMissing`, `EntropyUnavailable`.
    pub fn send(self, ctx: Context<'_, impl Entropy>, next: &str) -> Result<BrokerState, Reason> {
        let kind = Kind::BrokerState;
        let fits = |next: &&str| next.len() <= seal::PAYLOAD - MARK;
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
        let cookie = match known.filter(|known| known.expires >= ctx.now + STATE) {
            Some(_) => None,
            None if of_unknown_key.is_some() => None,
            // The browser stays the same one, so that what it took along before is still good.
            None => {
                let (expires, payload) = (ctx.now + COOKIE, browser.expose());
                let lasting =
                    ctx.seal(&self.policy.keys, &Terms { kind, issued: ctx.now, expires, audience: BROWSER, payload })?;
                Some(session::write_host_cookie(NAME, self.target, lasting.text().expose_text()?, COOKIE))
            }
        };
        let payload = [&mark(&browser), next.as_bytes()].concat();
        let (expires, audience) = (ctx.now + STATE, self.broker);
        let terms = Terms { kind, issued: ctx.now, expires, audience, payload: &payload };
        let state = ctx.seal(&self.policy.keys, &terms)?.text();
        Ok(BrokerState { state, cookie })
    }

    /// The path that a browser comes back to, with the state that the broker gave back.
    ///
    /// # Errors
    /// `BrokerStateForged`, `BrokerStateExpired`, `BrokerBrowser`, `SecretMissing`.
    pub fn back<P>(self, ctx: Context<'_, P>, state: &str) -> Result<String, Reason> {
        let opened = seal::open(Kind::BrokerState, &self.policy.keys, ctx.secrets, state)?;
        let state = opened.filter(|state| state.is_for(self.broker)).ok_or(Reason::BrokerStateForged)?;
        if state.expires <= ctx.now {
            return Err(Reason::BrokerStateExpired);
        }
        let (mark_of_sent, next) = state.payload.expose().split_at_checked(MARK).ok_or(Reason::BrokerStateForged)?;
        let is_sent = |browser: &Secret| mark(browser) == mark_of_sent;
        if !self.browsers(ctx).any(|browser| is_sent(&browser.payload))
            && !self.texts().any(|text| is_sent(&Secret::new(text)))
        {
            return Err(Reason::BrokerBrowser);
        }
        String::from_utf8(next.to_vec()).map_err(|_| Reason::BrokerStateForged)
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
/// No broker can be called so.
const BROWSER: &str = "this browser";
const MARK: usize = 16;
/// Seconds that a person may take to sign in at the broker.
const STATE: u64 = 300;
/// Seconds: the cookie outlives every state that was bound to it.
const COOKIE: u64 = 2 * STATE;
/// Cookies of that name that are looked at.
const MOST: usize = 4;
