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
//!
//! # Sources
//!
//! What is of no standard is of this protocol's own; its numbers are in the specification.
//!
//! | here | source |
//! |---|---|
//! | [`Metric`], [`MetricFacts`], [`Evidence`] | ISO/IEEE 11073-10101, partition 2 and others; LOINC; `MetricFacts` says how well each code is known |
//! | [`Unit`], [`Dimension`], [`ConvertError`] | ISO/IEEE 11073-10101, partition 4; UCUM |
//! | [`Substance`] | molar masses from the abridged standard atomic weights of IUPAC |
//! | [`Decimal`], [`Special`], [`Value`], [`ParseDecimalError`] | ISO/IEEE 11073-20601, SFLOAT-Type and FLOAT-Type; [specification](crate::guide::specification::data_types), IOMT-DATA |
//! | [`Status`] | ISO/IEEE 11073-20601, `MeasurementStatus` |
//! | [`Descriptor`] | UDI of the IMDRF: DI and PI |
//! | [`UdiProduction`], [`UdiDate`] | GS1 General Specifications, 3.2 and 3.4 |
//! | [`Text`] | its language: BCP 47 |
//! | [`Observation`], [`Stamped`], [`Compound`], [`Component`], [`Series`], [`Cadence`], [`Waveform`], [`WaveformError`], [`Event`], [`EventKind`], [`Gap`], [`GapReason`], [`Calibration`], [`Timed`] | [specification](crate::guide::specification::records), IOMT-REC |
//! | [`Context`], [`Contexts`], [`SensorLocation`], [`Method`], [`Origin`], [`DeviceWord`] | [specification](crate::guide::specification::records), IOMT-REC |
//! | [`codec`]: `CodecId`, `Tier`, `encode`, `decode`, `max_encoded_len`, `SAMPLE_MIN`, `SAMPLE_MAX`, `EncodeError`, `DecodeError` | its own pages, [`codec::small`] and [`codec::large`] |
//! | [`draft`]: `Activity`, `ActivityKind`, `Fall`, `Asset`, `Availability`, `ConsentReference`, `Dose`, `Adherence`, `Reporter`, `InsulinBasal`, `InsulinBolus`, `Outcome`, `Setting`, `Sleep`, `SleepStage`, `Stream` | [specification](crate::guide::specification::records), IOMT-REC |

mod calibration;
pub mod codec;
mod compound;
mod context;
mod contexts;
mod decimal;
mod descriptor;
mod device_word;
pub mod draft;
mod event;
mod gap;
mod metric;
mod observation;
mod series;
mod status;
mod text;
mod timed;
mod udi;
mod unit;
mod waveform;

pub use calibration::Calibration;
pub(crate) use calibration::CalibrationBody;
pub use compound::{Component, Compound};
pub use context::{Context, Method, Origin, SensorLocation};
pub use contexts::Contexts;
pub use device_word::DeviceWord;
pub use event::{Event, EventKind};
pub use gap::{Gap, GapReason};
pub use series::{Cadence, Series};
pub use text::Text;
pub use timed::Timed;

pub use decimal::{Decimal, ParseDecimalError, Special};
pub use descriptor::Descriptor;
pub use metric::{Evidence, Metric, MetricFacts};
pub use observation::{Observation, Stamped, Value};
pub use status::Status;
pub use udi::{UdiDate, UdiProduction};
pub use unit::{ConvertError, Dimension, Substance, Unit};
pub use waveform::{Waveform, WaveformError};
