//! A browser on its way to a broker and back.
//!
//! It gets a cookie, and the broker an opaque state that names the address to come back to and is bound to that cookie.
//! So an answer of the broker is worth nothing in any other browser: nobody can be signed in as somebody else by a link.
//! Several tabs share the cookie. Nothing is stored.

use super::seal::{self, Kind, Sealed, Terms};
use super::session;
use super::store::Context;
use crate::digest::sha256;
use crate::http::{Headers, Target, cookie};
use crate::policy::Session;
use crate::ports::Entropy;
use crate::refusal::Reason;
use crate::secret::Secret;

/// What a browser takes along.
#[derive(Debug)]
pub struct Errand {
    /// For the broker, which gives it back.
    pub state: Secret,
    /// The Set-Cookie value, if the browser has no cookie that lasts.
    pub cookie: Option<String>,
}

/// Sends a browser to a broker. `next`: the path to come back to; one that is too long to be carried loses its query, or
/// becomes `/`.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn send(
    ctx: Context<'_>,
    entropy: &impl Entropy,
    policy: &Session,
    broker: &str,
    target: &Target<'_>,
    headers: &Headers<'_>,
    next: &str,
) -> Result<Errand, Reason> {
    let fits = |next: &&str| next.len() <= seal::PAYLOAD - MARK;
    let path = next.split('?').next().unwrap_or_default();
    let next = [next, path].into_iter().find(fits).unwrap_or("/");
    let known = browsers(ctx, policy, target, headers).max_by_key(|browser| browser.expires);
    let browser = match &known {
        Some(known) => known.payload.clone(),
        None => Secret::new(random(entropy)?),
    };
    let cookie = match known.filter(|known| known.expires >= ctx.now + STATE) {
        Some(_) => None,
        // The browser stays the same one, so that what it took along before is still good.
        None => {
            let lasting = make(ctx, entropy, policy, BROWSER, ctx.now + COOKIE, browser.expose())?;
            Some(session::write_host_cookie(NAME, target, lasting.text().expose_text()?, COOKIE))
        }
    };
    let payload = [&mark(&browser), next.as_bytes()].concat();
    let state = make(ctx, entropy, policy, broker, ctx.now + STATE, &payload)?.text();
    Ok(Errand { state, cookie })
}

/// The path that a browser comes back to, with the state that the broker gave back.
///
/// # Errors
/// `BrokerStateForged`, `BrokerStateExpired`, `BrokerBrowser`, `SecretMissing`.
pub fn back(
    ctx: Context<'_>,
    policy: &Session,
    broker: &str,
    target: &Target<'_>,
    headers: &Headers<'_>,
    state: &str,
) -> Result<String, Reason> {
    let opened = seal::open(Kind::Errand, &policy.keys, ctx.keyring, ctx.loopback, state)?;
    let state = opened.filter(|state| state.is_for(broker)).ok_or(Reason::BrokerStateForged)?;
    if state.expires <= ctx.now {
        return Err(Reason::BrokerStateExpired);
    }
    let (mark_of_sent, next) = state.payload.expose().split_at_checked(MARK).ok_or(Reason::BrokerStateForged)?;
    if !browsers(ctx, policy, target, headers).any(|browser| mark(&browser.payload) == mark_of_sent) {
        return Err(Reason::BrokerBrowser);
    }
    String::from_utf8(next.to_vec()).map_err(|_| Reason::BrokerStateForged)
}

/// Who the browser is, by its cookies that this gateway made and that are still good.
fn browsers(
    ctx: Context<'_>,
    policy: &Session,
    target: &Target<'_>,
    headers: &Headers<'_>,
) -> impl Iterator<Item = Sealed> {
    let name = session::host_name(NAME, target);
    let header = headers.get("cookie").unwrap_or_default();
    let open = |value| seal::open(Kind::Errand, &policy.keys, ctx.keyring, ctx.loopback, value).ok().flatten();
    let opened: Vec<Sealed> = cookie::visible(header, &name).take(MOST).filter_map(open).collect();
    opened.into_iter().filter(move |browser| browser.is_for(BROWSER) && browser.expires > ctx.now)
}

fn make(
    ctx: Context<'_>,
    entropy: &impl Entropy,
    policy: &Session,
    audience: &str,
    expires: u64,
    payload: &[u8],
) -> Result<Sealed, Reason> {
    let (key, secret) = ctx.signing_key(&policy.keys)?;
    seal::seal(&Terms { kind: Kind::Errand, issued: ctx.now, expires, audience, payload }, key, secret, entropy)
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
