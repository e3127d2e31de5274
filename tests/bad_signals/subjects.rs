//! The blocks of `iomt::signal`, as one interface: numbers in, numbers out.

use core::num::NonZeroU32;

use iomt::signal::blocks::{
    BaselineRemoval, Decimator, Derivative, Filter, Fir, FirState, Goertzel, Integrator,
    Interpolator, MovingAverage, PeakTracker, RingBuffer, RunningMedian,
};
use iomt::signal::ecg::{
    BeatClass, BeatClassifier, EcgEvents, EcgMonitor, EcgQuality, EcgRespiration, HeartRate, RPeak,
    RPeakDetector, VentricularRhythm,
};
use iomt::signal::glucose::{Compression, CompressionDetector, GlucoseForecaster, TimeInRange};
use iomt::signal::hrv::{BandPowers, TimeDomain, sample_entropy};
use iomt::signal::motion::{ActivityMeter, FallDetector, PostureTracker, StepCounter};
use iomt::signal::ppg::{
    Oximeter, OxygenCurve, PpgHeartRate, Pulse, PulseDetector, PulseRate, Respiration,
};
use iomt::signal::rhythm::FibrillationScreen;
use iomt::signal::sound::HeartSoundDetector;
use iomt::signal::{Cascade, CascadeState, Design, Sample};
use iomt::time::SampleRate;

/// A block with its state.
pub(crate) trait Block {
    /// Takes a sample in, and adds what comes out.
    fn push(&mut self, sample: f32, out: &mut Vec<f64>);

    /// The same for many, at once where the block can.
    fn push_all(&mut self, samples: &[f32], out: &mut Vec<f64>) {
        samples.iter().for_each(|sample| self.push(*sample, out));
    }

    /// Says that samples are missing.
    fn gap(&mut self, lost: u64, out: &mut Vec<f64>);

    fn copy(&self) -> Box<dyn Block>;
}

type Make = Box<dyn Fn(SampleRate) -> Option<Box<dyn Block>>>;

pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// Nothing comes out but what it has found.
    pub(crate) finds_events: bool,
    make: Make,
}

impl Subject {
    /// `None` at a rate that the block refuses.
    pub(crate) fn at(&self, rate: SampleRate) -> Option<Box<dyn Block>> {
        (self.make)(rate)
    }

    fn finding_events(self) -> Self {
        Self {
            finds_events: true,
            ..self
        }
    }
}

type Push<S> = fn(&mut S, f32, &mut Vec<f64>);
type PushAll<S> = fn(&mut S, &[f32], &mut Vec<f64>);
type Gap<S> = fn(&mut S, u64, &mut Vec<f64>);

#[derive(Clone)]
struct Of<S> {
    state: S,
    push: Push<S>,
    push_all: Option<PushAll<S>>,
    gap: Gap<S>,
}

impl<S: Clone + 'static> Block for Of<S> {
    fn push(&mut self, sample: f32, out: &mut Vec<f64>) {
        (self.push)(&mut self.state, sample, out);
    }

    fn push_all(&mut self, samples: &[f32], out: &mut Vec<f64>) {
        match self.push_all {
            Some(push_all) => push_all(&mut self.state, samples, out),
            None => samples.iter().for_each(|sample| self.push(*sample, out)),
        }
    }

    fn gap(&mut self, lost: u64, out: &mut Vec<f64>) {
        (self.gap)(&mut self.state, lost, out);
    }

    fn copy(&self) -> Box<dyn Block> {
        Box::new(self.clone())
    }
}

/// A block that a rate makes, or refuses, and whose gaps are told by `gap`.
fn subject<S: Clone + 'static>(
    name: &'static str,
    make: fn(SampleRate) -> Option<S>,
    push: Push<S>,
    gap: Gap<S>,
) -> Subject {
    in_blocks(name, make, push, None, gap)
}

fn in_blocks<S: Clone + 'static>(
    name: &'static str,
    make: fn(SampleRate) -> Option<S>,
    push: Push<S>,
    push_all: Option<PushAll<S>>,
    gap: Gap<S>,
) -> Subject {
    let make: Make = Box::new(move |rate| {
        let state = make(rate)?;
        let of = Of {
            state,
            push,
            push_all,
            gap,
        };
        Some(Box::new(of) as Box<dyn Block>)
    });
    Subject {
        name,
        finds_events: false,
        make,
    }
}

