//! Plaintexts and record bodies, byte by byte.

use iomt::reading::WaveformError;
use iomt::reading::codec::CodecId;
use iomt::time::ClockQuality;
use iomt::wire::{Envelope, Error, Record, Records};

/// Sequence 0, no run, and a time base of zero.
const HEAD: [u8; 4] = [0, 3, 1, 0];
const OBSERVATION: [u8; 5] = [16, 3, 1, 0, 0];

type Read<'a> = (u64, Result<Record<'a>, Error>);

fn read(plaintext: &[u8]) -> Vec<Read<'_>> {
    Records::new(&Envelope::parse(plaintext).unwrap()).collect()
}

/// What is made of one record behind a time base; an observation behind it is read all the same.
fn one(tag: u8, body: &[u8]) -> Result<(), Error> {
    let len = u8::try_from(body.len()).unwrap();
    let plaintext = [&HEAD[..], &[tag, len], body, &OBSERVATION].concat();
    let records = read(&plaintext);
    let [(0, first), (1, Ok(Record::Observation(_)))] = &records[..] else {
        panic!("{records:?}")
    };
    first.as_ref().map(drop).map_err(|error| *error)
}

// IOMT-DATA-007
#[test]
fn a_text_that_is_not_utf_8_is_refused() {
    assert_eq!(one(44, &[0, 2, b'd', b'e', 1, b'!']), Ok(()));
    assert_eq!(
        one(44, &[0, 2, 0xC3, 0x28, 1, b'!']),
        Err(Error::MalformedBody)
    );
    assert_eq!(
        one(24, &[1, 0xFF, 0, 0, 0, 0, 0]),
        Err(Error::MalformedBody)
    );
}

// IOMT-DATA-014, IOMT-DATA-015
#[test]
fn a_kind_is_one_of_seven_and_without_a_number_its_fields_are_zero() {
    let full = |kind, mantissa, exponent| one(18, &[1, 1, 0, 0, kind, mantissa, exponent]);
    for kind in 0..=u8::MAX {
        let is_number = matches!(kind, 0 | 5 | 6);
        assert_eq!(full(kind, 0, 0).is_ok(), kind <= 6, "{kind}");
        assert_eq!(full(kind, 1, 0).is_ok(), is_number, "{kind}");
        assert_eq!(full(kind, 0, 1).is_ok(), is_number, "{kind}");
    }
    assert_eq!(full(3, 2, 0), Err(Error::OutOfRange));
    assert_eq!(full(7, 0, 0), Err(Error::OutOfRange));
}

// IOMT-REC-005
#[test]
fn a_quality_of_a_clock_that_is_not_known_is_unset() {
    for quality in 0..=u8::MAX {
        let plaintext = [&HEAD[..], &[40, 6, 0, 0, quality, 0, 0, 0]].concat();
        let [(0, Ok(Record::ClockSync(sync)))] = read(&plaintext)[..] else {
            panic!()
        };
        let expected = match quality {
            1 => ClockQuality::DeviceSet,
            2 => ClockQuality::Synchronised,
            _ => ClockQuality::Unset,
        };
        assert_eq!(sync.what.wall.quality, expected);
    }
}

// IOMT-REC-011, IOMT-REC-022
#[test]
fn short_codes_and_sets_that_are_not_known_are_refused_alone() {
    for code in 0..=u8::MAX {
        let is_known = (1..=28).contains(&code);
        let refused = (!is_known).then_some(Error::OutOfRange);
        assert_eq!(one(16, &[code, 0, 0]).err(), refused, "{code}");
        let samples = [code, 0, 1, 0, 0, 0, 1, 0, 0];
        assert_eq!(one(20, &samples).err(), refused, "{code}");
        assert_eq!(one(30, &[code, 0, 0, 0, 0]).err(), refused, "{code}");
    }
    for (set, mantissas) in [(0, 3), (1, 3), (2, 2), (3, 3), (4, 3), (255, 3)] {
        let body = [&[set, 0][..], &[0; 3][..mantissas]].concat();
        assert_eq!(one(26, &body).is_ok(), (1..=3).contains(&set), "{set}");
    }
}

