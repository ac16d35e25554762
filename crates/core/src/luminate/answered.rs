//! The methods that the gateway answers itself (`protocols.md` A3.2).

use crate::authenticate::password;
use crate::credential::own::luminate::{AUTH_PURPOSE, NONCE, ROUTING_ID, SIGN_ON};
use crate::credential::session::{self, Opened, handoff};
use crate::digest::{hex, md5, sha1};
use crate::exchange::access::Access;
use crate::exchange::body::NewBody;
use crate::exchange::format::ResponseFormat;
use crate::http::answer::Answer;
use crate::http::query::encode_component;
use crate::identity::Identity;
use crate::luminate::call::Call;
use crate::luminate::caller::{self, Caller};
use crate::luminate::catalog::Answered;
use crate::luminate::document::{self, Content};
use crate::luminate::visit::Visit;
use crate::luminate::{forward, redirects, sso_token};
use crate::policy::{Digest, Luminate};
use crate::ports::Ports;
use crate::redirect::outcome::{Ended, OutcomeRedirect};
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::seal::Sealed;
use crate::sealed::session_token;
use crate::sealed::store::Context;
use crate::secret::Secret;

/// What a client wants of a method that is answered here.
pub(super) struct Wanted {
    /// How it is told.
    pub(super) format: ResponseFormat,
    /// Which method.
    pub(super) method: Answered,
    /// Where the outcome leads, if anywhere.
    pub(super) outcome_redirect: Option<Box<OutcomeRedirect>>,
}

/// Answers a client call.
///
/// # Errors
/// The reasons of each method, and storage's own.
pub(super) async fn client<P: Ports>(
    v: &Visit<'_, P>,
    call: &Call<'_>,
    wanted: Wanted,
    mut caller: Caller,
) -> Result<Access, Refusal> {
    let Wanted { format, method, mut outcome_redirect } = wanted;
    if method == Answered::Login && wants_user_name(call)? {
        // No log-in: the origin mails the user name to a person who forgot it.
        return forward::client(v, call, "login", caller, outcome_redirect).await;
    }
    let came = caller.known();
    let (root, content) = match content(v, call, method, &mut caller).await {
        Ok(content) => content,
        Err(reason) => return Err(reason.of(&caller.known())),
    };
    redirects::know(v, &caller, outcome_redirect.as_deref_mut())?;
    let answer = answer(v.ctx(), format, outcome_redirect.as_deref(), (root, &content));
    // The line of a log-out names who logged out.
    let identity = if method == Answered::Logout { came } else { caller.identity };
    Ok(Access::answer(answer).by(identity))
}

/// What a method does, and what it says. The caller is afterwards who it made of them.
async fn content<P: Ports>(
    v: &Visit<'_, P>,
    call: &Call<'_>,
    method: Answered,
    caller: &mut Caller,
) -> Result<(&'static str, Content), Reason> {
    match method {
        Answered::GetLoginUrl => {
            caller::settle(v, caller).await?;
            let session = caller::session_of(v, caller)?;
            Ok(("getLoginUrlResponse", login_url(v, session)?))
        }
        Answered::Login | Answered::AuthenticateUser => {
            let subject = authenticate(v, call).await?;
            let signature = signature(v, &subject)?;
            // The password says who this is, whatever a partner would have said.
            caller.signs_in = false;
            caller::settle(v, caller).await?;
            caller.identity.kind = "password";
            caller::sign_in(v, &subject, caller).await?;
            let session = caller.session.as_ref().ok_or(Reason::Internal)?;
            Ok((root_of(method), signed_in(v, signature, session)?))
        }
        Answered::LoginTest => {
            let subject = caller.subject()?;
            if call.filled("cons_id")?.is_some_and(|asked| asked != subject) {
                return Err(Reason::NotSignedIn);
            }
            let url = test_url(v, call)?;
            let mut members = signature(v, subject)?;
            members.push(("login_test_url", Some(url)));
            members.extend(["token", "nonce", "JSESSIONID", "routing_id"].map(|name| (name, None)));
            caller::settle(v, caller).await?;
            Ok(("loginResponse", Content::Members(members)))
        }
        Answered::Logout => {
            caller.signs_in = false;
            caller::settle(v, caller).await?;
            caller::sign_out(v, caller).await?;
            caller::take_back(v);
            let message = Some("User logged out successfully.".to_owned());
            Ok(("loginResponse", Content::Members(vec![("message", message)])))
        }
        Answered::SingleSignOn => {
            // The token itself was verified together with the other credentials of the call.
            if call.in_body(SIGN_ON)?.is_none() {
                return Err(Reason::CallParameterMissing);
            }
            caller::settle(v, caller).await?;
            let session = caller.session.as_ref().ok_or(Reason::Internal)?;
            let id = text(&session::text(&v.luminate.session, session))?;
            Ok(("singleSignOnMethodResponse", Content::Text(id)))
        }
        Answered::GetSingleSignOnToken => Err(Reason::CallMethodUnknown),
    }
}

