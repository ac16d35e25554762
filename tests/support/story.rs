//! A small language for what happened before a request: one step a line, as the fixtures have it.
//!
//! `{name}` in a request, a header or a body stands for what a step left under that name, `{a*9}` for nine `a`.

use std::collections::BTreeMap;
use std::rc::Rc;

use edgegate_core::policy::Network;
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::encoding::Encoding;
use edgegate_core::sealed::seal::{self, Kind};
use edgegate_core::secret::Secret;
use edgegate_core::secrets::SigningKey;
use edgegate_core::signed::link::{self, Signed, Terms};
use edgegate_core::signed::redirect;
use edgegate_core::testing::{Fault, World};
use serde_json::json;

use super::{HOST, NOW, POLICY, Request, Site, is_granted, luminate, oauth, schemes, secret};

pub struct Story {
    pub site: Site,
    pub names: BTreeMap<String, String>,
    proofs: u64,
}

pub fn reason(code: &str) -> Reason {
    *Reason::ALL.iter().find(|reason| reason.code() == code).unwrap_or_else(|| panic!("{code} is no reason"))
}

/// What signs `{}` by STANDARD_HOOK as `msg_1` of 1800000000.
const DELIVERED: &str = "v1,5sqH06/Nq1wkiX70vGoctea5mo+yacMQL3G3gJFRkns=";

impl Story {
    pub fn new() -> Self {
        let admin = String::from_utf8(secret("ADMIN_KEY").unwrap().expose().to_vec()).unwrap();
        let mut names = BTreeMap::from([
            ("admin".to_owned(), admin),
            ("administrator".to_owned(), luminate::ADMINISTRATOR.to_owned()),
            ("common".to_owned(), luminate::COMMON.to_owned()),
            ("thumbprint".to_owned(), oauth::thumbprint("device")),
            ("robot".to_owned(), schemes::basic("robot", schemes::ROBOT)),
            ("app-token".to_owned(), schemes::APP_TOKEN.to_owned()),
        ]);
        for (client, _) in oauth::CLIENTS {
            names.insert(client.to_owned(), oauth::fields(client));
            names.insert(format!("{client}-basic"), oauth::basic(client, &oauth::secret_of(client)));
        }
        Self { site: Site::new(&World::at(NOW), POLICY), names, proofs: 0 }
    }

