//! Signed links and redirects, Bearer tokens of this gateway and of others, and the proofs that go with them.

/// Hands these reasons to the next list, behind those that are given.
macro_rules! reasons_of_credentials {
    ({ $($before:tt)* } $next:ident $($after:ident)*) => { $next! { { $($before)*

    /// A link's signing parameters are incomplete or not of their form.
    LinkMalformed = "link_malformed" => LinkInvalid,
    /// The link names a key that the route does not accept.
    LinkKeyUnknown = "link_key_unknown" => LinkInvalid,
    /// The link's MAC is not the one that its key gives.
    LinkSignatureMismatch = "link_signature_mismatch" => LinkInvalid,
    /// A parameter that may not be there follows the link's signature.
    LinkParameterAfterSignature = "link_parameter_after_signature" => LinkInvalid,
    /// `eg_exp` is past.
    LinkExpired = "link_expired" => LinkExpired,
    /// `eg_nbf` is ahead.
    LinkNotYetValid = "link_not_yet_valid" => LinkNotYetValid,
    /// `eg_exp` is further ahead than the policy allows.
    LinkLifetimeTooLong = "link_lifetime_too_long" => LinkInvalid,
    /// The link is bound to another client address.
    LinkAddressMismatch = "link_address_mismatch" => LinkInvalid,
    /// The link is for another folder.
    LinkPathMismatch = "link_path_mismatch" => LinkInvalid,
    /// The route wants links bound to an address and this one is not.
    LinkAddressMissing = "link_address_missing" => LinkInvalid,
    /// The link has been used.
    LinkReplayed = "link_replayed" => LinkUsed,
    /// A HEAD, prefetch or preview of a link that works once: neither used up nor let through.
    LinkNotUsed = "link_not_used" => NotUsedUp,

    /// A signed redirect's `ts` or signature is missing or not of its form.
    RedirectMalformed = "redirect_malformed" => LinkInvalid,
    /// The signature is not the digest of the query and any key.
    RedirectSignatureMismatch = "redirect_signature_mismatch" => LinkInvalid,
    /// Something follows the signature.
    RedirectParameterAfterSignature = "redirect_parameter_after_signature" => LinkInvalid,
    /// `ts` is longer ago than the window.
    RedirectExpired = "redirect_expired" => LinkExpired,
    /// `ts` is further ahead than the window.
    RedirectNotYetValid = "redirect_not_yet_valid" => LinkNotYetValid,
    /// The signature has been used.
    RedirectReplayed = "redirect_replayed" => LinkUsed,
    /// A HEAD, prefetch or preview of a redirect that works once.
    RedirectNotUsed = "redirect_not_used" => NotUsedUp,

    /// Bearer tokens in more than one place (RFC 6750 section 2).
    BearerMultiple = "bearer_multiple" => BadCredentialRequest,
    /// A Bearer token where this route does not take one (query or form).
    BearerPlaceNotAllowed = "bearer_place_not_allowed" => BadCredentialRequest,
    /// The form that should hold a token is not what its type says.
    FormMalformed = "form_malformed" => BadCredentialRequest,
    /// Not a token of this gateway: form, key id or MAC.
    TokenForged = "token_forged" => TokenInvalid,
    /// The token's time is over.
    TokenExpired = "token_expired" => TokenInvalid,
    /// The token is authentic but has no record.
    TokenUnknown = "token_unknown" => TokenInvalid,
    /// The token was revoked.
    TokenRevoked = "token_revoked" => TokenInvalid,
    /// The token lacks a scope that the route asks for.
    TokenScope = "token_scope" => InsufficientScope,
    /// The token was replaced by a refresh.
    TokenSuperseded = "token_superseded" => TokenInvalid,
    /// The client that the token was issued to does not exist any more.
    TokenClient = "token_client" => TokenInvalid,
    /// The token was issued for other resources (RFC 8707).
    TokenResource = "token_resource" => TokenInvalid,
    /// A token that is bound to a key came without that key's proof, or one that is not bound came with one.
    TokenBinding = "token_binding" => TokenInvalid,

    /// A Bearer token of none of the issuers that the route accepts.
    JwtIssuer = "jwt_issuer" => TokenInvalid,
    /// What should be a JWT is none: its three parts, its header, its claims.
    JwtMalformed = "jwt_malformed" => TokenInvalid,
    /// The JWT is signed by an algorithm that the policy does not name, or wants what is not understood (`crit`).
    JwtAlgorithm = "jwt_algorithm" => TokenInvalid,
    /// The issuer has no key that fits the JWT.
    JwtKeyUnknown = "jwt_key_unknown" => TokenInvalid,
    /// The JWT's signature is not that of the issuer's key.
    JwtSignature = "jwt_signature" => TokenInvalid,
    /// The JWT is for somebody else (`aud`).
    JwtAudience = "jwt_audience" => TokenInvalid,
    /// A claim that the policy requires is not there, or says something else; or the tenant is not that of `iss`.
    JwtClaim = "jwt_claim" => TokenInvalid,
    /// The JWT's time is over (`exp`).
    JwtExpired = "jwt_expired" => TokenInvalid,
    /// The JWT's time has not come (`nbf`, `iat`).
    JwtNotYetValid = "jwt_not_yet_valid" => TokenInvalid,
    /// The JWT does not say who it is about.
    JwtSubject = "jwt_subject" => TokenInvalid,
    /// The issuer says that the token is not active.
    TokenInactive = "token_inactive" => TokenInvalid,
    /// The issuer's keys could not be had.
    KeysUnavailable = "keys_unavailable" => Unavailable,
    /// The issuer did not answer as agreed whether a token is active.
    IntrospectionUnavailable = "introspection_unavailable" => Unavailable,

    /// A DPoP proof is missing, not one, or not of its form (RFC 9449 section 4).
    DpopMalformed = "dpop_malformed" => TokenInvalid,
    /// The proof is for another method, address or token.
    DpopMismatch = "dpop_mismatch" => TokenInvalid,
    /// The proof was made too long ago, or lies ahead.
    DpopStale = "dpop_stale" => TokenInvalid,
    /// The proof has been used.
    DpopReplayed = "dpop_replayed" => TokenInvalid,
    /// The proof is of another key than the credential is bound to.
    DpopKey = "dpop_key" => TokenInvalid,
    } $($after)* } };
}
