//! What is measured: metrics, units, decimals, observations, waveforms and device descriptors.
//!
//! ```text
//! Observation   time · metric · value · unit · status        "heart rate 72 /min, valid"
//!                              └ Value: a Decimal, or the reason why there is none
//! Waveform      start · rate · metric · unit · scale · codec ─ compressed samples
//! Descriptor    who made the device, which one it is, what runs on it
//! ```
//!
//! Three rules hold everywhere. A number is a [`Decimal`], never a float, so that 2.0
//! stays 2.0. A unit is part of every reading, so that a glucose in mmol/L can not be
//! read as mg/dL. A code that this version does not know is carried and shown, never
//! dropped.

pub mod codec;
mod decimal;
mod descriptor;
mod metric;
mod observation;
mod status;
mod unit;
mod waveform;

pub use decimal::{Decimal, ParseDecimalError, Special};
pub use descriptor::Descriptor;
pub use metric::{Evidence, Metric, MetricFacts};
pub use observation::{Observation, Value};
pub use status::Status;
pub use unit::{ConvertError, Dimension, Substance, Unit};
pub use waveform::{Waveform, WaveformError};
