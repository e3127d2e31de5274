use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::facts::member;
use super::kind::Kind;
use super::terms::{self, Profile, own_concept};
use super::value::{self, Measured};
use super::{
    Annotation, CodeableConcept, Coding, Identifier, Identity, Meta, Quantity, Reference,
    SampledData, Upload,
};
use crate::reading::{self, DeviceWord, Metric, Status, Unit};

/// An Observation: one measurement, or a panel such as a blood pressure.
///
/// A vital sign has the profile of its kind, the profile's LOINC beside a more special one and the
/// code of IEEE 11073, and a unit that the profile takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Observation {
    pub resource_type: Kind<Observation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    pub status: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<CodeableConcept>,
    pub code: CodeableConcept,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Reference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub focus: Vec<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_quantity: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_codeable_concept: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_string: Option<String>,
    /// A count, which has no unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_integer: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_sampled_data: Option<SampledData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_absent_reason: Option<CodeableConcept>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interpretation: Vec<CodeableConcept>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<Annotation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_site: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Reference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<Reference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub component: Vec<ObservationComponent>,
}

/// One value of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct ObservationComponent {
    pub code: CodeableConcept,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_quantity: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_codeable_concept: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_string: Option<String>,
    /// A count, which has no unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_integer: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_sampled_data: Option<SampledData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_absent_reason: Option<CodeableConcept>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interpretation: Vec<CodeableConcept>,
}

/// What a reading does not tell: of whom, when, by what, and under which name.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The address of the patient, such as `Patient/7`.
    pub subject: &'a str,
    /// When it was measured, as FHIR writes it: see [`date_time`](super::date_time).
    pub effective: &'a str,
    /// The address of the device.
    pub device: Option<&'a str>,
    /// The name of the record.
    pub identity: Identity,
    /// How a server is told the name.
    pub upload: Upload,
}

impl Observation {
    /// An Observation of a code, without a value yet.
    #[must_use]
    pub fn new(code: CodeableConcept, context: &Context<'_>) -> Self {
        Self {
            id: context.upload.id(context.identity),
            identifier: context.upload.identifiers(context.identity),
            status: "final".to_owned(),
            code,
            subject: Some(Reference::to(context.subject)),
            effective_date_time: Some(context.effective.to_owned()),
            device: context.device.map(Reference::to),
            ..Self::default()
        }
    }

    /// The Observation of one reading.
    ///
    /// Without a number that may be shown, it has the reason in `dataAbsentReason`; a number below or
    /// above the sensor's range is a bound with its comparator. Test and demonstration data are
    /// marked as such, and have no value: it would be that of no patient. A number outside the plausible range
    /// ([`is_plausible`](reading::Observation::is_plausible)) is written, and its `interpretation` says so.
    #[must_use]
    pub fn of(reading: &reading::Observation, context: &Context<'_>) -> Self {
        let profile = terms::profile(reading.metric);
        let measured = Measured::of(reading, profile);
        // Without a unit that its profile takes, it is no vital sign to FHIR.
        let profile = profile.filter(|_| measured.fits_profile);
        let code = concept(reading.metric, Some(reading.unit), profile);
        let mut observation = Self::new(code, context);
        observation.set_profile(profile);
        observation.set_status(reading.status);
        observation.interpretation = measured.interpretation;
        observation.note.extend(measured.note.map(annotation));
        observation.value_quantity = measured.quantity;
        observation.data_absent_reason = measured.absent;
        observation
    }

    /// The Observation of a panel, each reading a component.
    ///
    /// A blood pressure has its profile where systolic and diastolic pressure are both there.
    #[must_use]
    pub fn panel(panel: Metric, parts: &[reading::Observation], context: &Context<'_>) -> Self {
        let profile = terms::profile(panel);
        let measured: Vec<_> = parts
            .iter()
            .map(|part| Measured::of(part, profile))
            .collect();
        let metrics = parts.iter().map(|part| part.metric);
        let profile = profile
            .filter(|_| measured.iter().all(|measured| measured.fits_profile))
            .filter(|profile| profile.is_whole(metrics));
        let mut observation = Self::new(concept(panel, None, profile), context);
        observation.set_profile(profile);
        let shared = parts
            .iter()
            .fold(Status::VALID, |all, part| all | part.status);
        observation.set_status(shared);
        observation.interpretation.clear();
        for (part, measured) in parts.iter().zip(measured) {
            observation.note.extend(measured.note.map(annotation));
            observation.component.push(ObservationComponent {
                code: concept(part.metric, Some(part.unit), None),
                value_quantity: measured.quantity,
                data_absent_reason: measured.absent,
                interpretation: measured.interpretation,
                ..ObservationComponent::default()
            });
        }
        observation
    }

