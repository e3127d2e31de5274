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
//! | [`Stamp`] | a wall clock with its epoch, which steps when the clock jumps | |
//! | [`ClockModel`] | where instants lie on the wall clock, and how fast the device's clock runs | ms, ppm |
//! | [`SampleRate`] | how often a signal is sampled | mHz |
//!
//! Leap seconds do not count, as in Unix time: across one, a wall clock is off by up to a second, which is for its
//! uncertainty to say. Times before 1970 are negative.
//!
//! # A device without a wall clock
//!
//! It sends ticks and nothing else: each record has its time since the device's boot, and no record speaks of a clock. A counter
//! of 2 to 63 bits that wraps becomes the 64 bits of an [`Instant`] by [`TickUnwrapper`]. A server places its records
//!
//! | by | from | within |
//! |---|---|---|
//! | `link::Clock::at` | the device's `status`: its ticks, the server's time of the last receipt, how many ticks ago that came | the round trip, and the drift since |
//! | [`WallClock::received`], where the device never heard a server | the receipt, and how old the record is by the ticks | the longest way, and 100 ppm of the age |
//!
//! One that learns the time later sends it as a clock sync, a [`Stamp`] at a device time: [`ClockModel`] places what
//! came before it in the same run, too.
//!
//! # Sources
//!
//! The model of elapsed time with a clock's quality is that of Bluetooth's Elapsed Time Service, with a clock epoch more.
//!
//! | here | source |
//! |---|---|
//! | [`WallClock`] | POSIX.1, seconds since the Epoch, in thousandths |
//! | [`ClockQuality`], [`Stamp`], [`ClockModel`] | [specification](crate::guide::specification::data_types), IOMT-DATA; records of clocks: [IOMT-REC](crate::guide::specification::records) |
//! | [`Instant`], [`Duration`], [`SampleRate`], [`TickUnwrapper`] | of this crate; units in the table above |

#[cfg(any(feature = "gatt", feature = "fhir"))]
pub(crate) mod civil;
mod drift;
mod instant;
mod model;
mod rate;
mod stamp;
mod wall;

pub use instant::{Duration, Instant};
pub use model::ClockModel;
pub use rate::SampleRate;
pub use stamp::{Stamp, TickUnwrapper};
pub use wall::{ClockQuality, WallClock};
