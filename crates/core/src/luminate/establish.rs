//! `EstablishSession` connects a browser to a session and sends it on; `PixelServer` keeps a session alive.

use crate::endpoint::value;
use crate::exchange::access::Outcome;
use crate::exchange::{Exchange, Trace};
use crate::http::answer::Answer;
use crate::http::answer::with_cookies;
use crate::http::query;
use crate::luminate::caller::{self, Caller};
use crate::luminate::names::NONCE;
use crate::policy::{Luminate, Route};
use crate::ports::Ports;
use crate::redirect;
use crate::refusal::Reason;

/// 302 to `NEXTURL`, with the session that `NONCE_TOKEN` carries, if there is one. Where the browser is sent is judged
/// first: a nonce is not used up by a request that will be refused.
///
/// # Errors
/// `RedirectTarget`, `CrossSite`, the reasons of nonces and sessions, and storage's own.
pub async fn answer<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    let raw_query = x.target.query.unwrap_or_default();
    let next = value(raw_query, "NEXTURL")?;
    let next = if next.is_empty() { "/".to_owned() } else { next };
    redirect::judge(&next, &x.target.host, &luminate.redirects)?;
    match query::sole(raw_query, NONCE)?.filter(|nonce| !nonce.is_empty()) {
        Some(nonce) => trace.identity = Some(caller::redeem(x, route, luminate, nonce, trace).await?.identity),
        None => trace.identity = Some(alive(x, route, luminate, trace).await?.identity),
    }
    Ok(Outcome::Answer(with_cookies(Answer::found(next), trace.cookies.clone())))
}

/// A transparent picture of one pixel, whoever asks; a session that it comes with was heard of.
///
/// # Errors
/// `CrossSite`, `SessionForged`, `SessionDuplicate`, and storage's own.
pub async fn pixel<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    trace.identity = Some(alive(x, route, luminate, trace).await?.identity);
    let picture = Answer::new(200, "image/gif", PIXEL.to_owned());
    Ok(Outcome::Answer(with_cookies(picture, trace.cookies.clone())))
}

async fn alive<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    trace: &mut Trace,
) -> Result<Caller, Reason> {
    caller::judge_sender(x, route, luminate)?;
    caller::present(x, route, luminate, None, trace).await
}

/// GIF89a, one pixel, without a colour table: every byte of it is ASCII.
const PIXEL: &str = "GIF89a\x01\0\x01\0\0\0\0!\x7f\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
