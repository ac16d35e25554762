//! The authorization endpoint (RFC 6749 section 3.1): a person's browser, sent by a client, goes back with a code.
//!
//! The consent form posts to the very address that was asked for; nothing is kept in between. Its token is a MAC over the
//! session and that address, so no other page and no other request can bring it.

use std::sync::Arc;

use crate::authenticate::sign_in::{SignedIn, signed_in, to_sign_in};
use crate::credential::dpop::Thumbprint;
use crate::credential::grant::Grants;
use crate::credential::grant::code::{self, Authorization};
use crate::credential::{bearer, registry};
use crate::endpoint::oauth::consent::Consent;
use crate::endpoint::oauth::parameters::Parameters;
use crate::endpoint::oauth::{client, consent, metadata};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::http::query::{encode_component, value};
use crate::identity::Identity;
use crate::policy::{
    Client, ClientKind, MOST_RESOURCES, MOST_SCOPES, OAuth, Revocation, SingleUse, is_redirect, is_same_resource,
};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said};
use crate::sealed::{session_token, store};
use crate::state::State;

use crate::dialect::oauth as words;

/// GET: the sign-in page for a person who is not signed in, else the page of consent. POST: back to the client, with a code
/// or with what went wrong. Where the client or its address is not certain, the person is told, and the browser is sent
/// nowhere.
///
/// # Errors
/// `ClientUnknown`, `ClientKind`, `RedirectUnregistered`, `OAuthParameter`, `ParameterDuplicate`, what goes back to the
/// client, `CrossSite`, `ConsentForged`, and storage's own reasons.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth) -> Result<Access, Refusal> {
    let query = x.target.query.unwrap_or_default();
    let asked = match returning(x, query).await {
        Ok(asked) => asked,
        Err(reason) if words::error(reason).0 < 500 => {
            return Err(Refusal::from(reason).saying(Said::Answer(consent::lost(&x.setting(), reason, x.request_id))));
        }
        Err(reason) => return Err(reason.into()),
    };
    let mut caller = client::identity(&asked.client);
    match decide(x, oauth, &asked, &mut caller).await {
        Ok(answer) => Ok(Access::answer(answer).by(caller)),
        Err(reason) if goes_back(reason) => {
            let text = words::text(reason, oauth.dialect);
            let back = asked.back(x, &[("error", words::error(reason).1), ("error_description", text)]);
            Err(reason.of(&caller).saying(Said::Answer(back)))
        }
        Err(reason) => Err(reason.of(&caller)),
    }
}

/// A request whose client is known, and whose way back is certain.
struct Asked {
    client: Arc<Client>,
    redirect_uri: String,
    parameters: Parameters,
}

impl Asked {
    /// Sends the browser back (RFC 6749 section 4.1.2, RFC 9207). After a form a browser must not post again.
    fn back<P>(&self, x: &Exchange<'_, P>, members: &[(&str, &str)]) -> Answer {
        let mut address = self.redirect_uri.clone();
        let state = self.parameters.get("state").map(|state| ("state", state));
        let issuer = ("iss", x.state.policy.gateway.issuer.as_str());
        let mut joint = if address.contains('?') { '&' } else { '?' };
        for (name, value) in members.iter().copied().chain(state).chain([issuer]) {
            address.push(joint);
            address.push_str(&format!("{name}={}", encode_component(value)));
            joint = '&';
        }
        match x.request.method {
            "POST" => Answer::see_other(address),
            _ => Answer::found(address),
        }
    }
}

/// Finds out whom the browser would be sent back to.
async fn returning<P: Ports>(x: &Exchange<'_, P>, query: &str) -> Result<Asked, Reason> {
    let ctx = x.ctx();
    let parameters = Parameters::read(&[query], &PARAMETERS)?;
    let client = registry::find(ctx, parameters.need("client_id")?, Revocation::Cached).await?;
    if client.kind == ClientKind::TokenPair {
        return Err(Reason::ClientKind);
    }
    let redirect_uri = match (parameters.get("redirect_uri"), client.redirect_uris.as_slice()) {
        (Some(named), registered) => Some(named).filter(|_| registered.iter().any(|known| is_redirect(known, named))),
        (None, [sole]) => Some(sole.as_str()),
        (None, _) => None,
    };
    let redirect_uri = redirect_uri.ok_or(Reason::RedirectUnregistered)?.to_owned();
    Ok(Asked { client, redirect_uri, parameters })
}

