//! Records to a plaintext, from the canonical JSON of the crate, which is the form of the vectors.

use iomt::node::PadTo;
use iomt::reading::draft::{Adherence, Dose, InsulinBasal, InsulinBolus, Outcome, Reporter};
use iomt::reading::{Metric, Observation, Status, Unit};
use iomt::time::Instant;
use iomt::wire::{MAX_DATAGRAM, RecordJson, RecordWriter, Run};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::error::{Failure, unwritten};
use super::request::Request;
use super::text::hex;
use super::values::value;
use super::{Answer, strip_nulls};

pub(super) fn encode(request: &Request<'_>) -> Answer {
    let run = request.has("run").then(|| request.array("run").map(Run));
    let mut buffer = [0; MAX_DATAGRAM];
    let first = request.big("sequence")?;
    let mut writer = RecordWriter::new(&mut buffer, first, run.transpose()?).map_err(unwritten)?;
    for fields in request.objects("records")? {
        let json = read(&fields)?;
        let record = json.record().map_err(|_| Failure::Class("out_of_range"))?;
        writer.push(&record).map_err(unwritten)?;
    }
    if request.has("padTo") {
        fill(&mut writer, request.number("padTo")?)?;
    }
    Ok(json!({ "plaintext": hex(&*writer.finish()) }))
}

/// A record of this kind, from its members alone.
pub(super) fn named(name: &str, fields: &Request<'_>) -> Result<RecordJson<'static>, Failure> {
    let mut fields = fields.fields().clone();
    fields["record"] = name.into();
    parsed(fields)
}

fn read(fields: &Request<'_>) -> Result<RecordJson<'static>, Failure> {
    parsed(fields.fields().clone())
}

fn parsed(mut fields: Value) -> Result<RecordJson<'static>, Failure> {
    strip_nulls(&mut fields);
    RecordJson::deserialize(fields).map_err(|error| Failure::BadRequest(error.to_string()))
}

/// Up to the length that a device's frame has, where there is room for a padding record.
fn fill(writer: &mut RecordWriter<'_>, unit: u32) -> Result<(), Failure> {
    let pad_to = match unit {
        32 => PadTo::Bytes32,
        64 => PadTo::Bytes64,
        128 => PadTo::Bytes128,
        _ => return Err(Failure::field("padTo")),
    };
    let len = pad_to.len_of(writer.len()).min(MAX_DATAGRAM);
    let Some(body) = len.saturating_sub(writer.len()).checked_sub(2) else {
        return Ok(());
    };
    writer.pad(body).map_err(unwritten)
}

pub(super) fn dose<'a>(from: &Request<'a>) -> Result<Dose<'a>, Failure> {
    Ok(Dose {
        medicine: from.text("medicine")?,
        amount_milli: from.number("amount")?,
        unit: from.number("unit")?,
        adherence: Adherence(from.number("adherence")?),
        planned_before_s: from.number("plannedBefore")?,
        reporter: Reporter(from.number("reporter")?),
    })
}

pub(super) fn basal(from: &Request<'_>) -> Result<InsulinBasal, Failure> {
    Ok(InsulinBasal {
        milli_units_per_hour: from.number("rate")?,
        duration_s: from.number("duration")?,
        outcome: Outcome(from.number("outcome")?),
    })
}

pub(super) fn bolus(from: &Request<'_>) -> Result<InsulinBolus, Failure> {
    Ok(InsulinBolus {
        requested_milli_units: from.number("requested")?,
        delivered_milli_units: from.number("delivered")?,
        outcome: Outcome(from.number("outcome")?),
    })
}

/// At time zero.
pub(super) fn untimed(from: &Request<'_>) -> Result<Observation, Failure> {
    Ok(Observation {
        metric: Metric::from_code(from.number("metric")?),
        unit: Unit::from_code(from.number("unit")?),
        time: Instant::ZERO,
        value: value(from.text("value")?)?,
        status: Status::from_bits(from.number("status")?),
    })
}
