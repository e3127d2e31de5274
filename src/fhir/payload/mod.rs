//! What a Bluetooth health device sends as the resources that R4 has for it.

mod context;
mod health;
mod identity;
#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::observation::concept;
use super::terms;
use super::{
    Bundle, CodeableConcept, Coding, Context, Identity, Observation, Resource, Upload, date_time,
};
use crate::gatt::{Payload, Reading, Stamp};
use crate::reading::Metric;
use crate::time::{Instant, WallClock};

/// What a Bluetooth value does not tell: of whom it is, when it came, by what, and under which name.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The address of the patient, such as `Patient/7`.
    pub subject: &'a str,
    /// When it was received, for values that do not tell when they were measured. Its offset from UTC is that of
    /// devices that tell local time; zero where there is none.
    pub at: WallClock,
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

    fn told(&self, stamp: Stamp) -> Option<WallClock> {
        stamp.wall_clock(self.at.utc_offset_minutes.unwrap_or(0))
    }
}

impl Resource {
    /// The resources of a value of a Bluetooth health characteristic, in its order; none of an empty list of readings.
    ///
    /// | value | resource |
    /// |---|---|
    /// | a number | Observation; `dataAbsentReason` where it is none, or may not be used |
    /// | several numbers that were measured together, such as a blood pressure | Observation with components |
    /// | glucose without a concentration | Observation with `dataAbsentReason` |
    /// | medication of a glucose context | `MedicationAdministration`, `completed`; without a dosage where the amount is no number |
    /// | the rest of a glucose context | Observations with the characteristic's own codes |
    /// | what a device's clock says | Observation with `valueDateTime`, a `valueString` where it names no instant |
    /// | code, text, samples or bits of a health observation | Observation with `valueCodeableConcept`, `valueString`, `valueSampledData` |
    ///
    /// Each has the time that the device tells ([`Stamp::wall_clock`](crate::gatt::Stamp::wall_clock)), else that of
    /// its receipt.
    ///
    /// ```
    /// use iomt::fhir::{Bundle, Identity, Received, Resource, Upload, parse_date_time};
    /// use iomt::gatt::Payload;
    ///
    /// let value = [0x00, 0x64, 0x00, 0x5A, 0x00];
    /// let at = parse_date_time("2024-03-15T14:30:45+01:00").ok_or("no time")?;
    /// let received = Received {
    ///     subject: "Patient/7",
    ///     at,
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
            made: Vec::new(),
        };
        match payload {
            Payload::HealthObservation(observation) => {
                observation
                    .members()
                    .for_each(|member| maker.member(&member));
            }
            Payload::CurrentTime(time) => {
                maker.clock(&time.time.to_string(), Some(time.time).into());
            }
            Payload::CurrentElapsedTime(clock) => {
                let time = clock.time;
                let words = format!("{} times {}", time.count, time.resolution.name());
                maker.clock(&words, Stamp::Elapsed(time));
            }
            measured => measured.for_each_reading(Instant::ZERO, |reading| maker.reading(&reading)),
        }
        match payload {
            Payload::GlucoseContext(context) => maker.context(context),
            Payload::Glucose(glucose) if maker.made.is_empty() => {
                let code = concept(Metric::GLUCOSE, None, None);
                maker.observation(code, Some(glucose.base_time).into(), |o| {
                    o.data_absent_reason = Some(absent("unknown"));
                });
            }
            _ => {}
        }
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
    made: Vec<Resource>,
}

impl Maker<'_> {
    /// Gives `make` all that a value does not tell.
    fn with_context(&mut self, stamp: Stamp, make: impl FnOnce(&Context<'_>) -> Resource) {
        let number = u32::try_from(self.made.len()).unwrap_or(u32::MAX);
        let effective = self.received.effective(stamp);
        let context = Context {
            subject: self.received.subject,
            effective: &effective,
            device: self.received.device,
            identity: self.received.identity.part(number),
            upload: self.received.upload,
        };
        self.made.push(make(&context));
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
        let told = self.received.told(stamp).map(|clock| date_time(&clock));
        let code = CodeableConcept::text("time of the device's clock");
        self.observation(code, Stamp::None, |o| match told {
            Some(time) => o.value_date_time = Some(time),
            None => o.value_string = Some(words.to_owned()),
        });
    }
}

fn absent(code: &str) -> CodeableConcept {
    CodeableConcept::of([Coding::new(terms::ABSENT, code)])
}
