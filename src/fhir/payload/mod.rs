//! What a Bluetooth health device sends as the resources that R4 has for it.

mod context;
mod details;
mod health;
mod identity;
mod names;
#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use self::details::{Details, device_time, elapsed_words, is_from_storage, no_device_time};
use super::observation::{annotation, concept};
use super::terms::{self, absent};
use super::{
    Bundle, CodeableConcept, Coding, Context, Identity, Observation, Quantity, Resource, Upload,
    date_time,
};
use crate::gatt::{BodyComposition, ContinuousOximetry, Glucose, Payload, Reading, Stamp};
use crate::reading::Metric;
use crate::time::{Instant, WallClock};

const BODY_COMPOSITION: &str = "urn:iomt:body-composition";

/// What a Bluetooth value does not tell: of whom it is, when it came, by what, and under which name.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The address of the patient, such as `Patient/7`.
    pub subject: &'a str,
    /// When it was received, for values that do not tell when they were measured. Its offset from UTC is that of
    /// devices that tell local time: it has to be that of the place and the day of the reading, which need not be that
    /// of the receipt. Without an offset, local time names no instant.
    pub at: WallClock,
    /// When the glucose measurement was taken to which a glucose context belongs: a context has no time of its own, and
    /// that of the measurement with its sequence number.
    pub measured: Stamp,
    /// The address of the device.
    pub device: Option<&'a str>,
    /// The name of the value, such as [`Identity::of_payload`]; each resource has a part of it.
    pub identity: Identity,
    /// How a server is told the name.
    pub upload: Upload,
}

impl Received<'_> {
    /// When something was measured: what the device tells, else when it was received.
    fn effective(&self, stamp: Stamp) -> String {
        date_time(&self.told(stamp).unwrap_or(self.at))
    }

    /// When something was measured, as the device tells: not later than its receipt, where its clock is wrong.
    fn told(&self, stamp: Stamp) -> Option<WallClock> {
        self.clock_of(stamp).filter(|told| !told.is_after(&self.at))
    }

    fn clock_of(&self, stamp: Stamp) -> Option<WallClock> {
        match self.at.utc_offset_minutes {
            Some(offset) => stamp.wall_clock(offset),
            None => wherever(stamp),
        }
    }
}

/// The instant that a stamp names wherever its device is: local time names none.
fn wherever(stamp: Stamp) -> Option<WallClock> {
    let [here, there] = [0, 60].map(|offset| stamp.wall_clock(offset));
    here.filter(|here| there.is_some_and(|there| there.unix_millis == here.unix_millis))
}

