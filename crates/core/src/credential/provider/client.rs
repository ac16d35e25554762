//! The gateway as a client of a provider: forms that say who it is (RFC 6749 section 2.3.1, RFC 7523 section 2.2).

use serde_json::{Map, Value, json};

use crate::credential::issuer::fetch;
use crate::digest::{base64url, standard_base64};
use crate::http::query::encode_component;
use crate::policy::{ClientAuthentication, Key, Provider};
use crate::ports::{Call, Ports};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// Pushes an authorization request (RFC 9126 section 2.1) and returns its `request_uri`.
///
/// # Errors
/// As [`post`]; `ProviderUnavailable` for an answer that has none.
pub async fn push<P: Ports>(
    ctx: Context<'_, P>,
    provider: &Provider,
    endpoint: &str,
    fields: &[(&str, &str)],
) -> Result<String, Reason> {
    let answer = post(ctx, provider, endpoint, fields).await?;
    let uri = answer.get("request_uri").and_then(Value::as_str).filter(|uri| !uri.is_empty() && uri.len() <= 512);
    uri.map(str::to_owned).ok_or(Reason::ProviderUnavailable)
}

/// Posts a form and returns the JSON object of the answer.
///
/// # Errors
/// `ProviderRefused` if the code or token is none or the person may not, `ProviderClient` if the gateway or its request is not what the
/// provider knows, `ProviderUnavailable` for any other answer or none, `SecretMissing`, `SignerUnavailable`.
pub(super) async fn post<P: Ports>(
    ctx: Context<'_, P>,
    provider: &Provider,
    endpoint: &str,
    fields: &[(&str, &str)],
) -> Result<Map<String, Value>, Reason> {
    let mut body = String::new();
    for (name, value) in fields {
        push_field(&mut body, name, value);
    }
    let mut authorization = None;
    match &provider.authentication {
        ClientAuthentication::None => push_field(&mut body, "client_id", &provider.client_id),
        ClientAuthentication::Basic(secret) => {
            let secret = ctx.secrets.secret(secret)?;
            let pair = format!("{}:{}", encode_component(&provider.client_id), encode_component(secret.expose()));
            authorization = Some(format!("Basic {}", standard_base64(pair.as_bytes())));
        }
        ClientAuthentication::Post(secret) => {
            push_field(&mut body, "client_id", &provider.client_id);
            push_field(&mut body, "client_secret", ctx.secrets.secret(secret)?.expose_text()?);
        }
        ClientAuthentication::PrivateKeyJwt(key) => {
            push_field(&mut body, "client_id", &provider.client_id);
            push_field(&mut body, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            push_field(&mut body, "client_assertion", &assertion(ctx, provider, key).await?);
        }
    }
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
    let said = Call { path: endpoint, headers: &headers, body: Some(&body) };
    let (status, answer) = call(ctx, provider, said).await?;
    let answer = match serde_json::from_slice(answer.as_bytes()) {
        Ok(Value::Object(members)) => members,
        _ => return Err(Reason::ProviderUnavailable),
    };
    // GitHub tells of an error with status 200.
    match (status, answer.get("error").and_then(Value::as_str)) {
        (200..=499, Some(error)) if OF_THE_PERSON.contains(&error) => Err(Reason::ProviderRefused),
        (429, _) => Err(Reason::ProviderUnavailable),
        (200..=499, Some("temporarily_unavailable" | "server_error" | "slow_down")) => Err(Reason::ProviderUnavailable),
        (200..=499, Some(_)) => Err(Reason::ProviderClient),
        (200 | 201, None) => Ok(answer),
        _ => Err(Reason::ProviderUnavailable),
    }
}

/// Asks for a document with an access token (RFC 6750 section 2.1).
///
/// # Errors
/// `ProviderRefused` if the token opens it no more, `ProviderUnavailable`. A 403 says nothing of the person: GitHub's limit of
/// requests is one, and so is what a firewall before the provider answers.
pub(super) async fn get<P: Ports>(
    ctx: Context<'_, P>,
    provider: &Provider,
    address: &str,
    access_token: &str,
) -> Result<Value, Reason> {
    let authorization = format!("Bearer {access_token}");
    // GitHub answers nobody without a User-Agent.
    let headers = [("authorization", &*authorization), ("user-agent", "edgegate")];
    let (status, answer) = call(ctx, provider, Call { path: address, headers: &headers, body: None }).await?;
    match status {
        200 => serde_json::from_slice(answer.as_bytes()).map_err(|_| Reason::ProviderUnavailable),
        401 => Err(Reason::ProviderRefused),
        _ => Err(Reason::ProviderUnavailable),
    }
}

/// `said`: its path is the whole address.
async fn call<P: Ports>(ctx: Context<'_, P>, provider: &Provider, said: Call<'_>) -> Result<(u16, String), Reason> {
    let issuer = &provider.issuer;
    // An address of the policy's own may be by http on loopback.
    let place = fetch::place(issuer, said.path).or_else(|| fetch::place_on_loopback(issuer, said.path));
    let (origin, path) = place.ok_or(Reason::ProviderUnavailable)?;
    ctx.call(&origin, &Call { path, ..said }, Reason::ProviderUnavailable).await
}

/// RFC 7523 section 3. Its audience is the issuer, which no other server can use.
async fn assertion<P: Ports>(ctx: Context<'_, P>, provider: &Provider, key: &Key) -> Result<String, Reason> {
    let mut random = [0; 16];
    ctx.ports.fill(&mut random)?;
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": key.id});
    let claims = json!({
        "iss": provider.client_id,
        "sub": provider.client_id,
        "aud": provider.issuer.issuer,
        "jti": base64url(&random),
        "iat": ctx.now,
        "exp": ctx.now + ASSERTION,
    });
    let input = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
    let signature = ctx.ports.sign_es256(ctx.secrets.secret(&key.secret)?, input.as_bytes()).await?;
    Ok(format!("{input}.{}", base64url(&signature)))
}

fn push_field(form: &mut String, name: &str, value: &str) {
    let joint = if form.is_empty() { "" } else { "&" };
    form.extend([joint, name, "=", &encode_component(value)]);
}

/// Errors that speak of the person, or of the code or token that stands for them (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect
/// Core section 3.1.2.6; the last two are GitHub's).
const OF_THE_PERSON: [&str; 8] = [
    "invalid_grant",
    "access_denied",
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
    "bad_verification_code",
    "bad_refresh_token",
];
/// Seconds that such a JWT is valid.
const ASSERTION: u64 = 60;

/// What is sent to a browser in an address (RFC 6749 section 3.1).
pub(crate) fn address(endpoint: &str, fields: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in fields {
        push_field(&mut query, name, value);
    }
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{joint}{query}")
}
