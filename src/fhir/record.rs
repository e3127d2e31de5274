//! Any record of the schema as the resources that R4 has for it.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::facts::{counted, member};
use super::{
    Context, Device, MedicationAdministration, Observation, ObservationComponent, Resource,
    date_time, parse_date_time, terms,
};
use crate::reading::{Compound, Stamped, WaveformError};
use crate::time::{ClockQuality, Stamp};
use crate::wire::Record;

impl Resource {
    /// The resources of a record, each named by the context's identity or a part of it.
    ///
    /// | record | resource |
    /// |---|---|
    /// | observation | Observation |
    /// | compound | Observation with components |
    /// | stamped observation | Observation, at its own time where its clock was set and is not ahead of the context's; quality, uncertainty and epoch of the clock are components, and so is its time where that does not stand |
    /// | waveform | Observation with sampled data |
    /// | series | the same; of a vital sign or at listed times, an Observation for each value, at its own time |
    /// | device descriptor | Device |
    /// | dose, basal insulin, bolus insulin | `MedicationAdministration` |
    /// | event, text, activity, fall, sleep | Observation with the schema's own code |
    /// | context | none: it belongs to the Observation of which it speaks, see [`Observation::with_context`] |
    /// | clock sync | none: the times of the others are made of it |
    /// | gap, setting, stream, unknown | none: R4 has no resource for them |
    /// | calibration | none: R4's `DeviceMetric` holds when a sensor was calibrated, and no factors |
    /// | asset | none: stock came with R5 |
    /// | consent reference | none: R4's Consent is the document, which the record names |
    ///
    /// ```
    /// use iomt::fhir::{Context, Identity, Resource, Upload};
    /// use iomt::gatt::Payload;
    /// use iomt::time::Instant;
    ///
    /// let context = Context {
    ///     subject: "Patient/7",
    ///     effective: "2024-03-15T14:30:45+01:00",
    ///     device: None,
    ///     identity: Identity::of_record(b"clinic", b"device 7", 0x1234, 42),
    ///     upload: Upload::Put,
    /// };
    /// let pulse = Payload::decode(0x2A37, &[0x06, 0x54])?;
    /// let mut all = Vec::new();
    /// pulse.for_each_record(Instant::ZERO, |record, _| all.push(Resource::of_record(&record, &context)));
    /// assert!(all[0].as_ref().is_ok_and(|made| made[0].to_json().contains("8867-4")));
    /// # Ok::<(), iomt::gatt::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WaveformError`] where samples can not be decompressed.
    pub fn of_record(
        record: &Record<'_>,
        context: &Context<'_>,
    ) -> Result<Vec<Self>, WaveformError> {
        let one = |resource: Self| Ok(vec![resource]);
        match record {
            Record::Observation(value) => one(Observation::of(value, context).into()),
            Record::Compound(whole) => one(Observation::compound(whole, context).into()),
            Record::Stamped(value) => one(stamped(value, context).into()),
            Record::Waveform(block) => one(Observation::waveform(block, context)?.into()),
            Record::Series(values) => Observation::series(values, context)
                .map(|all| all.into_iter().map(Self::from).collect()),
            Record::Descriptor(what) => one(Device::of(what, context).into()),
            Record::Dose(dose) => one(MedicationAdministration::of(&dose.what, context).into()),
            Record::InsulinBasal(basal) => {
                one(MedicationAdministration::of_basal(&basal.what, context).into())
            }
            Record::InsulinBolus(bolus) => {
                one(MedicationAdministration::of_bolus(&bolus.what, context).into())
            }
            Record::Event(event) => one(Observation::of_event(&event.what, context).into()),
            Record::Text(text) => one(Observation::of_text(&text.what, context).into()),
            Record::Activity(what) => one(Observation::of_activity(&what.what, context).into()),
            Record::Fall(fall) => one(Observation::of_fall(&fall.what, context).into()),
            Record::Sleep(sleep) => one(Observation::of_sleep(&sleep.what, context).into()),
            Record::Context(_)
            | Record::ClockSync(_)
            | Record::Gap(_)
            | Record::Calibration(_)
            | Record::Asset(_)
            | Record::Consent(_)
            | Record::Setting(_)
            | Record::Stream(_)
            | Record::Unknown { .. } => Ok(Vec::new()),
        }
    }
}

impl Observation {
    /// The Observation of a compound, each component with its own status.
    #[must_use]
    pub fn compound(whole: &Compound, context: &Context<'_>) -> Self {
        let parts: Vec<_> = whole.observations().collect();
        Self::panel(whole.metric, &parts, context)
    }
}

/// A reading at its own time; at that of the context where nobody has set its clock, or where that is ahead of the
/// context's time by more than both clocks admit: no reading is of the future. What the clock is worth stands beside it.
fn stamped(stamped: &Stamped, context: &Context<'_>) -> Observation {
    let wall = &stamped.stamp.wall;
    let is_ahead = parse_date_time(context.effective).is_some_and(|now| wall.is_after(&now));
    let told = date_time(wall);
    let is_right = wall.quality != ClockQuality::Unset && !is_ahead;
    let own = Context {
        effective: if is_right { &told } else { context.effective },
        ..*context
    };
    let mut made = Observation::of(&stamped.observation, &own);
    made.component.extend(clock(&stamped.stamp));
    if !is_right {
        made.component.push(said("device-time", told));
    }
    made
}

/// What a clock is worth, and how often it has jumped. An unset one admits no error that means something.
fn clock(stamp: &Stamp) -> Vec<ObservationComponent> {
    let (code, text) = match stamp.wall.quality {
        ClockQuality::Unset => ("unset", "not set"),
        ClockQuality::DeviceSet => ("device-set", "set by hand or at the factory"),
        ClockQuality::Synchronised => ("synchronised", "synchronised"),
    };
    let quality = ObservationComponent {
        code: member("clock-quality"),
        value_codeable_concept: Some(terms::own_word(terms::CLOCK_QUALITY, code, text)),
        ..ObservationComponent::default()
    };
    let millis = u32::try_from(stamp.wall.uncertainty.as_millis()).unwrap_or(u32::MAX);
    let is_set = stamp.wall.quality != ClockQuality::Unset;
    let uncertainty = is_set.then(|| counted(member("clock-uncertainty"), millis, "ms"));
    // An integer of FHIR has 31 bits.
    let epoch = said("clock-epoch", stamp.epoch.to_string());
    [Some(quality), uncertainty, Some(epoch)]
        .into_iter()
        .flatten()
        .collect()
}

fn said(name: &str, words: String) -> ObservationComponent {
    ObservationComponent {
        code: member(name),
        value_string: Some(words),
        ..ObservationComponent::default()
    }
}
