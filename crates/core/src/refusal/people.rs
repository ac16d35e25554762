//! Sessions, and how people come to one: brokers, providers, nonces.

/// Hands these reasons to the next list, behind those that are given.
macro_rules! reasons_of_people {
    ({ $($before:tt)* } $next:ident $($after:ident)*) => { $next! { { $($before)*

    /// Two session cookies, or a Cookie header that hides one.
    SessionDuplicate = "session_duplicate" => SessionInvalid,
    /// Not a session of this gateway: form, key id or MAC.
    SessionForged = "session_forged" => SessionInvalid,
    /// The session's absolute lifetime is over.
    SessionExpired = "session_expired" => SessionInvalid,
    /// Nothing was heard of the session for longer than the idle limit.
    SessionIdle = "session_idle" => SessionInvalid,
    /// The session is authentic but has no record.
    SessionUnknown = "session_unknown" => SessionInvalid,
    /// The session was ended.
    SessionRevoked = "session_revoked" => SessionInvalid,

    /// Not a state of this gateway for this broker or provider: form, key id or MAC.
    BrokerStateForged = "broker_state_forged" => Forbidden,
    /// The browser took too long at the broker or the provider.
    BrokerStateExpired = "broker_state_expired" => Forbidden,
    /// The answer of the broker or provider came in another browser than the one that was sent.
    BrokerBrowser = "broker_browser" => Forbidden,

    /// The provider did not answer as agreed: its document, its keys, its token or userinfo endpoint.
    ProviderUnavailable = "provider_unavailable" => Unavailable,
    /// The provider does not take the gateway for its client: the id, the secret or the way to show it.
    ProviderClient = "provider_client" => Unavailable,
    /// The provider does not take the code or the request.
    ProviderRefused = "provider_refused" => Forbidden,
    /// The provider says that somebody may not sign in, or did not want to.
    ProviderDenied = "provider_denied" => Forbidden,
    /// What came back from the provider has no code, or is another provider's (RFC 9207).
    ProviderAnswer = "provider_answer" => Forbidden,
    /// What came back from the provider came back before.
    ProviderReplayed = "provider_replayed" => Forbidden,
    /// The id_token is missing, or is not of this sign-in: nonce, party, access token, person.
    IdTokenInvalid = "id_token_invalid" => Forbidden,
    /// A browser that was just signed in came without a session, so it is not sent to the provider again.
    SignInLoop = "sign_in_loop" => Forbidden,
    /// The session was not opened by a provider that the route asks for.
    SessionProvider = "session_provider" => CredentialInvalid,
    /// The provider, or the policy, does not know the session's person any more.
    SessionRemoved = "session_removed" => SessionInvalid,
    /// Not a logout token of the provider for this gateway, or one that came before.
    LogoutToken = "logout_token" => BadRequest,

    /// Not a nonce of this gateway: form, key id or MAC.
    NonceForged = "nonce_forged" => NonceInvalid,
    /// The nonce's time is over.
    NonceExpired = "nonce_expired" => NonceInvalid,
    /// The nonce was minted for another route.
    NonceWrongRoute = "nonce_wrong_route" => NonceInvalid,
    /// The nonce is authentic but has no record.
    NonceUnknown = "nonce_unknown" => NonceInvalid,
    /// The nonce has been used.
    NonceReplayed = "nonce_replayed" => NonceInvalid,
    /// A HEAD, prefetch or preview of a nonce: neither used up nor let through.
    NonceNotUsed = "nonce_not_used" => NotUsedUp,
    } $($after)* } };
}
