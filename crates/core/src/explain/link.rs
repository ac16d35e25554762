//! Why a link is refused.

use subtle::ConstantTimeEq;

use crate::digest::base64url;
use crate::explain::causes::{clock_cause, fallback, link_cause};
use crate::explain::explanation::{Explanation, refused};
use crate::explain::spellings::spellings;
use crate::policy::{Key, KeyUse, Link, MacAlgorithm};
use crate::refusal::Reason;
use crate::secrets::Secrets;
use crate::signed::link::{self, Signed};

/// Explains a generic link.
///
/// # Example
/// ```
/// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
/// # let policy = Policy::read(EXAMPLE).unwrap();
/// # let secrets = Secrets::new(&policy, "", secret);
/// use edgegate_core::explain::explain_link;
/// use edgegate_core::signed::link::Signed;
///
/// let signed = Signed { method: "GET", host: "gate.example.org", path: "/downloads/a.pdf" };
/// let query = "eg_kid=link-1&eg_exp=1800000600&eg_sig=AAAA";
/// let told = explain_link(&policy.links[0], &secrets, signed, query, 1_800_000_000);
/// let hashed = "GET\ngate.example.org\n/downloads/a.pdf?eg_kid=link-1&eg_exp=1800000600";
/// assert_eq!(told.hashed_text.as_deref(), Some(hashed));
/// ```
pub fn explain_link(profile: &Link, secrets: &Secrets, signed: Signed<'_>, raw_query: &str, now: u64) -> Explanation {
    let format = Some(format!("link:{}", profile.name));
    let parts = match link::parse(profile, raw_query) {
        Ok(Some(parts)) => parts,
        Ok(None) => {
            let cause = "The address has no eg_kid, eg_exp and eg_sig.".to_owned();
            return Explanation { format, ..refused(Reason::CredentialMissing, vec![cause]) };
        }
        Err(reason) => return Explanation { format, ..refused(reason, vec![link_cause(reason)]) },
    };
    let mut told = Explanation {
        format,
        key_id: Some(parts.key_id.to_owned()),
        hashed_text: Some(link::string_to_sign(profile, signed, parts.covered)),
        presented: Some(base64url(&parts.mac)),
        ..Explanation::default()
    };
    let verdict = link::verify(profile, secrets.usable(true), signed, raw_query, None, now);
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
        Some(Reason::LinkSignatureMismatch) => told.causes.extend(mismatch(profile, secrets, signed, &parts)),
        Some(Reason::LinkExpired) => told.causes.push(clock_cause("eg_exp", parts.expires, now)),
        Some(Reason::LinkNotYetValid) => told.causes.push(clock_cause("eg_nbf", parts.not_before.unwrap_or(0), now)),
        Some(reason) => told.causes.push(link_cause(reason)),
        None if profile.single_use => {
            told.causes.push("The link works once; whether it has been used is not known here.".to_owned())
        }
        None => {}
    }
    told
}

/// Causes of a link whose MAC does not match, the likeliest first. Never empty for a key that has a value.
fn mismatch(profile: &Link, secrets: &Secrets, signed: Signed<'_>, parts: &link::Parts<'_>) -> Vec<String> {
    let Some(key) = link::find_key(profile, parts.key_id) else { return Vec::new() };
    let Ok(secret) = secrets.usable(true).secret(&key.secret) else { return Vec::new() };
    let holds = |profile: &Link, key: &Key, signed: Signed<'_>, covered: &str| {
        bool::from(link::compute(profile, key, secret, signed, covered).ct_eq(&parts.mac))
    };
    let mut causes = Vec::new();
    for (covered, cause) in spellings(parts.covered) {
        if holds(profile, key, signed, &covered) {
            causes.push(cause);
        }
    }
    if holds(profile, key, signed, &format!("{}\n", parts.covered)) {
        causes.push("The signer hashed a line feed at the end (printf, not echo).".to_owned());
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        if holds(profile, key, Signed { method, ..signed }, parts.covered) {
            causes.push(format!("The signer hashed the method {method}."));
        }
    }
    let bare_host = signed.host.split(':').next().unwrap_or_default();
    if holds(profile, key, Signed { host: bare_host, ..signed }, parts.covered) {
        causes.push("The signer hashed the host without its port.".to_owned());
    }
    let slashless = signed.path.trim_end_matches('/');
    for path in [slashless.to_owned(), format!("{slashless}/")] {
        if path != signed.path && holds(profile, key, Signed { path: &path, ..signed }, parts.covered) {
            causes.push(format!("The signer hashed the path {path}, the request has {}.", signed.path));
        }
    }
    for (cover_method, cover_host) in [(false, false), (true, false), (false, true), (true, true)] {
        let other = Link { cover_method, cover_host, ..profile.clone() };
        if (cover_method, cover_host) != (profile.cover_method, profile.cover_host)
            && holds(&other, key, signed, parts.covered)
        {
            causes.push(
                "The signer left out, or added, the line with the method or the host; see `cover_method` and `cover_host` in the policy."
                    .to_owned(),
            );
        }
    }
    for usage in [KeyUse::Link(MacAlgorithm::HmacSha1), KeyUse::Link(MacAlgorithm::HmacSha256)] {
        let other = Key { usage, ..key.as_ref().clone() };
        if usage != key.usage && holds(profile, &other, signed, parts.covered) {
            causes.push("The signer used the other algorithm (HMAC-SHA-1 and HMAC-SHA-256 mixed up).".to_owned());
        }
    }
    fallback(causes, "Host, path or query was changed after signing, or the signer has another key.")
}
