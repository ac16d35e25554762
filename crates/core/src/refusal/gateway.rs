//! What a route asks for beside its credential, the gateway's own pages, and what the gateway needs itself.

/// Hands these reasons to the next list, behind those that are given.
macro_rules! reasons_of_gateway {
    ({ $($before:tt)* } $next:ident $($after:ident)*) => { $next! { { $($before)*

    /// What a browser opens by itself, from another site (Origin, Fetch Metadata).
    CrossSite = "cross_site" => Forbidden,
    /// A webhook's signature, its time or a field that it covers is missing or not well formed.
    WebhookMalformed = "webhook_malformed" => BadCredentialRequest,
    /// None of the sender's secrets made the signature over this body.
    WebhookSignatureMismatch = "webhook_signature_mismatch" => CredentialInvalid,
    /// A webhook was sent too long ago, or its time lies too far ahead.
    WebhookExpired = "webhook_expired" => CredentialInvalid,
    /// This very delivery came before.
    WebhookReplayed = "webhook_replayed" => CredentialInvalid,
    /// The client is not in the network that the route asks for.
    NetworkNotAllowed = "network_not_allowed" => Forbidden,
    /// The credential does not say what the route requires of its holder.
    RuleNotMet = "rule_not_met" => Forbidden,
    /// The claims that the origin is to be told are more than a header holds.
    ClaimsTooLarge = "claims_too_large" => Forbidden,
    /// The account or the password is wrong.
    SignInFailed = "sign_in_failed" => SignInFailed,
    /// Too many failures from this network.
    Throttled = "throttled" => TooManyRequests,
    /// More requests than the route's `rate` lets through.
    RateExceeded = "rate_exceeded" => RateExceeded,
    /// The admin API does not answer this client address.
    AdminAddress = "admin_address" => Forbidden,
    /// Not the admin key.
    AdminKey = "admin_key" => CredentialInvalid,
    /// The admin request's body is not what the endpoint takes.
    AdminRequest = "admin_request" => BadRequest,

    /// The route, or the whole gateway, is closed for maintenance.
    Maintenance = "maintenance" => Maintenance,
    /// The policy handed over through the binding is not valid.
    PolicyInvalid = "policy_invalid" => Unavailable,
    /// A secret that the request's credential needs is not set, or holds a published demo value.
    SecretMissing = "secret_missing" => Unavailable,
    /// A secret that an origin is to be shown cannot be sent: a control character, no colon in `user:password`, no token.
    SecretMalformed = "secret_malformed" => Unavailable,
    /// A binding that the request needs is not there.
    BindingMissing = "binding_missing" => Unavailable,
    /// KV did not answer.
    VaultUnavailable = "vault_unavailable" => Unavailable,
    /// The Durable Object did not answer.
    LedgerUnavailable = "ledger_unavailable" => Unavailable,
    /// The rate limit or the counter of guesses did not answer.
    LimiterUnavailable = "limiter_unavailable" => Unavailable,
    /// The runtime gave no randomness.
    EntropyUnavailable = "entropy_unavailable" => Unavailable,
    /// The identity key could not sign.
    SignerUnavailable = "signer_unavailable" => Unavailable,
    /// The origin's password check did not answer as agreed within 3 s.
    PasswordCheckUnavailable = "password_check_unavailable" => Unavailable,
    /// The requests that wait hold as much memory as they may.
    Overloaded = "overloaded" => Unavailable,
    /// The bucket failed, or did not answer what it was asked.
    BucketUnavailable = "bucket_unavailable" => Unavailable,
    /// The origin did not answer.
    OriginUnavailable = "origin_unavailable" => BadGateway,
    /// The origin's answer did not begin within its `timeout`.
    OriginTimeout = "origin_timeout" => GatewayTimeout,
    /// A fault of the gateway itself.
    Internal = "internal" => Internal,
    } $($after)* } };
}
