//! What a value says beside its numbers.

use super::*;

const FIELD: &str = "urn:iomt:gatt";

fn field<'a>(observation: &'a Observation, name: &str) -> Option<&'a ObservationComponent> {
    let mut parts = observation.component.iter();
    parts.find(|part| part.code.code_of(FIELD) == Some(name))
}

fn words(observation: &Observation, name: &str) -> Option<String> {
    let part = field(observation, name)?;
    let chosen = part.value_codeable_concept.as_ref();
    chosen.map_or_else(|| part.value_string.clone(), |chosen| chosen.text.clone())
}

fn number(observation: &Observation, name: &str) -> Option<i32> {
    field(observation, name)?.value_integer
}

fn quantity(quantity: Option<&Quantity>) -> Option<(String, &str)> {
    let told = quantity?;
    Some((told.value?.0.to_string(), told.code.as_deref()?))
}

#[test]
fn a_cuff_tells_who_was_measured_and_what_disturbed_it() {
    // 118/76 mmHg, pulse 72, user 3, body movement and an irregular pulse.
    let bytes = [0x1C, 118, 0, 76, 0, 90, 0, 72, 0, 3, 0x05, 0];
    for resource in &made(0x2A35, &bytes) {
        let told = observation(resource);
        let status = words(told, "measurement-status");
        assert_eq!(status.as_deref(), Some("body movement, irregular pulse"));
        assert_eq!(number(told, "user"), Some(3));
    }
    let pressure = made(0x2A35, &bytes);
    let pressure = observation(&pressure[0]);
    assert_eq!(pressure.parts().map(|parts| parts.len()), Some(3));
    assert_eq!(
        pressure.meta.as_ref().map(|meta| meta.profile.len()),
        Some(1)
    );
    let calm = made(0x2A36, &[0x18, 120, 0, 0, 0, 0, 0, 255, 0, 0]);
    let calm = observation(&calm[0]);
    assert_eq!(words(calm, "measurement-status").as_deref(), Some("none"));
    let unknown = field(calm, "user").and_then(|user| reason(user.data_absent_reason.as_ref()));
    assert_eq!(unknown, Some("unknown"));
}

#[test]
fn every_bit_of_a_status_has_a_code_and_reserved_ones_their_number() {
    let bytes = [0x10, 118, 0, 76, 0, 90, 0, 0x40, 0x80];
    let made = made(0x2A35, &bytes);
    let told = observation(&made[0]);
    let status = field(told, "measurement-status").unwrap();
    assert!(status.code.code_of(terms::MDC).is_some());
    let concept = status.value_codeable_concept.as_ref().unwrap();
    let codes: Vec<_> = concept
        .coding
        .iter()
        .map(|bit| bit.code.as_deref())
        .collect();
    assert_eq!(codes, [Some("6"), Some("15")]);
    assert_eq!(concept.text.as_deref(), Some("bit 6, bit 15"));
}

#[test]
fn every_number_of_a_body_composition_is_there() {
    // Flags 0x0FFE; the numbers are those of the test of the characteristic.
    let bytes = [
        0xFE, 0x0F, 0xF5, 0x00, 0xE8, 0x07, 3, 15, 14, 30, 45, 3, 0x71, 0x1B, 0x92, 0x01, 0x70,
        0x17, 0x5C, 0x2B, 0xD2, 0x28, 0x41, 0x1F, 0x03, 0x14, 0x6C, 0x39, 0xD6, 0x06,
    ];
    let made = made(0x2A9C, &bytes);
    let told: Vec<_> = made
        .iter()
        .map(|one| quantity(observation(one).value_quantity.as_ref()).unwrap())
        .collect();
    let told: Vec<_> = told.iter().map(|(n, unit)| (n.as_str(), *unit)).collect();
    let expected = [
        ("24.5", "%"),
        ("40.2", "%"),
        ("55.500", "kg"),
        ("40.005", "kg"),
        ("73.500", "kg"),
        ("175.0", "cm"),
        ("7025", "kJ/d"),
        ("30.000", "kg"),
        ("52.250", "kg"),
        ("512.3", "Ohm"),
    ];
    assert_eq!(told, expected);
    for one in &made {
        assert_eq!(number(observation(one), "user"), Some(3));
        let time = observation(one).effective_date_time.as_deref();
        assert_eq!(time, Some("2024-03-15T14:30:45+01:00"));
    }
    let weight = super::made(0x2A9D, &[0x04, 0x80, 0x3E, 2]);
    assert_eq!(number(observation(&weight[0]), "user"), Some(2));
}

