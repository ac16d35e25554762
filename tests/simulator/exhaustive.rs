//! Every order and every single fault of a few requests at two isolates: not drawn, but all of them.
//!
//! It is the gate itself that is searched, not a model of it. Its futures cannot be copied, so a state is reached by doing
//! again what led to it; states are known again by what the stores hold and what each isolate was told, on which all that
//! follows depends.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use edgegate_core::testing::{Operation, Stage};

use crate::ask::{Ask, Who};
use crate::attempt::Fate;
use crate::choices::Choices;
use crate::run::{Run, Trouble, is_possible};
use crate::seeds::epilogue;

/// Requests that begin together, at the isolates of two locations; what each of these did before.
#[derive(Clone, Copy)]
struct Scene {
    name: &'static str,
    before: &'static [(Ask, usize)],
    together: &'static [(Ask, usize)],
    faults: usize,
}

const HERE: usize = 0;
const ELSEWHERE: usize = 2;
const BOTH_KNOW_THE_TOKEN: &[(Ask, usize)] =
    &[(Ask::Visit(Who::Token, false, 0), HERE), (Ask::Visit(Who::Token, false, 0), ELSEWHERE)];
const BOTH_KNOW_THE_SESSION: &[(Ask, usize)] =
    &[(Ask::Visit(Who::Session, false, 0), HERE), (Ask::Visit(Who::Session, false, 0), ELSEWHERE)];
const BOTH_KNOW_THE_GRANT: &[(Ask, usize)] =
    &[(Ask::Visit(Who::Grant, false, 0), HERE), (Ask::Visit(Who::Grant, false, 0), ELSEWHERE)];
const REFRESH: Ask = Ask::Refresh(Who::Grant, 0);

const SCENES: &[Scene] = &[
    scene("two redeem a nonce", &[], &[(Ask::Redeem(0), HERE), (Ask::Redeem(0), ELSEWHERE)]),
    scene("two redeem a link", &[], &[(Ask::Redeem(1), HERE), (Ask::Redeem(1), ELSEWHERE)]),
    scene("two redeem a signed redirect", &[], &[(Ask::Redeem(2), HERE), (Ask::Redeem(2), ELSEWHERE)]),
    scene("two redeem a code", &[], &[(Ask::Code, HERE), (Ask::Code, ELSEWHERE)]),
    scene("two refresh", &[], &[(REFRESH, HERE), (REFRESH, ELSEWHERE)]),
    scene("two refresh that know the grant", BOTH_KNOW_THE_GRANT, &[(REFRESH, HERE), (REFRESH, ELSEWHERE)]),
    scene("one refreshes, one revokes", &[], &[(REFRESH, HERE), (Ask::End(Who::Grant), ELSEWHERE)]),
    scene(
        "one refreshes, one revokes, both know the grant",
        BOTH_KNOW_THE_GRANT,
        &[(REFRESH, HERE), (Ask::End(Who::Grant), ELSEWHERE)],
    ),
    scene(
        "a token is used and revoked",
        &[],
        &[(Ask::Visit(Who::Token, true, 0), HERE), (Ask::End(Who::Token), ELSEWHERE)],
    ),
    scene(
        "a known token is used and revoked",
        BOTH_KNOW_THE_TOKEN,
        &[(Ask::Visit(Who::Token, true, 0), HERE), (Ask::End(Who::Token), ELSEWHERE)],
    ),
    scene(
        "somebody visits and signs out",
        &[],
        &[(Ask::Visit(Who::Session, false, 0), HERE), (Ask::End(Who::Session), ELSEWHERE)],
    ),
    scene(
        "somebody known visits and signs out",
        BOTH_KNOW_THE_SESSION,
        &[(Ask::Visit(Who::Session, true, 0), HERE), (Ask::End(Who::Session), ELSEWHERE)],
    ),
    Scene {
        name: "two refresh and one revokes, without a fault",
        before: &[],
        together: &[(REFRESH, HERE), (REFRESH, ELSEWHERE), (Ask::End(Who::Grant), 1)],
        faults: 0,
    },
];

const fn scene(name: &'static str, before: &'static [(Ask, usize)], together: &'static [(Ask, usize)]) -> Scene {
    Scene { name, before, together, faults: 1 }
}

/// What can happen next.
#[derive(Debug, Clone, Copy)]
enum Act {
    Poll(usize, Option<Trouble>),
    Deliver(usize),
    Leave(usize),
    Die(usize),
}

impl Act {
    fn is_fault(self) -> bool {
        matches!(self, Self::Poll(_, Some(_)) | Self::Leave(_) | Self::Die(_))
    }
}

