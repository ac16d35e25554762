//! What a token of a grant says of itself, and how much of its grant that is.

use crate::credential::dpop::{Proof, Thumbprint};
use crate::policy::is_same_resource;
use crate::refusal::Reason;
use crate::sealed::record::Record;
use crate::sealed::seal::Sealed;

/// What a token of a grant says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Which grant.
    pub family: [u8; 16],
    /// After how many refreshes.
    pub generation: u32,
    /// A bit for each scope of the grant, in its order.
    pub scopes: u64,
    /// A bit for each of its resources; none: any.
    pub resources: u8,
    /// The key that it is bound to (RFC 9449 section 6).
    pub bound: Option<Thumbprint>,
}

/// A token of a grant that is authentic, and what it says of itself. Storage was not asked.
#[derive(Debug, Clone)]
pub struct GrantToken {
    /// The token.
    pub sealed: Sealed,
    /// What it says.
    pub claims: Claims,
}

/// What a client asks for with a code or a refresh token.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Scopes, no more than were granted; None: all of them.
    pub scope: Option<String>,
    /// Resources, the same.
    pub resources: Vec<String>,
    /// The proof of the key that the tokens are to be bound to. It is used up before the code or token is.
    pub proof: Option<Proof>,
    /// Whether the refresh token is bound to it too: where no secret proves who refreshes.
    pub binds_refresh: bool,
}

/// The claims of an authentic token; None for one that belongs to no grant.
pub fn claims(token: &Sealed) -> Option<Claims> {
    token.is_for(AUDIENCE).then(|| Claims::read(token.payload.expose())).flatten()
}

impl Wanted {
    /// The key that the tokens are to be bound to.
    pub fn bound(&self) -> Option<Thumbprint> {
        self.proof.map(|proof| proof.key)
    }
}

/// Whether a grant holds all that is asked for: its scopes and resources as bits.
///
/// # Errors
/// `ScopeRefused`, `ResourceRefused`.
pub fn check_wanted(record: &Record, wanted: &Wanted) -> Result<(u64, u64), Reason> {
    let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let asked = wanted.scope.as_deref().map(words);
    let scopes = bits(&record.scope, asked.as_deref(), |known, word| known == word).ok_or(Reason::ScopeRefused)?;
    let asked = Some(wanted.resources.as_slice()).filter(|named| !named.is_empty());
    let resources = bits(&record.resources, asked, is_same_resource).ok_or(Reason::ResourceRefused)?;
    Ok((scopes, resources))
}

/// The scopes of a grant that a token has.
pub fn scopes(record: &Record, claims: &Claims) -> Vec<String> {
    let granted = record.scope.split_ascii_whitespace().enumerate();
    granted.filter(|(at, _)| has_bit(claims.scopes, *at)).map(|(_, scope)| scope.to_owned()).collect()
}

/// The resources of a grant that a token is for; empty: it is not bound to any.
pub fn resources(record: &Record, claims: &Claims) -> Vec<String> {
    let granted = record.resources.split_ascii_whitespace().enumerate();
    granted.filter(|(at, _)| has_bit(claims.resources.into(), *at)).map(|(_, one)| one.to_owned()).collect()
}

impl Claims {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bytes = self.family.to_vec();
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.scopes.to_be_bytes());
        bytes.push(self.resources);
        bytes.extend(self.bound.iter().flat_map(|bound| bound.0));
        bytes
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (family, rest) = bytes.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (scopes, rest) = rest.split_first_chunk()?;
        let (resources, bound) = rest.split_first()?;
        let bound = match bound {
            [] => None,
            bound => Some(Thumbprint(bound.try_into().ok()?)),
        };
        Some(Self {
            family: *family,
            generation: u32::from_be_bytes(*generation),
            scopes: u64::from_be_bytes(*scopes),
            resources: *resources,
            bound,
        })
    }
}

/// A bit for each word of the list that is asked for, or for all of them; None if one is asked for that is not there.
fn bits(list: &str, asked: Option<&[String]>, is_same: fn(&str, &str) -> bool) -> Option<u64> {
    let words: Vec<&str> = list.split_ascii_whitespace().collect();
    let bit = |at: usize| 1_u64.checked_shl(u32::try_from(at).ok()?);
    match asked {
        None => (0..words.len()).try_fold(0, |bits, at| Some(bits | bit(at)?)),
        Some(asked) => {
            asked.iter().try_fold(0, |bits, word| Some(bits | bit(words.iter().position(|one| is_same(one, word))?)?))
        }
    }
}

fn has_bit(bits: u64, at: usize) -> bool {
    u32::try_from(at).ok().and_then(|at| bits.checked_shr(at)).is_some_and(|bits| bits & 1 == 1)
}

/// What keeps the tokens of a grant from being taken for others.
pub(super) const AUDIENCE: &str = "grant";
