//! Clients: found by their id, proven by their secret.
//!
//! A client stands in the policy, or was registered while the gate ran; then KV has it. The id of a registered one is a
//! sealed text ([`Kind::Client`]), so that an id which somebody made up costs no storage operation. Secrets have 256 bits
//! of randomness and are kept as HMAC-SHA-256 under a client key alone. A slow hash would protect no better what cannot
//! be guessed, and would cost more CPU than the platform grants.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

use crate::digest::{base64url, hmac_sha256};
use crate::http::basic::Pair;
use crate::policy::{Client, ClientKind, Registry, Revocation, SecretDigest, SingleUse};
use crate::ports::{ClaimKey, Claimed, Entropy, KvStore, Ledger, Tombstone};
use crate::refusal::Reason;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::{self, Context, LAG};
use crate::secret::Secret;

/// The client of an id. `revocation`: whether the Ledger is asked if it was removed.
///
/// # Errors
/// `ClientUnknown`, `SecretMissing`, and storage's own reasons.
pub async fn find<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    id: &str,
    revocation: Revocation,
) -> Result<Arc<Client>, Reason> {
    if let Some(client) = ctx.policy.clients.iter().find(|client| client.id == id) {
        return Ok(Arc::clone(client));
    }
    let registry = ctx.policy.registry.as_ref().ok_or(Reason::ClientUnknown)?;
    let sealed = open(ctx, registry, id)?;
    if revocation == Revocation::Strict && is_removed(ctx, &sealed).await? {
        return Err(Reason::ClientUnknown);
    }
    if let Some(known) = ctx.recent.clients.get(id, ctx.now, registry.cache) {
        return known.ok_or(Reason::ClientUnknown);
    }
    let client = fetch(ctx, &sealed).await?.map(Arc::new);
    ctx.recent.clients.put(id.to_owned(), client.clone(), ctx.now);
    client.ok_or(Reason::ClientUnknown)
}

/// Whether a pair of id and secret is that client's.
///
/// # Errors
/// `ClientSecret`, `SecretMissing`.
pub fn authenticate<P>(ctx: Context<'_, P>, client: &Client, pair: &Pair) -> Result<(), Reason> {
    let registry = ctx.policy.registry.as_ref().ok_or(Reason::ClientUnknown)?;
    let mut presented = vec![digests(ctx, registry, &client.id, &pair.secret)?];
    let decoded = pair.decoded_secret();
    if decoded != pair.secret {
        presented.push(digests(ctx, registry, &client.id, &decoded)?);
    }
    let live = || client.secrets.iter().filter(|secret| secret.until.is_none_or(|until| ctx.now < until));
    let fits = |digest: &String| live().any(|secret| secret.text.as_bytes().ct_eq(digest.as_bytes()).into());
    match presented.iter().flatten().any(fits) {
        true => Ok(()),
        false => Err(Reason::ClientSecret),
    }
}

/// Makes an id for a new client.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn new_id(ctx: Context<'_, impl Entropy>, registry: &Registry) -> Result<Sealed, Reason> {
    let terms = Terms { kind: Kind::Client, issued: ctx.now, expires: FOREVER, audience: "", payload: &[] };
    ctx.seal(&registry.keys, &terms)
}

/// Makes a secret, which is told once and never stored.
///
/// # Errors
/// `EntropyUnavailable`; `SecretMissing`.
pub fn new_secret(
    ctx: Context<'_, impl Entropy>,
    registry: &Registry,
    id: &str,
) -> Result<(Secret, SecretDigest), Reason> {
    let key = ctx.signing_key(&registry.keys)?.secret;
    let mut bytes = [0; 32];
    ctx.ports.fill(&mut bytes)?;
    let secret = Secret::new(format!("egk_{}", base64url(&bytes)));
    let text = digest(key, id, &secret);
    Ok((secret, SecretDigest { text, until: None }))
}

/// The keyed digest of a client's secret, in base64url.
pub fn digest(key: &Secret, id: &str, secret: &Secret) -> String {
    base64url(&hmac_sha256(key, &[b"edgegate client secret v1\0", id.as_bytes(), b"\0", secret.expose()]))
}

