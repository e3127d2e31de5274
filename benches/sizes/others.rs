//! The same content, as others encode it: each is written and read here, and nothing is reckoned.

mod protobuf;
mod senml;

use std::hint::black_box;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::timed;
use protobuf::{Message, zigzag};
use senml::Entry;

/// What each encoding makes of a content.
pub(super) struct Others {
    pub(super) postcard: Timed,
    pub(super) protobuf: Timed,
    pub(super) senml: Timed,
    pub(super) fhir: Timed,
}

const UNIX_SECONDS: i64 = 1_764_000_000;

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

    fn protobuf(message: &Message) -> Self {
        let mut buffer = [0; 512];
        let write = timed(|| {
            black_box(black_box(message).write(black_box(&mut buffer)));
        });
        let written = message.write(&mut buffer);
        let read = timed(|| {
            black_box(Message::read(black_box(written)));
        });
        assert_eq!(Message::read(written), *message, "what was written is read");
        Self {
            bytes: written.len(),
            write,
            read,
        }
    }

    fn senml(pack: &[Entry<'_>]) -> Self {
        let mut buffer = [0; 512];
        let write = timed(|| {
            black_box(senml::write(black_box(pack), black_box(&mut buffer)));
        });
        let written = senml::write(pack, &mut buffer);
        let read = timed(|| {
            black_box(senml::read(black_box(written)));
        });
        assert_eq!(senml::read(written), pack, "what was written is read");
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

pub(super) fn heart_rate() -> Others {
    Others {
        postcard: Timed::postcard(&Plain {
            metric: 147_842,
            offset_ms: 1_000,
            value: 72,
        }),
        protobuf: Timed::protobuf(&Message::of(&[147_842, 1_000, zigzag(72)])),
        // The time in seconds, before the one of its receipt.
        senml: Timed::senml(&[Entry::named("hr", "beat/min", 72).at(-1)]),
        fhir: Timed::fhir(&[fhir_pulse(0, 72)]),
    }
}

pub(super) fn blood_pressure() -> Others {
    let values = [
        (150_021, "sys", "8480-6", 138),
        (150_022, "dia", "8462-4", 88),
        (150_023, "map", "8478-0", 104),
    ];
    let plain: Vec<(u32, i32)> = values
        .iter()
        .map(|(code, _, _, value)| (*code, *value))
        .collect();
    let parts: Vec<[u64; 2]> = plain
        .iter()
        .map(|(code, value)| [u64::from(*code), zigzag(i64::from(*value))])
        .collect();
    let pack: Vec<Entry<'_>> = values
        .iter()
        .map(|(_, name, _, value)| Entry::named(name, "mm[Hg]", i64::from(*value)).at(-1))
        .collect();
    let components: Vec<Value> = values
        .iter()
        .map(|(_, _, loinc, value)| {
            let mut component = quantity(*value, "mm[Hg]");
            component["code"] =
                serde_json::json!({"coding": [{"system": "http://loinc.org", "code": loinc}]});
            component
        })
        .collect();
    let panel = serde_json::json!({ "component": components });
    Others {
        postcard: Timed::postcard(&(1_000_u32, plain)),
        protobuf: Timed::protobuf(&Message::of(&[1_000]).with_parts(&parts)),
        senml: Timed::senml(&pack),
        fhir: Timed::fhir(&[fhir_observation(
            "85354-9",
            "2025-11-24T17:00:00+01:00",
            panel,
        )]),
    }
}

pub(super) fn heart_rates(rates: &[i32]) -> Others {
    let small: Vec<u8> = rates
        .iter()
        .filter_map(|rate| u8::try_from(*rate).ok())
        .collect();
    let differences = rates
        .windows(2)
        .map(|pair| zigzag(i64::from(pair[1] - pair[0])));
    let packed: Vec<u64> = core::iter::once(u64::from(rates[0].unsigned_abs()))
        .chain(differences)
        .collect();
    // Name and unit once, as base name and base unit; then value and time.
    let first = Entry::based("hr", "beat/min", i64::from(rates[0]));
    let others = (1_i64..).zip(&rates[1..]);
    let pack: Vec<Entry<'_>> = core::iter::once(first)
        .chain(others.map(|(time, rate)| Entry::of(i64::from(*rate)).at(time)))
        .collect();
    let resources = rates.iter().enumerate();
    let resources: Vec<Value> = resources
        .map(|(second, rate)| fhir_pulse(second, *rate))
        .collect();
    Others {
        postcard: Timed::postcard(&(147_842_u32, 1_000_u32, 1_000_u16, small)),
        protobuf: Timed::protobuf(&Message::of(&[147_842, 1_000, 1_000]).with_packed(&packed)),
        senml: Timed::senml(&pack),
        fhir: Timed::fhir(&resources),
    }
}

pub(super) fn stamped() -> Others {
    let plain = (
        147_842_u32,
        264_864_u32,
        86_401_000_u64,
        1_764_000_000_000_i64,
        (2_u8, 50_u32, 60_i16, 2_u32),
        72_i32,
    );
    let fields = [
        147_842,
        264_864,
        86_401_000,
        1_764_000_000_000,
        2,
        50,
        zigzag(60),
        2,
        zigzag(72),
    ];
    Others {
        postcard: Timed::postcard(&plain),
        protobuf: Timed::protobuf(&Message::of(&fields)),
        // `SenML` has no place for the quality of a clock.
        senml: Timed::senml(&[Entry::named("hr", "beat/min", 72).at(UNIX_SECONDS)]),
        fhir: Timed::fhir(&[fhir_pulse(0, 72)]),
    }
}
