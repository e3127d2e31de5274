//! Where glucose is going, from the readings of a continuous monitor.
//!
//! ```text
//! reading ─> the last two changes, ─> weights, learnt from ─> 20 and 30 min ─> low alarm
//!            distance to the day's    each reading that       ahead
//!            mean                     shows how right it was
//!
//! readings ─> fall and return faster than glucose ─> Compression of the sensor
//!         └─> TimeInRange
//! ```

mod compression;
mod forecast;
mod learner;
mod range;
mod trend;

pub use compression::{Compression, CompressionDetector};
pub use forecast::{Forecast, GlucoseForecaster, RefusedReading};
pub use range::TimeInRange;
pub use trend::Trend;
