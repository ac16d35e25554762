//! The credential that a test's request carries, made by the code that makes it in the gateway.

use std::net::IpAddr;

use super::{Bench, made_up};
use edgegate_core::credential::ticket::APP_TOKEN;
use edgegate_core::credential::{bearer, nonce, session, ticket};
use edgegate_core::digest::standard_base64;
use edgegate_core::http::Target;
use edgegate_core::policy::{Link, Policy, PolicyTest, Route, Session, SignedRedirect, TestCredentialKind};
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::cache::Recent;
use edgegate_core::sealed::record::Record;
use edgegate_core::sealed::seal::Sealed;
use edgegate_core::sealed::store::Context;
use edgegate_core::secret::Secret;
use edgegate_core::signed::link::{self, Signed, Terms};
use edgegate_core::signed::redirect;
use edgegate_core::testing::{Memory, finish};

/// A request, as it is sent.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Its method.
    pub method: String,
    /// Its whole address.
    pub url: String,
    /// Its header fields, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Where it comes from.
    pub client: Option<IpAddr>,
}

impl Carried {
    /// The request as the test says it.
    pub fn of(test: &PolicyTest, issuer: &str) -> Self {
        let host = if test.url.starts_with('/') { issuer } else { "" };
        let url = format!("{host}{}", test.url);
        Self { method: test.method.clone(), url, headers: test.headers.clone(), client: test.client }
    }

    fn query(&self) -> &str {
        self.url.split_once('?').map_or("", |(_, query)| query)
    }

    fn set_query(&mut self, query: &str) {
        let address = self.url.split('?').next().unwrap_or_default();
        self.url = format!("{address}?{query}");
    }

    fn header(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }

    fn cookie(&mut self, cookie: String) {
        match self.headers.iter_mut().find(|(name, _)| name == "cookie") {
            Some((_, cookies)) => *cookies = format!("{cookies}; {cookie}"),
            None => self.header("cookie", cookie),
        }
    }
}

impl Bench {
    /// Adds a credential to a request.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn add(
        &self,
        kind: &TestCredentialKind,
        carried: &mut Carried,
        ports: &Memory,
        made: u64,
    ) -> Result<(), String> {
        let url = carried.url.clone();
        // An address that the gate cannot read is refused for that, whatever it carries.
        let Ok(target) = Target::read(&url, self.policy.limits.url) else { return Ok(()) };
        let target = target.at(self.deployment);
        let recent = Recent::default();
        let ctx = Context {
            recent: &recent,
            secrets: self.secrets.usable(target.is_loopback()),
            single_use: self.policy.single_use,
            now: made,
        };
        let added = match kind {
            TestCredentialKind::Link(profile) => sign_link(ctx, profile, carried, &target),
            TestCredentialKind::SignedRedirect(profile) => sign_redirect(ctx, profile, carried),
            TestCredentialKind::Bearer(subject, scope) => bearer(ctx, &self.policy, ports, subject, scope)
                .map(|token| carried.header("authorization", format!("Bearer {token}"))),
            TestCredentialKind::TokenPair(id) => {
                password(id, &made_up(id)).map(|value| carried.header("authorization", value))
            }
            TestCredentialKind::Basic(name) => self.machine(name).map(|value| carried.header("authorization", value)),
            TestCredentialKind::Session(subject, with_token) => {
                self.session(ctx, ports, subject, *with_token, carried, &target)
            }
            TestCredentialKind::Ticket(subject) => self.ticket(ctx, ports, subject, carried),
            TestCredentialKind::Nonce(subject) => {
                let Some(route) = self.handle(carried, ports, made)?.route else { return Ok(()) };
                self.nonce(ctx, ports, &route, subject, carried)
            }
        };
        added.map_err(|reason| format!("its credential cannot be made: {}", reason.code()))
    }

    fn session(
        &self,
        ctx: Context<'_>,
        ports: &Memory,
        subject: &str,
        with_token: bool,
        carried: &mut Carried,
        target: &Target<'_>,
    ) -> Result<(), Reason> {
        let (policy, session) = session(ctx, &self.policy, ports, subject)?;
        let text = session::text(policy, &session);
        carried.cookie(format!("{}={}", session::cookie_name(policy, target), text.expose_text()?));
        if with_token {
            let token = session::xsrf::token(ctx, policy, &session)?;
            carried.header(session::xsrf::HEADER, token.expose_text()?.to_owned());
        }
        Ok(())
    }

    fn machine(&self, name: &str) -> Result<String, Reason> {
        let machine = self.policy.machines().find(|machine| machine.name == name).ok_or(Reason::Internal)?;
        password(name, &made_up(&machine.secret))
    }

    fn ticket(&self, ctx: Context<'_>, ports: &Memory, subject: &str, carried: &mut Carried) -> Result<(), Reason> {
        let (policy, session) = session(ctx, &self.policy, ports, subject)?;
        let tickets = self.policy.ticket.as_ref().ok_or(Reason::Internal)?;
        let ticket = ticket::mint(ctx, ports, policy, &session, tickets.lifetime)?;
        carried.header("authorization", format!("SOTicket {}", ticket.text.expose_text()?));
        if let Some(name) = tickets.app_tokens.first() {
            carried.header(APP_TOKEN, made_up(name).expose_text()?.to_owned());
        }
        Ok(())
    }

    /// A nonce is for the route that takes the request.
    fn nonce(
        &self,
        ctx: Context<'_>,
        ports: &Memory,
        route: &Route,
        subject: &str,
        carried: &mut Carried,
    ) -> Result<(), Reason> {
        let policy = self.policy.nonce.as_ref().ok_or(Reason::Internal)?;
        let nonce =
            finish(nonce::mint(ctx, ports, policy, route, subject, policy.lifetime)).ok_or(Reason::Internal)??;
        let joint = if carried.query().is_empty() { "" } else { "&" };
        carried.set_query(&format!("{}{joint}{}={}", carried.query(), policy.parameter, nonce.expose_text()?));
        Ok(())
    }
}

