//! Records from JSON to a plaintext.

use iomt::node::PadTo;
use iomt::reading::codec::CodecId;
use iomt::reading::draft::{
    Activity, ActivityKind, Adherence, Asset, Availability, ConsentReference, Dose, Fall,
    InsulinBasal, InsulinBolus, Outcome, Reporter, Setting, Sleep, SleepStage, Stream,
};
use iomt::reading::{
    Cadence, Calibration, Component, Compound, Context, Descriptor, Event, EventKind, Gap,
    GapReason, Method, Metric, Observation, Origin, SensorLocation, Series, Stamped, Status, Text,
    Timed, Unit, Waveform,
};
use iomt::time::{ClockQuality, Duration, Instant, SampleRate, Stamp, WallClock};
use iomt::wire::{MAX_DATAGRAM, Record, RecordWriter, Run, Tag};
use serde_json::json;

use super::Answer;
use super::error::{Failure, unwritten};
use super::request::Request;
use super::text::hex;
use super::values::{decimal, value};

pub(super) fn encode(request: &Request<'_>) -> Answer {
    let run = request.has("run").then(|| request.array("run").map(Run));
    let mut buffer = [0; MAX_DATAGRAM];
    let first = request.big("sequence")?;
    let mut writer = RecordWriter::new(&mut buffer, first, run.transpose()?).map_err(unwritten)?;
    for fields in request.objects("records")? {
        let bytes = Bytes::of(&fields)?;
        writer.push(&record(&fields, &bytes)?).map_err(unwritten)?;
    }
    if request.has("padTo") {
        fill(&mut writer, request.number("padTo")?)?;
    }
    Ok(json!({ "plaintext": hex(&*writer.finish()) }))
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

/// The byte strings of a record, which it borrows.
struct Bytes {
    samples: Vec<u8>,
    intervals: Vec<u8>,
    data: Vec<u8>,
    body: Vec<u8>,
}

impl Bytes {
    fn of(fields: &Request<'_>) -> Result<Self, Failure> {
        let get = |name| match fields.has(name) {
            true => fields.bytes(name),
            false => Ok(Vec::new()),
        };
        Ok(Self {
            samples: get("samples")?,
            intervals: get("intervals")?,
            data: get("data")?,
            body: get("body")?,
        })
    }
}

fn record<'a>(from: &Request<'a>, bytes: &'a Bytes) -> Result<Record<'a>, Failure> {
    Ok(match from.text("record")? {
        "observation" => Record::Observation(observation(from)?),
        "stamped" => Record::Stamped(Stamped {
            observation: observation(from)?,
            stamp: stamp(from)?,
        }),
        "waveform" => Record::Waveform(waveform(from, bytes)?),
        "series" => Record::Series(series(from, bytes)?),
        "compound" => Record::Compound(compound(from)?),
        "descriptor" => Record::Descriptor(descriptor(from)?),
        "gap" => Record::Gap(Gap {
            first_sequence: from.big("firstSequence")?,
            count: from.number("count")?,
            reason: GapReason(from.number("reason")?),
        }),
        "context" => Record::Context(Context {
            back: from.number("back")?,
            device: from.number("device")?,
            location: SensorLocation(from.number("location")?),
            method: Method(from.number("method")?),
            origin: Origin(from.number("origin")?),
            algorithm: from.text("algorithm")?,
            algorithm_version: from.text("algorithmVersion")?,
        }),
        "unknown" => Record::Unknown {
            tag: Tag(from.number("tag")?),
            body: &bytes.body,
        },
        "stream" => Record::Stream(Timed::new(
            micros(from, "time")?,
            Stream {
                channel: from.number("channel")?,
                position: from.big("position")?,
                data: &bytes.data,
            },
        )),
        other => timed(other, from)?,
    })
}

fn timed<'a>(name: &str, from: &Request<'a>) -> Result<Record<'a>, Failure> {
    let time = micros(from, "time")?;
    Ok(match name {
        "event" => Record::Event(Timed::new(
            time,
            Event {
                kind: EventKind(from.number("kind")?),
                subject: from.number("subject")?,
                source: from.big("source")?,
                detail: from.number("detail")?,
            },
        )),
        "calibration" => Record::Calibration(Timed::new(
            time,
            Calibration {
                metric: Metric::from_code(from.number("metric")?),
                unit: Unit::from_code(from.number("unit")?),
                reference: decimal(from.text("reference")?)?,
                slope: decimal(from.text("slope")?)?,
                intercept: decimal(from.text("intercept")?)?,
                valid_for_s: from.number("validFor")?,
            },
        )),
        "clock_sync" => Record::ClockSync(Timed::new(time, stamp(from)?)),
        "text" => Record::Text(Timed::new(
            time,
            Text {
                language: from.text("language")?,
                text: from.text("text")?,
            },
        )),
        draft => self::draft(draft, from, time)?,
    })
}

