//! What may be observed. The model knows only what clients were told and when a store took something; it checks every
//! outcome against that, whether its client still waits or has left.

use std::collections::BTreeMap;

use edgegate_core::exchange::Handled;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::Effect;
use serde_json::Value;

use crate::ask::{Ask, Who};
use crate::attempt::{Attempt, Fate};
use crate::prepared::{ONCE, Pair, SECOND_KEY_FROM, STRICT_FROM, WINDOW, prepared};
use crate::support::{answer, is_granted, set_cookies};

/// A moment: its place in the story, and Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct At {
    pub step: usize,
    pub time: u64,
}

/// What is known of something that can be revoked.
#[derive(Debug, Clone, Default, Hash)]
pub struct Life {
    /// Since when the Ledger knows that it ended.
    pub known: Option<At>,
    /// Isolates that answered so, and since when.
    pub told: Vec<(usize, usize)>,
}

/// A grant and its generations.
#[derive(Debug, Clone, Default, Hash)]
pub struct Grant {
    /// What the client holds, by generation.
    pub pairs: Vec<Pair>,
    /// Whatever was made, by generation and by whether the second key signed it.
    made: BTreeMap<(usize, bool), Pair>,
    /// Since when somebody has been given the successor of a generation.
    replaced: BTreeMap<usize, At>,
}

#[derive(Debug, Clone, Hash)]
pub struct Model {
    /// How often each thing opened that works once.
    pub opened: [usize; ONCE.len()],
    lives: [Life; Who::ALL.len()],
    grants: [Grant; 2],
    /// The session of the person who signed in.
    pub cookie: Option<String>,
    /// Since when KV takes what the Ledger writes; None while it does not.
    pub taken_since: Option<u64>,
    /// Seconds by which KV lags, and whether that is longer than its documentation says.
    lag: u64,
    pub is_far_behind: bool,
}

type Verdict = Result<(), String>;

impl Model {
    pub fn new(lag: u64) -> Self {
        let pairs = vec![prepared().pair.clone()];
        Self {
            opened: [0; ONCE.len()],
            lives: Default::default(),
            grants: [Grant { pairs, ..Grant::default() }, Grant::default()],
            cookie: None,
            taken_since: Some(0),
            lag,
            is_far_behind: lag > 60,
        }
    }

    pub fn life(&self, who: Who) -> &Life {
        &self.lives[who as usize]
    }

    pub fn grant(&self, who: Who) -> &Grant {
        &self.grants[usize::from(who == Who::Code)]
    }

    fn grant_mut(&mut self, who: Who) -> &mut Grant {
        &mut self.grants[usize::from(who == Who::Code)]
    }

    /// Notes what a store took for an attempt.
    pub fn effect(&mut self, of: Ask, effect: Effect, at: At) {
        let who = match of {
            Ask::End(who) | Ask::Refresh(who, _) => who,
            Ask::Code => Who::Code,
            _ => return,
        };
        if effect == Effect::Revoked {
            self.lives[who as usize].known.get_or_insert(at);
        }
    }

    /// Checks how an attempt ended. `others`: all attempts, this one among them.
    pub fn check(&mut self, of: &Attempt, handled: &Handled, others: &[Attempt], at: At) -> Verdict {
        match handled.refused {
            None => self.check_success(of, handled, others, at),
            Some(reason) => self.check_refusal(of, reason, others, at),
        }
    }

    fn check_success(&mut self, of: &Attempt, handled: &Handled, others: &[Attempt], at: At) -> Verdict {
        match of.ask {
            Ask::Redeem(which) => {
                if !is_granted(handled) {
                    return Err("it was neither refused nor let through".to_owned());
                }
                self.opened[which] += 1;
                deny(self.opened[which] > 1, || format!("the {} opened twice", ONCE[which]))
            }
            Ask::Dead(which) => Err(format!("{} was let through", prepared().dead[which].0)),
            Ask::Visit(..) => self.check_visit(of, others),
            Ask::End(who) => {
                let is_unknown = self.life(who).known.is_none() && !is_unsaid(who, others);
                let life = &mut self.lives[who as usize];
                deny(is_unknown, || format!("the {who:?} was said to be ended, and the Ledger does not know"))?;
                life.told.push((of.isolate, at.step));
                Ok(())
            }
            Ask::Refresh(who, generation) => self.check_tokens(of, who, generation + 1, handled, at),
            Ask::Code => self.check_tokens(of, Who::Code, 0, handled, at),
            Ask::SignIn => {
                let cookies = set_cookies(handled);
                let value =
                    cookies.iter().find_map(|cookie| cookie.strip_prefix("__Host-edgegate=")?.split(';').next());
                let value = value.ok_or("signed in without a session")?;
                if !of.has_left && self.cookie.is_none() {
                    self.cookie = Some(value.to_owned());
                }
                Ok(())
            }
        }
    }

    /// Seconds after which a revocation is seen everywhere: those of KV's lag, of what KV keeps of a read, and of what an
    /// isolate does. Where a refresh was cut off, its record may have gone over the tombstone, which the Ledger writes once
    /// more a minute later.
    pub fn bound(&self, who: Who, others: &[Attempt]) -> u64 {
        let is_cut = |other: &Attempt| other.hit.kv || other.fate == Fate::Lost;
        let again = if who.is_grant() && others.iter().any(is_cut) { 61 } else { 0 };
        self.lag + 30 + 30 + again
    }

