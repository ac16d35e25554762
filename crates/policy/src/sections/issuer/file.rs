//! `[issuers.<name>]` as the file has it. What it leaves out a preset fills.

use std::sync::Arc;

use super::claims;
use super::keys::{self, CACHE_OF_ANSWERS, CACHE_OF_KEYS, SECTION};
use super::presets::{PLAIN, PRESETS, Place, Preset};
use super::{Issuer, JwsAlgorithm, TENANT, Verification};
use crate::reader::bucket;
use crate::reader::deployment;
use crate::reader::names::Names;
use crate::reader::table::Table;
use crate::reader::text;
use crate::sections::key::Keys;
use crate::shape::{Key, MINUTE};
use crate::{BaseUrl, Origin, OriginCredentials, Via};

/// Every `[issuers.*]`.
pub(crate) fn read(root: &Table<'_>, keys: &Keys, origins: &Names<Origin>) -> Names<Issuer> {
    let mut issuers: Names<Issuer> = Names::new("issuers");
    for (name, table) in root.named(&SECTION) {
        deployment::check_name("issuers", name, &table);
        let issuer = issuer(name, &table, origins);
        let same = |other: &&Arc<Issuer>| {
            issuer.as_ref().is_some_and(|one: &Issuer| one.names().iter().any(|name| other.is_of(name)))
        };
        if let Some(other) = issuers.things().find(same) {
            let reason = format!("is that of `[issuers.{}]` already; put both audiences into one", other.name);
            table.wrong(&keys::ISSUER, &reason);
        }
        let secret = issuer.as_ref().and_then(Issuer::secret);
        if let Some(key) = keys.things().find(|key| secret == Some(key.secret.as_str())) {
            let reason = format!("is the secret of `[keys.{}]` already, and would be sent to the issuer", key.id);
            table.wrong(&keys::SECRET, &reason);
        }
        issuers.add(name, issuer);
    }
    issuers
}

fn issuer(name: &str, table: &Table<'_>, origins: &Names<Origin>) -> Option<Issuer> {
    let preset = if table.has(&keys::PRESET) { table.word(&keys::PRESET, &PRESETS)? } else { PLAIN };
    let issuer = claims::issuer(table, &preset);
    let tenants = claims::tenants(table, &preset, issuer.as_deref());
    let audience = table.texts(&keys::AUDIENCE);
    let audience = audience.iter().filter_map(|text| text.parsed(audience_of)).collect();
    let origin = table.text(&keys::ORIGIN);
    let is_named = origin.is_some();
    let named = origin.and_then(|text| {
        let origin = origins.find(&text, text.value)?;
        bucket::check_for_calls(&text, &origin);
        Some(origin)
    });
    let verification = verification(table, &preset, issuer.as_deref());
    let is_asked = table.has(&keys::INTROSPECTION);
    if !is_named && is_asked && preset.keys.is_none() {
        table.report.add(table.line, format!("{}: `origin` is missing", table.label));
    }
    if !table.has(&keys::AUDIENCE) && !is_asked && (table.has(&keys::JWKS) || verification.is_some()) {
        let reason = "`audience` is missing: a token that was issued for somebody else would do";
        table.report.add(table.line, format!("{}: {reason}", table.label));
    }
    if named.as_ref().is_some_and(|origin| origin.insecure) {
        let reason =
            "is `insecure = true`: who is on the way could hand in keys of their own, or read tokens; use https";
        table.wrong(&keys::ORIGIN, reason);
    }
    if is_asked && named.as_ref().is_some_and(|origin| origin.credentials.authorization.is_some()) {
        let reason = "has an `authorization`, and introspection authenticates by `client_id` and `secret` there";
        table.wrong(&keys::ORIGIN, reason);
    }
    let cache = if is_asked { &CACHE_OF_ANSWERS } else { &CACHE_OF_KEYS };
    if tenants.is_empty() && issuer.as_ref().is_some_and(|issuer| issuer.contains(TENANT)) {
        return None;
    }
    let scopes = table.list(&keys::SCOPES, name_of);
    let listed = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let made = Issuer {
        name: name.to_owned(),
        tenants,
        audience,
        audience_claim: table
            .checked(&keys::AUDIENCE_CLAIM, text::name)
            .unwrap_or_else(|| preset.audience_claim.to_owned()),
        origin: match is_named || is_asked {
            true => named?,
            false => Arc::new(keys_origin(name, table, &preset, issuer.as_deref()?)?),
        },
        issuer: issuer?,
        skew: table.seconds(&keys::SKEW),
        subject: table.checked_or(&keys::SUBJECT, text::name),
        client: table.checked(&keys::CLIENT, text::name).or(preset.client.map(str::to_owned)),
        scopes: if table.has(&keys::SCOPES) { scopes } else { listed(preset.scopes) },
        require: claims::require(table, &preset),
        id_tokens: table.flag_or(&keys::ID_TOKENS, preset.id_tokens),
        place: table.word(&keys::PLACE, &keys::PLACES).unwrap_or(preset.place),
        cache: table.seconds_within(&keys::CACHE, cache),
        verification: verification?,
    };
    Some(made)
}

