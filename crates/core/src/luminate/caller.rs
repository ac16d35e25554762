//! Who makes a client call: cookie, field, nonce and tokens, each by its own rules (`protocols.md` A3.0).

use crate::authenticate::{claim, cross_site};
use crate::credential::own::luminate::{AUTH, AUTH_PURPOSE, NONCE, SESSION, SIGN_ON};
use crate::credential::session::{self, Cookies, Opened, handoff};
use crate::exchange::Exchange;
use crate::exchange::claim::Claim;
use crate::http::{cookie, fetch_metadata};
use crate::identity::Identity;
use crate::luminate::call::Call;
use crate::luminate::sso_token;
use crate::luminate::visit::Visit;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::seal::Sealed;
use crate::sealed::{session_token, store};

/// Who calls.
#[derive(Debug, Default)]
pub struct Caller {
    /// The session; None before there is one.
    pub session: Option<Sealed>,
    /// The session that the body named, even if it has ended: ending it again is how a log-out that failed is repeated.
    pub named: Option<Sealed>,
    /// As whom the call goes through; without a subject if no one is signed in.
    pub identity: Identity,
    /// What is used up by the call, once nothing else can refuse it: [`settle`].
    pub claim: Option<Box<Claim>>,
    /// Whether a partner's word is to open a session for the subject then.
    pub signs_in: bool,
}

/// Verifies everything that says who calls. `wants_auth`: the method needs the token of the session, or a partner's word.
/// Nothing is used up or opened yet: [`settle`] does that.
///
/// # Errors
/// `CrossSite`, `CredentialMisplaced`, `SessionConflict`, `BoundTokenMissing`, `BoundTokenMismatch`, the reasons of
/// sessions, nonces and single sign-on tokens, and storage's own.
pub async fn of<P: Ports>(v: &Visit<'_, P>, call: &Call<'_>, wants_auth: bool) -> Result<Caller, Refusal> {
    check_origin(v)?;
    let nonce = call.in_address(NONCE)?;
    let field = call.in_body(SESSION)?;
    // What can be verified without storage comes first, and before a nonce is used up.
    let vouched = call.in_body(SIGN_ON)?;
    let vouched = vouched.map(|text| sso_token::verify(v.ctx(), &v.luminate.session, &text)).transpose()?;
    let auth = match wants_auth && vouched.is_none() {
        true => Some(call.in_body(AUTH)?.ok_or(Reason::BoundTokenMissing)?),
        false => None,
    };
    if let (Some(nonce), Some(text)) = (&nonce, &auth) {
        let nonce = handoff::open(v.ctx(), &v.luminate.session, nonce)?;
        let session = session::reopen(v.ctx(), &v.luminate.session, nonce.payload.expose())?;
        check_auth(v, text, Some(&session))?;
    }
    let mut caller = match nonce {
        Some(nonce) => by_nonce(v, &nonce).await?,
        None => present(v, field.as_deref()).await?,
    };
    let known = caller.known();
    let of_caller = |reason: Reason| reason.of(&known);
    if let Some(subject) = vouched {
        vouch(subject, &mut caller).map_err(of_caller)?;
    }
    if let Some(text) = auth {
        check_auth(v, &text, caller.session.as_ref()).map_err(of_caller)?;
    }
    Ok(caller)
}

/// Uses up what the call came with, and signs in whom a partner vouched for, once everything that can refuse the call has
/// been checked. What is opened is handed over.
///
/// # Errors
/// `NonceReplayed`, `SecretMissing`, and storage's own.
pub async fn settle<P: Ports>(v: &Visit<'_, P>, caller: &mut Caller) -> Result<(), Reason> {
    if let Some(claim) = caller.claim.take() {
        // Whatever is opened or minted afterwards is made with this key.
        v.ctx().signing_key(&v.luminate.session.keys)?;
        claim::perform(v, *claim).await?;
    }
    if core::mem::take(&mut caller.signs_in) {
        let subject = caller.subject()?.to_owned();
        sign_in(v, &subject, caller).await?;
    }
    Ok(())
}

/// Signs somebody in: a new session, never another one continued.
///
/// # Errors
/// Storage's own.
pub async fn sign_in<P: Ports>(v: &Visit<'_, P>, subject: &str, caller: &mut Caller) -> Result<(), Reason> {
    caller.named = None;
    let session = session::start(v.ctx(), &v.luminate.session, &Opened::here(subject, "luminate"), v.request).await?;
    sign_out(v, caller).await?;
    hand_over(v, &session)?;
    let identity = Identity::by_key(caller.identity.kind, &session.key_id);
    caller.identity = Identity { subject: Some(subject.to_owned()), ..identity };
    caller.session = Some(session);
    Ok(())
}

