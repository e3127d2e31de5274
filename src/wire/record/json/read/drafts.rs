use super::{at, bytes};
use crate::reading::draft::{
    Activity, ActivityKind, Adherence, Asset, Availability, ConsentReference, Dose, Fall,
    InsulinBasal, InsulinBolus, Outcome, Reporter, Setting, Sleep, SleepStage, Stream,
};
use crate::wire::Record;
use crate::wire::record::json::form::Form;

/// The record of a draft's form.
pub(super) fn record<'a>(form: &'a Form<'_>) -> Option<Record<'a>> {
    Some(match form {
        Form::Dose {
            time,
            medicine,
            amount,
            unit,
            adherence,
            planned_before,
            reporter,
        } => Record::Dose(at(
            *time,
            Dose {
                medicine,
                amount_milli: *amount,
                unit: *unit,
                adherence: Adherence(*adherence),
                planned_before_s: *planned_before,
                reporter: Reporter(*reporter),
            },
        )),
        Form::InsulinBasal {
            time,
            rate,
            duration,
            outcome,
        } => Record::InsulinBasal(at(
            *time,
            InsulinBasal {
                milli_units_per_hour: *rate,
                duration_s: *duration,
                outcome: Outcome(*outcome),
            },
        )),
        Form::InsulinBolus {
            time,
            requested,
            delivered,
            outcome,
        } => Record::InsulinBolus(at(
            *time,
            InsulinBolus {
                requested_milli_units: *requested,
                delivered_milli_units: *delivered,
                outcome: Outcome(*outcome),
            },
        )),
        Form::Asset {
            time,
            item,
            location,
            availability,
            quantity,
            expires,
        } => Record::Asset(at(
            *time,
            Asset {
                item,
                location,
                availability: Availability(*availability),
                quantity: *quantity,
                expires_day: *expires,
            },
        )),
        Form::Activity {
            time,
            kind,
            duration,
            steps,
            distance,
            energy,
        } => Record::Activity(at(
            *time,
            Activity {
                kind: ActivityKind(*kind),
                duration_s: *duration,
                steps: *steps,
                distance_m: *distance,
                energy_kj: *energy,
            },
        )),
        Form::Fall {
            time,
            confidence,
            peak,
            still,
        } => Record::Fall(at(
            *time,
            Fall {
                confidence_percent: *confidence,
                peak_milli_g: *peak,
                still_s: *still,
            },
        )),
        Form::Sleep {
            time,
            stage,
            duration,
        } => Record::Sleep(at(
            *time,
            Sleep {
                stage: SleepStage(*stage),
                duration_s: *duration,
            },
        )),
        Form::Consent {
            time,
            reference,
            version,
        } => Record::Consent(at(
            *time,
            ConsentReference {
                reference,
                version: *version,
            },
        )),
        Form::Setting { time, name, value } => Record::Setting(at(*time, Setting { name, value })),
        Form::Stream {
            time,
            channel,
            position,
            data,
        } => Record::Stream(at(
            *time,
            Stream {
                channel: *channel,
                position: position.0,
                data: bytes(data),
            },
        )),
        _ => return None,
    })
}