fn sign_link(ctx: Context<'_>, profile: &Link, carried: &mut Carried, target: &Target<'_>) -> Result<(), Reason> {
    let (key, secret) = ctx.signing_key(&profile.keys)?;
    let network =
        carried.client.filter(|_| profile.require_ip).and_then(|client| link::read_network(&client.to_string()));
    let terms = Terms { expires: ctx.now + profile.max_lifetime, not_before: None, network };
    // A link is made for the GET that covers its HEAD.
    let method = if carried.method == "HEAD" { "GET" } else { &carried.method };
    let signed = Signed { method, host: &target.host, path: target.path };
    let query = link::sign(profile, key, secret, signed, carried.query(), terms)?;
    carried.set_query(&query);
    Ok(())
}

fn sign_redirect(ctx: Context<'_>, profile: &SignedRedirect, carried: &mut Carried) -> Result<(), Reason> {
    let (_, secret) = ctx.signing_key(&profile.keys)?;
    let query = redirect::sign(profile, secret, carried.query(), ctx.now)?;
    carried.set_query(&query);
    Ok(())
}

fn bearer(
    ctx: Context<'_>,
    policy: &Policy,
    ports: &Memory,
    subject: &str,
    scope: &[String],
) -> Result<String, Reason> {
    let policy = policy.bearer.as_ref().ok_or(Reason::Internal)?;
    let (sub, exp) = (subject.to_owned(), ctx.now + policy.lifetime);
    let record = Record { sub, scope: scope.join(" "), exp, ..Record::default() };
    let token = finish(bearer::mint(ctx, ports, policy, "", record)).ok_or(Reason::Internal)??;
    Ok(token.expose_text()?.to_owned())
}

fn session<'p>(
    ctx: Context<'_>,
    policy: &'p Policy,
    ports: &Memory,
    subject: &str,
) -> Result<(&'p Session, Sealed), Reason> {
    let policy = policy.session.as_ref().ok_or(Reason::Internal)?;
    let session = finish(session::start(ctx, ports, policy, subject)).ok_or(Reason::Internal)??;
    Ok((policy, session))
}

/// The value of `Authorization` with a name and a password (RFC 7617).
fn password(name: &str, password: &Secret) -> Result<String, Reason> {
    Ok(format!("Basic {}", standard_base64(format!("{name}:{}", password.expose_text()?).as_bytes())))
}
