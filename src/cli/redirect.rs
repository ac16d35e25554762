//! `edgegate redirect sign`: the signed redirect.

use serde_json::json;

use super::address::Address;
use super::args::{Common, SignRedirect};
use super::judge::Asked;
use super::output::{Failure, Report};
use super::signing::{self, Kind};
use super::time;
use super::workspace::Workspace;
use crate::credential::signed_redirect;
use crate::policy::{Accept, Policy, SignedRedirect};

/// Signs an address, and has the gate judge the outcome, as of its own time, before it is shown.
///
/// # Errors
/// Exit code 1: the gateway would refuse it. Exit code 2: the policy, the secret or the address is not as needed.
pub fn sign(common: &Common, args: &SignRedirect) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    let address = Address::read(&args.url)?;
    let at = args.at.unwrap_or_else(time::now);
    let unsigned = Asked { url: &address.sent, method: "GET", client: None, now: at };
    let profile = signing::profile(&workspace, &kind(&workspace.policy), args.profile.as_deref(), unsigned)?;
    let key = signing::key(&profile.keys, args.key.as_deref())?;
    let target = signing::target(&workspace, &address, unsigned)?;
    let secret = workspace.secret(&key.secret, target.is_loopback())?;
    let query = signed_redirect::sign(&profile, &secret, address.query(), at).map_err(|_| planted())?;
    let url = address.with_query(&query);

    let mut notes = address.notes.clone();
    let asked = Asked { url: &url, ..unsigned };
    let judged = signing::confirm(&workspace, "signed-redirect", asked, args.anyway, &mut notes)?;
    let (from, until) = (at.saturating_sub(profile.window), at.saturating_add(profile.window));
    let once = if profile.single_use { ", once" } else { "" };
    notes.push(format!("it works until {}{once}", time::show(until)));
    if !address.fragment.is_empty() {
        notes.push("the fragment after # was left out: nothing follows the signature".to_owned());
    }
    let json = json!({
        "url": url,
        "format": format!("signed-redirect:{}", profile.name),
        "route": judged.route.map(|route| route.name.clone()),
        "key_id": key.id,
        "timestamp": at,
        "from": from,
        "until": until,
        "single_use": profile.single_use,
    });
    Ok(Report::fine(url, json).with(notes))
}

fn kind(policy: &Policy) -> Kind<'_, SignedRedirect> {
    Kind {
        table: "signed_redirects",
        what: "signed redirects",
        all: &policy.signed_redirects,
        name: |profile| &profile.name,
        accepted: |accept| match accept {
            Accept::SignedRedirect(profile) => Some(profile),
            _ => None,
        },
    }
}

fn planted() -> Failure {
    Failure::refused("the address already has ts, signature or sig, in this or another spelling")
        .todo("Whoever wrote it would have chosen what counts. Sign the address without it.")
}
