//! One guess at a password, counted before anything is known of it. Where counting fails, the password is not checked.
//!
//! Guesses are counted by pair of account and network, so that one person's typing errors lock nobody else out. While
//! an account is guessed at from many networks, those that it never signed in from get fewer tries. A network that guesses
//! at many accounts gets no more of them, except at accounts that signed in from it: a school behind one address goes on.

use crate::digest::{base64url, hmac_sha256};
use crate::exchange::Exchange;
use crate::policy::SingleUse;
use crate::ports::{ClaimKey, Guess, Guesses, Ports};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// A guess that has been counted.
#[derive(Debug)]
pub struct Attempt {
    guess: Guess,
    counted: Guesses,
    shut: String,
    is_named: bool,
}

/// Whether guesses at an account count for the network too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// They do, unless the account signed in from it before.
    Network,
    /// They do not: who calls has shown who it is, or the network was counted already.
    Account,
}

impl Attempt {
    /// Counts a guess. None: of whom the password is only the origin knows; then there is no account to count at, so that
    /// nobody can use up the tries of others.
    ///
    /// # Errors
    /// `Throttled`, `SecretMissing`, storage's and the limiter's own.
    pub async fn begin<P: Ports>(x: &Exchange<'_, P>, account: Option<&str>, scope: Scope) -> Result<Self, Reason> {
        let request = x.request;
        let ctx = x.ctx();
        let network = request.network();
        let folded = folded(account.unwrap_or_default());
        let pair = digest(x, &["pair ", &network], &folded)?;
        if is_shut_out(x, &pair) {
            return Err(Reason::Throttled);
        }
        let of_network = match scope {
            Scope::Network => Some(digest(x, &["network ", &network], "")?),
            Scope::Account => None,
        };
        let is_named = account.is_some();
        let account = match is_named {
            true => digest(x, &["account"], &folded)?,
            false => digest(x, &["unnamed ", &network], "")?,
        };
        let attempt = Self {
            guess: Guess { account, pair, network: of_network },
            counted: Guesses::default(),
            shut: base64url(&pair.0),
            is_named,
        };
        match ctx.policy.single_use {
            SingleUse::Ledger => attempt.counted_by_ledger(x).await,
            SingleUse::BestEffort => attempt.counted_by_limiter(ctx, &network).await,
        }
    }

    async fn counted_by_ledger<P: Ports>(self, x: &Exchange<'_, P>) -> Result<Self, Reason> {
        let Exchange { state, ports, .. } = *x;
        let ctx = x.ctx();
        let over = self.guess.network.map(|network| format!("over {}", base64url(&network.0))).unwrap_or_default();
        // While a network goes on with a list of names, each of them costs a read and no row.
        if state.guesses.is_shut_out(&over, ctx.now) && !ports.is_known(&self.guess).await? {
            return Err(Reason::Throttled);
        }
        let counted = ports.guess(&self.guess).await?;
        let is_known = counted.right > 0;
        let most = if counted.account > MOST_OF_ALL && !is_known && self.is_named { MOST_OF_A_STRANGER } else { MOST };
        if counted.pair > most {
            state.guesses.shut_out(&self.shut, ctx.now);
            return Err(Reason::Throttled);
        }
        if counted.network > MOST_OF_A_NETWORK && !is_known {
            state.guesses.shut_out_until(&over, ctx.now, counted.since + 60);
            return Err(Reason::Throttled);
        }
        Ok(Self { counted, ..self })
    }

    /// Without the Ledger the limiter counts alone. It takes nothing back, so a pair that was right counts anew under
    /// another key, as far as this isolate knows; and it has one limit for all, so a network has several counts.
    async fn counted_by_limiter<P: Ports>(self, ctx: Context<'_, P>, network: &str) -> Result<Self, Reason> {
        let right = ctx.recent.known.get(&self.guess.pair.0, ctx.now, REMEMBERED).unwrap_or(0);
        let mut within = ctx.ports.within(&format!("sign-in {} {right}", self.shut)).await?;
        if within && right == 0 && self.guess.network.is_some() {
            let [first, ..] = self.guess.account.0;
            within = ctx.ports.within(&format!("network {network} {}", first % PARTS)).await?;
        }
        let counted = Guesses { right, ..Guesses::default() };
        within.then_some(Self { counted, ..self }).ok_or(Reason::Throttled)
    }

