//! Limits, staleness and lateness: when somebody has to look.
//!
//! ```text
//!                 raise ─────────────────────────────►
//!   Limits    quiet ◄──────────────────────────── clear     a value past its limit, for long enough
//!   Staleness fresh ──── nothing new in time ────► stale    no value at all, which no value can tell
//!   Lateness  timely ─── older than its bound ───► late     an alarm that an outage has held up
//! ```
//!
//! All are pure: they take values and times, and the first two return [`Transition`]s. An alarm that nobody
//! is told of is no alarm, so each transition is returned exactly once.
//!
//! Thresholds are clinical practice: whoever deploys this sets them. This module may change in
//! minor versions, and is no medical device.

mod lateness;
mod limit;
mod staleness;

pub use lateness::{Arrival, Lateness};
pub use limit::{Limit, LimitAlarm, Limits, Side, WrongMetric};
pub use staleness::Staleness;

/// An alarm that was raised or has ended.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition<T> {
    /// The condition holds since now.
    Raised(T),
    /// The condition has ended.
    Cleared(T),
}
