//! The rules that hold for every client, whether the policy names it or the admin API registered it.

use super::host;
use super::{Client, ClientKind, SecretDigest};

/// What has to fit together in every client, its secret aside.
///
/// # Errors
/// The key that is wrong, and the reason.
pub fn check(client: &Client) -> Result<(), (&'static str, String)> {
    let is_pair = client.kind == ClientKind::TokenPair;
    // A resource server that only asks about tokens sends no browser anywhere.
    if !is_pair && !client.introspects_all && client.redirect_uris.is_empty() {
        return Err(("redirect_uris", String::from("is empty, so no browser could be sent back")));
    }
    if client.kind == ClientKind::Public && !client.needs_pkce {
        let reason = "cannot be false for a public client: without a secret it is all that proves who redeems a code";
        return Err(("pkce", String::from(reason)));
    }
    if client.kind == ClientKind::Public && client.introspects_all {
        return Err(("introspect", String::from("is not for a public client, which cannot prove who it is")));
    }
    if client.kind == ClientKind::Public && client.acts_for_others {
        return Err((
            "act_for_others",
            String::from("is not for a public client: anybody's copy of it could name any account"),
        ));
    }
    if client.scope.len() > MOST_SCOPES || client.resources.len() > MOST_RESOURCES {
        let key = if client.scope.len() > MOST_SCOPES { "scope" } else { "resources" };
        return Err((key, format!("is too long; at most {MOST_SCOPES} scopes and {MOST_RESOURCES} resources")));
    }
    let misplaced = [
        ("redirect_uris", !client.redirect_uris.is_empty()),
        ("introspect", client.introspects_all),
        ("pkce", client.needs_pkce),
        ("dpop", client.needs_dpop),
        ("resources", !client.resources.is_empty()),
    ];
    if let Some((key, _)) = misplaced.iter().find(|(_, is_there)| is_pair && *is_there) {
        return Err((key, String::from("has no meaning for a token pair, which asks for no token")));
    }
    if !is_pair && client.subject.is_some() {
        return Err(("subject", String::from("is for a token pair alone; a token is a person's who signed in")));
    }
    Ok(())
}

/// Whether a browser may be sent to an address because another one is registered. Both are compared byte for byte, except
/// that a native app on loopback listens on whichever port is free (RFC 8252 section 7.3): `http://127.0.0.1` and
/// `http://[::1]`, registered without a port, stand for every port. `localhost` does not, since a name may be resolved to
/// another machine (section 8.3).
///
/// # Example
/// ```
/// use edgegate_policy::is_redirect;
///
/// assert!(is_redirect("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
/// assert!(!is_redirect("http://127.0.0.1:8788/cb", "http://127.0.0.1:49152/cb"));
/// assert!(!is_redirect("http://localhost/cb", "http://localhost:49152/cb"));
/// ```
pub fn is_redirect(registered: &str, named: &str) -> bool {
    let is_on_a_port_of = |host: &&str| {
        let path = registered.strip_prefix(*host).filter(|path| path.is_empty() || path.starts_with(['/', '?']))?;
        let port = named.strip_prefix(*host)?.strip_prefix(':')?.strip_suffix(path)?;
        host::port(port).ok()
    };
    registered == named || LOOPBACK.iter().any(|host| is_on_a_port_of(host).is_some())
}

/// Whether two addresses are one resource: a slash at the end makes no other.
pub fn is_same_resource(one: &str, other: &str) -> bool {
    let bare = |text| str::strip_suffix(text, "/").unwrap_or(text);
    bare(one) == bare(other)
}

/// Reads an address that a browser may be sent back to: https, http on loopback, or a private-use scheme with a dot
/// (RFC 8252 section 7.1), in characters that no browser rewrites, without a fragment.
///
/// # Errors
/// The reason.
pub fn redirect_uri(text: &str) -> Result<String, String> {
    let shown = text.escape_debug();
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}#;,".contains(&byte);
    if text.len() > 2000 || !text.bytes().all(is_plain) {
        return Err(format!(
            "`{shown}` is not possible here: up to 2000 characters of an address, without `#` and what browsers rewrite"
        ));
    }
    let (scheme, rest) = text.split_once(':').ok_or_else(|| format!("`{shown}` is not a whole address; {ALLOWED}"))?;
    let is_scheme = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    if scheme.contains('.') && scheme.bytes().all(is_scheme) && scheme.starts_with(|c: char| c.is_ascii_lowercase()) {
        return match rest.starts_with('/') {
            true => Ok(text.to_owned()),
            false => Err(format!("`{shown}`: a `/` has to follow the scheme")),
        };
    }
    if scheme != "https" && scheme != "http" {
        return Err(format!("`{shown}` is not possible here; {ALLOWED}"));
    }
    let is_loopback = authority_of(text)?;
    match scheme == "https" || is_loopback {
        true => Ok(text.to_owned()),
        false => Err(format!("`{shown}` is http: the code would travel in the clear; {ALLOWED}")),
    }
}

/// Reads a resource (RFC 8707 section 2): an absolute https address, or http on loopback, without query or fragment.
///
/// # Errors
/// The reason.
pub fn resource(text: &str) -> Result<String, String> {
    if text.contains('?') || !(text.starts_with("https://") || text.starts_with("http://")) {
        let shown = text.escape_debug();
        return Err(format!("`{shown}` is not possible here: an https address without query and fragment"));
    }
    redirect_uri(text)
}

/// Reads a keyed digest: 32 bytes in base64url without padding.
///
/// # Errors
/// The reason.
pub fn secret_digest(text: &str) -> Result<SecretDigest, String> {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    match text.len() == 43 && text.bytes().all(is_digit) {
        true => Ok(SecretDigest { text: text.to_owned(), until: None }),
        false => Err(String::from("is not a digest of 43 characters; `edgegate client new` makes it")),
    }
}

/// Checks the host of an http or https address, and says whether it is this machine.
fn authority_of(text: &str) -> Result<bool, String> {
    let (_, rest) = super::base_url::scheme(text)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let (name, _) = host::authority(authority)?;
    Ok(host::is_loopback(name))
}

/// What may be registered, in one sentence for whoever registers.
const ALLOWED: &str = "allowed are https, http on loopback (127.0.0.1 and [::1] without a port stand for every port), and \
                       an app's own scheme with a dot in it, such as `com.example.app:/cb`";
/// The addresses of RFC 8252 section 7.3.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];
/// A token says which of its grant's scopes it has, and which of its resources, with a bit for each.
pub const MOST_SCOPES: usize = 64;
/// The same.
pub const MOST_RESOURCES: usize = 8;
