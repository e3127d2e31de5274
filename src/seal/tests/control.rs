//! Control frames and what receipts echo of them.

use super::rows::fill_with_holes;
use super::*;

const CLOCK: ServerClock = ServerClock {
    time_ms: 1_764_000_000_000,
    wait_ms: 30_000,
};

/// Seals a control frame and gives it the header that the sealer's route asks for.
pub(super) fn control(sealer: &mut Sealer, plaintext: &[u8]) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    let (_, short) = sealer.seal_control(plaintext, &mut out).unwrap();
    let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
        panic!()
    };
    let route = route(sealer);
    let routed = Frame { route, ..frame };
    routed.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
}

/// Opens a control frame; its counter and plaintext.
pub(super) fn hear_control(opener: &mut Opener, packet: &[u8]) -> Result<(u32, Vec<u8>), Error> {
    let mut packet = packet.to_vec();
    match opener.open(&mut packet)? {
        Opening::Control(control) => Ok((control.counter(), control.plaintext().to_vec())),
        Opening::Fresh(_) | Opening::Duplicate => panic!(),
    }
}

pub(super) fn dated_receipt(opener: &Opener) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    opener.receipt(Some(CLOCK), &mut out).unwrap().to_vec()
}

// IOMT-SEAL-036
#[test]
fn a_control_frame_is_revealed_once_and_an_older_one_never() {
    let (mut sealer, mut opener) = pair();
    let packets: Vec<_> = (0..3_u8).map(|n| control(&mut sealer, &[n])).collect();
    assert_eq!(
        hear_control(&mut opener, &packets[1]),
        Ok((1, Vec::from([1])))
    );
    for old in &packets[..2] {
        assert_eq!(hear_control(&mut opener, old), Err(Error::Replayed));
    }
    assert_eq!(
        hear_control(&mut opener, &packets[2]),
        Ok((2, Vec::from([2])))
    );
}

// IOMT-SEAL-041
#[test]
fn the_plaintext_of_a_control_frame_is_wiped_behind_it() {
    let (mut sealer, mut opener) = pair();
    let mut packet = control(&mut sealer, b"the secret of an epoch");
    let Ok(Opening::Control(control)) = opener.open(&mut packet) else {
        panic!()
    };
    assert_eq!(control.epoch(), sealer.epoch().unwrap().tag);
    assert!(!std::format!("{control:?}").contains("secret"));
    drop(control);
    assert!(!packet.windows(6).any(|window| window == b"secret"));
}

// IOMT-SEAL-030
#[test]
fn every_flipped_bit_of_a_control_frame_is_refused_and_the_frame_still_counts() {
    let (mut sealer, mut opener) = pair();
    let packet = control(&mut sealer, b"clock");
    for bit in 0..packet.len() * 8 {
        let mut flipped = packet.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(opener.open(&mut flipped).is_err(), "bit {bit}");
    }
    assert!(hear_control(&mut opener, &packet).is_ok());
}

// IOMT-SEAL-012, IOMT-SEAL-016, IOMT-SEAL-018
#[test]
fn control_is_sealed_by_its_own_method_alone() {
    let (mut sealer, _) = pair();
    let mut out = [0; 64];
    for space in [Space::Control, Space::Command] {
        let refused = sealer.seal(space, b"x", &mut out).unwrap_err();
        assert_eq!(refused, Error::UnexpectedPacket);
        assert_eq!(sealer.skip(space), Err(Error::UnexpectedPacket));
    }
    assert_eq!(sealer.next_counter(Space::Control), 0);
}

// IOMT-SEAL-013, IOMT-SEAL-014
#[test]
fn a_counter_that_was_skipped_is_never_used() {
    let (mut sealer, mut opener) = pair();
    assert_eq!(sealer.skip(Space::Data), Ok(0));
    assert_eq!(sealer.next_counter(Space::Data), 1);
    let mut packet = sealed(&mut sealer, Space::Data, b"next");
    let Ok(Opening::Fresh(opened)) = opener.open(&mut packet) else {
        panic!()
    };
    assert_eq!(opened.counter(), 1);
}

