use iomt::fhir::{
    Bundle, CodeableConcept, Coding, Context, Identity, MedicationAdministration, Number,
    Observation, Quantity, Resource, SampledData, Upload,
};
use iomt::gatt::{
    GlucoseContext, HealthObservation, HealthValue, Payload, Reading, SampleArray, Stamp,
};
use iomt::reading::{Decimal, Metric, Value};
use iomt::time::Instant;

use super::options::Options;

/// The nomenclature of IEEE 11073.
const MDC: &str = "urn:iso:std:iso:11073:10101";

/// Names the resources that are made of one value, one after the other.
struct Maker<'a> {
    options: &'a Options,
    name: Identity,
    made: Vec<Resource>,
}

/// The resource of a value: an Observation, or a Bundle where there are several.
pub(crate) fn of(
    payload: &Payload<'_>,
    name: Identity,
    options: &Options,
) -> Result<Resource, String> {
    let mut maker = Maker {
        options,
        name,
        made: Vec::new(),
    };
    payload.for_each_reading(Instant::ZERO, |reading| maker.reading(&reading));
    match payload {
        Payload::GlucoseContext(context) => maker.context(context),
        Payload::HealthObservation(observation) => maker.other_than_numbers(observation),
        Payload::CurrentTime(time) => maker.clock(&time.time.to_string(), Some(time.time).into()),
        Payload::CurrentElapsedTime(time) => {
            let count = format!("{} of {:?}", time.time.count, time.time.resolution);
            maker.clock(&count, Stamp::Elapsed(time.time));
        }
        Payload::Glucose(glucose) if maker.made.is_empty() => {
            let stamp = Some(glucose.base_time).into();
            maker.observation(None, "glucose record without a concentration", stamp, |o| {
                o.data_absent_reason = Some(absent("unknown"));
            });
        }
        _ => {}
    }
    let mut made = maker.made;
    match (made.len(), made.pop()) {
        (1, Some(only)) => Ok(only),
        (_, Some(last)) => {
            made.push(last);
            Ok(Bundle::collection(made).into())
        }
        _ => Err("nothing in it has a place in FHIR".into()),
    }
}

impl Maker<'_> {
    /// Gives `make` all that a reading does not tell.
    fn with_context(&mut self, stamp: Stamp, make: impl FnOnce(&Context<'_>) -> Resource) {
        let number = u32::try_from(self.made.len()).unwrap_or(u32::MAX);
        let effective = self.options.time.of(stamp);
        let context = Context {
            subject: &self.options.subject,
            effective: &effective,
            device: None,
            identity: self.name.part(number),
            upload: Upload::Put,
        };
        self.made.push(make(&context));
    }

    fn reading(&mut self, reading: &Reading) {
        self.with_context(reading.time, |context| match reading.panel {
            Some(panel) => Observation::panel(panel, &reading.parts, context).into(),
            None => match reading.parts.first() {
                Some(only) => Observation::of(only, context).into(),
                None => Bundle::default().into(),
            },
        });
    }

    /// An Observation that is no reading.
    fn observation(
        &mut self,
        code: Option<u32>,
        text: &str,
        stamp: Stamp,
        fill: impl FnOnce(&mut Observation),
    ) {
        let code = CodeableConcept {
            text: Some(text.to_owned()),
            ..CodeableConcept::of(code.map(mdc))
        };
        self.with_context(stamp, |context| {
            let mut observation = Observation::new(code, context);
            fill(&mut observation);
            observation.into()
        });
    }

    /// What a device's clock says: a time where it names an instant, else its own words.
    fn clock(&mut self, words: &str, stamp: Stamp) {
        let names_instant = match stamp {
            Stamp::Local { time, .. } => time.is_complete(),
            Stamp::Elapsed(time) => time.wall_clock().is_some(),
            Stamp::None | Stamp::SessionMinutes(_) => false,
        };
        let told = names_instant.then(|| self.options.time.of(stamp));
        self.observation(
            None,
            "time of the device's clock",
            Stamp::None,
            |o| match told {
                Some(time) => o.value_date_time = Some(time),
                None => o.value_string = Some(words.to_owned()),
            },
        );
    }

    fn context(&mut self, context: &GlucoseContext) {
        if let Some(dose) = context.dose(Instant::ZERO) {
            self.with_context(Stamp::None, |context| {
                MedicationAdministration::of(&dose.what, context).into()
            });
        } else if let Some(medication) = context.medication {
            self.text(medication.name(), |o| {
                o.data_absent_reason = Some(absent("not-a-number"));
            });
        }
        if let Some(meal) = context.carbohydrate {
            let grams = shifted(meal.kilograms, 3);
            self.text("carbohydrates", |o| match grams {
                Some(grams) => o.value_quantity = Some(Quantity::in_ucum(grams, "g")),
                None => o.data_absent_reason = Some(absent("not-a-number")),
            });
        }
        if let Some(exercise) = context.exercise {
            let seconds = Decimal::from(i32::from(exercise.seconds));
            let intensity = Decimal::from(i32::from(exercise.intensity_percent));
            self.text("exercise duration", |o| {
                o.value_quantity = Some(Quantity::in_ucum(seconds, "s"));
            });
            self.text("exercise intensity", |o| {
                o.value_quantity = Some(Quantity::in_ucum(intensity, "%"));
            });
        }
        let codes = [
            ("meal", context.meal, MEALS),
            (
                "tester",
                context.tester_health.map(|who| who.tester),
                TESTERS,
            ),
            (
                "health",
                context.tester_health.map(|who| who.health),
                HEALTH,
            ),
        ];
        for (what, code, names) in codes {
            let name = code.map(|code| names.get(usize::from(code)).copied().unwrap_or("not told"));
            if let Some(name) = name {
                self.text(what, |o| o.value_string = Some(name.to_owned()));
            }
        }
        if self.made.is_empty() {
            self.text("glucose measurement context", |o| {
                o.data_absent_reason = Some(absent("unknown"));
            });
        }
    }

    /// An Observation of something that has no code here.
    fn text(&mut self, what: &str, fill: impl FnOnce(&mut Observation)) {
        self.observation(None, what, Stamp::None, fill);
    }

    /// The members of a health observation that hold no numbers.
    fn other_than_numbers(&mut self, observation: &HealthObservation<'_>) {
        for member in observation.members() {
            if member.reading(Instant::ZERO).is_some() {
                continue;
            }
            let code = member.metric.map(Metric::code);
            let stamp = member.time.map_or(Stamp::None, Stamp::Elapsed);
            self.observation(code, "health observation", stamp, |o| {
                fill(o, &member.value);
            });
        }
    }
}

