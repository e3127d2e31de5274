//! Records of a plaintext, as JSON.

use iomt::reading::{Cadence, Compound, Observation, Series, Status, Timed, Waveform};
use iomt::time::{ClockQuality, Instant, Stamp};
use iomt::wire::{Envelope, Record, Records};
use serde_json::{Value, json};

use super::Answer;
use super::error::Class;
use super::request::Request;
use super::text::hex;
use super::values::{decimal_text, value_text};

pub(super) fn decode(request: &Request<'_>) -> Answer {
    let plaintext = request.bytes("plaintext")?;
    let envelope = Envelope::parse(&plaintext)?;
    let records: Vec<_> = Records::new(&envelope)
        .map(|(sequence, record)| {
            let mut said = match &record {
                Ok(record) => read(record),
                Err(error) => json!({ "error": error.class() }),
            };
            said["sequence"] = sequence.to_string().into();
            said
        })
        .collect();
    Ok(json!({
        "sequence": envelope.first_sequence().to_string(),
        "run": envelope.run().map(|run| hex(run.0)),
        "records": records,
    }))
}

fn read(record: &Record<'_>) -> Value {
    match record {
        Record::Observation(observation) => named("observation", read_observation(observation)),
        Record::Waveform(waveform) => read_waveform(waveform),
        Record::Compound(compound) => read_compound(compound),
        Record::Series(series) => read_series(series),
        Record::Stamped(stamped) => {
            let mut said = named("stamped", read_observation(&stamped.observation));
            said["stamp"] = stamp(&stamped.stamp);
            said
        }
        Record::Descriptor(what) => json!({
            "record": "descriptor",
            "manufacturer": what.manufacturer,
            "model": what.model,
            "serial": what.serial,
            "firmware": what.firmware,
            "udiDevice": what.udi_device,
            "udiProduction": what.udi_production,
        }),
        Record::Gap(what) => json!({
            "record": "gap",
            "firstSequence": what.first_sequence.to_string(),
            "count": what.count,
            "reason": what.reason.0,
        }),
        Record::Context(what) => json!({
            "record": "context",
            "back": what.back,
            "device": what.device,
            "location": what.location.0,
            "method": what.method.0,
            "origin": what.origin.0,
            "algorithm": what.algorithm,
            "algorithmVersion": what.algorithm_version,
        }),
        Record::Unknown { tag, body } => {
            json!({ "record": "unknown", "tag": tag.0, "body": hex(body) })
        }
        timed => read_timed(timed),
    }
}

fn read_timed(record: &Record<'_>) -> Value {
    match record {
        Record::Event(event) => at("event", event, |what| {
            json!({
                "kind": what.kind.0,
                "subject": what.subject,
                "source": what.source.to_string(),
                "detail": what.detail,
            })
        }),
        Record::Calibration(calibration) => at("calibration", calibration, |what| {
            json!({
                "metric": what.metric.code(),
                "unit": what.unit.code(),
                "reference": decimal_text(what.reference),
                "slope": decimal_text(what.slope),
                "intercept": decimal_text(what.intercept),
                "validFor": what.valid_for_s,
            })
        }),
        Record::ClockSync(sync) => at("clock_sync", sync, |what| json!({ "stamp": stamp(what) })),
        Record::Text(text) => at(
            "text",
            text,
            |what| json!({ "language": what.language, "text": what.text }),
        ),
        drafts => read_draft(drafts),
    }
}