/// The registered client of an id, for whom it is to be changed; from storage itself.
///
/// # Errors
/// `ClientUnknown`, and storage's own reasons.
pub async fn registered<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    registry: &Registry,
    id: &str,
) -> Result<(Sealed, Client), Reason> {
    let sealed = open(ctx, registry, id)?;
    if is_removed(ctx, &sealed).await? {
        return Err(Reason::ClientUnknown);
    }
    let client = fetch(ctx, &sealed).await?.ok_or(Reason::ClientUnknown)?;
    Ok((sealed, client))
}

/// Stores a new client.
///
/// # Errors
/// Storage's own reasons.
pub async fn add<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed, client: Client) -> Result<(), Reason> {
    let text = written(&client).to_string();
    ctx.ports.put(sealed.record_key(), &text, FOREVER).await?;
    if ctx.policy.single_use == SingleUse::Ledger {
        // For isolates whose KV lags, as any new record.
        let _ = ctx.ports.claim(&sealed.claim_key("minted"), ctx.now + LAG, &text).await;
    }
    ctx.recent.clients.put(client.id.clone(), Some(Arc::new(client)), ctx.now);
    Ok(())
}

/// Stores a client that was changed. Each change builds on the one before: a second one that was made of the same, or
/// of what KV had before it caught up, is refused.
///
/// # Errors
/// `ClientUnknown` if it is out of date or the client was removed meanwhile, and storage's own reasons.
pub async fn change<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed, client: Client) -> Result<(), Reason> {
    let client = Client { changes: client.changes + 1, ..client };
    let text = written(&client).to_string();
    if ctx.policy.single_use == SingleUse::Ledger
        && ctx.ports.claim(&changed(sealed, client.changes), ctx.now + LAG, &text).await? != Claimed::First
    {
        return Err(Reason::ClientUnknown);
    }
    ctx.ports.put(sealed.record_key(), &text, FOREVER).await?;
    if is_removed(ctx, sealed).await? {
        bury(ctx, sealed).await?;
        return Err(Reason::ClientUnknown);
    }
    ctx.recent.clients.put(client.id.clone(), Some(Arc::new(client)), ctx.now);
    Ok(())
}

/// Removes a client: at once in the Ledger and in this isolate, elsewhere as KV gets there.
///
/// # Errors
/// Storage's own reasons.
pub async fn remove<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<(), Reason> {
    bury(ctx, sealed).await
}

/// A page of registered clients: their KV keys, and where the next page begins.
///
/// # Errors
/// `VaultUnavailable`.
pub async fn page<P: KvStore>(ctx: Context<'_, P>, cursor: &str) -> Result<(Vec<Client>, Option<String>), Reason> {
    let (keys, next) = ctx.ports.list(&format!("{}:", Kind::Client.prefix()), cursor, PAGE).await?;
    let mut clients = Vec::with_capacity(keys.len());
    for key in keys {
        if !is_buried(ctx, &key) {
            clients.extend(ctx.ports.get(&key).await?.as_deref().and_then(read));
        }
    }
    Ok((clients, next))
}

/// What anybody who may list clients is told of one.
pub fn described(client: &Client) -> Map<String, Value> {
    let mut members = Map::new();
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("client_id", json!(client.id));
    say("name", json!(client.name));
    say("kind", json!(client.kind.word()));
    say("redirect_uris", json!(client.redirect_uris));
    say("scope", json!(client.scope));
    say("subject", json!(client.subject));
    say("act_for_others", json!(client.acts_for_others));
    say("introspect", json!(client.introspects_all));
    say("pkce", json!(client.needs_pkce));
    say("dpop", json!(client.needs_dpop));
    say("resources", json!(client.resources));
    members.retain(|_, value| !matches!(value, Value::Null | Value::Bool(false)) && *value != json!([]));
    members
}

/// A digest under each of the registry's keys, since nothing says which one made it.
fn digests<P>(ctx: Context<'_, P>, registry: &Registry, id: &str, secret: &Secret) -> Result<Vec<String>, Reason> {
    let under = |key: &Arc<crate::policy::Key>| Ok(digest(ctx.secrets.secret(&key.secret)?, id, secret));
    registry.keys.iter().map(under).collect()
}

fn open<P>(ctx: Context<'_, P>, registry: &Registry, id: &str) -> Result<Sealed, Reason> {
    seal::open(Kind::Client, &registry.keys, ctx.secrets, id)?.ok_or(Reason::ClientUnknown)
}

