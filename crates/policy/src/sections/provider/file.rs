//! `[providers.<name>]` as the file has it. What it leaves out a preset fills.

use std::sync::Arc;

use super::keys::{self, Way};
use super::presets::{Offline, PLAIN, PRESETS, Preset};
use super::{ClientAuthentication, Endpoints, Provider};
use crate::reader::names::Names;
use crate::reader::secrets;
use crate::reader::table::Table;
use crate::reader::{bucket, deployment, text};
use crate::sections::key::{self, Keys};
use crate::sections::{Issuer, JwsAlgorithm, TokenPlace, Verification, session};
use crate::shape::{Key, MINUTE};
use crate::{BaseUrl, Origin, OriginCredentials, Via};

/// Every `[providers.*]`.
pub(crate) fn read(root: &Table<'_>, keys: &Keys, origins: &Names<Origin>, taken: &mut Vec<String>) -> Names<Provider> {
    let mut providers = Names::new("providers");
    for (name, table) in root.named(&keys::SECTION) {
        deployment::check_name("providers", name, &table);
        if !root.has(&session::SECTION) {
            missing(&table, "it opens a session, and there is no `[session]`");
        }
        let provider = provider(name, &table, (keys, origins), taken);
        providers.add(name, provider);
    }
    providers
}

fn provider(
    name: &str,
    table: &Table<'_>,
    (keys, origins): (&Keys, &Names<Origin>),
    taken: &mut Vec<String>,
) -> Option<Provider> {
    let preset = if table.has(&keys::PRESET) { table.word(&keys::PRESET, &PRESETS)? } else { PLAIN };
    let client_id = table.checked(&keys::CLIENT_ID, text::audience);
    let recheck = table.has(&keys::RECHECK).then(|| table.seconds_within(&keys::RECHECK, &keys::RECHECKS));
    let authentication = authentication(table, keys, taken);
    let issued = issuer(table, &preset);
    let endpoints = endpoints(table, &preset, issued.as_ref());
    let label = table.checked(&keys::LABEL, text::title);
    let domains = table.list(&keys::DOMAIN, domain);
    let algorithms = algorithms(table);
    let subject = table.checked(&keys::SUBJECT, subject).unwrap_or_else(|| preset.subject.to_owned());
    let Issued { iss, tenants } = issued?;
    let origin = origin(name, table, &iss, origins)?;
    let (endpoints, keys_path) = endpoints?;
    if matches!(endpoints, Endpoints::Known { userinfo: None, .. }) && table.flag(&keys::USERINFO) {
        let reason = "has nothing to ask: several tenants have no common document, so name `userinfo_endpoint`";
        table.wrong(&keys::USERINFO, reason);
    }
    let is_discovered = endpoints == Endpoints::Discovered;
    let signs = !matches!(endpoints, Endpoints::Known { signs: false, .. });
    let scope = scope(table, &preset, recheck.is_some(), signs);
    let client_id = client_id?;
    let issuer = Issuer {
        // Not that of an issuer: an isolate remembers keys by it.
        name: format!("providers.{name}"),
        tenants,
        audience: vec![client_id.clone()],
        audience_claim: String::from("aud"),
        origin,
        verification: Verification::Jwks { path: keys_path, is_discovered, algorithms },
        skew: MINUTE,
        subject,
        client: None,
        scopes: Vec::new(),
        require: Vec::new(),
        id_tokens: true,
        place: TokenPlace::Bearer,
        cache: 10 * MINUTE,
        issuer: iss,
    };
    let own = if preset.label.is_empty() { name } else { preset.label };
    Some(Provider {
        name: name.to_owned(),
        label: label.unwrap_or_else(|| own.to_owned()),
        client_id,
        authentication: authentication?,
        scope,
        parameters: parameters(&preset, recheck.is_some()),
        posts_answer: table.word(&keys::RESPONSE_MODE, &keys::MODES).unwrap_or(false),
        domains,
        recheck,
        asks_userinfo: table.flag(&keys::USERINFO) || !signs,
        issuer: Arc::new(issuer),
        endpoints,
    })
}

/// `iss`, and what may stand in it.
struct Issued {
    iss: String,
    tenants: Vec<String>,
}

