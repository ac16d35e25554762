//! `verify` and `explain`: what the gate says of an address, and why.

use super::address::Address;
use super::args::{Explain, Verify};
use super::checker::{Checker, Question};
use super::compare::{Difference, compare};
use super::output::{Exit, Failure, Report};
use super::telling::{document, list, page, short, status};
use super::time;
use super::verdict::{Asked, Verdict};
use super::workspace::Workspace;
use edgegate_core::explain::{Explanation, NOT_KNOWN_HERE};
use edgegate_core::policy::Key;
use edgegate_core::refusal::Reason;

/// Says whether an address holds.
///
/// # Errors
/// Exit code 2: the secret or the address is not as needed.
pub fn verify(workspace: &Workspace, args: &Verify, checker: Checker<'_>) -> Result<Report, Failure> {
    let address = Address::read(&args.url)?;
    let asked = asked(args, &address.sent);
    let question = Question { workspace, checker, asked };
    let verdict = question.check();
    let reason = checker.refusal(&verdict);
    let told = told(question, &verdict, reason);
    if reason == Some(Reason::SecretMissing) {
        return Err(missing_secret(question, &told));
    }
    let text = match reason {
        _ if verdict.is_decided_elsewhere() => format!("not known here: {}\n{}", short(&told), list(&told.causes)),
        None => format!("ok: {}\n{}", short(&told), list(&told.causes)),
        Some(reason) => format!("refused: {}{}\n{}", reason.code(), status(&verdict), list(&told.causes)),
    };
    let mut notes = address.notes;
    notes.extend(bound(&verdict));
    notes.extend(checker.note(&workspace.policy, asked.url));
    Ok(Report { exit: exit(reason, &verdict), ..Report::fine(text, document(&told, &verdict, None)).with(notes) })
}

/// Explains an address.
///
/// # Errors
/// Exit code 2: an address cannot be read.
pub fn run(workspace: &Workspace, args: &Explain, checker: Checker<'_>) -> Result<Report, Failure> {
    let address = Address::read(&args.verify.url)?;
    let asked = asked(&args.verify, &address.sent);
    let question = Question { workspace, checker, asked };
    let verdict = question.check();
    let reason = checker.refusal(&verdict);
    let mut told = told(question, &verdict, reason);
    if reason == Some(Reason::SecretMissing) {
        let failure = missing_secret(question, &told);
        told.causes = vec![format!("{} {}", failure.message, failure.todo)];
    }
    let difference = match &args.signed {
        Some(signed) => Some(differs(question, &args.verify.url, signed)?),
        None => None,
    };
    match &difference {
        Some((_, signers)) if signers.holds => told.causes = vec![signers.conclusion.to_owned()],
        Some((_, signers)) => told.causes.insert(0, signers.conclusion.to_owned()),
        None => {}
    }
    let difference = difference.and_then(|(difference, _)| difference);
    let text = page(&told, &verdict, difference.as_ref());
    let mut notes = address.notes;
    notes.extend(bound(&verdict));
    notes.extend(checker.note(&workspace.policy, asked.url));
    let json = document(&told, &verdict, difference.as_ref());
    Ok(Report { exit: exit(reason, &verdict), ..Report::fine(text, json).with(notes) })
}

/// The failure of a command that made an address which would be refused.
pub fn would_refuse(question: Question<'_>, verdict: &Verdict) -> Failure {
    let Question { checker, asked, .. } = question;
    let reason = verdict.refused.unwrap_or(Reason::NoRoute);
    let told = told(question, verdict, Some(reason));
    let who = if matches!(checker, Checker::Gate(_)) { "gateway" } else { "profile" };
    // Not the query: what is refused today for its terms may hold another day.
    let url = asked.url.split('?').next().unwrap_or_default();
    let (code, causes) = (reason.code(), list(&told.causes));
    Failure::refused(format!("the {who} would refuse {url}: {code}\n{}", causes.trim_end())).with("code", code)
}

fn asked<'a>(args: &'a Verify, url: &'a str) -> Asked<'a> {
    Asked { url, method: &args.method, client: args.client, now: args.at.unwrap_or_else(time::now) }
}

fn exit(reason: Option<Reason>, verdict: &Verdict) -> Exit {
    match reason {
        // It holds as far as anybody can say here, as a link does that works once.
        _ if verdict.is_decided_elsewhere() => Exit::Fine,
        None => Exit::Fine,
        Some(Reason::SecretMissing) => Exit::Usage,
        Some(_) => Exit::Refused,
    }
}