fn verification(table: &Table<'_>, preset: &Preset, issuer: Option<&str>) -> Option<Verification> {
    let by_keys = [&keys::ALGORITHMS, &keys::AUDIENCE_CLAIM, &keys::TENANTS, &keys::ID_TOKENS, &keys::PLACE];
    let by_asking = [&keys::CLIENT_ID, &keys::SECRET];
    let is_discovered = table.flag(&keys::DISCOVERY);
    let is_asked = table.has(&keys::INTROSPECTION);
    if table.has(&keys::JWKS) && is_discovered {
        table.wrong(&keys::DISCOVERY, "the keys are found by `jwks` or by `discovery`, not by both");
        return None;
    }
    let has_keys = table.has(&keys::JWKS) || is_discovered || preset.keys.is_some();
    let (others, what): (&[&Key], &str) = match (has_keys, is_asked) {
        (true, false) => (&by_asking, "introspection"),
        (false, true) => (&by_keys, "jwks"),
        (true, true) => {
            let reason = match (table.has(&keys::JWKS), is_discovered) {
                (true, _) => "a token is verified by `jwks` or by `introspection`, not by both".to_owned(),
                (_, true) => "a token is verified by `discovery` or by `introspection`, not by both".to_owned(),
                _ => format!("has no effect with `preset = \"{}\"`, whose tokens are verified by keys", preset.word),
            };
            table.wrong(&keys::INTROSPECTION, &reason);
            return None;
        }
        (false, false) => {
            let reason = "says not how a token is verified; add `jwks = \"/…\"` or `introspection = \"/…\"`";
            table.report.add(table.line, format!("{}: {reason}", table.label));
            return None;
        }
    };
    for key in others.iter().filter(|key| table.has(key)) {
        table.wrong(key, &format!("has no effect without `{what}`"));
    }
    if is_asked { asked(table, &by_asking) } else { fetched(table, preset, issuer) }
}

fn fetched(table: &Table<'_>, preset: &Preset, issuer: Option<&str>) -> Option<Verification> {
    let mut algorithms = Vec::new();
    let is_discovered = table.flag(&keys::DISCOVERY);
    let own = table.checked(&keys::JWKS, text::exact_path);
    for text in table.texts(&keys::ALGORITHMS) {
        algorithms.extend(text.word(JwsAlgorithm::ALL));
    }
    if !table.has(&keys::ALGORITHMS) {
        algorithms.extend_from_slice(preset.algorithms);
        if algorithms.is_empty() {
            let reason = "`algorithms` is missing; the token must not choose";
            table.report.add(table.line, format!("{}: {reason}", table.label));
        }
    }
    if table.has(&keys::JWKS) {
        return Some(Verification::Jwks { path: own?, is_discovered, algorithms });
    }
    if is_discovered && issuer?.contains(TENANT) {
        table.wrong(&keys::DISCOVERY, "finds the keys of one issuer; with `{tenant}` say where they are by `jwks`");
        return None;
    }
    // OpenID Connect Discovery section 4: a slash at the end is taken off first.
    let below = path_of(issuer?).trim_end_matches('/');
    let path = match preset.keys {
        _ if is_discovered => format!("{below}/.well-known/openid-configuration"),
        Some(Place::Below(path)) => format!("{below}{path}"),
        Some(Place::AtHost(path) | Place::Elsewhere(_, path)) => path.to_owned(),
        None => return None,
    };
    Some(Verification::Jwks { path, is_discovered, algorithms })
}

fn asked(table: &Table<'_>, needed: &[&Key]) -> Option<Verification> {
    let path = table.checked(&keys::INTROSPECTION, text::exact_path);
    for key in needed.iter().filter(|key| !table.has(key)) {
        let reason = "is missing: the gateway has to say there who it is";
        table.report.add(table.line, format!("{}: `{}` {reason}", table.label, key.name));
    }
    let client_id = table.checked(&keys::CLIENT_ID, text::name);
    let secret = table.checked(&keys::SECRET, text::secret);
    Some(Verification::Introspection { path: path?, client_id: client_id?, secret: secret? })
}

/// Where keys are fetched if no origin is named: the issuer's own host, or the one that the preset knows.
fn keys_origin(name: &str, table: &Table<'_>, preset: &Preset, issuer: &str) -> Option<Origin> {
    let is_elsewhere = !table.has(&keys::JWKS) && !table.flag(&keys::DISCOVERY);
    let host = match preset.keys {
        Some(Place::Elsewhere(host, _)) if is_elsewhere => host,
        _ => issuer.strip_suffix(path_of(issuer)).unwrap_or(issuer),
    };
    match BaseUrl::parse(host) {
        Ok(url) if url.is_https() => Some(Origin {
            name: format!("issuers.{name}"),
            via: Via::Url(url),
            insecure: false,
            timeout: MINUTE,
            credentials: OriginCredentials::default(),
        }),
        _ => {
            let reason = "is no https address, so `origin` has to say where its keys are";
            table.wrong(&keys::ISSUER, reason);
            None
        }
    }
}

/// What follows scheme and host.
fn path_of(issuer: &str) -> &str {
    let host = issuer.find("://").map_or(0, |at| at + 3);
    let path = issuer.get(host..).and_then(|rest| rest.find('/')).map(|at| host + at);
    path.and_then(|at| issuer.get(at..)).unwrap_or_default()
}

fn audience_of(text: &str) -> Result<String, String> {
    text::audience(text).map(|()| text.to_owned())
}

fn name_of(text: &str) -> Result<String, String> {
    text::name(text).map(|()| text.to_owned())
}
