//! `redirects WORK DIGEST TIMES`: prints the nanoseconds that each took.

use std::process::ExitCode;
use std::time::Instant;

use edgegate_bench_redirects::{Bench, named};

fn main() -> ExitCode {
    let numbers: Vec<u32> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let [work, digest, times] = numbers.as_slice() else { return ExitCode::from(2) };
    let (Some(bench), Some((work, digest))) = (Bench::new(), named(*work, *digest)) else { return ExitCode::from(2) };
    // Once to warm up.
    let is_right = bench.run(work, digest, times / 4);
    let begun = Instant::now();
    let is_right = is_right && bench.run(work, digest, *times);
    println!("{}", begun.elapsed().as_nanos() / u128::from((*times).max(1)));
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
