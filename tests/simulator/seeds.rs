//! A story by its seed: who asks what, who goes on, what fails, who leaves, and how everything ends.

use edgegate_core::testing::{Operation, Stage};

use crate::ask::{Ask, Who};
use crate::attempt::{Attempt, Fate};
use crate::choices::Choices;
use crate::model::is_unsaid;
use crate::prepared::{ONCE, WINDOW, prepared};
use crate::run::{Run, Trouble};

/// How much goes wrong in a story, in percent of what could, and whom the scheduler prefers.
struct Weather {
    trouble: usize,
    /// Whether of all operations only writes of KV fail, but most of those, as where there are too many.
    is_of_writes: bool,
    leaves: usize,
    dies: usize,
    /// How often the newest request goes on: then an older one stands where it is while others come and go.
    newest: usize,
    /// The isolate that all requests come to, if they come to one.
    only: Option<usize>,
}

/// Plays the story of a seed to its end.
pub fn play(seed: u64, is_told: bool) -> Run {
    let mut choices = Choices::new(seed);
    let lag = choices.pick(&[0, 1, 20, 59, 60, 60, 90, 150]);
    let mut run = Run::new(lag, is_told);
    let is_of_writes = choices.percent(20);
    let weather = Weather {
        trouble: if is_of_writes { 70 } else { choices.pick(&[0, 0, 5, 15, 30]) },
        is_of_writes,
        leaves: choices.pick(&[0, 0, 2, 8]),
        dies: choices.pick(&[0, 0, 0, 2]),
        newest: choices.pick(&[0, 0, 0, 80]),
        only: choices.pick(&[None, None, Some(0)]),
    };
    run.pass(choices.below(300_000) as u64);
    let cast = cast(&mut choices);
    let most = 3 + choices.below(5);
    for _ in 0..120 {
        act(&mut run, &mut choices, &weather, &cast, most);
        if run.wrong.is_some() || (run.attempts.len() >= most && run.running().next().is_none()) {
            break;
        }
    }
    run.settle();
    epilogue(&mut run, &mut choices, &cast);
    if choices.percent(LOOKED_AT_LAST) {
        last_looks(&mut run, &mut choices, &cast);
    }
    run
}

/// What a story is about: one thing or two.
fn cast(choices: &mut Choices) -> Vec<Ask> {
    let kinds = [
        Ask::Redeem(0),
        Ask::Redeem(1),
        Ask::Redeem(2),
        Ask::Redeem(3),
        Ask::Visit(Who::Token, false, 0),
        Ask::Visit(Who::Session, false, 0),
        Ask::SignIn,
        Ask::Refresh(Who::Grant, 0),
        Ask::Refresh(Who::Grant, 0),
        Ask::Code,
        Ask::Code,
        Ask::Dead(0),
    ];
    (0..1 + choices.below(2)).map(|_| choices.pick(&kinds)).collect()
}

/// Lets one thing happen.
fn act(run: &mut Run, choices: &mut Choices, weather: &Weather, cast: &[Ask], most: usize) {
    let running: Vec<usize> = run.running().collect();
    if running.is_empty() && choices.percent(15) {
        // No request takes so long, nor does what it gave up: the adapter gives an operation three seconds, the platform a
        // request half a minute.
        while run.late() > 0 {
            run.deliver(0);
        }
        return run.pass(choices.pick(&[5_000, 20_000, 61_000]));
    }
    let can_begin = run.attempts.len() < most && running.len() < 4;
    if can_begin && (running.is_empty() || choices.percent(20)) {
        if let Some(ask) = next(run, choices, cast) {
            run.begin(ask, weather.only.unwrap_or_else(|| choices.below(3)));
        }
        return;
    }
    match choices.below(100) {
        0..4 => run.pass(choices.pick(&[1, 100, 900, 2_000])),
        4 => run.deploy(choices.below(3)),
        5..8 => run.deliver(choices.below(4)),
        8 if weather.trouble > 10 => run.restart(),
        9 if weather.trouble > 10 => run.refuse(choices.percent(50)),
        event if event >= 10 && event < 10 + weather.dies => run.die(choices.below(3)),
        _ if running.is_empty() => {}
        event if event >= 12 && event < 12 + weather.leaves => run.leave(choices.pick(&running)),
        _ => {
            let trouble = choices.pick(&[Trouble::Fails, Trouble::Unanswered, Trouble::Late]);
            let newest = running.last().copied().filter(|_| choices.percent(weather.newest));
            let which = newest.unwrap_or_else(|| choices.pick(&running));
            let is_spared = weather.is_of_writes && run.attempts[which].stage != Stage::Before(Operation::Put);
            run.poll(which, Some(trouble).filter(|_| !is_spared && choices.percent(weather.trouble)));
        }
    }
}

