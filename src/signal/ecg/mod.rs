//! R peaks and heart rate from one ECG channel.
//!
//! ```text
//! sample ─> front end ─> envelope ─> maxima ─> beats ─> RPeak ─> HeartRate
//!  any i32   µV, about     a hump     the       levels,
//!            0, at 100     for each   largest   T waves,
//!            to 399 Hz     QRS        around    missed ones
//!                 └─> history ──────> where the tip is
//! ```
//!
//! The chain follows Hamilton (*Open Source ECG Analysis*, Computers in Cardiology 29, 2002) and
//! Pan and Tompkins (IEEE Trans. Biomed. Eng. 32, 1985), with medians for levels, and with
//! search-back put off until the next beat tells how long the interval was.
//!
//! # How good it is
//!
//! On 24 records of the MIT-BIH Arrhythmia Database, first channel, window 150 ms, the first five
//! minutes excluded: sensitivity 99.87 %, positive predictivity 99.83 %, F1 99.85 %; within 50 ms
//! F1 is 99.27 %. The parameters were chosen on these same records, so expect somewhat less on
//! others. `IOMT_SHARED=… cargo test --release --test ecg_records -- --nocapture` prints the
//! table. It is no medical device, and no arrhythmia is told from another.

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
mod shape;

pub use detector::{RPeak, RPeakDetector, UnsupportedRate};
pub use heart_rate::HeartRate;
