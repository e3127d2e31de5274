use super::*;
use crc::{CRC_32_ISCSI, CRC_32_ISO_HDLC};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::vec::Vec;

/// The bits of the longest datagram and its check sum.
const LONGEST_BITS: usize = (MAX_DATAGRAM + SERIAL_CRC_LEN) * 8;

fn frame(datagram: &[u8]) -> Vec<u8> {
    let mut out = [0xEE; MAX_SERIAL_FRAME];
    encode_serial(datagram, &mut out).unwrap().to_vec()
}

/// All that comes out of a line, which arrives in chunks of these lengths, over and over.
fn receive<const N: usize>(
    decoder: &mut SerialDecoder<N>,
    line: &[u8],
    chunks: &[usize],
) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = line;
    for len in chunks.iter().cycle() {
        let (mut chunk, behind) = rest.split_at((*len).min(rest.len()));
        while let Some(datagram) = decoder.decode(&mut chunk) {
            found.push(datagram.to_vec());
        }
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    found
}

fn receive_all(line: &[u8]) -> Vec<Vec<u8>> {
    receive(
        &mut SerialDecoder::<MAX_DATAGRAM>::new(),
        line,
        &[usize::MAX],
    )
}

// IOMT-CARR-030
#[test]
fn golden_bytes() {
    let examples: [(&[u8], &[u8]); 2] = [
        (
            &[0x09, 0x00, 0xA5],
            &[0x00, 0x02, 0x09, 0x06, 0xA5, 0xA5, 0x7D, 0xA3, 0x7B, 0x00],
        ),
        (
            &[0x01, 0x07, 0x00, 0x00, 0x2A],
            &[
                0x00, 0x03, 0x01, 0x07, 0x01, 0x06, 0x2A, 0xCF, 0xB9, 0x63, 0xB4, 0x00,
            ],
        ),
    ];
    for (datagram, bytes) in examples {
        assert_eq!(frame(datagram), bytes);
        assert_eq!(receive_all(bytes), [datagram]);
    }
    // The check value of CRC-32/MEF in the catalogue of parametrised CRC algorithms.
    assert_eq!(check_sum(b"123456789"), !0xD2C2_2F51);
}

// IOMT-CARR-030
#[test]
fn every_length_fits_its_bound_and_comes_back() {
    let long: Vec<u8> = (0..MAX_DATAGRAM).map(|at| [0, 1, 0xFF][at % 3]).collect();
    let full = [0xA5; MAX_DATAGRAM];
    for len in 1..=MAX_DATAGRAM {
        for datagram in [&long[..len], &full[..len]] {
            let bytes = frame(datagram);
            assert!(bytes.len() <= frame_len(len));
            let [first, content @ .., last] = &bytes[..] else {
                panic!("two delimiters")
            };
            assert!((*first, *last) == (0, 0) && !content.contains(&0));
            assert_eq!(receive_all(&bytes), [datagram]);
        }
    }
    assert_eq!(MAX_SERIAL_FRAME, 1_243);
    assert_eq!(frame(&[0xA5; 96]).len(), 103, "as the page of `link` says");
}

#[test]
fn refuses_what_is_no_datagram_and_too_small_a_buffer() {
    let mut out = [0; MAX_SERIAL_FRAME + 9];
    assert_eq!(encode_serial(&[], &mut out), Err(CarrierError::Empty));
    let len = MAX_DATAGRAM + 1;
    assert_eq!(
        encode_serial(&[0; MAX_DATAGRAM + 1], &mut out),
        Err(CarrierError::TooLong { len })
    );
    for len in [1, 250, 251, MAX_DATAGRAM] {
        let needed = frame_len(len);
        let datagram = &[0xA5; MAX_DATAGRAM][..len];
        assert_eq!(
            encode_serial(datagram, &mut out[..needed - 1]),
            Err(CarrierError::NoRoom { needed })
        );
        assert!(encode_serial(datagram, &mut out[..needed]).is_ok());
    }
}

// IOMT-CARR-033
#[test]
fn accepts_the_closing_code_byte_of_other_encoders() {
    // Behind a full block of 254 bytes some encoders write an empty one.
    let datagram = [0xA5; 250];
    let mut bytes = frame(&datagram);
    assert_eq!((bytes.len(), bytes[1]), (1 + 255 + 1, 0xFF), "a full block");
    bytes.insert(256, 0x01);
    assert_eq!(receive_all(&bytes), [datagram]);
}