/// One tenant takes its place at once: its document says the same `iss`.
fn issuer(table: &Table<'_>, preset: &Preset) -> Option<Issued> {
    let given = table.checked(&keys::ISSUER, text::audience);
    if given.is_none() && table.has(&keys::ISSUER) {
        return None;
    }
    let iss = given.unwrap_or_else(|| preset.issuer.to_owned());
    if iss.is_empty() {
        missing(table, "`issuer` is missing");
        return None;
    }
    if iss.contains('*') || iss.replacen(TENANT, "", 1).contains(['{', '}', '?', '#']) {
        table.wrong(&keys::ISSUER, "is one address; it may have `{tenant}` once, and no `*`, `?`, `#` or other braces");
        return None;
    }
    let tenants = table.list(&keys::TENANTS, tenant);
    match (iss.contains(TENANT), tenants.as_slice()) {
        (true, []) if !table.has(&keys::TENANTS) => {
            missing(table, "`tenants` is missing: `issuer` has `{tenant}`, and everybody can have a tenant");
            None
        }
        (true, [sole]) => Some(Issued { iss: iss.replace(TENANT, sole), tenants: Vec::new() }),
        (false, _) if table.has(&keys::TENANTS) => {
            table.wrong(&keys::TENANTS, "has no effect, since `issuer` has no `{tenant}`");
            None
        }
        _ => Some(Issued { iss, tenants }),
    }
}

/// How the gateway proves there who it is.
fn authentication(table: &Table<'_>, keys: &Keys, taken: &mut Vec<String>) -> Option<ClientAuthentication> {
    let usual = if table.has(&keys::SECRET) { Way::Basic } else { Way::None };
    let way = if table.has(&keys::CLIENT_AUTH) { table.word(&keys::CLIENT_AUTH, &keys::WAYS)? } else { usual };
    let secret = table.text(&keys::SECRET).and_then(|text| secrets::own(&text, taken));
    let key = table.text(&keys::KEY).and_then(|id| key::one(&id, keys, key::IDENTITY));
    let needs = |wanted: &Key, other: &Key| {
        if table.has(other) {
            table.wrong(other, "has no effect with this `client_auth`");
        }
        if !table.has(wanted) {
            missing(table, &format!("`{}` is missing: the gateway has to prove there who it is", wanted.name));
        }
    };
    match way {
        Way::Basic | Way::Post => {
            needs(&keys::SECRET, &keys::KEY);
            let made = if way == Way::Basic { ClientAuthentication::Basic } else { ClientAuthentication::Post };
            secret.map(made)
        }
        Way::PrivateKeyJwt => {
            needs(&keys::KEY, &keys::SECRET);
            key.map(ClientAuthentication::PrivateKeyJwt)
        }
        Way::None => {
            for other in [&keys::SECRET, &keys::KEY].into_iter().filter(|other| table.has(other)) {
                table.wrong(other, "has no effect with this `client_auth`");
            }
            Some(ClientAuthentication::None)
        }
    }
}

/// Where it is spoken to, and the path of its keys or of the document that names them.
fn endpoints(table: &Table<'_>, preset: &Preset, issued: Option<&Issued>) -> Option<(Endpoints, String)> {
    let address = |key: &Key| table.parsed(key, address);
    let own = [&keys::AUTHORIZATION_ENDPOINT, &keys::TOKEN_ENDPOINT, &keys::USERINFO_ENDPOINT];
    let [authorization, token, userinfo] = own.map(address);
    let of_several = |_: &_| issued.is_none_or(|issued| !issued.tenants.is_empty());
    let known = preset.endpoints.filter(|known| known.keys.is_none() || of_several(known));
    if let Some(known) = known {
        let or = |own: Option<String>, known: &str| own.unwrap_or_else(|| known.to_owned());
        let endpoints = Endpoints::Known {
            authorization: or(authorization, known.authorization),
            token: or(token, known.token),
            emails: known.emails.zip(userinfo.as_deref().or(known.userinfo)).map(|(path, at)| format!("{at}{path}")),
            userinfo: userinfo.or(known.userinfo.map(str::to_owned)),
            signs: known.keys.is_some(),
        };
        return Some((endpoints, known.keys.unwrap_or_default().to_owned()));
    }
    if issued.is_some_and(|issued| !issued.tenants.is_empty()) {
        let reason = "names several, which have neither a document nor keys in common; \
                      write `preset = \"entra\"`, or a provider for each";
        table.wrong(&keys::TENANTS, reason);
        return None;
    }
    if !own.iter().any(|key| table.has(key)) {
        // OpenID Connect Discovery section 4: a slash at the end is taken off first.
        let below = path_of(&issued?.iss).trim_end_matches('/');
        return Some((Endpoints::Discovered, format!("{below}{}/.well-known/openid-configuration", preset.below)));
    }
    for key in own.iter().filter(|key| !table.has(key)) {
        missing(table, &format!("`{}` is missing: plain OAuth 2 has all three", key.name));
    }
    let (authorization, token, userinfo) = (authorization?, token?, Some(userinfo?));
    Some((Endpoints::Known { authorization, token, userinfo, emails: None, signs: false }, String::new()))
}

