//! The reasons of a sign-in with a provider, which follow the others.

/// Hands them over behind those that are given.
macro_rules! with_reasons_of_providers {
    ($declare:ident { $($before:tt)* }) => {
        $declare! {
            $($before)*

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
        }
    };
}
