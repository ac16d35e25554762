//! What signing a link and signing a redirect have in common: profile, key, and the gate's own opinion.

use std::sync::Arc;

use super::address::Address;
use super::checker::{Checker, Question};
use super::explained;
use super::output::Failure;
use super::verdict::{Asked, Verdict};
use super::workspace::Workspace;
use edgegate_core::http::Target;
use edgegate_core::policy::{CredentialKind, Key};

/// What is looked for: `[links.*]` or `[signed_redirects.*]`.
pub struct Kind<'p, T> {
    /// The tables' name.
    pub table: &'static str,
    /// The kind of credential, as the log names it.
    pub credential: &'static str,
    /// What a person calls it.
    pub what: &'static str,
    /// Every one of the policy.
    pub all: &'p [Arc<T>],
    /// A profile's name.
    pub name: fn(&T) -> &str,
    /// The profile of an entry of `accept`.
    pub accepted: fn(&CredentialKind) -> Option<&Arc<T>>,
}

/// The profile that was asked for, or the only one that the address's route takes.
///
/// # Errors
/// Exit code 2: there is no such profile, or several. Exit code 1: the route takes none.
pub fn profile<T>(
    workspace: &Workspace,
    kind: &Kind<'_, T>,
    asked: Option<&str>,
    address: Asked<'_>,
) -> Result<Arc<T>, Failure> {
    if let Some(asked) = asked {
        return named(kind, asked);
    }
    let kinds = [kind.credential];
    let question = Question { workspace, checker: Checker::Gate(&kinds), asked: address };
    let verdict = question.check();
    let Some(route) = &verdict.route else { return Err(explained::would_refuse(question, &verdict)) };
    let takes: Vec<&Arc<T>> = route.accept.iter().filter_map(|accept| (kind.accepted)(accept)).collect();
    match takes.as_slice() {
        [one] => Ok(Arc::clone(one)),
        [] => Err(Failure::refused(format!("the route {} takes no {}", route.name, kind.what))
            .todo(format!("Its `accept` in {} says what opens it.", workspace.path.display()))),
        _ => Err(Failure::usage(format!("the route {} takes several profiles", route.name))
            .todo(format!("Name one with --profile: {}", names(kind, takes)))),
    }
}

/// The profile of that name.
///
/// # Errors
/// Exit code 2: there is none.
pub fn named<T>(kind: &Kind<'_, T>, name: &str) -> Result<Arc<T>, Failure> {
    let found = kind.all.iter().find(|one| (kind.name)(one) == name);
    found.cloned().ok_or_else(|| {
        let there = names(kind, kind.all);
        let list = if there.is_empty() { "none".to_owned() } else { there };
        Failure::usage(format!("the policy has no [{}.{name}]; it has: {list}", kind.table))
    })
}

/// The key of that id, or the profile's first. The id is not repeated: somebody may have typed a secret.
///
/// # Errors
/// Exit code 2.
pub fn key(keys: &[Arc<Key>], asked: Option<&str>) -> Result<Arc<Key>, Failure> {
    let found = match asked {
        Some(id) => keys.iter().find(|key| key.id == id),
        None => keys.first(),
    };
    found.cloned().ok_or_else(|| {
        let there = keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", ");
        Failure::usage("--key names no key of the profile").todo(format!("Ids of its keys: {there}"))
    })
}

/// The address as the gateway reads it.
///
/// # Errors
/// Exit code 1: the gateway would refuse it.
pub fn target<'a>(question: Question<'_>, address: &'a Address) -> Result<Target<'a>, Failure> {
    Target::received(&address.sent, question.workspace.policy.limits.url)
        .map_err(|_| explained::would_refuse(question, &question.check()))
}

/// Checks what was signed, and notes what a user of it should know.
///
/// # Errors
/// Exit code 1, unless it was asked for anyway.
pub fn confirm(question: Question<'_>, anyway: bool, notes: &mut Vec<String>) -> Result<Verdict, Failure> {
    let Question { workspace, checker, asked } = question;
    let verdict = question.check();
    if let Some(reason) = checker.refusal(&verdict) {
        let failure = explained::would_refuse(question, &Verdict { refused: Some(reason), ..verdict.clone() });
        if !anyway {
            return Err(failure.todo_too("--anyway prints it all the same."));
        }
        notes.push(failure.message.replace('\n', " "));
    }
    let issuer = workspace.policy.gateway.issuer.origin();
    let alone = checker.note(&workspace.policy, asked.url);
    if alone.is_none() && !asked.url.starts_with(&format!("{issuer}/")) {
        notes.push(format!("the address is not at {issuer}, the policy's issuer"));
    }
    notes.extend(alone);
    Ok(verdict)
}

fn names<'t, T: 't>(kind: &Kind<'_, T>, list: impl IntoIterator<Item = &'t Arc<T>>) -> String {
    list.into_iter().map(|one| (kind.name)(one)).collect::<Vec<_>>().join(", ")
}
