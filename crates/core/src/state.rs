//! What an isolate holds between requests.

use crate::attempts::guesses::Guesses;
use crate::attempts::questions::Questions;
use crate::attempts::tries::Tries;
use crate::credential::identity_jwt::Assertions;
use crate::credential::issuer::Issuers;
use crate::http::{Deployment, Target};
use crate::policy::Policy;
use crate::sealed::cache::{Few, Recent};
use crate::sealed::store::Context;
use crate::secrets::Secrets;
use crate::texts::Book;

/// A policy with the values of its secrets, and what this isolate remembers.
#[derive(Debug)]
pub struct State {
    /// The policy.
    pub policy: Policy,
    /// Values of the policy's secrets.
    pub secrets: Secrets,
    /// Texts and pictures of its pages.
    pub book: Book,
    /// Where it runs.
    pub deployment: Deployment,
    pub(crate) recent: Recent,
    pub(crate) foreign: Issuers,
    pub(crate) guesses: Guesses,
    pub(crate) questions: Questions,
    pub(crate) tries: Tries,
    pub(crate) assertions: Assertions,
    /// Who used up an exact rate, by digest, and when the window ends (Unix seconds).
    pub(crate) over: Few<[u8; 32], u64, 1024>,
}

impl State {
    /// With an empty memory, deployed for others.
    pub fn new(policy: Policy, secrets: Secrets) -> Self {
        Self {
            policy,
            secrets,
            book: Book::default(),
            deployment: Deployment::Public,
            recent: Recent::default(),
            foreign: Issuers::default(),
            guesses: Guesses::default(),
            questions: Questions::default(),
            tries: Tries::default(),
            assertions: Assertions::default(),
            over: Few::default(),
        }
    }

    /// The same, deployed so.
    pub fn at(self, deployment: Deployment) -> Self {
        Self { deployment, ..self }
    }

    /// The same, with these texts and pictures for its pages.
    pub fn with_book(self, book: Book) -> Self {
        Self { book, ..self }
    }

    /// How much of what the isolate remembers is under way: guesses and questions of requests that wait for an answer.
    pub fn under_way(&self) -> usize {
        self.guesses.under_way() + self.questions.under_way()
    }

    pub(crate) fn context<'a, P>(&'a self, target: &Target<'_>, now: u64, ports: &'a P) -> Context<'a, P> {
        Context {
            ports,
            policy: &self.policy,
            recent: &self.recent,
            secrets: self.secrets.usable(target.is_loopback()),
            now,
        }
    }

    /// Whether a target is the host that http sessions are for, by http.
    pub(crate) fn is_http_host(&self, target: &Target<'_>) -> bool {
        !target.secure && self.names_http_host(target)
    }

    /// The same, by https too.
    pub(crate) fn names_http_host(&self, target: &Target<'_>) -> bool {
        let host = self.policy.luminate.as_ref().and_then(|luminate| luminate.http_host.as_deref());
        host == Some(&*target.host)
    }
}
