//! FHIR R4: readings as the resources that hospitals exchange, and back.
//!
//! ```text
//! reading::Observation ─┐                                    ┌─ Observation, with its vital-signs profile
//! a panel of them ──────┤                                    ├─ Observation with components
//! reading::Waveform ────┼─ of whom, when, which record ──────┼─ Observation with sampled data
//! reading::Descriptor ──┤        (Context)                   ├─ Device
//! draft::Dose, insulin ─┘                                    └─ MedicationAdministration ─► Bundle
//! ```
//!
//! [`Resource::of_record`] takes any record that came out of a frame, and says for each kind what R4 has for it;
//! `Resource::of_payload`, with the feature `gatt`, does the same for what a Bluetooth health device sends.
//!
//! ```
//! use iomt::fhir::{Context, Identity, Observation, Resource, Upload};
//! use iomt::reading::{self, Decimal, Metric, Unit};
//! use iomt::time::Instant;
//!
//! let fever = reading::Observation::new(
//!     Metric::BODY_TEMPERATURE,
//!     Unit::CELSIUS,
//!     Instant::ZERO,
//!     Decimal::new(3_860, -2).into(),
//! );
//! let context = Context {
//!     subject: "Patient/7",
//!     effective: "2024-03-15T14:30:45+01:00",
//!     device: None,
//!     identity: Identity::of_record(b"clinic", b"device 7", 0x1234, 42),
//!     upload: Upload::Put,
//! };
//! let json = Resource::from(Observation::of(&fever, &context)).to_json();
//! assert!(json.contains(r#""value":38.60,"unit":"Cel""#));
//! assert!(json.contains("http://hl7.org/fhir/StructureDefinition/bodytemp"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A number keeps its digits and never becomes a float. A value that may not be used is not there, a test's and a
//! demonstration's with it: its reason is, in `dataAbsentReason`. The same record has the same name whenever it is sent, so
//! that a server stores it once: see [`Identity`] and [`Upload`].
//!
//! What is read back is what was written, but for what R4 has no place for:
//!
//! | | comes back as |
//! |---|---|
//! | a time | text, to the millisecond; a reading is at time zero |
//! | a height in metres | centimetres, the same number |
//! | a pressure in kilopascals, in a blood pressure with its profile | millimetres of mercury, rounded to a tenth |
//! | a number that no unit of its profile holds | [`Value::NotAtThisResolution`](crate::reading::Value) |
//! | a value that is no number | itself, without its unit: code 0 |
//! | a number that its status withheld | not a number, without its unit |
//! | a power of ten above zero, such as 12·10³ | the same number, its zeros written: 12,000 |
//! | a unit that UCUM writes as it writes another one | the metric's usual one, else the first of them |
//! | a device word; quality, uncertainty and epoch of a stamped reading's clock | nothing: they are components |
//! | a bolus of unknown outcome and more than 2³¹ − 1 thousandths | one of unknown outcome, zero delivered |
//! | status bits without a name; the status of a panel as a whole | nothing; that of all its parts |
//! | the number of a waveform's first sample; its codec | nothing |
//! | a device's serial number that only its UDI tells | both |
//! | an amount above 2³¹ − 1 thousandths, a count above 2³¹ − 1 | nothing |
//!
//! It follows clinical practice and may change in minor versions.
//!
//! # HL7's guide for personal health devices
//!
//! This is no implementation of the guide *Personal Health Device*, and no resource claims its profiles. As there are the
//! codes of ISO/IEEE 11073, `HTEST`, `error` for what is invalid, and supplemental codes as components. What differs:
//!
//! | | there | here |
//! |---|---|---|
//! | status not available; calibrating | `not-performed`; a value with an interpretation | `unknown`; `temp-unknown`, no value |
//! | test and demonstration data | the value, with `HTEST` | `not-performed`, no value, with `HTEST` |
//! | status ongoing | `temp-unknown`, no value | the value, with an interpretation |
//! | interpretations | codes of the guide *Point-of-Care Device* | those of this crate, for all nine bits |
//! | bits of a status or an event | a component for each bit | one component, a code for each bit that is set |
//! | glucose context | `derivedFrom` the measurement | its `focus`, as R4 defines both |
//! | gateway, device profile, clock of the device | extensions, Device and Observations of their own | none |
//!
//! # Extensions and codes of its own
//!
//! `urn:iomt:planned-before`, `urn:iomt:duration` and `urn:iomt:requested` of a `MedicationAdministration` have no
//! `StructureDefinition`, nor have the code systems below `urn:iomt:` a `CodeSystem`. HL7's schema takes them as they are. A
//! validator that looks for definitions says that an extension or a system is not known: a warning where it allows
//! extensions of any domain, else an error; it has to be told to allow `urn:iomt:`.
//!
//! # Sources
//!
//! Pages are of HL7 FHIR R4, below `hl7.org/fhir/R4`; what the schema has and R4 has not stands under `urn:iomt:`.
//!
//! | here | source |
//! |---|---|
//! | [`Observation`], [`ObservationComponent`] | `observation.html`; of vital signs `observation-vitalsigns.html` |
//! | [`Device`], [`DeviceName`], [`DeviceVersion`], [`UdiCarrier`] | `device.html` |
//! | [`MedicationAdministration`], [`Dosage`], [`Performer`] | `medicationadministration.html` |
//! | [`Bundle`], [`Entry`], [`Request`] | `bundle.html` |
//! | [`Resource`], [`Named`], [`Kind`] | `resource.html`, `json.html` |
//! | [`Number`], [`date_time`], [`parse_date_time`] | `datatypes.html#decimal`, `datatypes.html#dateTime` |
//! | [`Coding`], [`CodeableConcept`], [`Quantity`], [`Identifier`], [`Annotation`], [`SampledData`] | `datatypes.html` |
//! | [`Reference`] | `references.html` |
//! | [`Extension`] | `extensibility.html` |
//! | [`Meta`] | `resource.html#Meta` |
//! | [`Identity`] | RFC 9562, UUID version 8 |
//! | [`Upload`] | `http.html#update`, `http.html#cond-update` |
//! | [`Context`], [`ReadError`] | of this crate |
//! | `Received` | of this crate |

mod bundle;
mod depth;
mod device;
mod facts;
mod identity;
mod kind;
mod medication;
mod number;
mod observation;
#[cfg(feature = "gatt")]
mod payload;
mod record;
mod series;
mod terms;
mod time;
mod types;
mod value;
mod waveform;

#[cfg(test)]
mod tests;

pub use bundle::{Bundle, Entry, ReadError, Request, Resource};
pub use device::{Device, DeviceName, DeviceVersion, UdiCarrier};
pub use identity::{Identity, Upload};
pub use kind::{Kind, Named};
pub use medication::{Dosage, MedicationAdministration, Performer};
pub use number::Number;
pub use observation::{Context, Observation, ObservationComponent};
#[cfg(feature = "gatt")]
pub use payload::Received;
pub use time::{date_time, parse_date_time};
pub use types::{
    Annotation, CodeableConcept, Coding, Extension, Identifier, Meta, Quantity, Reference,
    SampledData,
};
