mod details;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::fhir::{MedicationAdministration, ObservationComponent, Reference, parse_date_time};

fn made(uuid: u16, bytes: &[u8]) -> Vec<Resource> {
    made_as(uuid, bytes, |_| {})
}

/// With something else known of it.
fn made_as(uuid: u16, bytes: &[u8], change: impl FnOnce(&mut Received<'_>)) -> Vec<Resource> {
    let mut received = Received {
        subject: "Patient/7",
        at: parse_date_time("2024-03-15T14:30:45+01:00").unwrap(),
        measured: Stamp::None,
        device: None,
        identity: Identity::of_parts(&[bytes]),
        upload: Upload::Put,
    };
    change(&mut received);
    let payload = Payload::decode(uuid, bytes).unwrap();
    Resource::of_payload(&payload, &received)
}

fn observation(resource: &Resource) -> &Observation {
    match resource {
        Resource::Observation(own) => own,
        other => panic!("{other:?}"),
    }
}

fn administration(resource: &Resource) -> &MedicationAdministration {
    match resource {
        Resource::MedicationAdministration(own) => own,
        other => panic!("{other:?}"),
    }
}

fn reason(concept: Option<&CodeableConcept>) -> Option<&str> {
    concept?.code_of(terms::ABSENT)
}

#[test]
fn every_part_of_a_glucose_context_is_there_under_its_own_name() {
    let context = [
        0x7F, 0x2A, 0x00, 1, 0x32, 0xD0, 2, 0x51, 0x08, 0x07, 60, 1, 0x02, 0xD0, 0x41, 0xF0,
    ];
    let made = made(0x2A34, &context);
    assert_eq!(made.len(), 7);
    let hba1c = observation(&made[0]);
    assert_eq!(hba1c.metric(), Some(Metric::HBA1C));
    let dosage = administration(&made[1]).dosage.clone().unwrap();
    assert_eq!(dosage.dose.unwrap().code.as_deref(), Some("mL"));
    let carbohydrates = observation(&made[2]);
    let grams = carbohydrates.value_quantity.clone().unwrap();
    assert_eq!(grams.value.unwrap().0, 50.into());
    assert_eq!(grams.code.as_deref(), Some("g"));
    let text = |concept: &Option<CodeableConcept>| concept.clone().and_then(|c| c.text);
    let kind = &carbohydrates.component[0].value_codeable_concept;
    assert_eq!(text(kind).as_deref(), Some("breakfast"));
    let exercise: Vec<_> = observation(&made[3])
        .component
        .iter()
        .filter_map(|part| part.value_quantity.clone()?.value)
        .map(|number| number.0)
        .collect();
    assert_eq!(exercise, [1_800.into(), 60.into()]);
    for (index, name) in [(4, "after a meal"), (5, "self"), (6, "no health issues")] {
        let value = &observation(&made[index]).value_codeable_concept;
        assert_eq!(text(value).as_deref(), Some(name));
    }
}

#[test]
fn what_a_context_does_not_tell_is_absent_and_never_a_number() {
    let unknown = made(0x2A34, &[0x04, 1, 0, 0xFF]);
    for resource in &unknown {
        let absent = &observation(resource).data_absent_reason;
        assert_eq!(reason(absent.as_ref()), Some("unknown"));
    }
    assert_eq!(unknown.len(), 2, "tester and health");
    let empty = made(0x2A34, &[0x00, 1, 0]);
    assert_eq!(empty.len(), 1);
    // Rapid insulin, taken, and the amount is no number.
    let taken = made(0x2A34, &[0x10, 1, 0, 1, 0xFF, 0x07]);
    let taken = administration(&taken[0]);
    assert_eq!((taken.status.as_str(), &taken.dosage), ("completed", &None));
    let overrun = made(0x2A34, &[0x08, 1, 0, 0xFF, 0xFF, 100]);
    let duration = observation(&overrun[0]).component[0].value_quantity.clone();
    assert_eq!(duration.unwrap().comparator.as_deref(), Some(">="));
}

#[test]
fn a_glucose_without_a_concentration_is_absent_at_its_time() {
    let made = made(0x2A18, &[0x00, 0x2A, 0x00, 0xE8, 7, 3, 14, 8, 30, 0]);
    let glucose = observation(&made[0]);
    assert_eq!(glucose.metric(), Some(Metric::GLUCOSE));
    assert_eq!(reason(glucose.data_absent_reason.as_ref()), Some("unknown"));
    let time = glucose.effective_date_time.as_deref();
    assert_eq!(time, Some("2024-03-14T08:30:00+01:00"));
}

/// A compound of a number and, before and behind it, what is none.
fn compound(flags: u16, status: &[u8]) -> Vec<u8> {
    let mut body = flags.to_le_bytes().to_vec();
    body.extend(150_020_u32.to_le_bytes());
    body.extend(status);
    body.push(3);
    for (metric, class, value) in [
        (68_193_u32, 3, &[2, 0, b'o', b'k'][..]),
        (150_021, 1, &[0x20, 0x0F, 118, 0, 0, 0]),
        (68_194, 2, &[0x42, 0x42, 0x02, 0x00]),
    ] {
        body.extend(metric.to_le_bytes());
        body.push(class);
        body.extend(value);
    }
    let mut bytes = [0x03, 7].to_vec();
    bytes.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
    bytes.extend(body);
    bytes
}

// IOMT-FHIR-005
#[test]
fn nothing_of_a_compound_is_lost_because_it_is_no_number() {
    let made = made(0x2B8B, &compound(0x01, &[]));
    let whole = observation(&made[0]);
    let parts = &whole.component;
    assert_eq!((made.len(), parts.len()), (1, 3));
    assert!(parts[0].value_quantity.is_some());
    // Without the diastolic pressure it is none of the profile, and must not say so.
    assert_eq!(whole.meta, None);
    assert_eq!(whole.code.code_of(terms::LOINC), None);
    assert_eq!(parts[1].value_string.as_deref(), Some("ok"));
    let code = parts[2].value_codeable_concept.as_ref();
    assert_eq!(
        code.and_then(|code| code.code_of(terms::MDC)),
        Some("148034")
    );
}

#[test]
fn an_invalid_compound_shows_none_of_its_values() {
    let made = made(0x2B8B, &compound(0x09, &[0x01, 0x00]));
    let is_empty = |part: &ObservationComponent| {
        part.value_quantity.is_none()
            && part.value_string.is_none()
            && part.value_codeable_concept.is_none()
            && reason(part.data_absent_reason.as_ref()) == Some("error")
    };
    let parts = &observation(&made[0]).component;
    let values: Vec<_> = parts
        .iter()
        .filter(|part| part.code.code_of(terms::MDC).is_some())
        .collect();
    assert_eq!(values.len(), 3);
    assert!(values.into_iter().all(is_empty));
}

#[test]
fn a_clock_that_names_an_instant_tells_it_and_every_other_one_its_own_words() {
    let told = made(0x2A2B, &[0xE8, 7, 3, 15, 14, 30, 45, 5, 0, 0]);
    let time = observation(&told[0]).value_date_time.as_deref();
    assert_eq!(time, Some("2024-03-15T14:30:45+01:00"));
    let ticks = made(0x2BF2, &[0x01, 0x72, 0, 0, 0, 0, 0, 6, 0]);
    let words = observation(&ticks[0]).value_string.as_deref();
    assert_eq!(words, Some("114 times 1 s"));
}

#[test]
fn a_bundle_without_members_gives_nothing_and_collects_to_an_empty_bundle() {
    let none = made(0x2B8B, &[0x03, 0xFF, 3, 0, 0, 0, 0]);
    assert_eq!(none, []);
    let json = Resource::collected(none).to_json();
    assert_eq!(json, r#"{"resourceType":"Bundle","type":"collection"}"#);
}

#[test]
fn a_power_of_ten_beyond_the_last_is_no_number() {
    use crate::reading::{Decimal, Value};
    let shifted = crate::gatt::shifted(Value::Number(Decimal::new(1, 127)), 3);
    assert_eq!(shifted, Value::NotANumber);
}

#[test]
fn a_reading_of_the_future_has_the_time_of_its_receipt_and_what_the_device_told_in_words() {
    let temperature = |hour| {
        [
            0x02, 0x6C, 0x01, 0x00, 0xFF, 0xE8, 0x07, 3, 15, hour, 30, 46,
        ]
    };
    let on_time = made(0x2A1C, &temperature(14));
    let on_time = observation(&on_time[0]);
    let effective = on_time.effective_date_time.as_deref();
    assert_eq!(effective, Some("2024-03-15T14:30:46+01:00"));
    assert!(on_time.component.is_empty());

    let ahead = made(0x2A1C, &temperature(15));
    let ahead = observation(&ahead[0]);
    let effective = ahead.effective_date_time.as_deref();
    assert_eq!(effective, Some("2024-03-15T14:30:45+01:00"));
    let words = ahead.component[0].value_string.as_deref();
    assert_eq!(words, Some("2024-03-15T15:30:46"));

    // What a clock says of itself is a value, not a time of measurement.
    let clock = made(0x2A2B, &[0xE8, 0x07, 3, 15, 15, 30, 46, 5, 0, 0]);
    let told = observation(&clock[0]).value_date_time.as_deref();
    assert_eq!(told, Some("2024-03-15T15:30:46+01:00"));
}

fn part<'a>(resource: &'a Resource, code: &str) -> Option<&'a ObservationComponent> {
    let mut parts = observation(resource).component.iter();
    parts.find(|part| part.code.code_of("urn:iomt:gatt") == Some(code))
}