/// What is asked for. `signs`: an id_token has to come.
fn scope(table: &Table<'_>, preset: &Preset, rechecks: bool, signs: bool) -> String {
    let mut scopes: Vec<String> = table.list(&keys::SCOPE, text::scope);
    if !table.has(&keys::SCOPE) {
        scopes = preset.scope.split(' ').map(str::to_owned).collect();
        if rechecks && matches!(preset.offline, Offline::Scope) {
            scopes.push(String::from("offline_access"));
        }
    } else if signs && !scopes.iter().any(|scope| scope == "openid") {
        table.wrong(&keys::SCOPE, "lacks `openid`, without which there is no id_token");
    }
    scopes.join(" ")
}

fn parameters(preset: &Preset, rechecks: bool) -> Vec<(String, String)> {
    match preset.offline {
        Offline::Parameters(list) if rechecks => {
            list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

fn algorithms(table: &Table<'_>) -> Vec<JwsAlgorithm> {
    if !table.has(&keys::ALGORITHMS) {
        return vec![JwsAlgorithm::Rs256, JwsAlgorithm::Es256];
    }
    table.texts(&keys::ALGORITHMS).iter().filter_map(|text| text.word(JwsAlgorithm::ALL)).collect()
}

/// How the provider's own host is called.
fn origin(name: &str, table: &Table<'_>, iss: &str, origins: &Names<Origin>) -> Option<Arc<Origin>> {
    if let Some(text) = table.text(&keys::ORIGIN) {
        let origin = origins.find(&text, text.value)?;
        bucket::check_for_calls(&text, &origin);
        if origin.credentials.authorization.is_some() {
            text.wrong("has an `authorization`, and the gateway proves there by `client_auth` who it is");
        }
        if origin.insecure {
            text.wrong("is `insecure = true`: who is on the way could sign anybody in; use https");
        }
        return Some(origin);
    }
    let host = iss.strip_suffix(path_of(iss)).unwrap_or(iss);
    match BaseUrl::parse(host) {
        Ok(url) if url.is_https() || url.is_loopback() => Some(Arc::new(Origin {
            name: format!("providers.{name}"),
            via: Via::Url(url),
            insecure: false,
            timeout: MINUTE,
            credentials: OriginCredentials::default(),
        })),
        _ => {
            table.wrong(
                &keys::ISSUER,
                "must be an https address, or http on loopback: who is on the way could sign anybody in",
            );
            None
        }
    }
}

/// What follows scheme and host.
fn path_of(iss: &str) -> &str {
    let host = iss.find("://").map_or(0, |at| at + 3);
    let path = iss.get(host..).and_then(|rest| rest.find('/')).map(|at| host + at);
    path.and_then(|at| iss.get(at..)).unwrap_or_default()
}

fn missing(table: &Table<'_>, reason: &str) {
    table.report.add(table.line, format!("{}: {reason}", table.label));
}

/// A whole address: https, or http on loopback, in characters that nothing rewrites.
fn address(text: &str) -> Result<String, String> {
    let path = path_of(text);
    let host = text.strip_suffix(path).unwrap_or(text);
    let url = BaseUrl::parse(host)?;
    if !url.is_https() && !url.is_loopback() {
        return Err(format!("`{}` is http: who is on the way could sign anybody in; use https", text.escape_debug()));
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&byte);
    match path.starts_with('/') && path.len() <= 2000 && path.bytes().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{}` is no whole address; write scheme, host and path", text.escape_debug())),
    }
}

/// The claim that is a person's for ever.
fn subject(text: &str) -> Result<(), String> {
    text::name(text)?;
    match GIVEN_AGAIN.contains(&text) {
        true => Err(format!(
            "`{text}` can be given to somebody else, who would be taken for the first; use `sub`, or the number that never changes"
        )),
        false => Ok(()),
    }
}

fn domain(text: &str) -> Result<String, String> {
    match text.contains('.') && !text.contains(':') {
        true => text::authority(text).map(|()| text.to_owned()),
        false => Err(format!("`{}` is no domain; write what follows the `@`, as `example.org`", text.escape_debug())),
    }
}

fn tenant(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    crate::text::admit(text, 64, allowed, "1 to 64 of A-Z, a-z, 0-9, `-` and `.`").map(|()| text.to_owned())
}

const TENANT: &str = "{tenant}";
/// What a provider's people choose, change and give up.
const GIVEN_AGAIN: [&str; 4] = ["email", "preferred_username", "login", "name"];