/// Ends the caller's session, the one that the body names, and whatever else the cookie holds.
///
/// # Errors
/// Storage's own.
pub async fn sign_out<P: Ports>(v: &Visit<'_, P>, caller: &mut Caller) -> Result<(), Reason> {
    let ctx = v.ctx();
    let cookie = in_cookie(v)?;
    let mut ended: Option<Sealed> = None;
    for session in [caller.session.take(), caller.named.take(), cookie].into_iter().flatten() {
        let is_over = session.expires <= ctx.now || ended.as_ref() == Some(&session);
        if !session::is_anonymous(&session) && !is_over {
            store::revoke(ctx, &session).await?;
            ended = Some(session);
        }
    }
    caller.identity.subject = None;
    Ok(())
}

/// Gives the caller's browser the session that the call goes on with, and opens an anonymous one if there is none.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn session_of<'c, P: Ports>(v: &Visit<'_, P>, caller: &'c mut Caller) -> Result<&'c Sealed, Reason> {
    if caller.session.is_none() {
        let session = session::start_anonymous(v.ctx(), &v.luminate.session)?;
        hand_over(v, &session)?;
        caller.session = Some(session);
    }
    caller.session.as_ref().ok_or(Reason::Internal)
}

/// Takes the cookie back, in every place where the browser may keep it.
pub fn take_back<P>(v: &Visit<'_, P>) {
    let clear = |embedded| Cookies { embedded, ..v.cookies(&v.luminate.session) }.clear();
    v.jar.clear();
    clear(false).into_iter().for_each(|cookie| v.jar.add(cookie));
    if is_embedded(v) {
        clear(true).into_iter().for_each(|cookie| v.jar.add(cookie));
    }
}

/// The session that a request comes with, by cookie and field. One that has ended is none, and its cookie is set
/// aside: clients send a field for ever, and have to get a new session for it.
///
/// # Errors
/// `SessionConflict` for two people's, `SessionForged` and `SessionDuplicate` for cookies, and storage's own.
pub async fn present<P: Ports>(v: &Visit<'_, P>, field: Option<&str>) -> Result<Caller, Refusal> {
    let policy = &v.luminate.session;
    let cookies = v.cookies(policy);
    let text = cookies.present(v.ctx())?;
    let set_aside = |reason| text.and_then(|text| answered_cookies(v).set_aside(text, reason));
    let mut cookie = match text.map(|text| session::open(v.ctx(), policy, text)).transpose() {
        Ok(cookie) => cookie,
        Err(reason) => {
            set_aside(reason).into_iter().for_each(|cookie| v.jar.add(cookie));
            return Err(reason.into());
        }
    };
    let mut by_cookie = match &cookie {
        Some(sealed) => match living(v, sealed).await? {
            Ok(caller) => Some(caller),
            Err(ended) => {
                set_aside(ended).into_iter().for_each(|cookie| v.jar.add(cookie));
                None
            }
        },
        None => None,
    };
    if by_cookie.is_none()
        && let Some(sealed) = anonymous(v)
    {
        by_cookie = Some(Caller { session: Some(sealed.clone()), ..Caller::anonymous() });
        cookie = Some(sealed);
    }
    let Some(field) = field else { return Ok(by_cookie.unwrap_or_else(Caller::anonymous)) };
    let by_field = match session::open(v.ctx(), policy, field) {
        Ok(sealed) if by_cookie.is_some() && cookie.as_ref() == Some(&sealed) => {
            return Ok(by_cookie.unwrap_or_default());
        }
        Ok(sealed) => match living(v, &sealed).await? {
            Ok(living) => Some(living),
            Err(_) => {
                let caller = by_cookie.unwrap_or_else(Caller::anonymous);
                return Ok(Caller { named: Some(sealed), ..caller });
            }
        },
        // A text that is none of ours says nothing, but where somebody is signed in it says another than the cookie.
        Err(Reason::SessionForged) if by_cookie.as_ref().is_none_or(Caller::is_anonymous) => None,
        Err(reason) => {
            let reason = if reason == Reason::SessionForged { Reason::SessionConflict } else { reason };
            return Err(reason.of(&by_cookie.unwrap_or_else(Caller::anonymous).identity));
        }
    };
    match (by_field, by_cookie) {
        (Some(field), Some(cookie)) if !field.is_anonymous() && !cookie.is_anonymous() => {
            Err(Reason::SessionConflict.of(&field.identity))
        }
        (Some(field), Some(cookie)) if field.is_anonymous() && !cookie.is_anonymous() => Ok(cookie),
        (field, cookie) => Ok(field.or(cookie).unwrap_or_else(Caller::anonymous)),
    }
}

