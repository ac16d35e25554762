//! The credential that a test's request carries, made by the code that makes it in the gateway.

use std::net::IpAddr;

use super::{Bench, made_up};
use edgegate_core::credential::session::Opened;
use edgegate_core::credential::ticket::APP_TOKEN;
use edgegate_core::credential::{bearer, nonce, session, ticket};
use edgegate_core::digest::standard_base64;
use edgegate_core::http::{Headers, Incoming, Target};
use edgegate_core::policy::{Link, PolicyTest, Route, Session, SignedRedirect, TestCredentialKind};
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::cache::Recent;
use edgegate_core::sealed::record::Record;
use edgegate_core::sealed::seal::Sealed;
use edgegate_core::sealed::store::Context;
use edgegate_core::secret::Secret;
use edgegate_core::signed::link::{self, Signed, Terms, confirmation};
use edgegate_core::signed::redirect;
use edgegate_core::testing::{Either, finish};

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
    /// Adds a credential to a request, made at `now`.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn add(
        &self,
        kind: &TestCredentialKind,
        carried: &mut Carried,
        ports: &Either,
        now: u64,
    ) -> Result<(), String> {
        let url = carried.url.clone();
        // An address that the gate cannot read is refused for that, whatever it carries.
        let Ok(target) = Target::received(&url, self.policy.limits.url) else { return Ok(()) };
        let target = target.at(self.deployment);
        let recent = Recent::default();
        let secrets = self.secrets.usable(target.is_loopback());
        // A nonce is for the route that takes the request as it is without it, and so is a link that a person may confirm.
        let needs_route = match kind {
            TestCredentialKind::Nonce(_) => true,
            TestCredentialKind::Link(profile) => profile.single_use,
            _ => false,
        };
        let route = if needs_route { self.handle(carried, ports, now)?.route } else { None };
        let ctx = Context { ports, policy: &self.policy, recent: &recent, secrets, now };
        let mut making = Making { ctx, target: &target, carried };
        let added = match kind {
            TestCredentialKind::Link(profile) => making.link(profile, route.is_some_and(|route| route.confirm)),
            TestCredentialKind::SignedRedirect(profile) => making.signed_redirect(profile),
            TestCredentialKind::Bearer(subject, scope) => making.bearer(subject, scope),
            TestCredentialKind::TokenPair(id) => making.password(id, &made_up(id)),
            TestCredentialKind::Basic(name) => making.machine(name),
            TestCredentialKind::Session(subject, with_token) => making.session(subject, *with_token),
            TestCredentialKind::Ticket(subject) => making.ticket(subject),
            TestCredentialKind::Nonce(subject) => route.map_or(Ok(()), |route| making.nonce(&route, subject)),
        };
        added.map_err(|reason| format!("its credential cannot be made: {}", reason.code()))
    }
}

/// A request that gets a credential, and what makes it.
struct Making<'a> {
    ctx: Context<'a, Either>,
    target: &'a Target<'a>,
    carried: &'a mut Carried,
}

impl<'a> Making<'a> {
    /// `is_confirmed`: a person pressed the button of the page that asks before it is used up.
    fn link(&mut self, profile: &Link, is_confirmed: bool) -> Result<(), Reason> {
        let (ctx, client) = (self.ctx, self.carried.client);
        let key = ctx.signing_key(&profile.keys)?;
        let network = client.filter(|_| profile.require_ip).and_then(|client| link::read_network(&client.to_string()));
        let terms = Terms { expires: ctx.now + profile.max_lifetime, network, ..Terms::default() };
        // A link is made for the GET that covers its HEAD.
        let method = if self.carried.method == "HEAD" { "GET" } else { &self.carried.method };
        let (host, path, query) = (&*self.target.host, self.target.path, self.carried.query());
        let mut query = link::sign(profile, key, Signed { method, host, path, query }, terms)?;
        if is_confirmed {
            let mac = link::parse(profile, &query)?.ok_or(Reason::Internal)?.mac;
            query = confirmation::with(&query, &confirmation::prove(key.secret, &mac, terms.expires + profile.skew));
        }
        self.carried.set_query(&query);
        Ok(())
    }

