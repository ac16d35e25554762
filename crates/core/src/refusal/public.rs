//! What a caller is told of a refusal: few words for many reasons.

/// Declares the public answers: status, code, title, and what the caller can do.
macro_rules! publics {
    ($($name:ident = $status:literal $code:literal $title:literal $advice:literal,)+) => {
        /// What a caller is told of a refusal: few words for many reasons.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Public { $($name,)+ }

        impl Public {
            /// HTTP status (RFC 9110 section 15).
            pub const fn status(self) -> u16 {
                match self { $(Public::$name => $status,)+ }
            }
            /// Stable public code, the member `code` of problem+json.
            pub const fn code(self) -> &'static str {
                match self { $(Public::$name => $code,)+ }
            }
            /// What happened, in one short sentence.
            pub const fn title(self) -> &'static str {
                match self { $(Public::$name => $title,)+ }
            }
            /// What the caller can do about it.
            pub const fn advice(self) -> &'static str {
                match self { $(Public::$name => $advice,)+ }
            }
        }
    };
}

publics! {
    BadRequest = 400 "bad_request" "The request is not valid." "Check the method and the body against the documentation.",
    Ambiguous = 400 "ambiguous_request" "The address can be read in more than one way." "Write the address plainly and in its own case: no dot segments, no double or escaped slashes, no needless escapes.",
    BadCredentialRequest = 400 "invalid_request" "The credentials are repeated or not well formed." "Send one credential, in one place.",
    CredentialMissing = 401 "credential_missing" "This needs a credential." "Sign in, or use the link or token you were given.",
    CredentialInvalid = 401 "credential_invalid" "The credential is not accepted here." "Use the kind of credential that this address asks for.",
    TokenInvalid = 401 "invalid_token" "The access token is not valid." "Ask for a new token.",
    TicketInvalid = 401 "ticket_invalid" "The ticket is not valid." "Ask for a new ticket.",
    InsufficientScope = 403 "insufficient_scope" "The access token does not cover this." "Ask for a token with the scope named in WWW-Authenticate.",
    SessionInvalid = 401 "session_invalid" "The session has ended." "Sign in again.",
    SignInFailed = 401 "sign_in_failed" "The account or the password is not right." "Check both and try again.",
    LinkInvalid = 403 "link_invalid" "The link is not valid." "Use the link exactly as it was sent, or ask for a new one.",
    LinkExpired = 403 "link_expired" "The link has expired." "Ask for a new link.",
    LinkNotYetValid = 403 "link_not_yet_valid" "The link is not valid yet." "Try again later.",
    LinkUsed = 403 "link_used" "The link has been used; it works only once." "Ask for a new link.",
    NonceInvalid = 403 "nonce_invalid" "The link is not valid, or it has been used." "Ask for a new link, or sign in.",
    NotUsedUp = 403 "not_used_up" "The link works once and this request did not use it." "Open the link with an ordinary GET request.",
    Forbidden = 403 "forbidden" "This is not allowed." "Start again from the site itself.",
    TransportInsecure = 403 "https_required" "This address is only served over https." "Use the address with https:// in front.",
    NotFound = 404 "not_found" "There is nothing at this address." "Check the address.",
    MethodNotAllowed = 405 "method_not_allowed" "This address does not take this method." "Use a method named in Allow.",
    RequestTimeout = 408 "request_timeout" "The request took too long to arrive." "Send it again.",
    LengthRequired = 411 "length_required" "The length of the body is missing." "Send Content-Length.",
    BodyTooLarge = 413 "body_too_large" "The body is too large." "Send less.",
    UrlTooLong = 414 "url_too_long" "The address is too long." "Shorten the address.",
    TooManyRequests = 429 "too_many_requests" "Too many attempts." "Wait a minute and try again.",
    RateExceeded = 429 "rate_exceeded" "Too many requests." "Wait a moment and try again; Retry-After says how long.",
    HeadersTooLarge = 431 "headers_too_large" "The request's headers are too large." "Clear this site's cookies and try again.",
    Internal = 500 "internal" "The gateway failed." "Try again; if it stays, tell the site's owner the request id.",
    MethodUnknown = 501 "method_unknown" "This method is not supported." "Use another method.",
    BadGateway = 502 "bad_gateway" "The site behind the gateway did not answer." "Try again later.",
    Unavailable = 503 "unavailable" "The gateway cannot judge this request now." "Try again later; if it stays, tell the site's owner the request id.",
    Maintenance = 503 "maintenance" "The site is being worked on." "It will be back soon. Try again later.",
    GatewayTimeout = 504 "gateway_timeout" "The site behind the gateway took too long." "Try again later.",
}
