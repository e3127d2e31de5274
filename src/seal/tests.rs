#[cfg(feature = "node")]
mod agreed;
mod batch;
mod command;
mod control;
mod handed;
mod hostile;
mod lookup;
mod rows;
mod spaces;
#[cfg(all(target_os = "linux", feature = "node"))]
mod wiped;

use super::*;
use crate::wire::{self, Frame, MAX_DATAGRAM, Packet, Route, Space};
use proptest::prelude::*;
use std::vec::Vec;

/// Counts up, so that no two draws are equal and every run is the same.
pub(crate) struct Counting(pub(crate) u8);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 = self.0.wrapping_add(1);
        out.fill(self.0);
        Ok(())
    }
}

/// A generator that has died.
pub(crate) struct Dead;

impl Entropy for Dead {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        out.fill(0);
        Ok(())
    }
}

const STATIC_SECRET: [u8; 32] = [0x77; 32];

fn secrets(seed: u8) -> SessionSecrets {
    let key = |offset: u8| [seed.wrapping_add(offset); 32];
    SessionSecrets::derive(&key(0), &key(1), &key(2), Direction::DeviceResponded).unwrap()
}

fn begin(sealer: &mut Sealer, entropy: &mut impl Entropy) -> [u8; SAVED_SESSION_LEN] {
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(entropy, &mut saved).unwrap();
    sealer.epoch_stored().unwrap();
    saved
}

fn pair() -> (Sealer, Opener) {
    let mut sealer = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(0));
    (sealer, secrets(1).into_opener())
}

fn route(sealer: &Sealer) -> Route {
    sealer.epoch().unwrap().route(sealer.is_named())
}

/// Seals a frame and gives it the header that the sealer's route asks for.
fn sealed(sealer: &mut Sealer, space: Space, plaintext: &[u8]) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    let short = sealer.seal(space, plaintext, &mut out).unwrap().to_vec();
    let Ok(Packet::Frame(frame)) = Packet::parse(&short) else {
        panic!()
    };
    let routed = Frame {
        route: route(sealer),
        ..frame
    };
    routed.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
}

/// Opens and commits; the plaintext, or `None` for a duplicate.
fn receive(opener: &mut Opener, packet: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let mut packet = packet.to_vec();
    match opener.open(&mut packet)? {
        Opening::Fresh(opened) => {
            let plaintext = opened.plaintext().to_vec();
            opener.commit(opened.stored())?;
            Ok(Some(plaintext))
        }
        Opening::Duplicate => Ok(None),
        Opening::Control(_) => panic!(),
    }
}

fn receipt(opener: &Opener) -> Vec<u8> {
    opener
        .receipt(None, &mut [0; MAX_DATAGRAM])
        .unwrap()
        .to_vec()
}

// IOMT-EPOCH-002, IOMT-SEAL-031
#[test]
fn both_ends_derive_one_session_and_a_foreign_one_opens_nothing() {
    let (mut sealer, mut opener) = pair();
    assert_eq!(sealer.session(), secrets(1).id());
    let packet = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(
        receive(&mut secrets(9).into_opener(), &packet),
        Err(Error::UnknownEpoch)
    );
    assert!(receive(&mut opener, &packet).unwrap().is_some());
}

// IOMT-SEAL-035, IOMT-SEAL-041
#[test]
fn a_frame_opens_once_and_its_duplicate_reveals_nothing() {
    let (mut sealer, mut opener) = pair();
    let packet = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(receive(&mut opener, &packet), Ok(Some(b"reading".to_vec())));
    let mut again = packet.clone();
    assert!(matches!(opener.open(&mut again), Ok(Opening::Duplicate)));
    assert!(!again.windows(7).any(|window| window == b"reading"));
}

