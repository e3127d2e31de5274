mod records;

use super::*;
use crate::reading::{self, Decimal, Metric, Status, Unit, Value};
use crate::time::Instant;
use alloc::string::String;
use alloc::vec::Vec;

fn context(sequence: u64, upload: Upload) -> Context<'static> {
    Context {
        subject: "Patient/7",
        effective: "2024-03-15T14:30:45Z",
        device: Some("Device/1"),
        identity: Identity::of_record(b"clinic", b"device", 1, sequence),
        upload,
    }
}

fn reading(metric: u32, unit: u32, value: Value, status: Status) -> reading::Observation {
    reading::Observation {
        status,
        ..reading::Observation::new(
            Metric::from_code(metric),
            Unit::from_code(unit),
            Instant::ZERO,
            value,
        )
    }
}

fn saturation(value: impl Into<Value>, status: Status) -> reading::Observation {
    reading(150_456, 262_688, value.into(), status)
}

fn back(resource: impl Into<Resource>) -> Resource {
    let resource = resource.into();
    let read = Resource::from_json(&resource.to_json()).unwrap();
    assert_eq!(read, resource);
    read
}

fn observation(resource: Resource) -> Observation {
    match resource {
        Resource::Observation(observation) => *observation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_written_is_read_back() {
    let all = [
        reading(147_842, 264_864, 72.into(), Status::VALID),
        reading(151_562, 264_928, 16.into(), Status::ONGOING),
        reading(
            150_364,
            268_192,
            Decimal::new(3_760, -2).into(),
            Status::VALIDATED,
        ),
        reading(
            188_424,
            266_560,
            Decimal::new(986, -1).into(),
            Status::EARLY,
        ),
        saturation(Value::BelowRange(70.into()), Status::QUESTIONABLE),
        saturation(Value::AboveRange(100.into()), Status::VALID),
        reading(
            160_020,
            266_866,
            Decimal::new(54, -1).into(),
            Status::VALIDATED,
        ),
        reading(
            160_212,
            264_274,
            115.into(),
            Status::ONGOING | Status::QUESTIONABLE,
        ),
    ];
    for reading in all {
        let written = Observation::of(&reading, &context(1, Upload::Put));
        let read = observation(back(written)).reading().unwrap();
        assert_eq!(read, reading);
        let digits = |value| match value {
            Value::Number(number) => Some((number.mantissa(), number.exponent())),
            _ => None,
        };
        assert_eq!(
            digits(read.value),
            digits(reading.value),
            "precision is kept"
        );
    }
}

// IOMT-FHIR-002
#[test]
fn a_value_that_is_not_valid_is_absent_and_never_a_number() {
    for (status, value, code) in [
        (Status::INVALID, Value::from(20), "error"),
        (Status::NOT_AVAILABLE, Value::from(0), "unknown"),
        (Status::CALIBRATING, Value::from(40), "temp-unknown"),
        (Status::TEST, Value::from(98), "not-performed"),
        (Status::DEMO, Value::from(98), "not-performed"),
        (Status::VALID, Value::NotANumber, "not-a-number"),
        (Status::VALID, Value::NotAtThisResolution, "error"),
        (Status::VALID, Value::PositiveInfinity, "positive-infinity"),
        (Status::VALID, Value::NegativeInfinity, "negative-infinity"),
    ] {
        let written = Observation::of(&saturation(value, status), &context(1, Upload::Put));
        assert_eq!(written.value_quantity, None);
        let reason = written.data_absent_reason.as_ref().unwrap();
        assert_eq!(reason.code_of(terms::ABSENT), Some(code));
        let read = observation(back(written)).reading().unwrap();
        assert_eq!(read.status, status);
        assert_eq!(read.usable(), None);
    }
}

// IOMT-FHIR-002
#[test]
fn value_below_range_is_never_shown_as_a_number() {
    let low = saturation(Value::BelowRange(70.into()), Status::VALID);
    let json = Resource::from(Observation::of(&low, &context(1, Upload::Put))).to_json();
    assert!(json.contains(r#""value":70,"comparator":"<""#), "{json}");
}

// IOMT-FHIR-006
#[test]
fn test_data_are_marked() {
    let control = saturation(98, Status::TEST);
    let written = Observation::of(&control, &context(1, Upload::Put));
    let security = &written.meta.as_ref().unwrap().security;
    assert!(security[0].is(terms::ACT_REASON, "HTEST"));
    assert_eq!(written.value_quantity, None, "it is no patient's value");
}

// IOMT-FHIR-011
#[test]
fn a_number_outside_its_plausible_range_is_written_and_marked() {
    let hot = |value, status| {
        let part = reading(150_364, 268_192, value, status);
        Observation::of(&part, &context(1, Upload::Put))
    };
    let marked = |made: &Observation| {
        made.interpretation
            .iter()
            .any(|one| one.code_of(terms::PLAUSIBILITY) == Some("implausible"))
    };
    assert!(
        marked(&hot(98.into(), Status::VALID)),
        "degrees Fahrenheit as Celsius"
    );
    assert!(hot(98.into(), Status::VALID).value_quantity.is_some());
    assert!(!marked(&hot(37.into(), Status::VALID)));
    assert!(
        !marked(&hot(98.into(), Status::INVALID)),
        "nothing is shown"
    );
}

#[test]
fn a_device_word_stands_beside_the_value() {
    let word = reading::DeviceWord::MOTION | reading::DeviceWord::LOW_PERFUSION;
    let said = reading::Context {
        back: 1,
        device: word.bits(),
        location: reading::SensorLocation(0),
        method: reading::Method(0),
        origin: reading::Origin(0),
        algorithm: "",
        algorithm_version: "",
    };
    let plain = Observation::of(&saturation(98, Status::VALID), &context(1, Upload::Put));
    let told = plain.clone().with_context(&said);
    let concept = told.component[0].value_codeable_concept.as_ref().unwrap();
    let codes: Vec<_> = concept
        .coding
        .iter()
        .map(|one| one.code.as_deref())
        .collect();
    assert_eq!(codes, [Some("3"), Some("5")]);
    assert_eq!(concept.text.as_deref(), Some("low perfusion, motion"));
    assert_eq!(told.reading(), plain.reading());
    let silent = reading::Context { device: 0, ..said };
    assert_eq!(plain.clone().with_context(&silent), plain);
}

// IOMT-FHIR-009
#[test]
fn nothing_delivered_is_no_dose_where_the_outcome_is_not_known() {
    use crate::reading::draft::{InsulinBolus, Outcome};
    for outcome in (0..=u8::MAX).map(Outcome) {
        for delivered in [0, 2_050] {
            let bolus = InsulinBolus {
                requested_milli_units: 4_500,
                delivered_milli_units: delivered,
                outcome,
            };
            let made = MedicationAdministration::of_bolus(&bolus, &context(1, Upload::Put));
            let is_known = (1..=5).contains(&outcome.0) && outcome != Outcome::UNKNOWN;
            assert_eq!(
                made.dosage.is_some(),
                is_known || delivered != 0,
                "{outcome:?}"
            );
            assert_eq!(made.bolus(), Some(bolus));
        }
    }
}

// IOMT-FHIR-003
#[test]
fn same_reading_uploaded_twice_has_the_same_name() {
    let pulse = saturation(98, Status::VALID);
    let write = |sequence, upload| {
        Resource::from(Observation::of(&pulse, &context(sequence, upload))).to_json()
    };
    assert_eq!(write(1, Upload::Put), write(1, Upload::Put));
    let id = |sequence| Observation::of(&pulse, &context(sequence, Upload::Put)).id;
    assert_ne!(id(1), id(2), "two equal doses in one second are two doses");
    let named = Observation::of(&pulse, &context(1, Upload::Conditional));
    assert_eq!(named.id, None);
    assert_eq!(
        named.identifier[0].value,
        Some(alloc::format!("urn:uuid:{}", id(1).unwrap()))
    );
}

// IOMT-FHIR-005
#[test]
fn a_blood_pressure_is_a_panel_in_the_unit_of_its_profile() {
    let pressure = |metric, unit, tenths| {
        reading(metric, unit, Decimal::new(tenths, -1).into(), Status::VALID)
    };
    let parts = [
        pressure(150_021, 266_016, 1_200),
        pressure(150_022, 266_016, 800),
        reading(150_023, 266_016, Value::NotANumber, Status::VALID),
    ];
    let panel = Metric::from_code(150_020);
    let written = Observation::panel(panel, &parts, &context(1, Upload::Put));
    let read = observation(back(written));
    assert_eq!(read.metric(), Some(panel));
    assert_eq!(read.value_quantity, None);
    let values: Vec<_> = read
        .parts()
        .unwrap()
        .iter()
        .map(|part| part.value)
        .collect();
    assert_eq!(values, parts.map(|part| part.value));

    let metric = [
        pressure(150_021, 265_987, 160),
        pressure(150_022, 265_987, 110),
    ];
    let written = Observation::panel(panel, &metric, &context(1, Upload::Put));
    let notes: Vec<_> = written.note.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        notes,
        [
            "systolic blood pressure measured 16.0 kPa",
            "diastolic blood pressure measured 11.0 kPa"
        ]
    );
    let systolic = written.component[0].value_quantity.as_ref().unwrap();
    assert_eq!(systolic.code.as_deref(), Some("mm[Hg]"));
    assert_eq!(systolic.value, Some(Number(Decimal::new(1_200, -1))));
}

// IOMT-FHIR-004
#[test]
fn each_vital_sign_carries_its_profile_s_code_beside_a_more_special_one() {
    let resting = Metric::RESTING_HEART_RATE.code();
    let written = |metric, unit| {
        let value = Decimal::from(58).into();
        let one = reading(metric, unit, value, Status::VALID);
        Observation::of(&one, &context(1, Upload::Put))
    };
    let codes = |made: &Observation| -> Vec<String> {
        let loinc = made.code.coding.iter();
        loinc
            .filter_map(|code| code.code_of(terms::LOINC))
            .map(String::from)
            .collect()
    };
    for (metric, unit, profile, expected) in [
        (resting, 264_864, "heartrate", &["40443-4", "8867-4"][..]),
        (150_456, 262_688, "oxygensat", &["59408-5", "2708-6"]),
        (188_420, 268_192, "bodytemp", &["8332-9", "8310-5"]),
        (147_842, 264_864, "heartrate", &["8867-4"]),
    ] {
        let made = written(metric, unit);
        let meta = made.meta.as_ref().unwrap();
        assert!(meta.profile[0].ends_with(profile), "{metric}");
        assert_eq!(codes(&made), expected, "{metric}");
    }
    // A pressure that is no panel, and the temperature of the skin or a room, are none of its profiles.
    for (metric, unit) in [
        (Metric::MEAN_PRESSURE, 266_016),
        (Metric::SYSTOLIC, 266_016),
        (Metric::SKIN_TEMPERATURE, 268_192),
        (Metric::ROOM_TEMPERATURE, 268_192),
    ] {
        assert_eq!(written(metric.code(), unit).meta, None, "{metric}");
    }
}

// IOMT-FHIR-004
#[test]
fn a_unit_that_no_profile_takes_makes_no_vital_sign() {
    let odd = reading(147_842, 266_418, 72.into(), Status::VALID);
    let written = Observation::of(&odd, &context(1, Upload::Put));
    assert_eq!(written.meta, None);
    assert_eq!(written.code.code_of(terms::LOINC), None);
}

#[test]
fn a_height_in_metres_is_one_in_centimetres_exactly() {
    let height = reading(
        188_740,
        263_424,
        Decimal::new(1_750, -3).into(),
        Status::VALID,
    );
    let json = Resource::from(Observation::of(&height, &context(1, Upload::Put))).to_json();
    assert!(json.contains(r#""value":175.0,"unit":"cm""#), "{json}");
}

// IOMT-FHIR-007
#[test]
fn a_waveform_is_sampled_data_and_comes_back() {
    let samples = [1_024, 1_030, 1_041, 1_029];
    let mut bytes = [0; 64];
    let len = reading::codec::encode(&samples, &mut bytes).unwrap();
    let mut block = reading::Waveform {
        metric: Metric::ECG_LEAD_II,
        unit: Unit::MILLIVOLT,
        start: Instant::ZERO,
        rate: crate::time::SampleRate::hz(360),
        first_index: 0,
        scale: Decimal::new(5, -3),
        zero: 1_024,
        codec: reading::codec::CodecId::SMALL,
        count: 4,
        data: &bytes[..len],
    };
    let written = Observation::waveform(&block, &context(1, Upload::Put)).unwrap();
    let data = observation(back(written)).value_sampled_data.unwrap();
    assert_eq!(data.samples().unwrap(), [0, 6, 17, 5]);
    assert_eq!(data.rate(), Some(block.rate));
    assert_eq!(data.factor, Some(Number(block.scale)));
    block.data = &[];
    assert!(Observation::waveform(&block, &context(1, Upload::Put)).is_err());
}

// IOMT-FHIR-008
#[test]
fn a_device_comes_back() {
    let descriptor = reading::Descriptor {
        manufacturer: "Acme",
        model: "Pulse 3",
        serial: "12",
        firmware: "1.2.3",
        udi_device: "(01)09506000134352",
        udi_production: "(21)12",
    };
    for known in [descriptor, reading::Descriptor::default()] {
        let written = Device::of(&known, &context(1, Upload::Conditional));
        match back(written) {
            Resource::Device(device) => assert_eq!(device.descriptor(), known),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_transaction_names_each_resource_by_the_caller_s_choice() {
    let pulse = saturation(98, Status::VALID);
    let urls = |upload| -> Vec<String> {
        let written = Observation::of(&pulse, &context(1, upload));
        match back(Bundle::transaction([written.into()])) {
            Resource::Bundle(bundle) => {
                assert!(bundle.entry[0].full_url.is_some());
                bundle
                    .entry
                    .into_iter()
                    .filter_map(|e| e.request)
                    .map(|r| r.url)
                    .collect()
            }
            other => panic!("{other:?}"),
        }
    };
    let id = Identity::of_record(b"clinic", b"device", 1, 1).id();
    assert_eq!(urls(Upload::Put), [alloc::format!("Observation/{id}")]);
    assert_eq!(
        urls(Upload::Conditional),
        [alloc::format!(
            "Observation?identifier=urn:ietf:rfc:3986|urn:uuid:{id}"
        )]
    );
}

/// What of a reading comes back, by the table of the module.
fn told(reading: &reading::Observation) -> reading::Observation {
    let named = [
        Status::INVALID,
        Status::QUESTIONABLE,
        Status::NOT_AVAILABLE,
        Status::CALIBRATING,
        Status::TEST,
        Status::DEMO,
        Status::VALIDATED,
        Status::EARLY,
        Status::ONGOING,
    ];
    let named = named.iter().fold(0, |all, bit| all | bit.bits());
    let status = Status::from_bits(reading.status.bits() & named);
    let is_number = matches!(
        reading.value,
        Value::Number(_) | Value::BelowRange(_) | Value::AboveRange(_)
    );
    let is_told = status.permits_use();
    let (value, unit) = match (is_told, is_number) {
        (false, _) => (Value::NotANumber, Unit::from_code(0)),
        (true, false) => (reading.value, Unit::from_code(0)),
        (true, true) if (reading.metric, reading.unit) == (Metric::BODY_HEIGHT, Unit::METRE) => {
            let hundredfold =
                |number: Decimal| Decimal::new(number.mantissa(), number.exponent() + 2);
            let value = match reading.value {
                Value::Number(number) => Value::Number(hundredfold(number)),
                Value::BelowRange(bound) => Value::BelowRange(hundredfold(bound)),
                Value::AboveRange(bound) => Value::AboveRange(hundredfold(bound)),
                other => other,
            };
            (value, Unit::CENTIMETRE)
        }
        (true, true) => (reading.value, reading.unit),
    };
    reading::Observation {
        status,
        ..reading::Observation::new(reading.metric, unit, Instant::ZERO, value)
    }
}

proptest::proptest! {
    #[test]
    fn what_comes_back_differs_in_nothing_but_what_the_module_says(
        row in 0..Metric::all().len(),
        odd_unit in 0..Metric::all().len() * 4,
        kind in 0_u8..7,
        mantissa: i32,
        exponent in -20_i8..20,
        status: u16,
        is_valid: bool,
    ) {
        let row = &Metric::all()[row];
        let others: Vec<_> = Metric::all().iter().filter_map(|row| row.unit).collect();
        let unit = others.get(odd_unit).copied().or(row.unit).unwrap_or(Unit::METRE);
        let number = Decimal::new(mantissa, exponent);
        let value = match kind {
            0 => Value::NotANumber,
            1 => Value::NotAtThisResolution,
            2 => Value::PositiveInfinity,
            3 => Value::NegativeInfinity,
            4 => Value::BelowRange(number),
            5 => Value::AboveRange(number),
            _ => Value::Number(number),
        };
        let status = if is_valid { 0 } else { status };
        let one = reading(row.metric.code(), unit.code(), value, Status::from_bits(status));
        let written = Observation::of(&one, &context(1, Upload::Put));
        let read = observation(back(written)).reading().unwrap();
        let expected = told(&one);
        proptest::prop_assert_eq!(
            (read.metric, read.value, read.status),
            (expected.metric, expected.value, expected.status)
        );
        match expected.unit.ucum() {
            Some(ucum) => proptest::prop_assert_eq!(read.unit.ucum(), Some(ucum)),
            None => proptest::prop_assert_eq!(read.unit, expected.unit),
        }
    }
}

/// Found by the test above: what was only a test came back as not a number.
#[test]
fn a_special_value_that_may_be_used_stays_what_it_is() {
    for status in [Status::VALID, Status::VALIDATED, Status::QUESTIONABLE] {
        let one = saturation(Value::PositiveInfinity, status);
        let read = Observation::of(&one, &context(1, Upload::Put)).reading();
        assert_eq!(read.unwrap().value, Value::PositiveInfinity);
    }
}

#[test]
fn a_waveform_without_samples_has_no_empty_data_and_one_of_a_vital_sign_no_profile() {
    let mut bytes = [0; 16];
    let len = reading::codec::encode(&[], &mut bytes).unwrap();
    let block = reading::Waveform {
        metric: Metric::HEART_RATE,
        unit: Unit::BEATS_PER_MINUTE,
        start: Instant::ZERO,
        rate: crate::time::SampleRate::hz(1),
        first_index: 0,
        scale: Decimal::new(1, 0),
        zero: 0,
        codec: reading::codec::CodecId::SMALL,
        count: 0,
        data: &bytes[..len],
    };
    let written = Observation::waveform(&block, &context(1, Upload::Put)).unwrap();
    assert_eq!(written.meta, None);
    assert_eq!(written.code.code_of(terms::LOINC), None);
    let data = written.value_sampled_data.unwrap();
    assert_eq!(
        (data.data.as_deref(), data.samples()),
        (None, Some(Vec::new()))
    );
}

#[test]
fn a_medicine_that_is_not_told_is_no_empty_text() {
    use crate::reading::draft::{Adherence, Dose, Reporter};
    let dose = Dose {
        medicine: "",
        amount_milli: 1_000,
        unit: Unit::ONE.code(),
        adherence: Adherence::TAKEN,
        planned_before_s: 0,
        reporter: Reporter::PATIENT,
    };
    let written = MedicationAdministration::of(&dose, &context(1, Upload::Put));
    assert_eq!(written.medication_codeable_concept.text, None);
    match back(written) {
        Resource::MedicationAdministration(own) => assert_eq!(own.dose(), Some(dose)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_language_that_is_no_tag_is_left_out() {
    let language = |language| {
        let text = reading::Text {
            language,
            text: "hello",
        };
        Observation::of_text(&text, &context(1, Upload::Put)).language
    };
    assert_eq!(language("de-CH").as_deref(), Some("de-CH"));
    assert_eq!(language("de \n"), None);
}

#[test]
fn what_is_no_resource_is_refused_in_words() {
    for (text, word) in [
        ("{}", "resourceType"),
        (r#"{"resourceType":"Patient"}"#, "Patient"),
        (r#"{"resourceType":"Observation"}"#, "status"),
        ("[", "EOF"),
    ] {
        let error = Resource::from_json(text).unwrap_err();
        assert!(alloc::format!("{error}").contains(word), "{error}");
    }
}
