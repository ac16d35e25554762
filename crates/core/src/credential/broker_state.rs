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

/// Sends a browser to a broker. `next`: the path to come back to; one that is too long to be carried loses its query, or
/// becomes `/`.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn send(
    ctx: Context<'_, impl Entropy>,
    policy: &Session,
    broker: &str,
    target: &Target<'_>,
    headers: &Headers<'_>,
    next: &str,
) -> Result<BrokerState, Reason> {
    let fits = |next: &&str| next.len() <= seal::PAYLOAD - MARK;
    let path = next.split('?').next().unwrap_or_default();
    let next = [next, path].into_iter().find(fits).unwrap_or("/");
    let known = browsers(ctx, policy, target, headers).max_by_key(|browser| browser.expires);
    let of_unknown_key = texts(target, headers).find(|text| is_of_unknown_key(policy, text));
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
            let lasting = make(ctx, policy, BROWSER, ctx.now + COOKIE, browser.expose())?;
            Some(session::write_host_cookie(NAME, target, lasting.text().expose_text()?, COOKIE))
        }
    };
    let payload = [&mark(&browser), next.as_bytes()].concat();
    let state = make(ctx, policy, broker, ctx.now + STATE, &payload)?.text();
    Ok(BrokerState { state, cookie })
}

/// The path that a browser comes back to, with the state that the broker gave back.
///
/// # Errors
/// `BrokerStateForged`, `BrokerStateExpired`, `BrokerBrowser`, `SecretMissing`.
pub fn back<P>(
    ctx: Context<'_, P>,
    policy: &Session,
    broker: &str,
    target: &Target<'_>,
    headers: &Headers<'_>,
    state: &str,
) -> Result<String, Reason> {
    let opened = seal::open(Kind::BrokerState, &policy.keys, ctx.secrets, state)?;
    let state = opened.filter(|state| state.is_for(broker)).ok_or(Reason::BrokerStateForged)?;
    if state.expires <= ctx.now {
        return Err(Reason::BrokerStateExpired);
    }
    let (mark_of_sent, next) = state.payload.expose().split_at_checked(MARK).ok_or(Reason::BrokerStateForged)?;
    let is_sent = |browser: &Secret| mark(browser) == mark_of_sent;
    if !browsers(ctx, policy, target, headers).any(|browser| is_sent(&browser.payload))
        && !texts(target, headers).any(|text| is_sent(&Secret::new(text)))
    {
        return Err(Reason::BrokerBrowser);
    }
    String::from_utf8(next.to_vec()).map_err(|_| Reason::BrokerStateForged)
}

/// Who the browser is, by its cookies that this gateway made and that are still good.
fn browsers<P>(
    ctx: Context<'_, P>,
    policy: &Session,
    target: &Target<'_>,
    headers: &Headers<'_>,
) -> impl Iterator<Item = Sealed> {
    let open = |value| seal::open(Kind::BrokerState, &policy.keys, ctx.secrets, value).ok().flatten();
    let opened: Vec<Sealed> = texts(target, headers).filter_map(open).collect();
    opened.into_iter().filter(move |browser| browser.is_for(BROWSER) && browser.expires > ctx.now)
}

/// The cookies that have the form of this gateway's.
fn texts<'a>(target: &Target<'_>, headers: &Headers<'a>) -> impl Iterator<Item = &'a str> {
    let name = session::host_name(NAME, target);
    let header = headers.get("cookie").unwrap_or_default();
    let texts: Vec<&str> = cookie::visible(header, &name).take(MOST).collect();
    texts.into_iter().filter(|text| seal::is_written_as(Kind::BrokerState, text))
}

fn is_of_unknown_key(policy: &Session, text: &str) -> bool {
    let id = text.split('_').nth(1);
    id.is_some_and(|id| policy.keys.iter().all(|key| key.id != id))
}

fn make(
    ctx: Context<'_, impl Entropy>,
    policy: &Session,
    audience: &str,
    expires: u64,
    payload: &[u8],
) -> Result<Sealed, Reason> {
    ctx.seal(&policy.keys, &Terms { kind: Kind::BrokerState, issued: ctx.now, expires, audience, payload })
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
