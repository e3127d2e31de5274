//! The random numbers of the simulation: the same seed gives the same run.

use iomt::seal::{Entropy, EntropyFailed};

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): good enough to play bad luck, not to make keys.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Yes, in so many cases of a hundred.
    pub(crate) fn percent(&mut self, percent: f64) -> bool {
        (self.below(1_000_000) as f64) < percent * 10_000.0
    }
}

/// Repeatable, so that a run can be repeated. A product uses `seal::SystemEntropy` or its hardware.
impl Entropy for Chance {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        out.fill_with(|| self.next().to_le_bytes()[0]);
        Ok(())
    }
}
