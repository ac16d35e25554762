//! Authorization codes (RFC 6749 section 4.1): for a minute, what a person allowed, waiting for the client to fetch it.
//!
//! What was allowed lies in the Ledger, which never lags: the client comes within milliseconds, perhaps at the other end
//! of the world. Client, address, PKCE verifier and key are compared before a code is claimed, so a thief can neither spend it nor
//! have it revoked. Digests of them stand beside what was allowed: one call of the Ledger compares, claims and answers.

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::credential::dpop::Thumbprint;
use crate::credential::grant::Grants;
use crate::digest::{base64url, sha256};
use crate::policy::SingleUse;
use crate::ports::{ClaimKey, Claimed, Entropy, Kept, KvStore, Ledger, Redeemed, Redemption};
use crate::refusal::Reason;
use crate::sealed::index::Owner;
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
    /// Who says so; empty: this gateway itself.
    pub issuer: String,
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
            SingleUse::Ledger => {
                let note = Kept::write(&allowed.ways(), &text);
                match ctx.ports.claim(&code.claim_key("allowed"), expires, &note).await? {
                    Claimed::First => {}
                    Claimed::Replayed { .. } => return Err(Reason::Internal),
                }
            }
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

    /// What a code allows, if what is shown fits. Nothing is used up.
    ///
    /// # Errors
    /// `CodeUnknown`, `CodeMisdirected`, `PkceMismatch`, `DpopKey`, and storage's own reasons.
    pub async fn look_up_code(self, code: &Sealed, shown: &Shown<'_>) -> Result<Authorization, Reason>
    where
        P: KvStore + Ledger,
    {
        let found = match self.ctx.policy.single_use {
            SingleUse::Ledger => {
                let note = self.ctx.ports.recall(&code.claim_key("allowed")).await?;
                note.map(|note| Kept::read(&note).text.to_owned())
            }
            SingleUse::BestEffort => self.ctx.ports.get(code.record_key()).await?,
        };
        let allowed = Authorization::read(&found.ok_or(Reason::CodeUnknown)?)?;
        allowed.check(shown).map(|()| allowed)
    }

    /// Uses up a code that was looked up, or says when it was. The party that began the flow may come again for a while, since
    /// its answer may have been lost, and is known by what only it has: the PKCE verifier, or the key that came with the code
    /// first. A code without either works once.
    ///
    /// # Errors
    /// `CodeReplayed`, and storage's own reasons.
    pub async fn use_up_code<'c>(
        self,
        code: &'c Sealed,
        shown: &Shown<'_>,
        allowed: &Authorization,
    ) -> Result<UsedUp<'c>, Reason>
    where
        P: KvStore + Ledger,
    {
        let claimed = once::take(self.ctx, &redeemed(code), code.expires, &shown.note(self.ctx.now)).await?;
        self.used_up(code, shown, allowed, claimed)
    }

    /// Both in one call of the Ledger, which compares what is shown itself: whatever else is wrong with the request has to be
    /// known before. A code that does not fit is not used up.
    ///
    /// # Errors
    /// Those of both.
    pub async fn redeem_code<'c>(
        self,
        code: &'c Sealed,
        shown: &Shown<'_>,
    ) -> Result<(Authorization, Result<UsedUp<'c>, Reason>), Reason>
    where
        P: Ledger,
    {
        let (kept, key) = (&code.claim_key("allowed"), &redeemed(code));
        let note = &shown.note(self.ctx.now);
        let redemption = Redemption { kept, key, until: code.expires, ways: &shown.ways(), note };
        match self.ctx.ports.redeem(&redemption).await? {
            Redeemed::Unknown => Err(Reason::CodeUnknown),
            Redeemed::ForOthers(kept) => {
                let allowed = Authorization::read(&kept)?;
                Err(allowed.check(shown).err().unwrap_or(Reason::LedgerUnavailable))
            }
            Redeemed::Claimed(kept, claimed) => {
                let allowed = Authorization::read(&kept)?;
                let used_up = self.used_up(code, shown, &allowed, claimed);
                Ok((allowed, used_up))
            }
        }
    }

    fn used_up<'c>(
        self,
        code: &'c Sealed,
        shown: &Shown<'_>,
        allowed: &Authorization,
        claimed: Claimed,
    ) -> Result<UsedUp<'c>, Reason> {
        let (note, age) = match claimed {
            Claimed::First => return Ok(UsedUp { code, at: self.ctx.now, is_first: true }),
            Claimed::Replayed { note, age } => (serde_json::from_slice(note.as_bytes()).unwrap_or(Value::Null), age),
        };
        let key = shown.bound.map(|bound| bound.text());
        let is_known = allowed.challenge.is_some() || shown.bound.is_some();
        let is_same = note.get("jkt").and_then(Value::as_str) == key.as_deref();
        match note.get("at").and_then(Value::as_u64) {
            Some(at) if is_known && is_same && age < self.policy.retry_window => {
                Ok(UsedUp { code, at, is_first: false })
            }
            _ => Err(Reason::CodeReplayed),
        }
    }
}

/// What is claimed of a code, where what it allows lies.
fn redeemed(code: &Sealed) -> ClaimKey {
    code.claim_key("redeemed").beside(&code.claim_key("allowed"))
}

/// A code that is used up.
#[derive(Debug, Clone, Copy)]
pub struct UsedUp<'a> {
    /// The code.
    pub code: &'a Sealed,
    /// Unix seconds: when it was.
    pub at: u64,
    /// Whether that was just now.
    pub is_first: bool,
}

/// Whether a text can be a challenge by S256: 43 characters of base64url (RFC 7636 section 4.2).
pub fn is_challenge(text: &str) -> bool {
    Thumbprint::read(text).is_some()
}