    /// A text with its names filled in.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.names {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        while let Some((before, letter, count, after)) = repetition(&filled) {
            filled = format!("{before}{}{after}", letter.repeat(count));
        }
        filled
    }

    /// `METHOD PATH` or `METHOD URL`.
    pub fn request(&self, line: &str) -> Request {
        let (method, path) = line.split_once(' ').expect("METHOD PATH");
        Request::new(method, &self.fill(path))
    }

    pub fn step(&mut self, step: &str) {
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        let world = Rc::clone(&self.site.ports.world);
        match verb {
            "pass" => world.pass(rest.parse().unwrap()),
            "forget" => world.forget(),
            "isolate" => self.site = Site::new(&world, POLICY),
            "token" => self.keep("token", self.site.token(rest)),
            "ticket" | "token-for" | "browser" | "sign-out" | "broker-state" | "broker" | "brokered" => {
                schemes::step(self, verb, rest)
            }
            "session" => self.keep("session", self.site.session()),
            "nonce" => self.keep("nonce", self.site.nonce(rest)),
            "link" => self.link(rest),
            "redirect" => self.redirect(rest),
            "luminate" => self.luminate(rest),
            "sealed" => self.sealed(rest),
            "corrupt" => {
                let changed = self.names[rest].replacen("eg_exp=18", "eg_exp=19", 1);
                self.keep(rest, changed);
            }
            "revoke" => {
                let body = json!({ rest: self.names[rest] });
                self.site.admin(&format!("{rest}/revoke"), &body);
            }
            "revoke-ticket" => {
                self.site.admin("session/revoke", &json!({ "session": self.names["ticket"] }));
            }
            "use" => {
                let handled = self.site.ask(&self.request(rest));
                assert!(is_granted(&handled), "{rest}: {:?}", handled.refused);
            }
            "use-bound" => {
                let request = self.request(rest).with("authorization", &self.fill("DPoP {access}"));
                let handled = self.site.ask(&request.with("dpop", &self.names["proof"]));
                assert!(is_granted(&handled), "{rest}: {:?}", handled.refused);
            }
            "deliver" => {
                let request = Request::new("POST", "/hooks/standard").with("webhook-id", "msg_1");
                let request = request.with("webhook-timestamp", "1800000000").with("webhook-signature", DELIVERED);
                let handled = self.site.ask(&Request { body: b"{}".to_vec(), ..request });
                assert!(is_granted(&handled), "{:?}", handled.refused);
            }
            "guess" => (0..rest.parse().unwrap()).for_each(|_| {
                let request = Request::new("POST", "/.edgegate/sign-in").form("account=jo&password=x");
                assert_eq!(self.site.ask(&request).refused, Some(Reason::SignInFailed));
            }),
            "guess-administrator" => (0..rest.parse().unwrap()).for_each(|_| {
                let request = luminate::server("getUser", "")
                    .form(&format!("method=getUser&{}&login_name=api_admin&login_password=x", luminate::COMMON));
                self.site.ask(&request);
            }),
            "attempts" => self.site.ports.attempts.set(rest.parse().unwrap()),
            "check" => {
                let (status, body) = rest.split_once(' ').unwrap();
                self.site.ports.check.replace((status.parse().unwrap(), body.to_owned()));
            }
            "fault" => self.fault(rest),
            "register" => self.register(),
            "remove" => {
                self.site.admin("client/remove", &json!({ "client_id": self.names["new-id"] }));
            }
            "ask" => self.authorize(rest),
            "code" => self.code(rest),
            "grant" => self.grant(rest, false),
            "bound" => self.grant(rest, true),
            "renew" => self.renew(rest),
            "proof" => self.proof(rest),
            "jwt" => {
                self.document("/keys 200 KEYS");
                self.keep("jwt", oauth::jwt(world.clock.get(), rest));
            }
            "document" => self.document(rest),
            other => panic!("no step is called {other}"),
        }
    }

    pub fn keep(&mut self, name: &str, value: String) {
        if let Some((_, query)) = value.split_once('?') {
            self.names.insert(format!("{name}-query"), query.to_owned());
        }
        self.names.insert(name.to_owned(), value);
    }

    /// `PATH[?QUERY] [exp=SECONDS] [nbf=SECONDS] [ip=NETWORK] [profile=NAME] [folder=PATH]`, times from now.
    fn link(&mut self, line: &str) {
        let (target, options) = line.split_once(' ').unwrap_or((line, ""));
        let option = |name: &str| options.split(' ').find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
        let now = self.site.ports.world.clock.get();
        let seconds = |name: &str| option(name).map(|text| now + text.parse::<u64>().unwrap());
        let network = option("ip").map(|text| Network::parse(text).unwrap());
        let (expires, folder) = (seconds("exp").unwrap_or(now + 60), option("folder"));
        let terms = Terms { folder, expires, not_before: seconds("nbf"), network };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let policy = &self.site.gate.policy;
        let key = policy.key("demo").unwrap();
        let key = self.site.gate.secrets.usable(false).key(key).unwrap();
        let signed = Signed { method: "GET", host: "gate.example.org", path, query };
        let named = |name: &str| policy.links.iter().find(|one| one.name == name).unwrap();
        let profile = option("profile").map_or(&policy.links[0], named);
        let query = link::sign(profile, key, signed, terms).unwrap();
        self.keep("link", format!("{path}?{query}"));
    }

    /// `PATH[?QUERY] [ts=SECONDS]`, from now.
    fn redirect(&mut self, line: &str) {
        let (target, option) = line.split_once(" ts=").unwrap_or((line, "0"));
        let ts = self.site.ports.world.clock.get() + option.parse::<u64>().unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let profile = &self.site.gate.policy.signed_redirects[0];
        let query = redirect::sign(profile, &secret("DIGEST_KEY").unwrap(), query, ts).unwrap();
        self.keep("redirect", format!("{path}?{query}"));
    }

    /// `login|visitor|sign-on|logout [SUBJECT [PREFIX]]`: leaves `{jsessionid}`, `{auth}`, `{nonce-token}`, `{sso}`,
    /// or the same with the prefix.
    fn luminate(&mut self, line: &str) {
        let mut words = line.split(' ');
        let what = words.next().unwrap_or_default();
        let (subject, prefix) = (words.next().unwrap_or(luminate::JO), words.next().map(|prefix| format!("{prefix}-")));
        let prefix = prefix.unwrap_or_default();
        match what {
            "sign-on" => self.keep(&format!("{prefix}sso"), luminate::sign_on(&self.site, subject)),
            "logout" => {
                let field = self.fill(&format!("JSESSIONID={{{prefix}jsessionid}}"));
                luminate::granted(&self.site.ask(&luminate::client("logout", &field)), "loginResponse");
            }
            _ => {
                let person = match what {
                    "login" => luminate::login(&self.site, subject),
                    _ => luminate::visitor(&self.site),
                };
                let nonce = luminate::nonce(&self.site, &person);
                self.keep(&format!("{prefix}jsessionid"), person.jsessionid);
                self.keep(&format!("{prefix}auth"), person.auth);
                self.keep(&format!("{prefix}nonce-token"), nonce);
            }
        }
    }

    /// Registers a client while the gate runs: `{new}`, its fields.
    fn register(&mut self) {
        let uris = ["https://new.example/cb"];
        let client = json!({"kind": "confidential", "redirect_uris": uris, "scope": ["read"]});
        let told = self.site.admin("client/add", &client);
        let (id, secret) = (told["client_id"].as_str().unwrap(), told["client_secret"].as_str().unwrap());
        self.keep("new-id", id.to_owned());
        self.keep("new", format!("client_id={id}&client_secret={secret}"));
    }

    /// `CLIENT [QUERY]`: a person is sent to the page of consent. Leaves `{session}`, `{authorize}` (the address) and
    /// `{consent}` (what its form holds).
    fn authorize(&mut self, line: &str) {
        let (client, more) = line.split_once(' ').unwrap_or((line, ""));
        if !self.names.contains_key("session") {
            self.step("session");
        }
        let id = if client == "new" { self.names["new-id"].clone() } else { client.to_owned() };
        let address = oauth::authorization(&id, redirect_uri(client), &self.fill(more));
        let consent = oauth::consent(&self.site, &address, &self.names["session"]);
        self.keep("authorize", address);
        self.keep("consent", consent);
    }

    /// The same, and the person allows it. Leaves `{code}`, and `{redeem}`, the form for the token endpoint without the
    /// client's own fields.
    fn code(&mut self, line: &str) {
        self.authorize(line);
        let names = &self.names;
        let code = oauth::code(&self.site, &names["authorize"], &names["session"], &names["consent"]);
        let uri = redirect_uri(line.split(' ').next().unwrap());
        let verifier = oauth::VERIFIER;
        let form = format!("grant_type=authorization_code&code={code}&redirect_uri={uri}&code_verifier={verifier}");
        self.keep("code", code);
        self.keep("redeem", form);
    }

    /// The same, and the client gets its tokens, bound to its key or not: `{access}` and `{refresh}`.
    fn grant(&mut self, line: &str, is_bound: bool) {
        self.code(line);
        self.tokens(line.split(' ').next().unwrap(), "{redeem}", is_bound);
    }

    /// `CLIENT`: refreshes. What was there before is `{used-access}` and `{used-refresh}`.
    fn renew(&mut self, client: &str) {
        for name in ["access", "refresh"] {
            self.keep(&format!("used-{name}"), self.names[name].clone());
        }
        self.tokens(client, "grant_type=refresh_token&refresh_token={refresh}", false);
    }

    fn tokens(&mut self, client: &str, form: &str, is_bound: bool) {
        if is_bound {
            self.proof("POST /oauth/token");
        }
        let form = self.fill(&format!("{form}&{{{client}}}"));
        let proof = is_bound.then(|| self.names["proof"].as_str());
        let (access, refresh) = oauth::tokens(&self.site, &form, proof);
        self.keep("access", access);
        self.keep("refresh", refresh);
    }

    /// `METHOD PATH [[header.]NAME=VALUE]...`: a new proof for that request, with `{access}` if it is not one for tokens;
    /// what else it says, `key=KEY` for another key, `by=KEY` if that only signs it.
    fn proof(&mut self, line: &str) {
        let mut words = line.splitn(3, ' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let token = Some("access").filter(|_| !path.starts_with("/oauth")).map(|name| self.names[name].as_str());
        self.proofs += 1;
        let (address, now) = (format!("{HOST}{path}"), self.site.ports.world.clock.get());
        let changes = words.next().unwrap_or_default();
        let proof = oauth::proof(method, &address, token, self.proofs, now, changes);
        self.keep("proof", proof);
    }

    /// `PATH STATUS BODY`: what an issuer answers there.
    fn document(&self, line: &str) {
        let mut words = line.splitn(3, ' ');
        let (path, status, body) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let body = body.replace("KEYS", &oauth::keys());
        self.site.ports.documents.borrow_mut().insert(path.to_owned(), (status.parse().unwrap(), body));
    }

    /// `token|session|nonce|code|refresh|client|state|jsessionid|nonce-token|sso|ticket WORD`: of the right form and key id, under another key.
    fn sealed(&mut self, line: &str) {
        let (name, word) = line.split_once(' ').unwrap();
        let servlet = match name {
            "jsessionid" => Some((Kind::Session, Encoding::Servlet, "servlet", &b""[..])),
            "nonce-token" => Some((Kind::Nonce, Encoding::UpperHex, "session", &[7; 46][..])),
            "ticket" => Some((Kind::Ticket, Encoding::Ticket, "session ticket", &[7; 46][..])),
            "sso" => Some((Kind::SignOn, Encoding::Dotted, "", luminate::JO.as_bytes())),
            _ => None,
        };
        if let Some((kind, spelling, audience, payload)) = servlet {
            let terms = seal::Terms { kind, issued: NOW, expires: NOW + 600, audience, payload };
            let key = self.site.gate.policy.key("seal-1").unwrap();
            let sealed = seal::seal(&terms, SigningKey { key, secret: &Secret::new(word) }, &self.site.ports).unwrap();
            let text = spelling.write(sealed.bytes());
            self.keep(name, String::from_utf8(text.expose().to_vec()).unwrap());
            return;
        }
        let kind = match name {
            "token" => Kind::Token,
            "session" => Kind::Session,
            "code" => Kind::Code,
            "refresh" => Kind::Refresh,
            "state" => Kind::BrokerState,
            "client" => Kind::Client,
            "nonce" => Kind::Nonce,
            other => panic!("{other} is not sealed"),
        };
        let id = if name == "client" { "clients-1" } else { "seal-1" };
        let key = self.site.gate.policy.key(id).unwrap();
        let ports = &self.site.ports;
        let terms = seal::Terms { kind, issued: NOW, expires: NOW + 600, audience: "account", payload: &[] };
        let text = seal::seal(&terms, SigningKey { key, secret: &Secret::new(word) }, ports).unwrap().text();
        self.keep(name, String::from_utf8(text.expose().to_vec()).unwrap());
    }

    /// `PORT REASON`.
    fn fault(&self, line: &str) {
        let (port, code) = line.split_once(' ').unwrap();
        let mut faults = self.site.ports.faults.get();
        let switch = match port {
            "get" => &mut faults.get,
            "put" => &mut faults.put,
            "ledger" => &mut faults.ledger,
            "entropy" => &mut faults.entropy,
            "limiter" => &mut faults.limiter,
            "upstream" => &mut faults.upstream,
            "body" => &mut faults.body,
            "signer" => &mut faults.signer,
            other => panic!("no port is called {other}"),
        };
        *switch = Fault::Fail(reason(code));
        self.site.ports.faults.set(faults);
    }
}

fn redirect_uri(client: &str) -> &'static str {
    let known = oauth::CLIENTS.iter().find(|(known, _)| *known == client);
    known.map_or("https://new.example/cb", |(_, uri)| *uri)
}

fn repetition(text: &str) -> Option<(&str, &str, usize, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (inner, after) = rest.split_once('}')?;
    let (letter, count) = inner.split_once('*')?;
    Some((before, letter, count.parse().ok().filter(|count| *count <= 10_000)?, after))
}
