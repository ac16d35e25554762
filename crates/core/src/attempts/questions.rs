//! One question at a time about one secret: requests that bring the same one at the same moment share an answer.
//!
//! A program sends its password with every request, many at a time. Each question to the origin is a guess that was
//! counted, so a burst of one right password would lock its person out if each copy of it asked. The platform forbids to
//! await what another request resolves: who comes second waits by a timer of its own and looks again. Only an answer to
//! a question that was put after it came counts for it, so that a password that was changed is never taken for longer
//! than a request takes. If a request is dropped half way, the next one asks itself; at the latest it does so after a while.

use std::cell::{Cell, RefCell};

use crate::ports::ClaimKey;
use crate::refusal::Reason;

/// What was asked: a digest of name and password, and the pair of account and network that it counts for.
pub type Key = ([u8; 32], ClaimKey);

/// Whose password it is; None: no one's.
pub type Answer = Result<Option<String>, Reason>;

/// Questions that are under way or were answered a moment ago.
#[derive(Debug, Default)]
pub struct Questions {
    last: Cell<u64>,
    asked: RefCell<Vec<Question>>,
}

#[derive(Debug)]
struct Question {
    key: Key,
    network: String,
    /// The newest turn, and when it began (milliseconds).
    turn: u64,
    began: u64,
    /// The newest answer and the turn that it is of.
    answered: Option<(u64, Answer)>,
}

/// What a request has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Ask, and hand the answer over by [`Questions::asking`].
    Ask(u64),
    /// Nothing: this is the answer.
    Shared(Answer),
    /// Wait a moment.
    Wait,
}

impl Questions {
    /// The newest turn of all: what a request notes when it comes.
    pub fn last(&self) -> u64 {
        self.last.get()
    }

    /// Whose turn it is, for a request of a network that came after the turn `came`. `now`: milliseconds.
    pub fn turn(&self, key: &Key, network: &str, came: u64, now: u64) -> Turn {
        let mut asked = self.asked.borrow_mut();
        let known = asked.iter_mut().find(|one| one.key == *key);
        let next = self.last.get() + 1;
        match known {
            Some(Question { answered: Some((turn, answer)), .. }) if *turn > came => Turn::Shared(answer.clone()),
            Some(one) if !one.is_answered() && one.is_younger_than(PATIENCE, now) => Turn::Wait,
            Some(one) => {
                self.last.set(next);
                (one.turn, one.began) = (next, now);
                Turn::Ask(next)
            }
            None => {
                self.last.set(next);
                asked.retain(|one| one.is_younger_than(KEPT, now));
                make_room(&mut asked, network);
                asked.push(Question { key: *key, network: network.to_owned(), turn: next, began: now, answered: None });
                Turn::Ask(next)
            }
        }
    }

    /// The question of a turn, while it is asked.
    pub fn asking<'a>(&'a self, key: &'a Key, turn: u64) -> Asking<'a> {
        Asking { questions: self, key, turn }
    }

    /// How many are asked at this moment.
    pub fn under_way(&self) -> usize {
        self.asked.borrow().iter().filter(|one| !one.is_answered()).count()
    }

    fn give_up(&self, key: &Key, turn: u64) {
        self.asked.borrow_mut().retain_mut(|one| {
            if one.key != *key || one.turn != turn || one.is_answered() {
                return true;
            }
            // What was answered before counts on.
            one.turn = one.answered.as_ref().map_or(one.turn, |(answered, _)| *answered);
            one.is_answered()
        });
    }

    fn answer(&self, key: &Key, turn: u64, answer: &Answer) {
        let mut asked = self.asked.borrow_mut();
        let Some(one) = asked.iter_mut().find(|one| one.key == *key) else { return };
        if one.answered.as_ref().is_none_or(|(newest, _)| *newest < turn) {
            one.answered = Some((turn, answer.clone()));
        }
    }
}

/// A question on its way. If it is dropped without an answer, the next request asks it again.
#[derive(Debug)]
pub struct Asking<'a> {
    questions: &'a Questions,
    key: &'a Key,
    turn: u64,
}

impl Asking<'_> {
    /// Hands the answer over.
    pub fn answer(self, answer: &Answer) {
        self.questions.answer(self.key, self.turn, answer);
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.questions.give_up(self.key, self.turn);
    }
}

impl Question {
    /// One that began later than now did so by a clock that was wrong: nobody waits until that time comes.
    fn is_younger_than(&self, milliseconds: u64, now: u64) -> bool {
        now.checked_sub(self.began).is_some_and(|age| age < milliseconds)
    }

    fn is_answered(&self) -> bool {
        self.answered.as_ref().is_some_and(|(turn, _)| *turn == self.turn)
    }
}

/// A question is noted before it is counted, so one network must not make those of others forgotten.
fn make_room(asked: &mut Vec<Question>, network: &str) {
    let is_open_of_it = |one: &Question| one.network == network && !one.is_answered();
    let oldest = if asked.iter().filter(|one| is_open_of_it(one)).count() >= SHARE {
        asked.iter().position(is_open_of_it)
    } else if asked.len() >= CAPACITY {
        asked.iter().position(Question::is_answered).or(Some(0))
    } else {
        None
    };
    if let Some(at) = oldest {
        asked.remove(at);
    }
}

