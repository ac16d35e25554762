//! The running gateway's admin API, as a client meets it.

use serde_json::Value;
use zeroize::Zeroizing;

use super::host::{self, Answer, Call};
use super::output::Failure;
use super::workspace::Workspace;
use edgegate_core::policy::BaseUrl;
use edgegate_core::secret::Secret;

/// A running gateway and the key to its admin API.
#[derive(Debug)]
pub struct Gateway {
    base: BaseUrl,
    /// Name of the secret, for messages.
    name: String,
    key: Secret,
    /// Where the secret was read, for messages.
    source: String,
}

impl Gateway {
    /// The gateway at an address, or at the policy's issuer.
    ///
    /// # Errors
    /// Exit code 2: no admin key, or an address over which it would travel in the clear.
    pub fn of(workspace: &Workspace, asked: Option<&str>) -> Result<Self, Failure> {
        let issuer = &workspace.policy.gateway.issuer;
        let base = match asked {
            Some(text) => BaseUrl::parse(text.trim_end_matches('/'))
                .map_err(|reason| Failure::usage(format!("--gateway: {reason}")))?,
            None => issuer.clone(),
        };
        let Some(admin) = &workspace.policy.admin else {
            return Err(Failure::usage(format!(
                "{} names no admin key, so the gateway has no admin API",
                workspace.path.display()
            ))
            .todo("Add [admin] with `secret` and `allow`; the starter policy shows both."));
        };
        if !base.is_https() && !base.is_loopback() {
            return Err(Failure::usage(format!("{} is http: the admin key would travel in the clear", base.origin()))
                .todo("Use https, or call the gateway on this machine's loopback address."));
        }
        let key = workspace.secret(&admin.secret, base.is_loopback())?;
        if !key.expose().iter().all(|byte| (b'!'..=b'~').contains(byte)) {
            let (name, source) = (&admin.secret, &workspace.source);
            return Err(Failure::usage(format!("{name} in {source} has characters that no header field carries"))
                .todo(format!(
                    "Make a new one: edgegate key new --name {name} --append FILE; the gateway needs the same."
                )));
        }
        Ok(Self { base, name: admin.secret.clone(), key, source: workspace.source.clone() })
    }

    /// Calls one endpoint.
    ///
    /// # Errors
    /// Exit code 1: the gateway said no. Exit code 3: it did not answer, or failed.
    pub fn post(&self, endpoint: &str, body: &Value) -> Result<Value, Failure> {
        let url = format!("{}/.edgegate/admin/{endpoint}", self.base.origin());
        let key = Zeroizing::new(String::from_utf8_lossy(self.key.expose()).into_owned());
        let header = Zeroizing::new(format!("Bearer {}", key.as_str()));
        let call = Call {
            url: &url,
            authorization: &header,
            body: &body.to_string(),
            // `wrangler dev` signs its own certificate, and nobody stands between this machine and itself.
            any_certificate: self.base.is_loopback(),
            // One would see the key: what goes by http, and what goes to whatever certificate there is.
            by_proxy: self.base.is_https() && !self.base.is_loopback(),
        };
        let answer = host::call(&call).map_err(|error| self.unreachable(&error))?;
        let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match answer.status {
            200..=299 if said.is_object() => Ok(said),
            _ => Err(self.refused(&answer, &said)),
        }
    }

    fn unreachable(&self, error: &host::Error) -> Failure {
        let failure = Failure::gateway(format!("no gateway answers at {}: {error}", self.base.origin()));
        failure.todo(match self.base.is_loopback() {
            true => "Is it running? `npm start` starts the demo, `npx wrangler dev` your own; --gateway names another address.",
            false => "Is it deployed, and is this its address? --gateway names another one.",
        })
    }

    fn refused(&self, call: &Answer, answer: &Value) -> Failure {
        let status = call.status;
        let member = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        let at = self.base.origin();
        if member("code").is_empty() {
            let what = if (300..400).contains(&status) {
                "redirects elsewhere, and the admin key does not follow"
            } else {
                "is not Edgegate's answer"
            };
            let retry = if call.is_mitigated { " Cloudflare's own rules stopped the call." } else { "" };
            return Failure::gateway(format!("what answers at {at} with status {status} {what}.{retry}"))
                .with("status", status)
                .todo("Is this the gateway's own address? --gateway names another one.");
        }
        let id = member("request_id");
        let (name, source) = (&self.name, &self.source);
        let (meaning, todo) = match status {
            400 => ("the gateway does not take this request", member("detail").to_owned()),
            401 => (
                "the gateway has another admin key",
                format!("{name} in {source} is not the value that the gateway holds. Name the right file with --secrets, or set it anew: npx wrangler secret put {name}"),
            ),
            403 => ("the gateway does not take admin calls from here", "Add this machine's network to `allow` in [admin], or call from one that is there.".to_owned()),
            404 => ("the gateway has no such admin endpoint", "Its policy lacks [admin], or the section that this command is about: [nonce], [bearer], [ticket] or [session]; or it is of a version without this command. Build and deploy it anew.".to_owned()),
            429 => ("the gateway has had too many wrong keys from this network", "Wait a minute; whatever is sent until then is refused.".to_owned()),
            503 => ("the gateway cannot do this now", format!("A secret, a binding or storage is missing or does not answer; its log says which (npx wrangler tail). {name} may be one that it lacks.")),
            500.. => ("the gateway failed", "Its log says more (npx wrangler tail).".to_owned()),
            _ => ("the gateway refused", member("detail").to_owned()),
        };
        let with_id = if id.is_empty() { String::new() } else { format!(", request {id}") };
        let message = format!("{meaning} ({status} {}{with_id})", member("code"));
        let failure = if status >= 500 { Failure::gateway(message) } else { Failure::refused(message) };
        let failure = failure.todo(todo).with("status", status).with("code", member("code"));
        if id.is_empty() { failure } else { failure.with("request_id", id) }
    }
}
