//! A small language for what happened before a request: one step a line, as the fixtures have it.
//!
//! `{name}` in a request, a header or a body stands for what a step left under that name, `{a*9}` for nine `a`.

use std::collections::BTreeMap;
use std::rc::Rc;

use edgegate::credential::link::{self, Signed, Terms};
use edgegate::credential::seal::{self, Kind};
use edgegate::credential::signed_redirect;
use edgegate::credential::spelling::Spelling;
use edgegate::policy::Network;
use edgegate::refusal::Reason;
use edgegate::secret::Secret;
use serde_json::json;

use super::memory::{Fault, World};
use super::{NOW, POLICY, Request, Site, is_granted, luminate, secret};

pub struct Story {
    pub site: Site,
    names: BTreeMap<String, String>,
}

pub fn reason(code: &str) -> Reason {
    *Reason::ALL.iter().find(|reason| reason.code() == code).unwrap_or_else(|| panic!("{code} is no reason"))
}

impl Story {
    pub fn new() -> Self {
        let admin = String::from_utf8(secret("ADMIN_KEY").unwrap().expose().to_vec()).unwrap();
        let names = BTreeMap::from([
            ("admin".to_owned(), admin),
            ("administrator".to_owned(), luminate::ADMINISTRATOR.to_owned()),
            ("common".to_owned(), luminate::COMMON.to_owned()),
        ]);
        Self { site: Site::new(&World::at(NOW), POLICY), names }
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
            "use" => {
                let judged = self.site.ask(&self.request(rest));
                assert!(is_granted(&judged), "{rest}: {:?}", judged.refused);
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
            other => panic!("no step is called {other}"),
        }
    }

    fn keep(&mut self, name: &str, value: String) {
        if let Some((_, query)) = value.split_once('?') {
            self.names.insert(format!("{name}-query"), query.to_owned());
        }
        self.names.insert(name.to_owned(), value);
    }

    /// `PATH[?QUERY] [exp=SECONDS] [nbf=SECONDS] [ip=NETWORK]`, times from now.
    fn link(&mut self, line: &str) {
        let (target, options) = line.split_once(' ').unwrap_or((line, ""));
        let option = |name: &str| options.split(' ').find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
        let now = self.site.ports.world.clock.get();
        let seconds = |name: &str| option(name).map(|text| now + text.parse::<u64>().unwrap());
        let network = option("ip").map(|text| Network::parse(text).unwrap());
        let terms = Terms { expires: seconds("exp").unwrap_or(now + 60), not_before: seconds("nbf"), network };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let policy = &self.site.gate.policy;
        let key = policy.key("demo").unwrap();
        let secret = self.site.gate.keyring.secret(&key.secret, false).unwrap();
        let signed = Signed { method: "GET", host: "gate.example.org", path };
        let query = link::sign(&policy.links[0], key, secret, signed, query, terms).unwrap();
        self.keep("link", format!("{path}?{query}"));
    }

    /// `PATH[?QUERY] [ts=SECONDS]`, from now.
    fn redirect(&mut self, line: &str) {
        let (target, option) = line.split_once(" ts=").unwrap_or((line, "0"));
        let ts = self.site.ports.world.clock.get() + option.parse::<u64>().unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let profile = &self.site.gate.policy.signed_redirects[0];
        let query = signed_redirect::sign(profile, &secret("DIGEST_KEY").unwrap(), query, ts).unwrap();
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

    /// `token|session|nonce|jsessionid|nonce-token|sso WORD`: of the right form and key id, under another key.
    fn sealed(&mut self, line: &str) {
        let (name, word) = line.split_once(' ').unwrap();
        let servlet = match name {
            "jsessionid" => Some((Kind::Session, Spelling::Servlet, "servlet", &b""[..])),
            "nonce-token" => Some((Kind::Nonce, Spelling::UpperHex, "session", &[7; 46][..])),
            "sso" => Some((Kind::SignOn, Spelling::Dotted, "", luminate::JO.as_bytes())),
            _ => None,
        };
        if let Some((kind, spelling, audience, payload)) = servlet {
            let terms = seal::Terms { kind, issued: NOW, expires: NOW + 600, audience, payload };
            let key = self.site.gate.policy.key("seal-1").unwrap();
            let sealed = seal::seal(&terms, key, &Secret::new(word), &self.site.ports).unwrap();
            let text = spelling.write(sealed.bytes());
            self.keep(name, String::from_utf8(text.expose().to_vec()).unwrap());
            return;
        }
        let kind = match name {
            "token" => Kind::Token,
            "session" => Kind::Session,
            _ => Kind::Nonce,
        };
        let key = self.site.gate.policy.key("seal-1").unwrap();
        let ports = &self.site.ports;
        let (text, _) = seal::mint(kind, key, &Secret::new(word), NOW, NOW + 600, "account", ports).unwrap();
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
            "signer" => &mut faults.signer,
            other => panic!("no port is called {other}"),
        };
        *switch = Fault::Fail(reason(code));
        self.site.ports.faults.set(faults);
    }
}

fn repetition(text: &str) -> Option<(&str, &str, usize, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (inner, after) = rest.split_once('}')?;
    let (letter, count) = inner.split_once('*')?;
    Some((before, letter, count.parse().ok().filter(|count| *count <= 10_000)?, after))
}