/// Checks that a request which the cookie's session opens by itself comes from its own site, before storage is asked about
/// that session. None: there is no session, or one that is over; two, or one that is forged, are refused by [`present`].
///
/// # Errors
/// `CrossSite`.
pub fn check_sender<P>(v: &Visit<'_, P>) -> Result<Option<Sealed>, Reason> {
    let session = in_cookie(v).ok().flatten().filter(|session| session.expires > v.ctx().now);
    let session = session.or_else(|| anonymous(v));
    if session.is_some() {
        cross_site::check_origin(v, v.route)?;
    }
    Ok(session)
}

/// The session that a nonce connects the browser to; another person's session in the browser ends.
///
/// # Errors
/// As [`by_nonce`] and [`settle`].
pub async fn redeem<P: Ports>(v: &Visit<'_, P>, text: &str) -> Result<Caller, Refusal> {
    let mut caller = by_nonce(v, text).await?;
    let known = caller.known();
    settle(v, &mut caller).await.map_err(|reason| reason.of(&known))?;
    Ok(caller)
}

/// The same, with what is still to be claimed for it: nothing is used up or handed over yet.
///
/// # Errors
/// The nonce's and the session's reasons, `NonceNotUsed`, and storage's own.
pub async fn by_nonce<P: Ports>(v: &Visit<'_, P>, text: &str) -> Result<Caller, Refusal> {
    let nonce = handoff::open(v.ctx(), &v.luminate.session, text)?;
    let known = Identity::by_key("nonce", &nonce.key_id);
    connected(v, nonce).await.map_err(|reason| reason.of(&known))
}

async fn connected<P: Ports>(v: &Visit<'_, P>, nonce: Sealed) -> Result<Caller, Reason> {
    let Exchange { request, target, .. } = **v;
    let is_wanted = fetch_metadata::is_click(request.method, &request.headers, &target.origin())
        || request.headers.get("origin").is_some_and(|origin| trusts(v, origin));
    if fetch_metadata::looks_ahead(request.method, &request.headers) || !is_wanted {
        return Err(Reason::NonceNotUsed);
    }
    let before = in_cookie(v)?;
    let (session, _) = handoff::session(v.ctx(), &v.luminate.session, &nonce).await?;
    let identity = check(v, &session).await?;
    let cookie = answered_cookies(v).set(&session)?;
    let before = before.filter(|before| *before != session);
    let identity = Identity { kind: "nonce", ..identity };
    let claim = Some(Box::new(Claim::Handoff { sealed: nonce, before, cookie }));
    Ok(Caller { session: Some(session), identity, claim, ..Caller::default() })
}

impl Caller {
    /// A visitor without a session.
    pub fn anonymous() -> Self {
        Self { identity: Identity { kind: "none", ..Identity::default() }, ..Self::default() }
    }

    /// Who calls, for the log: while a nonce that says so may have been used before, only the nonce is known.
    pub fn known(&self) -> Identity {
        match self.claim.as_deref() {
            Some(Claim::Handoff { sealed, .. }) => Identity::by_key("nonce", &sealed.key_id),
            _ => self.identity.clone(),
        }
    }

