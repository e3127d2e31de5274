//! The records that are drafts.

use iomt::reading::draft::{Activity, Asset, Dose, Fall, InsulinBasal, InsulinBolus, Sleep};
use iomt::reading::{Decimal, Unit};

use super::listing::named;

fn thousandths(count: u32) -> String {
    i32::try_from(count).map_or_else(
        |_| format!("{count}/1000"),
        |count| Decimal::new(count, -3).reduced().to_string(),
    )
}

pub(super) fn dose(dose: &Dose<'_>) -> String {
    format!(
        "{}, {} × {}: {}, planned {} s before, by {}",
        dose.medicine,
        thousandths(dose.amount_milli),
        Unit::from_code(dose.unit),
        named(dose.adherence.name(), dose.adherence.0),
        dose.planned_before_s,
        named(dose.reporter.name(), dose.reporter.0)
    )
}

pub(super) fn basal(basal: &InsulinBasal) -> String {
    let outcome = named(basal.outcome.name(), basal.outcome.0);
    format!(
        "basal insulin {} U/h for {} s: {outcome}",
        thousandths(basal.milli_units_per_hour),
        basal.duration_s
    )
}

pub(super) fn bolus(bolus: &InsulinBolus) -> String {
    let outcome = named(bolus.outcome.name(), bolus.outcome.0);
    let (requested, delivered) = (
        thousandths(bolus.requested_milli_units),
        thousandths(bolus.delivered_milli_units),
    );
    format!("bolus insulin {delivered} of {requested} U: {outcome}")
}

pub(super) fn asset(asset: &Asset<'_>) -> String {
    let availability = named(asset.availability.name(), asset.availability.0);
    format!(
        "{} × {} at {}: {availability}, expires on day {}",
        asset.quantity, asset.item, asset.location, asset.expires_day
    )
}

pub(super) fn activity(activity: &Activity) -> String {
    let Activity {
        kind,
        duration_s,
        steps,
        distance_m,
        energy_kj,
    } = activity;
    let kind = named(kind.name(), kind.0);
    format!("{kind} for {duration_s} s: {steps} steps, {distance_m} m, {energy_kj} kJ")
}

pub(super) fn fall(fall: &Fall) -> String {
    let Fall {
        confidence_percent,
        peak_milli_g,
        still_s,
    } = fall;
    format!(
        "fall, sure to {confidence_percent} %, {peak_milli_g} thousandths of g, still for {still_s} s"
    )
}

pub(super) fn sleep(sleep: &Sleep) -> String {
    format!(
        "sleep {} for {} s",
        named(sleep.stage.name(), sleep.stage.0),
        sleep.duration_s
    )
}
