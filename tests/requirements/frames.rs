//! Sealing, opening and receipts, over the layer alone.

use iomt::seal::{
    Direction, EpochTag, Error, Opener, Opening, SAVED_SESSION_LEN, Sealer, SessionSecrets,
};
use iomt::wire::{self, Envelope, Frame, MAX_COUNTER, MAX_DATAGRAM, Packet, Space};

use crate::support::Counting;

fn secrets() -> SessionSecrets {
    SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceInitiated).unwrap()
}

fn device(seed: u64) -> Sealer {
    let mut sealer = secrets().into_sealer(&[4; 32]).unwrap();
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut Counting(seed), &mut saved).unwrap();
    sealer.epoch_stored().unwrap();
    sealer
}

fn sealed(sealer: &mut Sealer, plaintext: &[u8]) -> Vec<u8> {
    let mut out = [0; 64];
    let short = sealer.seal(Space::Data, plaintext, &mut out).unwrap();
    let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
        panic!()
    };
    let route = sealer.epoch().unwrap().route(false);
    let routed = Frame { route, ..frame };
    routed.emit(&mut [0; 128]).unwrap().to_vec()
}

fn store(opener: &mut Opener, packet: &[u8]) -> Vec<u8> {
    let mut packet = packet.to_vec();
    let Ok(Opening::Fresh(opened)) = opener.open(&mut packet) else {
        panic!()
    };
    let plaintext = opened.plaintext().to_vec();
    opener.commit(opened.stored()).unwrap();
    plaintext
}

fn receipt(opener: &Opener) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    opener.receipt(None, &mut out).unwrap().to_vec()
}

// IOMT-SEAL-013, IOMT-SEAL-017, IOMT-EPOCH-022
#[test]
fn an_epoch_is_worn_at_half_of_its_counters_and_full_behind_the_last() {
    let mut sealer = device(0);
    for expected in 0..=MAX_COUNTER {
        assert_eq!(sealer.is_epoch_worn(), expected > MAX_COUNTER / 2);
        assert_eq!(sealer.skip(Space::Data), Ok(expected));
    }
    assert_eq!(sealer.skip(Space::Data), Err(Error::EpochFull));
    let mut out = [0; 64];
    let refused = sealer.seal(Space::Data, b"one more", &mut out);
    assert_eq!(refused.unwrap_err(), Error::EpochFull);
    // The other spaces count for themselves.
    assert!(sealer.seal(Space::Alarm, b"!", &mut [0; 64]).is_ok());
}

// IOMT-ENV-018
#[test]
fn what_is_authentic_and_can_not_be_read_is_stored_and_acknowledged() {
    let (mut sealer, mut opener) = (device(0), secrets().into_opener());
    let garbage = [0x80, 0x00, 0xFF];
    assert!(Envelope::parse(&garbage).is_err());
    let packet = sealed(&mut sealer, &garbage);
    assert_eq!(store(&mut opener, &packet), garbage);
    let bytes = receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    assert!(report.acknowledgements().next().unwrap().covers(0));
}

// IOMT-SEAL-042
#[test]
fn a_frame_with_another_salt_than_its_own_opens_in_no_epoch() {
    let (mut sealer, mut opener) = (device(0), secrets().into_opener());
    store(&mut opener, &sealed(&mut sealer, b"first"));
    let packet = sealed(&mut sealer, b"second");
    let mut moved = packet.clone();
    let salt = moved.get_mut(9).unwrap();
    *salt ^= 1;
    assert_eq!(opener.open(&mut moved).unwrap_err(), Error::NotAuthentic);
    assert_eq!(store(&mut opener, &packet), b"second");
}

// IOMT-RCPT-018
#[test]
fn entries_of_epochs_that_a_device_does_not_know_are_passed_over() {
    let (mut sealer, mut clone) = (device(0), device(500));
    let mut opener = secrets().into_opener();
    store(&mut opener, &sealed(&mut clone, b"the clone"));
    let bytes = receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    let own: EpochTag = sealer.epoch().unwrap().tag;
    assert!(
        report
            .acknowledgements()
            .all(|entry| entry.epoch != own.short())
    );
    assert!(!sealer.is_named());

    store(&mut opener, &sealed(&mut sealer, b"the device"));
    let bytes = receipt(&opener);
    assert!(sealer.verify(&bytes, |_| None).is_ok());
    assert!(sealer.is_named());
}

// IOMT-ERR-002, IOMT-SEAL-001, IOMT-SEAL-002, IOMT-SEAL-003
#[test]
fn the_first_fault_in_the_order_of_parsing_is_told() {
    let refused = |datagram: &[u8]| Packet::parse(datagram).unwrap_err();
    // Length before version, version before reserved bits, these before the fields.
    let mut long = [0xFF; MAX_DATAGRAM + 1];
    assert_eq!(refused(&long), wire::Error::TrailingBytes { count: 1 });
    long[0] = 0;
    assert_eq!(
        refused(&long[..MAX_DATAGRAM]),
        wire::Error::UnsupportedVersion(0)
    );
    assert_eq!(refused(&[0x7E]), wire::Error::UnsupportedVersion(2));
    assert_eq!(refused(&[0x7D]), wire::Error::Reserved);
    assert_eq!(refused(&[0x05, 0xFF, 0xFF, 0xFF]), wire::Error::Reserved);
    assert_eq!(refused(&[0x01, 0xFF, 0xFF, 0xFF]), wire::Error::OutOfRange);
}
