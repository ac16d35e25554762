//! One story under way: isolates in two locations, requests between their waits, and the model that checks them.

use std::collections::BTreeMap;
use std::rc::Rc;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Effect, Fault, Faults, Memory, Operation, Stage, Turns, World, digest};

use crate::ask::Ask;
use crate::attempt::{Attempt, Fate, Hit};
use crate::model::{At, Model};
use crate::prepared::{VERSIONS, prepared};
use crate::support::{NOW, Request, Site};

/// How an operation goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    Fails,
    /// It takes effect, and the answer is lost.
    Unanswered,
    /// It takes effect after its request was told that it failed.
    Late,
}

struct Isolate {
    site: Rc<Site>,
    /// Never given twice.
    number: usize,
    version: usize,
}

pub struct Run {
    pub world: Rc<World>,
    isolates: Vec<Isolate>,
    turns: Turns<'static, Handled>,
    pub attempts: Vec<Attempt>,
    pub model: Model,
    /// Which attempt each late operation is of.
    late: Vec<usize>,
    steps: usize,
    numbers: usize,
    /// What each isolate was told so far, and in which order what counts for the model came: digests, by which a search
    /// knows states again.
    told: BTreeMap<usize, u64>,
    order: u64,
    /// The newest version of the policy.
    pub version: usize,
    /// What happened, where somebody wants to read it.
    story: Option<Vec<String>>,
    /// What should not have happened.
    pub wrong: Option<String>,
}

