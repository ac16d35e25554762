//! The methods that the gateway answers itself (`protocols.md` A3.2).

use crate::authenticate::password;
use crate::credential::session::{self, handoff};
use crate::digest::{hex, md5, sha1};
use crate::exchange::access::Outcome;
use crate::exchange::body::NewBody;
use crate::exchange::format::Manner;
use crate::exchange::{Exchange, Trace};
use crate::http::answer::with_cookies;
use crate::http::query::encode_component;
use crate::luminate::call::Call;
use crate::luminate::caller::{self, Caller};
use crate::luminate::catalog::Answered;
use crate::luminate::document::{self, Content};
use crate::luminate::names::{AUTH_PURPOSE, NONCE, ROUTING_ID, SIGN_ON};
use crate::luminate::sso_token;
use crate::luminate::{forward, redirects};
use crate::policy::{Digest, Luminate, Route};
use crate::ports::Ports;
use crate::redirect::outcome::Ended;
use crate::refusal::Reason;
use crate::sealed::seal::Sealed;
use crate::sealed::session_token;
use crate::sealed::store::Context;
use crate::secret::Secret;

/// Answers a client call.
///
/// # Errors
/// The reasons of each method, and storage's own.
#[allow(clippy::too_many_arguments)] // the call, and all that is known of its caller
pub async fn client<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    call: &Call<'_>,
    manner: Manner,
    answered: Answered,
    caller: &mut Caller,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    let (root, content) = match answered {
        Answered::GetLoginUrl => {
            caller::settle(x, route, luminate, caller, trace).await?;
            let session = caller::session_of(x, route, luminate, caller, trace)?;
            ("getLoginUrlResponse", login_url(x, route, luminate, session)?)
        }
        Answered::Login | Answered::AuthenticateUser => {
            if answered == Answered::Login && wants_user_name(call)? {
                // No log-in: the origin writes a letter to whoever forgot the name.
                return forward::client(x, route, luminate, call, "login", core::mem::take(caller), trace).await;
            }
            let subject = authenticate(x, call).await?;
            let signature = signature(x, luminate, &subject)?;
            // The password says who this is, whatever a partner would have said.
            caller.signs_in = false;
            caller::settle(x, route, luminate, caller, trace).await?;
            caller.identity.kind = "password";
            caller::sign_in(x, route, luminate, &subject, caller, trace).await?;
            let session = caller.session.as_ref().ok_or(Reason::Internal)?;
            (root_of(answered), signed_in(x, luminate, signature, session)?)
        }
        Answered::LoginTest => {
            let subject = caller.subject()?;
            if call.filled("cons_id")?.is_some_and(|asked| asked != subject) {
                return Err(Reason::NotSignedIn);
            }
            let url = test_url(x, route, call)?;
            let mut members = signature(x, luminate, subject)?;
            members.push(("login_test_url", Some(url)));
            members.extend(["token", "nonce", "JSESSIONID", "routing_id"].map(|name| (name, None)));
            caller::settle(x, route, luminate, caller, trace).await?;
            ("loginResponse", Content::Members(members))
        }
        Answered::Logout => {
            caller.signs_in = false;
            caller::settle(x, route, luminate, caller, trace).await?;
            caller::sign_out(x, route, luminate, caller).await?;
            caller::take_back(x, route, luminate, trace);
            let message = Some("User logged out successfully.".to_owned());
            ("loginResponse", Content::Members(vec![("message", message)]))
        }
        Answered::SingleSignOn => {
            // The token itself was judged with everything else that says who calls.
            if call.in_body(SIGN_ON)?.is_none() {
                return Err(Reason::CallParameterMissing);
            }
            caller::settle(x, route, luminate, caller, trace).await?;
            let session = caller.session.as_ref().ok_or(Reason::Internal)?;
            let id = text(&session::text(&luminate.session, session))?;
            ("singleSignOnMethodResponse", Content::Text(id))
        }
        Answered::GetSingleSignOnToken => return Err(Reason::CallMethodUnknown),
    };
    redirects::know(x, luminate, caller, trace.onward.as_deref_mut())?;
    Ok(answer(x.ctx(), manner, root, &content, trace))
}

