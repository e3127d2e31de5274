//! A glucose measurement's context: no published system has its codes.

use alloc::borrow::ToOwned;

use super::{Maker, absent};
use crate::fhir::terms::own_concept;
use crate::fhir::{
    CodeableConcept, Coding, MedicationAdministration, Observation, ObservationComponent, Quantity,
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
/// A duration that overran.
const OVERRUN_S: u16 = u16::MAX;

impl Maker<'_> {
    pub(super) fn context(&mut self, context: &GlucoseContext) {
        if let Some(medication) = context.medication {
            self.medication(context, &medication);
        }
        if let Some(meal) = context.carbohydrate {
            self.fact("carbohydrates", |o| {
                match shifted(meal.kilograms, 3).number() {
                    Some(grams) => o.value_quantity = Some(Quantity::in_ucum(grams, "g")),
                    None => o.data_absent_reason = Some(absent("not-a-number")),
                }
                o.component.push(ObservationComponent {
                    code: code("kind of meal"),
                    value_codeable_concept: Some(own_concept(CARBOHYDRATE, meal.id, meal.name())),
                    ..ObservationComponent::default()
                });
            });
        }
        if let Some(exercise) = context.exercise {
            self.fact("exercise", |o| o.component.extend(parts(exercise)));
        }
        let meal = context.meal.map(|meal| (meal, context.meal_name()));
        self.choice("meal", MEAL, meal);
        let who = context.tester_health;
        let tester = who.map(|who| (who.tester, who.tester_name()));
        self.choice("tester", TESTER, tester);
        let health = who.map(|who| (who.health, who.health_name()));
        self.choice("health", HEALTH, health);
        if self.made.is_empty() {
            self.fact("context", |o| {
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
        self.with_context(Stamp::None, |context| {
            let mut given = MedicationAdministration::of(&dose, context);
            given.dosage = given.dosage.filter(|_| told.is_some());
            given.into()
        });
    }

    fn choice(&mut self, what: &str, system: &str, choice: Option<(u8, Option<&str>)>) {
        let Some((number, name)) = choice else { return };
        self.fact(what, |o| match number {
            NOT_TOLD => o.data_absent_reason = Some(absent("unknown")),
            number => o.value_codeable_concept = Some(own_concept(system, number, name)),
        });
    }

    fn fact(&mut self, what: &str, fill: impl FnOnce(&mut Observation)) {
        self.observation(code(what), Stamp::None, fill);
    }
}

/// How long, and how hard.
fn parts(exercise: Exercise) -> [ObservationComponent; 2] {
    let part = |what, number: u16, ucum| ObservationComponent {
        code: code(what),
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

fn code(what: &str) -> CodeableConcept {
    CodeableConcept {
        text: Some(what.to_owned()),
        ..CodeableConcept::of([Coding::new(CONTEXT, &what.replace(' ', "-"))])
    }
}