fn changed(sealed: &Sealed, number: u64) -> ClaimKey {
    sealed.claim_key(&format!("changed {number}"))
}

async fn is_removed<P: Ledger>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<bool, Reason> {
    Ok(ctx.policy.single_use == SingleUse::Ledger && ctx.ports.recall(&sealed.claim_key("removed")).await?.is_some())
}

async fn bury<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<(), Reason> {
    // A change on its way may write the record over it.
    let tombstone = Tombstone { key: sealed.record_key(), value: REMOVED, again: true };
    let until = ctx.now + REMEMBERED;
    store::bury(ctx, &sealed.claim_key("removed"), until, &tombstone).await?;
    ctx.recent.put(sealed.record_key(), Record::tombstone(until), ctx.now);
    ctx.recent.clients.put(sealed.text().expose_text()?.to_owned(), None, ctx.now);
    Ok(())
}

/// Whether this isolate removed the client of a record, which KV may not know yet.
fn is_buried<P>(ctx: Context<'_, P>, record_key: &str) -> bool {
    ctx.recent.get(record_key, ctx.now, 0).is_some()
}

async fn fetch<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<Option<Client>, Reason> {
    if is_buried(ctx, sealed.record_key()) {
        return Ok(None);
    }
    let mut text = ctx.ports.get(sealed.record_key()).await?;
    if text.is_none() && ctx.now < sealed.issued + LAG && ctx.policy.single_use == SingleUse::Ledger {
        if is_removed(ctx, sealed).await? {
            return Ok(None);
        }
        text = ctx.ports.recall(&sealed.claim_key("minted")).await?;
        for number in 1..MOST_CHANGES {
            let Some(next) = ctx.ports.recall(&changed(sealed, number)).await? else { break };
            text = Some(next);
        }
    }
    match text.as_deref() {
        None | Some(REMOVED) => Ok(None),
        Some(text) => read(text).map(Some).ok_or(Reason::VaultUnavailable),
    }
}

/// As KV has it: what is described, and the digests.
fn written(client: &Client) -> Value {
    let mut members = described(client);
    let secret = |secret: &SecretDigest| json!({"digest": secret.text, "until": secret.until});
    members.insert("changes".to_owned(), json!(client.changes));
    members.insert("secrets".to_owned(), client.secrets.iter().map(secret).collect());
    Value::Object(members)
}

fn read(text: &str) -> Option<Client> {
    let value: Value = serde_json::from_slice(text.as_bytes()).ok()?;
    let word = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(false);
    let list = |name: &str| match value.get(name).and_then(Value::as_array) {
        Some(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let secret = |secret: &Value| {
        let text = secret.get("digest")?.as_str()?.to_owned();
        Some(SecretDigest { text, until: secret.get("until")?.as_u64() })
    };
    Some(Client {
        id: word("client_id")?,
        name: word("name")?,
        homepage: None,
        logo: None,
        kind: ClientKind::of(value.get("kind")?.as_str()?)?,
        secrets: value.get("secrets")?.as_array()?.iter().filter_map(secret).collect(),
        redirect_uris: list("redirect_uris"),
        scope: list("scope"),
        subject: word("subject"),
        acts_for_others: flag("act_for_others"),
        introspects_all: flag("introspect"),
        needs_pkce: flag("pkce"),
        needs_dpop: flag("dpop"),
        resources: list("resources"),
        changes: value.get("changes").and_then(Value::as_u64).unwrap_or(0),
    })
}

/// What KV keeps of a client that was removed.
const REMOVED: &str = "{}";
/// Seconds for which a secret may outlive its change: time enough to change it everywhere.
pub const LONGEST_OVERLAP: u64 = 30 * 86_400;
/// Unix seconds: the year 2100.
const FOREVER: u64 = 4_102_444_800;
/// Seconds for which it is remembered that a client was removed: longer than anything lives that it was given.
const REMEMBERED: u64 = 3_660 * 86_400;
/// Clients of a page. Each is read, and the platform grants few operations to a request.
const PAGE: u32 = 40;
/// Changes of a new client that a reader looks for while KV lags.
const MOST_CHANGES: u64 = 10;
