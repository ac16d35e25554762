//! A request under way.

use edgegate_core::testing::Stage;

use crate::ask::Ask;
use crate::model::At;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    Running,
    /// It ended, and not with a refusal.
    Through,
    Refused,
    /// Its isolate ended before it did.
    Lost,
}

/// Which faults a request met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Hit {
    pub kv: bool,
    /// What the Ledger is asked once more if it does not answer.
    pub insisted: usize,
    /// What it is asked once.
    pub guesses: usize,
    /// Withdrawals that did not take effect in time.
    pub withdrawals: usize,
    pub origin: bool,
}

impl Hit {
    /// Whether it was answered before its claims were taken back.
    pub fn is_withdrawing(self) -> bool {
        self.withdrawals >= WITHDRAWALS
    }

    pub fn is_by_ledger(self) -> bool {
        self.guesses > 0 || self.insisted > 1
    }
}

#[derive(Debug, Clone)]
pub struct Attempt {
    pub number: usize,
    pub ask: Ask,
    pub isolate: usize,
    /// Of the policy.
    pub version: usize,
    pub began: At,
    pub stage: Stage,
    /// Whether its client has left.
    pub has_left: bool,
    pub hit: Hit,
    /// When its claim took effect.
    pub claimed: Option<At>,
    pub fate: Fate,
    /// When it ended, or last went on.
    pub ended: At,
    /// The step by which its claims were taken back, if it was refused. Where none of the withdrawals got through that it waited
    /// for, that is later than its end.
    pub released: Option<usize>,
}

/// As often as the stores try to take a claim back before its request is answered.
const WITHDRAWALS: usize = 5;
