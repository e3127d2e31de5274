//! Welch's t-test, on all times and on those below a number of bounds: what an interrupt has made long says nothing.

/// How many bounds are tried.
const BOUNDS: usize = 100;
/// Fewer values of a class than this say nothing.
const FEWEST: usize = 100;

/// What the test says.
#[derive(Clone, Copy)]
pub struct Verdict {
    /// The largest absolute t of all bounds.
    pub t: f64,
    /// The least standard error of the difference, of all bounds with at least half of the values, in nanoseconds.
    pub error_ns: f64,
}

pub fn judge(times: &[Vec<u64>; 2]) -> Verdict {
    let mut all: Vec<u64> = times.iter().flatten().copied().collect();
    all.sort_unstable();
    let bounds = (0..BOUNDS).filter_map(|bound| {
        // As dudect: closer together towards the top.
        let share = 1.0 - 0.5_f64.powf(10.0 * (bound + 1) as f64 / BOUNDS as f64);
        all.get((all.len() as f64 * share) as usize).copied()
    });
    let half = all.get(all.len() / 2).copied().unwrap_or(0);
    let mut verdict = Verdict {
        t: 0.0,
        error_ns: f64::INFINITY,
    };
    for bound in bounds.chain([u64::MAX]) {
        let Some((t, error_ns)) = below(times, bound) else {
            continue;
        };
        verdict.t = verdict.t.max(t);
        if bound >= half {
            verdict.error_ns = verdict.error_ns.min(error_ns);
        }
    }
    verdict
}

/// Absolute t of the times up to a bound, and the standard error of their difference; `None` where they are too few.
fn below(times: &[Vec<u64>; 2], bound: u64) -> Option<(f64, f64)> {
    let [a, b] = [0, 1].map(|class: usize| Moments::of(&times[class], bound));
    if a.count < FEWEST || b.count < FEWEST {
        return None;
    }
    let error_ns = (a.variance() / a.count as f64 + b.variance() / b.count as f64).sqrt();
    let difference = (a.mean - b.mean).abs();
    // Times that are all the same, and the same in both classes, have no error to divide by.
    let t = if difference > 0.0 {
        difference / error_ns
    } else {
        0.0
    };
    Some((t, error_ns))
}

/// Mean and squared distances from it, value by value (Welford).
#[derive(Default)]
struct Moments {
    count: usize,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of(times: &[u64], bound: u64) -> Self {
        let mut moments = Self::default();
        for time in times.iter().filter(|time| **time <= bound) {
            let time = *time as f64;
            moments.count += 1;
            let distance = time - moments.mean;
            moments.mean += distance / moments.count as f64;
            moments.squares += distance * (time - moments.mean);
        }
        moments
    }

    fn variance(&self) -> f64 {
        self.squares / (self.count - 1) as f64
    }
}
