//! The format of a refusal.

use crate::policy::Dialect;

/// In which format a request is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ErrorFormat {
    /// The RFCs'.
    #[default]
    Generic,
    /// The envelope of the Luminate API.
    Luminate(ResponseFormat),
    /// The error object of Checkfront's API.
    Checkfront,
    /// What SuperOffice's WebApi says.
    SuperOffice,
}

impl ErrorFormat {
    /// The format of a route.
    pub fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Generic => ErrorFormat::Generic,
            Dialect::Checkfront => ErrorFormat::Checkfront,
            Dialect::SuperOffice => ErrorFormat::SuperOffice,
        }
    }
}

/// How the caller of one call of the Luminate API wants to be answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResponseFormat {
    /// `response_format=json`; XML by default.
    pub json: bool,
    /// `suppress_response_codes=true`: every answer says 200.
    pub suppress_response_codes: bool,
}
