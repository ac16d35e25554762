//! Bearer tokens (RFC 6750) that this gateway issued: those of a grant, and those that an operator mints.

use crate::credential::dpop::Thumbprint;
use crate::credential::grant::{self, GrantToken, Grants};
use crate::credential::registry;
use crate::http::authorization::{self, Authorization};
use crate::http::fields::check_number;
use crate::http::{Incoming, Target, query};
use crate::identity::Identity;
pub use crate::policy::carrier::ACCESS_TOKEN as PARAMETER;
use crate::policy::{Bearer, BearerUse, Key, Policy, Route};
use crate::ports::{Body, Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed, is_written_as};
use crate::sealed::store::{self, Context, Found};
use crate::secret::Secret;

/// What of a request can carry a token.
#[derive(Debug, Clone, Copy)]
pub struct Carriers<'a> {
    /// The request, whose form is one of them.
    pub incoming: &'a Incoming<'a>,
    /// The field Authorization, where the route reads it.
    pub header: Option<Authorization<'a>>,
    /// The query, without `?`.
    pub query: &'a str,
}

/// What was found, and what of the request has to be replaced because it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presented {
    /// The token, if there is one.
    pub token: Option<String>,
    /// Whether it came by the scheme `DPoP` (RFC 9449 section 7.1), which a proof has to go with.
    pub with_proof: bool,
    /// The form without its `access_token`, if a form was read.
    pub body: Option<Vec<u8>>,
}

/// A token that is authentic. Storage was not asked.
#[derive(Debug, Clone)]
pub enum Opened {
    /// One of a grant.
    Grant(GrantToken),
    /// One that an operator made.
    Single(Sealed),
}

impl Opened {
    /// The token itself.
    pub fn sealed(&self) -> &Sealed {
        match self {
            Opened::Grant(token) => &token.sealed,
            Opened::Single(sealed) => sealed,
        }
    }
}

/// A token that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// As whom it lets through.
    pub identity: Identity,
    /// The key that it is bound to.
    pub bound: Option<Thumbprint>,
}

/// Looks for a token where the route allows one. A form is read only if the route takes tokens from forms.
///
/// # Errors
/// `BearerMultiple`, `BearerPlaceNotAllowed`, `AuthorizationMalformed`, `FormMalformed`, `BodyTooLarge`, and
/// the query's own reasons.
pub async fn present(
    ctx: Context<'_, impl Body>,
    carriers: Carriers<'_>,
    places: &BearerUse,
) -> Result<Presented, Reason> {
    let Carriers { incoming, header, query } = carriers;
    let with_proof = header.is_some_and(|authorization| authorization.is("DPoP"));
    let other = header.is_some_and(|authorization| !with_proof && !authorization.is("Bearer"));
    if !other && header.is_some_and(|authorization| !authorization::is_b64token(bare(places, authorization.value))) {
        return Err(Reason::AuthorizationMalformed);
    }
    let in_query = query::sole(query, PARAMETER)?;
    if in_query.is_some() && !places.query {
        return Err(Reason::BearerPlaceNotAllowed);
    }
    let form = match places.form && !matches!(incoming.method, "GET" | "HEAD") && incoming.has_form()? {
        true => Some(read_form(ctx.ports, ctx.policy.limits.form).await?),
        false => None,
    };
    let in_form = form.as_deref().map(|form| query::sole(form, PARAMETER)).transpose()?.flatten();
    let decoded = |raw: &str| String::from_utf8(query::decode(raw)).map_err(|_| Reason::TokenForged);
    let token = match (header, in_query, in_form) {
        (Some(_), None, None) if other => None,
        (Some(header), None, None) => Some(header.value.to_owned()),
        (None, Some(raw), None) | (None, None, Some(raw)) => Some(decoded(raw)?),
        (None, None, None) => None,
        _ => return Err(Reason::BearerMultiple),
    };
    let body = form.map(|form| query::cut(&form, |param| param.name == PARAMETER).into_bytes());
    Ok(Presented { token, with_proof, body })
}

/// A token without the prefix that the route's own have.
pub fn bare<'t>(places: &BearerUse, token: &'t str) -> &'t str {
    token.strip_prefix(&places.prefix).unwrap_or(token)
}

/// The same where no route is known: a token as it was handed out.
pub fn bare_anywhere<'t>(policy: &Policy, token: &'t str) -> &'t str {
    let prefixes = policy.routes.iter().map(|route| &*route.bearer.prefix).filter(|prefix| !prefix.is_empty());
    prefixes
        .filter_map(|prefix| token.strip_prefix(prefix))
        .find(|rest| is_written_as(Kind::Token, rest))
        .unwrap_or(token)
}