fn read_draft(record: &Record<'_>) -> Value {
    match record {
        Record::Dose(dose) => at("dose", dose, |what| {
            json!({
                "medicine": what.medicine,
                "amount": what.amount_milli,
                "unit": what.unit,
                "adherence": what.adherence.0,
                "plannedBefore": what.planned_before_s,
                "reporter": what.reporter.0,
            })
        }),
        Record::InsulinBasal(basal) => at("insulin_basal", basal, |what| {
            json!({
                "rate": what.milli_units_per_hour,
                "duration": what.duration_s,
                "outcome": what.outcome.0,
            })
        }),
        Record::InsulinBolus(bolus) => at("insulin_bolus", bolus, |what| {
            json!({
                "requested": what.requested_milli_units,
                "delivered": what.delivered_milli_units,
                "outcome": what.outcome.0,
            })
        }),
        Record::Asset(asset) => at("asset", asset, |what| {
            json!({
                "item": what.item,
                "location": what.location,
                "availability": what.availability.0,
                "quantity": what.quantity,
                "expires": what.expires_day,
            })
        }),
        Record::Activity(activity) => at("activity", activity, |what| {
            json!({
                "kind": what.kind.0,
                "duration": what.duration_s,
                "steps": what.steps,
                "distance": what.distance_m,
                "energy": what.energy_kj,
            })
        }),
        Record::Fall(fall) => at("fall", fall, |what| {
            json!({
                "confidence": what.confidence_percent,
                "peak": what.peak_milli_g,
                "still": what.still_s,
            })
        }),
        Record::Sleep(sleep) => at(
            "sleep",
            sleep,
            |what| json!({ "stage": what.stage.0, "duration": what.duration_s }),
        ),
        Record::Consent(consent) => at(
            "consent",
            consent,
            |what| json!({ "reference": what.reference, "version": what.version }),
        ),
        Record::Setting(setting) => at(
            "setting",
            setting,
            |what| json!({ "name": what.name, "value": what.value }),
        ),
        Record::Stream(stream) => at("stream", stream, |what| {
            json!({
                "channel": what.channel,
                "position": what.position.to_string(),
                "data": hex(what.data),
            })
        }),
        _ => json!({ "error": "self_check" }),
    }
}

fn named(name: &str, mut members: Value) -> Value {
    members["record"] = name.into();
    members
}

fn at<T>(name: &str, timed: &Timed<T>, members: impl Fn(&T) -> Value) -> Value {
    let mut said = named(name, members(&timed.what));
    said["time"] = micros(timed.time).into();
    said
}

fn micros(time: Instant) -> String {
    time.as_micros().to_string()
}

fn read_observation(observation: &Observation) -> Value {
    json!({
        "metric": observation.metric.code(),
        "unit": observation.unit.code(),
        "time": micros(observation.time),
        "value": value_text(observation.value),
        "status": observation.status.bits(),
    })
}

fn read_waveform(waveform: &Waveform<'_>) -> Value {
    json!({
        "record": "waveform",
        "metric": waveform.metric.code(),
        "unit": waveform.unit.code(),
        "start": micros(waveform.start),
        "rate": waveform.rate.as_millihertz(),
        "firstIndex": waveform.first_index.to_string(),
        "scale": decimal_text(waveform.scale),
        "zero": waveform.zero,
        "codec": waveform.codec.as_u8(),
        "count": waveform.count,
        "samples": hex(waveform.data),
    })
}

fn read_compound(compound: &Compound) -> Value {
    let components: Vec<_> = compound
        .components()
        .map(|component| {
            let mut part = json!({
                "metric": component.metric.code(),
                "unit": component.unit.code(),
                "value": value_text(component.value),
            });
            if component.status != Status::VALID {
                part["status"] = component.status.bits().into();
            }
            part
        })
        .collect();
    json!({
        "record": "compound",
        "metric": compound.metric.code(),
        "time": micros(compound.time),
        "status": compound.status.bits(),
        "components": components,
    })
}

fn read_series(series: &Series<'_>) -> Value {
    let (interval, intervals) = match series.cadence {
        Cadence::Every(interval) => (Some(interval.as_millis()), None),
        Cadence::Listed(intervals) => (None, Some(hex(intervals))),
    };
    json!({
        "record": "series",
        "metric": series.metric.code(),
        "unit": series.unit.code(),
        "start": micros(series.start),
        "exponent": series.exponent,
        "status": series.status.bits(),
        "codec": series.codec.as_u8(),
        "count": series.count,
        "interval": interval,
        "intervals": intervals,
        "samples": hex(series.data),
    })
}

fn stamp(stamp: &Stamp) -> Value {
    json!({
        "unix": stamp.wall.unix_millis.to_string(),
        "quality": match stamp.wall.quality {
            ClockQuality::DeviceSet => 1,
            ClockQuality::Synchronised => 2,
            _ => 0,
        },
        "uncertainty": stamp.wall.uncertainty.as_millis(),
        "utcOffset": stamp.wall.utc_offset_minutes,
        "epoch": stamp.epoch,
    })
}
