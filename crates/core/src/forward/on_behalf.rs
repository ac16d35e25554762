//! What a client says of others (`protocols.md` B1): for which account it acts, and for which address.

use crate::forward::headers::fold;
use crate::http::Headers;
use crate::identity::Identity;
use crate::policy::{Dialect, Policy, Route};
use crate::refusal::Reason;

/// Checks `X-On-Behalf` and `X-Forwarded-For`. Answers with the names that do not go on.
///
/// # Errors
/// `OnBehalf`.
pub(super) fn check(
    policy: &Policy,
    route: &Route,
    identity: &Identity,
    headers: &Headers<'_>,
) -> Result<Vec<String>, Reason> {
    let mut remove = Vec::new();
    let is_spoken_here = route.dialect == Dialect::Checkfront;
    for (name, value) in headers.iter().filter(|(name, _)| may_be_one(name)) {
        let folded = fold(name);
        let goes_on = match (&*folded == ON_BEHALF, &*folded == FORWARDED_FOR) {
            _ if folded != name => !matches!(&*folded, ON_BEHALF | FORWARDED_FOR),
            (true, _) if is_spoken_here => match value.trim() {
                "" => false,
                value if value.eq_ignore_ascii_case("off") => true,
                account if identity.acts_for_others && !account.contains(',') => true,
                _ => return Err(Reason::OnBehalf),
            },
            // An origin that knows the header would not ask on which route it came.
            (true, _) => !policy.routes.iter().any(|route| route.dialect == Dialect::Checkfront),
            // Who calls is the gateway's word; of a client of its own a server may tell.
            (_, true) => is_spoken_here && identity.kind == "token-pair",
            _ => true,
        };
        if !goes_on {
            remove.push(name.to_owned());
        }
    }
    Ok(remove)
}

fn may_be_one(name: &str) -> bool {
    name.starts_with('x') && matches!(name.len(), 11 | 15)
}

const ON_BEHALF: &str = "x-on-behalf";
const FORWARDED_FOR: &str = "x-forwarded-for";
