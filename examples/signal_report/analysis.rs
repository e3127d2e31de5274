//! What the algorithms of `iomt::signal` find in a recording.

use iomt::signal::ecg::{
    BeatClass, BeatClassifier, EcgQuality, EcgUsability, HeartRate, RPeak, RPeakDetector,
    UnsupportedRate,
};
use iomt::signal::hrv::{BandPowers, TimeDomain, sample_entropy};
use iomt::signal::rhythm::FibrillationScreen;
use iomt::time::SampleRate;

/// Normal intervals: 200 to 30 beats a minute.
const SHORTEST_MS: f64 = 300.0;
const LONGEST_MS: f64 = 2_000.0;
/// Powers of bands are of five minutes.
const BANDS_OVER_S: f64 = 300.0;
/// Sample entropy compares each interval with each other one.
const MOST_FOR_ENTROPY: usize = 3_000;

/// A beat, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beat {
    pub(crate) index: u64,
    pub(crate) is_doubtful: bool,
    pub(crate) is_ventricular: bool,
}

/// All that the page shows. Times are in seconds since the first sample.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) rate_hz: f64,
    pub(crate) length_s: f64,
    pub(crate) beats: Vec<Beat>,
    /// How far each whole second can be relied on.
    pub(crate) seconds: Vec<EcgUsability>,
    /// Every second in which there is one: (s, beats a minute).
    pub(crate) heart_rate: Vec<(f64, f64)>,
    /// Runs of intervals between normal beats that nothing interrupts, in ms.
    pub(crate) normal_runs: Vec<Vec<f64>>,
    /// When the screen said fibrillation: (from, to).
    pub(crate) fibrillation: Vec<(f64, f64)>,
    pub(crate) variability: TimeDomain,
    pub(crate) entropy: Option<f32>,
    pub(crate) bands: Option<BandPowers>,
}

/// Runs them all.
pub(crate) fn of(
    samples: &[i32],
    rate: SampleRate,
    units_per_mv: u32,
) -> Result<Findings, UnsupportedRate> {
    let beats = beats(samples, rate, units_per_mv)?;
    let rate_hz = f64::from(rate.as_millihertz()) / 1e3;
    let normal_runs = normal_runs(&beats, rate_hz);
    let mut variability = TimeDomain::new();
    for run in &normal_runs {
        run.iter()
            .for_each(|ms| variability.interval_ms(*ms as f32));
        variability.gap();
    }
    let intervals = normal_runs.iter().flatten().take(MOST_FOR_ENTROPY);
    let intervals: Vec<f32> = intervals.map(|ms| *ms as f32).collect();
    Ok(Findings {
        rate_hz,
        length_s: samples.len() as f64 / rate_hz,
        seconds: seconds(samples, rate, units_per_mv)?,
        heart_rate: heart_rate(&beats, rate, samples.len() as u64),
        fibrillation: fibrillation(&beats, rate_hz),
        entropy: variability
            .sdnn()
            .and_then(|sdnn| sample_entropy(&intervals, sdnn / 5.0)),
        bands: bands(&beats, rate_hz),
        variability,
        normal_runs,
        beats,
    })
}

fn beats(
    samples: &[i32],
    rate: SampleRate,
    units_per_mv: u32,
) -> Result<Vec<Beat>, UnsupportedRate> {
    let mut detector = RPeakDetector::new(rate, units_per_mv)?;
    let mut classifier = BeatClassifier::new(rate, units_per_mv)?;
    let mut found: Vec<(RPeak, BeatClass)> = Vec::new();
    for sample in samples {
        classifier.push(*sample);
        let peak = detector.push(*sample);
        found.extend(peak.and_then(|peak| classifier.beat(&peak)));
    }
    while let Some(peak) = detector.flush() {
        found.extend(classifier.beat(&peak));
    }
    found.extend(classifier.flush());
    let beat = |(peak, class): (RPeak, BeatClass)| Beat {
        index: peak.index,
        is_doubtful: peak.is_doubtful,
        is_ventricular: class == BeatClass::Ventricular,
    };
    Ok(found.into_iter().map(beat).collect())
}

fn seconds(
    samples: &[i32],
    rate: SampleRate,
    units_per_mv: u32,
) -> Result<Vec<EcgUsability>, UnsupportedRate> {
    let mut quality = EcgQuality::new(rate, units_per_mv)?;
    let seconds = samples.iter().filter_map(|sample| quality.push(*sample));
    Ok(seconds.map(|second| second.usability()).collect())
}

fn heart_rate(beats: &[Beat], rate: SampleRate, samples: u64) -> Vec<(f64, f64)> {
    let mut heart_rate = HeartRate::new(rate);
    let mut beats = beats.iter().peekable();
    let mut rates = Vec::new();
    for second in 1_u32.. {
        let now = u64::from(second) * u64::from(rate.as_millihertz()) / 1_000;
        if now > samples {
            break;
        }
        while let Some(beat) = beats.next_if(|beat| beat.index <= now) {
            heart_rate.beat(beat.index);
        }
        let bpm = heart_rate.bpm(now);
        rates.extend(bpm.map(|bpm| (f64::from(second), f64::from(bpm))));
    }
    rates
}

/// Whether an interval is between two beats that are normal and certain, and of a possible length.
fn is_normal(pair: &[Beat], ms: f64) -> bool {
    let mut beats = pair.iter();
    beats.all(|beat| !beat.is_doubtful && !beat.is_ventricular)
        && (SHORTEST_MS..=LONGEST_MS).contains(&ms)
}

/// The powers of the first five minutes of normal intervals, as the Task Force has it.
fn bands(beats: &[Beat], rate_hz: f64) -> Option<BandPowers> {
    let interval = |pair: &[Beat]| {
        let [before, beat] = pair else { return None };
        let ms = beat.index.saturating_sub(before.index) as f64 * 1e3 / rate_hz;
        is_normal(pair, ms).then_some((beat.index as f64 / rate_hz, ms as f32))
    };
    let normal: Vec<(f64, f32)> = beats.windows(2).filter_map(interval).collect();
    let (first_s, _) = *normal.first()?;
    let within = normal.partition_point(|(s, _)| *s <= first_s + BANDS_OVER_S);
    BandPowers::of(normal.get(..within)?)
}

/// Intervals between two beats that are normal and certain, and whose length is possible.
fn normal_runs(beats: &[Beat], rate_hz: f64) -> Vec<Vec<f64>> {
    let mut runs = vec![Vec::new()];
    for pair in beats.windows(2) {
        let [before, beat] = pair else { continue };
        let ms = beat.index.saturating_sub(before.index) as f64 * 1e3 / rate_hz;
        match runs.last_mut() {
            Some(run) if is_normal(pair, ms) => run.push(ms),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn fibrillation(beats: &[Beat], rate_hz: f64) -> Vec<(f64, f64)> {
    let mut screen = FibrillationScreen::new();
    let mut episodes: Vec<(f64, f64)> = Vec::new();
    let mut lasts = false;
    for pair in beats.windows(2) {
        let [before, beat] = pair else { continue };
        let s_of = |beat: &Beat| beat.index as f64 / rate_hz;
        let interval_s = s_of(beat) - s_of(before);
        let fibrillates = screen.interval_us((interval_s * 1e6).round() as u32);
        match (fibrillates, lasts, episodes.last_mut()) {
            (true, true, Some(episode)) => episode.1 = s_of(beat),
            (true, ..) => episodes.push((s_of(before), s_of(beat))),
            (false, ..) => {}
        }
        lasts = fibrillates;
    }
    episodes
}