// IOMT-CARR-031
#[test]
fn each_dropped_frame_counts_once_by_its_damage() {
    let mut decoder = SerialDecoder::<8>::new();
    let good = frame(b"12345678");
    let mut corrupt = good.clone();
    corrupt[5] ^= 0x10;
    let mut cut = good.clone();
    cut.truncate(6);
    let empty_datagram = {
        let mut content = [0; 8];
        let len = stuff(&[], &mut content).unwrap();
        content[..len].to_vec()
    };
    let parts: [&[u8]; 7] = [
        &corrupt,
        &cut,
        &frame(b"123456789"),
        &[0],
        &empty_datagram,
        &good,
        &good,
    ];
    assert_eq!(
        receive(&mut decoder, &parts.concat(), &[1]),
        [b"12345678"; 2]
    );
    let expected = SerialStats {
        delivered: 2,
        malformed: 1,
        too_short: 1,
        too_long: 1,
        corrupt: 1,
    };
    assert_eq!(*decoder.stats(), expected);
}

// IOMT-CARR-034
#[test]
fn empty_frames_are_passed_over_and_are_no_damage() {
    let mut decoder = SerialDecoder::<8>::new();
    let good = frame(b"12345678");
    let parts: [&[u8]; 4] = [&[0, 0, 0], &good, &[0, 0], &good];
    assert_eq!(
        receive(&mut decoder, &parts.concat(), &[1]),
        [b"12345678"; 2]
    );
    let expected = SerialStats {
        delivered: 2,
        ..SerialStats::default()
    };
    assert_eq!(*decoder.stats(), expected);
}

#[test]
fn memory_is_the_datagram_and_a_few_bytes() {
    assert!(size_of::<SerialDecoder<1_000>>() <= 1_040);
}

// IOMT-CARR-031, IOMT-CARR-032
#[test]
fn an_endless_frame_is_dropped_and_the_next_one_delivered() {
    let mut line = [0xFF; 300_000].to_vec();
    line.extend(frame(b"good"));
    assert_eq!(receive_all(&line), [b"good"]);
}

// IOMT-CARR-032
#[test]
fn either_delimiter_may_be_lost() {
    let (one, two) = (frame(b"one"), frame(b"two"));
    let without_last = [&one[..one.len() - 1], &two].concat();
    let without_first = [&one[..], &two[1..]].concat();
    for line in [without_last, without_first] {
        assert_eq!(receive_all(&line), [b"one", b"two"]);
    }
}

#[test]
fn no_error_of_one_or_two_bits_on_the_line_passes() {
    let datagram: Vec<u8> = (0_u8..24).map(|at| at.wrapping_mul(37) % 7).collect();
    let bytes = frame(&datagram);
    let bits = bytes.len() * 8;
    let mut decoder = SerialDecoder::<64>::new();
    for first in 0..bits {
        for second in first..bits {
            let mut line = bytes.clone();
            line[first / 8] ^= 1 << (first % 8);
            if second != first {
                line[second / 8] ^= 1 << (second % 8);
            }
            line.push(0);
            for found in receive(&mut decoder, &line, &[usize::MAX]) {
                assert_eq!(found, datagram);
            }
        }
    }
    assert!(decoder.stats().corrupt > 10_000);
}

#[test]
fn no_byte_added_or_taken_away_passes() {
    // The frame begins and ends with zeros; a code byte 01 in front of or behind them makes one more.
    for datagram in [&[0, 0, 9, 0, 0][..], &[1, 2, 3], &[0xA5; 300]] {
        let bytes = frame(datagram);
        let mut decoder = SerialDecoder::<400>::new();
        for at in 0..bytes.len() {
            let mut shorter = bytes.clone();
            shorter.remove(at);
            let longer = (0..=u8::MAX).map(|extra| {
                let mut longer = bytes.clone();
                longer.insert(at, extra);
                longer
            });
            for mut line in longer.chain([shorter]) {
                line.push(0);
                for found in receive(&mut decoder, &line, &[usize::MAX]) {
                    assert_eq!(found, datagram);
                }
            }
        }
    }
}

/// The remainders of x^0, x^1, … by a polynomial, reflected.
fn remainders(polynomial: u32, count: usize) -> Vec<u32> {
    let reflected = polynomial.reverse_bits();
    let next = |at: &u32| Some((at >> 1) ^ if at & 1 == 1 { reflected } else { 0 });
    std::iter::successors(Some(0x8000_0000), next)
        .take(count)
        .collect()
}

/// Whether some error of two or four bits within `bits` leaves the check sum as it was.
fn misses_two_or_four_bits(polynomial: u32, bits: usize) -> bool {
    let all = remainders(polynomial, bits);
    let known: BTreeSet<u32> = all.iter().copied().collect();
    if known.len() < bits {
        return true;
    }
    let low = |remainder: u32| usize::try_from(remainder & 0xF_FFFF).unwrap();
    let mut may_be_known = std::vec![false; 1 << 20];
    for remainder in &all {
        may_be_known[low(*remainder)] = true;
    }
    // The code is cyclic: the first of the bits may be taken as bit 0.
    all.iter().enumerate().skip(1).any(|(at, second)| {
        all[at + 1..].iter().any(|third| {
            let fourth = all[0] ^ second ^ third;
            may_be_known[low(fourth)] && known.contains(&fourth)
        })
    })
}

