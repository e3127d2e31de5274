//! Records to and from their bodies.
//!
//! A body is postcard of a small struct that never changes once it is in a numbered
//! release; a new fact is a new tag. Each body has exactly one encoding: what decodes
//! is encoded again and compared, so that over-long varints and trailing bytes are refused.

mod body;
mod clock;
mod compound;
mod content;
mod descriptor;
#[cfg(feature = "fhir")]
mod json;
mod observation;
mod output;
mod read;
mod series;
mod short_code;
mod timed;
mod waveform;
mod write;

#[cfg(test)]
mod tests;

pub use self::content::WriteRecord;
#[cfg(feature = "fhir")]
pub use self::json::{JsonError, RecordJson};
pub use self::read::Records;
pub use self::write::RecordWriter;

use super::Tag;
use crate::reading::{
    Calibration, Compound, Context, Descriptor, Event, Gap, Observation, Series, Stamped, Text,
    Timed, Waveform, draft,
};
use crate::time::Stamp;

/// A record, by what it says.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record<'a> {
    /// One value.
    Observation(Observation),
    /// Samples.
    Waveform(Waveform<'a>),
    /// Who made the device and which one it is.
    Descriptor(Descriptor<'a>),
    /// Several values of one measurement.
    Compound(Compound),
    /// Many values.
    Series(Series<'a>),
    /// One value with its own wall-clock time.
    Stamped(Stamped),
    /// Records are missing.
    Gap(Gap),
    /// How and where an earlier record was measured.
    Context(Context<'a>),
    /// Something that happened.
    Event(Timed<Event>),
    /// A sensor was compared with a reference.
    Calibration(Timed<Calibration>),
    /// What the wall clock said at a device time.
    ClockSync(Timed<Stamp>),
    /// A short text.
    Text(Timed<Text<'a>>),
    /// A dose and what became of it; a draft.
    Dose(Timed<draft::Dose<'a>>),
    /// Insulin at a rate; a draft.
    InsulinBasal(Timed<draft::InsulinBasal>),
    /// Insulin at once; a draft.
    InsulinBolus(Timed<draft::InsulinBolus>),
    /// A thing that is counted or found; a draft.
    Asset(Timed<draft::Asset<'a>>),
    /// A stretch of activity; a draft.
    Activity(Timed<draft::Activity>),
    /// A fall; a draft.
    Fall(Timed<draft::Fall>),
    /// A stretch of sleep; a draft.
    Sleep(Timed<draft::Sleep>),
    /// Which consent the records that follow are sent under; a draft.
    Consent(Timed<draft::ConsentReference<'a>>),
    /// A setting of the device; a draft.
    Setting(Timed<draft::Setting<'a>>),
    /// A piece of the application's own bytes; a draft.
    Stream(Timed<draft::Stream<'a>>),
    /// A record that this version does not know, to be carried as it is.
    Unknown {
        /// Its kind.
        tag: Tag,
        /// Its content.
        body: &'a [u8],
    },
}