    fn signed_redirect(&mut self, profile: &SignedRedirect) -> Result<(), Reason> {
        let secret = self.ctx.signing_key(&profile.keys)?.secret;
        let query = redirect::sign(profile, secret, self.carried.query(), self.ctx.now)?;
        self.carried.set_query(&query);
        Ok(())
    }

    fn bearer(&mut self, subject: &str, scope: &[String]) -> Result<(), Reason> {
        let policy = self.ctx.policy.bearer.as_ref().ok_or(Reason::Internal)?;
        let (sub, exp) = (subject.to_owned(), self.ctx.now + policy.lifetime);
        let record = Record { sub, scope: scope.join(" "), exp, ..Record::default() };
        let token = finish(bearer::mint(self.ctx, policy, "", record)).ok_or(Reason::Internal)??;
        self.carried.header("authorization", format!("Bearer {}", token.expose_text()?));
        Ok(())
    }

    fn session(&mut self, subject: &str, with_token: bool) -> Result<(), Reason> {
        let (policy, session) = self.open_session(subject)?;
        let text = session::text(policy, &session);
        self.carried.cookie(format!("{}={}", session::cookie_name(policy, self.target), text.expose_text()?));
        if with_token {
            let token = session::xsrf::token(self.ctx, policy, &session, self.target)?;
            self.carried.header(session::xsrf::HEADER, token.expose_text()?.to_owned());
        }
        Ok(())
    }

    fn ticket(&mut self, subject: &str) -> Result<(), Reason> {
        let (policy, session) = self.open_session(subject)?;
        let tickets = self.ctx.policy.ticket.as_ref().ok_or(Reason::Internal)?;
        let ticket = ticket::mint(self.ctx, policy, &session, tickets.lifetime)?;
        self.carried.header("authorization", format!("SOTicket {}", ticket.text.expose_text()?));
        if let Some(name) = tickets.app_tokens.first() {
            self.carried.header(APP_TOKEN, made_up(name).expose_text()?.to_owned());
        }
        Ok(())
    }

    fn nonce(&mut self, route: &Route, subject: &str) -> Result<(), Reason> {
        let policy = self.ctx.policy.nonce.as_ref().ok_or(Reason::Internal)?;
        let minted = nonce::mint(self.ctx, policy, route, subject, policy.lifetime);
        let nonce = finish(minted).ok_or(Reason::Internal)??;
        let query = self.carried.query();
        let joint = if query.is_empty() { "" } else { "&" };
        let query = format!("{query}{joint}{}={}", policy.parameter, nonce.expose_text()?);
        self.carried.set_query(&query);
        Ok(())
    }

    fn machine(&mut self, name: &str) -> Result<(), Reason> {
        let machine = self.ctx.policy.machines().find(|machine| machine.name == name).ok_or(Reason::Internal)?;
        self.password(name, &made_up(&machine.secret))
    }

    /// `Authorization` with a name and a password (RFC 7617).
    fn password(&mut self, name: &str, password: &Secret) -> Result<(), Reason> {
        let pair = standard_base64(format!("{name}:{}", password.expose_text()?).as_bytes());
        self.carried.header("authorization", format!("Basic {pair}"));
        Ok(())
    }

    fn open_session(&self, subject: &str) -> Result<(&'a Session, Sealed), Reason> {
        let policy = self.ctx.policy.session.as_ref().ok_or(Reason::Internal)?;
        let (method, url, headers) = ("GET", "", Headers::default());
        let request = Incoming { method, url, headers, odd_body: false, client_address: None };
        let opened = Opened::here(subject, "test");
        let session = finish(session::start(self.ctx, policy, &opened, &request)).ok_or(Reason::Internal)??;
        Ok((policy, session))
    }
}
