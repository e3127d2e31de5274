//! What a light on the skin tells.
//!
//! ```text
//! two PPG, ─> 25 Hz ─> the last 8 s ─> spectra ─> less what moves ─> belief over ─> rate
//! three g              each 2 s                   like the arm       40 to 200
//!
//! PPG ─> 60 Hz ─> sum of rises ─> Pulse ─> PulseRate, at rest
//!  │                                └────> quality: as those before?
//!  ├───> 5 Hz ──> 0.1 to 0.5 Hz ──> Respiration
//! red, infrared ─> what pulsates of each ─> Perfusion, ratio ─> OxygenCurve ─> SpO2
//! ```

mod decimate;
mod heart_rate;
mod oximetry;
mod oxygen_curve;
mod pulse_rate;
mod pulses;
mod respiration;
mod shape;

pub use heart_rate::PpgHeartRate;
pub use oximetry::{Oximeter, Perfusion};
pub use oxygen_curve::{OxygenCurve, UnusableCurve};
pub use pulse_rate::PulseRate;
pub use pulses::{Pulse, PulseDetector};
pub use respiration::Respiration;
