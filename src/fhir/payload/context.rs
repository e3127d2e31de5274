//! A glucose measurement's context, by the words of its characteristic and the terms of ISO/IEEE 11073-10417.

use alloc::borrow::ToOwned;

use super::details::Details;
use super::{Maker, absent, coded, mdc, names};
use crate::fhir::terms::own_concept;
use crate::fhir::{
    Coding, MedicationAdministration, Observation, ObservationComponent, Quantity, Resource,
};
use crate::gatt::{Exercise, GlucoseContext, Medication, Stamp, shifted};
use crate::reading::Unit;
use crate::reading::draft::{Adherence, Dose, Reporter};
use crate::time::Instant;

const CONTEXT: &str = "urn:iomt:glucose-context";
const MEAL: &str = "urn:iomt:meal";
const CARBOHYDRATE: &str = "urn:iomt:carbohydrate";
const TESTER: &str = "urn:iomt:tester";
const HEALTH: &str = "urn:iomt:health";
/// A tester and a state of health that the device does not tell.
const NOT_TOLD: u8 = 15;
/// A meal that was the day's last.
const BEDTIME: u8 = 5;
/// A duration that overran.
const OVERRUN_S: u16 = u16::MAX;

impl Maker<'_> {
    /// What surrounds the measurement of the same number: it is the `focus` of each Observation but that of `HbA1c`,
    /// which is a measurement of its own, and supports the administration of the medication.
    pub(super) fn context(&mut self, context: &GlucoseContext) {
        let measurement = self.received.glucose(context.sequence);
        let measured = self.made.len();
        self.describe(0, &Details::of_sequence(context.sequence));
        self.parts(context);
        for resource in self.made.iter_mut().skip(measured) {
            match resource {
                Resource::Observation(own) => own.focus.push(measurement.clone()),
                Resource::MedicationAdministration(own) => {
                    own.supporting_information.push(measurement.clone());
                }
                _ => {}
            }
        }
    }

    fn parts(&mut self, context: &GlucoseContext) {
        if let Some(medication) = context.medication {
            self.medication(context, &medication);
        }
        if let Some(meal) = context.carbohydrate {
            self.fact("carbohydrates", names::CARBOHYDRATE_TERM, |o| {
                match shifted(meal.kilograms, 3).number() {
                    Some(grams) => o.value_quantity = Some(Quantity::in_ucum(grams, "g")),
                    None => o.data_absent_reason = Some(absent("not-a-number")),
                }
                let mut kind = own_concept(CARBOHYDRATE, meal.id, meal.name());
                kind.coding.push(member(names::CARBOHYDRATE_TERM, meal.id));
                o.component.push(ObservationComponent {
                    code: coded(CONTEXT, "kind of meal"),
                    value_codeable_concept: Some(kind),
                    ..ObservationComponent::default()
                });
            });
        }
        if let Some(exercise) = context.exercise {
            let fill = |o: &mut Observation| o.component.extend(parts(exercise));
            self.fact("exercise", names::EXERCISE_TERM, fill);
        }
        let meal = context.meal.map(|meal| (meal, context.meal_name()));
        self.choice("meal", (MEAL, names::MEAL_TERM), meal);
        let who = context.tester_health;
        let tester = who.map(|who| (who.tester, who.tester_name()));
        self.choice("tester", (TESTER, names::TESTER_TERM), tester);
        let health = who.map(|who| (who.health, who.health_name()));
        self.choice("health", (HEALTH, names::HEALTH_TERM), health);
        if self.made.is_empty() {
            self.observation(coded(CONTEXT, "context"), Stamp::None, |o| {
                o.data_absent_reason = Some(absent("unknown"));
            });
        }
    }

    /// A dose that was taken; its amount is left out where it is no number.
    fn medication(&mut self, context: &GlucoseContext, medication: &Medication) {
        let told = context.dose(Instant::ZERO).map(|dose| dose.what);
        let dose = told.unwrap_or(Dose {
            medicine: medication.name(),
            amount_milli: 0,
            unit: Unit::ONE.code(),
            adherence: Adherence::TAKEN,
            planned_before_s: 0,
            reporter: Reporter::PATIENT,
        });
        let kind = member(names::MEDICATION_TERM, medication.id);
        self.with_context(Stamp::None, |context| {
            let mut given = MedicationAdministration::of(&dose, context);
            given.dosage = given.dosage.filter(|_| told.is_some());
            given.medication_codeable_concept.coding.push(kind);
            given.into()
        });
    }

    /// What the device chose of a list, which has a system of its own here and a term there.
    fn choice(
        &mut self,
        what: &str,
        (system, list): (&str, u32),
        choice: Option<(u8, Option<&str>)>,
    ) {
        let Some((number, name)) = choice else { return };
        self.fact(what, list, |o| match number {
            NOT_TOLD => o.data_absent_reason = Some(absent("unknown")),
            number => {
                let mut chosen = own_concept(system, number, name);
                // Sources differ on the term of bedtime, which is younger than the others.
                if (list, number) != (names::MEAL_TERM, BEDTIME) {
                    chosen.coding.push(member(list, number));
                }
                o.value_codeable_concept = Some(chosen);
            }
        });
    }

    fn fact(&mut self, what: &str, term: u32, fill: impl FnOnce(&mut Observation)) {
        let mut code = coded(CONTEXT, what);
        code.coding.push(mdc(term));
        self.observation(code, Stamp::None, fill);
    }
}

fn member(list: u32, number: u8) -> Coding {
    mdc(names::member_term(list, number))
}

/// How long, and how hard.
fn parts(exercise: Exercise) -> [ObservationComponent; 2] {
    let part = |what, number: u16, ucum| ObservationComponent {
        code: coded(CONTEXT, what),
        value_quantity: Some(Quantity::in_ucum(i32::from(number).into(), ucum)),
        ..ObservationComponent::default()
    };
    let mut duration = part("duration", exercise.seconds, "s");
    if exercise.seconds == OVERRUN_S {
        duration.value_quantity = duration.value_quantity.map(|quantity| Quantity {
            comparator: Some(">=".to_owned()),
            ..quantity
        });
    }
    let intensity = part("intensity", exercise.intensity_percent.into(), "%");
    [duration, intensity]
}