    /// Whether no one is signed in.
    pub fn is_anonymous(&self) -> bool {
        self.identity.subject.is_none()
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub fn subject(&self) -> Result<&str, Reason> {
        self.identity.subject.as_deref().ok_or(Reason::NotSignedIn)
    }
}

/// The session that the cookie holds, whether it lives or not; one that is forged is none.
fn in_cookie<P>(v: &Visit<'_, P>) -> Result<Option<Sealed>, Reason> {
    let value = v.cookies(&v.luminate.session).present(v.ctx())?;
    Ok(value.and_then(|value| session::open(v.ctx(), &v.luminate.session, value).ok()))
}

/// The session that the cookie for visitors holds who are not signed in, if it lives.
fn anonymous<P>(v: &Visit<'_, P>) -> Option<Sealed> {
    let text = v.cookies(&v.luminate.session).visitor()?;
    let session = session::open(v.ctx(), &v.luminate.session, text).ok()?;
    (session::is_anonymous(&session) && session.expires > v.ctx().now).then_some(session)
}

/// A session that has not ended, or how it did.
async fn living<P: Ports>(v: &Visit<'_, P>, sealed: &Sealed) -> Result<Result<Caller, Reason>, Refusal> {
    match check(v, sealed).await {
        Ok(identity) => Ok(Ok(Caller { session: Some(sealed.clone()), identity, ..Caller::default() })),
        Err(
            ended @ (Reason::SessionExpired | Reason::SessionIdle | Reason::SessionRevoked | Reason::SessionUnknown),
        ) => Ok(Err(ended)),
        Err(reason) => Err(reason.of(&Identity::by_key("session", &sealed.key_id))),
    }
}

async fn check<P: Ports>(v: &Visit<'_, P>, sealed: &Sealed) -> Result<Identity, Reason> {
    let (ctx, policy) = (v.ctx(), &v.luminate.session);
    let identity = session::check(ctx, policy, v.route.revocation, sealed).await?;
    session::keep_alive(ctx, policy, sealed).await?;
    Ok(identity)
}

/// A partner's server says who this is. It may sign in an anonymous visitor, and no one else.
fn vouch(subject: String, caller: &mut Caller) -> Result<(), Reason> {
    caller.identity.kind = "sign-on";
    match caller.identity.subject.as_deref() {
        Some(signed_in) if signed_in == subject => Ok(()),
        Some(_) => Err(Reason::SessionConflict),
        None => {
            caller.identity.subject = Some(subject);
            caller.signs_in = true;
            Ok(())
        }
    }
}

/// The token of the session, which only a page that could read it can send.
fn check_auth<P>(v: &Visit<'_, P>, text: &str, session: Option<&Sealed>) -> Result<(), Reason> {
    let session = session.ok_or(Reason::BoundTokenMismatch)?;
    let is_token = session_token::is_token(v.ctx(), &v.luminate.session, session, AUTH_PURPOSE, text)?;
    is_token.then_some(()).ok_or(Reason::BoundTokenMismatch)
}

/// A page elsewhere makes its visitor's browser call only if the policy trusts it. A browser says where a call comes
/// from; a client that does not is none that could be tricked.
fn check_origin<P>(v: &Visit<'_, P>) -> Result<(), Reason> {
    let headers = &v.request.headers;
    let own_origin = v.target.origin();
    // Following a link is the visitor's own doing; sending a form, or opening a connection, need not be.
    let follows_link = || {
        let navigates = headers.get("sec-fetch-mode") == Some("navigate");
        let is_bare = headers.get("origin").is_none() && headers.get("upgrade").is_none();
        navigates && is_bare && v.request.method == "GET"
    };
    let is_trusted = || {
        let comes_with_cookie = headers
            .get("cookie")
            .is_some_and(|header| cookie::names(header).any(|name| name == v.luminate.session.cookie));
        let grants_cookies = v.route.cors.as_ref().is_some_and(|cors| cors.credentials);
        headers.get("origin").is_some_and(|origin| trusts(v, origin)) && (grants_cookies || !comes_with_cookie)
    };
    let is_fine = fetch_metadata::is_own_form(headers, &own_origin) || follows_link() || is_trusted();
    is_fine.then_some(()).ok_or(Reason::CrossSite)
}

fn trusts<P>(v: &Visit<'_, P>, origin: &str) -> bool {
    v.route.cors.as_ref().is_some_and(|cors| cors.origins.iter().any(|pattern| pattern.matches(origin)))
}

/// Whether the answer goes to a page of another site, so that the cookie has to live there.
fn is_embedded<P>(v: &Visit<'_, P>) -> bool {
    let headers = &v.request.headers;
    let is_elsewhere = match headers.get("sec-fetch-site") {
        Some(site) => site == "cross-site" && headers.get("sec-fetch-mode") != Some("navigate"),
        None => headers.get("origin").is_some_and(|origin| origin != v.target.origin()),
    };
    is_elsewhere && headers.get("origin").is_some_and(|origin| trusts(v, origin))
}

/// The cookies of the dialect's sessions, for whatever page the answer goes to.
fn answered_cookies<'a, P>(v: &Visit<'a, P>) -> Cookies<'a> {
    Cookies { embedded: is_embedded(v), ..v.cookies(&v.luminate.session) }
}

fn hand_over<P>(v: &Visit<'_, P>, session: &Sealed) -> Result<(), Reason> {
    let cookie = answered_cookies(v).set(session)?;
    v.jar.set(cookie);
    Ok(())
}