fn draft<'a>(name: &str, from: &Request<'a>, time: Instant) -> Result<Record<'a>, Failure> {
    Ok(match name {
        "dose" => Record::Dose(Timed::new(time, dose(from)?)),
        "insulin_basal" => Record::InsulinBasal(Timed::new(time, basal(from)?)),
        "insulin_bolus" => Record::InsulinBolus(Timed::new(time, bolus(from)?)),
        "asset" => Record::Asset(Timed::new(
            time,
            Asset {
                item: from.text("item")?,
                location: from.text("location")?,
                availability: Availability(from.number("availability")?),
                quantity: from.number("quantity")?,
                expires_day: from.number("expires")?,
            },
        )),
        "activity" => Record::Activity(Timed::new(
            time,
            Activity {
                kind: ActivityKind(from.number("kind")?),
                duration_s: from.number("duration")?,
                steps: from.number("steps")?,
                distance_m: from.number("distance")?,
                energy_kj: from.number("energy")?,
            },
        )),
        "fall" => Record::Fall(Timed::new(
            time,
            Fall {
                confidence_percent: from.number("confidence")?,
                peak_milli_g: from.number("peak")?,
                still_s: from.number("still")?,
            },
        )),
        "sleep" => Record::Sleep(Timed::new(
            time,
            Sleep {
                stage: SleepStage(from.number("stage")?),
                duration_s: from.number("duration")?,
            },
        )),
        "consent" => Record::Consent(Timed::new(
            time,
            ConsentReference {
                reference: from.text("reference")?,
                version: from.number("version")?,
            },
        )),
        "setting" => Record::Setting(Timed::new(
            time,
            Setting {
                name: from.text("name")?,
                value: from.text("value")?,
            },
        )),
        other => return Err(Failure::BadRequest(format!("no record {other:?}"))),
    })
}

fn micros(from: &Request<'_>, name: &str) -> Result<Instant, Failure> {
    Ok(Instant::from_micros(from.big(name)?))
}

fn observation(from: &Request<'_>) -> Result<Observation, Failure> {
    Ok(Observation {
        time: micros(from, "time")?,
        ..untimed(from)?
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

fn stamp(from: &Request<'_>) -> Result<Stamp, Failure> {
    let stamp = from.object("stamp")?;
    let offset = stamp.has("utcOffset").then(|| stamp.number("utcOffset"));
    Ok(Stamp {
        wall: WallClock {
            unix_millis: stamp.big("unix")?,
            quality: match stamp.number("quality")? {
                1_u8 => ClockQuality::DeviceSet,
                2 => ClockQuality::Synchronised,
                _ => ClockQuality::Unset,
            },
            uncertainty: Duration::from_millis(stamp.number::<u32>("uncertainty")?.into()),
            utc_offset_minutes: offset.transpose()?,
        },
        epoch: stamp.number("epoch")?,
    })
}

fn waveform<'a>(from: &Request<'a>, bytes: &'a Bytes) -> Result<Waveform<'a>, Failure> {
    let rate = SampleRate::from_millihertz(from.number("rate")?);
    Ok(Waveform {
        metric: Metric::from_code(from.number("metric")?),
        unit: Unit::from_code(from.number("unit")?),
        start: micros(from, "start")?,
        rate: rate.ok_or(Failure::Class("out_of_range"))?,
        first_index: from.big("firstIndex")?,
        scale: decimal(from.text("scale")?)?,
        zero: from.number("zero")?,
        codec: CodecId::new(from.number("codec")?),
        count: from.number("count")?,
        data: &bytes.samples,
    })
}

fn series<'a>(from: &Request<'a>, bytes: &'a Bytes) -> Result<Series<'a>, Failure> {
    let cadence = match from.has("interval") {
        true => Cadence::Every(Duration::from_millis(from.number::<u64>("interval")?)),
        false => Cadence::Listed(&bytes.intervals),
    };
    Ok(Series {
        metric: Metric::from_code(from.number("metric")?),
        unit: Unit::from_code(from.number("unit")?),
        start: micros(from, "start")?,
        cadence,
        exponent: from.number("exponent")?,
        status: Status::from_bits(from.number("status")?),
        codec: CodecId::new(from.number("codec")?),
        count: from.number("count")?,
        data: &bytes.samples,
    })
}

fn compound(from: &Request<'_>) -> Result<Compound, Failure> {
    let component = |part: &Request<'_>| {
        let component = Component::new(
            Metric::from_code(part.number("metric")?),
            Unit::from_code(part.number("unit")?),
            value(part.text("value")?)?,
        );
        let status = match part.has("status") {
            true => Status::from_bits(part.number("status")?),
            false => Status::VALID,
        };
        Ok(component.with_status(status))
    };
    let parts = from.objects("components")?;
    let parts: Result<Vec<_>, Failure> = parts.iter().map(component).collect();
    let metric = Metric::from_code(from.number("metric")?);
    let compound = Compound::new(metric, micros(from, "time")?, &parts?);
    let compound = compound.ok_or(Failure::Class("out_of_range"))?;
    Ok(compound.with_status(Status::from_bits(from.number("status")?)))
}

fn descriptor<'a>(from: &Request<'a>) -> Result<Descriptor<'a>, Failure> {
    Ok(Descriptor {
        manufacturer: from.text("manufacturer")?,
        model: from.text("model")?,
        serial: from.text("serial")?,
        firmware: from.text("firmware")?,
        udi_device: from.text("udiDevice")?,
        udi_production: from.text("udiProduction")?,
    })
}
