//! The records that are drafts.

use core::fmt::{self, Formatter};

use iomt::reading::Unit;
use iomt::reading::draft::{Activity, Asset, Dose, Fall, InsulinBasal, InsulinBolus, Sleep};

use super::plain::{Day, Span, Thousandths, UnitWord, named};

pub(super) fn dose(f: &mut Formatter<'_>, dose: &Dose<'_>) -> fmt::Result {
    let Dose {
        medicine,
        amount_milli,
        unit,
        adherence,
        planned_before_s,
        reporter,
    } = *dose;
    let (amount, unit) = (Thousandths(amount_milli), UnitWord(Unit::from_code(unit)));
    let adherence = named(adherence.name(), adherence.0);
    write!(f, "dose of {medicine}, {amount}{unit}: {adherence}")?;
    let planned = Span::seconds(planned_before_s.unsigned_abs());
    match planned_before_s {
        0 => {}
        1.. => write!(f, ", planned {planned} before")?,
        _ => write!(f, ", planned {planned} later")?,
    }
    write!(f, ", by {}", named(reporter.name(), reporter.0))
}

pub(super) fn basal(f: &mut Formatter<'_>, basal: &InsulinBasal) -> fmt::Result {
    let rate = Thousandths(basal.milli_units_per_hour);
    write!(f, "basal insulin {rate} IU/h ")?;
    match basal.duration_s {
        0 => f.write_str("until the next")?,
        seconds => write!(f, "for {}", Span::seconds(seconds))?,
    }
    write!(f, ": {}", named(basal.outcome.name(), basal.outcome.0))
}

pub(super) fn bolus(f: &mut Formatter<'_>, bolus: &InsulinBolus) -> fmt::Result {
    let outcome = named(bolus.outcome.name(), bolus.outcome.0);
    let (requested, delivered) = (
        Thousandths(bolus.requested_milli_units),
        Thousandths(bolus.delivered_milli_units),
    );
    write!(f, "bolus insulin {delivered} of {requested} IU: {outcome}")
}

pub(super) fn asset(f: &mut Formatter<'_>, asset: &Asset<'_>) -> fmt::Result {
    let availability = named(asset.availability.name(), asset.availability.0);
    write!(
        f,
        "{} × {} at {}: {availability}",
        asset.quantity, asset.item, asset.location
    )?;
    match asset.expires_day {
        0 => Ok(()),
        day => write!(f, ", expires on {}", Day(day.into())),
    }
}

pub(super) fn activity(f: &mut Formatter<'_>, activity: &Activity) -> fmt::Result {
    let Activity {
        kind,
        duration_s,
        steps,
        distance_m,
        energy_kj,
    } = *activity;
    let (kind, duration) = (named(kind.name(), kind.0), Span::seconds(duration_s));
    write!(
        f,
        "{kind} for {duration}: {steps} steps, {distance_m} m, {energy_kj} kJ"
    )
}

pub(super) fn fall(f: &mut Formatter<'_>, fall: &Fall) -> fmt::Result {
    let (peak, still) = (
        Thousandths(fall.peak_milli_g.into()),
        Span::seconds(fall.still_s.into()),
    );
    write!(
        f,
        "fall, sure to {} %, peak {peak} g, still for {still}",
        fall.confidence_percent
    )
}

pub(super) fn sleep(f: &mut Formatter<'_>, sleep: &Sleep) -> fmt::Result {
    let (stage, duration) = (
        named(sleep.stage.name(), sleep.stage.0),
        Span::seconds(sleep.duration_s),
    );
    write!(f, "sleep {stage} for {duration}")
}
