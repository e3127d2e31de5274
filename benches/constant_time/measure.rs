//! Times two classes of inputs in random turns.

use std::time::Instant;

/// How many inputs of each class are laid out beforehand.
const POOL: usize = 256;

/// Something that takes an input of either class.
pub struct Subject {
    pub name: &'static str,
    pub measurements: usize,
    /// How often a measurement does it.
    pub calls: usize,
    times: Box<dyn FnMut(usize, usize) -> u64>,
}

impl Subject {
    /// `make` lays out an input of class 0 or 1, which is not timed; `run` is timed, `calls` times a measurement.
    ///
    /// Inputs of both classes lie in one pool at random, so that neither is nearer to the processor than the other, or
    /// lies better on its cache lines: in turns, an allocator gives one class the even places.
    pub fn new<I: 'static>(
        name: &'static str,
        (measurements, calls): (usize, usize),
        mut make: impl FnMut(usize) -> I,
        mut run: impl FnMut(&mut I) + 'static,
    ) -> Self {
        let mut random = Random::new();
        let mut places = [Vec::new(), Vec::new()];
        let mut pool = Vec::new();
        while places.iter().any(|places| places.len() < POOL) {
            let class = (random.next() & 1) as usize;
            if places[class].len() < POOL {
                places[class].push(pool.len());
                pool.push(make(class));
            }
        }
        let times = move |class: usize, place: usize| {
            let input = &mut pool[places[class][place]];
            let start = Instant::now();
            for _ in 0..calls {
                run(input);
            }
            u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
        };
        Self {
            name,
            measurements,
            calls,
            times: Box::new(times),
        }
    }

    /// Nanoseconds of each measurement, by class.
    pub fn measure(&mut self, measurements: usize) -> [Vec<u64>; 2] {
        let mut random = Random::new();
        let mut times = [Vec::new(), Vec::new()];
        // The first tenth warms up.
        for measurement in 0..measurements + measurements / 10 {
            let drawn = random.next();
            let (class, place) = ((drawn & 1) as usize, (drawn >> 1) as usize % POOL);
            let time = (self.times)(class, place);
            if measurement >= measurements / 10 {
                times[class].push(time);
            }
        }
        times
    }
}

/// `SplitMix64`, from the system's random numbers.
pub struct Random(u64);

impl Random {
    pub fn new() -> Self {
        let mut seed = [0; 8];
        iomt::seal::Entropy::fill(&mut iomt::seal::SystemEntropy, &mut seed).unwrap();
        Self(u64::from_le_bytes(seed))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| (self.next() >> 56) as u8)
    }
}
