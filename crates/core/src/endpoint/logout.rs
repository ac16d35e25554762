//! `/.edgegate/logout/<name>`: a provider ends sessions (OpenID Connect Back-Channel Logout section 2.5).

use crate::credential::bearer;
use crate::credential::provider::logout_token::{self, Ended};
use crate::credential::session::index;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::query::value;
use crate::own_paths::LOGOUT;
use crate::policy::{Policy, Provider};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said};
use crate::sealed::index::Whose;

/// Whether a path is where one of the policy's providers says that somebody has signed out.
pub(crate) fn is_one(policy: &Policy, path: &str) -> bool {
    of(policy, path).is_some()
}

/// Verifies the logout token and ends the sessions that it means.
///
/// # Errors
/// `FormMalformed`, `LogoutToken`, `ProviderUnavailable`, storage's own.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, request, target, ports, .. } = *x;
    let provider = of(&state.policy, target.path).ok_or(Reason::NoRoute)?;
    if !request.has_form()? {
        return Err(Reason::FormMalformed.into());
    }
    let form = bearer::read_form(ports, state.policy.limits.form).await?;
    let token = value(&form, "logout_token")?;
    let ended = match logout_token::verify(x.ctx(), &state.foreign, provider, &token).await {
        Ok(ended) => end(x, provider, &ended).await,
        Err(reason) => Err(reason),
    };
    match ended {
        Ok(()) => Ok(Access::answer(Answer::new(200, "text/plain; charset=utf-8", String::new()))),
        // Section 2.8: how a provider is told.
        Err(Reason::LogoutToken) => {
            let answer = Answer::json(400, &serde_json::json!({"error": "invalid_request"}));
            Err(Refusal::from(Reason::LogoutToken).saying(Said::Answer(answer)))
        }
        Err(reason) => Err(reason.into()),
    }
}

/// Ends all that is meant: those of a person, or the one that began with the provider's own session. A session is of whom
/// the policy's `subject` names: where that is not `sub`, the provider has to say which of its sessions it means.
async fn end<P: Ports>(x: &Exchange<'_, P>, provider: &Provider, ended: &Ended) -> Result<(), Reason> {
    let subject = ended.subject.as_deref().filter(|_| provider.issuer.subject == "sub");
    let sid = ended.sid.as_deref();
    if subject.is_none() && sid.is_none() {
        return Err(Reason::LogoutToken);
    }
    let whose = Whose { subject, issuer: Some(&ended.issuer), sid };
    match index::end_all(x.ctx(), whose).await?.next {
        None => Ok(()),
        Some(_) => Err(Reason::VaultUnavailable), // not all of them: the provider tries again
    }
}

fn of<'p>(policy: &'p Policy, path: &str) -> Option<&'p Provider> {
    let name = path.strip_prefix(LOGOUT)?;
    policy.provider(name).map(|provider| &**provider).filter(|provider| provider.signs())
}
