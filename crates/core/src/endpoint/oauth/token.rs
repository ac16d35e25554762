//! The token endpoint (RFC 6749 section 3.2): a code or a refresh token for an access token.

use serde_json::json;

use crate::credential::dpop::Proof;
use crate::credential::grant::code::{self, Shown};
use crate::credential::grant::{self, Claims, Issued, Wanted};
use crate::endpoint::oauth::client::{self, Request};
use crate::endpoint::oauth::parameters::Parameters;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::identity::Identity;
use crate::policy::{Client, ClientKind, OAuth};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::record::Record;
use crate::sealed::seal::Sealed;

/// 200 `{"access_token", "token_type", "expires_in", "refresh_token", "scope"}` (RFC 6749 section 5.1).
pub async fn answer<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth) -> Result<Access, Refusal> {
    let Request { form, named } = client::read(x, oauth, &PARAMETERS).await?;
    let by_code = match form.get("grant_type").ok_or(Reason::GrantTypeMissing)? {
        "authorization_code" => true,
        "refresh_token" => false,
        _ => return Err(Reason::GrantType.into()),
    };
    let client = client::authenticate(x, &named).await?;
    let mut caller = client::identity(&client);
    match redeem(x, oauth, &client, (&form, by_code), &mut caller).await {
        Ok(answer) => Ok(Access::answer(answer).by(caller)),
        Err(reason) => Err(reason.of(&caller)),
    }
}

/// `caller`: whose tokens these are, as far as that becomes known.
async fn redeem<P: Ports>(
    x: &Exchange<'_, P>,
    oauth: &OAuth,
    client: &Client,
    (form, by_code): (&Parameters, bool),
    caller: &mut Identity,
) -> Result<Answer, Reason> {
    let ctx = x.ctx();
    let redeemed = match by_code {
        true => Redeemed::Code(code::open(ctx, oauth, form.get("code").ok_or(Reason::CodeMissing)?)?),
        false => {
            let (sealed, claims) =
                grant::open_refresh(ctx, oauth, form.get("refresh_token").ok_or(Reason::RefreshMissing)?)?;
            Redeemed::Refresh(sealed, claims)
        }
    };
    let proof = client::proof(x, client).await?;
    let bound = proof.map(|proof| proof.key);
    let wanted = Wanted {
        scope: form.get("scope").filter(|_| !by_code).map(str::to_owned),
        resources: form.all("resource").map(str::to_owned).collect(),
        bound,
        binds_refresh: client.kind == ClientKind::Public,
    };
    let issued = match redeemed {
        Redeemed::Code(code) => redeem_code(x, oauth, client, &code, form, &wanted, proof).await?,
        Redeemed::Refresh(token, claims) => grant::refresh(ctx, oauth, &token, &claims, &wanted, proof, caller).await?,
    };
    caller.subject = Some(issued.subject.clone());
    written(&issued, bound.is_some(), ctx.now)
}

/// What is redeemed, opened but not looked up.
enum Redeemed {
    Code(Sealed),
    Refresh(Sealed, Claims),
}

/// Client, address and PKCE are checked before the code is claimed: a thief can neither spend it nor have it revoked.
async fn redeem_code<P: Ports>(
    x: &Exchange<'_, P>,
    oauth: &OAuth,
    client: &Client,
    code: &Sealed,
    form: &Parameters,
    wanted: &Wanted,
    proof: Option<Proof>,
) -> Result<Issued, Reason> {
    let ctx = x.ctx();
    let shown = Shown {
        client: &client.id,
        redirect_uri: form.get("redirect_uri"),
        verifier: form.get("code_verifier"),
        bound: wanted.bound,
    };
    let allowed = code::check(ctx, code, &shown).await?;
    let record = Record {
        sub: allowed.subject.clone(),
        client: allowed.client.clone(),
        scope: allowed.scope.clone(),
        resources: allowed.resources.clone(),
        ..Record::default()
    };
    grant::check_wanted(&record, wanted)?;
    ctx.signing_key(&oauth.keys)?;
    if let Some(proof) = proof {
        proof.claim(ctx).await?;
    }
    match code::claim(ctx, oauth, code, &allowed, wanted.bound).await {
        Ok(redeemed) => grant::begin(ctx, oauth, code, redeemed, record, wanted).await,
        Err(Reason::CodeReplayed) => {
            grant::end_of_code(ctx, oauth, code).await?;
            Err(Reason::CodeReplayed)
        }
        Err(other) => Err(other),
    }
}

fn written(issued: &Issued, is_bound: bool, now: u64) -> Result<Answer, Reason> {
    let left = |token: &Sealed| token.expires.saturating_sub(now);
    let mut body = json!({
        "access_token": issued.access.text().expose_text()?,
        "token_type": if is_bound { "DPoP" } else { "Bearer" },
        "expires_in": left(&issued.access),
        "refresh_token": issued.refresh.text().expose_text()?,
    });
    // Left out where there is none: `null` breaks strict clients (protocols.md B2).
    if let Some(members) = body.as_object_mut().filter(|_| !issued.scope.is_empty()) {
        members.insert("scope".to_owned(), json!(issued.scope.join(" ")));
    }
    Ok(Answer::json(200, &body))
}

const PARAMETERS: [&str; 7] =
    ["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource"];
