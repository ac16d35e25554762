//! Tickets: a session for a program that cannot keep a cookie (`protocols.md` C1).
//!
//! A ticket carries its session, masked, and dies with it; it has no record of its own. It does not need the idle limit:
//! programs ask when they have to. Its text is what SuperOffice's clients know, `7T:` and base64, and is never decoded by
//! anybody but the gateway.

use crate::credential::session;
use crate::identity::Identity;
pub use crate::policy::carrier::APP_TOKEN;
use crate::policy::{Revocation, Session};
use crate::ports::{Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::encoding::Encoding;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::Context;
use crate::secret::Secret;

/// A new ticket.
#[derive(Debug, Clone)]
pub struct Minted {
    /// What is sent behind the scheme.
    pub text: Secret,
    /// Seconds it lives, if its session does.
    pub lifetime: u64,
}

/// Makes a ticket for a session, for at most `lifetime` seconds.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn mint(
    ctx: Context<'_, impl Entropy>,
    policy: &Session,
    session: &Sealed,
    lifetime: u64,
) -> Result<Minted, Reason> {
    let expires = session.expires.min(ctx.now + lifetime);
    let ticket = ctx.seal(
        &policy.keys,
        &Terms { kind: Kind::Ticket, issued: ctx.now, expires, audience: AUDIENCE, payload: session.bytes() },
    )?;
    let text = Encoding::Ticket.write(ticket.bytes());
    Ok(Minted { text, lifetime: expires.saturating_sub(ctx.now) })
}

/// A ticket and the session that it carries, whatever their times. Storage is not asked.
///
/// # Errors
/// `TicketForged`, `SecretMissing`.
pub fn session<P>(ctx: Context<'_, P>, policy: &Session, text: &str) -> Result<(Sealed, Sealed), Reason> {
    let bytes = Encoding::Ticket.read(text).ok_or(Reason::TicketForged)?;
    let opened = seal::read(Kind::Ticket, &policy.keys, ctx.secrets, &bytes)?;
    let ticket = opened.filter(|ticket| ticket.is_for(AUDIENCE)).ok_or(Reason::TicketForged)?;
    let session = session::reopen(ctx, policy, ticket.payload.expose()).map_err(|_| Reason::TicketForged)?;
    Ok((ticket, session))
}

/// Verifies a ticket, and the session behind it. The refusal says which key authenticated it, if one did.
///
/// # Errors
/// `TicketForged`, `TicketExpired`, `TicketUnknown`, `TicketRevoked`, and storage's own reasons.
pub async fn verify<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &Session,
    revocation: Revocation,
    text: &str,
) -> Result<(Sealed, Identity), Refusal> {
    let (ticket, session) = session(ctx, policy, text)?;
    if ticket.expires <= ctx.now {
        return Err(Reason::TicketExpired.into());
    }
    // Said of the ticket: its sender knows nothing of the session, and a browser's own session is not touched.
    let identity = session::check(ctx, policy, revocation, &session).await.map_err(|reason| match reason {
        Reason::SessionExpired => Reason::TicketExpired,
        Reason::SessionRevoked => Reason::TicketRevoked,
        Reason::SessionUnknown => Reason::TicketUnknown,
        other => other,
    });
    match identity {
        Ok(identity) => Ok((session, Identity { kind: KIND, ..identity })),
        Err(reason) => Err(reason.of(&Identity::by_key(KIND, &session.key_id))),
    }
}

/// As the log names it.
const KIND: &str = "ticket";
/// No route can be called so.
pub(crate) const AUDIENCE: &str = "session ticket";
