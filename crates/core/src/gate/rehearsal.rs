//! What an isolate does before its first request, so that the engine has compiled the code by then. Nothing comes of it.

use core::task::{Context, Poll, Waker};

use crate::exchange::decision::Forwarding;
use crate::exchange::jar::Jar;
use crate::exchange::{Exchange, Moment};
use crate::forward;
use crate::gate::answered::{self, Said};
use crate::http::{Deployment, Headers, Incoming, Target};
use crate::identity::Identity;
use crate::log::{Entry, Spent};
use crate::policy::{CredentialKind, Policy, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::secret::Secret;
use crate::secrets::Secrets;
use crate::state::State;

impl State {
    /// A gate that rehearses: with made-up values of its secrets, and deployed so that its issuer counts, which by http is good
    /// in a local deployment alone. `published` is that of [`Secrets::new`].
    pub fn made_up(policy: Policy, published: &str) -> Self {
        let value = |name: &str| Some(Secret::new(["made-up-value-of-", name].concat()));
        let secrets = Secrets::new(&policy, published, value);
        let deployment = if policy.gateway.issuer.is_https() { Deployment::Public } else { Deployment::Local };
        Self::new(policy, secrets).at(deployment)
    }

    /// For each of the first routes: decides on a made-up GET of its path at the issuer's host, with a forged link where it takes links,
    /// and makes what its origin would get, what would change in the origin's answer, and the log line. Answers with the last
    /// that an origin would get.
    pub fn rehearse<P: Ports>(&self, ports: &P) -> Option<Forwarding> {
        let moment = Moment { now: SOME_TIME, request_id: "0123456789abcdef0123456789abcdef" };
        let mut sent = None;
        for route in self.policy.routes.iter().take(ROUTES) {
            let url = self.address(route);
            let headers = Headers::new(HEADERS.to_vec());
            let request = Incoming { method: "GET", url: &url, headers, odd_body: false, client_address: None };
            if let Ok(forwarding) = self.sent(route, &request, moment, ports) {
                answered::edits(&forwarding, Said { cache_control: "no-cache", ..Said::default() });
                sent = Some(forwarding);
            }
            // What would wait for storage is not waited for.
            let mut deciding = Box::pin(self.handle(&request, moment, ports));
            if let Poll::Ready(handled) = &deciding.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                let (method, request_id, spent) = (request.method, moment.request_id, Spent::default());
                Entry { state: self, handled, method, request_id, spent }.line(200);
            }
        }
        sent
    }

    fn address(&self, route: &Route) -> String {
        let path = if route.path.base().is_empty() { "/" } else { route.path.base() };
        let address = [self.policy.gateway.issuer.origin(), path].concat();
        let link = route.accept.iter().find_map(|accept| match accept {
            CredentialKind::Link(link) => link.keys.first(),
            _ => None,
        });
        match link {
            Some(key) => [&address, "?eg_kid=", &key.id, "&eg_exp=9&eg_sig=", &"A".repeat(43)].concat(),
            None => address,
        }
    }

    fn sent<P>(
        &self,
        route: &Route,
        request: &Incoming<'_>,
        Moment { now, request_id }: Moment<'_>,
        ports: &P,
    ) -> Result<Forwarding, Reason> {
        let target = &Target::received(request.url, usize::MAX)?;
        let x = &Exchange { state: self, ports, request, target, now, request_id, jar: &Jar::default() };
        forward::forwarding(x, route, &Identity::none())
    }
}

/// What a browser sends.
const HEADERS: [(&str, &str); 4] =
    [("accept", "text/html"), ("accept-language", "en"), ("cookie", "a=b"), ("referer", "https://edgegate.invalid/")];
/// How many routes are rehearsed: most policies have few, and further ones add little that is new.
const ROUTES: usize = 4;
/// There is no clock before the first request.
const SOME_TIME: u64 = 1_800_000_000;