#[test]
fn a_thermometer_tells_where() {
    for (kind, place) in [(5, "gastrointestinal tract"), (8, "toe"), (1, "armpit")] {
        let made = made(0x2A1C, &[0x04, 0x6C, 0x01, 0x00, 0xFF, kind]);
        let site = observation(&made[0]).body_site.as_ref().unwrap();
        assert_eq!(site.text.as_deref(), Some(place));
        let number: Option<u8> = site.number_of("urn:iomt:temperature-type");
        assert_eq!(number, Some(kind));
    }
}

#[test]
fn a_meter_tells_what_it_sampled_and_what_was_wrong() {
    let time = [0xE8, 7, 3, 15, 14, 30, 45];
    // 90 mg/dL of capillary plasma from an ear lobe, the strip pulled too soon.
    let bytes = [&[0x0A, 42, 0][..], &time, &[90, 0xB0, 0x32, 0x00, 0x02]].concat();
    let made = made(0x2A18, &bytes);
    let glucose = observation(&made[0]);
    let told = |name| words(glucose, name);
    assert_eq!(told("sample-type").as_deref(), Some("capillary plasma"));
    assert_eq!(told("sample-location").as_deref(), Some("earlobe"));
    let wrong = told("sensor-status-annunciation");
    assert_eq!(wrong.as_deref(), Some("strip pulled too soon"));
    assert_eq!(number(glucose, "sequence-number"), Some(42));
    let location = field(glucose, "sample-location").unwrap();
    assert_eq!(location.code.code_of(terms::MDC), Some("8417844"));
    let code = location.value_codeable_concept.as_ref().unwrap();
    assert_eq!(code.code_of(terms::MDC), Some("8417856"));
    let nowhere = [&[0x02, 42, 0][..], &time, &[90, 0xB0, 0xF1]].concat();
    let nowhere = super::made(0x2A18, &nowhere);
    let location = field(observation(&nowhere[0]), "sample-location").unwrap();
    assert_eq!(
        reason(location.data_absent_reason.as_ref()),
        Some("unknown")
    );
}

#[test]
fn a_glucose_context_names_its_measurement() {
    let named =
        |uuid, bytes: &[u8]| made_as(uuid, bytes, |received| received.device = Some("Device/1"));
    let time = [0xE8, 7, 3, 15, 14, 30, 45];
    let glucose = named(
        0x2A18,
        &[&[0x12, 42, 0][..], &time, &[90, 0xB0, 0x11]].concat(),
    );
    let name = observation(&glucose[0]).identifier.last().unwrap().clone();
    assert_eq!(name.value.as_deref(), Some("Device/1#42"));
    // A meal, rapid insulin, HbA1c.
    let context = named(0x2A34, &[0x52, 42, 0, 2, 1, 0x02, 0xD0, 0x41, 0xF0]);
    let joined = |references: &[Reference]| {
        let names = references.iter().filter_map(|one| one.identifier.clone());
        names.collect::<Vec<_>>()
    };
    let [hba1c, insulin, meal] = &context[..] else {
        panic!("{context:?}");
    };
    assert_eq!(
        joined(&observation(meal).focus),
        core::slice::from_ref(&name)
    );
    let insulin = administration(insulin);
    assert_eq!(joined(&insulin.supporting_information), [name]);
    let kind = &insulin.medication_codeable_concept;
    assert_eq!(kind.code_of(terms::MDC), Some("8417800"));
    // HbA1c is no remark about the measurement; it has its number alone.
    assert_eq!(observation(hba1c).focus, []);
    assert_eq!(number(observation(hba1c), "sequence-number"), Some(42));
    // Another record is another measurement.
    let other = named(0x2A34, &[0x02, 43, 0, 2]);
    assert_ne!(
        joined(&observation(&other[0]).focus),
        joined(&observation(meal).focus)
    );
}

