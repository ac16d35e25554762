//! Bearer tokens (RFC 6750) that this gateway issued.

use super::Identity;
use super::authorization::{self, Authorization};
use super::record::Record;
use super::seal::{self, Kind, Sealed};
use super::store::{self, Context, Found};
use crate::http::{Incoming, query};
use crate::policy::{Bearer, BearerUse, Revocation};
use crate::ports::{Body, Entropy, Ledger, Vault};
use crate::refusal::Reason;
use crate::secret::Secret;

/// What was found, and what of the request has to be replaced because it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presented {
    /// The token, if there is one.
    pub token: Option<String>,
    /// The form without its `access_token`, if a form was read.
    pub body: Option<Vec<u8>>,
}

/// Looks for a token where the route allows one. A form is read only if the route takes tokens from forms.
///
/// # Errors
/// `BearerMultiple`, `BearerPlaceNotAllowed`, `AuthorizationMalformed`, `FormMalformed`, `BodyTooLarge`, and
/// the query's own reasons.
pub async fn present(
    incoming: &Incoming<'_>,
    header: Option<Authorization<'_>>,
    query: &str,
    places: &BearerUse,
    form_limit: usize,
    ports: &impl Body,
) -> Result<Presented, Reason> {
    let header = header.filter(|authorization| authorization.is("Bearer"));
    if header.is_some_and(|authorization| !authorization::is_b64token(authorization.value)) {
        return Err(Reason::AuthorizationMalformed);
    }
    let in_query = query::sole(query, PARAMETER)?;
    if in_query.is_some() && !places.query {
        return Err(Reason::BearerPlaceNotAllowed);
    }
    let form = match places.form && !matches!(incoming.method, "GET" | "HEAD") && incoming.has_form()? {
        true => Some(read_form(ports, form_limit).await?),
        false => None,
    };
    let in_form = form.as_deref().map(|form| query::sole(form, PARAMETER)).transpose()?.flatten();
    let decoded = |raw: &str| String::from_utf8(query::decode(raw)).map_err(|_| Reason::TokenForged);
    let token = match (header, in_query, in_form) {
        (Some(header), None, None) => Some(header.value.to_owned()),
        (None, Some(raw), None) | (None, None, Some(raw)) => Some(decoded(raw)?),
        (None, None, None) => None,
        _ => return Err(Reason::BearerMultiple),
    };
    let body = form.map(|form| query::cut(&form, |param| param.name == PARAMETER).into_bytes());
    Ok(Presented { token, body })
}

/// Judges a token: authentic, in time, known, not revoked, and of enough scope. `noted`: what is known of the caller
/// even if the token is refused.
///
/// # Errors
/// `TokenForged`, `TokenExpired`, `TokenUnknown`, `TokenRevoked`, `TokenScope`, and storage's own reasons.
pub async fn verify<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &Bearer,
    places: &BearerUse,
    revocation: Revocation,
    token: &str,
    noted: &mut Option<Identity>,
) -> Result<Identity, Reason> {
    let sealed = open(ctx, policy, token)?;
    *noted = Some(Identity::by_key("bearer", &sealed.key_id));
    if sealed.expires <= ctx.now {
        return Err(Reason::TokenExpired);
    }
    let record = match store::find(ctx, ports, &sealed, policy.cache, revocation).await? {
        Found::Live(record) if record.exp > ctx.now => record,
        Found::Live(_) => return Err(Reason::TokenExpired),
        Found::Revoked => return Err(Reason::TokenRevoked),
        Found::Unknown => return Err(Reason::TokenUnknown),
    };
    let identity = Identity::by_record("bearer", &sealed.key_id, record);
    *noted = Some(identity.clone());
    let is_granted = |wanted| identity.scope.contains(wanted);
    if places.scope.iter().all(is_granted) { Ok(identity) } else { Err(Reason::TokenScope) }
}

/// Mints a token.
///
/// # Errors
/// As [`store::mint`].
pub async fn mint<P: Vault + Ledger + Entropy>(
    ctx: Context<'_>,
    ports: &P,
    policy: &Bearer,
    record: Record,
) -> Result<Secret, Reason> {
    Ok(store::mint(ctx, ports, Kind::Token, &policy.keys, "", record).await?.text())
}

/// Opens a token without looking at storage.
///
/// # Errors
/// `TokenForged`, `SecretMissing`.
pub fn open(ctx: Context<'_>, policy: &Bearer, token: &str) -> Result<Sealed, Reason> {
    seal::open(Kind::Token, &policy.keys, ctx.keyring, ctx.loopback, token)?.ok_or(Reason::TokenForged)
}

/// The whole body as a urlencoded form, undecoded.
///
/// # Errors
/// `BodyTooLarge`, `FormMalformed`.
pub async fn read_form(ports: &impl Body, limit: usize) -> Result<String, Reason> {
    String::from_utf8(ports.read(limit).await?).map_err(|_| Reason::FormMalformed)
}

/// RFC 6750 sections 2.2 and 2.3.
pub const PARAMETER: &str = "access_token";
