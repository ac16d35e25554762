//! `edgegate key new`: fresh secrets, the one thing of that kind that is ever shown.

use std::path::Path;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::args::NewKey;
use super::host::{self, Stream};
use super::output::{Failure, Report};
use super::vars::{self, Vars};
use super::workspace::read_text;
use edgegate_core::digest::{base64url, from_base64url};
use edgegate_core::secret::Secret;
use p256::SecretKey;

/// Makes a secret, and prints it or adds it to a file.
///
/// # Errors
/// Exit code 2: the file cannot be written, or the name is taken.
pub fn new(args: &NewKey, as_json: bool) -> Result<Report, Failure> {
    let value = if args.identity { private_jwk()? } else { random(usize::from(args.bytes))? };
    let kind = if args.identity { "identity" } else { "random" };
    if let (Some(name), Some(path)) = (&args.name, &args.append) {
        append(path, name, &value)?;
        let shown = path.display().to_string();
        return Ok(Report::fine(
            format!("{name} is now in {shown}, readable by you alone."),
            json!({"kind": kind, "name": name, "file": shown}),
        ));
    }
    let mut notes = Vec::new();
    if !as_json && host::is_terminal(Stream::Out) {
        notes.push("this is a secret, and your terminal now holds it; pipe it instead: edgegate key new | npx wrangler secret put NAME".to_owned());
    }
    Ok(Report::fine(value.as_str(), json!({"kind": kind, "value": value.as_str()})).with(notes))
}

/// Whether a value is a private P-256 key as JWK (RFC 7517, RFC 7518 section 6.2), whose halves belong together.
pub fn is_private_jwk(value: &Secret) -> bool {
    let Ok(jwk) = serde_json::from_slice::<Value>(value.expose()) else { return false };
    let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let bytes = |name: &str| from_base64url(member(name).as_bytes()).unwrap_or_default();
    let private = Zeroizing::new(bytes("d"));
    let Ok(key) = SecretKey::from_slice(&private) else { return false };
    let Some((x, y)) = public_half(&key) else { return false };
    member("kty") == "EC" && member("crv") == "P-256" && bytes("x") == x && bytes("y") == y
}

/// That many random bytes, in base64url.
///
/// # Errors
/// Exit code 2: the machine gives none.
pub fn random(bytes: usize) -> Result<Zeroizing<String>, Failure> {
    let mut random = Zeroizing::new(vec![0; bytes]);
    getrandom::fill(&mut random).map_err(|_| no_randomness())?;
    Ok(Zeroizing::new(base64url(&random)))
}

fn private_jwk() -> Result<Zeroizing<String>, Failure> {
    let mut bytes = Zeroizing::new([0; 32]);
    // Almost every 32 bytes are a key; the few that are not are drawn again.
    for _ in 0..8 {
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| no_randomness())?;
        let Ok(key) = SecretKey::from_slice(bytes.as_slice()) else { continue };
        let Some((x, y)) = public_half(&key) else { continue };
        let private = Zeroizing::new(base64url(bytes.as_slice()));
        return Ok(Zeroizing::new(format!(
            "{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{}\",\"y\":\"{}\",\"d\":\"{}\"}}",
            base64url(&x),
            base64url(&y),
            private.as_str()
        )));
    }
    Err(no_randomness())
}

/// The coordinates of the public key, 32 bytes each.
fn public_half(key: &SecretKey) -> Option<(Vec<u8>, Vec<u8>)> {
    let point = key.public_key().to_sec1_bytes(); // 0x04, x, y: SEC 1 section 2.3.3
    let (form, coordinates) = point.split_first()?;
    let (x, y) = coordinates.split_at_checked(32)?;
    (*form == 4 && y.len() == 32).then(|| (x.to_vec(), y.to_vec()))
}

fn no_randomness() -> Failure {
    Failure::usage("this machine gives no randomness")
}

/// Adds `NAME=value` to a secrets file, which afterwards nobody else can read.
fn append(path: &Path, name: &str, value: &str) -> Result<(), Failure> {
    if !vars::is_name(name) {
        return Err(Failure::usage("--name takes letters, digits and `_`, and does not begin with a digit"));
    }
    let mut before = Zeroizing::new(String::new());
    if host::exists(path) {
        *before = read_text(path)?;
        let there = Vars::read(&before)
            .map_err(|line| Failure::usage(format!("{}:{line}: this is no NAME=value line", path.display())))?;
        if there.get(name).is_some() {
            return Err(Failure::usage(format!("{} has {name} already", path.display()))
                .todo("Every issued credential would end with it. If that is meant, take the old line out first."));
        }
    }
    let joint = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let line = Zeroizing::new(format!("{joint}{name}={value}\n"));
    host::append_private(path, &line).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_what_is_wanted() {
        assert!(is_private_jwk(&Secret::new(private_jwk().unwrap().as_bytes())));
        assert_ne!(private_jwk().unwrap(), private_jwk().unwrap());
        assert_eq!(random(32).unwrap().len(), 43);
        assert_ne!(random(32).unwrap(), random(32).unwrap());
    }

    #[test]
    fn halves_that_do_not_belong_together_are_no_key() {
        let (one, other) = (private_jwk().unwrap(), private_jwk().unwrap());
        let (public, _) = one.split_once("\"d\"").unwrap();
        let (_, private) = other.split_once("\"d\"").unwrap();
        for wrong in [format!("{public}\"d\"{private}"), one.replace("P-256", "P-384"), "x".to_owned(), "{}".to_owned()]
        {
            assert!(!is_private_jwk(&Secret::new(wrong)));
        }
    }
}
