//! The tokens of a generation: made so that the same are made again from the same parent and time.

use crate::credential::grant::Grants;
use crate::credential::grant::claims::{self, AUDIENCE, Claims, Wanted, check_wanted};
use crate::ports::Entropy;
use crate::refusal::Reason;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed, Terms};

/// Tokens as they are handed over.
#[derive(Debug)]
pub struct Issued {
    /// The access token.
    pub access: Sealed,
    /// The refresh token.
    pub refresh: Sealed,
    /// What the access token may.
    pub scope: Vec<String>,
    /// Who allowed it.
    pub subject: String,
}

/// A generation of a grant's tokens. They follow from the code or refresh token before, the key and the time.
pub(super) struct Generation<'a> {
    /// The code or refresh token before.
    pub(super) parent: &'a Sealed,
    /// Which grant.
    pub(super) family: [u8; 16],
    /// The grant's record, as of this generation.
    pub(super) record: &'a Record,
    /// Unix seconds: when the parent was used up.
    pub(super) at: u64,
}

impl Generation<'_> {
    /// Makes its tokens.
    ///
    /// # Errors
    /// `ScopeRefused`, `ResourceRefused`, `SecretMissing`; `RefreshExpired` after more refreshes than can be counted.
    pub(super) fn issue<P>(&self, grants: &Grants<'_, P>, wanted: &Wanted) -> Result<Issued, Reason> {
        let Self { parent, family, record, at } = *self;
        let Grants { ctx, policy } = *grants;
        let (scopes, resources) = check_wanted(record, wanted)?;
        let (all_scopes, all_resources) = check_wanted(record, &Wanted::default())?;
        let generation = u32::try_from(record.generation).map_err(|_| Reason::RefreshExpired)?;
        let narrow = |bits: u64| u8::try_from(bits).map_err(|_| Reason::Internal);
        let access = Claims { family, generation, scopes, resources: narrow(resources)?, bound: wanted.bound() };
        let bound = wanted.bound().filter(|_| wanted.binds_refresh);
        let refresh = Claims { scopes: all_scopes, resources: narrow(all_resources)?, bound, ..access.clone() };
        let key = ctx.signing_key(&policy.keys)?;
        let make = |kind, claims: &Claims, lifetime: u64| {
            let payload = claims.write();
            let expires = (at + lifetime).min(record.ends);
            let terms = Terms { kind, issued: at, expires, audience: AUDIENCE, payload: &payload };
            // The payload is masked by what the random bytes give, so they differ with it.
            let purpose = format!("successor {kind:?} {at} {}", crate::digest::hex(&payload));
            seal::seal(&terms, key, &Derived(parent.bind(key.secret, &purpose)))
        };
        Ok(Issued {
            access: make(Kind::Token, &access, policy.access_lifetime)?,
            refresh: make(Kind::Refresh, &refresh, policy.refresh_lifetime)?,
            scope: claims::scopes(record, &access),
            subject: record.sub.clone(),
        })
    }
}

/// Random bytes that are the same whenever the same thing is made.
struct Derived([u8; 32]);

impl Entropy for Derived {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        for (to, from) in bytes.iter_mut().zip(self.0) {
            *to = from;
        }
        Ok(())
    }
}