// IOMT-CARR-002
#[test]
fn detects_every_error_of_up_to_five_bits_in_the_longest_frame() {
    // A multiple of x + 1, which has an even number of terms, divides no error of an odd number of bits.
    assert_eq!((1 + CRC_32_MEF.poly.count_ones()) % 2, 0);
    assert!(!misses_two_or_four_bits(CRC_32_MEF.poly, LONGEST_BITS));
    for usual in [CRC_32_ISO_HDLC, CRC_32_ISCSI] {
        assert!(misses_two_or_four_bits(usual.poly, LONGEST_BITS));
    }
}

/// What happens to a frame on its way.
#[derive(Debug, Clone)]
enum Damage {
    None,
    Flip(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Overwrite(usize, Vec<u8>),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        match self {
            Self::None => {}
            Self::Flip(at, mask) => bytes[at % len] ^= mask,
            Self::Insert(at, extra) => {
                let at = at % (len + 1);
                bytes.splice(at..at, extra.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at % len;
                bytes.drain(at..(at + count).min(len));
            }
            Self::Overwrite(at, noise) => {
                for (byte, noise) in bytes.iter_mut().skip(at % len).zip(noise) {
                    *byte = *noise;
                }
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<usize>;
    let noise = || vec(prop_oneof![Just(0), any::<u8>()], 1..60);
    prop_oneof![
        2 => Just(Damage::None),
        1 => (at(), 1..=u8::MAX).prop_map(|(at, mask)| Damage::Flip(at, mask)),
        1 => (at(), noise()).prop_map(|(at, extra)| Damage::Insert(at, extra)),
        1 => (at(), 1_usize..60).prop_map(|(at, count)| Damage::Remove(at, count)),
        1 => (at(), noise()).prop_map(|(at, noise)| Damage::Overwrite(at, noise)),
    ]
}

fn datagram() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(prop_oneof![Just(0), any::<u8>()], 1..300),
        vec(any::<u8>(), 1..=MAX_DATAGRAM),
        vec(1..=u8::MAX, 245..260),
    ]
}

proptest! {
    #[test]
    fn any_datagrams_in_any_chunks_come_back(sent in vec(datagram(), 1..6), chunks in vec(1_usize..500, 1..20)) {
        let line: Vec<u8> = sent.iter().flat_map(|datagram| frame(datagram)).collect();
        prop_assert_eq!(receive(&mut SerialDecoder::<MAX_DATAGRAM>::new(), &line, &chunks), sent);
    }

    // IOMT-CARR-032
    #[test]
    fn after_any_garbage_the_very_next_frame_is_delivered(
        garbage in vec(prop_oneof![1 => Just(0), 9 => any::<u8>()], 0..3_000),
        before in datagram(),
        kept in any::<usize>(),
        sent in vec(datagram(), 1..4),
        chunks in vec(1_usize..500, 1..20),
    ) {
        let before = frame(&before);
        let mut line = garbage;
        line.extend(&before[..kept % before.len()]); // The sender lost power.
        for datagram in &sent {
            line.extend(frame(datagram));
        }
        let found = receive(&mut SerialDecoder::<MAX_DATAGRAM>::new(), &line, &chunks);
        prop_assert!(found.ends_with(&sent));
    }

    #[test]
    fn damage_costs_only_the_frames_that_it_touches(
        frames in vec((datagram(), damage()), 1..12),
        chunks in vec(1_usize..500, 1..20),
    ) {
        let mut line = Vec::new();
        let mut sent = Vec::new();
        for (number, (mut datagram, damage)) in (0_u8..).zip(frames) {
            datagram.insert(0, number);
            datagram.truncate(MAX_DATAGRAM);
            let mut bytes = frame(&datagram);
            damage.apply(&mut bytes);
            line.extend(bytes);
            sent.push((datagram, matches!(damage, Damage::None)));
        }
        line.push(0);
        let found = receive(&mut SerialDecoder::<MAX_DATAGRAM>::new(), &line, &chunks);
        let mut found = found.iter().peekable();
        for (datagram, is_whole) in &sent {
            let is_delivered = found.next_if_eq(&datagram).is_some();
            prop_assert!(is_delivered || !is_whole);
        }
        prop_assert_eq!(found.next(), None, "nothing that was not sent, and all in order");
    }

    // IOMT-ERR-004
    #[test]
    fn bytes_of_any_kind_never_panic(line in vec(any::<u8>(), 0..4_000), chunk in 1_usize..100) {
        let mut small = SerialDecoder::<3>::new();
        let mut none = SerialDecoder::<0>::new();
        for found in receive(&mut small, &line, &[chunk]) {
            prop_assert!((1..=3).contains(&found.len()));
        }
        prop_assert!(receive(&mut none, &line, &[chunk]).is_empty());
    }
}
