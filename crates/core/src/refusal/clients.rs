//! Clients with a secret, the tickets of applications, and the authorization server.

/// Hands these reasons to the next list, behind those that are given.
macro_rules! reasons_of_clients {
    ({ $($before:tt)* } $next:ident $($after:ident)*) => { $next! { { $($before)*

    /// HTTP Basic that is not base64 of `id:secret` (RFC 7617).
    BasicMalformed = "basic_malformed" => BadCredentialRequest,
    /// There is no client of that id.
    ClientUnknown = "client_unknown" => CredentialInvalid,
    /// Not a secret of that client.
    ClientSecret = "client_secret" => CredentialInvalid,
    /// A client that has a secret did not show it, or says twice who it is and not the same.
    ClientUnauthenticated = "client_unauthenticated" => CredentialInvalid,
    /// A client's key and secret where a token or a token pair is asked for, or the other way round.
    ClientKind = "client_kind" => Forbidden,
    /// `X-On-Behalf` names an account, and the credential may not act for others.
    OnBehalf = "on_behalf" => Forbidden,

    /// Not a ticket of this gateway: form or MAC.
    TicketForged = "ticket_forged" => TicketInvalid,
    /// The ticket's time is over, or its session's.
    TicketExpired = "ticket_expired" => TicketInvalid,
    /// The session behind the ticket has no record.
    TicketUnknown = "ticket_unknown" => TicketInvalid,
    /// The session behind the ticket was ended.
    TicketRevoked = "ticket_revoked" => TicketInvalid,
    /// A ticket came without the token of the application that uses it.
    AppTokenMissing = "app_token_missing" => CredentialInvalid,
    /// Not the token of an application.
    AppTokenMismatch = "app_token_mismatch" => CredentialInvalid,

    /// The browser was to be sent back to an address that the client has not registered.
    RedirectUnregistered = "redirect_unregistered" => BadRequest,
    /// A parameter of an OAuth request is missing, not of its form, or asks for what this server has not.
    OAuthParameter = "oauth_parameter" => BadRequest,
    /// A `response_type` that this server has not.
    ResponseType = "response_type" => BadRequest,
    /// A request to the token endpoint says not by what grant.
    GrantTypeMissing = "grant_type_missing" => BadRequest,
    /// A request for tokens by a code has none.
    CodeMissing = "code_missing" => BadRequest,
    /// A request for tokens by a refresh token has none.
    RefreshMissing = "refresh_missing" => BadRequest,
    /// A `grant_type` that this server has not.
    GrantType = "grant_type" => BadRequest,
    /// A scope that the client may not have.
    ScopeRefused = "scope_refused" => BadRequest,
    /// A resource that the client may not ask tokens for.
    ResourceRefused = "resource_refused" => BadRequest,
    /// No PKCE challenge, or one by another method than S256 (RFC 7636).
    PkceMissing = "pkce_missing" => BadRequest,
    /// The person said no.
    ConsentDenied = "consent_denied" => Forbidden,
    /// The form of consent is not that of this session and this request.
    ConsentForged = "consent_forged" => Forbidden,
    /// Not a code of this gateway: form, key id or MAC.
    CodeForged = "code_forged" => BadRequest,
    /// The code's time is over.
    CodeExpired = "code_expired" => BadRequest,
    /// The code is authentic but nothing is known of it.
    CodeUnknown = "code_unknown" => BadRequest,
    /// The code was given to another client, or for another `redirect_uri`.
    CodeMisdirected = "code_misdirected" => BadRequest,
    /// The PKCE verifier is missing or does not fit the challenge.
    PkceMismatch = "pkce_mismatch" => BadRequest,
    /// The code has been used; what it gave is revoked.
    CodeReplayed = "code_replayed" => BadRequest,
    /// Not a refresh token of this gateway: form, key id or MAC.
    RefreshForged = "refresh_forged" => BadRequest,
    /// The refresh token's time is over.
    RefreshExpired = "refresh_expired" => BadRequest,
    /// The refresh token's grant has ended, or nothing is known of it.
    RefreshRevoked = "refresh_revoked" => BadRequest,
    /// The refresh token was issued to another client.
    RefreshMisdirected = "refresh_misdirected" => BadRequest,
    /// The refresh token was used before: a theft, so all that came of its grant is revoked.
    RefreshReused = "refresh_reused" => BadRequest,
    } $($after)* } };
}
