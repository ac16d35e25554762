//! What an issuer publishes: its keys (RFC 7517 section 5), and where they are (OpenID Connect Discovery section 4).

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::policy::{BaseUrl, Issuer, Origin, OriginCredentials, Verification, Via};
use crate::ports::{Call, Upstream};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// What was fetched.
#[derive(Debug)]
pub(super) struct Published {
    /// The keys.
    pub(super) keys: Vec<Value>,
    /// The document that named their address; empty where the policy did.
    pub(super) document: Map<String, Value>,
}

/// Fetches the keys.
///
/// # Errors
/// `KeysUnavailable`
pub(super) async fn published(ctx: Context<'_, impl Upstream>, issuer: &Issuer) -> Result<Published, Reason> {
    let Verification::Jwks { path, is_discovered, .. } = &issuer.verification else { return Err(Reason::Internal) };
    let mut fetched = fetch(ctx, &issuer.origin, path).await?;
    let mut document = Map::new();
    if *is_discovered {
        let text = |name: &str| fetched.get(name).and_then(Value::as_str);
        // Section 4.3: another issuer's document names another issuer's keys.
        let address = text("jwks_uri").filter(|_| text("issuer") == Some(&issuer.issuer));
        let (origin, path) = address.and_then(|address| place(issuer, address)).ok_or(Reason::KeysUnavailable)?;
        let path = path.to_owned();
        document = core::mem::take(&mut fetched);
        fetched = fetch(ctx, &origin, &path).await?;
    }
    match fetched.remove("keys") {
        Some(Value::Array(keys)) if keys.len() <= MOST_KEYS => Ok(Published { keys, document }),
        _ => Err(Reason::KeysUnavailable),
    }
}

async fn fetch(ctx: Context<'_, impl Upstream>, origin: &Origin, path: &str) -> Result<Map<String, Value>, Reason> {
    let call = Call { path, headers: &[], body: None };
    let (status, text) = ctx.call(origin, &call, Reason::KeysUnavailable).await?;
    match serde_json::from_slice(text.as_bytes()) {
        Ok(Value::Object(members)) if status == 200 => Ok(members),
        _ => Err(Reason::KeysUnavailable),
    }
}

/// Where an address is called: at the origin of the policy, if it is of the issuer's own host, else at its host. None
/// unless it is https, in characters that nothing rewrites.
pub(crate) fn place<'a>(issuer: &Issuer, address: &'a str) -> Option<(Arc<Origin>, &'a str)> {
    let scheme = address.find("://")? + 3;
    let (host, path) = address.split_at_checked(scheme + address.get(scheme..)?.find('/')?)?;
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&byte);
    if !path.bytes().all(is_plain) || path.len() > 2000 {
        return None;
    }
    // By http on loopback alone, which is what reading the policy takes of an issuer without an origin of its own.
    let is_own = issuer.issuer.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_plain_http = !host.starts_with(HTTPS);
    if is_own && (!is_plain_http || matches!(&issuer.origin.via, Via::Url(url) if url.is_loopback())) {
        return Some((Arc::clone(&issuer.origin), path));
    }
    let url = BaseUrl::parse(host).ok().filter(BaseUrl::is_https)?;
    let Origin { name, timeout, .. } = &*issuer.origin;
    // What the policy shows its own origin is not for this host.
    let credentials = OriginCredentials::default();
    let origin = Origin { name: name.clone(), via: Via::Url(url), insecure: false, timeout: *timeout, credentials };
    Some((Arc::new(origin), path))
}

/// The same of an address by http on loopback that the policy itself names.
pub(crate) fn place_on_loopback<'a>(issuer: &Issuer, address: &'a str) -> Option<(Arc<Origin>, &'a str)> {
    let (host, path) = address
        .split_at_checked(address.find("://")? + 3)
        .and_then(|(scheme, rest)| address.split_at_checked(scheme.len() + rest.find('/')?))?;
    let url = BaseUrl::parse(host).ok().filter(BaseUrl::is_loopback)?;
    let Origin { name, timeout, .. } = &*issuer.origin;
    let credentials = OriginCredentials::default();
    let origin = Origin { name: name.clone(), via: Via::Url(url), insecure: false, timeout: *timeout, credentials };
    Some((Arc::new(origin), path))
}

const HTTPS: &str = "https://";
const MOST_KEYS: usize = 64;