impl Resource {
    /// The resources of a value of a Bluetooth health characteristic, in its order; none of an empty list of readings.
    ///
    /// | value | resource |
    /// |---|---|
    /// | a number | Observation; `dataAbsentReason` where it is none, or may not be used |
    /// | several numbers that were measured together, such as a blood pressure | Observation with components |
    /// | saturation and pulse with fast and slow averaging | Observations, with their `method` |
    /// | basal metabolism, muscle mass, soft lean mass, impedance | Observations with codes of the schema's own |
    /// | glucose without a concentration | Observation with `dataAbsentReason` |
    /// | medication of a glucose context | `MedicationAdministration`, `completed`; without a dosage where the amount is no number |
    /// | the rest of a glucose context | Observations with the schema's own codes and those of ISO/IEEE 11073-10417 |
    /// | what a device's clock says | Observation with `valueDateTime`, a `valueString` where it names no instant |
    /// | code, text, samples or bits of a health observation | Observation with `valueCodeableConcept`, `valueString`, `valueSampledData` |
    ///
    /// Each has the time that the device tells ([`Stamp::wall_clock`](crate::gatt::Stamp::wall_clock)), else that of
    /// its receipt; so, too, where what the device tells is later than that by more than both clocks admit, and where it
    /// is local time and nobody knows its offset from UTC. Sent again with another offset, or when a clock that was
    /// ahead is no longer, a stored value has the same name and another time: a server that shall keep the first takes
    /// it from [`Bundle::creation`]. What else the value says stands with each Observation that is made of it:
    ///
    /// | field | place |
    /// |---|---|
    /// | type of a temperature | `bodySite` |
    /// | averaging of an oximeter | `method` |
    /// | user or patient, by the device's own count | component; 255 is absent |
    /// | measurement status, sensor status, sensor status annunciation, of each characteristic | component, a code for each bit that is set |
    /// | skin contact, sample type and location, quality of a CGM, adjust reason and fractions of a clock, source and timeline of an elapsed time | component |
    /// | sequence number of a glucose measurement | component and, where the device is told, an `identifier` of device and number |
    /// | sequence number of a glucose context | `focus` of its Observations and `supportingInformation` of its `MedicationAdministration`: the measurement by that `identifier`, in words alone where no device is told; a component of the `HbA1c`, which is a measurement of its own |
    /// | a time that names no instant, or one later than the receipt; the minutes of a CGM session | component |
    /// | that a value of an oximeter comes from storage, or that it is a glucose context, and no time is known | component `device time`, absent; of a `MedicationAdministration`, a note |
    /// | that a health observation is a setting | no profile, category, LOINC: it is none of the patient's |
    /// | that it was entered by hand | `method` |
    /// | number of a health observation; those that it is derived from; those that it is a member of | `identifier`, a component where no device is told; `derivedFrom`; component |
    /// | duration, supplemental codes and attributes of a health observation | component |
    ///
    /// Left out: the day of the week, which follows from the date; that a body composition goes on in another value, that
    /// a context follows, and that there was a checksum, which say nothing of the patient. A meter counts 65,536
    /// measurements and then anew, or when it is reset: an `identifier` names the last with that number. Two meters of
    /// one patient count alike, and so there is none without the device.
    ///
    /// ```
    /// use iomt::fhir::{Bundle, Identity, Received, Resource, Upload, parse_date_time};
    /// use iomt::gatt::{Payload, Stamp};
    ///
    /// let value = [0x00, 0x64, 0x00, 0x5A, 0x00];
    /// let at = parse_date_time("2024-03-15T14:30:45+01:00").ok_or("no time")?;
    /// let received = Received {
    ///     subject: "Patient/7",
    ///     at,
    ///     measured: Stamp::None,
    ///     device: None,
    ///     identity: Identity::of_payload(b"clinic", b"oximeter 7", (0x2A5F, &value), &at),
    ///     upload: Upload::Put,
    /// };
    /// let resources = Resource::of_payload(&Payload::decode(0x2A5F, &value)?, &received);
    /// assert_eq!(resources.len(), 2, "saturation and pulse");
    /// let upload = Resource::from(Bundle::transaction(resources)).to_json();
    /// assert!(upload.contains(r#""method":"PUT","url":"Observation/"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_payload(payload: &Payload<'_>, received: &Received<'_>) -> Vec<Self> {
        let mut maker = Maker {
            received,
            untold: untold(payload, received),
            is_kept: is_kept(payload),
            made: Vec::new(),
        };
        match payload {
            Payload::HealthObservation(observation) => maker.health(observation),
            Payload::Cgm(cgm) => cgm.records().for_each(|record| {
                let details = Details::of_cgm(&record);
                maker.described(&details, |maker| {
                    let readings = record.readings(Instant::ZERO, cgm.start());
                    readings.for_each(|reading| maker.reading(&reading));
                });
            }),
            Payload::ContinuousOximetry(oximetry) => maker.oximetry(oximetry),
            Payload::CurrentTime(time) => {
                maker.clock(&time.time.to_string(), Some(time.time).into());
            }
            Payload::CurrentElapsedTime(clock) => {
                let words = elapsed_words(&clock.time);
                maker.clock(&words, Stamp::Elapsed(clock.time));
            }
            measured => measured.for_each_reading(Instant::ZERO, |reading| maker.reading(&reading)),
        }
        match payload {
            Payload::GlucoseContext(context) => maker.context(context),
            Payload::BodyComposition(body) => maker.body(body),
            Payload::Glucose(glucose) if maker.made.is_empty() => maker.no_glucose(glucose),
            _ => {}
        }
        maker.describe(0, &Details::of(payload, received));
        maker.made
    }

    /// One resource: the only one, else a Bundle of type `collection` with all of them.
    #[must_use]
    pub fn collected(mut resources: Vec<Self>) -> Self {
        match (resources.len(), resources.pop()) {
            (1, Some(only)) => only,
            (_, last) => Bundle::collection(resources.into_iter().chain(last)).into(),
        }
    }
}

/// Names the resources that are made of one value, one after the other.
struct Maker<'a> {
    received: &'a Received<'a>,
    /// When that was measured of which the value tells no time.
    untold: Stamp,
    /// Whether that was before its receipt.
    is_kept: bool,
    made: Vec<Resource>,
}

fn untold(payload: &Payload<'_>, received: &Received<'_>) -> Stamp {
    match payload {
        Payload::GlucoseContext(_) => received.measured,
        _ => Stamp::None,
    }
}

/// Whether a value without a time says that it was kept before it was sent.
fn is_kept(payload: &Payload<'_>) -> bool {
    match payload {
        Payload::GlucoseContext(_) => true,
        Payload::ContinuousOximetry(value) => is_from_storage(&value.details),
        Payload::SpotOximetry(value) => value.time.is_none() && is_from_storage(&value.details),
        _ => false,
    }
}