    /// The same Observation with what a context says of it: where on the body, how, and by which algorithm; what the
    /// device says of its sensor is a component, a code for each bit that is set.
    ///
    /// What the context says against the value has to be in the reading's status before:
    /// see [`Context::implied_status`](reading::Context::implied_status) and [`Contexts`](reading::Contexts).
    #[must_use]
    pub fn with_context(mut self, what: &reading::Context<'_>) -> Self {
        let (location, method, origin) = (what.location, what.method, what.origin);
        let said = |system, code, name| (code != 0).then(|| own_concept(system, code, name));
        self.body_site = said(terms::LOCATION, location.0, location.name());
        let how = [
            said(terms::METHOD, method.0, method.name()),
            said(terms::ORIGIN, origin.0, origin.name()),
        ];
        self.method = how.into_iter().flatten().reduce(|mut all, more| {
            all.coding.extend(more.coding);
            all
        });
        self.component.extend(device_word(what.device_word()));
        if !what.algorithm.is_empty() {
            let by = format!("by {} {}", what.algorithm, what.algorithm_version);
            self.note.push(annotation(by.trim_end().to_owned()));
        }
        self
    }

    /// The metric by its code of IEEE 11073, if it has one.
    #[must_use]
    pub fn metric(&self) -> Option<Metric> {
        metric_of(&self.code)
    }

    /// Reads back what [`Observation::of`] wrote: the reading, at time zero.
    ///
    /// The time is in `effectiveDateTime`. A value that is absent has no unit: its code is 0. Breaths a minute are told
    /// from beats a minute by the metric, since UCUM writes both `/min`. The page of the module has all that differs.
    #[must_use]
    pub fn reading(&self) -> Option<reading::Observation> {
        value::read(
            self.metric()?,
            self.value_quantity.as_ref(),
            self.data_absent_reason.as_ref(),
            value::status(&self.interpretation),
        )
    }

    /// Reads back what [`Observation::panel`] wrote: the readings of all components, at time zero.
    ///
    /// A component that is no reading is passed over: a text, a code, or what `Resource::of_payload` adds under a name of
    /// its own. `None` where a reading can not be read.
    #[must_use]
    pub fn parts(&self) -> Option<Vec<reading::Observation>> {
        let part = |component: &ObservationComponent| {
            let metric = metric_of(&component.code)?;
            let (quantity, absent) = (&component.value_quantity, &component.data_absent_reason);
            let is_reading = quantity.is_some() || absent.is_some();
            let status = value::status(&component.interpretation);
            is_reading.then(|| value::read(metric, quantity.as_ref(), absent.as_ref(), status))
        };
        self.component.iter().filter_map(part).collect()
    }

    /// Takes off all that claims a measurement of the patient: profile, category, codes of LOINC.
    #[cfg(feature = "gatt")]
    pub(super) fn make_setting(&mut self) {
        self.meta = self.meta.take().filter(|meta| !meta.security.is_empty());
        if let Some(meta) = &mut self.meta {
            meta.profile.clear();
        }
        self.category.clear();
        let codes = self.component.iter_mut().map(|part| &mut part.code);
        for code in codes.chain([&mut self.code]) {
            code.coding
                .retain(|coding| coding.system.as_deref() != Some(terms::LOINC));
        }
    }

    fn set_profile(&mut self, profile: Option<Profile>) {
        if let Some(profile) = profile {
            let address = format!("http://hl7.org/fhir/StructureDefinition/{}", profile.name);
            self.meta.get_or_insert_default().profile.push(address);
            let category = Coding::new(terms::CATEGORY, "vital-signs");
            self.category.push(CodeableConcept::of([category]));
        }
    }

    pub(super) fn set_status(&mut self, status: Status) {
        if status.contains(Status::EARLY) {
            self.status = "preliminary".to_owned();
        }
        if status.contains(Status::TEST) || status.contains(Status::DEMO) {
            let test = Coding::new(terms::ACT_REASON, "HTEST");
            self.meta.get_or_insert_default().security.push(test);
        }
        self.interpretation = value::interpretation(status);
    }
}

/// What the device says of its sensor; nothing where no bit is set.
fn device_word(word: DeviceWord) -> Option<ObservationComponent> {
    let bits = word.bits();
    let set = (0..u32::BITS).filter(|place| bits >> place & 1 == 1);
    let coding = set.map(|place| Coding::new(terms::DEVICE_WORD, &place.to_string()));
    (bits != 0).then(|| ObservationComponent {
        code: member("device-word"),
        value_codeable_concept: Some(CodeableConcept {
            text: Some(word.to_string()),
            ..CodeableConcept::of(coding)
        }),
        ..ObservationComponent::default()
    })
}

pub(super) fn annotation(text: String) -> Annotation {
    Annotation { text }
}

/// The concept of a metric: IEEE 11073, then the more special LOINC codes, then the profile's.
pub(super) fn concept(
    metric: Metric,
    unit: Option<Unit>,
    profile: Option<Profile>,
) -> CodeableConcept {
    let own = Coding::new(terms::MDC, &metric.code().to_string());
    let loinc = terms::loinc(metric, unit, profile).map(|code| Coding::new(terms::LOINC, code));
    CodeableConcept {
        text: metric.name().map(str::to_owned),
        ..CodeableConcept::of(core::iter::once(own).chain(loinc))
    }
}

fn metric_of(code: &CodeableConcept) -> Option<Metric> {
    code.code_of(terms::MDC)?
        .parse()
        .ok()
        .map(Metric::from_code)
}
