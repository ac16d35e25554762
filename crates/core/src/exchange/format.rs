//! The format of a refusal.

use crate::policy::Dialect;

/// In whose words a request is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Voice {
    /// The RFCs'.
    #[default]
    Generic,
    /// The envelope of the Luminate API.
    Luminate(Manner),
    /// The error object of Checkfront's API.
    Checkfront,
    /// What SuperOffice's WebApi says.
    SuperOffice,
    /// The error object of RFC 6749, in whose texts.
    OAuth(Dialect),
}

impl Voice {
    /// The voice of a route.
    pub fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Generic => Voice::Generic,
            Dialect::Checkfront => Voice::Checkfront,
            Dialect::SuperOffice => Voice::SuperOffice,
        }
    }
}

/// How the caller of one call wants to be answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// `response_format=json`; XML by default.
    pub json: bool,
    /// `suppress_response_codes=true`: every answer says 200.
    pub suppress_response_codes: bool,
}