    /// Whether it was counted for the network.
    pub fn is_of_network(&self) -> bool {
        self.guess.network.is_some() && self.counted.right == 0
    }

    /// Says whether it was right.
    ///
    /// # Errors
    /// Storage's and the limiter's own.
    pub async fn end<P: Ports>(&self, x: &Exchange<'_, P>, right: bool) -> Result<(), Reason> {
        let Exchange { state, ports, .. } = *x;
        let ctx = x.ctx();
        match (ctx.policy.single_use, right) {
            (SingleUse::Ledger, true) => ports.guessed_right(&self.guess, &self.counted).await,
            (SingleUse::Ledger, false) => {
                // The limiter counts the wrong ones since the last right one, and who goes on is shut out here too.
                let key = format!("guess {} {}", self.shut, self.counted.right);
                match state.guesses.heed(&self.shut, ctx.now, ports.within(&key).await) {
                    Err(Reason::Throttled) => Ok(()),
                    heeded => heeded,
                }
            }
            (SingleUse::BestEffort, true) => {
                ctx.recent.known.put(self.guess.pair.0, self.counted.right.saturating_add(1), ctx.now);
                Ok(())
            }
            (SingleUse::BestEffort, false) => Ok(()),
        }
    }
}

/// An account and the network that guesses at it.
///
/// # Errors
/// `SecretMissing`.
pub fn pair<P>(x: &Exchange<'_, P>, account: &str) -> Result<ClaimKey, Reason> {
    digest(x, &["pair ", &x.request.network()], &folded(account))
}

/// Whether a pair has to wait before it may guess again.
pub fn is_shut_out<P>(x: &Exchange<'_, P>, pair: &ClaimKey) -> bool {
    x.state.guesses.is_shut_out(&base64url(&pair.0), x.now)
}

fn digest<P>(x: &Exchange<'_, P>, what: &[&str], folded: &str) -> Result<ClaimKey, Reason> {
    let ctx = x.ctx();
    let policy = &x.state.policy;
    let key = policy.sign_in.as_ref().map(|it| &it.key).or(policy.email_link.as_ref().map(|it| &it.key));
    let secret = ctx.secrets.secret(&key.ok_or(Reason::NoRoute)?.secret)?;
    let mut parts: Vec<&[u8]> = vec![b"edgegate guess v1\0"];
    parts.extend(what.iter().map(|part| part.as_bytes()));
    parts.extend([b"\0", folded.as_bytes()]);
    Ok(ClaimKey::new(hmac_sha256(secret, &parts)))
}

/// One account whatever its spelling: most origins ignore case and space around a name.
fn folded(account: &str) -> String {
    // Letter by letter: the lower case of a whole text knows ends of words, which only make two of one account.
    let folded: String = account.chars().filter(|c| !c.is_control()).flat_map(char::to_lowercase).collect();
    folded.trim().to_owned()
}

/// Wrong guesses of a pair a minute.
const MOST: u32 = 20;
/// The same for a network that the account never signed in from, while many guess at it.
const MOST_OF_A_STRANGER: u32 = 2;
/// Wrong guesses at one account in ten minutes, from anywhere, beyond which strangers are slowed.
const MOST_OF_ALL: u32 = 100;
/// Wrong guesses of a network a minute, at accounts that never signed in from it. Far more than the typing errors of people
/// who are new behind one address, and a guesser with a list of names needs a day for a hundred thousand.
const MOST_OF_A_NETWORK: u32 = 100;
/// Counts of a network at the limiter: as many as it takes to come from the limit of one key to [`MOST_OF_A_NETWORK`].
const PARTS: u8 = 5;
/// Seconds for which it is remembered that an account signed in from a network.
const REMEMBERED: u64 = 30 * 86_400;
