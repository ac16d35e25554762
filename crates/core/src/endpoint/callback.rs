//! `/.edgegate/callback/<name>`: a provider's answer, for the browser that was sent (OpenID Connect Core section 3.1.2.5).

use crate::authenticate::provider::{JUST_NOW, Start, again, journey, kept_next, redirect_uri, trouble};
use crate::authenticate::sign_in::{open_session, signed_in};
use crate::credential::bearer;
use crate::credential::journey::{Returned, SIGNED_IN};
use crate::credential::provider::{self, Code, Talk, endpoints};
use crate::credential::session::{self, Opened};
use crate::endpoint::next::own_address;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::http::query::{self, encode_component};
use crate::identity::Identity;
use crate::own_paths::CALLBACK;
use crate::policy::{Policy, Provider, Revocation};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::once;

/// Whether a path is where one of the policy's providers answers.
pub(crate) fn is_one(policy: &Policy, path: &str) -> bool {
    of(policy, path).is_some()
}

/// Opens a session for the person whom the provider names, and redirects to the address that the browser had asked for.
///
/// # Errors
/// `BrokerStateForged`, `BrokerStateExpired`, `BrokerBrowser`, `ProviderAnswer`, `ProviderDenied`, `ProviderReplayed`, those of
/// [`provider::redeem`], each with a page; storage's own.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, request, target, ports, .. } = *x;
    let provider = of(&state.policy, target.path).ok_or(Reason::NoRoute)?;
    if request.method == "POST" {
        // Sent by another site, the form comes without this site's cookies. They come with the redirect.
        if !request.has_form()? {
            return Err(Reason::FormMalformed.into());
        }
        let form = bearer::read_form(ports, state.policy.limits.form).await?;
        return Ok(Access::answer(Answer::see_other(format!("{}?{}", target.path, answered(&form)?))));
    }
    let query = target.query.unwrap_or_default();
    // The address has a code in it, and what comes of it is for a person.
    if fetch_metadata::looks_ahead(request.method, &request.headers) {
        return Err(Reason::LinkNotUsed.into());
    }
    let sessions = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let failed = |next: &str| {
        let again = again(provider, next);
        move |reason| trouble(x, &provider.label, reason, &again)
    };
    let text = text(query, "state")?.unwrap_or_default();
    let returned = journey(x, sessions, provider).open(x.ctx(), &text).map_err(failed("/"))?;
    let kept = kept_next(x, &text).filter(|next| next.starts_with(&*returned.next));
    let next = own_address(x, kept.as_deref().unwrap_or(&returned.next));
    match sign_in(x, provider, &returned, query).await {
        Ok(identity) => Ok(Access::answer(Answer::see_other(next)).by(identity)),
        // The back button, or a tab that was restored: what it asked for is open already.
        Err(Reason::ProviderReplayed) if signed_in(x, Revocation::Cached).await?.is_some() => {
            Ok(Access::answer(Answer::see_other(next)))
        }
        // Tabs that set out at once, when there was no cookie yet: the browser kept the last one's. It is known now, and comes back
        // with what it has.
        Err(Reason::BrokerBrowser) if journey(x, sessions, provider).is_known(x.ctx()) => {
            let start = Start { provider, next: &next, login_hint: None };
            Ok(Access::answer(Box::pin(start.send(x, sessions)).await?))
        }
        Err(reason) => Err(failed(&next)(reason)),
    }
}

async fn sign_in<P: Ports>(
    x: &Exchange<'_, P>,
    provider: &Provider,
    returned: &Returned,
    query: &str,
) -> Result<Identity, Reason> {
    let (ctx, memory) = (x.ctx(), &x.state.foreign);
    let sessions = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let bound = journey(x, sessions, provider).back(ctx, returned)?;
    let endpoints = endpoints::of(ctx, memory, provider).await?;
    // RFC 9207 section 2.4, before anything else is believed.
    let is_own = match text(query, "iss")? {
        Some(iss) => provider.issuer.is_of(&iss),
        None => !endpoints.says_issuer,
    };
    if !is_own {
        return Err(Reason::ProviderAnswer);
    }
    match text(query, "error")?.as_deref() {
        None => {}
        Some("temporarily_unavailable" | "server_error") => return Err(Reason::ProviderUnavailable),
        Some(_) => return Err(Reason::ProviderDenied),
    }
    let code = text(query, "code")?.filter(|code| !code.is_empty()).ok_or(Reason::ProviderAnswer)?;
    let state = &returned.state;
    once::claim(ctx, &state.claim_key("returned"), state.expires, Reason::ProviderReplayed).await?;
    let redirect_uri = redirect_uri(x.target, provider);
    let code = Code { code: &code, redirect_uri: &redirect_uri, bound: &bound };
    let found = provider::redeem(Talk { ctx, memory, provider }, &endpoints, code).await?;
    let (subject, refresh) = (&found.subject, found.refresh.as_ref());
    let opened = Opened { subject, by: &provider.name, said: Some(&found.person), refresh };
    let identity = open_session(x, &opened).await?;
    x.jar.set(session::write_host_cookie(SIGNED_IN, x.target, &provider.name, JUST_NOW));
    Ok(Identity { kind: "provider", issuer: Some(found.person.issuer.clone()), ..identity })
}

fn of<'p>(policy: &'p Policy, path: &str) -> Option<&'p Provider> {
    let name = path.strip_prefix(CALLBACK)?;
    policy.providers.iter().find(|provider| provider.name == name).map(|provider| &**provider)
}

/// What counts of a form that was posted, as a query.
fn answered(form: &str) -> Result<String, Reason> {
    let mut query = String::new();
    for name in ["state", "code", "iss", "error"] {
        if let Some(value) = text(form, name)? {
            let joint = if query.is_empty() { "" } else { "&" };
            query.extend([joint, name, "=", &encode_component(value)]);
        }
    }
    Ok(query)
}

/// A parameter that may be there once (RFC 6749 section 3.1).
fn text(query: &str, name: &str) -> Result<Option<String>, Reason> {
    let Some(value) = query::sole(query, name)? else { return Ok(None) };
    String::from_utf8(query::decode(value)).map(Some).map_err(|_| Reason::ProviderAnswer)
}
