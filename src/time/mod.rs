//! Instants, durations, wall-clock stamps with clock quality, and sample rates.
//!
//! The crate never reads a clock: `now` is an argument wherever time matters,
//! and order never depends on wall-clock time.
//!
//! | type | what it is | unit |
//! |---|---|---|
//! | [`Instant`] | a reading of the device's monotonic clock | µs since an arbitrary start |
//! | [`Duration`] | a span between two instants | µs |
//! | [`WallClock`] | a civil time with the quality of the clock that told it | ms since 1970-01-01 UTC |
//! | [`SampleRate`] | how often a signal is sampled | mHz |

mod instant;
mod rate;
mod wall;

pub use instant::{Duration, Instant};
pub use rate::SampleRate;
pub use wall::{ClockQuality, WallClock};