// IOMT-REC-020
#[test]
fn a_compound_has_one_to_six_items() {
    for count in 0..=8_u8 {
        let items: Vec<u8> = (0..count).flat_map(|_| [5, 1, 1, 0, 0, 0]).collect();
        let body = [&[1, 0, 0, count * 6][..], &items].concat();
        let expected = match count {
            1..=6 => Ok(()),
            _ => Err(Error::OutOfRange),
        };
        assert_eq!(one(28, &body), expected, "{count}");
    }
}

// IOMT-REC-036
#[test]
fn a_rate_of_zero_is_refused() {
    assert_eq!(one(20, &[8, 0, 1, 0, 0, 0, 1, 0, 0]), Ok(()));
    assert_eq!(
        one(20, &[8, 0, 0, 0, 0, 0, 1, 0, 0]),
        Err(Error::OutOfRange)
    );
}

// IOMT-REC-032
#[test]
fn a_block_of_another_codec_is_carried_and_not_read() {
    let body = [8, 0, 1, 0, 2, 0, 9, 3, 2, 0xAB, 0xCD];
    let plaintext = [&HEAD[..], &[20, 11], &body].concat();
    let [(0, Ok(Record::Waveform(block)))] = read(&plaintext)[..] else {
        panic!()
    };
    assert_eq!((block.codec, block.count), (CodecId::new(9), 3));
    assert_eq!(block.data, [0xAB, 0xCD]);
    assert_eq!(
        block.decode(&mut [0; 3]),
        Err(WaveformError::UnknownCodec(9))
    );
}

// IOMT-REC-037
#[test]
fn times_of_a_series_that_go_back_are_refused() {
    let series = |intervals: &[i32]| {
        let mut coded = [0; 64];
        let count = intervals.len();
        let len = iomt::reading::codec::encode(intervals, &mut coded).unwrap();
        let head = [1, 1, 0, 0, 0, 1];
        let body = [
            &head[..],
            &[u8::try_from(len).unwrap()],
            &coded[..len],
            &[u8::try_from(count).unwrap(), 0],
        ]
        .concat();
        let length = u8::try_from(body.len()).unwrap();
        let plaintext = [&HEAD[..], &[34, length], &body].concat();
        let [(0, Ok(Record::Series(series)))] = read(&plaintext)[..] else {
            panic!()
        };
        series.times_ms(&mut [0; 8]).map(|times| times.to_vec())
    };
    assert_eq!(series(&[0, 10, 5]), Ok(vec![0, 10, 15]));
    assert_eq!(series(&[0, 10, -1]), Err(WaveformError::TooLong));
}

// IOMT-ENV-013
#[test]
fn a_tag_has_32_bits() {
    let largest = [0, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0];
    assert!(matches!(
        read(&largest)[..],
        [(0, Ok(Record::Unknown { .. }))]
    ));
    let larger = [0, 0x80, 0x80, 0x80, 0x80, 0x10, 0];
    assert_eq!(read(&larger), [(0, Err(Error::MalformedVarint))]);
}

// IOMT-ENV-016
#[test]
fn a_head_that_is_cut_refuses_the_whole() {
    let refused = |plaintext: &[u8]| Envelope::parse(plaintext).unwrap_err();
    assert_eq!(refused(&[]), Error::Truncated { missing: 1 });
    assert_eq!(refused(&[0x80]), Error::Truncated { missing: 1 });
    assert_eq!(refused(&[0x80, 0x00]), Error::MalformedVarint);
    for len in 1..9 {
        assert_eq!(
            refused(&[1; 8][..len]),
            Error::Truncated { missing: 9 - len }
        );
    }
}

// IOMT-ENV-020
#[test]
fn padding_is_passed_over_whatever_it_holds() {
    let plaintext = [
        &HEAD[..],
        &[0, 3, 1, 2, 3],
        &OBSERVATION,
        &[0, 0],
        &OBSERVATION,
    ]
    .concat();
    let read = read(&plaintext);
    let sequences: Vec<u64> = read.iter().map(|(sequence, _)| *sequence).collect();
    assert_eq!(sequences, [0, 1]);
    assert!(read.iter().all(|(_, record)| record.is_ok()));
}

// IOMT-ENV-024
#[test]
fn a_time_base_that_is_refused_ends_the_one_before() {
    let plaintext = [&HEAD[..], &[3, 1, 0x80], &OBSERVATION].concat();
    let expected = [
        (0, Err(Error::Truncated { missing: 1 })),
        (0, Err(Error::OutOfRange)),
    ];
    assert_eq!(read(&plaintext), expected);
}
