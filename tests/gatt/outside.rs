//! All vectors of a file that is not part of the project, where the environment names it.

use super::{assert_comes_back, bytes, text};
use iomt::gatt::{
    CgmRecord, Contact, Error, GlucoseUnit, Payload, PressureUnit, TemperatureUnit, Units,
};
use serde_json::{Map, Value as Json, json};

fn vectors() -> Option<Json> {
    let shared = std::env::var_os("IOMT_SHARED")?;
    let path = std::path::Path::new(&shared).join("data/gatt/gatt_vectors.json");
    let text = std::fs::read_to_string(path).expect("the file of vectors can be read");
    Some(serde_json::from_str(&text).expect("the file of vectors is JSON"))
}

// IOMT-GATT-011
#[test]
fn every_vector_from_outside_agrees() {
    let Some(all) = vectors() else {
        println!("IOMT_SHARED is not set: no vectors from outside");
        return;
    };
    let mut count = 0;
    for vector in all["vectors"].as_array().expect("a list") {
        check(vector);
        count += 1;
    }
    assert_eq!(count, 54, "all vectors of the file");
    println!("{count} payloads from outside agree");
}

fn check(vector: &Json) {
    let id = &vector["id"];
    let field = |name: &str| vector[name].as_str().expect("a text").to_owned();
    let uuid = u16::from_str_radix(&field("char"), 16).expect("a number");
    let bytes = bytes(&field("hex"));
    let decoded = Payload::decode(uuid, &bytes);
    match field("result").as_str() {
        "valid" => {
            let payload = decoded.unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_subset(&vector["expect"], &meaning(&payload), id);
            assert_comes_back(uuid, &payload);
        }
        "crc_error" => {
            let record = &vector["expect"]["records"][0];
            let Err(Error::Checksum { found, .. }) = decoded else {
                panic!("{id}: {decoded:?}");
            };
            assert_eq!(record["crc"], format!("{found:04x}"));
        }
        "invalid" => assert!(decoded.is_err(), "{id}: {decoded:?}"),
        other => panic!("{id}: result {other}"),
    }
}

/// Every field that the vector names has the value that it names.
fn assert_subset(expected: &Json, found: &Json, id: &Json) {
    for (name, value) in expected.as_object().expect("an object") {
        let found = found.get(name).unwrap_or(&Json::Null);
        match (value, found) {
            (Json::Array(expected), Json::Array(found)) if name == "records" => {
                assert_eq!(expected.len(), found.len(), "{id}");
                for (expected, found) in expected.iter().zip(found) {
                    assert_subset(expected, found, id);
                }
            }
            _ => assert_eq!(value, found, "{id}: {name}"),
        }
    }
}

/// A payload in the words of the file.
fn meaning(payload: &Payload<'_>) -> Json {
    match payload {
        Payload::HeartRate(beat) => json!({
            "bpm": beat.beats_per_minute,
            "contact": match beat.contact {
                Contact::Unsupported => Json::Null,
                contact => json!(contact == Contact::Detected),
            },
            "energy_kj": beat.energy_kilojoules,
            "rr_1_1024s": beat.rr_intervals.iter().collect::<Vec<_>>(),
        }),
        Payload::BloodPressure(pressure) => {
            let mut all = cuff(pressure.unit, &pressure.details);
            all.insert("sys".into(), json!(text(pressure.systolic)));
            all.insert("dia".into(), json!(text(pressure.diastolic)));
            all.insert("map".into(), json!(text(pressure.mean)));
            all.into()
        }
        Payload::CuffPressure(pressure) => {
            let mut all = cuff(pressure.unit, &pressure.details);
            all.insert("cuff".into(), json!(text(pressure.pressure)));
            all.into()
        }
        Payload::Temperature(temperature) => json!({
            "unit": match temperature.unit {
                TemperatureUnit::Celsius => "Cel",
                TemperatureUnit::Fahrenheit => "[degF]",
            },
            "temp": text(temperature.value),
            "time": temperature.time.map(|time| time.to_string()),
            "type": temperature.site.map(|site| site.as_u8()),
        }),
        Payload::ContinuousOximetry(plx) => json!({
            "spo2": text(plx.normal.spo2),
            "pr": text(plx.normal.pulse_rate),
            "spo2_fast": plx.fast.map(|fast| text(fast.spo2)),
            "pr_fast": plx.fast.map(|fast| text(fast.pulse_rate)),
            "spo2_slow": plx.slow.map(|slow| text(slow.spo2)),
            "pr_slow": plx.slow.map(|slow| text(slow.pulse_rate)),
            "status": plx.details.status,
            "sensor": plx.details.sensor,
            "pai": plx.details.perfusion.map(text),
        }),
        Payload::SpotOximetry(plx) => json!({
            "spo2": text(plx.values.spo2),
            "pr": text(plx.values.pulse_rate),
            "time": plx.time.map(|time| time.to_string()),
            "status": plx.details.status,
            "sensor": plx.details.sensor,
            "pai": plx.details.perfusion.map(text),
            "clock_not_set": !plx.is_clock_set,
        }),
        Payload::Glucose(glucose) => json!({
            "seq": glucose.sequence,
            "time": glucose.base_time.to_string(),
            "offset_min": glucose.offset_minutes,
            "conc": glucose.sample.map(|sample| text(sample.concentration)),
            "unit": glucose.sample.map(|sample| match sample.unit {
                GlucoseUnit::KilogramPerLitre => "kg/L",
                GlucoseUnit::MolePerLitre => "mol/L",
            }),
            "type": glucose.sample.map(|sample| sample.kind),
            "location": glucose.sample.map(|sample| sample.location),
            "status": glucose.status,
            "context_follows": glucose.has_context,
        }),
        Payload::Cgm(cgm) => {
            let mut bytes = cgm.as_bytes();
            let records: Vec<_> = cgm
                .records()
                .map(|record| cgm_record(record, &mut bytes))
                .collect();
            json!({ "records": records })
        }
        Payload::Weight(weight) => json!({
            "unit": match weight.units {
                Units::Si => "kg",
                Units::Imperial => "[lb_av]",
            },
            "weight": weight.weight.map_or("unsuccessful".into(), |weight| weight.to_string()),
            "time": weight.time.map(|time| time.to_string()),
            "user": weight.user,
            "bmi": weight.body.map(|body| body.index.to_string()),
            "height": weight.body.map(|body| body.height.to_string()),
        }),
        Payload::Battery(battery) => json!({ "pct": battery.percent() }),
        other => panic!("no vector has a {other:?}"),
    }
}

