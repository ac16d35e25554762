//! What an origin is shown, as header fields: the values are those of secrets, and are looked at before anything is sent.

use crate::digest::standard_base64;
use crate::http::authorization::is_b64token;
use crate::policy::{OriginAuthorization, OriginCredentials};
use crate::refusal::Reason;
use crate::secret::Secret;
use crate::secrets::Usable;

/// Header fields with values that nobody may see.
pub type Shown = Vec<(String, Secret)>;

impl Usable<'_> {
    /// The fields that an origin is shown.
    ///
    /// # Errors
    /// `SecretMissing`; `SecretMalformed` if a value cannot be sent in its place.
    pub fn shown(self, credentials: &OriginCredentials) -> Result<Shown, Reason> {
        let mut shown = Vec::new();
        if let Some(authorization) = &credentials.authorization {
            shown.push(("authorization".to_owned(), self.authorization(authorization)?));
        }
        for (name, secret) in &credentials.headers {
            let value = self.secret(secret)?.expose().trim_ascii();
            let is_field_value = value.iter().all(|byte| (b' '..=b'~').contains(byte));
            shown.push((name.clone(), in_form(is_field_value, &[value])?));
        }
        Ok(shown)
    }

    fn authorization(self, authorization: &OriginAuthorization) -> Result<Secret, Reason> {
        match authorization {
            // RFC 7617 section 2: no control characters, and the first colon ends the name.
            OriginAuthorization::Basic(name) => {
                let pair = self.secret(name)?.expose().trim_ascii();
                let is_pair = pair.contains(&b':') && !pair.iter().any(u8::is_ascii_control);
                in_form(is_pair, &[b"Basic ", standard_base64(pair).as_bytes()])
            }
            OriginAuthorization::Bearer(name) => {
                let token = self.secret(name)?.expose().trim_ascii();
                let is_token = core::str::from_utf8(token).is_ok_and(is_b64token);
                in_form(is_token, &[b"Bearer ", token])
            }
        }
    }
}

fn in_form(is_in_form: bool, parts: &[&[u8]]) -> Result<Secret, Reason> {
    is_in_form.then(|| Secret::new(parts.concat())).ok_or(Reason::SecretMalformed)
}
