//! Streaming signal processing: filters, and what an ECG, a light on the skin, an accelerometer, a
//! glucose sensor and a stethoscope tell.
//!
//! ```text
//!                  Design ──const──> Cascade      (coefficients, in flash)
//!                                       │
//! converter ──i32──> process(&mut CascadeState, sample) ──> signal to show, to send
//!     │
//!     └────────────> RPeakDetector::push(sample) ──RPeak──> HeartRate::beat(index)
//!                                                                │
//!                                               HeartRate::bpm(now) ──> beats a minute, or none
//! ```
//!
//! One sample in, at most one result out; the state is bounded, nothing is allocated, no clock is
//! read. Time is the index of the sample. Whatever comes in, nothing panics and nothing overflows
//! unnoticed: samples saturate.
//!
//! | | state | delay | arithmetic |
//! |---|---|---|---|
//! | [`Cascade`] | 8 or 16 bytes a section, and 12 | that of the [`Design`] | `f32`, or integer |
//! | [`blocks`] | see there | see there | `f32`, or integer |
//! | [`ecg::RPeakDetector`] | under 2,560 bytes | 0.35 s to 2.5 s | integer |
//! | [`ecg::EcgMonitor`] | under 3,600 bytes | that of the beats; asystole 4.6 s, fibrillation 3 s to 6 s | integer |
//! | [`ecg::EcgQuality`] | under 400 bytes | none, it looks back one second | integer |
//! | [`ecg::EcgRespiration`] | under 1,300 bytes | it looks back 32 s | `f32` |
//! | [`ecg::HeartRate`] | 96 bytes | three beats | integer |
//! | [`ecg::BeatClassifier`] | at most 1,024 bytes | one beat more than that of the beats | integer |
//! | [`rhythm::FibrillationScreen`] | 268 bytes | none, it looks back | `f32` |
//! | [`hrv::TimeDomain`] | 104 bytes | none | `f64` |
//! | [`hrv::BandPowers`], [`hrv::sample_entropy`] | none | of intervals that the caller keeps | `f64`, `f32` |
//! | [`motion::FallDetector`] | under 500 bytes | 3.5 s | `f32` |
//! | [`ppg::PpgHeartRate`] | under 5 KiB | it looks back 8 s | `f32` |
//! | [`ppg::PulseDetector`] | under 400 bytes | 0.5 s | `f32` |
//! | [`ppg::PulseRate`] | under 300 bytes | it looks back 8 s | integer |
//! | [`ppg::Oximeter`] | under 100 bytes | it looks back 4 s | `f32` |
//! | [`ppg::OxygenCurve`] | 20 bytes | none | `f32` |
//! | [`ppg::Respiration`] | under 1,200 bytes | it looks back 32 s | `f32` |
//! | [`motion::StepCounter`] | under 150 bytes | 0.1 s, four steps at first | `f32` |
//! | [`motion::ActivityMeter`] | under 50 bytes | it looks back 5 s | `f32` |
//! | [`motion::PostureTracker`] | 40 bytes | 1 s | `f32` |
//! | [`sound::HeartSoundDetector`] | under 300 bytes | 0.16 s | `f32` |
//! | [`glucose::CompressionDetector`] | under 60 bytes | none | `f64` |
//! | [`glucose::TimeInRange`] | 20 bytes | none | integer |
//! | [`glucose::GlucoseForecaster`] | under 900 bytes | none | `f32` |
//!
//! How well each does, on which recordings, and by which command: [`guide::signal`](crate::guide::signal).
//!
//! A heart rate from a channel with mains hum, an R peak each second:
//!
//! ```
//! use iomt::signal::ecg::{HeartRate, RPeakDetector};
//! use iomt::signal::{Cascade, CascadeState, Design};
//! use iomt::time::SampleRate;
//!
//! const RATE: SampleRate = SampleRate::hz(250);
//! const NO_MAINS: Cascade<i32, 1> = Design::notch(RATE, 50.0, 2.0).to_i32();
//!
//! # fn main() -> Result<(), iomt::signal::ecg::UnsupportedRate> {
//! # let ecg = (0..2_500_i32).map(|n| (1_000 - 100 * (n % 250 - 125).abs()).max(0));
//! let (mut notch, mut heart_rate) = (CascadeState::new(), HeartRate::new(RATE));
//! let mut detector = RPeakDetector::new(RATE, 1_000)?;
//! for sample in ecg {
//!     if let Some(peak) = detector.push(NO_MAINS.process(&mut notch, sample)) {
//!         heart_rate.beat(peak.index);
//!     }
//! }
//! assert_eq!(heart_rate.bpm(2_500), Some(60));
//! # Ok(())
//! # }
//! ```
//!
//! This layer follows clinical practice, and may change in minor versions.

mod biquad;
mod cascade;
mod design;
mod float;
mod maths;
mod sample;
mod section;

pub mod blocks;
pub mod ecg;
pub mod glucose;
pub mod hrv;
pub mod motion;
pub mod ppg;
pub mod rhythm;
pub mod sound;

pub use biquad::{Biquad, Sample};
pub use cascade::{Cascade, CascadeState};
pub use design::{Design, DesignError};
