//! Every detector, filter and block of `signal`, and what of `alarm` the sensor does not use: none of it can panic.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use core::hint::black_box;
use core::num::NonZeroU32;

use cortex_m_rt::entry;
use iomt::alarm::Lateness;
use iomt::signal::blocks::{
    BaselineRemoval, Decimator, Derivative, Filter, Fir, FirState, Goertzel, Integrator,
    Interpolator, MovingAverage, PeakTracker, RingBuffer, RunningMedian,
};
use iomt::signal::ecg::{BeatClassifier, EcgMonitor, EcgRespiration, HeartRate, RPeakDetector};
use iomt::signal::glucose::{CompressionDetector, GlucoseForecaster, TimeInRange};
use iomt::signal::hrv::{BandPowers, TimeDomain, sample_entropy};
use iomt::signal::motion::{ActivityMeter, FallDetector, PostureTracker, StepCounter};
use iomt::signal::ppg::{
    Oximeter, OxygenCurve, PpgHeartRate, PulseDetector, PulseRate, Respiration,
};
use iomt::signal::rhythm::FibrillationScreen;
use iomt::signal::sound::HeartSoundDetector;
use iomt::signal::{Cascade, CascadeState, Design, DesignError};
use iomt::time::{ClockQuality, Duration, SampleRate, WallClock};

const NO_MAINS: Cascade<i32, 1> = Design::notch(SampleRate::hz(250), 50.0, 2.0).to_i32();
const SLOW: Cascade<f32, 2> = Design::band_pass(SampleRate::hz(250), 0.5, 40.0).to_f32();

#[entry]
fn main() -> ! {
    let counts = black_box([0; 64]);
    let samples = black_box([0.0; 64]);
    filters(&counts, &samples);
    let _ = black_box(designed(&samples));
    blocks(&counts, &samples);
    heart(&counts);
    variability(&samples);
    light(&samples);
    motion(&counts);
    glucose(&samples);
    sound(&samples);
    lateness();
    iomt_footprint::idle()
}

fn rate() -> SampleRate {
    black_box(SampleRate::hz(250))
}

fn filters(counts: &[i32], samples: &[f32]) {
    let (mut exact, mut fast) = (CascadeState::new(), CascadeState::new());
    for count in counts {
        black_box(NO_MAINS.process(&mut exact, *count));
    }
    for sample in samples {
        black_box(SLOW.process(&mut fast, *sample));
    }
}

/// A filter whose corner is known at run time only.
fn designed(samples: &[f32]) -> Result<f32, DesignError> {
    let corner = black_box(15.0);
    let low = Design::<1>::try_low_pass(rate(), corner)?.try_to_f32()?;
    let high = Design::<1>::try_high_pass(rate(), corner)?.try_to_f32()?;
    let band = Design::<1>::try_band_pass(rate(), 1.0, corner)?.try_to_f32()?;
    let notch = Design::<1>::try_notch(rate(), corner, 1.0)?.try_to_f32()?;
    let mut sum = 0.0;
    for cascade in [low, high, band, notch] {
        let mut state = CascadeState::new();
        for sample in samples {
            sum += cascade.process(&mut state, *sample);
        }
    }
    Ok(sum)
}

fn blocks(counts: &[i32], samples: &[f32]) {
    let mut baseline = BaselineRemoval::<i32, 31>::new();
    let mut average = MovingAverage::<i32, 8>::new();
    let mut slope = Derivative::<i32>::new();
    let mut integral = Integrator::<i32, 4>::new();
    let mut middle = RunningMedian::<i32, 5>::new();
    let mut peaks = PeakTracker::<i32>::new(black_box(10));
    let mut fewer = Decimator::<i32, 5, 3>::new();
    let mut more = Interpolator::<i32, 4, 8>::new();
    let mut ring = RingBuffer::<i32, 16>::new(0);
    for count in counts {
        black_box((
            baseline.process(*count),
            average.process(*count),
            slope.process(*count),
        ));
        black_box((
            integral.process(*count),
            middle.process(*count),
            peaks.process(*count),
        ));
        black_box((
            fewer.process(*count),
            more.process(*count),
            ring.push(*count),
        ));
        black_box((ring.ago(black_box(3)), ring.iter().sum::<i32>()));
    }
    let fir = Fir::<f32, 31>::low_pass(rate(), black_box(40.0));
    let hum = NonZeroU32::new(black_box(250));
    let tone = hum.and_then(|len| Goertzel::new(rate(), black_box(50.0), len).ok());
    if let (Ok(fir), Some(mut tone)) = (fir, tone) {
        let mut state = FirState::new();
        for sample in samples {
            black_box((fir.process(&mut state, *sample), tone.process(*sample)));
        }
    }
}

