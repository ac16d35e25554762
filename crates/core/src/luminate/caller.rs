//! Who makes a client call: cookie, field, nonce and tokens, each by its own rules (`protocols.md` A3.0).

use crate::authenticate::claim;
use crate::authenticate::cross_site;
use crate::credential::Identity;
use crate::credential::session::{self, handoff};
use crate::exchange::claim::Claim;
use crate::exchange::{Exchange, Trace};
use crate::http::{cookie, fetch_metadata};
use crate::luminate::call::Call;
use crate::luminate::names::{AUTH, AUTH_PURPOSE, NONCE, SESSION, SIGN_ON};
use crate::luminate::sso_token;
use crate::policy::{Luminate, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::seal::Sealed;
use crate::sealed::{session_token, store};

/// Who calls.
#[derive(Debug, Default)]
pub struct Caller {
    /// The session; None before there is one.
    pub session: Option<Sealed>,
    /// The session that the body named, even if it has ended: ending it again is how a log-out that failed is repeated.
    pub named: Option<Sealed>,
    /// As whom the call goes through; without a subject if nobody is signed in.
    pub identity: Identity,
    /// What is used up by the call, once nothing else can refuse it: [`settle`].
    pub claim: Option<Box<Claim>>,
    /// Whether a partner's word is to open a session for the subject then.
    pub signs_in: bool,
}

/// Judges everything that says who calls. `wants_auth`: the method needs the token of the session, or a partner's word.
/// Nothing is used up or opened yet: [`settle`] does that.
///
/// # Errors
/// `CrossSite`, `CredentialMisplaced`, `SessionConflict`, `BoundTokenMissing`, `BoundTokenMismatch`, the reasons of
/// sessions, nonces and single sign-on tokens, and storage's own.
pub async fn of<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    call: &Call<'_>,
    wants_auth: bool,
    trace: &mut Trace,
) -> Result<Caller, Reason> {
    judge_origin(x, route, luminate)?;
    let nonce = call.in_address(NONCE)?;
    let field = call.in_body(SESSION)?;
    // What can be judged without storage comes first, and before a nonce is used up.
    let vouched = call.in_body(SIGN_ON)?;
    let vouched = vouched.map(|text| sso_token::verify(x.ctx(), &luminate.session, &text)).transpose()?;
    let auth = match wants_auth && vouched.is_none() {
        true => Some(call.in_body(AUTH)?.ok_or(Reason::BoundTokenMissing)?),
        false => None,
    };
    if let (Some(nonce), Some(text)) = (&nonce, &auth) {
        let nonce = handoff::open(x.ctx(), &luminate.session, nonce)?;
        let session = session::reopen(x.ctx(), &luminate.session, nonce.payload.expose())?;
        judge_auth(x, luminate, text, Some(&session))?;
    }
    let mut caller = match nonce {
        Some(nonce) => by_nonce(x, route, luminate, &nonce, trace).await?,
        None => present(x, route, luminate, field.as_deref(), trace).await?,
    };
    tell(&caller, trace);
    if let Some(subject) = vouched {
        vouch(subject, &mut caller)?;
    }
    if let Some(text) = auth {
        judge_auth(x, luminate, &text, caller.session.as_ref())?;
    }
    tell(&caller, trace);
    Ok(caller)
}

/// Uses up what the call came with, and signs in whom a partner vouched for, once everything that can refuse the call has
/// been judged. What is opened is handed over by `trace`'s cookies.
///
/// # Errors
/// `NonceReplayed`, `SecretMissing`, and storage's own.
pub async fn settle<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    caller: &mut Caller,
    trace: &mut Trace,
) -> Result<(), Reason> {
    if let Some(claim) = caller.claim.take() {
        // Whatever is opened or minted afterwards is made with this key.
        x.ctx().signing_key(&luminate.session.keys)?;
        for cookie in claim::perform(x, *claim).await? {
            hand(cookie, trace);
        }
        tell(caller, trace);
    }
    if core::mem::take(&mut caller.signs_in) {
        let subject = caller.subject()?.to_owned();
        sign_in(x, route, luminate, &subject, caller, trace).await?;
    }
    Ok(())
}

