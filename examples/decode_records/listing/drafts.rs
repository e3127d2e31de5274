//! The records that are drafts.

use core::fmt::{self, Display, Formatter};

use iomt::reading::draft::{Activity, Asset, Dose, Fall, InsulinBasal, InsulinBolus, Sleep};
use iomt::reading::{Decimal, Unit};

use super::named;

struct Thousandths(u32);

impl Display for Thousandths {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match i32::try_from(self.0) {
            Ok(count) => write!(f, "{}", Decimal::new(count, -3).reduced()),
            Err(_) => write!(f, "{}/1000", self.0),
        }
    }
}

pub(super) fn dose(f: &mut Formatter<'_>, dose: &Dose<'_>) -> fmt::Result {
    write!(
        f,
        "{}, {} × {}: {}, planned {} s before, by {}",
        dose.medicine,
        Thousandths(dose.amount_milli),
        Unit::from_code(dose.unit),
        named(dose.adherence.name(), dose.adherence.0),
        dose.planned_before_s,
        named(dose.reporter.name(), dose.reporter.0)
    )
}

pub(super) fn basal(f: &mut Formatter<'_>, basal: &InsulinBasal) -> fmt::Result {
    let outcome = named(basal.outcome.name(), basal.outcome.0);
    write!(
        f,
        "basal insulin {} U/h for {} s: {outcome}",
        Thousandths(basal.milli_units_per_hour),
        basal.duration_s
    )
}

pub(super) fn bolus(f: &mut Formatter<'_>, bolus: &InsulinBolus) -> fmt::Result {
    let outcome = named(bolus.outcome.name(), bolus.outcome.0);
    let (requested, delivered) = (
        Thousandths(bolus.requested_milli_units),
        Thousandths(bolus.delivered_milli_units),
    );
    write!(f, "bolus insulin {delivered} of {requested} U: {outcome}")
}

pub(super) fn asset(f: &mut Formatter<'_>, asset: &Asset<'_>) -> fmt::Result {
    let availability = named(asset.availability.name(), asset.availability.0);
    write!(
        f,
        "{} × {} at {}: {availability}, expires on day {}",
        asset.quantity, asset.item, asset.location, asset.expires_day
    )
}

pub(super) fn activity(f: &mut Formatter<'_>, activity: &Activity) -> fmt::Result {
    let Activity {
        kind,
        duration_s,
        steps,
        distance_m,
        energy_kj,
    } = activity;
    let kind = named(kind.name(), kind.0);
    write!(
        f,
        "{kind} for {duration_s} s: {steps} steps, {distance_m} m, {energy_kj} kJ"
    )
}

pub(super) fn fall(f: &mut Formatter<'_>, fall: &Fall) -> fmt::Result {
    let Fall {
        confidence_percent,
        peak_milli_g,
        still_s,
    } = fall;
    write!(
        f,
        "fall, sure to {confidence_percent} %, {peak_milli_g} thousandths of g, still for {still_s} s"
    )
}

pub(super) fn sleep(f: &mut Formatter<'_>, sleep: &Sleep) -> fmt::Result {
    write!(
        f,
        "sleep {} for {} s",
        named(sleep.stage.name(), sleep.stage.0),
        sleep.duration_s
    )
}