impl Shown<'_> {
    /// For a second claimant: when the code was used up, and with which key.
    fn note(&self, now: u64) -> String {
        json!({"at": now, "jkt": self.bound.map(|bound| bound.text())}).to_string()
    }

    /// The ways to redeem what this fits: bound to its key, and bound to none. None where the verifier is not one.
    fn ways(&self) -> Vec<String> {
        let challenge = self.verifier.map(challenge_of);
        if challenge == Some(None) {
            return Vec::new();
        }
        let challenge = challenge.flatten();
        let of = |bound| way(self.client, self.redirect_uri, challenge.as_deref(), bound);
        [self.bound.as_ref(), None].map(of).to_vec()
    }
}

/// What a client shows, as one word that tells nothing of it. What is missing differs from what is empty.
fn way(client: &str, redirect_uri: Option<&str>, challenge: Option<&str>, bound: Option<&Thumbprint>) -> String {
    let bound = bound.map(Thumbprint::text);
    base64url(&sha256(&[json!([client, redirect_uri, challenge, bound]).to_string().as_bytes()]))
}

impl Authorization {
    /// Every way to redeem it. The address may be left out where the client had not named it.
    fn ways(&self) -> Vec<String> {
        let of = |address| way(&self.client, address, self.challenge.as_deref(), self.bound.as_ref());
        let named = of(Some(self.redirect_uri.as_str()));
        if self.named_redirect { vec![named] } else { vec![named, of(None)] }
    }

    /// Who allowed it.
    pub fn person(&self) -> Owner<'_> {
        Owner { issuer: &self.issuer, subject: &self.subject }
    }

    /// The grant that it begins, before it has an end.
    pub fn record(&self) -> Record {
        Record {
            sub: self.subject.clone(),
            issuer: self.issuer.clone(),
            client: self.client.clone(),
            scope: self.scope.clone(),
            resources: self.resources.clone(),
            ..Record::default()
        }
    }

    /// Whether what is shown fits, and if not, why.
    fn check(&self, shown: &Shown<'_>) -> Result<(), Reason> {
        let is_address = match shown.redirect_uri {
            Some(address) => address == self.redirect_uri,
            None => !self.named_redirect,
        };
        if self.client != shown.client || !is_address {
            return Err(Reason::CodeMisdirected);
        }
        if !is_verified(self.challenge.as_deref(), shown.verifier) {
            return Err(Reason::PkceMismatch);
        }
        if self.bound.is_some() && self.bound != shown.bound {
            return Err(Reason::DpopKey);
        }
        Ok(())
    }

    fn write(&self) -> String {
        let mut text = json!({
            "client": self.client,
            "redirect_uri": self.redirect_uri,
            "named": self.named_redirect,
            "sub": self.subject,
            "scope": self.scope,
            "resources": self.resources,
            "challenge": self.challenge,
            "jkt": self.bound.map(|bound| bound.text()),
        });
        if let Some(members) = text.as_object_mut().filter(|_| !self.issuer.is_empty()) {
            members.insert("iss".to_owned(), json!(self.issuer));
        }
        text.to_string()
    }

    /// `VaultUnavailable`: what cannot be read is no answer.
    fn read(text: &str) -> Result<Self, Reason> {
        Self::parse(text).ok_or(Reason::VaultUnavailable)
    }

    fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_slice(text.as_bytes()).ok()?;
        let word = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            client: word("client")?,
            redirect_uri: word("redirect_uri")?,
            named_redirect: value.get("named")?.as_bool()?,
            subject: word("sub")?,
            issuer: word("iss").unwrap_or_default(),
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
            challenge_of(verifier).is_some_and(|expected| bool::from(expected.as_bytes().ct_eq(challenge.as_bytes())))
        }
        _ => false,
    }
}

/// The challenge of a verifier by S256 (RFC 7636 section 4.2); None if it can be none.
fn challenge_of(verifier: &str) -> Option<String> {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_one = (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved);
    is_one.then(|| base64url(&sha256(&[verifier.as_bytes()])))
}

#[cfg(test)]
mod tests {
    use super::{Authorization, Shown, is_verified};
    use crate::credential::dpop::Thumbprint;
    use crate::ports::Kept;
    use proptest::prelude::*;

    const VERIFIERS: [&str; 3] =
        ["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "another-verifier-of-forty-three-characters-", "short"];
    const CHALLENGES: [&str; 3] = ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "short", ""];
    const KEYS: [&str; 2] =
        ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"];

    /// One of these texts, or none.
    fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
        prop::option::of(prop::sample::select(texts))
    }

    proptest! {
        #[test]
        fn the_ledger_compares_as_the_gateway_does(
            (client, other) in (prop::sample::select(&["a", "b", ""][..]), prop::sample::select(&["a", "b", ""][..])),
            (address, shown_address) in (prop::sample::select(&["x", "y", ""][..]), one_of(&["x", "y", ""])),
            (named_redirect, challenge, verifier) in (any::<bool>(), one_of(&CHALLENGES), one_of(&VERIFIERS)),
            (key, shown_key) in (one_of(&KEYS), one_of(&KEYS)),
        ) {
            let allowed = Authorization {
                client: client.to_owned(),
                redirect_uri: address.to_owned(),
                named_redirect,
                challenge: challenge.map(str::to_owned),
                bound: key.and_then(Thumbprint::read),
                ..Authorization::default()
            };
            let bound = shown_key.and_then(Thumbprint::read);
            let shown = Shown { client: other, redirect_uri: shown_address, verifier, bound };
            let note = Kept::write(&allowed.ways(), "");
            let is_met = Kept::read(&note).is_for(shown.ways().iter().map(String::as_str));
            prop_assert_eq!(is_met, allowed.check(&shown).is_ok(), "{:?} {:?}", allowed, shown);
        }
    }

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
