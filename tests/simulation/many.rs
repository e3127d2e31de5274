use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::counts::Counts;

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Outcome {
    pub counts: Counts,
    pub seeds: u64,
    pub failures: Vec<Failure>,
    pub took: Duration,
}

#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    pub complaint: String,
}

impl Outcome {
    pub fn first_failure(&self) -> Option<u64> {
        self.failures.iter().map(|failure| failure.seed).min()
    }

    fn add(&mut self, seed: u64, counts: &Counts, result: Result<(), String>) {
        self.seeds += 1;
        self.counts.add(counts);
        if let Err(complaint) = result {
            self.failures.push(Failure { seed, complaint });
        }
    }
}

/// Runs these seeds on all cores; `watch` is shown the outcome so far after each.
pub fn run_many(seeds: Range<u64>, watch: impl Fn(&Outcome) + Sync) -> Outcome {
    let began = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let outcome = Mutex::new(Outcome::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            let (counts, result) = super::run(seed);
            let mut outcome = outcome.lock().unwrap();
            outcome.add(seed, &counts, result);
            outcome.took = began.elapsed();
            watch(&outcome);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    outcome.into_inner().unwrap()
}
