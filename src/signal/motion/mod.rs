//! What an accelerometer at the waist tells.
//!
//! ```text
//! three axes ─┬─> impulse, tilt ───────> FallDetector ──> alarm
//!             ├─> magnitude, 0.5–4 Hz ─> StepCounter ───> steps
//!             ├─> magnitude, deviation ─> ActivityMeter ─> each 5 s
//!             └─> mean of a second ─────> PostureTracker > upright, lying
//! ```

mod activity;
mod fall;
mod posture;
mod steps;

pub use activity::{Activity, ActivityMeter, Epoch};
pub use fall::FallDetector;
pub use posture::{Posture, PostureTracker};
pub use steps::StepCounter;
