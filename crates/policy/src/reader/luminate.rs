//! `[luminate]`.

use std::sync::Arc;

use super::names::Names;
use super::networks;
use super::table::Table;
use super::text;
use crate::host;
use crate::sections::{key, session, sign_in};
use crate::shape::{self, administrator, luminate, root};
use crate::{
    Administrator, CookieStyle, FieldNames, FieldPattern, HostPattern, Issuer, Key, Luminate, NamePattern, Network,
    NoAuth, Session, SignedRedirect,
};

/// `[luminate]`
pub(crate) fn read(
    root: &Table<'_>,
    keys: &Names<Key>,
    issuers: &Names<Issuer>,
    signed_redirects: &Names<SignedRedirect>,
    session: Option<&Session>,
) -> Option<Luminate> {
    let table = root.table(&root::LUMINATE)?;
    if !root.has(&sign_in::SECTION) {
        let reason = "luminate: who checks its passwords is said in `[sign_in]`, and there is none";
        table.report.add(table.line, String::from(reason));
    }
    if session.is_some_and(|session| session.cookie == COOKIE) {
        let reason = format!(
            "luminate: its cookie is `{COOKIE}`, and so is that of `[session]`; they would overwrite each other on loopback"
        );
        table.report.add(table.line, reason);
    }
    let (idle, absolute) = session::lives(&table, [&luminate::IDLE, &luminate::ABSOLUTE]);
    let session = Session {
        keys: key::list(&table, &luminate::KEYS, keys, key::SEAL),
        cookie: String::from(COOKIE),
        style: CookieStyle::Servlet,
        idle,
        absolute,
        cache: table.seconds(&luminate::CACHE),
        hosts: Vec::new(),
    };
    let api_keys = api_keys(&table);
    let signature = table.text(&luminate::SIGNATURE);
    let signature = signature.and_then(|name| signed_redirects.find(&name, name.value));
    let nonce_lifetime = table.seconds(&luminate::NONCE_LIFETIME);
    let sign_on_lifetime = table.seconds(&luminate::SIGN_ON_LIFETIME);
    let no_auth = no_auth(&table);
    let methods = methods(&table);
    let redirects = table.list(&luminate::REDIRECTS, HostPattern::parse);
    let identity = patterns(&table, &luminate::IDENTITY_NAMES, &IDENTITY_NAMES);
    let subjects = signature.iter().flat_map(|signature| subjects(signature, signed_redirects));
    let names = FieldNames {
        identity: identity.into_iter().chain(subjects).collect(),
        withheld: patterns(&table, &luminate::WITHHELD_NAMES, &WITHHELD_NAMES),
    };
    let http_host = table.checked(&luminate::HTTP_HOST, http_host);
    let server_networks = server_networks(&table);
    let administrators = administrators(&table, keys, issuers);
    let lookup = table.checked(&luminate::LOOKUP, text::exact_path);
    Some(Luminate {
        session,
        api_keys,
        signature: signature?,
        nonce_lifetime,
        sign_on_lifetime,
        no_auth,
        methods,
        redirects,
        names: Arc::new(names),
        http_host,
        server_networks,
        administrators,
        lookup,
    })
}

fn api_keys(table: &Table<'_>) -> Vec<String> {
    let texts = table.texts(&luminate::API_KEYS);
    if texts.len() > 2 {
        table.wrong(&luminate::API_KEYS, "holds more than two: one in use, and one that takes its place");
    }
    texts.iter().filter_map(|text| text.parsed(text::api_key)).collect()
}

fn no_auth(table: &Table<'_>) -> NoAuth {
    match table.has(&luminate::NO_AUTH) {
        true => NoAuth::Named(table.list(&luminate::NO_AUTH, text::api_method)),
        false => NoAuth::Usual,
    }
}

/// A list of names takes the place of the usual one.
fn patterns(table: &Table<'_>, key: &shape::Key, usual: &[&str]) -> Vec<FieldPattern> {
    match table.has(key) {
        true => table.list(key, FieldPattern::parse),
        false => usual.iter().filter_map(|text| FieldPattern::parse(text).ok()).collect(),
    }
}

/// Names that routes of this gateway read as who somebody is, where they take what this profile signs.
fn subjects<'p>(
    signature: &'p SignedRedirect,
    profiles: &'p Names<SignedRedirect>,
) -> impl Iterator<Item = FieldPattern> + 'p {
    let shares = |profile: &&Arc<SignedRedirect>| profile.shares_key(signature);
    profiles.things().filter(shares).filter_map(|profile| profile.subject.as_deref()).map(FieldPattern::exact)
}