fn effective(resource: &Resource) -> Option<&str> {
    observation(resource).effective_date_time.as_deref()
}

const STORED: [u8; 12] = [0x02, 0x6C, 0x01, 0x00, 0xFF, 0xE8, 0x07, 3, 14, 8, 30, 0];

#[test]
fn local_time_of_an_unknown_offset_names_no_instant() {
    let made = made_as(0x2A1C, &STORED, |received| {
        received.at.utc_offset_minutes = None;
    });
    assert_eq!(effective(&made[0]), Some("2024-03-15T13:30:45Z"));
    let words = part(&made[0], "device-time")
        .unwrap()
        .value_string
        .as_deref();
    assert_eq!(words, Some("2024-03-14T08:30:00"));
    // A session whose start tells its offset does name one, wherever the receipt is.
    let start = crate::gatt::SessionStart::decode(&[0xE8, 7, 3, 14, 8, 0, 0, 4, 0]).unwrap();
    let stamp = Stamp::Session {
        minutes: 30,
        start: Some(start),
    };
    assert_eq!(
        wherever(stamp).map(|clock| clock.unix_millis),
        stamp.wall_clock(0).map(|clock| clock.unix_millis)
    );
    assert!(wherever(stamp).is_some());
}

#[test]
fn a_stored_value_sent_again_has_one_name_and_a_server_that_creates_keeps_the_first_time() {
    let sent = |at: &str| {
        let made = made_as(0x2A1C, &STORED, |received| {
            received.at = parse_date_time(at).unwrap();
            received.upload = Upload::Conditional;
        });
        let time = effective(&made[0]).unwrap().to_owned();
        let Resource::Bundle(bundle) = Resource::from(Bundle::creation(made)) else {
            panic!("a bundle")
        };
        (time, bundle.entry[0].request.clone().unwrap())
    };
    // In another zone, and by a clock that was ahead when it was first sent.
    for at in ["2024-03-29T10:00:00+02:00", "2024-03-14T07:00:00+01:00"] {
        let (first, again) = (sent("2024-03-15T10:00:00+01:00"), sent(at));
        assert_ne!(first.0, again.0);
        assert_eq!(first.1, again.1);
        assert_eq!(
            (first.1.method.as_str(), first.1.url.as_str()),
            ("POST", "Observation")
        );
        let query = first.1.if_none_exist.unwrap();
        assert!(
            query.starts_with("identifier=urn:ietf:rfc:3986|urn:uuid:"),
            "{query}"
        );
    }
}

