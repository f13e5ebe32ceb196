//! Whole sessions, all that is real of them, against a modelled cluster that does its worst: admission steps change what is
//! written, requests fail, their answers are lost, late, stale or given twice, others write, delete, make anew and take
//! over, the address leads elsewhere, clocks jump, and the daemon dies at any moment. Then it is quiet, and every session
//! has to come to its end, with the workload as it would be without us.
//!
//! Real are the manager, the task, looks, steps, plan, requests and the copies of the store; modelled are the API server,
//! its controllers and the two syncthings. Time is tokio's own, paused. `NHD_MODEL_SEED` repeats one schedule with its
//! whole story, `NHD_MODEL_SECONDS` has new ones tried for so long.

mod world;
mod api;
mod admission;
mod controllers;
mod origins;
mod others;
mod check;
mod schedule;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use self::schedule::{Outcome, run};

/// A third of the time of a schedule goes into small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The ordinary run tries the same schedules each time, so that it fails for what was changed; new ones are for the soak.
const SCHEDULES: u64 = 100;

/// What a soak has found something by, of the model as it was then.
const FOUND: [u64; 7] = [
    81721738822167,
    81721738823259,
    81721738823344,
    88843493413703,
    90459959235930,
    90459959236485,
    90700640520913,
];

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}

/// Names that are made up differ from run to run, and so does the time of day.
#[test]
fn a_seed_repeats_its_schedule() {
    let folder = folder();
    for seed in 0..4 {
        let [one, other] = [(); 2].map(|()| run(seed, folder.path()));
        assert_eq!(one.steps, other.steps, "{seed}");
        let same = |line: &str| {
            line.split("nhd-").next().and_then(|line| line.split(" since ").next()).map(str::to_owned)
        };
        for (one, other) in one.story.iter().zip(&other.story) {
            assert_eq!(same(one), same(other), "{seed}");
        }
    }
}

fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder can be made")
}

fn new_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set").as_nanos();
    u64::try_from(now % (1 << 48)).expect("fits")
}

#[test]
fn a_session_survives_all_that_a_cluster_can_do() {
    let folder = folder();
    if let Some(seed) = number("NHD_MODEL_SEED") {
        let outcome = run(seed, folder.path());
        eprintln!("{}\n{} steps", outcome.story.join("\n"), outcome.steps);
        assert_eq!(outcome.violations, Vec::<String>::new());
        return;
    }
    let began = Instant::now();
    let until = number("NHD_MODEL_SECONDS").map(|seconds| began + Duration::from_secs(seconds));
    let first = if until.is_some() { new_seed() } else { 0 };
    let next = AtomicU64::new(first);
    let is_over = |seed: u64| match until {
        Some(until) => Instant::now() >= until,
        None => seed >= SCHEDULES + FOUND.len() as u64,
    };
    let found = |number: u64| usize::try_from(number.checked_sub(SCHEDULES)?).ok();
    let seed_of = |number: u64| match until {
        Some(_) => number,
        None => found(number).map_or(number, |found| FOUND[found]),
    };
    let (steps, schedules) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let failures: Vec<(u64, Outcome)> = std::thread::scope(|scope| {
        let work = || {
            let mut failures = Vec::new();
            while failures.len() < 3 {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if is_over(seed) {
                    break;
                }
                let seed = seed_of(seed);
                let outcome = run(seed, folder.path());
                steps.fetch_add(outcome.steps, Ordering::Relaxed);
                schedules.fetch_add(1, Ordering::Relaxed);
                if !outcome.violations.is_empty() {
                    failures.push((seed, outcome));
                }
            }
            failures
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no worker panics")).collect()
    });
    let (steps, schedules) = (steps.into_inner(), schedules.into_inner());
    let a_minute = u128::from(steps) * 60_000 / began.elapsed().as_millis().max(1);
    eprintln!("{schedules} schedules, {steps} steps, {a_minute} a minute, {} violations", failures.len());
    for (seed, outcome) in &failures {
        eprintln!("NHD_MODEL_SEED={seed}: {:?}", outcome.violations);
    }
    assert!(failures.is_empty(), "see above; NHD_MODEL_SEED=… repeats a schedule");
}