/// Milliseconds after which a question counts as cut off: the next request asks, and is counted.
const PATIENCE: u64 = 2000;
/// Milliseconds for which a question is remembered. What waits has its answer by then.
const KEPT: u64 = 30_000;
/// A question that is forgotten is asked again, and counted.
const CAPACITY: usize = 256;
/// Of one network that are under way.
const SHARE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = ([1; 32], ClaimKey::new([2; 32]));
    const OTHER: Key = ([1; 32], ClaimKey::new([3; 32]));

    #[test]
    fn who_came_before_the_question_shares_its_answer() {
        let questions = Questions::default();
        let came = questions.last();
        assert_eq!(questions.turn(&KEY, "a", came, 0), Turn::Ask(1));
        assert_eq!(questions.turn(&KEY, "a", came, 10), Turn::Wait);
        assert_eq!(questions.turn(&OTHER, "a", came, 10), Turn::Ask(2), "another network asks for itself");
        let late = questions.last();
        questions.answer(&KEY, 1, &Ok(None));
        assert_eq!(questions.turn(&KEY, "a", came, 20), Turn::Shared(Ok(None)));
        assert_eq!(questions.turn(&KEY, "a", late, 20), Turn::Ask(3), "the answer is older than the request");
        assert_eq!(questions.turn(&KEY, "a", late, 20), Turn::Wait);
        assert_eq!(questions.turn(&KEY, "a", came, 20), Turn::Shared(Ok(None)), "while the next one is asked");
        questions.answer(&KEY, 3, &Err(Reason::Throttled));
        assert_eq!(questions.turn(&KEY, "a", late, 30), Turn::Shared(Err(Reason::Throttled)));
    }

    #[test]
    fn a_question_that_was_cut_off_is_asked_by_the_next_one() {
        let questions = Questions::default();
        assert_eq!(questions.turn(&KEY, "a", 0, 1000), Turn::Ask(1));
        assert_eq!(questions.turn(&KEY, "a", 1, 2999), Turn::Wait);
        assert_eq!(questions.turn(&KEY, "a", 1, 3000), Turn::Ask(2));
        assert_eq!(questions.turn(&KEY, "a", 1, 3000), Turn::Wait, "and by no other");
        questions.answer(&KEY, 1, &Ok(None));
        assert_eq!(questions.turn(&KEY, "a", 1, 3000), Turn::Wait, "an answer that came late after all is too old");
        questions.answer(&KEY, 2, &Ok(Some("jo".to_owned())));
        questions.answer(&KEY, 1, &Ok(None));
        assert_eq!(questions.turn(&KEY, "a", 1, 3000), Turn::Shared(Ok(Some("jo".to_owned()))));
    }

    #[test]
    fn nobody_waits_for_a_question_that_began_by_a_clock_that_is_ahead() {
        let questions = Questions::default();
        assert_eq!(questions.turn(&KEY, "a", 0, 600_000), Turn::Ask(1));
        assert_eq!(questions.turn(&KEY, "a", 1, 1000), Turn::Ask(2));
        assert_eq!(questions.turn(&KEY, "a", 1, 1010), Turn::Wait);
    }

    #[test]
    fn a_question_that_is_dropped_is_asked_by_the_next_one_at_once() {
        let questions = Questions::default();
        assert_eq!(questions.turn(&KEY, "a", 0, 0), Turn::Ask(1));
        drop(questions.asking(&KEY, 1));
        assert_eq!((questions.under_way(), questions.turn(&KEY, "a", 0, 1)), (0, Turn::Ask(2)));
        questions.asking(&KEY, 2).answer(&Ok(None));
        assert_eq!(questions.turn(&KEY, "a", 2, 2), Turn::Ask(3));
        drop(questions.asking(&KEY, 3));
        assert_eq!(questions.turn(&KEY, "a", 1, 3), Turn::Shared(Ok(None)), "what was answered before counts on");
        assert_eq!(questions.turn(&KEY, "a", 2, 3), Turn::Ask(4));
        drop(questions.asking(&KEY, 1));
        assert_eq!(questions.under_way(), 1, "an older one takes no newer one with it");
    }

    #[test]
    fn the_memory_is_bounded() {
        let questions = Questions::default();
        for at in 0..1000_u64 {
            let key = (core::array::from_fn(|byte| at.to_be_bytes()[byte % 8]), ClaimKey::new([0; 32]));
            assert!(matches!(questions.turn(&key, &(at % 9).to_string(), at, 0), Turn::Ask(_)));
        }
        assert_eq!(questions.asked.borrow().len(), CAPACITY);
        assert!(matches!(questions.turn(&KEY, "a", 0, KEPT), Turn::Ask(_)));
        assert_eq!(questions.asked.borrow().len(), 1);
    }

    #[test]
    fn a_network_makes_no_question_of_another_forgotten() {
        let questions = Questions::default();
        let number = |at: u64| (core::array::from_fn(|byte| at.to_be_bytes()[byte % 8]), ClaimKey::new([0; 32]));
        assert_eq!(questions.turn(&KEY, "a", 0, 0), Turn::Ask(1));
        for at in 0..1000 {
            questions.turn(&number(at), "b", 0, 0);
        }
        assert_eq!(questions.turn(&KEY, "a", 0, 0), Turn::Wait);
        for at in 0..1000 {
            let Turn::Ask(turn) = questions.turn(&number(at), &at.to_string(), at + 5000, 0) else { continue };
            questions.answer(&number(at), turn, &Err(Reason::Throttled));
        }
        assert_eq!(questions.turn(&KEY, "a", 0, 0), Turn::Wait, "what is answered is forgotten first");
    }
}
