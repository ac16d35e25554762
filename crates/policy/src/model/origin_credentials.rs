//! What the gateway shows an origin, so that it answers nobody else. The values are Worker secrets; here are their names.

/// `authorization = { … }` and `set_secret = { … }` of an origin, and of a route beside those of its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OriginCredentials {
    /// In place of the client's Authorization, which never goes through.
    pub authorization: Option<OriginAuthorization>,
    /// Request headers, each with the name of the secret that holds its value.
    pub headers: Vec<(String, String)>,
}

/// `authorization = { … }`: scheme, and the name of the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginAuthorization {
    /// `basic = "NAME"`: the secret holds `user:password` (RFC 7617).
    Basic(String),
    /// `bearer = "NAME"`: the secret holds a token (RFC 6750).
    Bearer(String),
}

impl OriginCredentials {
    /// Names of the secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let authorization = self.authorization.as_ref().map(|authorization| match authorization {
            OriginAuthorization::Basic(name) | OriginAuthorization::Bearer(name) => name,
        });
        authorization.into_iter().chain(self.headers.iter().map(|(_, name)| name)).map(String::as_str)
    }
}

coded!(struct OriginCredentials { authorization, headers });
coded!(enum OriginAuthorization { 0 Basic(name), 1 Bearer(name) });
