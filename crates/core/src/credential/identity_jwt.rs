//! The identity JWT (RFC 7519): who goes through, signed for the origin.
//!
//! One asymmetric signature costs more than all other checks together, so a token is signed once per
//! subject and route and used again for half its life.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::digest::base64url;
use crate::identity::Identity;
use crate::policy::Route;
use crate::ports::Signer;
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// Signed tokens by what they say, each with the time it was signed.
#[derive(Debug, Default)]
pub struct Assertions(RefCell<BTreeMap<String, (u64, String)>>);

impl Assertions {
    /// The token for an identity on a route; None for an identity without a subject, and where the route wants none.
    ///
    /// # Errors
    /// `SecretMissing`, `SignerUnavailable`.
    pub async fn jwt(
        &self,
        ctx: Context<'_, impl Signer>,
        route: &Route,
        identity: &Identity,
    ) -> Result<Option<String>, Reason> {
        let (Some(audience), Some(subject)) = (&route.forward.jwt_audience, &identity.subject) else { return Ok(None) };
        let told = told(route, identity);
        let claims_of = format!(
            "{}\n{subject}\n{told}\n{}\n{}\n{}",
            route.name,
            identity.issuer.as_deref().unwrap_or_default(),
            identity.client.as_deref().unwrap_or_default(),
            identity.scope.join(" ")
        );
        let lifetime = ctx.policy.identity.lifetime;
        let known = self.0.borrow().get(&claims_of).cloned();
        if let Some((signed, token)) = known
            && (signed..signed + lifetime / 2).contains(&ctx.now)
        {
            return Ok(Some(token));
        }
        let key = ctx.policy.identity.keys.first().ok_or(Reason::Internal)?;
        let jwk = ctx.secrets.secret(&key.secret)?;
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": key.id});
        let mut claims = json!({
            "iss": ctx.policy.gateway.issuer.as_str(),
            "aud": audience,
            "sub": subject,
            "iat": ctx.now,
            "exp": ctx.now + lifetime,
        });
        if let Some(claims) = claims.as_object_mut() {
            if let Value::Object(told) = told {
                claims.extend(told.into_iter().filter(|(name, _)| !OWN.contains(&&**name)));
            }
            claims.extend(identity.issuer.clone().map(|issuer| ("token_issuer".to_owned(), json!(issuer))));
            claims.extend(identity.client.clone().map(|client| ("client_id".to_owned(), json!(client))));
            if !identity.scope.is_empty() {
                claims.insert("scope".to_owned(), json!(identity.scope.join(" ")));
            }
        }
        let input =
            format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
        let signature = ctx.ports.sign_es256(jwk, input.as_bytes()).await?;
        let token = format!("{input}.{}", base64url(&signature));
        self.remember(claims_of, ctx.now, &token);
        Ok(Some(token))
    }

    fn remember(&self, claims_of: String, now: u64, token: &str) {
        let mut tokens = self.0.borrow_mut();
        if tokens.len() >= CAPACITY {
            tokens.clear(); // the next request gets a new one
        }
        tokens.insert(claims_of, (now, token.to_owned()));
    }
}

/// What the route tells of the caller beside that.
fn told(route: &Route, identity: &Identity) -> Value {
    let mut told = Map::new();
    for claim in &route.forward.jwt_claims {
        let values: Vec<&str> = identity.said(claim).collect();
        match (values.as_slice(), TEXTS.contains(&&**claim)) {
            ([], _) => None,
            ([first, ..], true) => told.insert(claim.clone(), json!(first)),
            (values, false) => told.insert(claim.clone(), json!(values)),
        };
    }
    told.into()
}

/// What the gateway says itself.
const OWN: [&str; 8] = ["iss", "aud", "sub", "iat", "exp", "token_issuer", "client_id", "scope"];
/// Claims that are one text (OpenID Connect Core section 5.1).
const TEXTS: [&str; 7] = ["name", "email", "preferred_username", "given_name", "family_name", "locale", "picture"];
const CAPACITY: usize = 1024;
