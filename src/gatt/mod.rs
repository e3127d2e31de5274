//! Health characteristics of Bluetooth: from the bytes that a device sends to readings, and back.
//!
//! ```text
//! notification ─ Payload::decode(uuid, bytes) ─► Payload ─ readings(now) ─► Reading: observations, and when
//!                       │                           │
//!                     Error                       encode ─► the same bytes, or equal ones
//! ```
//!
//! | characteristic | type | number |
//! |---|---|---|
//! | Battery Level | [`Battery`] | `2A19` |
//! | Blood Pressure Measurement | [`BloodPressure`] | `2A35` |
//! | Body Composition Measurement | [`BodyComposition`] | `2A9C` |
//! | CGM Measurement | [`Cgm`] | `2AA7` |
//! | CGM Session Start Time | [`SessionStart`]; no [`Payload`], for it measures nothing | `2AAA` |
//! | Current Elapsed Time | [`CurrentElapsedTime`] | `2BF2` |
//! | Current Time | [`CurrentTime`] | `2A2B` |
//! | Glucose Measurement | [`Glucose`] | `2A18` |
//! | Glucose Measurement Context | [`GlucoseContext`] | `2A34` |
//! | Heart Rate Measurement | [`HeartRate`] | `2A37` |
//! | Intermediate Cuff Pressure | [`CuffPressure`] | `2A36` |
//! | Live Health Observations | [`HealthObservation`] | `2B8B` |
//! | PLX Continuous Measurement | [`ContinuousOximetry`] | `2A5F` |
//! | PLX Spot-Check Measurement | [`SpotOximetry`] | `2A5E` |
//! | Temperature Measurement | [`Temperature`] | `2A1C` |
//! | Weight Measurement | [`Weight`] | `2A9D` |
//!
//! What the Bluetooth texts refuse is refused: reserved numbers and codes, times that are on no
//! calendar, fields that a flag promises and that are missing, bytes that no flag explains. What
//! they ask to ignore is ignored: flags that are reserved today, with what stands behind the last
//! known field; but a CGM record and a health observation state their own length, and one that is not
//! that of the known fields is refused. Where two readings of a text are in use, the type says **Disputed**, and which one it has.
//!
//! Decoding takes time linear in the bytes and no memory but the value.
//!
//! # Sources
//!
//! The layouts are those of the *GATT Specification Supplement* (GSS), section by section, what a device may send those of
//! its service; both by the Bluetooth SIG. Numbers are SFLOAT and FLOAT of ISO/IEEE 11073-20601.
//!
//! | here | source |
//! |---|---|
//! | [`Battery`] | GSS, *Battery Level*; Battery Service |
//! | [`BloodPressure`], [`CuffDetails`], [`CuffStatus`], [`PressureUnit`] | GSS, *Blood Pressure Measurement*; Blood Pressure Service |
//! | [`CuffPressure`] | GSS, *Intermediate Cuff Pressure*; Blood Pressure Service |
//! | [`BodyComposition`] | GSS, *Body Composition Measurement*; Body Composition Service |
//! | [`Cgm`], [`CgmRecord`] | GSS, *CGM Measurement*; Continuous Glucose Monitoring Service |
//! | [`SessionStart`] | GSS, *CGM Session Start Time*, *Time Zone* and *DST Offset*; Continuous Glucose Monitoring Service |
//! | [`CurrentElapsedTime`], [`ElapsedTime`], [`TimeScale`], [`Resolution`], [`SyncSource`] | GSS, *Elapsed Time* and *Current Elapsed Time*; Elapsed Time Service |
//! | [`CurrentTime`], [`AdjustReason`] | GSS, *Current Time*; Current Time Service |
//! | [`DateTime`] | GSS, *Date Time* |
//! | [`Glucose`], [`GlucoseSample`], [`GlucoseUnit`] | GSS, *Glucose Measurement*; Glucose Service |
//! | [`GlucoseContext`], [`Carbohydrate`], [`TesterHealth`], [`Exercise`], [`Medication`], [`Amount`] | GSS, *Glucose Measurement Context*; Glucose Service |
//! | [`HealthObservation`], [`HealthValue`], [`SampleArray`], [`DiscreteStates`], [`Components`], [`Component`], [`Observations`], [`Codes`], [`Tlvs`], [`Tlv`] | Generic Health Sensor Service, *Health Observation Body* |
//! | [`HeartRate`], [`Contact`], [`RrIntervals`] | GSS, *Heart Rate Measurement*; Heart Rate Service |
//! | [`ContinuousOximetry`] | GSS, *PLX Continuous Measurement*; Pulse Oximeter Service |
//! | [`SpotOximetry`] | GSS, *PLX Spot-Check Measurement*; Pulse Oximeter Service |
//! | [`Oximetry`], [`OximetryDetails`] | both of them |
//! | [`Temperature`], [`TemperatureUnit`], [`TemperatureSite`] | GSS, *Temperature Measurement* and *Temperature Type*; Health Thermometer Service |
//! | [`Weight`], [`BodySize`] | GSS, *Weight Measurement*; Weight Scale Service |
//! | [`Units`] | GSS, *Weight Measurement* and *Body Composition Measurement* |
//! | [`Payload`], [`Reading`], [`Stamp`], [`MAX_PARTS`], [`Error`] | of this crate |

mod battery;
mod blood_pressure;
mod body_composition;
mod cgm;
mod current_time;
mod cursor;
mod date_time;
mod elapsed_time;
mod error;
mod float;
mod glucose;
mod glucose_context;
mod health_observation;
mod heart_rate;
mod mass;
mod payload;
mod pulse_oximeter;
mod reading;
mod session_start;
mod temperature;
mod weight;

pub use battery::Battery;
pub use blood_pressure::{BloodPressure, CuffDetails, CuffPressure, CuffStatus, PressureUnit};
pub use body_composition::BodyComposition;
pub use cgm::{Cgm, CgmRecord};
pub use current_time::{AdjustReason, CurrentTime};
pub use date_time::DateTime;
pub use elapsed_time::{CurrentElapsedTime, ElapsedTime, Resolution, SyncSource, TimeScale};
pub use error::Error;
pub use glucose::{Glucose, GlucoseSample, GlucoseUnit};
pub use glucose_context::{
    Amount, Carbohydrate, Exercise, GlucoseContext, Medication, TesterHealth,
};
pub use health_observation::{
    Codes, Component, Components, DiscreteStates, HealthObservation, HealthValue, Observations,
    SampleArray, Tlv, Tlvs,
};
pub use heart_rate::{Contact, HeartRate, RrIntervals};
pub use mass::Units;
pub use payload::Payload;
pub use pulse_oximeter::{ContinuousOximetry, Oximetry, OximetryDetails, SpotOximetry};
#[cfg(feature = "fhir")]
pub(crate) use reading::shifted;
pub use reading::{MAX_PARTS, Reading, Stamp};
pub use session_start::SessionStart;
pub use temperature::{Temperature, TemperatureSite, TemperatureUnit};
pub use weight::{BodySize, Weight};
