//! Rhythm from the intervals between beats alone.
//!
//! ```text
//! interval ─> median of 3 ─> the last 32 ─> entropy of what follows what ─> average ─> threshold
//!             (ectopic beats)               (30 ms)                         (33 beats)
//! ```

mod fibrillation;

pub use fibrillation::FibrillationScreen;