fn cuff(unit: PressureUnit, details: &iomt::gatt::CuffDetails) -> Map<String, Json> {
    let fields = json!({
        "unit": match unit {
            PressureUnit::MillimetreOfMercury => "mm[Hg]",
            PressureUnit::Kilopascal => "kPa",
        },
        "time": details.time.map(|time| time.to_string()),
        "pulse": details.pulse_rate.map(text),
        "user": details.user,
        "status": details.status.map(|status| status.bits()),
    });
    fields.as_object().expect("an object").clone()
}

/// One record; its checksum is its last two octets.
fn cgm_record(record: CgmRecord, bytes: &mut &[u8]) -> Json {
    let (own, rest) = bytes.split_at(usize::from(bytes[0]));
    *bytes = rest;
    let checksum = record.has_checksum.then(|| {
        let [low, high] = own[own.len() - 2..] else {
            unreachable!()
        };
        format!("{:04x}", u16::from_le_bytes([low, high]))
    });
    json!({
        "conc_mg_dL": text(record.concentration),
        "offset_min": record.offset_minutes,
        "status": record.status,
        "caltemp": record.calibration,
        "warning": record.warning,
        "trend": record.trend.map(text),
        "quality": record.quality.map(text),
        "crc": checksum,
    })
}

// IOMT-DATA-021
#[test]
fn every_float_from_outside_agrees() {
    let Some(all) = vectors() else { return };
    let mut count = 0;
    for float in all["ieee11073_floats"].as_array().expect("a list") {
        let field = |name: &str| float[name].as_str().expect("a text");
        if field("expect").starts_with("UNDEFINED") {
            continue;
        }
        // A temperature holds a FLOAT, the pulse of a pulse oximeter an SFLOAT.
        let found = match field("type") {
            "FLOAT" => {
                let payload = bytes(&format!("00{}", field("le_hex")));
                Payload::decode(0x2A1C, &payload).map(|payload| match payload {
                    Payload::Temperature(temperature) => temperature.value,
                    other => panic!("{other:?}"),
                })
            }
            _ => {
                let payload = bytes(&format!("000000{}", field("le_hex")));
                Payload::decode(0x2A5F, &payload).map(|payload| match payload {
                    Payload::ContinuousOximetry(plx) => plx.normal.pulse_rate,
                    other => panic!("{other:?}"),
                })
            }
        };
        match (field("expect"), found) {
            ("RFU", found) => assert!(matches!(found, Err(Error::Reserved { .. }))),
            ("+INF", found) => assert_eq!(found, Ok(iomt::reading::Value::PositiveInfinity)),
            ("-INF", found) => assert_eq!(found, Ok(iomt::reading::Value::NegativeInfinity)),
            ("NRes", found) => assert_eq!(found, Ok(iomt::reading::Value::NotAtThisResolution)),
            (expected, found) => assert_eq!(text(found.expect(expected)), expected),
        }
        count += 1;
    }
    assert_eq!(count, 46, "all defined codes of the file");
    println!("{count} float codes from outside agree");
}
