//! `/.edgegate/me`: what a person has here, sessions and applications, and the end of each.
//!
//! The session is checked as strictly as there is: who was signed out elsewhere must not end anything here. A form shows a
//! token that only this page, read with this session, can have.

use crate::authenticate::sign_in::{SignedIn, signed_in, to_sign_in};
use crate::credential::grant::{self, Grants};
use crate::credential::session::index::{self, Ended, Told};
use crate::credential::{bearer, registry};
use crate::endpoint::sign_out;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::agent::Agent;
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::http::query::value;
use crate::identity::Identity;
use crate::own_paths::ME;
use crate::page::me::{Done, Grant, Me};
use crate::policy::Revocation;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::index::{MOST_PAGES, Owner, Page, Whose};
use crate::sealed::seal::Sealed;
use crate::sealed::session_token;

/// GET shows the page, POST ends something and shows it again.
///
/// # Errors
/// `CredentialMissing`, `CrossSite`, `FormMalformed`, `BodyTooLarge`, storage's own.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let is_form = x.request.method == "POST";
    if is_form && !fetch_metadata::is_own_form(&x.request.headers, &x.target.origin()) {
        return Err(Reason::CrossSite.into());
    }
    let Some(SignedIn { session, identity: person }) = signed_in(x, x.ctx().strictest()).await? else {
        return Ok(Access::answer(to_sign_in(x, ME)?));
    };
    let answered = match is_form {
        true => end(x, &session, &person).await,
        false => show(x, &session, &person).await,
    };
    match answered {
        Ok(answer) => Ok(Access::answer(answer).by(person)),
        Err(reason) => Err(reason.of(&person)),
    }
}

async fn show<P: Ports>(x: &Exchange<'_, P>, session: &Sealed, person: &Identity) -> Result<Answer, Reason> {
    let ctx = x.ctx();
    let policy = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let (sessions, has_more_sessions) = sessions(x, whose(person)).await?;
    let (id, mut here) = (index::id(session), None);
    let mut others = Vec::with_capacity(sessions.len());
    for told in sessions {
        if told.id == id {
            here = Some(told);
        } else {
            others.push(told);
        }
    }
    others.sort_by_key(|told| core::cmp::Reverse(told.since));
    let here = here.unwrap_or_else(|| this_one(x, session));
    let mut has_more = has_more_sessions;
    let grants = match Grants::of(ctx) {
        Some(grants) => {
            let (grants, has_more_grants) = applications(x, grants, whose(person)).await?;
            has_more |= has_more_grants;
            Some(grants)
        }
        None => None,
    };
    let token = session_token::token(ctx, policy, session, PURPOSE)?;
    let done = value(x.target.query.unwrap_or_default(), "done")?;
    let said = person.person.as_deref();
    let me = Me {
        name: said.map(|said| &*said.name).filter(|name| !name.is_empty()),
        email: said.map(|said| &*said.email).filter(|email| !email.is_empty()),
        subject: person.subject.as_deref().unwrap_or_default(),
        here: &here,
        others: &others,
        grants: grants.as_deref(),
        has_more,
        done: Done::of(&done),
        token: token.expose_text()?,
    };
    Ok(me.page(&x.setting()))
}