/// What somebody of the cast asks next.
fn next(run: &Run, choices: &mut Choices, cast: &[Ask]) -> Option<Ask> {
    let strict = choices.percent(50);
    let of = |who: Who, choices: &mut Choices| match choices.below(4) {
        0 => Ask::End(who),
        _ => Ask::Visit(who, strict, 0),
    };
    Some(match choices.pick(cast) {
        Ask::Redeem(which) => Ask::Redeem(which),
        Ask::Dead(_) => Ask::Dead(choices.below(prepared().dead.len())),
        Ask::SignIn if run.model.cookie.is_none() => Ask::SignIn,
        Ask::SignIn => of(Who::Login, choices),
        Ask::Visit(who, ..) => of(who, choices),
        Ask::Code if run.model.grant(Who::Code).pairs.is_empty() => {
            return is_in_time(run, Ask::Code).then_some(Ask::Code);
        }
        Ask::Code => return of_grant(run, Who::Code, strict, choices),
        Ask::Refresh(who, _) => return of_grant(run, who, strict, choices),
        Ask::End(_) => return None,
    })
}

fn of_grant(run: &Run, who: Who, strict: bool, choices: &mut Choices) -> Option<Ask> {
    let newest = run.model.grant(who).pairs.len().checked_sub(1)?;
    let generation = newest - choices.below(2).min(newest);
    match choices.below(6) {
        0 => Some(Ask::End(who)),
        1 | 2 => Some(Ask::Visit(who, strict, generation)),
        // The newest, or once more the one before, as a second tab does.
        _ => Some(Ask::Refresh(who, generation)).filter(|ask| is_in_time(run, *ask)),
    }
}

/// Whether an honest client would still ask that: one that was let through, or left, may come again within the window.
fn is_in_time(run: &Run, ask: Ask) -> bool {
    let now = run.world.clock.get();
    let earlier = || run.attempts.iter().filter(|attempt| attempt.ask == ask);
    // A claim of which another request was told is not taken back: that one may have acted on it.
    let was_told = |of: &Attempt| {
        earlier().any(|other| {
            other.number != of.number && other.began.step < of.ended.step && of.began.step < other.ended.step
        })
    };
    earlier().all(|attempt| match attempt.fate {
        Fate::Refused => {
            let claimed = attempt.claimed.filter(|_| was_told(attempt));
            claimed.is_none_or(|claim| now < claim.time + WINDOW / 2)
        }
        Fate::Running => now < attempt.began.time + WINDOW / 2,
        Fate::Through | Fate::Lost => now < attempt.claimed.unwrap_or(attempt.ended).time + WINDOW / 2,
    })
}

/// All is well again: what was never answered can be asked for again, and what ended stays ended.
pub fn epilogue(run: &mut Run, choices: &mut Choices, cast: &[Ask]) {
    run.pass(1_000);
    for which in 0..ONCE.len() {
        // What an isolate took with it does not come back.
        let is_lost = |ask| run.attempts.iter().any(|attempt| attempt.ask == ask && attempt.fate == Fate::Lost);
        if cast.contains(&Ask::Redeem(which)) && !is_lost(Ask::Redeem(which)) && !run.model.is_far_behind {
            once_more(run, which, choices.below(3));
        }
    }
    for who in [Who::Grant, Who::Code] {
        again(run, who, choices.below(3));
    }
    for who in Who::ALL {
        ended(run, who);
    }
}

