//! What reading costs as inputs double: `work [--cpu] [KIND]` prints one line of JSON for each kind and alphabet. And what an
//! ordinary request costs: `work --requests` prints one for each of `fixtures/costs.json`.
//!
//! Compiled as the fuzzers are, it counts the comparisons that the core executes and the bytes that it allocates, which
//! are the same in every run. `--cpu` measures CPU time instead; compile it without the instruments for that.

mod costs;
mod counter;
mod inputs;
mod requests;
mod tokens;

use std::hint::black_box;

use counter::Spent;
use inputs::Case;

fn main() {
    // From here on the allocator gives large pieces out of memory that it has: page faults would be measured otherwise.
    drop(black_box(vec![1_u8; 31 << 20]));
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--requests") {
        return costs::all().iter().for_each(|cost| println!("{cost}"));
    }
    let is_timed = arguments.iter().any(|argument| argument == "--cpu");
    arguments.retain(|argument| argument != "--cpu");
    let cases = inputs::all().into_iter().chain(of_strangers());
    for case in cases.filter(|case| arguments.is_empty() || arguments.iter().any(|kind| case.kind.starts_with(kind))) {
        println!("{}", measured(&case, is_timed));
    }
}

/// What anybody can send.
fn of_strangers() -> impl Iterator<Item = Case> {
    requests::all().into_iter().chain(tokens::all()).map(|case| Case { is_anonymous: true, ..case })
}

/// Sizes double up to the limit, which is the last.
fn sizes(limit: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = std::iter::successors(Some(limit), |size| Some(size / 2)).take(6).collect();
    sizes.retain(|size| *size >= 64);
    sizes.reverse();
    sizes
}

fn measured(case: &Case, is_timed: bool) -> serde_json::Value {
    let mut rows = Vec::new();
    for size in sizes(case.limit).into_iter().filter(|size| *size >= case.least) {
        let rounds = if is_timed { 9 } else { 1 };
        let once = || {
            let work = (case.prepare)(size);
            let before = Spent::now();
            let told = black_box(work());
            (Spent::now().since(before), told)
        };
        // The first run fills caches that belong to the program, not to the input.
        let (_, told) = once();
        let least = (0..rounds).map(|_| once().0).reduce(Spent::least).unwrap_or_default();
        rows.push(serde_json::json!({
            "bytes": size, "comparisons": least.comparisons, "allocated": least.allocated, "ns": least.nanoseconds, "told": told,
        }));
    }
    serde_json::json!({
        "kind": case.kind, "alphabet": case.alphabet, "anonymous": case.is_anonymous, "sizes": rows,
    })
}