/// The core's explanation under the gate's verdict, which knows more: client, loopback, methods, shape of the path.
fn told(question: Question<'_>, verdict: &Verdict, reason: Option<Reason>) -> Explanation {
    let Question { workspace, checker, asked } = question;
    let mut told = question.explain();
    if verdict.is_decided_elsewhere() {
        if told.verdict != NOT_KNOWN_HERE {
            told.causes = vec!["Nothing in the address is wrong; the rest the running gateway alone knows.".to_owned()];
        }
        told.verdict = NOT_KNOWN_HERE.to_owned();
        told.route = verdict.route.as_ref().map(|route| route.name.clone()).or(told.route);
        return told;
    }
    let code = reason.map_or("ok", Reason::code);
    // What goes through is told as it is, even where that is not by a signature.
    if let Some(reason) = reason.filter(|_| told.verdict != code || verdict.refused.is_none()) {
        told.causes = vec![cause(reason, asked, verdict)];
    }
    if reason == Some(Reason::NoRoute) {
        told.causes.extend(checker.hint(&workspace.policy, asked.url));
    }
    told.verdict = code.to_owned();
    told.route = verdict.route.as_ref().map(|route| route.name.clone()).or(told.route);
    told
}

/// What the gate refuses and the core's explainer does not look at.
fn cause(reason: Reason, asked: Asked<'_>, verdict: &Verdict) -> String {
    match reason {
        Reason::LinkAddressMismatch => "The link is bound to a client network by eg_ip, and the client is not in it.",
        Reason::LinkNotUsed | Reason::RedirectNotUsed => "What works once is not used up by a HEAD; open it by GET.",
        Reason::PathCaseAmbiguous => "The path differs from a guarded route's only in upper and lower case.",
        Reason::PathNearGuarded => {
            "Some origins would read the path as one that another route guards, which asks for more."
        }
        Reason::PathParameter => {
            "The path has a `;`, and the route does not allow path parameters, or cannot keep this one."
        }
        Reason::CredentialMissing => {
            return match verdict.identity.as_ref().map(|identity| identity.kind) {
                Some("none") => {
                    "It goes through as nobody: the route is open, and no signature was looked for.".to_owned()
                }
                Some(kind) => format!("It goes through by another kind of credential: {kind}."),
                None => "The address carries no signature of this kind.".to_owned(),
            };
        }
        Reason::MethodNotAllowed => {
            let methods = verdict.route.as_ref().map_or(String::new(), |route| route.methods.join(", "));
            return format!("The route takes {methods} and not {}.", asked.method);
        }
        Reason::NoRoute => {
            "No route of the policy matches this host and path; what is under /.edgegate/ is the gateway's own."
        }
        other => return format!("{} {}", other.public().title(), other.public().advice()),
    }
    .to_owned()
}

/// Which secret is not there.
fn missing_secret(question: Question<'_>, told: &Explanation) -> Failure {
    let Question { workspace, checker, asked } = question;
    let policy = &workspace.policy;
    let (format, name) = told.format.as_deref().and_then(|format| format.split_once(':')).unwrap_or_default();
    let keys = match format {
        "link" => policy.links.iter().find(|link| link.name == name).map(|link| &link.keys),
        _ => policy.signed_redirects.iter().find(|redirect| redirect.name == name).map(|redirect| &redirect.keys),
    };
    let is_named = |key: &&std::sync::Arc<Key>| format != "link" || told.key_id.as_deref() == Some(key.id.as_str());
    let loopback = checker.is_loopback(policy, asked.url);
    let mut named = keys.into_iter().flatten().filter(is_named);
    let failed = named.find_map(|key| workspace.secret(&key.secret, loopback).err());
    failed.unwrap_or_else(|| Failure::usage("a secret that this address needs is not set"))
}

/// What the signer's own spelling of an address says of the one received.
struct Signers {
    holds: bool,
    conclusion: &'static str,
}

/// Where two spellings part, and what that says.
fn differs(question: Question<'_>, received: &str, signed: &str) -> Result<(Option<Difference>, Signers), Failure> {
    let sent = Address::read(signed)?.sent;
    let asked = Asked { url: &sent, ..question.asked };
    // Authenticity is checked before time, so what is refused for its time alone was signed right.
    let holds = match question.checker.refusal(&Question { asked, ..question }.check()) {
        None | Some(Reason::RedirectExpired | Reason::RedirectNotYetValid) => true,
        Some(reason) => matches!(reason, Reason::LinkExpired | Reason::LinkNotYetValid),
    };
    let difference = compare(signed, received);
    let conclusion = match (&difference, holds) {
        (None, _) => "The two addresses are the same, byte for byte: it was not changed on the way.",
        (_, true) => "The signer's own address holds: what differs was changed on the way.",
        _ if sent == question.asked.url => {
            "The signer signed an address as no client sends it: clients write it as the one received. Sign that."
        }
        _ => "The signer's own address does not hold either: the text it hashed, or its key, is another one.",
    };
    Ok((difference.clone(), Signers { holds: holds && difference.is_some(), conclusion }))
}

fn bound(verdict: &Verdict) -> Option<String> {
    verdict.network.as_ref().map(|network| format!("it is bound to {network}, and was checked as from there"))
}