// IOMT-RCPT-014, IOMT-RCPT-019
#[test]
fn a_receipt_echoes_the_newest_control_frame_and_only_then_says_the_time() {
    let (mut sealer, mut opener) = pair();
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"reading")).unwrap();
    let bytes = dated_receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    assert_eq!(
        (report.echo(), report.server_time_ms(), report.wait_ms()),
        (None, None, None)
    );

    for _ in 0..3 {
        hear_control(&mut opener, &control(&mut sealer, b"clock")).unwrap();
    }
    let bytes = dated_receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    assert_eq!(report.echo(), Some(2));
    assert_eq!(report.server_time_ms(), Some(CLOCK.time_ms));
    assert_eq!(report.wait_ms(), Some(CLOCK.wait_ms));
    let undated = receipt(&opener);
    let report = sealer.verify(&undated, |_| None).unwrap();
    assert_eq!((report.echo(), report.server_time_ms()), (Some(2), None));
}

// IOMT-RCPT-010, IOMT-RCPT-011
#[test]
fn every_flipped_bit_of_a_receipt_with_an_echo_is_refused() {
    let (mut sealer, mut opener) = pair();
    hear_control(&mut opener, &control(&mut sealer, b"clock")).unwrap();
    let bytes = dated_receipt(&opener);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(sealer.verify(&flipped, |_| None).is_err(), "bit {bit}");
    }
    assert!(sealer.verify(&bytes, |_| None).is_ok());
}

// IOMT-RCPT-022, IOMT-RCPT-025
#[test]
fn an_echo_of_the_epoch_before_is_believed_where_this_boot_has_opened_it() {
    let (mut sealer, mut opener) = pair();
    hear_control(&mut opener, &control(&mut sealer, b"clock")).unwrap();
    let bytes = dated_receipt(&opener);
    let before = sealer.epoch().unwrap();
    begin(&mut sealer, &mut Counting(40));
    let refused = sealer.verify(&bytes, |_| None).unwrap_err();
    assert_eq!(refused, Error::UnknownEpoch);
    let opened = |locator| (locator == before.locator).then_some(before.tag);
    assert_eq!(sealer.verify(&bytes, opened).unwrap().echo(), Some(0));
    let wrong = |_| Some(EpochTag::from_bytes([9; 16]));
    assert_eq!(
        sealer.verify(&bytes, wrong).unwrap_err(),
        Error::NotAuthentic
    );
}

// IOMT-RCPT-013
#[test]
fn a_receipt_of_nine_epochs_that_are_full_of_holes_fits_a_datagram() {
    let (mut sealer, mut opener) = pair();
    for epoch in 0..9_u8 {
        if epoch > 0 {
            begin(&mut sealer, &mut Counting(epoch * 20));
        }
        receive(&mut opener, &sealed(&mut sealer, Space::Data, b"x")).unwrap();
    }
    fill_with_holes(&mut opener);
    let bytes = dated_receipt(&opener);
    assert!(bytes.len() > MAX_DATAGRAM - 100);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    assert_eq!(report.acknowledgements().count(), 18);
    // What is left out is the higher ranges: the lowest are always named.
    assert!(report.acknowledgements().all(|entry| entry.covers(100_000)));
    assert!(
        !report
            .acknowledgements()
            .any(|entry| entry.covers(1_600_000))
    );
    let mut shorter = [0; 400];
    let bytes = opener.receipt(None, &mut shorter).unwrap();
    let report = sealer.verify(bytes, |_| None).unwrap();
    assert_eq!(report.acknowledgements().count(), 18);
    let mut short = [0; 200];
    let needed = opener.receipt(None, &mut short);
    assert!(matches!(
        needed,
        Err(Error::Malformed(wire::Error::NoRoom { .. }))
    ));
}