// IOMT-SEAL-040, IOMT-RCPT-013
#[test]
fn an_uncommitted_frame_opens_again_and_is_in_no_receipt() {
    let (mut sealer, mut opener) = pair();
    let packet = sealed(&mut sealer, Space::Data, b"reading");
    let mut buffer = packet.clone();
    let _died_before_the_store = opener.open(&mut buffer).unwrap();
    let bytes = receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    // Both spaces of the epoch are listed, since it is open: empty.
    assert_eq!(report.acknowledgements().count(), 2);
    assert!(!report.acknowledgements().any(|entry| entry.covers(0)));
    assert!(sealer.is_named());
    assert!(receive(&mut opener, &packet).unwrap().is_some());
}

// IOMT-SEAL-035
#[test]
fn a_forged_duplicate_is_not_taken_for_one() {
    let (mut sealer, mut opener) = pair();
    let mut packet = sealed(&mut sealer, Space::Data, b"reading");
    receive(&mut opener, &packet).unwrap();
    *packet.last_mut().unwrap() ^= 1;
    assert_eq!(receive(&mut opener, &packet), Err(Error::NotAuthentic));
}

// IOMT-SEAL-030, IOMT-SEAL-031, IOMT-SEAL-034, IOMT-ERR-003
#[test]
fn every_flipped_bit_and_every_truncation_is_refused_and_harms_nothing() {
    let (mut sealer, mut opener) = pair();
    let packet = sealed(&mut sealer, Space::Alarm, b"heart rate 180 /min");
    for bit in 0..packet.len() * 8 {
        let mut flipped = packet.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(receive(&mut opener, &flipped).is_err(), "bit {bit}");
    }
    for len in 0..packet.len() {
        assert!(
            receive(&mut opener, &packet[..len]).is_err(),
            "length {len}"
        );
    }
    let mut longer = packet.clone();
    longer.push(0);
    assert!(receive(&mut opener, &longer).is_err());
    assert!(receive(&mut opener, &packet).unwrap().is_some());
}

// IOMT-SEAL-020, IOMT-RCPT-010
#[test]
fn a_receipt_names_what_is_stored_and_ends_the_salt() {
    let (mut sealer, mut opener) = pair();
    let packets: Vec<_> = (0..5_u8)
        .map(|number| sealed(&mut sealer, Space::Data, &[number]))
        .collect();
    let alarm = sealed(&mut sealer, Space::Alarm, b"!");
    for packet in [&packets[0], &packets[3], &packets[4], &alarm] {
        receive(&mut opener, packet).unwrap();
    }
    let tag = sealer.epoch().unwrap().tag.short();
    let bytes = receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    let entries: Vec<_> = report.acknowledgements().collect();
    assert!(entries.iter().all(|entry| entry.epoch == tag));
    let covered = |entry: &Acknowledgement<'_>| {
        (0..6)
            .filter(|counter| entry.covers(*counter))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (entries[0].space, covered(&entries[0])),
        (Space::Data, Vec::from([0, 3, 4]))
    );
    assert_eq!(
        (entries[1].space, covered(&entries[1])),
        (Space::Alarm, Vec::from([0]))
    );
    assert!(sealer.is_named());
    assert!(matches!(route(&sealer), Route::Routed(_)));
}

// IOMT-LOC-002, IOMT-LOC-008, IOMT-LIM-004
#[test]
fn a_frame_of_an_old_epoch_that_was_held_back_drives_out_no_epoch_in_use() {
    let (mut sealer, mut opener) = pair();
    let rng = &mut Counting(100);
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"0")).unwrap();
    begin(&mut sealer, rng);
    let held = sealed(&mut sealer, Space::Data, b"held");
    begin(&mut sealer, rng);
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"2")).unwrap();
    let waiting = sealed(&mut sealer, Space::Data, b"waiting");
    for _ in 0..9 {
        begin(&mut sealer, rng);
        receive(&mut opener, &sealed(&mut sealer, Space::Data, b"n")).unwrap();
    }
    assert_eq!(receive(&mut opener, &held), Err(Error::UnknownEpoch));
    assert_eq!(
        receive(&mut opener, &waiting),
        Ok(Some(b"waiting".to_vec()))
    );
}

