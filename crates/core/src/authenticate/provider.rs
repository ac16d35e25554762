//! Sending a browser to a provider (OpenID Connect Core section 3.1.2.1, RFC 7636, RFC 9126).
//!
//! It comes back to `/.edgegate/callback/<name>` (`endpoint/callback.rs`).

use crate::credential::journey::{self, AT_PROVIDER, Journey};
use crate::credential::provider::{address, endpoints, push};
use crate::credential::session;
use crate::digest::{base64url, sha256};
use crate::exchange::Exchange;
use crate::http::answer::{Answer, with_cookies};
use crate::http::query::{decode, encode_component};
use crate::http::{Target, accept, cookie};
use crate::own_paths::{CALLBACK, SIGN_IN};
use crate::page::provider::{Attempt, Trouble, provider_trouble};
use crate::policy::{Provider, Session};
use crate::ports::Ports;
use crate::refusal::{Public, Reason};
use crate::refused::{Refusal, Said};

/// A browser that sets out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    /// To whom.
    pub(crate) provider: &'a Provider,
    /// Where it comes back to, an address of this site.
    pub(crate) next: &'a str,
    /// The e-mail address that a person gave.
    pub(crate) login_hint: Option<&'a str>,
}

impl Start<'_> {
    /// The redirect to the provider.
    ///
    /// # Errors
    /// `ProviderUnavailable`, `ProviderClient`, `ProviderRefused`, each with a page; `SecretMissing`, `EntropyUnavailable`.
    pub(crate) async fn send<P: Ports>(self, x: &Exchange<'_, P>, sessions: &Session) -> Result<Answer, Refusal> {
        match self.request(x, sessions).await {
            Ok(answer) => Ok(answer),
            Err(reason) => Err(trouble(x, &self.provider.label, reason, &self.again())),
        }
    }

    /// Refuses to send a browser again that this provider has just signed in and that has no session all the same.
    ///
    /// # Errors
    /// `SignInLoop`, with a page.
    pub(crate) fn check_loop<P>(&self, x: &Exchange<'_, P>, reason: Reason) -> Result<(), Refusal> {
        match is_loop(x, &self.provider.name, reason) {
            true => Err(trouble(x, &self.provider.label, Reason::SignInLoop, &self.again())),
            false => Ok(()),
        }
    }

    fn again(&self) -> String {
        again(self.provider, self.next)
    }

    async fn request<P: Ports>(self, x: &Exchange<'_, P>, sessions: &Session) -> Result<Answer, Reason> {
        let Self { provider, next, login_hint } = self;
        let ctx = x.ctx();
        let endpoints = endpoints::of(ctx, &x.state.foreign, provider).await?;
        let sent = journey(x, sessions, provider).send(ctx, next)?;
        let state = sent.state.expose_text()?;
        let challenge = base64url(&sha256(&[sent.bound.verifier.expose()]));
        let redirect_uri = redirect_uri(x.target, provider);
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", &provider.client_id),
            ("redirect_uri", &redirect_uri),
            ("scope", &provider.scope),
            ("state", state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if provider.signs() {
            fields.push(("nonce", &sent.bound.nonce));
        }
        if provider.posts_answer {
            fields.push(("response_mode", "form_post"));
        }
        fields.extend(login_hint.map(|hint| ("login_hint", hint)));
        fields.extend(provider.parameters.iter().map(|(name, value)| (&**name, &**value)));
        let location = match &endpoints.pushed {
            Some(pushed) => {
                // The client says who it is beside the request.
                let fields: Vec<_> =
                    fields.into_iter().filter(|(name, _)| *name != "client_id" || is_named(provider)).collect();
                let uri = push(ctx, provider, pushed, &fields).await?;
                address(&endpoints.authorization, &[("client_id", &provider.client_id), ("request_uri", &uri)])
            }
            None => address(&endpoints.authorization, &fields),
        };
        let kept = long_next(x.target, provider, state, next);
        let answer = Answer::see_other(location).with("referrer-policy", "no-referrer".to_owned());
        Ok(with_cookies(answer, sent.cookie.into_iter().chain(kept).collect()))
    }
}

