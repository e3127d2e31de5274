//! The members of each kind of record.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::text::{Hex, Text};
use crate::reading::{Decimal, Value};

/// Microseconds of the device's clock.
pub(super) type Micros = Text<u64>;
type Words<'a> = Cow<'a, str>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "record",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(super) enum Form<'a> {
    Observation {
        metric: u32,
        unit: u32,
        time: Micros,
        value: Text<Value>,
        status: u16,
    },
    Stamped {
        metric: u32,
        unit: u32,
        time: Micros,
        value: Text<Value>,
        status: u16,
        stamp: Stamp,
    },
    Compound {
        metric: u32,
        time: Micros,
        status: u16,
        components: Vec<Component>,
    },
    Waveform {
        metric: u32,
        unit: u32,
        start: Micros,
        rate: u32,
        first_index: Text<u64>,
        scale: Text<Decimal>,
        zero: i32,
        codec: u8,
        count: u16,
        samples: Hex<'a>,
    },
    Series {
        metric: u32,
        unit: u32,
        start: Micros,
        exponent: i8,
        status: u16,
        codec: u8,
        count: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interval: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intervals: Option<Hex<'a>>,
        samples: Hex<'a>,
    },
    Descriptor {
        manufacturer: Words<'a>,
        model: Words<'a>,
        serial: Words<'a>,
        firmware: Words<'a>,
        udi_device: Words<'a>,
        udi_production: Words<'a>,
    },
    Gap {
        first_sequence: Text<u64>,
        count: u32,
        reason: u8,
    },
    Context {
        back: u32,
        device: u32,
        location: u8,
        method: u8,
        origin: u8,
        algorithm: Words<'a>,
        algorithm_version: Words<'a>,
    },
    Event {
        time: Micros,
        kind: u16,
        subject: u32,
        source: Text<u64>,
        detail: u32,
    },
    Calibration {
        time: Micros,
        metric: u32,
        unit: u32,
        reference: Text<Decimal>,
        slope: Text<Decimal>,
        intercept: Text<Decimal>,
        valid_for: u32,
    },
    ClockSync {
        time: Micros,
        stamp: Stamp,
    },
    Text {
        time: Micros,
        language: Words<'a>,
        text: Words<'a>,
    },
    Dose {
        time: Micros,
        medicine: Words<'a>,
        amount: u32,
        unit: u32,
        adherence: u8,
        planned_before: i32,
        reporter: u8,
    },
    InsulinBasal {
        time: Micros,
        rate: u32,
        duration: u32,
        outcome: u8,
    },
    InsulinBolus {
        time: Micros,
        requested: u32,
        delivered: u32,
        outcome: u8,
    },
    Asset {
        time: Micros,
        item: Words<'a>,
        location: Words<'a>,
        availability: u8,
        quantity: u32,
        expires: u32,
    },
    Activity {
        time: Micros,
        kind: u8,
        duration: u32,
        steps: u32,
        distance: u32,
        energy: u32,
    },
    Fall {
        time: Micros,
        confidence: u8,
        peak: u16,
        still: u16,
    },
    Sleep {
        time: Micros,
        stage: u8,
        duration: u32,
    },
    Consent {
        time: Micros,
        reference: Words<'a>,
        version: u32,
    },
    Setting {
        time: Micros,
        name: Words<'a>,
        value: Words<'a>,
    },
    Stream {
        time: Micros,
        channel: u16,
        position: Text<u64>,
        data: Hex<'a>,
    },
    Unknown {
        tag: u32,
        body: Hex<'a>,
    },
}

// The fields of what stands within a record are in the order of their names: they are written so.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    pub(super) metric: u32,
    #[serde(default, skip_serializing_if = "is_valid")]
    pub(super) status: u16,
    pub(super) unit: u32,
    pub(super) value: Text<Value>,
}

const fn is_valid(status: &u16) -> bool {
    *status == 0
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Stamp {
    pub(super) epoch: u32,
    pub(super) quality: u8,
    pub(super) uncertainty: u64,
    pub(super) unix: Text<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) utc_offset: Option<i16>,
}
