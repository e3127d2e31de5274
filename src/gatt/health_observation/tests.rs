#![cfg(test)]

use super::*;
use crate::reading::{Decimal, Unit};
use std::vec::Vec;

/// 0x292B9D72 seconds of UTC since 2000, by a cellular network.
const TIME: [u8; 9] = [0x22, 0x72, 0x9D, 0x2B, 0x29, 0, 0, 6, 0];

/// An observation written by hand from the tables: class, flags, fields.
fn observation(class: u8, flags: u16, fields: &[&[u8]]) -> Vec<u8> {
    let fields = fields.concat();
    let length = u16::try_from(2 + fields.len()).unwrap();
    [
        &[class][..],
        &length.to_le_bytes(),
        &flags.to_le_bytes(),
        &fields,
    ]
    .concat()
}

fn whole(body: &[u8]) -> Vec<u8> {
    [&[0x03][..], body].concat()
}

fn u32_le(value: u32) -> [u8; 4] {
    value.to_le_bytes()
}

/// Oxygen saturation 98 %, a spot check of patient 1.
fn saturation() -> Vec<u8> {
    let spot = [&[1][..], &u32_le(150_588)].concat();
    let value = [0x20, 0x02, 0x62, 0, 0, 0];
    observation(1, 0x63, &[&u32_le(150_456), &TIME, &[1], &spot, &value])
}

fn pressure_component(metric: u32, mmhg: u8) -> Vec<u8> {
    [&u32_le(metric)[..], &[1, 0x20, 0x0F, mmhg, 0, 0, 0]].concat()
}

fn blood_pressure() -> Vec<u8> {
    let parts = [
        pressure_component(150_021, 100),
        pressure_component(150_022, 60),
        pressure_component(150_023, 80),
    ];
    let id = u32_le(123_456);
    let fields = [&u32_le(150_020)[..], &TIME, &id, &[3], &parts.concat()];
    observation(7, 0x13, &fields)
}

fn every_class() -> Vec<Vec<u8>> {
    let metric = u32_le(150_456);
    let tlv = [&metric[..], &[2, 0, 4, 0x62, 0]].concat();
    let samples = [
        &[0xB2, 0x10][..],
        &u32_le(1_612),
        &u32_le(2_048),
        &[10, 0, 0, 0xFD, 1, 2],
        &u32_le(3),
        &[0xF9, 0x07, 0xFB, 0x07, 0xF5, 0x07],
    ]
    .concat();
    vec![
        saturation(),
        observation(2, 0x01, &[&metric, &u32_le(98)]),
        observation(3, 0x00, &[&[3, 0], b"Man"]),
        observation(4, 0x00, &[&samples]),
        observation(
            5,
            0x81,
            &[&metric, &[1, 1, 0, 0, 0], &[1], &u32_le(0x3_00F0)],
        ),
        observation(6, 0x01, &[&metric, &[1, 0xFF, 0x0F, 0xA5]]),
        blood_pressure(),
        observation(8, 0x00, &[&[2], &tlv, &tlv]),
        observation(0xFF, 0x02, &[&TIME, &[2], &saturation(), &blood_pressure()]),
        observation(
            1,
            0x30F,
            &[
                &metric,
                &TIME,
                &[15, 0, 0, 0],
                &[0x21, 0],
                &[1, 7, 0, 0, 0],
                &[1],
                &tlv,
                &[0x20, 0x02, 0xFF, 0xFF, 0x7F, 0],
            ],
        ),
    ]
}

use std::vec;

// IOMT-GATT-011
#[test]
fn every_class_comes_back_to_the_byte() {
    for body in every_class() {
        let bytes = whole(&body);
        let read = HealthObservation::decode(&bytes).unwrap();
        let mut out = vec![0; bytes.len()];
        assert_eq!(read.encode(&mut out).unwrap(), bytes, "{read:?}");
        let short = read.encode(&mut out[1..]);
        assert!(matches!(short, Err(Error::NoRoom { .. })));
    }
}

// IOMT-GATT-001
#[test]
fn every_truncation_is_refused() {
    for body in every_class() {
        for len in 0..body.len() {
            assert!(HealthObservation::decode_body(&body[..len]).is_err());
        }
        let longer = [&body[..], &[0]].concat();
        let refused = HealthObservation::decode_body(&longer);
        assert_eq!(refused, Err(Error::TrailingBytes { count: 1 }));
    }
}