/// A browser's journey to a provider.
pub(crate) fn journey<'a, P>(x: &'a Exchange<'_, P>, policy: &'a Session, provider: &'a Provider) -> Journey<'a> {
    let (target, headers) = (x.target, &x.request.headers);
    Journey { policy, to: &provider.issuer.name, lasts: AT_PROVIDER, target, headers }
}

/// Where the provider sends browsers back to.
pub(crate) fn redirect_uri(target: &Target<'_>, provider: &Provider) -> String {
    format!("{}{CALLBACK}{}", target.origin(), provider.name)
}

/// Where a person can try again, and come from there to where they wanted to go.
pub(crate) fn again(provider: &Provider, next: &str) -> String {
    format!("{SIGN_IN}?provider={}&next={}", provider.name, encode_component(next))
}

/// Whether a browser has come back from there within the last seconds, and its session did not hold. One that has ended since
/// is no reason not to send it again.
pub(crate) fn is_loop<P>(x: &Exchange<'_, P>, name: &str, reason: Reason) -> bool {
    let header = x.request.headers.get("cookie").unwrap_or_default();
    let mark = session::host_name(journey::SIGNED_IN, x.target);
    let did_not_hold = matches!(reason, Reason::CredentialMissing | Reason::SessionForged | Reason::SessionUnknown);
    did_not_hold && cookie::visible(header, &mark).any(|from| from == name)
}

/// A refusal with a page that leads on. `label`: who signs people in; `again`: the address at which to try again.
pub(crate) fn trouble<P>(x: &Exchange<'_, P>, label: &str, reason: Reason, again: &str) -> Refusal {
    let refusal = Refusal::from(reason);
    if !accept::prefers_html(x.request.headers.get("accept")) {
        return refusal;
    }
    let kind = match reason {
        Reason::ProviderDenied => Trouble::Cancelled,
        Reason::BrokerStateExpired => Trouble::Late,
        Reason::BrokerBrowser => Trouble::Elsewhere,
        Reason::ProviderReplayed | Reason::NonceReplayed => Trouble::Used,
        Reason::SignInLoop => Trouble::Loop,
        reason if matches!(reason.public(), Public::Unavailable) => Trouble::Unreachable,
        _ => Trouble::Refused,
    };
    let attempt = Attempt { status: reason.public().status(), label, again, request_id: x.request_id };
    refusal.saying(Said::Answer(provider_trouble(&x.setting(), kind, &attempt).varying("Accept")))
}

/// The address that did not fit into the state, from the cookie beside it.
pub(crate) fn kept_next<P>(x: &Exchange<'_, P>, state: &str) -> Option<String> {
    let header = x.request.headers.get("cookie")?;
    let value = cookie::visible(header, NEXT).find_map(|value| value.strip_prefix(&*mark_of(state)))?;
    String::from_utf8(decode(value)).ok()
}

/// Seconds for which a browser is known to have been signed in just now.
pub(crate) const JUST_NOW: u64 = 10;

/// The cookie for an address that is too long for the state. It only comes back to the callback, and the last one counts: many of
/// them would be more than a request's head can hold.
fn long_next(target: &Target<'_>, provider: &Provider, state: &str, next: &str) -> Option<String> {
    let value = [&*mark_of(state), &*encode_component(next)].concat();
    let path = format!("{CALLBACK}{}", provider.name);
    let is_long = next.len() > journey::LONGEST_NEXT && value.len() <= LONGEST;
    is_long.then(|| session::write_cookie(NEXT, target, &path, &value, AT_PROVIDER))
}

/// Whose it is: 12 characters.
fn mark_of(state: &str) -> String {
    let mark = base64url(&sha256(&[b"edgegate next v1\0", state.as_bytes()]));
    mark.get(..12).unwrap_or_default().to_owned()
}

/// Whether the client's id has to stand in the form: it is only in the header field otherwise.
fn is_named(provider: &Provider) -> bool {
    matches!(provider.authentication, crate::policy::ClientAuthentication::Basic(_))
}

/// The cookie's name.
const NEXT: &str = "edgegate-next";
/// Bytes of a cookie's value.
const LONGEST: usize = 3500;
