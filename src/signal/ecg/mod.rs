//! R peaks, heart rate, rhythm and breathing from one ECG channel.
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
//! search-back put off until the next beat tells how long the interval was. Where there is noise, a
//! candidate that comes early and does not look like the beats before must be higher than others.
//!
//! [`EcgQuality`] says of each second whether it can be relied on.
//!
//! # How good it is
//!
//! On 24 records of the MIT-BIH Arrhythmia Database, first channel, window 150 ms, the first five
//! minutes excluded. Noise is mixed in as in the MIT-BIH Noise Stress Test Database.
//!
//! | | Se | PPV | F1 | of the beats, doubtful | of the others, right |
//! |---|---|---|---|---|---|
//! | clean | 99.76 % | 99.88 % | 99.82 % | 0.6 % | 99.91 % |
//! | clean, within 50 ms | 99.51 % | 99.62 % | 99.56 % | | |
//! | clean, from the first sample | 99.74 % | 99.88 % | 99.81 % | | |
//! | moving electrodes, 12 dB | 98.96 % | 98.87 % | 98.91 % | 4.5 % | 99.41 % |
//! | moving electrodes, 6 dB | 93.51 % | 91.19 % | 92.34 % | 18.9 % | 94.53 % |
//! | muscles, 6 dB | 98.45 % | 96.76 % | 97.60 % | 7.4 % | 97.78 % |
//!
//! Within a record, peaks lie 5.5 ms (standard deviation) from the annotations. The parameters were
//! chosen on these same records, so expect somewhat less on others.
//! `IOMT_SHARED=… cargo test --release --test ecg_records -- --nocapture` prints the
//! table. It is no medical device. [`BeatClassifier`] tells ventricular beats, and [`EcgMonitor`]
//! asystole and ventricular fibrillation.

mod beats;
mod boxcar;
mod candidate;
mod class;
mod detector;
mod envelope;
mod front;
mod heart_rate;
mod history;
mod levels;
mod moment;
mod monitor;
mod pacing;
mod quality;
mod recent;
mod respiration;
mod shape;
mod ventricular;

pub use class::{BeatClass, BeatClassifier};
pub use detector::{RPeak, RPeakDetector, UnsupportedRate};
pub use heart_rate::HeartRate;
pub use monitor::{Beat, EcgEvents, EcgMonitor, RhythmChange, VentricularRhythm};
pub use quality::{EcgQuality, EcgUsability, SecondQuality};
pub use respiration::EcgRespiration;
