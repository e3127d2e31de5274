use iomt::seal::{Entropy, EntropyFailed};
use iomt::time::Duration;

/// Splitmix64: every draw of a run comes from one seed.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own, so that what one part draws moves no other part's draws.
    pub fn branch(&mut self) -> Self {
        Self(self.next())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }

    pub fn permille(&mut self, chance: u64) -> bool {
        chance > 0 && self.below(1_000) < chance
    }

    pub fn between(&mut self, shortest: Duration, longest: Duration) -> Duration {
        let span = longest.as_micros() - shortest.as_micros();
        Duration::from_micros(shortest.as_micros() + self.below(span + 1))
    }

    /// Short spans as often as long ones.
    pub fn log_between(&mut self, shortest: Duration, longest: Duration) -> Duration {
        let (low, high) = (shortest.as_micros() as f64, longest.as_micros() as f64);
        let part = self.below(1 << 20) as f64 / f64::from(1 << 20);
        Duration::from_micros((low * (high / low).powf(part)) as u64)
    }
}

/// What is wrong with a random number generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    Good,
    /// Every call fails.
    Failing,
    /// Every call gives the same.
    Constant,
    /// It starts over at each boot.
    StartsOver,
}

/// How often a generator was drawn from in vain, or gave what it should not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Strikes {
    pub once: u64,
    pub failing: u64,
    pub constant: u64,
    pub repeating: u64,
}

/// The generator of a node.
#[derive(Debug, Clone)]
pub struct Source {
    random: Random,
    seed: Random,
    pub noise: Noise,
    /// The call that fails alone, counted from now.
    pub fails_at: Option<u64>,
    pub strikes: Strikes,
}

impl Source {
    pub fn new(random: Random) -> Self {
        Self {
            seed: random.clone(),
            random,
            noise: Noise::Good,
            fails_at: None,
            strikes: Strikes::default(),
        }
    }

    /// Whether it may give what it has given before.
    pub fn repeats(&self) -> bool {
        matches!(self.noise, Noise::Constant | Noise::StartsOver)
    }

    pub fn note_boot(&mut self) {
        if self.noise == Noise::StartsOver {
            self.random = self.seed.clone();
            self.strikes.repeating += 1;
        }
    }
}

impl Entropy for Source {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        if let Some(left) = &mut self.fails_at {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => {
                    self.fails_at = None;
                    self.strikes.once += 1;
                    return Err(EntropyFailed);
                }
            }
        }
        match self.noise {
            Noise::Failing => {
                self.strikes.failing += 1;
                return Err(EntropyFailed);
            }
            Noise::Constant => {
                self.strikes.constant += 1;
                out.fill(0x5A);
            }
            Noise::Good | Noise::StartsOver => {
                for chunk in out.chunks_mut(8) {
                    let bytes = self.random.next().to_le_bytes();
                    chunk.copy_from_slice(&bytes[..chunk.len()]);
                }
            }
        }
        Ok(())
    }
}
