//! The whole gate with storage, beside a model: whatever the order of requests, crashes, faults, isolates and time, what
//! works once is granted at most once, what was revoked is not let through where revocation is strict, and an answer
//! exists for everything that is not hung up.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use arbitrary::Arbitrary;
use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, finish};

use crate::support::story::Story;
use crate::support::{POLICY, Request, Site, is_granted};

#[derive(Debug, Arbitrary)]
enum Event<'a> {
    /// A new credential of a kind.
    Issue(u8),
    /// An attempt begins: which credential, spelling, isolate.
    Begin(u8, u8, u8),
    /// One that is under way goes on to its next wait.
    Step(u8),
    /// One is dropped where it stands.
    Kill(u8),
    /// Time passes.
    Pass(u16),
    /// An isolate's storage behaves like this from now on.
    Faults(u8, u8),
    /// An isolate starts anew.
    Restart(u8),
    /// The token is revoked.
    Revoke,
    /// The token is shown at the strict route.
    Show(u8),
    /// Somebody else's words.
    Noise(u8, &'a str, &'a str),
}

/// What happened before, and the spellings in which it is used.
const KINDS: [(&str, &[&str]); 5] = [
    ("nonce account", &["/account/?NONCE_TOKEN={nonce}", "/account/x?a=1&NONCE_TOKEN={nonce}", "POST /account/?NONCE_TOKEN={nonce}"]),
    ("link /once/a?v=2", &["{link}", "{link}&utm_source=x", "{link}&fbclid", "HEAD {link}"]),
    ("redirect /landing/?cons_id=1", &["{redirect}", "/landing/other?{redirect-query}"]),
    ("nonce account", &["/account/?NONCE_TOKEN={nonce}&x=%41", "/account/?x&NONCE_TOKEN={nonce}"]),
    (
        "luminate login",
        &[
            "/site/EstablishSession;jsessionid=00000000.app1?NONCE_TOKEN={nonce-token}&NEXTURL=%2F",
            "/site/page?a=1&NONCE_TOKEN={nonce-token}",
            "/site/CRConsAPI?method=getLoginUrl&{common}&NONCE_TOKEN={nonce-token}",
        ],
    ),
];

type Attempt = Pin<Box<dyn Future<Output = Handled>>>;

struct Running {
    credential: usize,
    attempt: Attempt,
}

target!(|events: Vec<Event<'_>>| {
    let mut story = Story::new();
    story.step("token read");
    let token = story.names["token"].clone();
    let world = Rc::clone(&story.site.ports.world);
    world.lag.set(60);
    let beside = Site::beside(&story.site.ports, POLICY);
    let elsewhere = Site::new(&world, POLICY);
    // The story's own isolate only issues; its ports never fail.
    let mut sites = [Rc::new(Site::beside(&story.site.ports, POLICY)), Rc::new(beside), Rc::new(elsewhere)];
    sites.iter_mut().for_each(|site| {
        let site = Rc::get_mut(site).expect("nobody else has it");
        site.ports.faults = Rc::default();
        site.ports.steps = Rc::default();
        site.ports.steps.set(true);
    });
    let mut credentials: Vec<(Vec<Request>, u32)> = Vec::new();
    let mut running: Vec<Running> = Vec::new();
    let mut revoked = false;
    for event in events.into_iter().take(64) {
        match event {
            Event::Issue(kind) if credentials.len() < 4 => {
                let (given, spellings) = KINDS[usize::from(kind) % KINDS.len()];
                story.step(given);
                let line = |spelling: &&str| match spelling.split_once(' ') {
                    Some(_) => (*spelling).to_owned(),
                    None => format!("GET {spelling}"),
                };
                credentials.push((spellings.iter().map(|spelling| story.request(&line(spelling))).collect(), 0));
            }
            Event::Begin(which, spelling, site) if !credentials.is_empty() && running.len() < 6 => {
                let credential = usize::from(which) % credentials.len();
                let requests = &credentials[credential].0;
                let request = requests[usize::from(spelling) % requests.len()].clone();
                let site = Rc::clone(&sites[usize::from(site) % 3]);
                running.push(Running { credential, attempt: Box::pin(async move { site.check(&request).await }) });
            }
            Event::Step(which) if !running.is_empty() => {
                let at = usize::from(which) % running.len();
                let Running { credential, attempt } = &mut running[at];
                if let Poll::Ready(handled) = attempt.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    credentials[*credential].1 += u32::from(is_granted(&handled));
                    running.remove(at);
                }
            }
            Event::Kill(which) if !running.is_empty() => {
                running.remove(usize::from(which) % running.len());
            }
            Event::Pass(seconds) => world.pass(u64::from(seconds % 400)),
            Event::Faults(site, which) => sites[usize::from(site) % 3].ports.faults.set(faults(which)),
            Event::Restart(site) => {
                let at = usize::from(site) % 3;
                sites[at] = Rc::new(Site::beside(&sites[at].ports, POLICY));
            }
            Event::Revoke if !revoked => {
                story.step("revoke token");
                revoked = true;
            }
            Event::Show(site) => {
                let site = &sites[usize::from(site) % 3];
                let request = Request::get("/strict/").bearer(&token);
                if let Some(handled) = finish(site.check(&request)) {
                    assert!(!(revoked && handled.refused.is_none()), "let through after it was revoked");
                }
            }
            Event::Noise(site, rest, header) => {
                let site = &sites[usize::from(site) % 3];
                let url = format!("https://gate.example.org/{rest}");
                let request = Request::get(&url).with("cookie", header).with("x-forwarded-user", header);
                let handled = finish(site.check(&request));
                let refused = handled.and_then(|handled| handled.refused);
                assert_ne!(refused, Some(Reason::Internal), "{url}");
            }
            _ => {}
        }
    }
    // Whatever is left runs to its end, in turn.
    for _ in 0..200 {
        running.retain_mut(|Running { credential, attempt }| {
            match attempt.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(handled) => {
                    credentials[*credential].1 += u32::from(is_granted(&handled));
                    false
                }
                Poll::Pending => true,
            }
        });
    }
    drop(running);
    for site in &sites {
        site.ports.faults.set(Faults::default());
        for (requests, granted) in &mut credentials {
            let handled = finish(site.check(&requests[0])).expect("nothing hangs any more");
            *granted += u32::from(is_granted(&handled));
        }
    }
    let most = credentials.iter().map(|(_, granted)| *granted).max().unwrap_or(0);
    assert!(most <= 1, "granted {most} times");
});

fn faults(which: u8) -> Faults {
    let fault = |reason| match which % 4 {
        0 => Fault::Ok,
        1 => Fault::Fail(reason),
        2 => Fault::Lost(reason),
        _ => Fault::Hang,
    };
    match which / 4 % 3 {
        0 => Faults { ledger: fault(Reason::LedgerUnavailable), ..Faults::default() },
        1 => Faults { get: fault(Reason::VaultUnavailable), ..Faults::default() },
        _ => Faults { put: fault(Reason::VaultUnavailable), ..Faults::default() },
    }
}