/// Signs somebody in: a new session, never another one continued.
///
/// # Errors
/// Storage's own.
pub async fn sign_in<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    subject: &str,
    caller: &mut Caller,
    trace: &mut Trace,
) -> Result<(), Reason> {
    caller.named = None;
    let session = session::start(x.ctx(), x.ports, &luminate.session, subject).await?;
    sign_out(x, route, luminate, caller).await?;
    hand_over(x, route, luminate, &session, trace)?;
    let identity = Identity::by_key(caller.identity.kind, &session.key_id);
    caller.identity = Identity { subject: Some(subject.to_owned()), ..identity };
    caller.session = Some(session);
    tell(caller, trace);
    Ok(())
}

/// Ends the caller's session, the one that the body names, and whatever else the cookie holds.
///
/// # Errors
/// Storage's own.
pub async fn sign_out<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    caller: &mut Caller,
) -> Result<(), Reason> {
    let Exchange { ports, .. } = *x;
    let ctx = x.ctx();
    let cookie = in_cookie(x, route, luminate)?;
    let mut ended: Option<Sealed> = None;
    for session in [caller.session.take(), caller.named.take(), cookie].into_iter().flatten() {
        let is_over = session.expires <= ctx.now || ended.as_ref() == Some(&session);
        if !session::is_nobodys(&session) && !is_over {
            store::revoke(ctx, ports, &session).await?;
            ended = Some(session);
        }
    }
    caller.identity.subject = None;
    Ok(())
}

/// Gives the caller's browser the session that the call goes on with, opening one that is nobody's if there is none.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn session_of<'c, P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    caller: &'c mut Caller,
    trace: &mut Trace,
) -> Result<&'c Sealed, Reason> {
    if caller.session.is_none() {
        let session = session::start_nobodys(x.ctx(), x.ports, &luminate.session)?;
        hand_over(x, route, luminate, &session, trace)?;
        caller.session = Some(session);
    }
    caller.session.as_ref().ok_or(Reason::Internal)
}

/// Takes the cookie back, in every place where the browser may keep it.
pub fn take_back<P>(x: &Exchange<'_, P>, route: &Route, luminate: &Luminate, trace: &mut Trace) {
    let clear = |embedded| session::clear_cookies(&luminate.session, x.target, &x.request.headers, embedded);
    trace.cookies = clear(false);
    if is_embedded(x, route) {
        trace.cookies.extend(clear(true));
    }
}

/// The session that a request comes with, by cookie and field. One that has ended is none, and its cookie is set
/// aside: clients send a field for ever, and have to get a new session for it.
///
/// # Errors
/// `SessionConflict` for two people's, `SessionForged` and `SessionDuplicate` for cookies, and storage's own.
pub async fn present<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    field: Option<&str>,
    trace: &mut Trace,
) -> Result<Caller, Reason> {
    let policy = &luminate.session;
    let text = session::present(x.ctx(), policy, x.target, &x.request.headers)?;
    let set_aside =
        |reason| text.and_then(|text| session::set_aside(policy, x.target, text, reason, is_embedded(x, route)));
    let mut cookie = match text.map(|text| session::open(x.ctx(), policy, text)).transpose() {
        Ok(cookie) => cookie,
        Err(reason) => {
            trace.cookies.extend(set_aside(reason));
            return Err(reason);
        }
    };
    let mut by_cookie = match &cookie {
        Some(sealed) => match living(x, route, luminate, sealed, trace).await? {
            Ok(caller) => Some(caller),
            Err(ended) => {
                trace.cookies.extend(set_aside(ended));
                None
            }
        },
        None => None,
    };
    if by_cookie.is_none()
        && let Some(sealed) = nobodys(x, luminate)
    {
        by_cookie = Some(Caller { session: Some(sealed.clone()), ..Caller::nobody() });
        cookie = Some(sealed);
    }
    let Some(field) = field else { return Ok(by_cookie.unwrap_or_else(Caller::nobody)) };
    let by_field = match session::open(x.ctx(), policy, field) {
        Ok(sealed) if by_cookie.is_some() && cookie.as_ref() == Some(&sealed) => {
            return Ok(by_cookie.unwrap_or_default());
        }
        Ok(sealed) => match living(x, route, luminate, &sealed, trace).await? {
            Ok(living) => Some(living),
            Err(_) => {
                let caller = by_cookie.unwrap_or_else(Caller::nobody);
                return Ok(Caller { named: Some(sealed), ..caller });
            }
        },
        // A text that is none of ours says nothing, but where somebody is signed in it says another than the cookie.
        Err(Reason::SessionForged) if by_cookie.as_ref().is_none_or(Caller::is_nobody) => None,
        Err(Reason::SessionForged) => return Err(Reason::SessionConflict),
        Err(reason) => return Err(reason),
    };
    match (by_field, by_cookie) {
        (Some(field), Some(cookie)) if !field.is_nobody() && !cookie.is_nobody() => Err(Reason::SessionConflict),
        (Some(field), Some(cookie)) if field.is_nobody() && !cookie.is_nobody() => Ok(cookie),
        (field, cookie) => Ok(field.or(cookie).unwrap_or_else(Caller::nobody)),
    }
}

