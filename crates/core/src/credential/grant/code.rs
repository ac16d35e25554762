//! Authorization codes (RFC 6749 section 4.1): for a minute, what a person allowed, waiting for the client to fetch it.
//!
//! What was allowed lies in the Ledger, which never lags: the client comes within milliseconds, perhaps at the other end
//! of the world. Looking a code up uses nothing up, so client, address and PKCE verifier are checked before it is claimed,
//! and a thief can neither spend it nor have it revoked.

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::credential::dpop::Thumbprint;
use crate::credential::grant::Grants;
use crate::digest::{base64url, sha256};
use crate::policy::SingleUse;
use crate::ports::{Claimed, Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::sealed::once;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store;
use crate::secret::Secret;

/// What a person allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorization {
    /// To whom.
    pub client: String,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// Whether the client had named that address, or it is the only one it has.
    pub named_redirect: bool,
    /// Who.
    pub subject: String,
    /// Scopes, separated by a space.
    pub scope: String,
    /// Resources (RFC 8707), separated by a space.
    pub resources: String,
    /// The PKCE challenge (RFC 7636), if there was one.
    pub challenge: Option<String>,
    /// The key that only may redeem it (RFC 9449 section 10).
    pub bound: Option<Thumbprint>,
}

/// What a client shows with a code.
#[derive(Debug, Clone, Default)]
pub struct Shown<'a> {
    /// Who it has proved to be.
    pub client: &'a str,
    /// `redirect_uri`, if it said so.
    pub redirect_uri: Option<&'a str>,
    /// `code_verifier`.
    pub verifier: Option<&'a str>,
    /// The key of its proof.
    pub bound: Option<Thumbprint>,
}

/// A code of which all that was shown with it is right.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The code.
    pub code: &'a Sealed,
    /// What was allowed.
    pub allowed: Authorization,
}

/// A code that is used up.
#[derive(Debug)]
pub struct Redeemed<'a> {
    /// The code.
    pub code: &'a Sealed,
    /// The grant's record, which says nothing of time yet.
    pub record: Record,
    /// Unix seconds: when it was used up.
    pub at: u64,
    /// Whether that was just now.
    pub is_first: bool,
}