/// Verifies an opened token: in time, known, not revoked, and for this address of the route. The refusal says whose it is,
/// as far as that is known.
///
/// # Errors
/// `TokenForged`, `TokenExpired`, `TokenUnknown`, `TokenRevoked`, `TokenSuperseded`, `TokenClient`, `TokenResource`, and
/// storage's own reasons.
pub async fn verify<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    route: &Route,
    target: &Target<'_>,
    opened: &Opened,
) -> Result<Verified, Refusal> {
    let sealed = opened.sealed();
    let known = |reason: Reason| reason.of(&Identity::by_key("bearer", &sealed.key_id));
    if sealed.expires <= ctx.now {
        return Err(known(Reason::TokenExpired));
    }
    if let Opened::Grant(token) = opened {
        // Boxed: not every token is of a grant, and every request's future would be as large.
        return Box::pin(verify_grant(ctx, route, target, token)).await;
    }
    if !sealed.is_for("") && !sealed.is_for(&route.bearer.prefix) {
        return Err(known(Reason::TokenResource));
    }
    let cache = ctx.policy.bearer.as_ref().ok_or(Reason::TokenForged)?.cache;
    let record = match store::find(ctx, sealed, cache, route.revocation).await.map_err(known)? {
        Found::Live(record) if record.exp > ctx.now => record,
        Found::Live(_) => return Err(known(Reason::TokenExpired)),
        Found::Revoked => return Err(known(Reason::TokenRevoked)),
        Found::Unknown => return Err(known(Reason::TokenUnknown)),
    };
    Ok(Verified { identity: record.identity("bearer", &sealed.key_id), bound: None })
}

async fn verify_grant<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    route: &Route,
    target: &Target<'_>,
    token: &GrantToken,
) -> Result<Verified, Refusal> {
    let by_key = Identity::by_key("bearer", &token.sealed.key_id);
    let Some(grants) = Grants::of(ctx) else { return Err(Reason::TokenForged.of(&by_key)) };
    let revocation = route.revocation;
    let verified = grants.verify(token, revocation).await;
    let record = verified.map_err(|reason| reason.of(&by_key))?;
    let mut identity = Identity {
        subject: Some(record.sub.clone()),
        client: Some(record.client.clone()),
        issuer: Some(record.issuer.clone()).filter(|issuer| !issuer.is_empty()),
        scope: grant::scopes(&record, &token.claims),
        ..by_key
    };
    let client = registry::find(ctx, &record.client, revocation).await.map_err(|reason| match reason {
        Reason::ClientUnknown => Reason::TokenClient.of(&identity),
        other => other.of(&identity),
    })?;
    identity.acts_for_others = client.acts_for_others;
    let resources = grant::resources(&record, &token.claims);
    if !resources.is_empty() {
        let address = target.address();
        let is_meant = resources.iter().any(|resource| covers(resource, &address));
        if !is_meant {
            return Err(Reason::TokenResource.of(&identity));
        }
    }
    Ok(Verified { identity, bound: token.claims.bound })
}

/// Whether an address is a resource, or lies below it.
fn covers(resource: &str, address: &str) -> bool {
    let base = resource.trim_end_matches('/');
    address.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Mints a token. `prefix`: what stands before it where it is for routes of that prefix alone, else nothing.
///
/// # Errors
/// As [`store::mint`].
pub async fn mint<P: KvStore + Ledger + Entropy>(
    ctx: Context<'_, P>,
    policy: &Bearer,
    prefix: &str,
    record: Record,
) -> Result<Secret, Reason> {
    let token = store::mint(ctx, Kind::Token, &policy.keys, prefix, record).await?.text();
    Ok(Secret::new([prefix.as_bytes(), token.expose()].concat()))
}

/// Opens a token without its prefix, without looking at storage.
///
/// # Errors
/// `TokenForged`, `SecretMissing`.
pub fn open<P>(ctx: Context<'_, P>, token: &str) -> Result<Opened, Reason> {
    // A token of a grant is made by the keys of `[oauth]`, one of an operator by those of `[bearer]`.
    let of_grants = ctx.policy.oauth.iter().map(|oauth| (&oauth.keys, true));
    let by_operators = ctx.policy.bearer.iter().map(|bearer| (&bearer.keys, false));
    for (keys, is_of_grant) in by_operators.chain(of_grants) {
        let keys: &[std::sync::Arc<Key>] = keys;
        let Some(sealed) = seal::open(Kind::Token, keys, ctx.secrets, token)? else { continue };
        match (grant::claims(&sealed), is_of_grant) {
            (Some(claims), true) => return Ok(Opened::Grant(GrantToken { sealed, claims })),
            (None, false) => return Ok(Opened::Single(sealed)),
            _ => {}
        }
    }
    Err(Reason::TokenForged)
}

/// The whole body as a urlencoded form, undecoded.
///
/// # Errors
/// `BodyTooLarge`; `FormMalformed`, also for more than a thousand fields.
pub async fn read_form(ports: &impl Body, limit: usize) -> Result<String, Reason> {
    let form = String::from_utf8(ports.read(limit).await?).map_err(|_| Reason::FormMalformed)?;
    check_number(&form)?;
    Ok(form)
}