#[test]
fn a_meal_has_the_term_that_the_personal_health_device_guide_shows() {
    let made = made(0x2A34, &[0x02, 42, 0, 1]);
    let meal = observation(&made[0]);
    assert_eq!(meal.code.code_of(terms::MDC), Some("8417864"));
    let chosen = meal.value_codeable_concept.as_ref().unwrap();
    assert_eq!(chosen.code_of(terms::MDC), Some("8417868"));
    let bedtime = super::made(0x2A34, &[0x02, 42, 0, 5]);
    let bedtime = observation(&bedtime[0]).value_codeable_concept.as_ref();
    assert_eq!(bedtime.unwrap().code_of(terms::MDC), None);
}

#[test]
fn a_record_of_a_cgm_tells_its_minutes_its_quality_and_its_bits() {
    // Status 0x02, calibration 0x14, warning 0x01, quality 98 %, at minute 5; then a plain one at minute 6.
    let bytes = [
        11, 0xE2, 100, 0, 5, 0, 0x02, 0x14, 0x01, 98, 0, 6, 0, 101, 0, 6, 0,
    ];
    let made = made(0x2AA7, &bytes);
    let [first, second] = &made[..] else {
        panic!("{made:?}");
    };
    let (first, second) = (observation(first), observation(second));
    let told = |name| words(first, name);
    assert_eq!(told("status").as_deref(), Some("device battery low"));
    let calibration = told("calibration");
    let expected = Some("calibration recommended, sensor temperature too high");
    assert_eq!(calibration.as_deref(), expected);
    let warning = told("warning");
    assert_eq!(
        warning.as_deref(),
        Some("result below the patient's low level")
    );
    let quality = field(first, "quality").unwrap().value_quantity.as_ref();
    assert_eq!(quantity(quality), Some(("98".into(), "%")));
    for (record, minutes) in [(first, "5"), (second, "6")] {
        let since = field(record, "time-since-session-start").unwrap();
        let minutes = Some((minutes.into(), "min"));
        assert_eq!(quantity(since.value_quantity.as_ref()), minutes);
    }
    assert!(field(second, "status").is_none());
}

#[test]
fn an_oximeter_tells_all_of_its_averages_and_bits() {
    // Normal 98 and 72, fast 97 and 74, slow 99 and 70; validated and fully qualified; low perfusion.
    let bytes = [
        0x0F, 98, 0, 72, 0, 97, 0, 74, 0, 99, 0, 70, 0, 0x80, 0x01, 0x20, 0, 0,
    ];
    let made = made(0x2A5F, &bytes);
    let values = made.iter().map(|one| {
        let one = observation(one);
        let how = one.method.as_ref().and_then(|method| method.text.clone());
        (quantity(one.value_quantity.as_ref()).unwrap().0, how)
    });
    let values: Vec<_> = values.collect();
    let how = |name: Option<&str>| name.map(String::from);
    let (fast, slow) = (how(Some("fast averaging")), how(Some("slow averaging")));
    let expected = [
        ("98".into(), None),
        ("72".into(), None),
        ("97".into(), fast.clone()),
        ("74".into(), fast),
        ("99".into(), slow.clone()),
        ("70".into(), slow),
    ];
    assert_eq!(values, expected);
    for one in &made {
        let one = observation(one);
        let status = words(one, "measurement-status");
        assert_eq!(
            status.as_deref(),
            Some("validated data, fully qualified data")
        );
        let sensor = words(one, "device-and-sensor-status");
        assert_eq!(sensor.as_deref(), Some("low perfusion"));
    }
}

#[test]
fn a_time_that_names_no_instant_is_told_in_words() {
    let never_set = [0x11, 98, 0, 72, 0, 0xE8, 7, 3, 15, 14, 30, 45];
    let spot = made(0x2A5E, &never_set);
    let words_of = |made: &[Resource]| words(observation(&made[0]), "device-time").unwrap();
    assert!(
        words_of(&spot).starts_with("2024-03-15T14:30:45"),
        "{}",
        words_of(&spot)
    );
    let method = observation(&spot[0]).method.as_ref().unwrap();
    assert_eq!(method.code_of(terms::MDC), Some("150588"));
    let no_year = [0x02, 0x6C, 0x01, 0x00, 0xFF, 0, 0, 3, 15, 14, 30, 45];
    assert!(words_of(&made(0x2A1C, &no_year)).contains("14:30:45"));
    // One that names an instant is the effective time, and nothing else.
    let told = [0x02, 0x6C, 0x01, 0x00, 0xFF, 0xE8, 7, 3, 15, 14, 30, 45];
    assert!(field(observation(&made(0x2A1C, &told)[0]), "device-time").is_none());
}

