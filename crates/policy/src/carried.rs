//! What an origin never receives, as one policy has it.

/// What a policy's kinds of credential are carried in, whichever route accepts them.
#[derive(Debug, Clone, Default)]
pub struct Carried {
    /// Header fields, in lower case.
    pub headers: Vec<&'static str>,
    /// Cookies, without a prefix.
    pub cookies: Vec<String>,
    /// Query parameters.
    pub parameters: Vec<String>,
    /// Beginnings of the names of query parameters, in lower case.
    pub prefixes: Vec<&'static str>,
}