async fn end<P: Ports>(x: &Exchange<'_, P>, session: &Sealed, person: &Identity) -> Result<Answer, Reason> {
    let ctx = x.ctx();
    let policy = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    if !x.request.has_form()? {
        return Err(Reason::FormMalformed);
    }
    let form = bearer::read_form(x.ports, x.state.policy.limits.form).await?;
    if !session_token::is_token(ctx, policy, session, PURPOSE, &value(&form, "token")?)? {
        return Err(Reason::CrossSite);
    }
    let (what, id) = (Done::of(&value(&form, "end")?).ok_or(Reason::FormMalformed)?, value(&form, "id")?);
    let whose = whose(person);
    match what {
        Done::Session if id.is_empty() => return Err(Reason::FormMalformed),
        Done::Session => {
            let mut cursor = String::new();
            for _ in 0..MOST_PAGES {
                let Ended { count, next } = index::end(ctx, whose, Some(&id), &cursor).await?;
                match next {
                    Some(next) if count == 0 => cursor = next,
                    _ => break,
                }
            }
        }
        Done::Grant if id.is_empty() => return Err(Reason::FormMalformed),
        Done::Grant => {
            let grants = Grants::of(ctx).ok_or(Reason::FormMalformed)?;
            grants.forget(whose, &id).await?; // it may be a consent from which nothing follows any more
            let mut cursor = String::new();
            for _ in 0..MOST_PAGES {
                let grant::index::Ended { grants: ended, next } = grants.end(whose, Some(&id), &cursor).await?;
                match next {
                    Some(next) if ended.is_empty() => cursor = next,
                    _ => break,
                }
            }
        }
        Done::Everywhere => {
            // This one last: while others are left it shows that, and ends them when it is asked again. The index may not
            // know of it yet, and its person is shown the way out of the provider too.
            if index::end_others(ctx, whose, &index::id(session)).await?.next.is_none() {
                return sign_out::end(x).await;
            }
        }
    }
    Ok(Answer::see_other(format!("{ME}?done={}", what.word())))
}

/// The sessions that live, as many as the page shows, and whether there may be more.
async fn sessions<P: Ports>(x: &Exchange<'_, P>, whose: Whose<'_>) -> Result<(Vec<Told>, bool), Reason> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let Page { things, next } = index::of(x.ctx(), whose, &cursor).await?;
        all.extend(things);
        match next {
            Some(next) => cursor = next,
            None => return Ok((all, false)),
        }
    }
    Ok((all, true))
}

/// The same of applications, by the names that people know them by.
async fn applications<P: Ports>(
    x: &Exchange<'_, P>,
    grants: Grants<'_, P>,
    whose: Whose<'_>,
) -> Result<(Vec<Grant>, bool), Reason> {
    let (mut things, mut next) = (Vec::new(), Some(String::new()));
    for _ in 0..PAGES {
        let Some(cursor) = next else { break };
        let page = grants.list(whose, &cursor).await?;
        things.extend(page.things);
        next = page.next;
    }
    let (mut has_more, mut next) = (next.is_some(), Some(String::new()));
    for _ in 0..PAGES {
        let Some(cursor) = next else { break };
        let page = grants.remembered(whose, &cursor).await?;
        for consent in page.things {
            // The end of a grant ends the consent too.
            if !things.iter().any(|told| told.client == consent.client && told.redirect_uri == consent.redirect_uri) {
                things.push(consent);
            }
        }
        next = page.next;
    }
    has_more |= next.is_some();
    let mut all = Vec::with_capacity(things.len());
    for told in things {
        let client = match registry::find(x.ctx(), &told.client, Revocation::Cached).await {
            Ok(client) => client.name.clone(),
            Err(Reason::ClientUnknown) => told.client,
            Err(other) => return Err(other),
        };
        let words = |scope: &str| {
            let said = grants.policy.scopes.iter().find(|(name, _)| name == scope);
            said.map_or_else(|| scope.to_owned(), |(_, said)| said.clone())
        };
        let may = told.scope.split_ascii_whitespace().map(words).collect();
        all.push(Grant { id: told.id, client, may, since: told.since });
    }
    all.sort_by_key(|grant| core::cmp::Reverse(grant.since));
    Ok((all, has_more))
}

/// What is known of this session where the index does not know it yet.
fn this_one<P>(x: &Exchange<'_, P>, session: &Sealed) -> Told {
    Told {
        id: index::id(session),
        agent: Agent::read(x.request.headers.get("user-agent").unwrap_or_default()),
        network: x.request.network(),
        since: session.issued,
        expires: session.expires,
        ..Told::default()
    }
}

fn whose(person: &Identity) -> Whose<'_> {
    let issuer = person.issuer.as_deref().unwrap_or_default();
    Whose::of(Owner { issuer, subject: person.subject.as_deref().unwrap_or_default() })
}

/// What the token of the page's forms is for.
const PURPOSE: &str = "me";
/// Pages of the index that are shown on one. What has ended is let go as it is met, so a later look gets further.
const PAGES: usize = 3;