/// Nobody tells the block of a gap.
fn untold<S>(_: &mut S, _: u64, _: &mut Vec<f64>) {}

pub(crate) fn all() -> Vec<Subject> {
    let groups = [filters(), blocks(), ecg(), intervals(), light(), motion()];
    let mut all: Vec<Subject> = groups.into_iter().flatten().collect();
    all.extend(glucose());
    all.push(heart_sounds());
    all
}

/// A filter of one sample for one, as `f32` and as `i32`.
fn filter<A, B>(names: [&'static str; 2], a: fn() -> A, b: fn() -> B) -> [Subject; 2]
where
    A: Filter<f32> + Clone + 'static,
    B: Filter<i32> + Clone + 'static,
{
    let float: Make = Box::new(move |_| Some(Box::new(Floats(a())) as Box<dyn Block>));
    let integer: Make = Box::new(move |_| Some(Box::new(Integers(b())) as Box<dyn Block>));
    let [name_of_float, name_of_integer] = names;
    [(name_of_float, float), (name_of_integer, integer)].map(|(name, make)| Subject {
        name,
        finds_events: false,
        make,
    })
}

#[derive(Clone)]
struct Floats<F>(F);

impl<F: Filter<f32> + Clone + 'static> Block for Floats<F> {
    fn push(&mut self, sample: f32, out: &mut Vec<f64>) {
        out.push(f64::from(self.0.process(sample)));
    }

    fn push_all(&mut self, samples: &[f32], out: &mut Vec<f64>) {
        let mut block = samples.to_vec();
        self.0.process_block(&mut block);
        out.extend(block.into_iter().map(f64::from));
    }

    fn gap(&mut self, _: u64, _: &mut Vec<f64>) {}

    fn copy(&self) -> Box<dyn Block> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Integers<F>(F);

impl<F: Filter<i32> + Clone + 'static> Block for Integers<F> {
    fn push(&mut self, sample: f32, out: &mut Vec<f64>) {
        out.push(f64::from(self.0.process(sample as i32)));
    }

    fn push_all(&mut self, samples: &[f32], out: &mut Vec<f64>) {
        let mut block: Vec<i32> = samples.iter().map(|sample| *sample as i32).collect();
        self.0.process_block(&mut block);
        out.extend(block.into_iter().map(f64::from));
    }

    fn gap(&mut self, _: u64, _: &mut Vec<f64>) {}

    fn copy(&self) -> Box<dyn Block> {
        Box::new(self.clone())
    }
}

/// A cascade and its state, which are apart, as one filter.
#[derive(Clone)]
struct Whole<T: Sample, const N: usize>(Cascade<T, N>, CascadeState<T, N>);

fn cascade_f32<const N: usize>(design: Design<N>) -> Option<Whole<f32, N>> {
    Some(Whole(design.try_to_f32().ok()?, CascadeState::new()))
}

fn cascade_i32<const N: usize>(design: Design<N>) -> Whole<i32, N> {
    Whole(design.to_i32(), CascadeState::new())
}

fn push_f32<const N: usize>(whole: &mut Whole<f32, N>, sample: f32, out: &mut Vec<f64>) {
    out.push(f64::from(whole.0.process(&mut whole.1, sample)));
}

fn push_i32<const N: usize>(whole: &mut Whole<i32, N>, sample: f32, out: &mut Vec<f64>) {
    out.push(f64::from(whole.0.process(&mut whole.1, sample as i32)));
}

fn block_f32<const N: usize>(whole: &mut Whole<f32, N>, samples: &[f32], out: &mut Vec<f64>) {
    let mut block = samples.to_vec();
    whole.0.process_block(&mut whole.1, &mut block);
    out.extend(block.into_iter().map(f64::from));
}

fn block_i32<const N: usize>(whole: &mut Whole<i32, N>, samples: &[f32], out: &mut Vec<f64>) {
    let mut block: Vec<i32> = samples.iter().map(|sample| *sample as i32).collect();
    whole.0.process_block(&mut whole.1, &mut block);
    out.extend(block.into_iter().map(f64::from));
}

fn filters() -> Vec<Subject> {
    let restart_f32: Gap<Whole<f32, 4>> = |whole, _, _| whole.1 = CascadeState::new();
    let restart_i32: Gap<Whole<i32, 4>> = |whole, _, _| whole.1 = CascadeState::new();
    vec![
        in_blocks(
            "band pass, f32",
            |rate| cascade_f32(Design::<4>::try_band_pass(rate, 0.5, 40.0).ok()?),
            push_f32,
            Some(block_f32),
            restart_f32,
        ),
        in_blocks(
            "band pass, i32",
            |rate| {
                Some(cascade_i32(
                    Design::<4>::try_band_pass(rate, 0.5, 40.0).ok()?,
                ))
            },
            push_i32,
            Some(block_i32),
            restart_i32,
        ),
        in_blocks(
            "low pass, i32",
            |rate| Some(cascade_i32(Design::<3>::try_low_pass(rate, 0.3).ok()?)),
            push_i32,
            Some(block_i32),
            untold,
        ),
        in_blocks(
            "high pass, f32",
            |rate| cascade_f32(Design::<2>::try_high_pass(rate, 0.5).ok()?),
            push_f32,
            Some(block_f32),
            untold,
        ),
        in_blocks(
            "notch, i32",
            |rate| Some(cascade_i32(Design::try_notch(rate, 49.0, 2.0).ok()?)),
            push_i32,
            Some(block_i32),
            untold,
        ),
        in_blocks(
            "band stop, i32",
            |rate| {
                Some(cascade_i32(
                    Design::<4>::try_steep_notch(rate, 49.0, 2.0).ok()?,
                ))
            },
            push_i32,
            Some(block_i32),
            untold,
        ),
        in_blocks(
            "band stop, f32",
            |rate| cascade_f32(Design::<3>::try_band_stop(rate, 45.0, 49.5).ok()?),
            push_f32,
            Some(block_f32),
            untold,
        ),
    ]
}

fn blocks() -> Vec<Subject> {
    let mut all = Vec::new();
    all.extend(filter(
        ["moving average, f32", "moving average, i32"],
        MovingAverage::<f32, 15>::new,
        MovingAverage::<i32, 15>::new,
    ));
    all.extend(filter(
        ["running median, f32", "running median, i32"],
        RunningMedian::<f32, 9>::new,
        RunningMedian::<i32, 9>::new,
    ));
    all.extend(filter(
        ["baseline removal, f32", "baseline removal, i32"],
        BaselineRemoval::<f32, 101>::new,
        BaselineRemoval::<i32, 101>::new,
    ));
    all.extend(filter(
        ["derivative, f32", "derivative, i32"],
        Derivative::<f32>::new,
        Derivative::<i32>::new,
    ));
    all.extend(filter(
        ["integrator, f32", "integrator, i32"],
        Integrator::<f32, 6>::new,
        Integrator::<i32, 6>::new,
    ));
    all.extend(rate_changers());
    all
}

fn rate_changers() -> Vec<Subject> {
    vec![
        subject(
            "FIR, f32",
            |_| {
                let low_pass = Fir::<f32, 31>::low_pass(SampleRate::hz(250), 20.0).ok()?;
                Some((low_pass, FirState::new()))
            },
            |(fir, state), sample, out| out.push(f64::from(fir.process(state, sample))),
            |(_, state), _, _| *state = FirState::new(),
        ),
        in_blocks(
            "FIR, i32",
            |_| {
                let low_pass = Fir::<i32, 31>::low_pass(SampleRate::hz(250), 20.0).ok()?;
                Some((low_pass, FirState::new()))
            },
            |(fir, state), sample, out| out.push(f64::from(fir.process(state, sample as i32))),
            Some(
                |(fir, state): &mut (Fir<i32, 31>, FirState<i32, 31>), samples, out| {
                    let mut block: Vec<i32> = samples.iter().map(|sample| *sample as i32).collect();
                    fir.process_block(state, &mut block);
                    out.extend(block.into_iter().map(f64::from));
                },
            ),
            |(_, state), _, _| *state = FirState::new(),
        ),
        subject(
            "decimator, f32",
            |_| Some(Decimator::<f32, 4, 33>::new()),
            |decimator, sample, out| out.extend(decimator.process(sample).map(f64::from)),
            untold,
        ),
        subject(
            "decimator, i32",
            |_| Some(Decimator::<i32, 4, 33>::new()),
            |decimator, sample, out| out.extend(decimator.process(sample as i32).map(f64::from)),
            untold,
        ),
        subject(
            "interpolator, f32",
            |_| Some(Interpolator::<f32, 3, 8>::new()),
            |interpolator, sample, out| out.extend(interpolator.process(sample).map(f64::from)),
            untold,
        ),
        subject(
            "interpolator, i32",
            |_| Some(Interpolator::<i32, 3, 8>::new()),
            |interpolator, sample, out| {
                out.extend(interpolator.process(sample as i32).map(f64::from));
            },
            untold,
        ),
        subject(
            "Goertzel",
            |rate| Goertzel::new(rate, rate.as_hz_f32() / 5.0, NonZeroU32::new(100)?).ok(),
            |goertzel, sample, out| out.extend(goertzel.process(sample).map(f64::from)),
            untold,
        ),
        subject(
            "ring buffer",
            |_| Some(RingBuffer::<i32, 17>::new(0)),
            |ring, sample, out| out.extend(ring.push(sample as i32).map(f64::from)),
            |ring, _, _| ring.clear(),
        ),
        subject(
            "peak tracker, f32",
            |_| Some(PeakTracker::<f32>::new(100.0)),
            |tracker, sample, out| {
                out.extend(tracker.process(sample).map(|turn| f64::from(turn.value)));
            },
            untold,
        )
        .finding_events(),
        subject(
            "peak tracker, i32",
            |_| Some(PeakTracker::<i32>::new(100)),
            |tracker, sample, out| {
                let turn = tracker.process(sample as i32);
                out.extend(turn.map(|turn| f64::from(turn.value)));
            },
            untold,
        )
        .finding_events(),
    ]
}

fn of_peak(peak: &RPeak) -> [f64; 2] {
    [peak.index as f64, f64::from(peak.amplitude_uv)]
}

fn of_events(events: &EcgEvents) -> impl Iterator<Item = f64> {
    let beat = events.beat.map(|beat| beat.peak.index as f64);
    let pulse = events.pace_pulse.map(|index| index as f64);
    // Asystole is what a flat line is.
    let change = events.change;
    let change = change.filter(|change| change.rhythm != VentricularRhythm::Asystole);
    let since = change.map(|change| change.since as f64);
    beat.into_iter().chain(pulse).chain(since)
}

fn ecg() -> Vec<Subject> {
    vec![
        subject(
            "R peaks",
            |rate| RPeakDetector::new(rate, 1_000).ok(),
            |detector, sample, out| {
                out.extend(detector.push(sample as i32).iter().flat_map(of_peak));
            },
            |detector, lost, out| {
                while let Some(peak) = detector.flush() {
                    out.extend(of_peak(&peak));
                }
                detector.gap(lost);
            },
        )
        .finding_events(),
        subject(
            "beat classes",
            |rate| {
                let detector = RPeakDetector::new(rate, 1_000).ok()?;
                Some((detector, BeatClassifier::new(rate, 1_000).ok()?))
            },
            |(detector, classifier), sample, out| {
                classifier.push(sample as i32);
                let peak = detector.push(sample as i32);
                let beat = peak.and_then(|peak| classifier.beat(&peak));
                let told = beat.into_iter().chain(classifier.settle());
                out.extend(told.map(|(_, class)| f64::from(class == BeatClass::Ventricular)));
            },
            |(detector, classifier), lost, _| {
                while let Some(peak) = detector.flush() {
                    classifier.beat(&peak);
                }
                detector.gap(lost);
                classifier.gap(lost);
            },
        )
        .finding_events(),
        subject(
            "ECG monitor",
            |rate| EcgMonitor::new(rate, 1_000).ok(),
            |monitor, sample, out| out.extend(of_events(&monitor.push(sample as i32))),
            |monitor, lost, _| monitor.gap(lost),
        )
        .finding_events(),
        subject(
            "ECG quality",
            |rate| {
                let quality = EcgQuality::new(rate, 1_000).ok()?;
                Some(quality.with_converter(-32_768..=32_767))
            },
            |quality, sample, out| {
                let Some(second) = quality.push(sample as i32) else {
                    return;
                };
                let numbers = [
                    second.range_uv,
                    second.clipped_ms,
                    second.noise_per_cent,
                    second.drift_per_cent,
                    second.level.into(),
                ];
                out.extend(numbers.map(f64::from));
                out.push(second.since as f64);
            },
            |quality, lost, _| quality.gap(lost),
        ),
        subject(
            "respiration from the ECG",
            |rate| Some((EcgRespiration::new(rate), 0_u64)),
            |(respiration, index), sample, out| {
                *index = index.saturating_add(200);
                respiration.beat(&RPeak {
                    index: *index,
                    amplitude_uv: sample as i32,
                    is_doubtful: false,
                });
                out.extend(respiration.per_minute().map(f64::from));
            },
            |(respiration, index), lost, _| {
                *index = index.saturating_add(lost);
                respiration.reset();
            },
        ),
        subject(
            "heart rate",
            |rate| Some((HeartRate::new(rate), 0_u64)),
            |(heart_rate, index), sample, out| {
                *index = index.saturating_add(sample as u64);
                heart_rate.beat(*index);
                out.extend(heart_rate.bpm(*index).map(f64::from));
                out.extend(heart_rate.bpm(sample as u64).map(f64::from));
            },
            |(heart_rate, index), lost, _| {
                *index = index.saturating_add(lost);
                heart_rate.gap();
            },
        ),
    ]
}

fn intervals() -> Vec<Subject> {
    vec![
        subject(
            "variability in time",
            |_| Some(TimeDomain::new()),
            |domain, sample, out| {
                domain.interval_ms(sample);
                let all = [
                    domain.mean(),
                    domain.sdnn(),
                    domain.rmssd(),
                    domain.pnn50(),
                    domain.sd1(),
                    domain.sd2(),
                ];
                out.extend(all.into_iter().flatten().map(f64::from));
            },
            |domain, _, _| domain.gap(),
        ),
        subject(
            "variability in frequency, and entropy",
            |_| Some(Vec::new()),
            |intervals: &mut Vec<(f64, f32)>, sample, out| {
                let (last, _) = intervals.last().copied().unwrap_or_default();
                intervals.push((last + f64::from(sample) / 1e3, sample));
                if intervals.len().is_multiple_of(64) {
                    let powers = BandPowers::of(intervals);
                    out.extend(powers.map(|powers| f64::from(powers.low)));
                    let ratio = powers.and_then(|powers| powers.ratio());
                    out.extend(ratio.map(f64::from));
                    let only: Vec<f32> = intervals.iter().map(|(_, interval)| *interval).collect();
                    out.extend(sample_entropy(&only, sample).map(f64::from));
                }
                if intervals.len() >= 128 {
                    intervals.clear();
                }
            },
            |intervals, _, _| intervals.clear(),
        ),
        subject(
            "fibrillation screen",
            |_| Some(FibrillationScreen::new()),
            |screen, sample, out| {
                let told = screen.interval_us((sample * 300.0) as u32);
                let (entropy, evidence) = (screen.entropy(), screen.evidence());
                out.extend([f64::from(told), f64::from(entropy), f64::from(evidence)]);
            },
            untold,
        ),
    ]
}

fn light() -> Vec<Subject> {
    vec![
        subject(
            "pulses",
            |rate| Some(PulseDetector::new(rate)),
            |detector, sample, out| {
                let found = detector.push(sample);
                let numbers = |pulse: Pulse| [pulse.amplitude, pulse.correlation].map(f64::from);
                out.extend(found.map(numbers).into_iter().flatten());
            },
            |detector, lost, _| detector.reset(lost),
        )
        .finding_events(),
        subject(
            "pulse rate",
            |rate| Some((PulseRate::new(rate), 0_u64)),
            |(pulse_rate, index), sample, out| {
                *index = index.saturating_add(sample as u64);
                pulse_rate.pulse(&Pulse {
                    index: *index,
                    amplitude: sample,
                    correlation: 1.0,
                });
                out.extend(pulse_rate.per_minute(*index).map(f64::from));
            },
            |(_, index), lost, _| *index = index.saturating_add(lost),
        ),
        subject(
            "oximeter",
            |rate| Some(Oximeter::new(rate)),
            |oximeter, sample, out| {
                let curve = OxygenCurve::new([110.0, -25.0, 0.0], 0.4..=2.0);
                let Some(found) = oximeter.push(sample, sample * 0.7 + 11.0) else {
                    return;
                };
                let numbers = [found.index_per_cent, found.ratio, found.quality];
                out.extend(numbers.map(f64::from));
                let saturation = curve.ok().and_then(|curve| found.saturation(&curve));
                out.extend(saturation.map(f64::from));
            },
            |oximeter, _, _| oximeter.reset(),
        ),
        subject(
            "respiration from light",
            |rate| Some(Respiration::new(rate)),
            |respiration, sample, out| {
                respiration.push(sample);
                out.extend(respiration.per_minute().map(f64::from));
            },
            |respiration, _, _| respiration.reset(),
        ),
        subject(
            "heart rate at the wrist",
            |rate| Some(PpgHeartRate::new(rate)),
            |heart_rate, sample, out| {
                let acceleration = [sample / 3e3, 0.0, -sample / 1e4];
                let rate = heart_rate.push([sample, -sample], acceleration);
                out.extend(rate.map(f64::from));
            },
            untold,
        ),
    ]
}

/// Three axes of one number.
fn axes(sample: f32) -> [i32; 3] {
    [sample as i32, -sample as i32, (sample / 2.0) as i32]
}

fn motion() -> Vec<Subject> {
    const COUNTS_PER_G: NonZeroU32 = NonZeroU32::new(256).unwrap();
    vec![
        subject(
            "falls",
            |rate| Some(FallDetector::new(rate, COUNTS_PER_G)),
            |detector, sample, out| {
                out.extend(detector.push(axes(sample)).map(|index| index as f64));
            },
            |detector, lost, _| detector.gap(lost),
        )
        .finding_events(),
        subject(
            "steps",
            |rate| Some(StepCounter::new(rate, COUNTS_PER_G)),
            |counter, sample, out| {
                let steps = counter.push(axes(sample));
                out.extend((steps > 0).then_some(f64::from(counter.steps())));
            },
            |counter, _, _| counter.reset(),
        )
        .finding_events(),
        subject(
            "activity",
            |rate| Some(ActivityMeter::new(rate, COUNTS_PER_G)),
            |meter, sample, out| {
                let epoch = meter.push(axes(sample));
                out.extend(epoch.map(|epoch| f64::from(epoch.deviation_g)));
            },
            |meter, _, _| meter.reset(),
        ),
        subject(
            "posture",
            |rate| Some(PostureTracker::new(rate, COUNTS_PER_G, [0, -256, 0])),
            |tracker, sample, out| {
                tracker.push(axes(sample));
                out.extend(tracker.tilt_degrees().map(f64::from));
                out.extend(tracker.posture().map(|_| 1.0));
            },
            |tracker, _, _| tracker.reset(),
        ),
    ]
}

/// Readings five minutes apart; after a gap as many later as are lost.
fn glucose() -> Vec<Subject> {
    vec![
        subject(
            "glucose forecast",
            |_| Some((GlucoseForecaster::new(), 0.0)),
            |(forecaster, minutes), sample, out| {
                *minutes += 5.0;
                let Ok(forecast) = forecaster.reading(*minutes, sample / 20.0) else {
                    return;
                };
                let numbers = [
                    forecast.in_20_min,
                    forecast.in_30_min,
                    forecast.deviation_20,
                    forecast.deviation_30,
                    forecast.rate,
                ];
                out.extend(numbers.map(f64::from));
            },
            |(_, minutes), lost, _| *minutes += lost as f64 * 5.0,
        ),
        subject(
            "sensor compression",
            |_| Some((CompressionDetector::new(), 0.0)),
            |(detector, minutes), sample, out| {
                *minutes += 5.0;
                let told = detector.reading(*minutes, sample / 20.0);
                out.extend((told != Compression::None).then_some(1.0));
            },
            |(_, minutes), lost, _| *minutes += lost as f64 * 5.0,
        )
        .finding_events(),
        subject(
            "time in range",
            |_| Some(TimeInRange::default()),
            |range, sample, out| {
                range.reading(sample / 20.0);
                out.extend(range.in_range_per_cent().map(f64::from));
            },
            untold,
        ),
    ]
}

fn heart_sounds() -> Subject {
    subject(
        "heart sounds",
        |rate| HeartSoundDetector::new(rate).ok(),
        |detector, sample, out| {
            out.extend(detector.push(sample).map(|sound| sound.index as f64));
            out.extend(detector.per_minute().map(f64::from));
        },
        |detector, lost, _| detector.reset(lost),
    )
    .finding_events()
}
