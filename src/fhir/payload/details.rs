//! What a Bluetooth value says beside its numbers, so that none of it is lost.
//!
//! A field of the characteristic is a component by the name of the field; a set of bits is a concept with a code for each
//! that is set, its number. R4 has places of its own for where on the body (`bodySite`) and how (`method`).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Received, absent, mdc, names};
use crate::fhir::terms::{self, own_concept};
use crate::fhir::{
    CodeableConcept, Coding, Identifier, Observation, ObservationComponent, Quantity, Reference,
};
use crate::gatt::{
    CgmRecord, Contact, CuffDetails, CurrentElapsedTime, CurrentTime, ElapsedTime, Glucose,
    GlucoseSample, HealthObservation, OximetryDetails, Payload, SpotOximetry, Stamp,
    TemperatureSite, TimeScale,
};
use crate::reading::{Decimal, Metric, Origin, Value};

/// The fields of characteristics, by their names.
const FIELD: &str = "urn:iomt:gatt";
/// The identifiers of glucose measurements: the device and the sequence number.
const GLUCOSE_SEQUENCE: &str = "urn:iomt:glucose-sequence";
/// The identifiers of observations of a generic health sensor, made the same way of the object's number.
const HEALTH_OBJECT: &str = "urn:iomt:health-object";
/// A time that the device tells in its own words.
const DEVICE_TIME: &str = "device time";
/// Data from storage, of the measurement status of an oximeter.
const FROM_STORAGE: u16 = 1 << 9;
/// Supplemental Types of ISO/IEEE 11073-10101.
const SUPPLEMENTAL: u32 = 68_193;
/// A user whom the device does not know.
const UNKNOWN_USER: u8 = 255;
/// A sample location that the device does not tell.
const NO_LOCATION: u8 = 15;

/// What holds for each Observation of a value.
#[derive(Debug, Default)]
pub(super) struct Details {
    identifier: Vec<Identifier>,
    body_site: Option<CodeableConcept>,
    method: Option<CodeableConcept>,
    derived_from: Vec<Reference>,
    component: Vec<ObservationComponent>,
    is_setting: bool,
}

/// Whether a value of an oximeter comes from its storage.
pub(super) fn is_from_storage(details: &OximetryDetails) -> bool {
    details.status.is_some_and(|bits| bits & FROM_STORAGE != 0)
}

impl Details {
    /// Of all values but those of the CGM and the generic health sensor, which say it of each record.
    pub(super) fn of(payload: &Payload<'_>, received: &Received<'_>) -> Self {
        match payload {
            Payload::BloodPressure(value) => Self::of_cuff(&value.details),
            Payload::CuffPressure(value) => Self::of_cuff(&value.details),
            Payload::BodyComposition(value) => Self::of_user(value.user),
            Payload::Weight(value) => Self::of_user(value.user),
            Payload::HeartRate(value) => Self::of_contact(value.contact),
            Payload::Temperature(value) => Self::of_site(value.site),
            Payload::Glucose(value) => Self::of_glucose(value, received),
            Payload::SpotOximetry(value) => Self::of_spot(value),
            Payload::ContinuousOximetry(value) => Self::of_oximeter(&value.details),
            Payload::CurrentTime(value) => Self::of_clock(value),
            Payload::CurrentElapsedTime(value) => Self::of_elapsed(value),
            _ => Self::default(),
        }
    }

    /// With the way in which the values were averaged.
    pub(super) fn averaged(mut self, averaging: (u8, &str, u32)) -> Self {
        let (number, name, modality) = averaging;
        let mut method = own_concept(names::AVERAGING, number, Some(name));
        method.coding.push(mdc(modality));
        self.method = Some(method);
        self
    }

    pub(super) fn of_cgm(record: &CgmRecord) -> Self {
        let octets = [
            ("status", names::CGM_STATUS, record.status),
            ("calibration", names::CGM_CALIBRATION, record.calibration),
            ("warning", names::CGM_WARNING, record.warning),
        ];
        let octet =
            |(what, named, octet): (_, _, Option<u8>)| Some(bits(what, named, octet?.into()));
        let quality = record.quality.map(|value| measured("quality", value, "%"));
        Self::of_components(octets.into_iter().filter_map(octet).chain(quality))
    }

