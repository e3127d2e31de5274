//! The canonical JSON of every record, against its schema and the test vectors.

use iomt::wire::{Envelope, Record, RecordJson, Records};
use serde_json::{Value, json};

use super::json_schema::{is_valid, schema};
use super::{bytes, samples};

pub(crate) fn assert_comes_back(record: &Record<'_>) {
    let json = RecordJson::from(record).to_json();
    let read: RecordJson<'_> = json.parse().unwrap();
    let back = read.record().unwrap();
    assert_eq!(back, *record, "{json}");
    assert_eq!(format!("{back:?}"), format!("{record:?}"), "digits, {json}");
    assert_eq!(RecordJson::from(&back).to_json(), json);
}

fn parsed(record: &Record<'_>) -> Value {
    serde_json::from_str(&RecordJson::from(record).to_json()).unwrap()
}

#[test]
fn the_json_of_every_record_is_valid_by_the_schema_and_spoilt_it_is_not() {
    let whole = schema();
    let mut spoilt = 0;
    for (name, record) in samples() {
        let json = parsed(&record);
        assert!(is_valid(&json, &whole, &whole), "{name}: {json}");
        assert_comes_back(&record);
        let refused = |bad: Value| {
            assert!(!is_valid(&bad, &whole, &whole), "{name}: {bad}");
            assert!(
                serde_json::from_value::<RecordJson<'_>>(bad.clone()).is_err(),
                "{name}: {bad}"
            );
        };
        for member in json.as_object().unwrap().keys() {
            let mut without = json.clone();
            without.as_object_mut().unwrap().remove(member);
            let is_optional = member == "interval" || member == "intervals";
            if is_optional {
                assert!(
                    serde_json::from_value::<RecordJson<'_>>(without)
                        .unwrap()
                        .record()
                        .is_err()
                );
            } else {
                refused(without);
                spoilt += 1;
            }
            let mut of_other_type = json.clone();
            of_other_type[member] = json!([1.5]);
            refused(of_other_type);
            spoilt += 1;
        }
        let mut longer = json.clone();
        longer["colour"] = "red".into();
        refused(longer);
        spoilt += 1;
    }
    println!("{spoilt} spoilt records are refused");
    assert!(spoilt > 300);
}

#[test]
fn decimals_have_one_text_each() {
    let observation = |value: &str| json!({"record": "observation", "metric": 1, "unit": 1, "time": "5", "status": 0, "value": value});
    let read = |value: &str| serde_json::from_value::<RecordJson<'_>>(observation(value));
    for good in [
        "0e0",
        "-1e-128",
        "2147483647e127",
        "nan",
        "nres",
        "+inf",
        "-inf",
        "<7e1",
        ">-7e0",
    ] {
        assert!(read(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "7",
        "07e0",
        "+7e0",
        "7e+0",
        "7e00",
        "7e128",
        "2147483648e0",
        "-0e0",
        "NaN",
        "<nan",
        "7.0e0",
        " 7e0",
        "7e",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn members_stand_in_the_order_of_their_names_at_every_depth() {
    for (name, record) in samples() {
        let json = RecordJson::from(&record).to_json();
        let sorted = serde_json::to_string(&parsed(&record)).unwrap();
        assert_eq!(json, sorted, "{name}");
    }
}

/// The vectors say the same records, with their sequences.
#[test]
fn the_json_of_the_vectors_is_the_canonical_one() {
    let vectors: Value =
        serde_json::from_str(include_str!("../vectors/reading_decode.json")).unwrap();
    let groups = vectors["testGroups"].as_array().unwrap();
    let tests = groups
        .iter()
        .flat_map(|group| group["tests"].as_array().unwrap());
    let mut compared = 0;
    for test in tests.filter(|test| test["expected"]["result"]["records"].is_array()) {
        let plaintext = bytes(test["request"]["plaintext"].as_str().unwrap());
        let said = test["expected"]["result"]["records"].as_array().unwrap();
        let envelope = Envelope::parse(&plaintext).unwrap();
        for ((sequence, record), said) in Records::new(&envelope).zip(said) {
            let Ok(record) = record else {
                assert!(said["error"].is_string());
                continue;
            };
            let mut made = parsed(&record);
            made["sequence"] = sequence.to_string().into();
            assert_eq!(made, *said);
            compared += 1;
        }
    }
    println!("{compared} records of the vectors");
    assert!(compared > 50);
}
