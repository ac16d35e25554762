//! An answer that the gateway gives itself.

/// An answer of the gateway itself. `Cache-Control: no-store` and `nosniff` are added to each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields in order; a name may occur twice.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// A body that is no text, in place of that.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// An answer with a body of that type.
    pub fn new(status: u16, content_type: &str, body: String) -> Self {
        let headers = vec![
            ("content-type", content_type.to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
            ("referrer-policy", "strict-origin".to_owned()),
        ];
        Self { status, headers, body, bytes: Vec::new() }
    }

    /// A JSON answer.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, "application/json", format!("{value}\n"))
    }

    /// A redirect that turns every method into GET (RFC 9110 section 15.4.4).
    pub fn see_other(location: String) -> Self {
        Self::new(303, "text/plain; charset=utf-8", String::new()).with("location", location)
    }

    /// A redirect (RFC 9110 section 15.4.3).
    pub fn found(location: String) -> Self {
        Self::new(302, "text/plain; charset=utf-8", String::new()).with("location", location)
    }

    /// That every cache may keep for five minutes, instead of none.
    pub fn kept(mut self) -> Self {
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| *name == "cache-control") {
            *value = "public, max-age=300".to_owned();
        }
        self
    }

    /// That every cache may keep for good: its address changes with it.
    pub fn kept_for_good(mut self) -> Self {
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| *name == "cache-control") {
            *value = "public, max-age=31536000, immutable".to_owned();
        }
        self
    }

    /// That is another one for another value of a request's field (RFC 9110 section 12.5.5).
    pub fn varying(mut self, field: &str) -> Self {
        match self.headers.iter_mut().find(|(name, _)| *name == "vary") {
            Some((_, value)) => *value = format!("{field}, {value}"),
            None => self.headers.push(("vary", field.to_owned())),
        }
        self
    }

    /// With one more header field.
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// An answer that also hands over or takes back cookies.
pub fn with_cookies(answer: Answer, cookies: Vec<String>) -> Answer {
    cookies.into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie))
}
