//! The signal that the emulated board samples: a synthetic ECG, each wave of the heart cycle a Gaussian.
//!
//! Part of two build scripts: the node has the samples in its flash, the host program knows them to compare.

/// Samples a second.
const RATE_HZ: u32 = 250;
/// How many samples there are: 16 seconds.
const LENGTH: u32 = 4_000;
/// What one millivolt is, in counts of the converter, and which count is none.
const UNITS_PER_MV: f64 = 200.0;
const ZERO: f64 = 1_024.0;

/// Height in mV, position behind the R peak and width (both in s) of P, Q, R, S and T.
const WAVES: [(f64, f64, f64); 5] = [
    (0.15, -0.17, 0.025),
    (-0.10, -0.030, 0.008),
    (1.00, 0.0, 0.010),
    (-0.20, 0.030, 0.009),
    (0.30, 0.26, 0.045),
];

/// How long the heart waits between two beats, in seconds: it breathes, and is not a metronome.
fn interval(beat: u32) -> f64 {
    0.83 + 0.06 * f64::from(beat).sin()
}

/// Rust source: the samples as a constant.
pub(crate) fn source() -> String {
    let mut beats = vec![0.45];
    while let Some(last) = beats
        .last()
        .filter(|last| **last < f64::from(LENGTH / RATE_HZ))
    {
        beats.push(last + interval(beats.len() as u32));
    }
    let mut noise = Noise(1);
    let samples = (0..LENGTH).map(|index| {
        let time = f64::from(index) / f64::from(RATE_HZ);
        let mv: f64 = beats.iter().map(|beat| heart_mv(time - beat)).sum();
        let wander = 0.1 * (1.7 * time).sin();
        (ZERO + UNITS_PER_MV * (mv + wander + 0.01 * noise.next())).round() as i16
    });
    format!(
        "/// Samples a second.\npub const RATE_HZ: u32 = {RATE_HZ};\n\
         /// Counts to a millivolt.\npub const UNITS_PER_MV: u32 = {UNITS_PER_MV};\n\
         /// The count of 0 mV.\npub const ZERO: i32 = {ZERO};\n\
         /// The samples.\npub static SAMPLES: [i16; {LENGTH}] = {:?};\n",
        samples.collect::<Vec<i16>>()
    )
}

/// One heart cycle, so long after its R peak.
fn heart_mv(since: f64) -> f64 {
    let wave = |(height, at, width): &(f64, f64, f64)| {
        height * (-((since - at) / width).powi(2) / 2.0).exp()
    };
    WAVES.iter().map(wave).sum()
}

/// Noise, the same at each build: the sum of twelve uniform numbers is close to a normal one.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        let mut uniform = || {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }
}
