//! Times several programs side by side, in turns, so that what else the machine does meets all of them alike.

use std::time::Instant;

/// Does the same thing as many times as a turn has calls.
pub trait Contestant {
    /// Sets up the next turn; not timed.
    fn prepare(&mut self);
    /// One turn.
    fn run(&mut self);
}

/// Nanoseconds a call, a list for each contestant, one value for each round.
pub struct Times(Vec<Vec<f64>>);

pub fn race(contestants: &mut [Box<dyn Contestant>], rounds: usize, calls: usize) -> Times {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds + 1 {
        for turn in 0..contestants.len() {
            // Another one goes first in each round.
            let place = (turn + round) % contestants.len();
            contestants[place].prepare();
            let start = Instant::now();
            contestants[place].run();
            let elapsed = start.elapsed().as_nanos() as f64 / calls as f64;
            // The first round warms up.
            if round > 0 {
                times[place].push(elapsed);
            }
        }
    }
    Times(times)
}

impl Times {
    pub fn median(&self, place: usize) -> f64 {
        median(self.0[place].clone())
    }

    /// The median of the ratios of the same rounds.
    pub fn ratio(&self, place: usize, to: usize) -> f64 {
        let pairs = self.0[place].iter().zip(&self.0[to]);
        median(pairs.map(|(time, to)| time / to).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