/// Judges whether a request that the cookie's session opens by itself is its own site's, before storage is asked about that
/// session. None: there is no session, or one that is over; two, or one that is forged, are refused by [`present`].
///
/// # Errors
/// `CrossSite`.
pub fn judge_sender<P>(x: &Exchange<'_, P>, route: &Route, luminate: &Luminate) -> Result<Option<Sealed>, Reason> {
    let session = in_cookie(x, route, luminate).ok().flatten().filter(|session| session.expires > x.ctx().now);
    let session = session.or_else(|| nobodys(x, luminate));
    if session.is_some() {
        cross_site::judge_origin(x, route)?;
    }
    Ok(session)
}

/// The session that a nonce connects the browser to; another person's session in the browser ends.
///
/// # Errors
/// As [`by_nonce`] and [`settle`].
pub async fn redeem<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    text: &str,
    trace: &mut Trace,
) -> Result<Caller, Reason> {
    let mut caller = by_nonce(x, route, luminate, text, trace).await?;
    settle(x, route, luminate, &mut caller, trace).await?;
    Ok(caller)
}

/// The same, with what is still to be claimed for it: nothing is used up or handed over yet.
///
/// # Errors
/// The nonce's and the session's reasons, `NonceNotUsed`, and storage's own.
pub async fn by_nonce<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    text: &str,
    trace: &mut Trace,
) -> Result<Caller, Reason> {
    let Exchange { request, target, ports, .. } = *x;
    let ctx = x.ctx();
    let nonce = handoff::open(ctx, &luminate.session, text)?;
    trace.identity = Some(Identity::by_key("nonce", &nonce.key_id));
    let is_wanted = fetch_metadata::is_click(request.method, &request.headers, &target.origin())
        || request.headers.get("origin").is_some_and(|origin| trusts(x, route, origin));
    if fetch_metadata::looks_ahead(request.method, &request.headers) || !is_wanted {
        return Err(Reason::NonceNotUsed);
    }
    let before = in_cookie(x, route, luminate)?;
    let (session, _) = handoff::session(ctx, ports, &luminate.session, &nonce).await?;
    let identity = judge(x, route, luminate, &session).await?;
    let cookie = session::set_cookie(&luminate.session, target, &request.headers, &session, is_embedded(x, route))?;
    let before = before.filter(|before| *before != session);
    let identity = Identity { kind: "nonce", ..identity };
    let claim = Some(Box::new(Claim::Passage { sealed: nonce, before, cookie }));
    Ok(Caller { session: Some(session), identity, claim, ..Caller::default() })
}

impl Caller {
    /// A visitor without a session.
    pub fn nobody() -> Self {
        Self { identity: Identity { kind: "none", ..Identity::default() }, ..Self::default() }
    }

    /// Whether nobody is signed in.
    pub fn is_nobody(&self) -> bool {
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
fn in_cookie<P>(x: &Exchange<'_, P>, _route: &Route, luminate: &Luminate) -> Result<Option<Sealed>, Reason> {
    let value = session::present(x.ctx(), &luminate.session, x.target, &x.request.headers)?;
    Ok(value.and_then(|value| session::open(x.ctx(), &luminate.session, value).ok()))
}

/// The session that the cookie for visitors holds who are not signed in, if it lives.
fn nobodys<P>(x: &Exchange<'_, P>, luminate: &Luminate) -> Option<Sealed> {
    let text = session::visitor(&luminate.session, &x.request.headers)?;
    let session = session::open(x.ctx(), &luminate.session, text).ok()?;
    (session::is_nobodys(&session) && session.expires > x.ctx().now).then_some(session)
}

/// A session that has not ended, or how it did.
async fn living<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    sealed: &Sealed,
    trace: &mut Trace,
) -> Result<Result<Caller, Reason>, Reason> {
    trace.identity = Some(Identity::by_key("session", &sealed.key_id));
    match judge(x, route, luminate, sealed).await {
        Ok(identity) => Ok(Ok(Caller { session: Some(sealed.clone()), identity, ..Caller::default() })),
        Err(
            ended @ (Reason::SessionExpired | Reason::SessionIdle | Reason::SessionRevoked | Reason::SessionUnknown),
        ) => Ok(Err(ended)),
        Err(reason) => Err(reason),
    }
}

async fn judge<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    sealed: &Sealed,
) -> Result<Identity, Reason> {
    let (ctx, policy) = (x.ctx(), &luminate.session);
    let identity = session::judge(ctx, x.ports, policy, route.revocation, sealed).await?;
    session::keep_alive(ctx, x.ports, policy, sealed).await?;
    Ok(identity)
}

