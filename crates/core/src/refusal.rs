//! Why a request was not let through.
//!
//! [`Reason`] is closed and its codes are stable: the log, `edgegate explain` and alarms speak of them. The caller gets less:
//! [`Reason::public`] maps many reasons to few [`Public`] answers, so that no answer tells how close a forgery came.

// First: its macro declares the reasons.
#[macro_use]
mod declare;
#[macro_use]
mod providers;

mod public;
#[cfg(test)]
mod tests;

pub use crate::refusal::public::Public;

with_reasons_of_providers! { reasons {
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

    /// The caller's API key is missing or none of the policy's.
    ApiKeyUnknown = "api_key_unknown" => CredentialInvalid,
    /// A call names no person, or one in two ways.
    CallMalformed = "call_malformed" => BadRequest,
    /// A call asks for a version of the API that does not exist.
    CallVersion = "call_version" => BadRequest,
    /// A call asks for an answer in a format that does not exist.
    CallFormat = "call_format" => BadRequest,
    /// A call names no method.
    CallMethodMissing = "call_method_missing" => BadRequest,
    /// A call names a servlet or a method that does not exist.
    CallMethodUnknown = "call_method_unknown" => BadRequest,
    /// A call lacks a parameter that its method needs.
    CallParameterMissing = "call_parameter_missing" => BadRequest,
    /// Server calls are not taken from this client address.
    ServerAddress = "server_address" => Forbidden,
    /// The administrator's name or password is wrong.
    AdministratorRefused = "administrator_refused" => CredentialInvalid,
    /// The administrator may not call this method.
    MethodNotPermitted = "method_not_permitted" => Forbidden,
    /// A token is needed that shows that the caller could read a page of its session.
    BoundTokenMissing = "bound_token_missing" => CredentialInvalid,
    /// The token belongs to another session, or is none.
    BoundTokenMismatch = "bound_token_mismatch" => CredentialInvalid,
    /// A credential is where it must not be: in an address, or in a body.
    CredentialMisplaced = "credential_misplaced" => BadCredentialRequest,
    /// Two credentials of one call belong to different people.
    SessionConflict = "session_conflict" => CredentialInvalid,
    /// No one is signed in.
    NotSignedIn = "not_signed_in" => CredentialInvalid,
    /// Not a single sign-on token of this gateway.
    SignOnForged = "sign_on_forged" => CredentialInvalid,
    /// The single sign-on token's time is over.
    SignOnExpired = "sign_on_expired" => CredentialInvalid,
    /// The origin knows no person of that number.
    SubjectUnknown = "subject_unknown" => BadRequest,
    /// The browser was to be sent to a host that the policy does not list.
    RedirectTarget = "redirect_target" => BadRequest,
    /// The browser was to be sent to what is neither an http or https address nor a path of this host.
    RedirectScheme = "redirect_scheme" => BadRequest,
    /// The address of a redirect holds a control character, a backslash, or another that is read in two ways.
    RedirectCharacters = "redirect_characters" => BadRequest,
    /// The address of a redirect has a user name or password before its host.
    RedirectUserinfo = "redirect_userinfo" => BadRequest,
    /// The host of a redirect is not written in the one form that every parser reads alike.
    RedirectHost = "redirect_host" => BadRequest,
    /// The address of a redirect is too long.
    RedirectTooLong = "redirect_too_long" => BadRequest,
    /// A placeholder in the address of a redirect is not closed, not in a value, or not known here.
    RedirectPlaceholder = "redirect_placeholder" => BadRequest,
    /// A redirect that is to be signed says itself who somebody is.
    RedirectIdentity = "redirect_identity" => BadRequest,
    /// A query that is to be signed begins with something else than a letter or `_`: it could be read as another signed text.
    RedirectQuery = "redirect_query" => BadRequest,

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
} }
