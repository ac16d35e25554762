//! `EstablishSession` connects a browser to a session and sends it on; `PixelServer` keeps a session alive.

use crate::credential::own::luminate::NONCE;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::query::{self, value};
use crate::luminate::caller::{self, Caller};
use crate::luminate::visit::Visit;
use crate::ports::Ports;
use crate::redirect;
use crate::refused::Refusal;

/// 302 to `NEXTURL`, with the session that `NONCE_TOKEN` carries, if there is one. Where the browser is sent is checked
/// first: a nonce is not used up by a request that will be refused.
///
/// # Errors
/// `RedirectTarget`, `CrossSite`, the reasons of nonces and sessions, and storage's own.
pub async fn answer<P: Ports>(v: &Visit<'_, P>) -> Result<Access, Refusal> {
    let raw_query = v.target.query.unwrap_or_default();
    let next = value(raw_query, "NEXTURL")?;
    let next = if next.is_empty() { "/".to_owned() } else { next };
    redirect::check(&next, &v.target.host, &v.luminate.redirects)?;
    match query::sole(raw_query, NONCE)?.filter(|nonce| !nonce.is_empty()) {
        Some(nonce) => Ok(Access::answer(Answer::found(next)).by(caller::redeem(v, nonce).await?.identity)),
        None => Ok(Access::answer(Answer::found(next)).by(alive(v).await?.identity)),
    }
}

/// A transparent picture of one pixel, for every client. A session that it comes with is kept alive.
///
/// # Errors
/// `CrossSite`, `SessionForged`, `SessionDuplicate`, and storage's own.
pub async fn pixel<P: Ports>(v: &Visit<'_, P>) -> Result<Access, Refusal> {
    let identity = alive(v).await?.identity;
    Ok(Access::answer(Answer::new(200, "image/gif", PIXEL.to_owned())).by(identity))
}

async fn alive<P: Ports>(v: &Visit<'_, P>) -> Result<Caller, Refusal> {
    caller::check_sender(v)?;
    caller::present(v, None).await
}

/// GIF89a, one pixel, without a colour table: every byte of it is ASCII.
const PIXEL: &str = "GIF89a\x01\0\x01\0\0\0\0!\x7f\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