    pub(super) fn of_health(member: &HealthObservation<'_>, received: &Received<'_>) -> Self {
        let name = |number: u32| received.name(HEALTH_OBJECT, number);
        let unnamed = member.id.filter(|_| received.device.is_none());
        let duration = member.duration;
        let status = member.status_bits;
        let fields = [
            duration.map(|value| measured("measurement duration", value, "s")),
            status.map(|status| bits("measurement status", names::HEALTH_STATUS, status.into())),
            member.patient.map(user),
            unnamed.map(|id| said("object", id.to_string())),
        ];
        let source = member.time.into_iter().flat_map(|time| clock(&time));
        let mut all = Self::of_components(fields.into_iter().flatten().chain(source));
        all.identifier.extend(member.id.and_then(name));
        let by_hand = |origin: Origin| own_concept(terms::ORIGIN, origin.0, origin.name());
        all.method = member
            .origin()
            .filter(|origin| *origin == Origin::ENTERED)
            .map(by_hand);
        all.is_setting = member.is_setting();
        all.with_lists(member, received)
    }

    /// What a bundle says of its members, but for what they inherit: see [`HealthObservation::members`].
    pub(super) fn of_bundle(bundle: &HealthObservation<'_>, received: &Received<'_>) -> Self {
        let whole = bundle.id.map(|id| group(received, id));
        Self::of_components(whole).with_lists(bundle, received)
    }

    fn with_lists(mut self, member: &HealthObservation<'_>, received: &Received<'_>) -> Self {
        let sources = member.derived_from.iter();
        self.derived_from.extend(
            sources
                .map(|number| received.observation((HEALTH_OBJECT, "health observation"), number)),
        );
        let supplement = member.supplemental.iter().map(|code| ObservationComponent {
            code: CodeableConcept::of([mdc(SUPPLEMENTAL)]),
            value_codeable_concept: Some(CodeableConcept::of([mdc(code)])),
            ..ObservationComponent::default()
        });
        let groups = member.member_of.iter().map(|id| group(received, id));
        let attributes = member
            .attributes
            .iter()
            .map(|attribute| ObservationComponent {
                code: CodeableConcept::of([mdc(attribute.kind)]),
                value_string: Some(format!(
                    "format {:02x}, octets{}",
                    attribute.format,
                    hex(attribute.value)
                )),
                ..ObservationComponent::default()
            });
        self.component
            .extend(supplement.chain(groups).chain(attributes));
        self
    }