impl Run {
    /// Two isolates in one location and one in another, of a world in which KV lags.
    pub fn new(lag: u64, is_told: bool) -> Self {
        let world = prepared().world();
        world.lag.set(lag);
        world.is_timed.set(true);
        let (here, elsewhere) = (Memory::new(&world), Memory::new(&world));
        let mut run = Self {
            world,
            isolates: Vec::new(),
            turns: Turns::new([]),
            attempts: Vec::new(),
            model: Model::new(lag),
            late: Vec::new(),
            steps: 0,
            numbers: 0,
            told: BTreeMap::new(),
            order: 0,
            version: 0,
            story: is_told.then(Vec::new),
            wrong: None,
        };
        for ports in [&here, &here, &elsewhere] {
            ports.steps.set(true);
            ports.check.replace((200, r#"{"subject":"jo"}"#.to_owned()));
            let isolate = run.isolate(ports, 0);
            run.isolates.push(isolate);
        }
        run
    }

    fn isolate(&mut self, ports: &Memory, version: usize) -> Isolate {
        self.numbers += 1;
        Isolate { site: Rc::new(prepared().isolate(ports, version)), number: self.numbers, version }
    }

    fn tell(&mut self, what: impl FnOnce(&Self) -> String) {
        if self.story.is_none() {
            return;
        }
        let line = what(self);
        let after = self.world.milliseconds() - NOW * 1000;
        let line = format!("{:>4}  {:>8.1} s  {line}", self.steps, after as f64 / 1000.0);
        self.story.get_or_insert_default().push(line);
    }

    /// The story so far.
    pub fn story(&self) -> String {
        self.story.as_ref().map(|lines| lines.join("\n")).unwrap_or_default()
    }

    fn at(&self) -> At {
        At { step: self.steps, time: self.world.clock.get() }
    }

    /// Begins a request at an isolate. Its number; None while no client can ask that.
    pub fn begin(&mut self, ask: Ask, place: usize) -> Option<usize> {
        let request = ask.request(&self.model)?;
        self.steps += 1;
        let isolate = &self.isolates[place % self.isolates.len()];
        let (number, version) = (isolate.number, isolate.version);
        let future = check(Rc::clone(&isolate.site), request);
        let at = self.at();
        let place = self.turns.add(Box::pin(future));
        self.attempts.push(Attempt {
            number: place,
            ask,
            isolate: number,
            version,
            began: at,
            ended: at,
            released: None,
            stage: Stage::New,
            has_left: false,
            hit: Hit::default(),
            claimed: None,
            fate: Fate::Running,
        });
        self.tell(|_| format!("#{place} at isolate {number}: {}", ask.told()));
        Some(place)
    }

    pub fn running(&self) -> impl Iterator<Item = usize> {
        self.attempts.iter().filter(|attempt| attempt.fate == Fate::Running).map(|attempt| attempt.number)
    }

    /// Lets a request go on to its next wait. Trouble befalls the operation that it waits for, if that can have it.
    pub fn poll(&mut self, which: usize, trouble: Option<Trouble>) {
        self.steps += 1;
        let stage = self.attempts[which].stage;
        let trouble = match stage {
            Stage::Before(operation) => trouble.filter(|trouble| is_possible(operation, *trouble)).zip(Some(operation)),
            _ => None,
        };
        let faults = trouble.map(|(trouble, operation)| faults(operation, trouble)).unwrap_or_default();
        let ports = self.isolates.iter().map(|isolate| &isolate.site.ports);
        // The switches are the location's, and this poll is all that sees them.
        ports.clone().for_each(|ports| ports.faults.set(faults));
        self.world.watch.effect.set(None);
        self.world.watch.answer.set(0);
        if stage == Stage::New {
            self.attempts[which].began = self.at();
            self.order = digest(&(self.order, which, "begins"));
        }
        let late = self.world.watch.late().len();
        let time = self.world.clock.get();
        self.turns.step(which);
        self.isolates.iter().for_each(|isolate| isolate.site.ports.faults.set(Faults::default()));
        if self.world.watch.late().len() > late {
            self.late.push(which);
        }
        if let Some((trouble, operation)) = trouble {
            note(&mut self.attempts[which].hit, operation, trouble);
        }
        self.attempts[which].stage = self.world.watch.stage.get();
        let told = self.told.entry(self.attempts[which].isolate).or_default();
        *told = digest(&(*told, which, time, self.world.watch.answer.get()));
        self.tell(|run| run.told_poll(which, stage, trouble.map(|(trouble, _)| trouble)));
        self.heed(which);
        if let Some(handled) = self.turns.done[which].take() {
            self.end(which, &handled);
        }
    }

    /// Lets the model see what a store took for an attempt.
    fn heed(&mut self, which: usize) {
        let Some(effect) = self.world.watch.effect.take() else { return };
        let at = self.at();
        let attempt = &mut self.attempts[which];
        if effect == Effect::Claimed {
            attempt.claimed.get_or_insert(at);
        }
        let ask = attempt.ask;
        self.order = digest(&(self.order, which, effect as u8));
        self.model.effect(ask, effect, at);
    }

    fn end(&mut self, which: usize, handled: &Handled) {
        let at = self.at();
        let attempt = &mut self.attempts[which];
        attempt.fate = if handled.refused.is_some() { Fate::Refused } else { Fate::Through };
        attempt.ended = at;
        attempt.released = (!attempt.hit.is_withdrawing()).then_some(at.step);
        self.order = digest(&(self.order, which, handled.refused.map_or("", Reason::code)));
        let verdict = self.model.check(&self.attempts[which], handled, &self.attempts, at);
        let refused = handled.refused.map_or("it goes through", Reason::code);
        self.tell(|_| format!("#{which} ends: {refused}"));
        if let Err(wrong) = verdict {
            self.tell(|_| format!("     WRONG: {wrong}"));
            self.wrong.get_or_insert(format!("#{which} {}: {wrong}", self.attempts[which].ask.told()));
        }
    }

    /// The client of a request leaves. The platform lets it run to its end.
    pub fn leave(&mut self, which: usize) {
        self.steps += 1;
        self.attempts[which].has_left = true;
        self.order = digest(&(self.order, which, "leaves"));
        self.tell(|_| format!("#{which}: its client leaves"));
    }

    /// An isolate ends, with all that it was about and remembered, and another one takes its place.
    pub fn die(&mut self, place: usize) {
        self.steps += 1;
        let place = place % self.isolates.len();
        let number = self.isolates[place].number;
        self.order = digest(&(self.order, number, "ends"));
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.isolate == number) {
            if attempt.fate == Fate::Running {
                attempt.fate = Fate::Lost;
                self.turns.kill(attempt.number);
            }
        }
        self.replace(place, self.isolates[place].version);
        self.tell(|run| format!("isolate {number} ends; {} begins", run.isolates[place].number));
    }

    /// The next version of the policy reaches an isolate, which finishes what it is about. A version is published once the
    /// one before is everywhere.
    pub fn deploy(&mut self, place: usize) {
        self.steps += 1;
        let place = place % self.isolates.len();
        if self.isolates.iter().all(|isolate| isolate.version == self.version) {
            self.version = (self.version + 1).min(VERSIONS - 1);
        }
        if self.isolates[place].version < self.version {
            let old = self.isolates[place].number;
            self.replace(place, self.version);
            self.tell(|run| {
                let Isolate { number, version, .. } = &run.isolates[place];
                format!("isolate {number} with version {version} of the policy takes the place of {old}")
            });
        }
    }

    fn replace(&mut self, place: usize, version: usize) {
        let ports = self.isolates[place].site.ports.clone();
        self.isolates[place] = self.isolate(&ports, version);
    }

    /// The Ledger restarts: whatever it was asked and had not done fails.
    pub fn restart(&mut self) {
        self.steps += 1;
        self.tell(|_| "the Ledger restarts".to_owned());
        let asks = |stage| matches!(stage, Stage::Before(operation) if operation.is_of_ledger());
        let asking: Vec<usize> = self.running().filter(|which| asks(self.attempts[*which].stage)).collect();
        asking.iter().for_each(|which| self.poll(*which, Some(Trouble::Fails)));
    }

    /// KV takes nothing from the Ledger any more, or again.
    pub fn refuse(&mut self, refuses: bool) {
        self.steps += 1;
        if self.world.refuses.replace(refuses) != refuses {
            self.model.taken_since = (!refuses).then(|| self.world.clock.get());
            self.tell(|_| format!("KV {} the Ledger's writes", if refuses { "refuses" } else { "takes" }));
        }
    }

    /// An operation takes effect that was given up.
    pub fn deliver(&mut self, which: usize) {
        if self.late.is_empty() {
            return;
        }
        self.steps += 1;
        let which = which % self.late.len();
        let of = self.late.remove(which);
        self.world.watch.effect.set(None);
        let operation = self.world.watch.deliver(which);
        self.tell(|_| format!("#{of}: a late {operation:?} takes effect"));
        self.heed(of);
    }

    pub fn pass(&mut self, milliseconds: u64) {
        self.steps += 1;
        // In pieces, so that what the Ledger has to write comes in its time.
        for past in (0..milliseconds).step_by(5_000) {
            self.world.pass_milliseconds(5_000.min(milliseconds - past));
        }
        // Withdrawals that were still on their way have arrived.
        let ended = self.attempts.iter_mut().filter(|attempt| attempt.fate != Fate::Running);
        ended.for_each(|attempt| _ = attempt.released.get_or_insert(self.steps));
        self.tell(|_| format!("{} s later", milliseconds as f64 / 1000.0));
    }

    /// Lets everything run to its end without further trouble.
    pub fn settle(&mut self) {
        self.refuse(false);
        while !self.late.is_empty() {
            self.deliver(0);
        }
        for round in 0..400 {
            let running: Vec<usize> = self.running().collect();
            if running.is_empty() || self.wrong.is_some() {
                return;
            }
            running.iter().for_each(|which| self.poll(*which, None));
            if round % 20 == 19 {
                self.pass(500);
            }
        }
        self.wrong.get_or_insert("a request never ended".to_owned());
    }

    /// Asks and waits. Why it was refused; `Err` while no client can ask that.
    pub fn ask(&mut self, ask: Ask, place: usize) -> Result<Fate, ()> {
        let which = self.begin(ask, place).ok_or(())?;
        self.settle();
        Ok(self.attempts[which].fate)
    }

    /// By which a state is known again: what the stores hold, what each isolate was told, how far each request is, and what
    /// the model has seen.
    pub fn fingerprint(&self) -> u64 {
        let caches: Vec<String> =
            self.isolates.iter().map(|isolate| format!("{:?}", isolate.site.ports.cache())).collect();
        let stages: Vec<String> = self.attempts.iter().map(|attempt| format!("{:?}", attempt.stage)).collect();
        digest(&(format!("{:?}", self.world), caches, stages, &self.told, self.order, &self.late))
    }

    /// Where the isolate of a request is; None if it has ended.
    pub fn place(&self, which: usize) -> Option<usize> {
        self.isolates.iter().position(|isolate| isolate.number == self.attempts[which].isolate)
    }

    /// How many operations are still to take effect.
    pub fn late(&self) -> usize {
        self.late.len()
    }

    fn told_poll(&self, which: usize, stage: Stage, trouble: Option<Trouble>) -> String {
        let what = match (stage, trouble) {
            (Stage::New, _) => "begins".to_owned(),
            (Stage::Before(operation), None) => format!("{operation:?} takes effect"),
            (Stage::Before(operation), Some(Trouble::Fails)) => format!("{operation:?} FAILS"),
            (Stage::Before(operation), Some(Trouble::Unanswered)) => {
                format!("{operation:?} takes effect, its answer is LOST")
            }
            (Stage::Before(operation), Some(Trouble::Late)) => format!("{operation:?} is LATE and given up"),
            (Stage::After(operation), _) => format!("{operation:?} is answered"),
            (Stage::Timer, _) => "waits".to_owned(),
        };
        format!("#{which}: {what}")
    }
}

async fn check(site: Rc<Site>, request: Request) -> Handled {
    site.check(&request).await
}

/// What can go wrong with an operation. Only what changes something can be late.
pub fn is_possible(operation: Operation, trouble: Trouble) -> bool {
    match trouble {
        Trouble::Fails | Trouble::Unanswered => {
            operation.is_of_kv() || operation.is_of_ledger() || operation == Operation::Origin
        }
        Trouble::Late => operation.is_of_ledger() || operation == Operation::Put,
    }
}

fn faults(operation: Operation, trouble: Trouble) -> Faults {
    let fault = |reason| match trouble {
        Trouble::Fails => Fault::Fail(reason),
        Trouble::Unanswered => Fault::Lost(reason),
        Trouble::Late => Fault::Late(reason),
    };
    let kv = fault(Reason::VaultUnavailable);
    match operation {
        Operation::Get | Operation::List => Faults { get: kv, ..Faults::default() },
        Operation::Put => Faults { put: kv, ..Faults::default() },
        Operation::Origin => Faults { upstream: fault(Reason::PasswordCheckUnavailable), ..Faults::default() },
        _ => Faults { ledger: fault(Reason::LedgerUnavailable), ..Faults::default() },
    }
}

fn note(hit: &mut Hit, operation: Operation, trouble: Trouble) {
    match operation {
        operation if operation.is_of_kv() => hit.kv = true,
        Operation::Origin => hit.origin = true,
        Operation::Claim | Operation::Recall | Operation::Revoke => hit.insisted += 1,
        Operation::Guess => hit.guesses += 1,
        Operation::Withdraw => hit.withdrawals += usize::from(trouble != Trouble::Unanswered),
        _ => {}
    }
}