/// Answers a server call. The caller is a server: it gets no cookie, and what it sends as one is not looked at.
///
/// # Errors
/// The reasons of each method, and storage's own.
pub(super) async fn server<P: Ports>(
    v: &Visit<'_, P>,
    call: &Call<'_>,
    (format, method): (ResponseFormat, Answered),
    administrator: Identity,
) -> Result<Access, Refusal> {
    let subject = match method {
        Answered::GetSingleSignOnToken => constituent(v, call).await,
        _ => authenticate(v, call).await,
    };
    let subject = subject.map_err(|reason| reason.of(&administrator))?;
    let identity = Identity { subject: Some(subject), ..administrator };
    match for_server(v, format, method, identity.subject.as_deref().unwrap_or_default()).await {
        Ok(answer) => Ok(Access::answer(answer).by(identity)),
        Err(reason) => Err(reason.of(&identity)),
    }
}

async fn for_server<P: Ports>(
    v: &Visit<'_, P>,
    format: ResponseFormat,
    method: Answered,
    subject: &str,
) -> Result<Answer, Reason> {
    let opened = session::start(v.ctx(), &v.luminate.session, &Opened::here(subject, "luminate"), v.request).await?;
    let (root, content) = match method {
        Answered::GetSingleSignOnToken => {
            let lifetime = v.luminate.sign_on_lifetime;
            let token = sso_token::mint(v.ctx(), &v.luminate.session, subject, lifetime)?;
            let mut members = vec![("token", Some(text(&token)?)), ("cons_id", Some(subject.to_owned()))];
            members.extend(connection(v, &opened)?);
            ("getSingleSignOnTokenResponse", Content::Members(members))
        }
        _ => (root_of(method), signed_in(v, signature(v, subject)?, &opened)?),
    };
    Ok(document::answer(format, 200, root, &content))
}

/// The token of a session, as pages and clients get it.
///
/// # Errors
/// `SecretMissing`.
pub fn auth_token<P>(ctx: Context<'_, P>, luminate: &Luminate, session: &Sealed) -> Result<Secret, Reason> {
    session_token::token(ctx, &luminate.session, session, AUTH_PURPOSE)
}