// IOMT-RCPT-011
#[test]
fn every_flipped_bit_of_a_receipt_is_refused() {
    let (mut sealer, mut opener) = pair();
    let packet = sealed(&mut sealer, Space::Data, b"reading");
    receive(&mut opener, &packet).unwrap();
    let bytes = receipt(&opener);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(sealer.verify(&flipped, |_| None).is_err(), "bit {bit}");
    }
    assert!(!sealer.is_named());
    assert!(sealer.verify(&bytes, |_| None).is_ok());
    let mut foreign = secrets(9).into_sealer(&STATIC_SECRET).unwrap();
    assert_eq!(
        foreign.verify(&bytes, |_| None).unwrap_err(),
        Error::NotAuthentic
    );
}

// IOMT-EPOCH-023
#[test]
fn nothing_is_sealed_before_the_chain_is_stored() {
    let mut sealer = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    let mut out = [0; 64];
    assert_eq!(
        sealer.seal(Space::Data, b"x", &mut out).unwrap_err(),
        Error::NoEpoch
    );
    sealer
        .begin_epoch(&mut Counting(0), &mut [0; SAVED_SESSION_LEN])
        .unwrap();
    assert_eq!(
        sealer.seal(Space::Data, b"x", &mut out).unwrap_err(),
        Error::NoEpoch
    );
    sealer.epoch_stored().unwrap();
    assert!(sealer.seal(Space::Data, b"x", &mut out).is_ok());
    assert_eq!(sealer.epoch_stored(), Err(Error::NoEpoch));
}

// IOMT-EPOCH-020
#[test]
fn a_rebooted_device_goes_on_in_the_next_epoch() {
    let (mut sealer, mut opener) = pair();
    let first = sealed(&mut sealer, Space::Data, b"before");
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut Counting(7), &mut saved).unwrap();
    let mut rebooted = Sealer::restore(&saved, &STATIC_SECRET).unwrap();
    begin(&mut rebooted, &mut Counting(50));
    let second = sealed(&mut rebooted, Space::Data, b"after");
    // The later epoch may come first.
    assert!(receive(&mut opener, &second).unwrap().is_some());
    assert!(receive(&mut opener, &first).unwrap().is_some());
    assert_eq!(
        rebooted
            .verify(&receipt(&opener), |_| None)
            .unwrap()
            .acknowledgements()
            .filter(|entry| entry.covers(0))
            .count(),
        2
    );
}

/// Opens a frame and lets the sealer hear of it.
fn hear(sealer: &mut Sealer, opener: &mut Opener) {
    let packet = sealed(sealer, Space::Data, b"heard");
    receive(opener, &packet).unwrap();
    sealer.verify(&receipt(opener), |_| None).unwrap();
}

// IOMT-LOC-001, IOMT-LOC-005, IOMT-LOC-006, IOMT-EPOCH-031
#[test]
fn an_epoch_beyond_the_window_is_not_found_and_costs_nothing() {
    // The twin hears every epoch, so that the device goes on; this opener hears none of them.
    let (mut sealer, mut twin) = pair();
    let mut opener = secrets(1).into_opener();
    let mut entropy = Counting(100);
    for _ in 0..7 {
        hear(&mut sealer, &mut twin);
        begin(&mut sealer, &mut entropy);
    }
    let last_inside = sealed(&mut sealer, Space::Data, b"seven");
    hear(&mut sealer, &mut twin);
    begin(&mut sealer, &mut entropy);
    let outside = sealed(&mut sealer, Space::Data, b"eight");
    assert_eq!(receive(&mut opener, &outside), Err(Error::UnknownEpoch));
    assert!(receive(&mut opener, &last_inside).unwrap().is_some());
    assert!(receive(&mut opener, &outside).unwrap().is_some());
}

