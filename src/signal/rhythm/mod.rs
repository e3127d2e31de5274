//! Rhythm from the intervals between beats alone.
//!
//! ```text
//! interval ─┬─> median of 3 ─> the last 16 ─> entropy: what follows what ─┬─> evidence ──> above 0?
//!           │   (ectopic beats)               (30 ms)                     │   adds up
//!           └────────────────> the last 64 ─> order: likeness 1, 2 and ───┘   within ±20
//!                                             3 intervals apart
//! ```

mod fibrillation;

pub use fibrillation::FibrillationScreen;