fn answer<P>(
    ctx: Context<'_, P>,
    format: ResponseFormat,
    outcome_redirect: Option<&OutcomeRedirect>,
    (root, content): (&str, &Content),
) -> Answer {
    let redirect = outcome_redirect.and_then(|outcome_redirect| {
        let document = document::tree(root, content);
        outcome_redirect.answer(Ended { is_success: true, document: document.as_ref() }, ctx.now)
    });
    redirect.unwrap_or_else(|| document::answer(format, 200, root, content))
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
async fn authenticate<P: Ports>(v: &Visit<'_, P>, call: &Call<'_>) -> Result<String, Reason> {
    let account = match call.in_body("user_name")? {
        Some(name) => Some(name),
        None => call.in_body("email")?,
    };
    let (Some(account), Some(password)) = (account, call.in_body("password")?) else {
        return Err(Reason::CallParameterMissing);
    };
    password::check(v, &account, &password).await?.ok_or(Reason::SignInFailed)
}

/// The subject that a server names, by one of two numbers.
async fn constituent<P: Ports>(v: &Visit<'_, P>, call: &Call<'_>) -> Result<String, Reason> {
    let (member, number) = match (call.filled("cons_id")?, call.filled("member_id")?) {
        (Some(number), None) => ("cons_id", number),
        (None, Some(number)) => ("member_id", number),
        _ => return Err(Reason::CallMalformed),
    };
    if number.len() > 20 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Reason::SubjectUnknown);
    }
    match &v.luminate.lookup {
        Some(path) => {
            let found = password::look_up(v, path, member, &number).await?;
            found.ok_or(Reason::SubjectUnknown)
        }
        // Without a look-up the administrator's word for a cons_id is all there is.
        None if member == "cons_id" => Ok(number),
        None => Err(Reason::CallMalformed),
    }
}

fn signed_in<P: Ports>(
    v: &Visit<'_, P>,
    mut members: Vec<(&'static str, Option<String>)>,
    session: &Sealed,
) -> Result<Content, Reason> {
    members.push(("token", Some(text(&auth_token(v.ctx(), v.luminate, session)?)?)));
    members.extend(connection(v, session)?);
    Ok(Content::Members(members))
}

fn login_url<P: Ports>(v: &Visit<'_, P>, session: &Sealed) -> Result<Content, Reason> {
    let nonce = handoff::mint(v.ctx(), &v.luminate.session, session, v.luminate.nonce_lifetime)?;
    let url = format!("{};jsessionid={ROUTING_ID}?{NONCE}={}", servlet_url(v), text(&nonce)?);
    Ok(Content::Members(vec![
        ("url", Some(url)),
        ("token", Some(text(&auth_token(v.ctx(), v.luminate, session)?)?)),
        ("JSESSIONID", Some(text(&session::text(&v.luminate.session, session))?)),
        ("routing_id", Some(ROUTING_ID.to_owned())),
    ]))
}

/// What connects a browser or a client to a session.
fn connection<P: Ports>(v: &Visit<'_, P>, session: &Sealed) -> Result<[(&'static str, Option<String>); 3], Reason> {
    let nonce = handoff::mint(v.ctx(), &v.luminate.session, session, v.luminate.nonce_lifetime)?;
    Ok([
        ("nonce", Some(text(&nonce)?)),
        ("JSESSIONID", Some(text(&session::text(&v.luminate.session, session))?)),
        ("routing_id", Some(ROUTING_ID.to_owned())),
    ])
}

/// `cons_id`, `timestamp` and `signature` = hex(digest(cons_id ‖ timestamp ‖ secret)), `protocols.md` A1. Nothing stands
/// between the three, so a subject that is not all digits is never put in: `1` and `23…` would sign as `12` and `3…`.
fn signature<P>(v: &Visit<'_, P>, subject: &str) -> Result<Vec<(&'static str, Option<String>)>, Reason> {
    let mut members = vec![("cons_id", Some(subject.to_owned())), ("timestamp", None), ("signature", None)];
    if subject.bytes().all(|b| b.is_ascii_digit()) {
        let profile = &v.luminate.signature;
        let secret = v.ctx().signing_key(&profile.keys)?.secret;
        let timestamp = v.ctx().now.to_string();
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

fn test_url<P>(v: &Visit<'_, P>, call: &Call<'_>) -> Result<String, Reason> {
    let key = call.value("api_key")?.unwrap_or_default();
    Ok(format!("{}?method=loginTest&v=1.0&api_key={}", servlet_url(v), encode_component(&key)))
}

fn servlet_url<P>(v: &Visit<'_, P>) -> String {
    let base = v.route.path.base().trim_end_matches('/');
    format!("{}{base}/CRConsAPI", v.target.origin())
}

fn text(secret: &Secret) -> Result<String, Reason> {
    secret.expose_text().map(str::to_owned)
}