#[test]
fn a_glucose_context_has_the_time_of_its_measurement() {
    // A meal and rapid insulin.
    let context = [0x12, 42, 0, 2, 1, 0x02, 0xD0];
    let time = crate::gatt::DateTime {
        year: 2024,
        month: 3,
        day: 14,
        hours: 8,
        minutes: 30,
        seconds: 0,
    };
    let known = made_as(0x2A34, &context, |received| {
        received.measured = Stamp::Local {
            time,
            offset_minutes: 5,
        };
    });
    let insulin = administration(&known[0]);
    assert_eq!(insulin.effective_date_time, "2024-03-14T08:35:00+01:00");
    assert_eq!(insulin.note, []);
    assert_eq!(effective(&known[1]), Some("2024-03-14T08:35:00+01:00"));
    assert_eq!(part(&known[1], "device-time"), None);
    // Where nobody has said it, the time of receipt is marked as such.
    let unknown = made(0x2A34, &context);
    assert!(
        administration(&unknown[0]).note[0]
            .text
            .contains("time of its receipt")
    );
    let told = part(&unknown[1], "device-time").unwrap();
    assert_eq!(reason(told.data_absent_reason.as_ref()), Some("unknown"));
}

#[test]
fn a_value_from_the_storage_of_an_oximeter_is_not_of_now() {
    let stored = |status: [u8; 2]| {
        let made = made(0x2A5E, &[0x02, 98, 0, 72, 0, status[0], status[1]]);
        part(&made[0], "device-time").cloned()
    };
    let told = stored([0x00, 0x02]).unwrap();
    assert_eq!(reason(told.data_absent_reason.as_ref()), Some("unknown"));
    assert_eq!(stored([0x20, 0x00]), None);
}