    fn check_visit(&self, of: &Attempt, others: &[Attempt]) -> Verdict {
        let Ask::Visit(who, strict, generation) = of.ask else { return Ok(()) };
        let life = self.life(who);
        let is_strict = strict || of.version >= STRICT_FROM;
        let was_told = life.told.iter().any(|(isolate, step)| *isolate == of.isolate && *step < of.began.step);
        deny(was_told, || format!("the {who:?} opened where its end had been answered"))?;
        let Some(known) = life.known.filter(|known| known.step < of.began.step) else {
            let replaced = self.grant(who).replaced.get(&generation).filter(|_| who.is_grant());
            let is_replaced = is_strict && replaced.is_some_and(|given| given.step < of.began.step);
            return deny(is_replaced, || format!("a replaced token of the {who:?} opened a strict page"));
        };
        deny(is_strict, || format!("the {who:?} opened a strict page after the Ledger knew of its end"))?;
        // What KV refuses holds once it takes it.
        let Some(taken) = self.taken_since else { return Ok(()) };
        let (late, bound) = (of.began.time.saturating_sub(known.time.max(taken)), self.bound(who, others));
        deny(late > bound, || format!("the {who:?} opened {late} s after its end, bound {bound} s"))
    }

    fn check_tokens(&mut self, of: &Attempt, who: Who, generation: usize, handled: &Handled, at: At) -> Verdict {
        let is_over = self.life(who).known.is_some_and(|known| known.step < of.began.step);
        deny(is_over, || format!("the {who:?} gave tokens after the Ledger knew of its end"))?;
        let pair = pair(handled).ok_or("neither tokens nor a refusal")?;
        let grant = self.grant_mut(who);
        let made = grant.made.entry((generation, of.version >= SECOND_KEY_FROM)).or_insert_with(|| pair.clone());
        deny(*made != pair, || format!("two pairs of tokens for generation {generation} of the {who:?}"))?;
        if let Some(before) = generation.checked_sub(1) {
            grant.replaced.entry(before).or_insert(at);
        }
        if !of.has_left && grant.pairs.len() == generation {
            grant.pairs.push(pair);
        }
        Ok(())
    }

    fn check_refusal(&self, of: &Attempt, reason: Reason, others: &[Attempt], at: At) -> Verdict {
        let rivals = || others.iter().filter(|other| other.number != of.number && other.ask == of.ask);
        // Who may have had what was asked for: those let through, under way at that time, or lost with their isolate; and
        // those whose withdrawal was.
        let is_released = |other: &Attempt| other.released.is_some_and(|step| step <= of.began.step);
        let holds = |other: &&Attempt| other.fate != Fate::Refused || !is_released(other);
        let claims = || rivals().filter(holds).filter_map(|other| other.claimed);
        let is_taken = || claims().next().is_some();
        // A claim whose note another request was given stays, whatever became of its own.
        let given = match of.ask {
            Ask::Refresh(who, generation) => self.grant(who).replaced.get(&generation),
            _ => None,
        };
        // So does a request's own, and a scheduler can let a request stand for longer than the platform would.
        let held = || claims().chain(given.copied()).chain(of.claimed);
        let is_old = || held().any(|claim| at.time >= claim.time + WINDOW);
        // Where somebody asked for the end it may hold before the Ledger has heard of it.
        let is_ended = |who| self.life(who).known.is_some() || others.iter().any(|other| other.ask == Ask::End(who));
        let is_fit = match (of.ask, reason) {
            (_, Reason::LedgerUnavailable) => of.hit.is_by_ledger(),
            (_, Reason::VaultUnavailable) => of.hit.kv,
            (Ask::SignIn, Reason::PasswordCheckUnavailable) => of.hit.origin,
            (Ask::Redeem(_), Reason::NonceReplayed | Reason::LinkReplayed | Reason::RedirectReplayed) => is_taken(),
            (Ask::Redeem(_), Reason::NonceUnknown) => self.is_far_behind,
            (Ask::Visit(who, ..), Reason::TokenRevoked | Reason::SessionRevoked) => is_ended(who),
            (Ask::Visit(who, _, generation), Reason::TokenSuperseded) => {
                others.iter().any(|other| other.ask == Ask::Refresh(who, generation) && other.claimed.is_some())
            }
            (Ask::Visit(who, ..), Reason::TokenUnknown | Reason::SessionUnknown) => {
                self.is_far_behind || is_unsaid(who, others)
            }
            (Ask::Refresh(who, _), Reason::RefreshRevoked) => is_ended(who) || is_unsaid(who, others),
            (Ask::Refresh(..), Reason::RefreshReused) => is_old(),
            (Ask::Code, Reason::CodeReplayed) => is_old() || is_ended(Who::Code),
            (Ask::Dead(which), reason) => reason == prepared().dead[which].1,
            _ => false,
        };
        deny(!is_fit, || format!("refused with {}, which does not fit", reason.code()))
    }
}

/// Whether the Ledger may not have heard of a new record, so that it is found only where KV has it.
pub fn is_unsaid(who: Who, others: &[Attempt]) -> bool {
    let made = match who {
        Who::Login => Ask::SignIn,
        Who::Code => Ask::Code,
        Who::Token | Who::Session | Who::Grant => return false,
    };
    others.iter().any(|other| other.ask == made && other.hit.insisted > 1)
}

/// Access and refresh token of an answer.
fn pair(handled: &Handled) -> Option<Pair> {
    if matches!(handled.decision, Decision::Forward(_)) {
        return None;
    }
    let body: Value = serde_json::from_str(&answer(handled).body).ok()?;
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    Some(Pair { access: text("access_token")?, refresh: text("refresh_token")? })
}

fn deny(is_wrong: bool, what: impl FnOnce() -> String) -> Verdict {
    if is_wrong { Err(what()) } else { Ok(()) }
}