/// Answers a server call. The caller is a server: it gets no cookie, and what it sends as one is not looked at.
///
/// # Errors
/// The reasons of each method, and storage's own.
pub async fn server<P: Ports>(
    x: &Exchange<'_, P>,
    _route: &Route,
    luminate: &Luminate,
    call: &Call<'_>,
    manner: Manner,
    answered: Answered,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    let subject = match answered {
        Answered::GetSingleSignOnToken => constituent(x, luminate, call).await?,
        _ => authenticate(x, call).await?,
    };
    if let Some(identity) = &mut trace.identity {
        identity.subject = Some(subject.clone());
    }
    let opened = session::start(x.ctx(), x.ports, &luminate.session, &subject).await?;
    if answered != Answered::GetSingleSignOnToken {
        let content = signed_in(x, luminate, signature(x, luminate, &subject)?, &opened)?;
        return Ok(answer(x.ctx(), manner, root_of(answered), &content, trace));
    }
    let token = sso_token::mint(x.ctx(), x.ports, &luminate.session, &subject, luminate.sign_on_lifetime)?;
    let mut members = vec![("token", Some(text(&token)?)), ("cons_id", Some(subject))];
    members.extend(connection(x, luminate, &opened)?);
    Ok(answer(x.ctx(), manner, "getSingleSignOnTokenResponse", &Content::Members(members), trace))
}

/// The token of a session, as pages and clients get it.
///
/// # Errors
/// `SecretMissing`.
pub fn auth_token(ctx: Context<'_>, luminate: &Luminate, session: &Sealed) -> Result<Secret, Reason> {
    session_token::token(ctx, &luminate.session, session, AUTH_PURPOSE)
}

fn answer(ctx: Context<'_>, manner: Manner, root: &str, content: &Content, trace: &Trace) -> Outcome {
    let onward = trace.onward.as_ref().and_then(|onward| {
        let document = document::tree(root, content);
        onward.answer(Ended { well: true, document: document.as_ref() }, ctx.now)
    });
    let answer = onward.unwrap_or_else(|| document::answer(manner, 200, root, content));
    Outcome::Answer(with_cookies(answer, trace.cookies.clone()))
}

fn root_of(answered: Answered) -> &'static str {
    match answered {
        Answered::AuthenticateUser => "authenticateUserResponse",
        _ => "loginResponse",
    }
}

fn wants_user_name(call: &Call<'_>) -> Result<bool, Reason> {
    let asks = call.value("send_user_name")?.as_deref() == Some("true");
    let asks = asks && call.filled("email")?.is_some() && call.filled("password")?.is_none();
    // Behind a file a password would pass unseen, and the origin's answer would tell whether it is right.
    match call.body {
        Some(NewBody::Head(..)) if asks => Err(Reason::FormMalformed),
        _ => Ok(asks),
    }
}

/// Who the caller is by name and password. Both stand in the body, never in an address.
async fn authenticate<P: Ports>(x: &Exchange<'_, P>, call: &Call<'_>) -> Result<String, Reason> {
    let account = match call.in_body("user_name")? {
        Some(name) => Some(name),
        None => call.in_body("email")?,
    };
    let (Some(account), Some(password)) = (account, call.in_body("password")?) else {
        return Err(Reason::CallParameterMissing);
    };
    let Exchange { state: _, request: _, ports: _, .. } = *x;
    let _ctx = x.ctx();
    password::check(x, &account, &password).await?.ok_or(Reason::SignInFailed)
}

