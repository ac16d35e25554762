//! `/.edgegate/sign-in`: a page, the origin's password check, a session.
//!
//! The gateway knows no passwords. It posts `{"account", "password"}` to the origin's check, which answers 200
//! `{"subject", ...}` or 401; anything else, or nothing within 3 s, is 503 and never a log-in. The call carries
//! `Edgegate-Assertion: v1.<unix seconds>.<base64url HMAC-SHA-256(key, "v1.<unix seconds>." hex SHA-256 of body)>`.

use serde_json::{Value, json};

use super::value;
use crate::credential::record::is_name;
use crate::credential::store::Context;
use crate::credential::{bearer, session};
use crate::dialect::{generic, page};
use crate::digest::{base64url, hex, hmac_sha256, sha256};
use crate::gate::{Gate, Trace, end_session};
use crate::http::{Incoming, Target, accept, fetch_metadata, query};
use crate::policy::SignIn;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::Answer;

/// GET shows the form, POST signs in and sends the person on.
///
/// # Errors
/// `CrossSite`, `Throttled`, `SignInFailed`, `FormMalformed`, `BodyTooLarge`, `PasswordCheckUnavailable`, storage's own.
pub async fn answer<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
    trace: &mut Trace,
) -> Result<Answer, Reason> {
    let policy = gate.policy.sign_in.as_ref().ok_or(Reason::NoRoute)?;
    let sessions = gate.policy.session.as_ref().ok_or(Reason::Internal)?;
    if incoming.method != "POST" {
        return Ok(page::sign_in(&next(target, target.query.unwrap_or_default()), "", false));
    }
    if !fetch_metadata::is_own_form(&incoming.headers, &target.origin()) {
        return Err(Reason::CrossSite);
    }
    if !incoming.has_form() {
        return Err(Reason::FormMalformed);
    }
    let form = bearer::read_form(ports, gate.policy.limits.form).await?;
    let account = value(&form, "account")?;
    let password = value(&form, "password")?;
    let next = next(target, &form);
    // Pair of account and network: one person's typing errors lock nobody else out.
    let attempt = format!("sign-in {} {}", incoming.network(), hex(&sha256(&[folded(&account).as_bytes()])));
    if !ports.within(&attempt).await? {
        return Err(Reason::Throttled);
    }
    let Some(subject) = check(ctx, policy, &account, &password, ports).await? else {
        if accept::prefers_html(incoming.headers.get("accept")) {
            let challenge = generic::session_challenge(gate);
            trace.said = Some(page::sign_in(&next, &account, true).with("www-authenticate", challenge));
        }
        return Err(Reason::SignInFailed);
    };
    end_session(gate, ctx, incoming, target, ports).await?;
    let cookie = session::start(ctx, ports, sessions, target, &subject).await?;
    Ok(Answer::see_other(next).with("set-cookie", cookie))
}

/// One account whatever its spelling: most origins ignore case and space around a name.
fn folded(account: &str) -> String {
    account.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_lowercase()
}

async fn check<P: Ports>(
    ctx: Context<'_>,
    policy: &SignIn,
    account: &str,
    password: &str,
    ports: &P,
) -> Result<Option<String>, Reason> {
    let body = json!({"account": account, "password": password}).to_string();
    let secret = ctx.keyring.secret(&policy.key.secret, ctx.loopback)?;
    let head = format!("v1.{}.", ctx.now);
    let body_digest = hex(&sha256(&[body.as_bytes()]));
    let mac = hmac_sha256(secret, &[head.as_bytes(), body_digest.as_bytes()]);
    let assertion = format!("{head}{}", base64url(&mac));
    let (status, answer) = ports.post_json(&policy.origin, &policy.path, &body, &assertion).await?;
    match status {
        200 => {
            let answer: Value = serde_json::from_str(&answer).map_err(|_| Reason::PasswordCheckUnavailable)?;
            let subject = answer.get("subject").and_then(Value::as_str).filter(|subject| is_name(subject));
            subject.map(|subject| Some(subject.to_owned())).ok_or(Reason::PasswordCheckUnavailable)
        }
        401 => Ok(None),
        _ => Err(Reason::PasswordCheckUnavailable),
    }
}

/// Where to go afterwards: an address on this host that the gate itself would accept, else `/`.
fn next(target: &Target<'_>, form: &str) -> String {
    let wanted =
        query::sole(form, "next").ok().flatten().map(query::decode).and_then(|raw| String::from_utf8(raw).ok());
    let is_own = |wanted: &String| {
        wanted.starts_with('/') && Target::read(&format!("{}{wanted}", target.origin()), 2048).is_ok()
    };
    wanted.filter(is_own).unwrap_or_else(|| "/".to_owned())
}
