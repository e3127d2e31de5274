//! From forms to records.

mod drafts;

use super::form::{self, Form, Micros};
use super::text::Hex;
use crate::reading::codec::CodecId;
use crate::reading::{
    Cadence, Calibration, Component, Compound, Context, Descriptor, Event, EventKind, Gap,
    GapReason, Method, Metric, Observation, Origin, SensorLocation, Series, Stamped, Status, Text,
    Timed, Unit, Value, Waveform,
};
use crate::time::{Duration, Instant, SampleRate, Stamp, WallClock};
use crate::wire::record::clock::quality_of;
use crate::wire::{Record, Tag};

/// The record that a form says, if it says one.
pub(super) fn record<'a>(form: &'a Form<'_>) -> Option<Record<'a>> {
    Some(match form {
        Form::Observation { .. } | Form::Stamped { .. } => measured(form)?,
        Form::Compound { .. } => compound(form)?,
        Form::Waveform { .. } => waveform(form)?,
        Form::Series { .. } => series(form)?,
        Form::Descriptor {
            manufacturer,
            model,
            serial,
            firmware,
            udi_device,
            udi_production,
        } => Record::Descriptor(Descriptor {
            manufacturer,
            model,
            serial,
            firmware,
            udi_device,
            udi_production,
        }),
        Form::Gap {
            first_sequence,
            count,
            reason,
        } => Record::Gap(Gap {
            first_sequence: first_sequence.0,
            count: *count,
            reason: GapReason(*reason),
        }),
        Form::Context {
            back,
            device,
            location,
            method,
            origin,
            algorithm,
            algorithm_version,
        } => Record::Context(Context {
            back: *back,
            device: *device,
            location: SensorLocation(*location),
            method: Method(*method),
            origin: Origin(*origin),
            algorithm,
            algorithm_version,
        }),
        Form::Unknown { tag, body } => Record::Unknown {
            tag: Tag(*tag),
            body: bytes(body),
        },
        Form::Event {
            time,
            kind,
            subject,
            source,
            detail,
        } => Record::Event(at(
            *time,
            Event {
                kind: EventKind(*kind),
                subject: *subject,
                source: source.0,
                detail: *detail,
            },
        )),
        Form::Calibration {
            time,
            metric,
            unit,
            reference,
            slope,
            intercept,
            valid_for,
        } => Record::Calibration(at(
            *time,
            Calibration {
                metric: Metric::from_code(*metric),
                unit: Unit::from_code(*unit),
                reference: reference.0,
                slope: slope.0,
                intercept: intercept.0,
                valid_for_s: *valid_for,
            },
        )),
        Form::ClockSync { time, stamp } => Record::ClockSync(at(*time, read_stamp(stamp))),
        Form::Text {
            time,
            language,
            text,
        } => Record::Text(at(*time, Text { language, text })),
        draft => drafts::record(draft)?,
    })
}

fn measured<'a>(form: &'a Form<'_>) -> Option<Record<'a>> {
    let (Form::Observation {
        metric,
        unit,
        time,
        value,
        status,
    }
    | Form::Stamped {
        metric,
        unit,
        time,
        value,
        status,
        ..
    }) = form
    else {
        return None;
    };
    let observation = Observation {
        metric: Metric::from_code(*metric),
        unit: Unit::from_code(*unit),
        time: instant(*time),
        value: value.0,
        status: Status::from_bits(*status),
    };
    Some(match form {
        Form::Stamped { stamp, .. } => Record::Stamped(Stamped {
            observation,
            stamp: read_stamp(stamp),
        }),
        _ => Record::Observation(observation),
    })
}

fn compound<'a>(form: &'a Form<'_>) -> Option<Record<'a>> {
    let Form::Compound {
        metric,
        time,
        status,
        components,
    } = form
    else {
        return None;
    };
    let mut read = [Component::new(Metric::from_code(0), Unit::from_code(0), Value::NotANumber);
        Compound::MAX_COMPONENTS];
    let filled = read.get_mut(..components.len())?;
    for (place, said) in filled.iter_mut().zip(components) {
        let (metric, unit) = (Metric::from_code(said.metric), Unit::from_code(said.unit));
        *place =
            Component::new(metric, unit, said.value.0).with_status(Status::from_bits(said.status));
    }
    let whole = Compound::new(Metric::from_code(*metric), instant(*time), filled)?;
    Some(Record::Compound(
        whole.with_status(Status::from_bits(*status)),
    ))
}

fn waveform<'a>(form: &'a Form<'_>) -> Option<Record<'a>> {
    let Form::Waveform {
        metric,
        unit,
        start,
        rate,
        first_index,
        scale,
        zero,
        codec,
        count,
        samples,
    } = form
    else {
        return None;
    };
    Some(Record::Waveform(Waveform {
        metric: Metric::from_code(*metric),
        unit: Unit::from_code(*unit),
        start: instant(*start),
        rate: SampleRate::from_millihertz(*rate)?,
        first_index: first_index.0,
        scale: scale.0,
        zero: *zero,
        codec: CodecId::new(*codec),
        count: *count,
        data: bytes(samples),
    }))
}

fn series<'a>(form: &'a Form<'_>) -> Option<Record<'a>> {
    let Form::Series {
        metric,
        unit,
        start,
        exponent,
        status,
        codec,
        count,
        interval,
        intervals,
        samples,
    } = form
    else {
        return None;
    };
    let cadence = match (interval, intervals) {
        (Some(interval), None) => Cadence::Every(Duration::from_millis(*interval)),
        (None, Some(intervals)) => Cadence::Listed(bytes(intervals)),
        _ => return None,
    };
    Some(Record::Series(Series {
        metric: Metric::from_code(*metric),
        unit: Unit::from_code(*unit),
        start: instant(*start),
        cadence,
        exponent: *exponent,
        status: Status::from_bits(*status),
        codec: CodecId::new(*codec),
        count: *count,
        data: bytes(samples),
    }))
}

fn read_stamp(said: &form::Stamp) -> Stamp {
    Stamp {
        wall: WallClock {
            unix_millis: said.unix.0,
            quality: quality_of(said.quality),
            uncertainty: Duration::from_millis(said.uncertainty),
            utc_offset_minutes: said.utc_offset,
        },
        epoch: said.epoch,
    }
}

const fn at<T: Copy>(time: Micros, what: T) -> Timed<T> {
    Timed::new(instant(time), what)
}

const fn instant(time: Micros) -> Instant {
    Instant::from_micros(time.0)
}

fn bytes<'a>(hex: &'a Hex<'_>) -> &'a [u8] {
    &hex.0
}
