//! Calls and redirects of the Luminate dialect.

/// Hands these reasons to the next list, behind those that are given.
macro_rules! reasons_of_luminate {
    ({ $($before:tt)* } $next:ident $($after:ident)*) => { $next! { { $($before)*

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
    } $($after)* } };
}
