//! The same content, as others encode it.

use std::hint::black_box;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::timed;

/// Bytes in each encoding, and how long plain postcard and FHIR take.
pub(super) struct Sizes {
    pub(super) postcard: Timed,
    pub(super) protobuf: usize,
    pub(super) senml: usize,
    pub(super) fhir: Timed,
}

const UNIX_SECONDS: u64 = 1_764_000_000;

/// A reading as a struct that nobody has thought about.
#[derive(Serialize, Deserialize)]
struct Plain {
    metric: u32,
    offset_ms: u32,
    value: i32,
}

/// What an encoder makes of the content: bytes, and nanoseconds to write and read them.
pub(super) struct Timed {
    pub(super) bytes: usize,
    pub(super) write: f64,
    pub(super) read: f64,
}

impl Timed {
    fn postcard<T: Serialize + DeserializeOwned>(value: &T) -> Self {
        let mut buffer = [0; 512];
        let write = timed(|| {
            black_box(postcard::to_slice(black_box(value), black_box(&mut buffer)).unwrap());
        });
        let written = postcard::to_slice(value, &mut buffer).unwrap();
        let read = timed(|| {
            black_box(postcard::from_bytes::<T>(black_box(written)).unwrap());
        });
        Self {
            bytes: written.len(),
            write,
            read,
        }
    }

    /// Resources of FHIR, one after the other.
    fn fhir(resources: &[Value]) -> Self {
        let text = |resource: &Value| resource.to_string();
        let written: Vec<String> = resources.iter().map(text).collect();
        let write = timed(|| {
            for resource in black_box(resources) {
                black_box(text(resource));
            }
        });
        let read = timed(|| {
            for resource in black_box(&written) {
                black_box(serde_json::from_str::<Value>(resource).unwrap());
            }
        });
        Self {
            bytes: written.iter().map(String::len).sum(),
            write,
            read,
        }
    }
}

const fn varint(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// A protobuf field of a varint, its key one byte.
const fn field(value: u64) -> usize {
    1 + varint(value)
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// A CBOR head and its argument.
const fn cbor(value: u64) -> usize {
    match value {
        0..24 => 1,
        24..0x100 => 2,
        0x100..0x1_0000 => 3,
        0x1_0000..0x1_0000_0000 => 5,
        _ => 9,
    }
}

/// A `SenML` entry: a map of so many pairs, keys one byte each, a name, a unit.
fn senml_entry(name: &str, unit: &str, value: u64) -> usize {
    1 + (1 + 1 + name.len()) + (1 + 1 + unit.len()) + (1 + cbor(value))
}

fn fhir_observation(loinc: &str, time: &str, value: Value) -> Value {
    let mut observation = serde_json::json!({
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "vital-signs"
        }]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "effectiveDateTime": time
    });
    if let (Some(fields), Some(more)) = (observation.as_object_mut(), value.as_object()) {
        fields.extend(more.clone());
    }
    observation
}

fn quantity(value: i32, unit: &str) -> Value {
    serde_json::json!({"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}})
}

fn fhir_pulse(second: usize, value: i32) -> Value {
    let time = format!("2025-11-24T17:00:{second:02}+01:00");
    fhir_observation("8867-4", &time, quantity(value, "/min"))
}

pub(super) fn heart_rate() -> Sizes {
    Sizes {
        postcard: Timed::postcard(&Plain {
            metric: 147_842,
            offset_ms: 1_000,
            value: 72,
        }),
        protobuf: field(147_842) + field(1_000) + field(zigzag(72)) + 2,
        // An array of one, and the time in seconds, relative.
        senml: 1 + senml_entry("hr", "beat/min", 72) + 2,
        fhir: Timed::fhir(&[fhir_pulse(0, 72)]),
    }
}

pub(super) fn blood_pressure() -> Sizes {
    let values = [
        (150_021, "8480-6", 138),
        (150_022, "8462-4", 88),
        (150_023, "8478-0", 104),
    ];
    let plain: Vec<(u32, i32)> = values
        .iter()
        .map(|(code, _, value)| (*code, *value))
        .collect();
    let component = |(code, _, value): &(u32, &str, i32)| {
        2 + field((*code).into()) + field(zigzag((*value).into()))
    };
    let components: Vec<Value> = values
        .iter()
        .map(|(_, loinc, value)| {
            let mut component = quantity(*value, "mm[Hg]");
            component["code"] =
                serde_json::json!({"coding": [{"system": "http://loinc.org", "code": loinc}]});
            component
        })
        .collect();
    let panel = serde_json::json!({ "component": components });
    Sizes {
        postcard: Timed::postcard(&(1_000_u32, plain)),
        protobuf: 2 + field(1_000) + values.iter().map(component).sum::<usize>(),
        senml: 1 + values
            .iter()
            .map(|(_, _, value)| senml_entry("sys", "mm[Hg]", value.unsigned_abs().into()) + 2)
            .sum::<usize>(),
        fhir: Timed::fhir(&[fhir_observation(
            "85354-9",
            "2025-11-24T17:00:00+01:00",
            panel,
        )]),
    }
}

pub(super) fn heart_rates(rates: &[i32]) -> Sizes {
    let unsigned = |rate: &i32| u64::from(rate.unsigned_abs());
    let differences = rates
        .windows(2)
        .map(|pair| varint(zigzag(i64::from(pair[1] - pair[0]))));
    let packed: usize = differences.sum::<usize>() + varint(unsigned(&rates[0]));
    let small: Vec<u8> = rates
        .iter()
        .filter_map(|rate| u8::try_from(*rate).ok())
        .collect();
    Sizes {
        postcard: Timed::postcard(&(147_842_u32, 1_000_u32, 1_000_u16, small)),
        protobuf: 2 + field(147_842) + field(1_000) + field(1_000) + 2 + packed,
        // Name and unit once, as base name and base unit; then value and time.
        senml: 2
            + senml_entry("hr", "beat/min", unsigned(&rates[0]))
            + (1_u64..60)
                .zip(&rates[1..])
                .map(|(time, rate)| 1 + 1 + cbor(unsigned(rate)) + 1 + cbor(time))
                .sum::<usize>(),
        fhir: Timed::fhir(
            &rates
                .iter()
                .enumerate()
                .map(|(second, rate)| fhir_pulse(second, *rate))
                .collect::<Vec<_>>(),
        ),
    }
}

pub(super) fn stamped() -> Sizes {
    let plain = (
        147_842_u32,
        264_864_u32,
        86_401_000_u64,
        1_764_000_000_000_i64,
        (2_u8, 50_u32, 60_i16, 2_u32),
        72_i32,
    );
    Sizes {
        postcard: Timed::postcard(&plain),
        protobuf: 2
            + field(147_842)
            + field(264_864)
            + field(86_401_000)
            + field(1_764_000_000_000)
            + field(2)
            + field(50)
            + field(zigzag(60))
            + field(2)
            + field(zigzag(72)),
        // `SenML` has no place for the quality of a clock.
        senml: 1 + senml_entry("hr", "beat/min", 72) + 1 + cbor(UNIX_SECONDS),
        fhir: Timed::fhir(&[fhir_pulse(0, 72)]),
    }
}
