//! Streaming signal processing: filters and beat detection.

mod biquad;
mod cascade;
mod design;
mod maths;
mod sample;

pub mod ecg;

pub use biquad::{Biquad, Sample};
pub use cascade::{Cascade, CascadeState};
pub use design::{Design, DesignError};