#[test]
fn the_contact_of_a_chest_strap_is_told_where_it_can_tell() {
    let contact = |flags| {
        let made = made(0x2A37, &[flags, 72]);
        words(observation(&made[0]), "skin-contact")
    };
    assert_eq!(contact(0x06).as_deref(), Some("contact"));
    assert_eq!(contact(0x04).as_deref(), Some("no contact"));
    assert_eq!(contact(0x00), None);
}

#[test]
fn a_time_offset_counts_without_a_concentration_too() {
    let bytes = [0x01, 0x2A, 0x00, 0xE8, 7, 3, 14, 8, 30, 0, 60, 0];
    let made = made(0x2A18, &bytes);
    let time = observation(&made[0]).effective_date_time.as_deref();
    assert_eq!(time, Some("2024-03-14T09:30:00+01:00"));
}

#[test]
fn a_clock_tells_why_it_was_set_and_from_where_it_has_its_time() {
    let calendar = made(0x2A2B, &[0xE8, 7, 3, 15, 14, 30, 45, 5, 128, 0x0A]);
    let calendar = observation(&calendar[0]);
    let why = words(calendar, "adjust-reason");
    let expected = Some("external reference, change of daylight-saving time");
    assert_eq!(why.as_deref(), expected);
    assert_eq!(number(calendar, "fractions-256"), Some(128));
    let ticks = made(0x2BF2, &[0x21, 0x72, 0, 0, 0, 0, 0, 1, 0, 1, 3]);
    let ticks = observation(&ticks[0]);
    let told = |name| words(ticks, name);
    assert_eq!(told("time-source").as_deref(), Some("network time"));
    assert_eq!(told("timeline").as_deref(), Some("current"));
    assert_eq!(told("clock-status").as_deref(), Some("needs to be set"));
    assert!(told("clock-capabilities").unwrap().contains("time zones"));
}

/// A numeric observation with every optional field; of object 9, made of object 8, of group 7.
fn health_observation() -> Vec<u8> {
    let mut body = 0x03FD_u16.to_le_bytes().to_vec();
    body.extend(147_842_u32.to_le_bytes());
    body.extend([30, 0, 0, 0]);
    body.extend(0x0040_u16.to_le_bytes());
    body.extend(9_u32.to_le_bytes());
    body.push(2);
    for code in [150_588_u32, 8, 7] {
        body.push(1);
        body.extend(code.to_le_bytes());
    }
    body.push(1);
    body.extend(68_185_u32.to_le_bytes());
    body.extend([2, 0, 0x19, 0xAB, 0xCD]);
    body.extend([0xA0, 0x0A, 72, 0, 0, 0]);
    let mut bytes = [0x03, 1].to_vec();
    bytes.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
    bytes.extend(body);
    bytes
}

#[test]
fn nothing_that_a_health_sensor_says_of_an_observation_is_lost() {
    let made = made_as(0x2B8B, &health_observation(), |received| {
        received.device = Some("Device/1");
    });
    let told = observation(&made[0]);
    let duration = field(told, "measurement-duration").unwrap();
    let duration = quantity(duration.value_quantity.as_ref());
    assert_eq!(duration, Some(("30".into(), "s")));
    let status = words(told, "measurement-status");
    assert_eq!(status.as_deref(), Some("manually entered"));
    assert_eq!(number(told, "user"), Some(2));
    let name = told.identifier.last().unwrap();
    assert_eq!(name.value.as_deref(), Some("Device/1#9"));
    let source = told.derived_from[0].identifier.as_ref().unwrap();
    assert_eq!(source.value.as_deref(), Some("Device/1#8"));
    assert_eq!(words(told, "member-of").as_deref(), Some("Device/1#7"));
    let of_code = |code: &str| {
        let mut parts = told.component.iter();
        let found = parts.find(|part| part.code.code_of(terms::MDC) == Some(code));
        found.unwrap().clone()
    };
    let supplement = of_code("68193").value_codeable_concept.unwrap();
    assert_eq!(supplement.code_of(terms::MDC), Some("150588"));
    let attribute = of_code("68185").value_string;
    assert_eq!(attribute.as_deref(), Some("format 19, octets ab cd"));
}
