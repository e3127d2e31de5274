use super::*;
use crate::wire::{Locator, Salt};
use proptest::prelude::*;
use std::vec::Vec;

const LOCATOR: Locator = Locator([1, 2, 3, 4, 5, 6, 7, 8]);
const SALT: Salt = Salt([0xA5; 16]);

fn frame(route: Route, sealed: &[u8]) -> Frame<'_> {
    Frame {
        space: Space::Alarm,
        route,
        counter: 0x01_02_03,
        sealed,
    }
}

// IOMT-SEAL-010, IOMT-SEAL-023
#[test]
fn the_three_forms_of_a_frame_are_the_drawn_bytes() {
    let sealed = [0xCC; 17];
    let mut out = [0_u8; 64];
    let short = frame(Route::Short, &sealed).emit(&mut out).unwrap();
    assert_eq!(short[..4], [0x11, 3, 2, 1]);
    assert_eq!(short.len() - 1, 20);
    let routed = frame(Route::Routed(LOCATOR), &sealed)
        .emit(&mut out)
        .unwrap();
    assert_eq!(routed[..12], [0x19, 1, 2, 3, 4, 5, 6, 7, 8, 3, 2, 1]);
    assert_eq!(routed.len() - 1, 28);
    let unproved = frame(Route::Unproved(LOCATOR, SALT), &sealed)
        .emit(&mut out)
        .unwrap();
    assert_eq!(unproved[..10], [0x1D, 1, 2, 3, 4, 5, 6, 7, 8, 0xA5]);
    assert_eq!(unproved.len() - 1, 44);
}

// IOMT-DATA-005, IOMT-SEAL-001, IOMT-SEAL-006, IOMT-SEAL-007, IOMT-SEAL-009
#[test]
fn every_truncation_of_every_packet_is_refused_or_shorter_inside() {
    let sealed = [0xCC; 16];
    let mut out = [0_u8; 64];
    for route in [
        Route::Short,
        Route::Routed(LOCATOR),
        Route::Unproved(LOCATOR, SALT),
    ] {
        let bytes = frame(route, &sealed).emit(&mut out).unwrap();
        for len in 0..bytes.len() {
            assert!(matches!(
                Packet::parse(&bytes[..len]),
                Err(Error::Truncated { missing: 1.. })
            ));
        }
    }
}

// IOMT-SEAL-004
#[test]
fn refuses_a_salt_without_a_locator() {
    assert_eq!(Packet::parse(&[0b0000_0101; 64]), Err(Error::Reserved));
}

// IOMT-SEAL-002, IOMT-VER-001
#[test]
fn refuses_versions_it_does_not_know() {
    assert_eq!(
        Packet::parse(&[0b0000_0011; 64]),
        Err(Error::UnsupportedVersion(3))
    );
    assert_eq!(
        Packet::parse(&[0b0000_0000; 64]),
        Err(Error::UnsupportedVersion(0))
    );
}

// IOMT-SEAL-003
#[test]
fn receipts_handshakes_and_refusals_have_bits_5_to_2_zero() {
    for bit in 2..6 {
        assert_eq!(
            Packet::parse(&[0b1100_0001 | 1 << bit; 9]),
            Err(Error::Reserved)
        );
        assert_eq!(
            Packet::parse(&[0b0100_0001 | 1 << bit; 64]),
            Err(Error::Reserved)
        );
        assert_eq!(
            Packet::parse(&[0b1000_0001 | 1 << bit; 64]),
            Err(Error::Reserved)
        );
    }
}

// IOMT-SEAL-009
#[test]
fn a_refusal_is_the_drawn_bytes_and_no_other() {
    let reference = [1, 2, 3, 4, 5, 6, 7, 8];
    let mut out = [0_u8; Refused::LEN + 1];
    let bytes = Refused { reference }.emit(&mut out).unwrap();
    assert_eq!(bytes, [0xC1, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(
        Packet::parse(bytes),
        Ok(Packet::Refused(Refused { reference }))
    );
    for len in 0..Refused::LEN {
        assert!(matches!(
            Packet::parse(&out[..len]),
            Err(Error::Truncated { .. })
        ));
    }
    assert_eq!(Packet::parse(&out), Err(Error::TrailingBytes { count: 1 }));
}

// IOMT-SEAL-005
#[test]
fn refuses_the_counter_that_means_none() {
    let mut bytes = [0xFF_u8; 24];
    bytes[0] = 0x01;
    assert_eq!(Packet::parse(&bytes), Err(Error::OutOfRange));
    bytes[1] = 0xFE;
    assert!(Packet::parse(&bytes).is_ok());
}

// IOMT-SEAL-001
#[test]
fn refuses_a_datagram_above_the_limit() {
    let mut bytes = [0_u8; MAX_DATAGRAM + 2];
    bytes[0] = 0x01;
    assert_eq!(
        Packet::parse(&bytes),
        Err(Error::TrailingBytes { count: 2 })
    );
    assert!(Packet::parse(&bytes[..MAX_DATAGRAM]).is_ok());
}

// IOMT-SEAL-008
#[test]
fn handshake_steps_count_from_one() {
    let mut bytes = [0_u8; 64];
    bytes[0] = 0x81;
    assert_eq!(Packet::parse(&bytes), Err(Error::OutOfRange));
}

proptest! {
    // IOMT-ERR-004
    #[test]
    fn parsing_any_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = Packet::parse(&bytes);
    }

    // IOMT-LIM-001
    #[test]
    fn what_parses_is_written_back_to_the_byte(mut bytes in proptest::collection::vec(any::<u8>(), 1..80), kind in 0_u8..4) {
        bytes[0] = bytes[0] & 0b0011_1100 | kind << 6 | VERSION;
        let mut out = [0_u8; 128];
        let written: Option<Vec<u8>> = match Packet::parse(&bytes) {
            Ok(Packet::Frame(frame)) => Some(frame.emit(&mut out).unwrap().to_vec()),
            Ok(Packet::Handshake(handshake)) => Some(handshake.emit(&mut out).unwrap().to_vec()),
            Ok(Packet::Refused(refused)) => Some(refused.emit(&mut out).unwrap().to_vec()),
            _ => None,
        };
        prop_assert!(written.is_none_or(|written| written == bytes));
    }
}
