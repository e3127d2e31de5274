//! R peaks and heart rate from one ECG channel.

mod beats;
mod boxcar;
mod candidate;
mod detector;
mod envelope;
mod front;
mod heart_rate;
mod history;
mod levels;
mod recent;

pub use detector::{RPeak, RPeakDetector, UnsupportedRate};
pub use heart_rate::HeartRate;
