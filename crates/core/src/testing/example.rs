//! What the examples in this documentation begin with.

use crate::secret::Secret;

/// A policy: downloads by signed link, an account by session, everything else open.
pub const EXAMPLE: &str = r#"
version = 1
[gateway]
issuer = "https://gate.example.org"
[origins.site]
url = "https://origin.example.org"
[keys.link-1]
secret = "LINK_KEY"
use = "link"
[keys.seal-1]
secret = "SEAL_KEY"
use = "seal"
[keys.partner-1]
secret = "PARTNER_KEY"
use = "digest"
[links.downloads]
keys = ["link-1"]
[signed_redirects.partner]
keys = ["partner-1"]
digests = ["sha1"]
sunset = "2099-12-31"
subject = "user"
[session]
keys = ["seal-1"]
[nonce]
keys = ["seal-1"]
[[routes]]
name = "downloads"
path = "/downloads/*"
accept = ["link:downloads"]
forward = { origin = "site" }
[[routes]]
name = "from-partner"
path = "/from-partner"
accept = ["signed-redirect:partner"]
forward = { origin = "site" }
[[routes]]
name = "account"
path = "/account/*"
accept = ["nonce", "session"]
forward = { origin = "site" }
[[routes]]
name = "open"
path = "/*"
accept = ["none"]
forward = { origin = "site" }
"#;

/// A value for every secret that a policy may name.
pub fn secret(name: &str) -> Option<Secret> {
    Some(Secret::new(format!("{name}-0123456789abcdef0123456789abcdef")))
}
