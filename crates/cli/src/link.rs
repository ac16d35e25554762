//! `edgegate link ...`: the generic signed link.

use serde_json::json;

use super::address::Address;
use super::args::{Common, Explain, SignLink, Verify};
use super::checker::{Checker, LINK, Question, REDIRECT};
use super::explained;
use super::output::{Failure, Report};
use super::signing::{self, Kind};
use super::time;
use super::verdict::Asked;
use super::workspace::Workspace;
use edgegate_core::http::query;
use edgegate_core::policy::{CredentialKind, Link, LinkScope, Policy};
use edgegate_core::refusal::Reason;
use edgegate_core::secrets::SigningKey;
use edgegate_core::signed::link::{self, Signed, Terms};

/// Signs an address, and has the gate check the result before it is shown.
///
/// # Errors
/// Exit code 1: the gateway would refuse it. Exit code 2: the policy, the secret or the address is not as needed.
pub fn sign(common: &Common, args: &SignLink) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    let address = Address::read(&args.url)?;
    let now = time::now();
    let unsigned = Asked { url: &address.sent, method: &args.method, client: None, now };
    let profile = signing::profile(&workspace, &kind(&workspace.policy), args.profile.as_deref(), unsigned)?;
    let key = signing::key(&profile.keys, args.key.as_deref())?;
    let target = signing::target(Question { workspace: &workspace, checker: GATE, asked: unsigned }, &address)?;
    let secret = workspace.secret(&key.secret, target.is_named_loopback())?;
    let terms = terms(args, &profile, now)?;
    let signed = Signed { method: &args.method, host: &target.host, path: target.path, query: address.query() };
    let signing = SigningKey { key: &key, secret: &secret };
    let query = link::sign(&profile, signing, signed, terms).map_err(|reason| unsignable(reason, args))?;
    let url = address.with_query(&query);

    let mut notes = address.notes.clone();
    // A HEAD looks ahead and uses nothing up, so the link is checked by the GET that it covers.
    let method = if args.method == "HEAD" { "GET" } else { &args.method };
    let asked = Asked { url: &url, method, client: None, now: terms.not_before.unwrap_or(now).max(now) };
    let question = Question { workspace: &workspace, checker: GATE, asked };
    let verdict = signing::confirm(question, args.anyway, &mut notes)?;
    let once = if profile.single_use { ", once" } else { "" };
    let folder = query::sole(&query, link::FOLDER).ok().flatten();
    let what = folder.map(|folder| format!(", for what lies in {folder}")).unwrap_or_default();
    notes.push(format!("it works until {}{once}{what}", time::show(terms.expires)));
    let url = format!("{url}{}", address.fragment);
    let json = json!({
        "url": url,
        "format": format!("link:{}", profile.name),
        "route": verdict.route.map(|route| route.name.clone()),
        "key_id": key.id,
        "method": args.method,
        "expires": terms.expires,
        "not_before": terms.not_before,
        "ip": terms.network.map(|network| network.to_string()),
        "single_use": profile.single_use,
        "folder": folder,
    });
    Ok(Report::fine(url, json).with(notes))
}

/// Says whether a link holds.
///
/// # Errors
/// Exit code 2: the policy, the secret or the address is not as needed.
pub fn verify(common: &Common, args: &Verify) -> Result<Report, Failure> {
    explained::verify(&Workspace::open(common)?, args, GATE)
}

/// Explains an address, whichever kind of signature it has.
///
/// # Errors
/// Exit code 2: the policy or an address cannot be read.
pub fn explain(common: &Common, args: &Explain) -> Result<Report, Failure> {
    explained::run(&Workspace::open(common)?, args, Checker::Gate(&[LINK, REDIRECT]))
}

fn kind(policy: &Policy) -> Kind<'_, Link> {
    Kind {
        table: "links",
        credential: LINK,
        what: "links",
        all: &policy.links,
        name: |profile| &profile.name,
        accepted: |accept| match accept {
            CredentialKind::Link(profile) => Some(profile),
            _ => None,
        },
    }
}

fn terms<'a>(args: &'a SignLink, profile: &Link, now: u64) -> Result<Terms<'a>, Failure> {
    if args.folder.is_some() && profile.scope == LinkScope::Path {
        return Err(Failure::usage(format!("--folder: links of `[links.{}]` open one path", profile.name))
            .todo("Sign by a profile with `scope = \"prefix\"`; --profile names one."));
    }
    let lifetime = args.expires.unwrap_or_else(|| AN_HOUR.min(profile.max_lifetime));
    Ok(Terms {
        folder: args.folder.as_deref(),
        expires: args.until.unwrap_or_else(|| now.saturating_add(lifetime)),
        not_before: args.not_before.map(|when| when.after(now)),
        network: args.ip,
    })
}

fn unsignable(reason: Reason, args: &SignLink) -> Failure {
    if let (Reason::LinkMalformed, Some(folder)) = (reason, &args.folder) {
        return Failure::usage(format!("--folder {folder}: it is no folder as paths have it"))
            .todo("Write it from `/` to `/`, escaped as in the address: /video/42/");
    }
    Failure::refused("the address already has a parameter that begins with eg_, and those belong to the signature")
        .todo("Sign the address without it; a link that is to be renewed is signed anew from its own address.")
}

const GATE: Checker<'_> = Checker::Gate(&[LINK]);
const AN_HOUR: u64 = 3_600;
