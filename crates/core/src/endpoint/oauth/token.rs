//! The token endpoint (RFC 6749 section 3.2): a code or a refresh token for an access token.

use serde_json::json;

use crate::credential::grant::code::Shown;
use crate::credential::grant::{self, GrantToken, Grants, Issued, Wanted};
use crate::endpoint::oauth::client::{self, Request};
use crate::endpoint::oauth::parameters::Parameters;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::identity::Identity;
use crate::policy::{Client, ClientKind, OAuth, SingleUse};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
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
    let redemption = Redemption { x, grants: Grants { ctx: x.ctx(), policy: oauth }, client: &client, form: &form };
    match redemption.redeem(by_code, &mut caller).await {
        Ok(answer) => Ok(Access::answer(answer).by(caller)),
        Err(reason) => Err(reason.of(&caller)),
    }
}

/// What is redeemed, opened but not looked up.
enum Redeemed {
    Code(Sealed),
    Refresh(GrantToken),
}

/// A client's request for tokens, once it is known who that is.
struct Redemption<'a, P> {
    x: &'a Exchange<'a, P>,
    grants: Grants<'a, P>,
    client: &'a Client,
    form: &'a Parameters,
}

impl<P: Ports> Redemption<'_, P> {
    /// `caller`: whose tokens these are, as far as that becomes known.
    async fn redeem(&self, by_code: bool, caller: &mut Identity) -> Result<Answer, Reason> {
        let Self { x, grants, client, form } = *self;
        let redeemed = match by_code {
            true => Redeemed::Code(grants.open_code(form.get("code").ok_or(Reason::CodeMissing)?)?),
            false => Redeemed::Refresh(grants.open_refresh(form.get("refresh_token").ok_or(Reason::RefreshMissing)?)?),
        };
        let wanted = Wanted {
            proof: client::proof(x, client).await?,
            scope: form.get("scope").filter(|_| !by_code).map(str::to_owned),
            resources: form.all("resource").map(str::to_owned).collect(),
            binds_refresh: client.kind == ClientKind::Public,
        };
        let issued = match redeemed {
            Redeemed::Code(code) => self.redeem_code(&code, &wanted).await?,
            Redeemed::Refresh(token) => grants.refresh(&token, &wanted, caller).await?,
        };
        caller.subject = Some(issued.subject.clone());
        written(&issued, wanted.proof.is_some(), grants.ctx.now)
    }

    /// A thief can neither spend a code nor have it revoked: what is shown with it is checked before it is claimed. Where nothing
    /// else can be refused, one call of the Ledger does both.
    async fn redeem_code(&self, code: &Sealed, wanted: &Wanted) -> Result<Issued, Reason> {
        let Self { grants, client, form, .. } = *self;
        let ctx = grants.ctx;
        let shown = Shown {
            client: &client.id,
            redirect_uri: form.get("redirect_uri"),
            verifier: form.get("code_verifier"),
            bound: wanted.bound(),
        };
        ctx.signing_key(&grants.policy.keys)?;
        let is_plain = wanted.resources.is_empty() && wanted.proof.is_none();
        let (allowed, used_up) = if is_plain && ctx.policy.single_use == SingleUse::Ledger {
            grants.redeem_code(code, &shown).await?
        } else {
            let allowed = grants.look_up_code(code, &shown).await?;
            grant::check_wanted(&allowed.record(), wanted)?;
            if let Some(proof) = wanted.proof {
                proof.claim(ctx).await?;
            }
            let used_up = grants.use_up_code(code, &shown, &allowed).await;
            (allowed, used_up)
        };
        match used_up {
            Ok(used_up) => grants.begin(used_up, &allowed, wanted).await,
            Err(Reason::CodeReplayed) => {
                grants.end_of_code(code).await?;
                Err(Reason::CodeReplayed)
            }
            Err(other) => Err(other),
        }
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