// IOMT-LINK-033
#[test]
fn a_ninth_boot_without_a_receipt_is_out_of_reach_and_seals_on() {
    // What it seals is handed over by a reconnection, so it is not sealed for nobody.
    let mut saved = [0; SAVED_SESSION_LEN];
    let mut sealer = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    for boot in 0..8 {
        saved = begin(&mut sealer, &mut Counting(boot * 20));
        assert!(!sealer.is_out_of_reach());
        sealer = Sealer::restore(&saved, &STATIC_SECRET).unwrap();
    }
    begin(&mut sealer, &mut Counting(200));
    assert!(sealer.is_out_of_reach());
    assert!(sealer.seal(Space::Data, b"x", &mut [0; 64]).is_ok());
    assert!(Sealer::restore(&saved, &STATIC_SECRET).is_ok());
}

#[test]
fn a_receipt_is_remembered_across_reboots() {
    let (mut sealer, mut opener) = pair();
    for boot in 1..20 {
        assert!(!sealer.wants_saving());
        hear(&mut sealer, &mut opener);
        assert!(sealer.wants_saving());
        let mut saved = [0; SAVED_SESSION_LEN];
        sealer.save(&mut saved).unwrap();
        sealer = Sealer::restore(&saved, &STATIC_SECRET).unwrap();
        begin(&mut sealer, &mut Counting(boot * 10));
    }
}

// IOMT-SEAL-033
#[test]
fn short_frames_open_in_the_newest_epoch_or_the_one_before() {
    let (mut sealer, mut opener) = pair();
    let first = sealed(&mut sealer, Space::Data, b"first");
    let mut short_of_first = [0; 64];
    let short_of_first = sealer
        .seal(Space::Data, b"old", &mut short_of_first)
        .unwrap()
        .to_vec();
    assert_eq!(
        receive(&mut opener, &short_of_first),
        Err(Error::UnknownEpoch)
    );
    receive(&mut opener, &first).unwrap();
    begin(&mut sealer, &mut Counting(30));
    let second = sealed(&mut sealer, Space::Data, b"second");
    receive(&mut opener, &second).unwrap();
    assert_eq!(
        receive(&mut opener, &short_of_first),
        Ok(Some(b"old".to_vec()))
    );
}

// IOMT-EPOCH-012, IOMT-EPOCH-013
#[test]
fn a_dead_generator_is_refused_within_a_boot_and_across_one() {
    let mut sealer = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut Dead, &mut saved).unwrap();
    assert_eq!(
        sealer.draw_run(&mut Dead),
        Err(Error::Entropy(EntropyFailed))
    );
    let mut rebooted = Sealer::restore(&saved, &STATIC_SECRET).unwrap();
    assert_eq!(
        rebooted.begin_epoch(&mut Dead, &mut saved),
        Err(Error::Entropy(EntropyFailed))
    );
    // It began like the last boot: what it gives afterwards is what it gave then.
    let entropy = &mut Counting(0);
    assert!(rebooted.begin_epoch(entropy, &mut saved).is_err());
    let mut rebooted = Sealer::restore(&saved, &STATIC_SECRET).unwrap();
    assert!(rebooted.begin_epoch(entropy, &mut saved).is_ok());
}

// IOMT-EPOCH-026
#[test]
fn a_saved_session_with_any_bit_flipped_or_of_another_device_is_refused() {
    let mut sealer = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    let saved = begin(&mut sealer, &mut Counting(0));
    assert!(Sealer::restore(&saved, &STATIC_SECRET).is_ok());
    let refusal = |saved: &[u8], secret| Sealer::restore(saved, secret).unwrap_err();
    for bit in 0..saved.len() * 8 {
        let mut flipped = saved;
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(refusal(&flipped, &STATIC_SECRET), Error::BadSavedSession);
    }
    for len in 0..saved.len() {
        assert_eq!(
            refusal(&saved[..len], &STATIC_SECRET),
            Error::BadSavedSession
        );
    }
    assert_eq!(refusal(&saved, &[0x78; 32]), Error::BadSavedSession);
}

