//! From records to their forms.

use alloc::borrow::Cow;

use super::form::{self, Form, Micros};
use super::text::{Hex, Text};
use crate::reading::{Cadence, Compound, Series, Waveform};
use crate::time::{Instant, Stamp};
use crate::wire::Record;
use crate::wire::record::clock::quality_code;

pub(super) fn form<'a>(record: &Record<'a>) -> Form<'a> {
    match *record {
        Record::Observation(one) => Form::Observation {
            metric: one.metric.code(),
            unit: one.unit.code(),
            time: micros(one.time),
            value: Text(one.value),
            status: one.status.bits(),
        },
        Record::Stamped(stamped) => Form::Stamped {
            metric: stamped.observation.metric.code(),
            unit: stamped.observation.unit.code(),
            time: micros(stamped.observation.time),
            value: Text(stamped.observation.value),
            status: stamped.observation.status.bits(),
            stamp: stamp(&stamped.stamp),
        },
        Record::Compound(whole) => compound(&whole),
        Record::Waveform(block) => waveform(&block),
        Record::Series(values) => series(&values),
        Record::Descriptor(what) => Form::Descriptor {
            manufacturer: what.manufacturer.into(),
            model: what.model.into(),
            serial: what.serial.into(),
            firmware: what.firmware.into(),
            udi_device: what.udi_device.into(),
            udi_production: what.udi_production.into(),
        },
        Record::Gap(what) => Form::Gap {
            first_sequence: Text(what.first_sequence),
            count: what.count,
            reason: what.reason.0,
        },
        Record::Context(what) => Form::Context {
            back: what.back,
            device: what.device,
            location: what.location.0,
            method: what.method.0,
            origin: what.origin.0,
            algorithm: what.algorithm.into(),
            algorithm_version: what.algorithm_version.into(),
        },
        Record::Unknown { tag, body } => Form::Unknown {
            tag: tag.0,
            body: hex(body),
        },
        Record::Event(event) => Form::Event {
            time: micros(event.time),
            kind: event.what.kind.0,
            subject: event.what.subject,
            source: Text(event.what.source),
            detail: event.what.detail,
        },
        Record::Calibration(calibration) => Form::Calibration {
            time: micros(calibration.time),
            metric: calibration.what.metric.code(),
            unit: calibration.what.unit.code(),
            reference: Text(calibration.what.reference),
            slope: Text(calibration.what.slope),
            intercept: Text(calibration.what.intercept),
            valid_for: calibration.what.valid_for_s,
        },
        Record::ClockSync(sync) => Form::ClockSync {
            time: micros(sync.time),
            stamp: stamp(&sync.what),
        },
        Record::Text(text) => Form::Text {
            time: micros(text.time),
            language: text.what.language.into(),
            text: text.what.text.into(),
        },
        Record::Dose(dose) => Form::Dose {
            time: micros(dose.time),
            medicine: dose.what.medicine.into(),
            amount: dose.what.amount_milli,
            unit: dose.what.unit,
            adherence: dose.what.adherence.0,
            planned_before: dose.what.planned_before_s,
            reporter: dose.what.reporter.0,
        },
        Record::InsulinBasal(basal) => Form::InsulinBasal {
            time: micros(basal.time),
            rate: basal.what.milli_units_per_hour,
            duration: basal.what.duration_s,
            outcome: basal.what.outcome.0,
        },
        Record::InsulinBolus(bolus) => Form::InsulinBolus {
            time: micros(bolus.time),
            requested: bolus.what.requested_milli_units,
            delivered: bolus.what.delivered_milli_units,
            outcome: bolus.what.outcome.0,
        },
        Record::Asset(asset) => Form::Asset {
            time: micros(asset.time),
            item: asset.what.item.into(),
            location: asset.what.location.into(),
            availability: asset.what.availability.0,
            quantity: asset.what.quantity,
            expires: asset.what.expires_day,
        },
        Record::Activity(activity) => Form::Activity {
            time: micros(activity.time),
            kind: activity.what.kind.0,
            duration: activity.what.duration_s,
            steps: activity.what.steps,
            distance: activity.what.distance_m,
            energy: activity.what.energy_kj,
        },
        Record::Fall(fall) => Form::Fall {
            time: micros(fall.time),
            confidence: fall.what.confidence_percent,
            peak: fall.what.peak_milli_g,
            still: fall.what.still_s,
        },
        Record::Sleep(sleep) => Form::Sleep {
            time: micros(sleep.time),
            stage: sleep.what.stage.0,
            duration: sleep.what.duration_s,
        },
        Record::Consent(consent) => Form::Consent {
            time: micros(consent.time),
            reference: consent.what.reference.into(),
            version: consent.what.version,
        },
        Record::Setting(setting) => Form::Setting {
            time: micros(setting.time),
            name: setting.what.name.into(),
            value: setting.what.value.into(),
        },
        Record::Stream(stream) => Form::Stream {
            time: micros(stream.time),
            channel: stream.what.channel,
            position: Text(stream.what.position),
            data: hex(stream.what.data),
        },
    }
}

fn compound<'a>(whole: &Compound) -> Form<'a> {
    let component = |component: crate::reading::Component| form::Component {
        metric: component.metric.code(),
        status: component.status.bits(),
        unit: component.unit.code(),
        value: Text(component.value),
    };
    Form::Compound {
        metric: whole.metric.code(),
        time: micros(whole.time),
        status: whole.status.bits(),
        components: whole.components().map(component).collect(),
    }
}

fn waveform<'a>(block: &Waveform<'a>) -> Form<'a> {
    Form::Waveform {
        metric: block.metric.code(),
        unit: block.unit.code(),
        start: micros(block.start),
        rate: block.rate.as_millihertz(),
        first_index: Text(block.first_index),
        scale: Text(block.scale),
        zero: block.zero,
        codec: block.codec.as_u8(),
        count: block.count,
        samples: hex(block.data),
    }
}

fn series<'a>(values: &Series<'a>) -> Form<'a> {
    let (interval, intervals) = match values.cadence {
        Cadence::Every(interval) => (Some(interval.as_millis()), None),
        Cadence::Listed(intervals) => (None, Some(hex(intervals))),
    };
    Form::Series {
        metric: values.metric.code(),
        unit: values.unit.code(),
        start: micros(values.start),
        exponent: values.exponent,
        status: values.status.bits(),
        codec: values.codec.as_u8(),
        count: values.count,
        interval,
        intervals,
        samples: hex(values.data),
    }
}

fn stamp(stamp: &Stamp) -> form::Stamp {
    form::Stamp {
        epoch: stamp.epoch,
        quality: quality_code(stamp.wall.quality),
        // An error is never told smaller than it is.
        uncertainty: stamp.wall.uncertainty.as_micros().div_ceil(1_000),
        unix: Text(stamp.wall.unix_millis),
        utc_offset: stamp.wall.utc_offset_minutes,
    }
}

const fn micros(time: Instant) -> Micros {
    Text(time.as_micros())
}

const fn hex(bytes: &[u8]) -> Hex<'_> {
    Hex(Cow::Borrowed(bytes))
}