    fn of_components(component: impl IntoIterator<Item = ObservationComponent>) -> Self {
        Self {
            component: component.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The number that a glucose measurement and its context share.
    pub(super) fn of_sequence(sequence: u16) -> Self {
        Self::of_components([count("sequence number", sequence.into())])
    }

    fn of_user(told: Option<u8>) -> Self {
        Self::of_components(told.map(user))
    }

    fn of_cuff(details: &CuffDetails) -> Self {
        let status = details.status.map(|status| {
            let mut part = bits(
                "measurement status",
                names::CUFF_STATUS,
                status.bits().into(),
            );
            part.code
                .coding
                .push(mdc(Metric::BLOOD_PRESSURE_STATUS.code()));
            part
        });
        Self::of_components(details.user.map(user).into_iter().chain(status))
    }

    fn of_contact(contact: Contact) -> Self {
        let is_there = match contact {
            Contact::Unsupported => return Self::default(),
            Contact::NotDetected => (0_u8, "no contact"),
            Contact::Detected => (1, "contact"),
        };
        let (number, name) = is_there;
        Self::of_components([chosen("skin contact", names::CONTACT, number, Some(name))])
    }

    fn of_site(site: Option<TemperatureSite>) -> Self {
        let concept = |site: TemperatureSite| {
            own_concept(
                names::TEMPERATURE_TYPE,
                site.as_u8(),
                names::temperature_type(site),
            )
        };
        Self {
            body_site: site.map(concept),
            ..Self::default()
        }
    }

    fn of_glucose(glucose: &Glucose, received: &Received<'_>) -> Self {
        let sample = glucose.sample.iter().flat_map(sample);
        let annunciation = glucose.status.map(|status| {
            let named = names::GLUCOSE_STATUS;
            bits("sensor status annunciation", named, status.into())
        });
        let sequence = count("sequence number", glucose.sequence.into());
        let all = core::iter::once(sequence).chain(sample);
        Self {
            identifier: received
                .name(GLUCOSE_SEQUENCE, glucose.sequence)
                .into_iter()
                .collect(),
            ..Self::of_components(all.chain(annunciation))
        }
    }

    fn of_spot(spot: &SpotOximetry) -> Self {
        let mut all = Self::of_oximeter(&spot.details).averaged(names::SPOT);
        let unset = spot.time.filter(|_| !spot.is_clock_set);
        all.component.extend(unset.map(|time| {
            let words = format!("{time}, by a clock that nobody has set");
            said(DEVICE_TIME, words)
        }));
        all
    }

    fn of_oximeter(details: &OximetryDetails) -> Self {
        let status = details.status.map(|status| {
            let named = names::OXIMETER_STATUS;
            bits("measurement status", named, status.into())
        });
        let sensor = details.sensor.map(|sensor| {
            let named = names::OXIMETER_SENSOR;
            bits("device and sensor status", named, sensor)
        });
        Self::of_components(status.into_iter().chain(sensor))
    }

    fn of_clock(clock: &CurrentTime) -> Self {
        let reason = clock.reason.bits().into();
        Self::of_components([
            count("fractions 256", clock.fractions_256.into()),
            bits("adjust reason", names::ADJUST_REASON, reason),
        ])
    }

    fn of_elapsed(told: &CurrentElapsedTime) -> Self {
        let of_clock = told.clock.into_iter().flat_map(|(status, capabilities)| {
            let named = (names::CLOCK_STATUS, names::CLOCK_CAPABILITIES);
            [
                bits("clock status", named.0, status.into()),
                bits("clock capabilities", named.1, capabilities.into()),
            ]
        });
        Self::of_components(clock(&told.time).into_iter().chain(of_clock))
    }

    pub(super) fn add_to(&self, observation: &mut Observation) {
        let own = |this: &Option<CodeableConcept>, that: &mut Option<CodeableConcept>| {
            if this.is_some() {
                that.clone_from(this);
            }
        };
        own(&self.body_site, &mut observation.body_site);
        own(&self.method, &mut observation.method);
        if self.is_setting {
            observation.make_setting();
        }
        observation.identifier.extend_from_slice(&self.identifier);
        observation
            .derived_from
            .extend_from_slice(&self.derived_from);
        observation.component.extend_from_slice(&self.component);
    }
}

impl Received<'_> {
    /// A name for what the device counts: the device and the number. Where no device is told there is none, since two
    /// devices of one patient count alike.
    fn name(&self, system: &str, number: impl Into<u32>) -> Option<Identifier> {
        let number = number.into();
        self.device.map(|device| Identifier {
            system: Some(system.into()),
            value: Some(counted(Some(device), number)),
        })
    }

    /// What the device counts, by its name; in words alone where it has none.
    fn observation(&self, (system, what): (&str, &str), number: impl Into<u32>) -> Reference {
        let number = number.into();
        let in_words = || Reference {
            kind: Some("Observation".into()),
            display: Some(format!("{what} {number} of the same device")),
            ..Reference::default()
        };
        let name = self.name(system, number);
        name.map_or_else(in_words, |name| Reference::named("Observation", name))
    }

    /// The glucose measurement with this sequence number.
    pub(super) fn glucose(&self, sequence: u16) -> Reference {
        self.observation((GLUCOSE_SEQUENCE, "glucose measurement"), sequence)
    }
}

fn counted(device: Option<&str>, number: u32) -> String {
    format!("{}#{number}", device.unwrap_or_default())
}

/// A time that the device tells and that does not stand, in words: the effective time is that of receipt then.
pub(super) fn device_time(stamp: Stamp) -> Option<ObservationComponent> {
    match stamp {
        Stamp::None => None,
        Stamp::Session { minutes, .. } => {
            let minutes = Value::from(i32::from(minutes));
            Some(measured("time since session start", minutes, "min"))
        }
        Stamp::Local {
            time,
            offset_minutes: 0,
        } => Some(said(DEVICE_TIME, time.to_string())),
        Stamp::Local {
            time,
            offset_minutes,
        } => Some(said(
            DEVICE_TIME,
            format!("{time} and {offset_minutes} min"),
        )),
        Stamp::Elapsed(time) => Some(said(DEVICE_TIME, elapsed_words(&time))),
    }
}

/// What was measured before its receipt, and nothing tells when.
pub(super) fn no_device_time() -> ObservationComponent {
    not_told(DEVICE_TIME)
}

pub(super) fn elapsed_words(time: &ElapsedTime) -> String {
    let since = match time.scale {
        TimeScale::Ticks => "",
        TimeScale::Utc => " since 2000 in UTC",
        TimeScale::Local => " since 2000 in local time",
    };
    format!("{} times {}{since}", time.count, time.resolution.name())
}

/// Where a clock has its time from, and whether it still counts on the timeline of this time.
fn clock(time: &ElapsedTime) -> [ObservationComponent; 2] {
    let (source, named) = (time.source.as_u8(), names::time_source(time.source));
    let timeline = match time.is_current {
        true => (1_u8, "current"),
        false => (0, "earlier"),
    };
    [
        chosen("time source", names::TIME_SOURCE, source, named),
        chosen("timeline", names::TIMELINE, timeline.0, Some(timeline.1)),
    ]
}

/// What was sampled, and from where.
fn sample(sample: &GlucoseSample) -> [ObservationComponent; 2] {
    let kind = names::name_of(&names::SAMPLE_TYPES, sample.kind);
    let mut location = match sample.location {
        NO_LOCATION => not_told("sample location"),
        location => {
            let name = names::name_of(&names::SAMPLE_LOCATIONS, location);
            let mut part = chosen("sample location", names::SAMPLE_LOCATION, location, name);
            if let Some(place) = &mut part.value_codeable_concept {
                place.coding.push(mdc(names::sample_location(location)));
            }
            part
        }
    };
    location.code.coding.push(mdc(names::SAMPLE_LOCATION_TERM));
    [
        chosen("sample type", names::SAMPLE_TYPE, sample.kind, kind),
        location,
    ]
}

fn user(user: u8) -> ObservationComponent {
    match user {
        UNKNOWN_USER => not_told("user"),
        user => count("user", user.into()),
    }
}

fn group(received: &Received<'_>, id: u32) -> ObservationComponent {
    said("member of", counted(received.device, id))
}

/// A component for each field of a characteristic, by its name.
fn part(what: &str) -> ObservationComponent {
    ObservationComponent {
        code: super::coded(FIELD, what),
        ..ObservationComponent::default()
    }
}

fn count(what: &str, number: i32) -> ObservationComponent {
    ObservationComponent {
        value_integer: Some(number),
        ..part(what)
    }
}

fn said(what: &str, words: String) -> ObservationComponent {
    ObservationComponent {
        value_string: Some(words),
        ..part(what)
    }
}

fn not_told(what: &str) -> ObservationComponent {
    ObservationComponent {
        data_absent_reason: Some(absent("unknown")),
        ..part(what)
    }
}

fn chosen(what: &str, system: &str, number: u8, name: Option<&str>) -> ObservationComponent {
    ObservationComponent {
        value_codeable_concept: Some(own_concept(system, number, name)),
        ..part(what)
    }
}

fn measured(what: &str, value: Value, ucum: &str) -> ObservationComponent {
    let number: Option<Decimal> = value.number();
    ObservationComponent {
        value_quantity: number.map(|number| Quantity::in_ucum(number, ucum)),
        data_absent_reason: number.is_none().then(|| absent("not-a-number")),
        ..part(what)
    }
}

/// The bits that are set: a code for each, and the names of those that have one.
fn bits(what: &str, (system, names): (&str, &[&str]), bits: u32) -> ObservationComponent {
    let set = (0..u32::BITS).filter(|place| bits >> place & 1 == 1);
    let code = |place: u32| Coding {
        display: usize::try_from(place)
            .ok()
            .and_then(|place| names.get(place))
            .filter(|name| !name.is_empty())
            .map(ToString::to_string),
        ..Coding::new(system, &place.to_string())
    };
    let coding: Vec<_> = set.map(code).collect();
    let said: Vec<_> = coding
        .iter()
        .map(|bit| {
            let number = || format!("bit {}", bit.code.as_deref().unwrap_or_default());
            bit.display.clone().unwrap_or_else(number)
        })
        .collect();
    let text = if said.is_empty() {
        "none".into()
    } else {
        said.join(", ")
    };
    ObservationComponent {
        value_codeable_concept: Some(CodeableConcept {
            coding,
            text: Some(text),
        }),
        ..part(what)
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!(" {octet:02x}")).collect()
}