impl<P> Grants<'_, P> {
    /// Makes a code.
    ///
    /// # Errors
    /// `SecretMissing`, and storage's own reasons.
    pub async fn mint_code(self, allowed: &Authorization) -> Result<Secret, Reason>
    where
        P: KvStore + Ledger + Entropy,
    {
        let Self { ctx, policy } = self;
        let expires = ctx.now + policy.code_lifetime;
        let terms = Terms { kind: Kind::Code, issued: ctx.now, expires, audience: "", payload: &[] };
        let code = ctx.seal(&policy.keys, &terms)?;
        let text = allowed.write();
        match ctx.policy.single_use {
            SingleUse::Ledger => match ctx.ports.claim(&code.claim_key("allowed"), expires, &text).await? {
                Claimed::First => {}
                Claimed::Replayed { .. } => return Err(Reason::Internal),
            },
            SingleUse::BestEffort => {
                ctx.ports.put(code.record_key(), &text, store::kv_expiry(ctx.now, expires)).await?
            }
        }
        Ok(code.text())
    }

    /// Opens a code without looking at storage.
    ///
    /// # Errors
    /// `CodeForged`, `CodeExpired`, `SecretMissing`.
    pub fn open_code(self, text: &str) -> Result<Sealed, Reason> {
        let Self { ctx, policy } = self;
        let opened = seal::open(Kind::Code, &policy.keys, ctx.secrets, text)?;
        let code = opened.ok_or(Reason::CodeForged)?;
        if code.expires <= ctx.now { Err(Reason::CodeExpired) } else { Ok(code) }
    }

    /// Checks all that is shown with a code. Nothing is used up.
    ///
    /// # Errors
    /// `CodeUnknown`, `CodeMisdirected`, `PkceMismatch`, `DpopKey`, and storage's own reasons.
    pub async fn check_code<'c>(self, code: &'c Sealed, shown: &Shown<'_>) -> Result<Checked<'c>, Reason>
    where
        P: KvStore + Ledger,
    {
        let ctx = self.ctx;
        let found = match ctx.policy.single_use {
            SingleUse::Ledger => ctx.ports.recall(&code.claim_key("allowed")).await?,
            SingleUse::BestEffort => ctx.ports.get(code.record_key()).await?,
        };
        let found = found.ok_or(Reason::CodeUnknown)?;
        let allowed = Authorization::read(&found).ok_or(Reason::VaultUnavailable)?;
        let is_address = match shown.redirect_uri {
            Some(address) => address == allowed.redirect_uri,
            None => !allowed.named_redirect,
        };
        if allowed.client != shown.client || !is_address {
            return Err(Reason::CodeMisdirected);
        }
        if !is_verified(allowed.challenge.as_deref(), shown.verifier) {
            return Err(Reason::PkceMismatch);
        }
        if allowed.bound.is_some() && allowed.bound != shown.bound {
            return Err(Reason::DpopKey);
        }
        Ok(Checked { code, allowed })
    }

    /// Uses a checked code up. The party that began the flow may come again for a while, since its
    /// answer may have been lost, and is known by what only it has: the PKCE verifier, or the key that came with the code first.
    /// A code without either works once.
    ///
    /// # Errors
    /// `CodeReplayed`, and storage's own reasons.
    pub async fn claim_code<'c>(self, checked: Checked<'c>, bound: Option<Thumbprint>) -> Result<Redeemed<'c>, Reason>
    where
        P: KvStore + Ledger,
    {
        let Self { ctx, policy } = self;
        let Checked { code, allowed } = checked;
        let key = bound.map(|bound| bound.text());
        let note = json!({"at": ctx.now, "jkt": key}).to_string();
        let (note, age) = match once::take(ctx, &code.claim_key("redeemed"), code.expires, &note).await? {
            Claimed::First => return Ok(Redeemed { code, record: allowed.record(), at: ctx.now, is_first: true }),
            Claimed::Replayed { note, age } => (serde_json::from_slice(note.as_bytes()).unwrap_or(Value::Null), age),
        };
        let word = |name: &str| note.get(name).and_then(Value::as_str);
        let is_known = allowed.challenge.is_some() || bound.is_some();
        match note.get("at").and_then(Value::as_u64) {
            Some(at) if is_known && age < policy.retry_window && word("jkt") == key.as_deref() => {
                Ok(Redeemed { code, record: allowed.record(), at, is_first: false })
            }
            _ => Err(Reason::CodeReplayed),
        }
    }
}

/// Whether a text can be a challenge by S256: 43 characters of base64url (RFC 7636 section 4.2).
pub fn is_challenge(text: &str) -> bool {
    Thumbprint::read(text).is_some()
}

impl Authorization {
    /// The record of the grant that follows, which says nothing of time yet.
    pub fn record(&self) -> Record {
        Record {
            sub: self.subject.clone(),
            client: self.client.clone(),
            scope: self.scope.clone(),
            resources: self.resources.clone(),
            ..Record::default()
        }
    }

    fn write(&self) -> String {
        json!({
            "client": self.client,
            "redirect_uri": self.redirect_uri,
            "named": self.named_redirect,
            "sub": self.subject,
            "scope": self.scope,
            "resources": self.resources,
            "challenge": self.challenge,
            "jkt": self.bound.map(|bound| bound.text()),
        })
        .to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_slice(text.as_bytes()).ok()?;
        let word = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            client: word("client")?,
            redirect_uri: word("redirect_uri")?,
            named_redirect: value.get("named")?.as_bool()?,
            subject: word("sub")?,
            scope: word("scope")?,
            resources: word("resources")?,
            challenge: word("challenge"),
            bound: word("jkt").and_then(|text| Thumbprint::read(&text)),
        })
    }
}

/// RFC 7636 section 4.6. A verifier without a challenge is refused too: somebody took the challenge away
/// (RFC 9700 section 2.1.1).
fn is_verified(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            let is_one = (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved);
            let expected = base64url(&sha256(&[verifier.as_bytes()]));
            is_one && bool::from(expected.as_bytes().ct_eq(challenge.as_bytes()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_verified;

    #[test]
    fn the_verifier_of_rfc_7636() {
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(is_verified(Some(challenge), Some(verifier)));
        assert!(is_verified(None, None));
        for (challenge, verifier) in [
            (Some(challenge), None),
            (None, Some(verifier)),
            (Some(challenge), Some("short")),
            (Some(challenge), Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj")),
            (Some(verifier), Some(verifier)), // `plain`
        ] {
            assert!(!is_verified(challenge, verifier), "{challenge:?} {verifier:?}");
        }
    }
}