async fn decide<P: Ports>(
    x: &Exchange<'_, P>,
    oauth: &OAuth,
    asked: &Asked,
    caller: &mut Identity,
) -> Result<Answer, Reason> {
    let Exchange { state, request, target, ports, .. } = *x;
    let ctx = x.ctx();
    let query = target.query.unwrap_or_default();
    let mut allowed = check(state, asked)?;
    if request.method == "POST" && !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite);
    }
    let here = format!("{}?{query}", target.path);
    let Some(SignedIn { session, identity: person }) = signed_in(x, Revocation::Cached).await? else {
        return to_sign_in(x, &here);
    };
    caller.subject.clone_from(&person.subject);
    allowed.subject = person.subject.unwrap_or_default();
    allowed.issuer = person.issuer.unwrap_or_default();
    let sessions = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let grants = Grants { ctx, policy: oauth };
    let purpose = format!("consent {query}");
    if request.method == "POST" {
        if !request.has_form()? {
            return Err(Reason::ConsentForged);
        }
        let form = bearer::read_form(ports, state.policy.limits.form).await?;
        if !session_token::is_token(ctx, sessions, &session, &purpose, &value(&form, "consent")?)? {
            return Err(Reason::ConsentForged);
        }
        if value(&form, "decision")? != "allow" {
            return Err(Reason::ConsentDenied);
        }
    } else if !may_be_silent(x, asked) || !grants.is_remembered(&asked.client, &allowed).await? {
        let token = session_token::token(ctx, sessions, &session, &purpose)?;
        let consent = Consent { client: &asked.client, allowed: &allowed, query, token: token.expose_text()? };
        return Ok(consent.page(&x.setting(), oauth, &allowed.subject));
    }
    // What is allowed may last for a year. A person who has signed out, anywhere, cannot allow it.
    if ctx.policy.single_use == SingleUse::Ledger && store::is_revoked(ctx, &session).await? {
        return to_sign_in(x, &here);
    }
    if request.method == "POST" {
        grants.remember(&asked.client, &allowed).await?;
    }
    let code = grants.mint_code(&allowed).await?;
    Ok(asked.back(x, &[("code", code.expose_text()?)]))
}

/// Whether a person need not see the page, if the same was allowed before: the client does not want it, and somebody goes
/// there.
fn may_be_silent<P>(x: &Exchange<'_, P>, asked: &Asked) -> bool {
    let wants_page =
        asked.parameters.get("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "consent"));
    !wants_page && !fetch_metadata::looks_ahead(x.request.method, &x.request.headers)
}

/// Checks what the client asks for (RFC 6749 section 4.1.1, 7636 section 4.3, 8707 section 2.1, 9449 section 10).
fn check(state: &State, asked: &Asked) -> Result<Authorization, Reason> {
    let Asked { client, parameters, .. } = asked;
    let wants_other = ["request", "request_uri"].iter().any(|name| parameters.get(name).is_some());
    if parameters.get("response_mode").is_some_and(|mode| mode != "query") || wants_other {
        return Err(Reason::OAuthParameter);
    }
    if parameters.need("response_type")? != "code" {
        return Err(Reason::ResponseType);
    }
    let challenge = parameters.get("code_challenge");
    let method = parameters.get("code_challenge_method");
    match (challenge, method) {
        (None, None) if !client.needs_pkce => {}
        (Some(challenge), Some("S256")) if code::is_challenge(challenge) => {}
        _ => return Err(Reason::PkceMissing),
    }
    let scope = match parameters.get("scope") {
        Some(scope) => words(scope),
        None => client.scope.iter().map(String::as_str).collect(),
    };
    if !scope.iter().all(|one| client.scope.iter().any(|known| known == one)) {
        return Err(Reason::ScopeRefused);
    }
    let mut resources: Vec<&str> = Vec::new();
    for asked in parameters.all("resource") {
        let listed = client.resources.iter().find(|known| is_same_resource(known, asked)).map(String::as_str);
        // A client that lists none may name what the metadata of this gateway tell it.
        let of_routes = Some(asked).filter(|_| client.resources.is_empty() && metadata::is_resource(state, asked));
        let resource = listed.or(of_routes).ok_or(Reason::ResourceRefused)?;
        if !resources.iter().any(|known| is_same_resource(known, resource)) {
            resources.push(resource);
        }
    }
    if resources.len() > MOST_RESOURCES {
        return Err(Reason::ResourceRefused);
    }
    let bound =
        parameters.get("dpop_jkt").map(|text| Thumbprint::read(text).ok_or(Reason::OAuthParameter)).transpose()?;
    Ok(Authorization {
        client: client.id.clone(),
        redirect_uri: asked.redirect_uri.clone(),
        named_redirect: parameters.get("redirect_uri").is_some(),
        subject: String::new(),
        issuer: String::new(),
        scope: scope.join(" "),
        resources: resources.join(" "),
        challenge: challenge.map(str::to_owned),
        bound,
    })
}

/// Each word once.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        // No client has more scopes than a token can tell apart; one too many is refused.
        if words.len() > MOST_SCOPES {
            break;
        }
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Whether the client hears of a refusal. A form that may be forged must not send anybody anywhere.
fn goes_back(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::OAuthParameter
            | Reason::ResponseType
            | Reason::PkceMissing
            | Reason::ScopeRefused
            | Reason::ResourceRefused
            | Reason::ConsentDenied
    )
}

const PARAMETERS: [&str; 13] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "dpop_jkt",
    "prompt",
    "request",
    "request_uri",
];