/// A partner's server says who this is. It may sign a visitor in who is nobody yet, and no one else.
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

/// Says who calls, which is not known while a nonce that says so may have been used before.
fn tell(caller: &Caller, trace: &mut Trace) {
    if caller.claim.is_none() {
        trace.identity = Some(caller.identity.clone());
    }
}

/// The token of the session, which only a page that could read it can send.
fn judge_auth<P>(x: &Exchange<'_, P>, luminate: &Luminate, text: &str, session: Option<&Sealed>) -> Result<(), Reason> {
    let session = session.ok_or(Reason::BoundTokenMismatch)?;
    let is_token = session_token::is_token(x.ctx(), &luminate.session, session, AUTH_PURPOSE, text)?;
    is_token.then_some(()).ok_or(Reason::BoundTokenMismatch)
}

/// A page elsewhere makes its visitor's browser call only if the policy trusts it. A browser says where a call comes
/// from; a client that does not is none that could be tricked.
fn judge_origin<P>(x: &Exchange<'_, P>, route: &Route, luminate: &Luminate) -> Result<(), Reason> {
    let headers = &x.request.headers;
    let own_origin = x.target.origin();
    // Following a link is the visitor's own doing; sending a form, or opening a connection, need not be.
    let follows_link = || {
        let navigates = headers.get("sec-fetch-mode") == Some("navigate");
        let is_bare = headers.get("origin").is_none() && headers.get("upgrade").is_none();
        navigates && is_bare && x.request.method == "GET"
    };
    let is_trusted = || {
        let comes_with_cookie = headers
            .get("cookie")
            .is_some_and(|header| cookie::names(header).any(|name| name == luminate.session.cookie));
        let grants_cookies = route.cors.as_ref().is_some_and(|cors| cors.credentials);
        headers.get("origin").is_some_and(|origin| trusts(x, route, origin)) && (grants_cookies || !comes_with_cookie)
    };
    let is_fine = fetch_metadata::is_own_form(headers, &own_origin) || follows_link() || is_trusted();
    is_fine.then_some(()).ok_or(Reason::CrossSite)
}

fn trusts<P>(_x: &Exchange<'_, P>, route: &Route, origin: &str) -> bool {
    route.cors.as_ref().is_some_and(|cors| cors.origins.iter().any(|pattern| pattern.matches(origin)))
}

/// Whether the answer goes to a page of another site, so that the cookie has to live there.
fn is_embedded<P>(x: &Exchange<'_, P>, route: &Route) -> bool {
    let headers = &x.request.headers;
    let is_elsewhere = match headers.get("sec-fetch-site") {
        Some(site) => site == "cross-site" && headers.get("sec-fetch-mode") != Some("navigate"),
        None => headers.get("origin").is_some_and(|origin| origin != x.target.origin()),
    };
    is_elsewhere && headers.get("origin").is_some_and(|origin| trusts(x, route, origin))
}

fn hand_over<P>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    session: &Sealed,
    trace: &mut Trace,
) -> Result<(), Reason> {
    let headers = &x.request.headers;
    let cookie = session::set_cookie(&luminate.session, x.target, headers, session, is_embedded(x, route))?;
    hand(cookie, trace);
    Ok(())
}

/// In the place of an earlier one of its name.
fn hand(cookie: String, trace: &mut Trace) {
    let name = |cookie: &str| cookie.split('=').next().map(str::to_owned);
    trace.cookies.retain(|earlier| name(earlier) != name(&cookie));
    trace.cookies.push(cookie);
}