#[test]
fn what_a_device_counts_has_no_identifier_without_the_device() {
    let time = [0xE8, 7, 3, 14, 8, 30, 0];
    let glucose = [&[0x00, 42, 0][..], &time].concat();
    assert_eq!(observation(&made(0x2A18, &glucose)[0]).identifier, []);
    let named = made_as(0x2A18, &glucose, |received| {
        received.device = Some("Device/1");
    });
    assert_eq!(observation(&named[0]).identifier.len(), 1);
    let context = made(0x2A34, &[0x02, 42, 0, 2]);
    let focus = &observation(&context[0]).focus[0];
    assert_eq!(focus.identifier, None);
    assert_eq!(
        focus.display.as_deref(),
        Some("glucose measurement 42 of the same device")
    );
}

#[test]
fn a_setting_is_no_measurement_and_an_entry_by_hand_says_so() {
    // A pulse of 72, with a status.
    let pulse = |status: [u8; 2]| {
        let head = [0x03, 1, 14, 0, 0x09, 0, 0x82, 0x41, 2, 0];
        let value = [0xA0, 0x0A, 72, 0, 0, 0];
        made(0x2B8B, &[&head[..], &status, &value].concat())
    };
    let measured = pulse([0, 0]);
    assert!(observation(&measured[0]).meta.is_some());
    let setting = pulse([0x80, 0]);
    let setting = observation(&setting[0]);
    assert_eq!((&setting.meta, &setting.category[..]), (&None, &[][..]));
    assert_eq!(setting.code.code_of(terms::LOINC), None);
    assert_eq!(setting.metric(), Some(Metric::HEART_RATE));
    let entered = pulse([0x40, 0]);
    let method = observation(&entered[0]).method.as_ref();
    assert_eq!(
        method.and_then(|method| method.code_of(terms::ORIGIN)),
        Some("3")
    );
}