fn heart(counts: &[i32]) {
    let per_millivolt = black_box(200);
    let (Ok(mut detector), Ok(mut monitor), Ok(mut classifier)) = (
        RPeakDetector::new(rate(), per_millivolt),
        EcgMonitor::new(rate(), per_millivolt),
        BeatClassifier::new(rate(), per_millivolt),
    ) else {
        return;
    };
    let mut heart_rate = HeartRate::new(rate());
    let mut breath = EcgRespiration::new(rate());
    let mut screen = FibrillationScreen::new();
    detector.gap(black_box(3));
    monitor.gap(black_box(3));
    black_box(classifier.gap(black_box(3)));
    for count in counts {
        classifier.push(*count);
        black_box((monitor.push(*count), monitor.rhythm()));
        if let Some(peak) = detector.push(*count) {
            heart_rate.beat(peak.index);
            breath.beat(&peak);
            black_box((
                classifier.beat(&peak),
                screen.interval_us(black_box(800_000)),
            ));
        }
    }
    black_box((detector.flush(), monitor.flush(), classifier.flush()));
    black_box((heart_rate.bpm(black_box(64)), breath.per_minute()));
    black_box((
        screen.is_fibrillating(),
        screen.entropy(),
        screen.evidence(),
    ));
}

fn variability(intervals_ms: &[f32]) {
    let mut domain = TimeDomain::new();
    for interval in intervals_ms {
        domain.interval_ms(*interval);
    }
    domain.gap();
    black_box((domain.mean(), domain.sdnn(), domain.rmssd(), domain.pnn50()));
    black_box((domain.sd1(), domain.sd2()));
    let timed = black_box([(0.0, 800.0); 16]);
    black_box(BandPowers::of(&timed).and_then(|powers| powers.ratio()));
    black_box(sample_entropy(intervals_ms, black_box(30.0)));
}

fn light(samples: &[f32]) {
    let mut rate_of_wrist = PpgHeartRate::new(rate());
    let mut pulses = PulseDetector::new(rate());
    let mut pulse_rate = PulseRate::new(rate());
    let mut oximeter = Oximeter::new(rate());
    let mut breath = Respiration::new(rate());
    let Ok(curve) = OxygenCurve::new(black_box([110.0, -25.0, 0.0]), black_box(0.4..=3.4)) else {
        return;
    };
    for sample in samples {
        black_box(rate_of_wrist.push([*sample, *sample], [*sample, 0.0, 1.0]));
        if let Some(pulse) = pulses.push(*sample) {
            pulse_rate.pulse(&pulse);
        }
        let perfusion = oximeter.push(*sample, *sample);
        black_box(perfusion.and_then(|perfusion| perfusion.saturation(&curve)));
        breath.push(*sample);
    }
    pulses.reset(black_box(3));
    oximeter.reset();
    black_box((pulse_rate.per_minute(black_box(64)), breath.per_minute()));
    breath.reset();
}

fn motion(counts: &[i32]) {
    let Some(per_g) = NonZeroU32::new(black_box(4_096)) else {
        return;
    };
    let mut falls = FallDetector::new(rate(), per_g).with_limit_mg_s(black_box(500));
    let mut steps = StepCounter::new(rate(), per_g);
    let mut activity = ActivityMeter::new(rate(), per_g);
    let mut posture = PostureTracker::new(rate(), per_g, black_box([0, 0, 4_096]));
    for count in counts {
        let counts = [*count, *count, 4_096];
        black_box((
            falls.push(counts),
            steps.push(counts),
            activity.push(counts),
        ));
        posture.push(counts);
    }
    black_box((steps.steps(), posture.tilt_degrees(), posture.posture()));
    falls.reset();
    steps.reset();
    activity.reset();
    posture.reset();
}

fn glucose(readings: &[f32]) {
    let mut forecaster = GlucoseForecaster::new();
    let mut compression = CompressionDetector::new();
    let mut range = TimeInRange::default();
    for reading in readings {
        range.reading(*reading);
        black_box(compression.reading(black_box(5.0), *reading));
        if let Ok(forecast) = forecaster.reading(black_box(5.0), *reading) {
            black_box((forecast.trend(), forecast.chance_below(black_box(70.0))));
            black_box(forecast.chance_above(black_box(180.0)));
        }
    }
    black_box(range.in_range_per_cent());
}

fn sound(samples: &[f32]) {
    let Ok(mut detector) = HeartSoundDetector::new(black_box(SampleRate::hz(2_000))) else {
        return;
    };
    for sample in samples {
        black_box(detector.push(*sample));
    }
    black_box(detector.per_minute());
    detector.reset(black_box(3));
}

fn lateness() {
    let lateness = Lateness::new(black_box(Duration::from_secs(5)));
    let clock = WallClock {
        unix_millis: 1_700_000_000_000,
        quality: ClockQuality::Synchronised,
        uncertainty: Duration::from_secs(1),
        utc_offset_minutes: None,
    };
    black_box(lateness.judge(&black_box(clock), &black_box(clock)));
}