#[test]
fn a_number_is_a_reading_with_its_time() {
    let body = saturation();
    let read = HealthObservation::decode_body(&body).unwrap();
    assert_eq!(read.patient, Some(1));
    assert!(read.supplemental.iter().eq([150_588]));
    let reading = read.readings(Instant::ZERO).next().unwrap();
    assert_eq!(reading.parts[0].metric, Metric::SPO2);
    assert_eq!(reading.parts[0].unit, Unit::PERCENT);
    assert_eq!(reading.parts[0].value, Value::from(98));
    assert_eq!(reading.time, Stamp::Elapsed(read.time.unwrap()));
}

#[test]
fn a_compound_is_a_panel() {
    let body = blood_pressure();
    let read = HealthObservation::decode_body(&body).unwrap();
    let reading = read.readings(Instant::ZERO).next().unwrap();
    assert_eq!(reading.panel.map(Metric::code), Some(150_020));
    let numbers: Vec<_> = reading.parts.iter().map(|part| part.value).collect();
    assert_eq!(numbers, [100, 60, 80].map(Value::from));
}

#[test]
fn members_of_a_bundle_have_its_time() {
    let alone = observation(1, 0x01, &[&u32_le(150_456), &[0x20, 2, 0x62, 0, 0, 0]]);
    let body = observation(0xFF, 0x02, &[&TIME, &[2], &alone, &alone]);
    let read = HealthObservation::decode_body(&body).unwrap();
    let times: Vec<_> = read.readings(Instant::ZERO).map(|r| r.time).collect();
    assert_eq!(times, [Stamp::Elapsed(read.time.unwrap()); 2]);
}

#[test]
fn status_bits_are_moved_to_the_places_of_the_schema() {
    let value = [0x20, 2, 0x62, 0, 0, 0];
    let body = observation(1, 0x09, &[&u32_le(150_456), &[0x21, 0x00], &value]);
    let read = HealthObservation::decode_body(&body).unwrap();
    assert_eq!(read.status(), Status::INVALID | Status::EARLY);
}

// IOMT-GATT-003
#[test]
fn refuses_what_the_service_does_not_define() {
    let refused = |body: &[u8]| HealthObservation::decode_body(body).unwrap_err();
    let field = "Observation Class Type";
    let value = 9;
    assert_eq!(
        refused(&observation(9, 0, &[&[0]])),
        Error::Reserved { field, value }
    );
    let bundle = observation(0xFF, 0, &[&[1], &observation(0xFF, 0, &[&[0]])]);
    let value = 0xFF;
    assert_eq!(refused(&bundle), Error::Reserved { field, value });
    let field = "Derived From";
    assert_eq!(
        refused(&observation(2, 0x80, &[&[0], &[1, 0, 0, 0]])),
        Error::Empty { field }
    );
    assert_eq!(
        refused(&observation(3, 0, &[&[1, 0, 0xFF]])),
        Error::Text { field: "Value" }
    );
    assert_eq!(
        refused(&observation(2, 0, &[&[1, 0, 0, 0, 0]])),
        Error::Length { field: "Length" }
    );
}

// IOMT-GATT-012
#[test]
fn one_segment_of_several_is_refused() {
    for header in [0x00, 0x01, 0x02, 0x05] {
        let bytes = [&[header][..], &saturation()].concat();
        assert_eq!(HealthObservation::decode(&bytes), Err(Error::Segmented));
    }
}

#[test]
fn samples_are_read_by_their_width() {
    let body = every_class().remove(3);
    let read = HealthObservation::decode_body(&body).unwrap();
    let HealthValue::Samples(samples) = read.value else {
        panic!("class 4 is a sample array")
    };
    assert!(samples.samples().eq([0x7F9, 0x7FB, 0x7F5]));
    assert_eq!(samples.period, Value::Number(Decimal::new(10, -3)));
}

#[test]
fn what_was_set_or_entered_by_hand_is_told_from_what_was_measured() {
    let told = |bits: u16| {
        let fields = [
            &u32_le(150_456)[..],
            &bits.to_le_bytes(),
            &[0x20, 0x02, 0x62, 0, 0, 0],
        ];
        let body = observation(1, 0x09, &fields);
        let read = HealthObservation::decode_body(&body).unwrap();
        (read.origin(), read.is_setting(), read.status())
    };
    assert_eq!(told(0), (None, false, Status::VALID));
    assert_eq!(told(0x10), (Some(Origin::TEST), false, Status::TEST));
    assert_eq!(told(0x40), (Some(Origin::ENTERED), false, Status::VALID));
    assert_eq!(told(0x80), (None, true, Status::VALID));
    assert_eq!(told(0x300), (None, false, Status::VALID));
    assert_eq!(told(0xC0), (Some(Origin::ENTERED), true, Status::VALID));
}