/// The subject that a server names, by one of two numbers.
async fn constituent<P: Ports>(x: &Exchange<'_, P>, luminate: &Luminate, call: &Call<'_>) -> Result<String, Reason> {
    let (member, number) = match (call.filled("cons_id")?, call.filled("member_id")?) {
        (Some(number), None) => ("cons_id", number),
        (None, Some(number)) => ("member_id", number),
        _ => return Err(Reason::CallMalformed),
    };
    if number.len() > 20 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Reason::SubjectUnknown);
    }
    match &luminate.lookup {
        Some(path) => {
            let found = password::look_up(x, path, member, &number).await?;
            found.ok_or(Reason::SubjectUnknown)
        }
        // Without a look-up the administrator's word for a cons_id is all there is.
        None if member == "cons_id" => Ok(number),
        None => Err(Reason::CallMalformed),
    }
}

fn signed_in<P: Ports>(
    x: &Exchange<'_, P>,
    luminate: &Luminate,
    mut members: Vec<(&'static str, Option<String>)>,
    session: &Sealed,
) -> Result<Content, Reason> {
    members.push(("token", Some(text(&auth_token(x.ctx(), luminate, session)?)?)));
    members.extend(connection(x, luminate, session)?);
    Ok(Content::Members(members))
}

fn login_url<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    session: &Sealed,
) -> Result<Content, Reason> {
    let nonce = handoff::mint(x.ctx(), x.ports, &luminate.session, session, luminate.nonce_lifetime)?;
    let url = format!("{};jsessionid={ROUTING_ID}?{NONCE}={}", servlet_url(x, route), text(&nonce)?);
    Ok(Content::Members(vec![
        ("url", Some(url)),
        ("token", Some(text(&auth_token(x.ctx(), luminate, session)?)?)),
        ("JSESSIONID", Some(text(&session::text(&luminate.session, session))?)),
        ("routing_id", Some(ROUTING_ID.to_owned())),
    ]))
}

/// What connects a browser or a client to a session.
fn connection<P: Ports>(
    x: &Exchange<'_, P>,
    luminate: &Luminate,
    session: &Sealed,
) -> Result<[(&'static str, Option<String>); 3], Reason> {
    let nonce = handoff::mint(x.ctx(), x.ports, &luminate.session, session, luminate.nonce_lifetime)?;
    Ok([
        ("nonce", Some(text(&nonce)?)),
        ("JSESSIONID", Some(text(&session::text(&luminate.session, session))?)),
        ("routing_id", Some(ROUTING_ID.to_owned())),
    ])
}

/// `cons_id`, `timestamp` and `signature` = hex(digest(cons_id ‖ timestamp ‖ secret)), `protocols.md` A1. Nothing stands
/// between the three, so a subject that is not all digits is never put in: `1` and `23…` would sign as `12` and `3…`.
fn signature<P>(
    x: &Exchange<'_, P>,
    luminate: &Luminate,
    subject: &str,
) -> Result<Vec<(&'static str, Option<String>)>, Reason> {
    let mut members = vec![("cons_id", Some(subject.to_owned())), ("timestamp", None), ("signature", None)];
    if subject.bytes().all(|b| b.is_ascii_digit()) {
        let profile = &luminate.signature;
        let (_, secret) = x.ctx().signing_key(&profile.keys)?;
        let timestamp = x.ctx().now.to_string();
        let parts: [&[u8]; 3] = [subject.as_bytes(), timestamp.as_bytes(), secret.expose()];
        let signature = match profile.digests.first() {
            Some(Digest::Md5) => hex(&md5(&parts)),
            _ => hex(&sha1(&parts)),
        };
        members.truncate(1);
        members.extend([("timestamp", Some(timestamp)), ("signature", Some(signature))]);
    }
    Ok(members)
}

fn test_url<P>(x: &Exchange<'_, P>, route: &Route, call: &Call<'_>) -> Result<String, Reason> {
    let key = call.value("api_key")?.unwrap_or_default();
    Ok(format!("{}?method=loginTest&v=1.0&api_key={}", servlet_url(x, route), encode_component(&key)))
}

fn servlet_url<P>(x: &Exchange<'_, P>, route: &Route) -> String {
    let base = route.path.base().trim_end_matches('/');
    format!("{}{base}/CRConsAPI", x.target.origin())
}

fn text(secret: &Secret) -> Result<String, Reason> {
    secret.expose_text().map(str::to_owned)
}
