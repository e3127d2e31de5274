//! What an accelerometer at the waist tells.

mod fall;

pub use fall::FallDetector;
