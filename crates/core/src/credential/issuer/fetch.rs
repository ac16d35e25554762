//! What an issuer publishes: its keys (RFC 7517 section 5), and where they are (OpenID Connect Discovery section 4).

use std::sync::Arc;

use serde_json::Value;

use crate::policy::{BaseUrl, Issuer, Origin, OriginCredentials, Verification, Via};
use crate::ports::{Call, Upstream};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// Fetches the keys.
///
/// # Errors
/// `KeysUnavailable`
pub(super) async fn keys(ctx: Context<'_, impl Upstream>, issuer: &Issuer) -> Result<Vec<Value>, Reason> {
    let Verification::Jwks { path, is_discovered, .. } = &issuer.verification else { return Err(Reason::Internal) };
    let mut document = fetch(ctx, &issuer.origin, path).await?;
    if *is_discovered {
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        // Section 4.3: another issuer's document names another issuer's keys.
        let address = text("jwks_uri").filter(|_| text("issuer") == Some(&issuer.issuer));
        let (origin, path) = address.and_then(|address| place(issuer, address)).ok_or(Reason::KeysUnavailable)?;
        document = fetch(ctx, &origin, path).await?;
    }
    match document.get_mut("keys").map(Value::take) {
        Some(Value::Array(keys)) if keys.len() <= MOST_KEYS => Ok(keys),
        _ => Err(Reason::KeysUnavailable),
    }
}

async fn fetch(ctx: Context<'_, impl Upstream>, origin: &Origin, path: &str) -> Result<Value, Reason> {
    let call = Call { path, headers: &[], body: None };
    let (status, text) = ctx.call(origin, &call, Reason::KeysUnavailable).await?;
    serde_json::from_slice(text.as_bytes()).ok().filter(|_| status == 200).ok_or(Reason::KeysUnavailable)
}

/// Where an address is fetched: at the origin of the policy, if it is of the issuer's own host, else at its host. None
/// unless it is https, in characters that nothing rewrites.
fn place<'a>(issuer: &Issuer, address: &'a str) -> Option<(Arc<Origin>, &'a str)> {
    let rest = address.strip_prefix(HTTPS)?;
    let (host, path) = address.split_at_checked(HTTPS.len() + rest.find('/')?)?;
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&byte);
    if !path.bytes().all(is_plain) || path.len() > 2000 {
        return None;
    }
    if issuer.issuer.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return Some((Arc::clone(&issuer.origin), path));
    }
    let url = BaseUrl::parse(host).ok()?;
    let Origin { name, timeout, .. } = &*issuer.origin;
    // What the policy shows its own origin is not for this host.
    let credentials = OriginCredentials::default();
    let origin = Origin { name: name.clone(), via: Via::Url(url), insecure: false, timeout: *timeout, credentials };
    Some((Arc::new(origin), path))
}

const HTTPS: &str = "https://";
const MOST_KEYS: usize = 64;