// IOMT-SEAL-039, IOMT-RCPT-001, IOMT-RCPT-002
#[test]
fn a_space_that_is_full_of_holes_takes_its_lowest_frame() {
    let (mut sealer, mut opener) = pair();
    let packets: Vec<_> = (0..40_u8)
        .map(|number| sealed(&mut sealer, Space::Data, &[number]))
        .collect();
    for packet in packets.iter().skip(1).step_by(2).take(16) {
        receive(&mut opener, packet).unwrap();
    }
    assert_eq!(
        receive(&mut opener, &packets[35]),
        Err(wire::Error::SetFull.into())
    );
    assert!(receive(&mut opener, &packets[0]).unwrap().is_some());
    assert!(receive(&mut opener, &packets[35]).unwrap().is_some());
}

// IOMT-SEC-001
#[test]
fn nothing_secret_is_printed() {
    let (mut sealer, opener) = pair();
    let text = std::format!("{sealer:?} {opener:?} {:?}", secrets(1));
    assert_eq!(
        text,
        "Sealer { epoch: Some(0), .. } Opener { epochs: 0, .. } SessionSecrets(..)"
    );
    sealer.seal(Space::Data, b"x", &mut [0; 64]).unwrap();
}

// IOMT-ENV-006
#[test]
fn a_frame_that_does_not_say_its_run_belongs_to_that_of_its_epoch() {
    let (mut sealer, mut opener) = pair();
    let run = wire::Run([5; 8]);
    let mut run_of = |run| {
        let mut buffer = [0; 32];
        let plaintext = wire::EnvelopeWriter::new(&mut buffer, 0, run)
            .unwrap()
            .finish()
            .to_vec();
        let mut packet = sealed(&mut sealer, Space::Data, &plaintext);
        match opener.open(&mut packet).unwrap() {
            Opening::Fresh(opened) => opened.run(),
            _ => panic!(),
        }
    };
    assert_eq!(run_of(None), None);
    assert_eq!(run_of(Some(run)), Some(run));
    assert_eq!(run_of(None), Some(run));
}

// IOMT-LIM-002
#[test]
fn the_sizes_are_those_of_the_documentation() {
    assert!(size_of::<Sealer>().abs_diff(510) < 10);
    let (in_place, least) = (5_837, 904);
    let opener = if cfg!(feature = "std") {
        least
    } else {
        in_place
    };
    assert!(size_of::<Opener>().abs_diff(opener) < 60);
}

proptest! {
    #[test]
    fn frames_of_any_length_come_back(plaintext in proptest::collection::vec(any::<u8>(), 0..1_188)) {
        let (mut sealer, mut opener) = pair();
        let packet = sealed(&mut sealer, Space::Data, &plaintext);
        prop_assert_eq!(packet.len(), plaintext.len() + 44);
        prop_assert_eq!(receive(&mut opener, &packet), Ok(Some(plaintext)));
    }

    // IOMT-RCPT-013
    #[test]
    fn a_receipt_says_exactly_what_was_committed(mut order in Just((0..60_usize).collect::<Vec<_>>()).prop_shuffle(), take in 0_usize..60) {
        let (mut sealer, mut opener) = pair();
        let packets: Vec<_> = (0..60_u8).map(|number| sealed(&mut sealer, Space::Data, &[number])).collect();
        order.truncate(take);
        order.retain(|index| receive(&mut opener, &packets[*index]).is_ok());
        let bytes = receipt(&opener);
        let report = sealer.verify(&bytes, |_| None).unwrap();
        let acknowledged = report.acknowledgements().next();
        for counter in 0..60 {
            let covered = acknowledged.as_ref().is_some_and(|entry| entry.covers(counter));
            prop_assert_eq!(covered, order.contains(&usize::try_from(counter).unwrap()));
        }
    }

    // IOMT-ERR-004
    #[test]
    fn opening_any_bytes_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let (mut sealer, mut opener) = pair();
        let _ = sealer.verify(&bytes, |_| None);
        let _ = opener.open(&mut bytes);
    }
}
