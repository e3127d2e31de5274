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
//! A number keeps its digits and never becomes a float. A value that may not be used is not there:
//! its reason is, in `dataAbsentReason`. The same record has the same name whenever it is sent, so
//! that a server stores it once: see [`Identity`] and [`Upload`].
//!
//! What is read back is what was written, with three exceptions that the types name: a time is text,
//! a pressure in kilopascals was rounded to the unit that the profile takes, and a number that its
//! status withheld is gone.
//!
//! It follows clinical practice and may change in minor versions.
//!
//! # Sources
//!
//! Pages are of HL7 FHIR R4, below `hl7.org/fhir/R4`; what the schema has and R4 has not stands under `urn:iomt:`.
//!
//! | here | source |
//! |---|---|
//! | [`Observation`], [`ObservationComponent`] | `observation.html`; of vital signs `observation-vitalsigns.html`; absent values as HL7's implementation guide *Personal Health Device* maps them |
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