fn acts(run: &Run, faults: usize) -> Vec<Act> {
    let running: Vec<usize> = run.running().collect();
    // An answer on its way changes nothing that another request could see, for each has an isolate of its own here: it
    // arrives at once. So does what a request asks of its own body.
    let is_alone = |stage| matches!(stage, Stage::After(_) | Stage::Before(Operation::Body));
    if let Some(which) = running.iter().find(|which| is_alone(run.attempts[**which].stage)) {
        return vec![Act::Poll(*which, None)];
    }
    let mut acts: Vec<Act> = (0..run.late()).map(Act::Deliver).collect();
    for which in running {
        acts.push(Act::Poll(which, None));
        if faults == 0 {
            continue;
        }
        if let Stage::Before(operation) = run.attempts[which].stage {
            let troubles = [Trouble::Fails, Trouble::Unanswered, Trouble::Late];
            let possible = troubles.into_iter().filter(|trouble| is_possible(operation, *trouble));
            acts.extend(possible.map(|trouble| Act::Poll(which, Some(trouble))));
        }
        if run.attempts[which].stage != Stage::New {
            acts.push(Act::Leave(which));
            acts.extend(run.place(which).map(Act::Die));
        }
    }
    acts
}

fn begin(scene: &Scene, is_told: bool) -> Run {
    let mut run = Run::new(60, is_told);
    run.world.watch.is_exact.set(true);
    run.pass(150_000);
    for (ask, place) in scene.before {
        assert_eq!(run.ask(*ask, *place), Ok(Fate::Through), "{ask:?}");
    }
    for (ask, place) in scene.together {
        run.begin(*ask, *place).expect("somebody can ask that");
    }
    run
}

fn act(run: &mut Run, act: Act) {
    match act {
        Act::Poll(which, trouble) => run.poll(which, trouble),
        Act::Deliver(which) => run.deliver(which),
        Act::Leave(which) => run.leave(which),
        Act::Die(place) => run.die(place),
    }
}

/// How many states a scene has and in how many ways it ends; what is wrong with it, as a story.
fn search(scene: &Scene) -> Result<(usize, usize), String> {
    let cast: Vec<Ask> = scene.together.iter().map(|(ask, _)| *ask).collect();
    let mut known = HashSet::new();
    let mut ends = 0;
    // Which of how many acts was chosen at each state.
    let mut path: Vec<(usize, usize)> = Vec::new();
    loop {
        let mut run = begin(scene, false);
        let mut faults = scene.faults;
        for depth in 0.. {
            let acts = acts(&run, faults);
            if acts.is_empty() {
                ends += 1;
                epilogue(&mut run, &mut Choices::new(1), &cast);
                break;
            }
            if depth == path.len() {
                if acts.len() > 1 && !known.insert((run.fingerprint(), faults)) {
                    break;
                }
                path.push((0, acts.len()));
            }
            let chosen = acts[path[depth].0];
            faults -= usize::from(chosen.is_fault());
            act(&mut run, chosen);
            if run.wrong.is_some() {
                break;
            }
        }
        if let Some(wrong) = run.wrong {
            return Err(format!("{}: {wrong}\n{}", scene.name, tell(scene, &path)));
        }
        // The next path: another act at the last state that has one left.
        while path.pop_if(|(chosen, many)| *chosen + 1 == *many).is_some() {}
        match path.last_mut() {
            Some((chosen, _)) => *chosen += 1,
            None => return Ok((known.len(), ends)),
        }
    }
}

/// The story of a path.
fn tell(scene: &Scene, path: &[(usize, usize)]) -> String {
    let mut run = begin(scene, true);
    let mut faults = scene.faults;
    for (chosen, _) in path {
        let chosen = acts(&run, faults)[*chosen];
        faults -= usize::from(chosen.is_fault());
        act(&mut run, chosen);
    }
    let cast: Vec<Ask> = scene.together.iter().map(|(ask, _)| *ask).collect();
    if run.wrong.is_none() {
        run.settle();
        epilogue(&mut run, &mut Choices::new(1), &cast);
    }
    run.story()
}

#[test]
fn no_order_and_no_single_fault_is_observed_that_must_not_be() {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some(scene) = SCENES.get(next.fetch_add(1, Ordering::Relaxed)) {
            // A fault more takes a minute: the native tests, which play few stories, search the orders alone.
            let faults = if crate::is_long() { scene.faults } else { 0 };
            match search(&Scene { faults, ..*scene }) {
                Ok((states, ends)) => println!("{:<50} {states:>7} states, {ends:>6} ends", scene.name),
                Err(story) => wrong.lock().unwrap().push(story),
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
