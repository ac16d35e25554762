//! Every order and every single fault of a few requests at two isolates: not drawn, but all of them.
//!
//! It is the gate itself that is searched, not a model of it. Its futures cannot be copied, so a state is reached by doing
//! again what led to it; states are known again by what the stores hold and what each isolate was told, on which all that
//! follows depends.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex};

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

/// A scene under search, by as many threads as there are cores.
struct Search {
    scene: Scene,
    so_far: Mutex<SoFar>,
    changed: Condvar,
}

#[derive(Default)]
struct SoFar {
    /// Which act was chosen at each state of the paths that nobody has gone to their end yet.
    left: Vec<Vec<usize>>,
    under_way: usize,
    known: HashSet<(u64, usize)>,
    ends: usize,
    wrong: Option<String>,
}

/// How many states a scene has and in how many ways it ends; what is wrong with it, as a story.
fn search(scene: Scene) -> Result<(usize, usize), String> {
    let so_far = Mutex::new(SoFar { left: vec![Vec::new()], ..SoFar::default() });
    let search = Search { scene, so_far, changed: Condvar::new() };
    crate::on_every_core(|| {
        while let Some(path) = search.next() {
            search.go(path)
        }
    });
    let found = search.so_far.into_inner().unwrap();
    found.wrong.map_or(Ok((found.known.len(), found.ends)), |wrong| Err(format!("{}: {wrong}", scene.name)))
}

impl Search {
    /// A path to go to its end; None once all were, or something is wrong.
    fn next(&self) -> Option<Vec<usize>> {
        let mut so_far = self.so_far.lock().unwrap();
        loop {
            if so_far.wrong.is_some() {
                return None;
            }
            if let Some(path) = so_far.left.pop() {
                so_far.under_way += 1;
                return Some(path);
            }
            if so_far.under_way == 0 {
                return None;
            }
            so_far = self.changed.wait(so_far).unwrap();
        }
    }

    fn go(&self, mut path: Vec<usize>) {
        let followed = catch_unwind(AssertUnwindSafe(|| {
            self.follow(&mut path).map(|wrong| format!("{wrong}\n{}", tell(&self.scene, &path)))
        }));
        let wrong = followed.unwrap_or_else(|_| Some(format!("it panicked, where these acts were chosen: {path:?}")));
        let mut so_far = self.so_far.lock().unwrap();
        so_far.under_way -= 1;
        so_far.wrong = so_far.wrong.take().or(wrong);
        self.changed.notify_all();
    }

    /// Follows a path, then the first act of each state that is new; the others are left for later. What is wrong there.
    fn follow(&self, path: &mut Vec<usize>) -> Option<String> {
        let mut run = begin(&self.scene, false);
        let mut faults = self.scene.faults;
        for depth in 0.. {
            let acts = acts(&run, faults);
            if acts.is_empty() {
                self.so_far.lock().unwrap().ends += 1;
                epilogue(&mut run, &mut Choices::new(1), &cast(&self.scene));
                break;
            }
            if depth == path.len() {
                let state = (acts.len() > 1).then(|| (run.fingerprint(), faults));
                let mut so_far = self.so_far.lock().unwrap();
                if state.is_some_and(|state| !so_far.known.insert(state)) {
                    break;
                }
                so_far.left.extend((1..acts.len()).rev().map(|other| [path.as_slice(), &[other]].concat()));
                self.changed.notify_all();
                path.push(0);
            }
            let chosen = acts[path[depth]];
            faults -= usize::from(chosen.is_fault());
            act(&mut run, chosen);
            if run.wrong.is_some() {
                break;
            }
        }
        run.wrong
    }
}

fn cast(scene: &Scene) -> Vec<Ask> {
    scene.together.iter().map(|(ask, _)| *ask).collect()
}

/// The story of a path.
fn tell(scene: &Scene, path: &[usize]) -> String {
    let mut run = begin(scene, true);
    let mut faults = scene.faults;
    for chosen in path {
        let chosen = acts(&run, faults)[*chosen];
        faults -= usize::from(chosen.is_fault());
        act(&mut run, chosen);
    }
    if run.wrong.is_none() {
        run.settle();
        epilogue(&mut run, &mut Choices::new(1), &cast(scene));
    }
    run.story()
}

#[test]
fn no_order_and_no_single_fault_is_observed_that_must_not_be() {
    let mut wrong = Vec::new();
    for scene in SCENES {
        // A fault more takes a minute: the native tests, which play few stories, search the orders alone.
        let faults = if crate::is_long() { scene.faults } else { 0 };
        match search(Scene { faults, ..*scene }) {
            Ok((states, ends)) => println!("{:<50} {states:>7} states, {ends:>6} ends", scene.name),
            Err(story) => wrong.push(story),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