impl Maker<'_> {
    /// Gives `make` all that a value does not tell.
    fn with_context(&mut self, stamp: Stamp, make: impl FnOnce(&Context<'_>) -> Resource) {
        let number = u32::try_from(self.made.len()).unwrap_or(u32::MAX);
        let stamp = match stamp {
            Stamp::None => self.untold,
            told => told,
        };
        let effective = self.received.effective(stamp);
        let context = Context {
            subject: self.received.subject,
            effective: &effective,
            device: self.received.device,
            identity: self.received.identity.part(number),
            upload: self.received.upload,
        };
        let mut resource = make(&context);
        if self.received.told(stamp).is_none() {
            self.mark_receipt(stamp, &mut resource);
        }
        self.made.push(resource);
    }

    /// Says beside a time of receipt what the device tells of the time, or that it tells none of what it has kept.
    fn mark_receipt(&self, stamp: Stamp, resource: &mut Resource) {
        let told = device_time(stamp).or_else(|| self.is_kept.then(no_device_time));
        match (resource, told) {
            (Resource::Observation(made), told) => made.component.extend(told),
            (Resource::MedicationAdministration(made), Some(told)) => {
                let words = told.value_string.as_deref().unwrap_or("not told");
                let note = format!("at the time of its receipt; device time: {words}");
                made.note.push(annotation(note));
            }
            _ => {}
        }
    }

    /// Adds the details to each Observation from the one with this number on.
    fn describe(&mut self, first: usize, details: &Details) {
        for resource in self.made.iter_mut().skip(first) {
            if let Resource::Observation(observation) = resource {
                details.add_to(observation);
            }
        }
    }

    /// Adds the details to each Observation that `make` makes.
    fn described(&mut self, details: &Details, make: impl FnOnce(&mut Self)) {
        let first = self.made.len();
        make(self);
        self.describe(first, details);
    }

    /// What was measured with the normal averaging, and behind it the same with a fast and a slow one.
    fn oximetry(&mut self, oximetry: &ContinuousOximetry) {
        let readings = |maker: &mut Self, oximetry: &ContinuousOximetry| {
            let readings = oximetry.readings(Instant::ZERO);
            readings.for_each(|reading| maker.reading(&reading));
        };
        readings(self, oximetry);
        for (averaged, how) in [(oximetry.fast, names::FAST), (oximetry.slow, names::SLOW)] {
            let Some(normal) = averaged else { continue };
            let mut alone = *oximetry;
            alone.normal = normal;
            alone.details.perfusion = None;
            let details = Details::default().averaged(how);
            self.described(&details, |maker| readings(maker, &alone));
        }
    }

    /// The numbers of a body composition for which the schema has no metric.
    fn body(&mut self, body: &BodyComposition) {
        let mass = body.units.mass().ucum().unwrap_or_default();
        let energy = body.basal_metabolism_kilojoules;
        let numbers = [
            (
                "basal metabolism",
                energy.map(|e| i32::from(e).into()),
                "kJ/d",
            ),
            ("muscle mass", body.muscle_mass, mass),
            ("soft lean mass", body.soft_lean_mass, mass),
            ("impedance", body.impedance_ohms, "Ohm"),
        ];
        for (what, number, ucum) in numbers {
            let Some(number) = number else { continue };
            let code = coded(BODY_COMPOSITION, what);
            self.observation(code, body.time.into(), |o| {
                o.value_quantity = Some(Quantity::in_ucum(number, ucum));
            });
        }
    }

    /// A record of a meter without a concentration.
    fn no_glucose(&mut self, glucose: &Glucose) {
        let code = concept(Metric::GLUCOSE, None, None);
        self.observation(code, glucose.time(), |o| {
            o.data_absent_reason = Some(absent("unknown"));
        });
    }

    fn reading(&mut self, reading: &Reading) {
        let Some(first) = reading.parts.first() else {
            return;
        };
        self.with_context(reading.time, |context| match reading.panel {
            Some(panel) => Observation::panel(panel, &reading.parts, context).into(),
            None => Observation::of(first, context).into(),
        });
    }

    /// An Observation that is no reading.
    fn observation(
        &mut self,
        code: CodeableConcept,
        stamp: Stamp,
        fill: impl FnOnce(&mut Observation),
    ) {
        self.with_context(stamp, |context| {
            let mut observation = Observation::new(code, context);
            fill(&mut observation);
            observation.into()
        });
    }

    /// What a device's clock says, at its receipt: a time where it names an instant, else its own words.
    fn clock(&mut self, words: &str, stamp: Stamp) {
        let told = self.received.clock_of(stamp).map(|clock| date_time(&clock));
        let code = CodeableConcept::text("time of the device's clock");
        self.observation(code, Stamp::None, |o| match told {
            Some(time) => o.value_date_time = Some(time),
            None => o.value_string = Some(words.to_owned()),
        });
    }
}

/// A concept that only the schema has, by its name.
fn coded(system: &str, what: &str) -> CodeableConcept {
    terms::own_word(system, &what.replace(' ', "-"), what)
}

fn mdc(code: u32) -> Coding {
    Coding::new(terms::MDC, &code.to_string())
}