fn http_host(text: &str) -> Result<(), String> {
    match host::authority(text)? {
        (_, Some(80)) => Err(format!("`{text}`: clients leave port 80 out; write the host alone")),
        _ => Ok(()),
    }
}

fn methods(table: &Table<'_>) -> Vec<(String, Vec<String>)> {
    let Some(table) = table.free_table(&luminate::METHODS) else { return Vec::new() };
    let mut methods = Vec::new();
    for servlet in table.entries.keys().map(|key| key.get_ref().to_string()) {
        let has_form = servlet.starts_with("CR") || servlet.starts_with("SR");
        if !has_form || !servlet.ends_with("API") || !servlet.bytes().all(|b| b.is_ascii_alphanumeric()) {
            table.wrong_at(&servlet, "is no servlet of the API; they are called `CR…API` and `SR…API`");
        }
        let names = table.texts_at(&servlet);
        let names = names.iter().filter_map(|text| text.parsed(text::api_method)).collect();
        methods.push((servlet, names));
    }
    methods
}

fn server_networks(table: &Table<'_>) -> Vec<Network> {
    match (!table.has(&luminate::SERVER_NETWORKS), table.has(&luminate::ADMINISTRATORS)) {
        (true, true) => table.wrong(&luminate::ADMINISTRATORS, "lacks `server_networks`, so none of them could call"),
        (false, false) => {
            let reason = "lacks `[luminate.administrators.NAME]`, so nobody could call from them";
            table.wrong(&luminate::SERVER_NETWORKS, reason);
        }
        _ => {}
    }
    networks::read(table, &luminate::SERVER_NETWORKS, "your servers call from")
}

fn administrators(table: &Table<'_>, keys: &Names<Key>, issuers: &Names<Issuer>) -> Vec<Administrator> {
    let mut administrators: Vec<Administrator> = Vec::new();
    for (name, table) in table.named(&luminate::ADMINISTRATORS) {
        if let Err(reason) = text::login_name(name) {
            table.report.add(table.line, format!("luminate.administrators: {reason}"));
        }
        let secret = table.checked(&administrator::SECRET, text::secret);
        let is_taken = |secret: &String| {
            keys.things().any(|key| key.secret == *secret)
                || issuers.things().any(|issuer| issuer.secret() == Some(secret))
                || administrators.iter().any(|one| one.secret == *secret)
        };
        if secret.as_ref().is_some_and(is_taken) {
            table.wrong(
                &administrator::SECRET,
                "is another's secret already; every administrator has a password of its own",
            );
        }
        let methods = table.texts(&administrator::METHODS);
        let methods = methods.iter().filter_map(|text| text.parsed(NamePattern::parse)).collect();
        administrators.extend(secret.map(|secret| Administrator { name: name.to_owned(), secret, methods }));
    }
    administrators
}

const COOKIE: &str = "JSESSIONID";
/// Who somebody is to the systems that take a signed redirect.
pub(crate) const IDENTITY_NAMES: [&str; 5] = ["cons_id", "*_cons_id", "member_id", "user_name", "email"];
/// Passwords, cards and accounts, tokens and sessions. `protocols.md` A2 has the beginning of this list.
pub(crate) const WITHHELD_NAMES: [&str; 71] = [
    "*password*",
    "*passwd*",
    "*passphrase*",
    "pin",
    "*_pin",
    "*secret*",
    "card_*",
    "*_card_*",
    "*cardnumber*",
    "*cardnum*",
    "*creditcard*",
    "*cvv*",
    "*cvc*",
    "*cvn*",
    "ach_*",
    "*account*",
    "*routing_number*",
    "*iban*",
    "ssn",
    "*_ssn",
    "*social_security*",
    "auth",
    "*_auth",
    "auth_*",
    "*token*",
    "*nonce*",
    "*api_key*",
    "*apikey*",
    "signature",
    "*session*id*",
    "*sessionid*",
    "*jsession*",
    "*jservsession*",
    "login_name",
    "pwd",
    "*_pwd",
    "pass",
    "*_pass",
    "*passcode*",
    "otp",
    "*_otp",
    "cc_*",
    "*ccnum*",
    "*card_no",
    "*cardno",
    "*_card",
    "pan",
    "*security_code*",
    "*securitycode*",
    "acct*",
    "*_acct*",
    "*routingnumber*",
    "*sort_code*",
    "*sortcode*",
    "*check_number*",
    "*checknumber*",
    "*socialsecurity*",
    "*tax_id*",
    "*taxid*",
    "exp_date",
    "*expdate*",
    "sid",
    "*sessid*",
    "session",
    "*session_key*",
    "*access_key*",
    "*accesskey*",
    "*jwt*",
    "bearer",
    "*credential*",
    "loginname",
];
