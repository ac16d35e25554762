//! Why a link is refused.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::digest::base64url;
use crate::explain::Explainer;
use crate::explain::causes::{clock_cause, fallback, link_cause};
use crate::explain::explanation::{Explanation, refused};
use crate::explain::spellings::spellings;
use crate::policy::{Key, KeyUse, Link, LinkScope, MacAlgorithm};
use crate::refusal::Reason;
use crate::secrets::SigningKey;
use crate::signed::link::{self, Arrival, Signed};

impl Explainer<'_> {
    /// Explains a generic link.
    ///
    /// # Example
    /// ```
    /// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
    /// # let policy = Policy::read(EXAMPLE).unwrap();
    /// # let secrets = Secrets::new(&policy, "", secret);
    /// use edgegate_core::explain::Explainer;
    /// use edgegate_core::signed::link::Signed;
    ///
    /// let query = "eg_kid=link-1&eg_exp=1800000600&eg_sig=AAAA";
    /// let signed = Signed { method: "GET", host: "gate.example.org", path: "/downloads/a.pdf", query };
    /// let told = Explainer::new(&policy, &secrets, 1_800_000_000).link(&policy.links[0], signed);
    /// let hashed = "GET\ngate.example.org\n/downloads/a.pdf?eg_kid=link-1&eg_exp=1800000600";
    /// assert_eq!(told.hashed_text.as_deref(), Some(hashed));
    /// ```
    pub fn link(self, profile: &Link, signed: Signed<'_>) -> Explanation {
        let format = Some(format!("link:{}", profile.name));
        let parts = match link::parse(profile, signed.query) {
            Ok(Some(parts)) => parts,
            Ok(None) => {
                let cause = "The address has no eg_kid, eg_exp and eg_sig.".to_owned();
                return Explanation { format, ..refused(Reason::CredentialMissing, vec![cause]) };
            }
            Err(Reason::LinkMalformed) if profile.scope == LinkScope::Prefix => {
                return Explanation { format, ..refused(Reason::LinkMalformed, vec![FOLDER_MALFORMED.to_owned()]) };
            }
            Err(reason) => return Explanation { format, ..refused(reason, vec![link_cause(reason)]) },
        };
        let mut told = Explanation {
            format,
            key_id: Some(parts.key_id.to_owned()),
            hashed_text: Some(link::string_to_sign(profile, parts.covering(signed))),
            presented: Some(base64url(&parts.mac)),
            ..Explanation::default()
        };
        let arrival = Arrival { client: None, now: self.now };
        let verdict = link::verify(profile, self.secrets, signed, arrival);
        let reason = match verdict {
            Ok(_) => None,
            // No client address is known here; that the link is bound to one is all there is to say.
            Err(Reason::LinkAddressMismatch) => {
                told.causes
                    .push("The link is bound to a client network by eg_ip; from elsewhere it is refused.".to_owned());
                None
            }
            Err(reason) => Some(reason),
        };
        told.verdict = reason.map_or("ok", |reason| reason.code()).to_owned();
        match reason {
            Some(Reason::LinkSignatureMismatch) => told.causes.extend(self.link_mismatch(profile, signed, &parts)),
            Some(Reason::LinkExpired) => told.causes.push(clock_cause("eg_exp", parts.expires, self.now)),
            Some(Reason::LinkNotYetValid) => {
                told.causes.push(clock_cause("eg_nbf", parts.not_before.unwrap_or(0), self.now))
            }
            Some(reason) => told.causes.push(link_cause(reason)),
            None if profile.single_use => {
                told.causes.push("The link works once; whether it has been used is not known here.".to_owned())
            }
            None => {}
        }
        told
    }

    /// Causes of a link whose MAC does not match, the likeliest first. Never empty for a key that has a value.
    fn link_mismatch(self, profile: &Link, signed: Signed<'_>, parts: &link::Parts<'_>) -> Vec<String> {
        let Some(key) = link::find_key(profile, parts.key_id) else { return Vec::new() };
        let Ok(known) = self.secrets.key(key) else { return Vec::new() };
        let path = signed.path;
        let signed = parts.covering(signed);
        let is_right = |profile: &Link, key: SigningKey<'_>, signed: Signed<'_>| {
            bool::from(link::compute(profile, key, signed).ct_eq(&parts.mac))
        };
        let holds = |signed: Signed<'_>| is_right(profile, known, signed);
        let mut causes = Vec::new();
        for (covered, cause) in spellings(parts.covered) {
            if holds(Signed { query: &covered, ..signed }) {
                causes.push(cause);
            }
        }
        if holds(Signed { query: &format!("{}\n", parts.covered), ..signed }) {
            causes.push("The signer hashed a line feed at the end (printf, not echo).".to_owned());
        }
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if holds(Signed { method, ..signed }) {
                causes.push(format!("The signer hashed the method {method}."));
            }
        }
        let bare_host = signed.host.split(':').next().unwrap_or_default();
        if holds(Signed { host: bare_host, ..signed }) {
            causes.push("The signer hashed the host without its port.".to_owned());
        }
        if path != signed.path && holds(Signed { path, ..signed }) {
            causes.push("The signer hashed the path; of a folder's link the folder in eg_path is hashed.".to_owned());
        }
        let slashless = signed.path.trim_end_matches('/');
        for path in [slashless.to_owned(), format!("{slashless}/")] {
            if path != signed.path && holds(Signed { path: &path, ..signed }) {
                causes.push(format!("The signer hashed the path {path}, the request has {}.", signed.path));
            }
        }
        for (cover_method, cover_host) in [(false, false), (true, false), (false, true), (true, true)] {
            let other = Link { cover_method, cover_host, ..profile.clone() };
            if (cover_method, cover_host) != (profile.cover_method, profile.cover_host)
                && is_right(&other, known, signed)
            {
                causes.push(
                "The signer left out, or added, the line with the method or the host; see `cover_method` and `cover_host` in the policy."
                    .to_owned(),
            );
            }
        }
        for usage in [KeyUse::Link(MacAlgorithm::HmacSha1), KeyUse::Link(MacAlgorithm::HmacSha256)] {
            let other = Arc::new(Key { usage, ..key.as_ref().clone() });
            if usage != key.usage && is_right(profile, SigningKey { key: &other, ..known }, signed) {
                causes.push("The signer used the other algorithm (HMAC-SHA-1 and HMAC-SHA-256 mixed up).".to_owned());
            }
        }
        fallback(causes, "Host, path or query was changed after signing, or the signer has another key.")
    }
}

const FOLDER_MALFORMED: &str = "eg_path, eg_kid, eg_exp or eg_sig is missing or not of its form: eg_path is a folder as the path has it, from `/` to `/`, not escaped again (%2F); eg_exp in whole seconds, eg_sig in base64url without padding, last.";