/// The value of a health observation that is no number.
fn fill(observation: &mut Observation, value: &HealthValue<'_>) {
    match value {
        HealthValue::Discrete(code) => {
            observation.value_codeable_concept = Some(CodeableConcept::of([mdc(*code)]));
        }
        HealthValue::Events(codes) => {
            observation.value_codeable_concept = Some(CodeableConcept::of(codes.iter().map(mdc)));
        }
        HealthValue::Text(text) if !text.trim().is_empty() => {
            observation.value_string = Some((*text).to_owned());
        }
        HealthValue::Samples(samples) => match sampled(samples) {
            Some(data) => observation.value_sampled_data = Some(data),
            None => observation.data_absent_reason = Some(absent("unsupported")),
        },
        HealthValue::States(states) => {
            let bits: Vec<_> = states
                .bits
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect();
            observation.value_string = Some(format!("bits {}", bits.join(" ")));
        }
        _ => observation.data_absent_reason = Some(absent("unsupported")),
    }
}

fn mdc(code: u32) -> Coding {
    Coding::new(MDC, &code.to_string())
}

/// Sampled data: a sample stands for (sample − offset) × factor, and FHIR's offset is added behind the factor.
fn sampled(samples: &SampleArray<'_>) -> Option<SampledData> {
    let (Value::Number(factor), Value::Number(offset)) = (samples.scale_factor, samples.offset)
    else {
        return None;
    };
    let offset = i64::from(offset.rescaled(0)?.mantissa());
    let counts: Vec<_> = samples
        .samples()
        .map(|count| (i64::from(count) - offset).to_string())
        .collect();
    let millis = shifted(samples.period, 3)?;
    Some(SampledData {
        origin: Quantity::of(Decimal::from(0), samples.unit),
        period: Number(millis),
        factor: Some(Number(factor)),
        dimensions: u32::from(samples.samples_per_period.max(1)),
        data: Some(counts.join(" ")).filter(|data| !data.is_empty()),
    })
}

/// A number times a power of ten.
fn shifted(value: Value, steps: i8) -> Option<Decimal> {
    match value {
        Value::Number(number) => {
            let exponent = number.exponent().checked_add(steps)?;
            Some(Decimal::new(number.mantissa(), exponent))
        }
        _ => None,
    }
}

fn absent(code: &str) -> CodeableConcept {
    let system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    CodeableConcept::of([Coding::new(system, code)])
}

const MEALS: &[&str] = &[
    "not told",
    "before a meal",
    "after a meal",
    "fasting",
    "casual",
    "bedtime",
];
const TESTERS: &[&str] = &["not told", "self", "health care professional", "laboratory"];
const HEALTH: &[&str] = &[
    "not told",
    "minor health issues",
    "major health issues",
    "during menses",
    "under stress",
    "no health issues",
];