/// What works once opens exactly once in the end.
fn once_more(run: &mut Run, which: usize, place: usize) {
    let opened = run.model.opened[which];
    if opened == 0 && run.ask(Ask::Redeem(which), place) != Ok(Fate::Through) {
        run.wrong.get_or_insert(format!("nobody got the {} and nobody can", ONCE[which]));
    }
    if run.ask(Ask::Redeem(which), place + 1) == Ok(Fate::Through) {
        run.wrong.get_or_insert(format!("the {} opened once more", ONCE[which]));
    }
}

/// A client whose grant nobody ended gets on, and what it gets works everywhere.
fn again(run: &mut Run, who: Who, place: usize) {
    let is_unknown_somewhere = run.model.is_far_behind || is_unsaid(who, &run.attempts);
    if run.wrong.is_some() || run.model.life(who).known.is_some() || is_unknown_somewhere {
        return;
    }
    let newest = run.model.grant(who).pairs.len();
    let ask = match newest.checked_sub(1) {
        Some(newest) => Ask::Refresh(who, newest),
        None => Ask::Code,
    };
    let was_asked = run.attempts.iter().any(|attempt| attempt.ask == ask);
    if !was_asked || !is_in_time(run, ask) {
        return;
    }
    if run.ask(ask, place) != Ok(Fate::Through) {
        run.wrong.get_or_insert(format!("an honest client cannot go on: it {}", ask.told()));
    }
    for place in 0..3 {
        if run.ask(Ask::Visit(who, true, newest), place) != Ok(Fate::Through) {
            run.wrong.get_or_insert(format!("the newest token of the {who:?} does not open"));
        }
    }
}

/// What the Ledger knows to be ended opens nothing: on a strict page at once, on any other after the bound.
fn ended(run: &mut Run, who: Who) {
    if run.wrong.is_some() || run.model.life(who).known.is_none() {
        return;
    }
    for strict in [true, false] {
        for place in 0..3 {
            // The model checks it.
            let _ = run.ask(Ask::Visit(who, strict, 0), place);
        }
        if strict {
            run.pass((run.model.bound(who, &run.attempts) + 1) * 1_000);
        }
    }
}

/// What still lives is ended, by revocation or by a thief, and visited when that can be seen last. The bound is a sum, and chance
/// alone hardly reaches all of it: KV answers with the old record just before its lag is over, another isolate of that location
/// takes a copy just before KV asks anew, and that copy is used just before it is too old.
fn last_looks(run: &mut Run, choices: &mut Choices, cast: &[Ask]) {
    let who = match choices.pick(cast) {
        Ask::Visit(who, ..) | Ask::Refresh(who, _) => who,
        Ask::SignIn if run.model.cookie.is_some() => Who::Login,
        Ask::Code if !run.model.grant(Who::Code).pairs.is_empty() => Who::Code,
        _ => return,
    };
    if run.wrong.is_some() || run.model.life(who).known.is_some() {
        return;
    }
    let newest = if who.is_grant() { run.model.grant(who).pairs.len() - 1 } else { 0 };
    let visit = Ask::Visit(who, false, newest);
    // The model judges them all.
    let _ = run.ask(visit, choices.below(3));
    if newest > 0 && choices.percent(50) {
        theft(run, Ask::Refresh(who, newest - 1), choices.below(3));
    } else {
        let _ = run.ask(Ask::End(who), choices.below(3));
    }
    let Some(ended) = run.model.life(who).known else { return };
    let lag = run.world.lag.get();
    let bound = run.model.bound(who, &run.attempts);
    for moment in [lag.saturating_sub(1), lag + KEPT_BY_KV - 2, bound + 1] {
        let left = (ended.time + moment).saturating_sub(run.world.clock.get());
        run.pass(left * 1_000);
        let _ = run.ask(visit, choices.below(3));
    }
}

/// Somebody shows a refresh token again after its window, whose successor the client has.
fn theft(run: &mut Run, ask: Ask, place: usize) {
    run.pass(WINDOW * 1_000);
    if run.ask(ask, place) == Ok(Fate::Through) {
        run.wrong.get_or_insert(format!("a thief {}", ask.told()));
    }
}

/// Of a hundred stories, how many end so.
const LOOKED_AT_LAST: usize = 10;
/// Seconds for which a location of KV keeps what it read.
const KEPT_BY_KV: u64 = 30;
