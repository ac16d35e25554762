//! A request is not of the form that the gateway lets through, or brings no credential that its route takes.

/// Hands these reasons to the next list, behind those that are given.
macro_rules! reasons_of_requests {
    ({ $($before:tt)* } $next:ident $($after:ident)*) => { $next! { { $($before)*

    /// The URL is longer than the policy's limit.
    UrlTooLong = "url_too_long" => UrlTooLong,
    /// Header names and values together are longer than the policy's limit.
    HeadersTooLarge = "headers_too_large" => HeadersTooLarge,
    /// The declared body, or a form that had to be read, is longer than the policy's limit.
    BodyTooLarge = "body_too_large" => BodyTooLarge,
    /// The form that had to be read did not come within 30 s.
    BodyTimeout = "body_timeout" => RequestTimeout,
    /// The URL or the host is not one that a client sends.
    UrlMalformed = "url_malformed" => Ambiguous,
    /// The path can be read in two ways: dot segments, `//`, `\`, escaped separators, escaped letters.
    PathAmbiguous = "path_ambiguous" => Ambiguous,
    /// The path differs from a guarded route's only in upper and lower case or in path parameters.
    PathCaseAmbiguous = "path_case_ambiguous" => Ambiguous,
    /// Some origins would read the path as one that a route guards which asks for more: a slash, dot or space at its end, a
    /// front controller, a stream, a session segment, letters in another form.
    PathNearGuarded = "path_near_guarded" => Ambiguous,
    /// The path has a `;` and the route does not allow path parameters.
    PathParameter = "path_parameter" => Ambiguous,
    /// The query holds a byte that no client sends unescaped: `"`, `<`, `>`, a space, a control character.
    QueryAmbiguous = "query_ambiguous" => Ambiguous,
    /// A GET or HEAD with a body.
    BodyUnexpected = "body_unexpected" => BadRequest,
    /// Plain http, where the policy's issuer is https.
    TransportInsecure = "transport_insecure" => TransportInsecure,
    /// No client may use this method (RFC 9110 section 9).
    MethodUnknown = "method_unknown" => MethodUnknown,
    /// No route matches.
    NoRoute = "no_route" => NotFound,
    /// The route does not take this method.
    MethodNotAllowed = "method_not_allowed" => MethodNotAllowed,
    /// A parameter asks the origin for another method than the one that was checked.
    MethodOverridden = "method_overridden" => BadRequest,
    /// A cross-origin preflight asks for what the policy does not grant.
    PreflightDenied = "preflight_denied" => Forbidden,

    /// The bucket has no object of that name, or none can have it.
    ObjectMissing = "object_missing" => NotFound,
    /// An upload to a bucket that does not say its length, which the bucket has to know.
    UploadWithoutLength = "upload_without_length" => LengthRequired,
    /// An upload of a part of an object, with a condition that cannot be read, or a DELETE with any.
    UploadUnsupported = "upload_unsupported" => BadRequest,

    /// None of the credentials that the route accepts is there.
    CredentialMissing = "credential_missing" => CredentialMissing,
    /// More than one Authorization value.
    AuthorizationDuplicate = "authorization_duplicate" => BadCredentialRequest,
    /// An Authorization value that is not `scheme SP token`.
    AuthorizationMalformed = "authorization_malformed" => BadCredentialRequest,
    /// An Authorization scheme that the route does not accept.
    SchemeNotAccepted = "scheme_not_accepted" => CredentialInvalid,
    /// Negotiate or NTLM, which authenticate a connection: those to origins are shared by clients.
    SchemeNeedsConnection = "scheme_needs_connection" => CredentialInvalid,
    /// A parameter with a security meaning occurs twice.
    ParameterDuplicate = "parameter_duplicate" => BadCredentialRequest,
    /// Another spelling of a parameter with a security meaning: case, escapes, `.`, `[]`, `;`.
    ParameterShadowed = "parameter_shadowed" => BadCredentialRequest,
    } $($after)* } };
}
