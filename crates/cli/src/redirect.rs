//! `edgegate redirect ...`: the signed redirect, to the gateway's own addresses and to other sites.

use serde_json::json;

use super::address::Address;
use super::args::{Common, ExplainRedirect, SignRedirect, VerifyRedirect};
use super::checker::{Checker, LINK, Question, REDIRECT, is_elsewhere};
use super::explained;
use super::output::{Failure, Report};
use super::signing::{self, Kind};
use super::time;
use super::verdict::Asked;
use super::workspace::Workspace;
use edgegate_core::policy::{CredentialKind, Policy, SignedRedirect};
use edgegate_core::refusal::Reason;
use edgegate_core::signed::redirect;

/// Signs an address, and has the result checked, as of its own time, before it is shown: by the gate, or for another
/// site's address by the profile that was named.
///
/// # Errors
/// Exit code 1: it would be refused. Exit code 2: the policy, the secret or the address is not as needed.
pub fn sign(common: &Common, args: &SignRedirect) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    let address = Address::read(&args.url)?;
    let at = args.at.unwrap_or_else(time::now);
    let unsigned = Asked { url: &address.sent, method: "GET", client: None, now: at };
    let profile = signing::profile(&workspace, &kind(&workspace.policy), args.profile.as_deref(), unsigned)?;
    let key = signing::key(&profile.keys, args.key.as_deref())?;
    let checker = match args.profile.is_some() && is_elsewhere(&workspace.policy, &address.sent) {
        true => Checker::Profile(&profile),
        false => GATE,
    };
    if let Checker::Gate(_) = checker {
        signing::target(Question { workspace: &workspace, checker, asked: unsigned }, &address)?;
    }
    let secret = workspace.secret(&key.secret, checker.is_loopback(&workspace.policy, &address.sent))?;
    let query = redirect::sign(&profile, &secret, address.query(), at).map_err(unsignable)?;
    let url = address.with_query(&query);

    let mut notes = address.notes.clone();
    let asked = Asked { url: &url, ..unsigned };
    let question = Question { workspace: &workspace, checker, asked };
    let verdict = signing::confirm(question, args.anyway, &mut notes)?;
    let (from, until) = (at.saturating_sub(profile.window), at.saturating_add(profile.window));
    let once = if profile.single_use { ", once" } else { "" };
    notes.push(format!("it works until {}{once}", time::show(until)));
    let url = format!("{url}{}", address.fragment);
    let json = json!({
        "url": url,
        "format": format!("signed-redirect:{}", profile.name),
        "route": verdict.route.map(|route| route.name.clone()),
        "key_id": key.id,
        "timestamp": at,
        "from": from,
        "until": until,
        "single_use": profile.single_use,
    });
    Ok(Report::fine(url, json).with(notes))
}

/// Says whether a signed redirect holds.
///
/// # Errors
/// Exit code 2: the policy, the profile, the secret or the address is not as needed.
pub fn verify(common: &Common, args: &VerifyRedirect) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    match &args.alone.profile {
        Some(name) => {
            let profile = signing::named(&kind(&workspace.policy), name)?;
            explained::verify(&workspace, &args.verify, Checker::Profile(&profile))
        }
        None => explained::verify(&workspace, &args.verify, GATE),
    }
}

/// Explains an address, without a profile whichever kind of signature it has.
///
/// # Errors
/// Exit code 2: the policy, the profile or an address is not as needed.
pub fn explain(common: &Common, args: &ExplainRedirect) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    match &args.alone.profile {
        Some(name) => {
            let profile = signing::named(&kind(&workspace.policy), name)?;
            explained::run(&workspace, &args.explain, Checker::Profile(&profile))
        }
        None => explained::run(&workspace, &args.explain, Checker::Gate(&[REDIRECT, LINK])),
    }
}

fn kind(policy: &Policy) -> Kind<'_, SignedRedirect> {
    Kind {
        table: "signed_redirects",
        credential: REDIRECT,
        what: "signed redirects",
        all: &policy.signed_redirects,
        name: |profile| &profile.name,
        accepted: |accept| match accept {
            CredentialKind::SignedRedirect(profile) => Some(profile),
            _ => None,
        },
    }
}

fn unsignable(reason: Reason) -> Failure {
    match reason {
        Reason::RedirectQuery => Failure::refused(
            "the query begins with something else than a letter or an underscore",
        )
        .todo("The same secret signs answers of `login`, which begin with a number. Begin it with a named parameter."),
        _ => Failure::refused("the address already has ts, signature or sig, in this or another spelling")
            .todo("The person who wrote it would have chosen what counts. Sign the address without it."),
    }
}

const GATE: Checker<'_> = Checker::Gate(&[REDIRECT]);
