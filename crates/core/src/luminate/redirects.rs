//! Where a client call redirects to once its outcome is known (`protocols.md` A2). Read and checked before the call.

use crate::credential::own::luminate::{OTHER_KINDS, REDIRECTS, SUBJECT, is_secret};
use crate::credential::session::http_session;
use crate::exchange::Exchange;
use crate::http::Headers;
use crate::luminate::call::Call;
use crate::luminate::caller::Caller;
use crate::luminate::visit::Visit;
use crate::own_paths::{HTTP_SESSION, HTTP_SESSION_NEXT, HTTP_SESSION_NONCE};
use crate::ports::Ports;
use crate::redirect::outcome::{Detour, OutcomeRedirect, Signer};
use crate::redirect::template::{Part, Template};
use crate::refusal::Reason;
use crate::signed::redirect;

/// The redirects that the call asks for; None if it asks for none. Each address is checked, whichever will be used.
///
/// # Errors
/// `RedirectTarget` and its like, `RedirectPlaceholder`, `RedirectIdentity`, `RedirectQuery`, `SecretMissing`, and
/// as [`Call::value`].
pub fn read<P>(v: &Visit<'_, P>, call: &Call<'_>) -> Result<Option<Box<OutcomeRedirect>>, Reason> {
    let [either, success, error, sign] = REDIRECTS;
    let template = |name| {
        let text = call.filled(name)?;
        text.map(|text| Template::parse(&text, &v.target.host, &v.luminate.redirects)).transpose()
    };
    let (either, success, error) = (template(either)?, template(success)?, template(error)?);
    let is_signed = call.value(sign)?.as_deref() == Some("true");
    if either.is_none() && success.is_none() && error.is_none() {
        return Ok(None);
    }
    let signer = match is_signed {
        true => {
            let secret = v.ctx().signing_key(&v.luminate.signature.keys)?.secret;
            Some(Signer { profile: v.luminate.signature.clone(), secret: secret.clone() })
        }
        false => None,
    };
    // A pair that the visitor wrote would be read instead of the one that is appended.
    let clean = |template: Template| if is_signed { template.without(&redirect::NAMES) } else { template };
    let (success, error) = (success.or(either.clone()).map(clean), error.or(either).map(clean));
    let named = success.iter().chain(&error).flat_map(Template::parameters).flat_map(|parameter| parameter.parts());
    let fields = named.filter_map(|part| match part {
        Part::Field(name) if !REDIRECTS.contains(&name.as_str()) => Some((name.clone(), field(call, name)?)),
        _ => None,
    });
    let outcome_redirect = OutcomeRedirect {
        fields: fields.collect(),
        success,
        error,
        names: v.luminate.names.clone(),
        is_credential: is_secret,
        signer,
        caller: None,
        about: SUBJECT,
        other_kinds: &OTHER_KINDS,
        detour: None,
    };
    outcome_redirect.check()?;
    // A signature says nothing of scheme and host: who listens on the network could use it at the same host's https.
    let is_loopback = v.target.is_loopback();
    let mut templates = outcome_redirect.success.iter().chain(&outcome_redirect.error);
    if is_signed
        && v.target.secure
        && !is_loopback
        && v.luminate.http_host.is_none()
        && templates.any(Template::is_insecure)
    {
        return Err(Reason::RedirectScheme);
    }
    Ok(Some(Box::new(outcome_redirect)))
}

/// A server call does not redirect; whether what would say so can be cut from it.
///
/// # Errors
/// As [`Call::value`].
pub fn check_unused(call: &Call<'_>) -> Result<(), Reason> {
    REDIRECTS.iter().try_for_each(|name| call.value(name).map(|_| ()))
}

/// Tells the redirect who called, and plans the detour by which a browser gets a session for the pages that have no
/// https, where the policy names their host and the browser has none yet.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn know<P: Ports>(
    v: &Visit<'_, P>,
    caller: &Caller,
    outcome_redirect: Option<&mut OutcomeRedirect>,
) -> Result<(), Reason> {
    let Some(outcome_redirect) = outcome_redirect else { return Ok(()) };
    outcome_redirect.caller.clone_from(&caller.identity.subject);
    let (Some(host), Some(session)) = (&v.luminate.http_host, &caller.session) else { return Ok(()) };
    let Exchange { target, request, .. } = **v;
    let ctx = v.ctx();
    if caller.is_anonymous() || !target.secure || !navigates(&request.headers) {
        return Ok(());
    }
    if http_session::is_handed(ctx, &v.luminate.session, session, &request.headers)? {
        return Ok(());
    }
    let nonce = http_session::mint_handoff(ctx, &v.luminate.session, session)?;
    let (nonce, path) = (nonce.expose_text()?, HTTP_SESSION);
    outcome_redirect.detour = Some(Detour {
        url: format!("http://{host}{path}?{}={nonce}&{}=", HTTP_SESSION_NONCE, HTTP_SESSION_NEXT),
        cookie: http_session::handed_cookie(ctx, &v.luminate.session, session)?,
        own_host: target.host.to_string(),
    });
    Ok(())
}

/// The first value of a field, decoded.
fn field(call: &Call<'_>, name: &str) -> Option<Vec<u8>> {
    call.query.first(name).or_else(|| call.form.first(name))
}

/// Whether a person's browser goes where it is sent; a script's request would not keep a cookie of another host.
fn navigates(headers: &Headers<'_>) -> bool {
    headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}
