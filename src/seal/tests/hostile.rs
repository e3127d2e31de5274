//! The dangers of PROTOCOL §8 that live at this layer, by name.

use core::sync::atomic::{AtomicUsize, Ordering};

use super::control::{control, dated_receipt, hear_control};
use super::handed::{Held, list, take};
use super::*;
use crate::seal::schedule::derivations;
use crate::wire::Locator;
use crate::wire::control::{Lost, Why};

// IOMT-SEAL-016
#[test]
fn a_hundred_thousand_lost_control_frames_then_data_still_flows() {
    let (mut sealer, mut opener) = pair();
    hear_control(&mut opener, &control(&mut sealer, b"clock")).unwrap();
    for _ in 0..100_000 {
        sealer.seal_control(b"lost", &mut [0; 64]).unwrap();
    }
    let data = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(receive(&mut opener, &data), Ok(Some(b"reading".to_vec())));
    let newest = control(&mut sealer, b"clock");
    assert_eq!(hear_control(&mut opener, &newest).unwrap().0, 100_001);
    let bytes = dated_receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    assert_eq!(report.echo(), Some(100_001));
    assert!(report.acknowledgements().any(|entry| entry.covers(0)));
}

// IOMT-RCPT-001, IOMT-OUT-035, IOMT-OUT-037
#[test]
fn seventeen_permanent_holes_then_outstanding() {
    let (mut sealer, mut opener) = pair();
    let mut losses = Vec::new();
    for hole in 0..17_u32 {
        let start = sealer.skip(Space::Data).unwrap();
        let why = if hole % 2 == 0 {
            Why::StoreFailed
        } else {
            Why::NoRoom
        };
        let end = start + 1;
        let range = wire::CounterRange { start, end };
        losses.push(Lost { range, why });
        let packet = sealed(&mut sealer, Space::Data, b"reading");
        if hole < 16 {
            assert!(receive(&mut opener, &packet).is_ok());
        } else {
            let refused = receive(&mut opener, &packet);
            assert_eq!(refused, Err(wire::Error::SetFull.into()));
            let packet_list = list(&mut sealer, &[], (33, 34), &losses);
            let (settled, noted) = take(&mut opener, &packet_list).unwrap();
            assert_eq!(settled, Some(Settled::default()));
            assert_eq!(noted.len(), 17);
            for (loss, lost) in noted.iter().zip(&losses) {
                assert_eq!(loss.range, lost.range);
                assert_eq!(loss.why, LossCause::Reported(lost.why));
            }
            assert!(receive(&mut opener, &packet).unwrap().is_some());
        }
    }
    let bytes = receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    let floor = report.acknowledgements().next().unwrap().floor;
    assert_eq!(floor, sealer.next_counter(Space::Data));
    // The list is repeated until it is reflected, and says nothing new.
    let again = list(&mut sealer, &[], (33, 34), &losses);
    assert_eq!(take(&mut opener, &again).unwrap().1, []);
}

// IOMT-RCPT-020, IOMT-RCPT-022, IOMT-SEC-008
#[test]
fn yesterdays_receipt() {
    let (mut sealer, mut opener) = pair();
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"0")).unwrap();
    hear_control(&mut opener, &control(&mut sealer, b"clock")).unwrap();
    let yesterdays = dated_receipt(&opener);
    let yesterday = sealer.epoch().unwrap();

    // The same boot, a day later: what is stored is believed, and the echo says how old the time is.
    let saved = begin(&mut sealer, &mut Counting(30));
    hear_control(&mut opener, &control(&mut sealer, b"clock")).unwrap();
    let opened = |locator| (locator == yesterday.locator).then_some(yesterday.tag);
    let report = sealer.verify(&yesterdays, opened).unwrap();
    assert!(report.acknowledgements().any(|entry| entry.covers(0)));
    assert_eq!(report.echo(), Some(0));
    assert!(!report.names(sealer.epoch().unwrap().tag));
    // Another boot has opened no epoch that it echoes: it dates nothing and is refused.
    let mut rebooted = Sealer::restore(&saved, &STATIC_SECRET).unwrap();
    begin(&mut rebooted, &mut Counting(60));
    let refused = rebooted.verify(&yesterdays, |_| None).unwrap_err();
    assert_eq!(refused, Error::UnknownEpoch);
    // Its echo can not be taken out of it.
    let mut without_echo = yesterdays.clone();
    without_echo[9..12].fill(0xFF);
    let refused = rebooted.verify(&without_echo, |_| None).unwrap_err();
    assert_eq!(refused, Error::NotAuthentic);
}

// IOMT-SEC-007, IOMT-EPOCH-032, IOMT-SEAL-037, IOMT-SEAL-038
#[test]
fn stolen_chain_key_after_reconnection() {
    // The thief has the flash of the old session: its next chain key, and the secret of an undrained epoch.
    let ((mut device, mut old), (mut thief, _)) = (pair(), pair());
    let stored = sealed(&mut device, Space::Data, b"0");
    let backlog = sealed(&mut device, Space::Data, b"1");
    receive(&mut old, &stored).unwrap();
    let (epoch, secret) = device.opened().unwrap();
    for _ in 0..2 {
        thief.skip(Space::Data).unwrap();
    }
    let forged = sealed(&mut thief, Space::Data, b"forged");
    let forged_control = control(&mut thief, b"forged");
    begin(&mut thief, &mut Counting(90));
    let forged_epoch = sealed(&mut thief, Space::Data, b"forged");

    // The reconnection.
    let mut sealer = secrets(50).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(10));
    let mut opener = secrets(50).into_opener();
    opener.inherit(old);
    let held = Held::new(epoch, secret, (1, 2));
    let (settled, lost) = take(&mut opener, &list(&mut sealer, &[held], (0, 0), &[])).unwrap();
    assert_eq!((settled, lost), (Some(Settled::default()), Vec::new()));

    assert_eq!(
        receive(&mut opener, &forged_epoch),
        Err(Error::UnknownEpoch)
    );
    assert_eq!(receive(&mut opener, &forged), Err(Error::BeyondEnd));
    let refused = hear_control(&mut opener, &forged_control).unwrap_err();
    assert_eq!(refused, Error::BeyondEnd);
    // What the device has in its backlog still comes, and only once.
    assert_eq!(receive(&mut opener, &backlog), Ok(Some(b"1".to_vec())));
    assert_eq!(receive(&mut opener, &backlog), Ok(None));
    assert_eq!(receive(&mut opener, &stored), Ok(None));
    // Receipts of the dead session are refused, those of the new one by the thief.
    let bytes = receipt(&opener);
    let opened = |_| Some(sealer.epoch().unwrap().tag);
    assert_eq!(
        thief.verify(&bytes, opened).unwrap_err(),
        Error::NotAuthentic
    );
    // Drained, the epoch is closed to everybody.
    take(&mut opener, &list(&mut sealer, &[], (0, 0), &[])).unwrap();
    assert_eq!(receive(&mut opener, &backlog), Err(Error::UnknownEpoch));
}

// IOMT-RCPT-030
#[test]
fn forged_duplicates_cause_no_receipt() {
    let (mut sealer, mut opener) = pair();
    let packet = sealed(&mut sealer, Space::Data, b"reading");
    receive(&mut opener, &packet).unwrap();
    for bit in 0..packet.len() * 8 {
        let mut forged = packet.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        let is_duplicate = matches!(opener.open(&mut forged), Ok(Opening::Duplicate));
        assert!(!is_duplicate, "bit {bit}");
    }
    assert_eq!(receive(&mut opener, &packet), Ok(None));
}

/// Counts how often it is asked, and how often it knew nobody.
struct Counted {
    table: SessionTable<u32>,
    asked: AtomicUsize,
    missed: AtomicUsize,
}

impl SessionLookup for Counted {
    type Name = u32;

    fn owners(&self, locator: Locator) -> Owners<u32> {
        let owners = self.table.owners(locator);
        self.asked.fetch_add(1, Ordering::Relaxed);
        if owners.is_empty() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
        owners
    }
}

// IOMT-SEAL-032, IOMT-LOC-005, IOMT-LIM-001, IOMT-SEC-009
#[test]
fn a_thousand_openings_by_strangers_cost_one_table_miss_each() {
    let (mut sealer, mut opener) = pair();
    let mut lookup = Counted {
        table: SessionTable::default(),
        asked: AtomicUsize::new(0),
        missed: AtomicUsize::new(0),
    };
    for locator in opener.locators() {
        assert!(lookup.table.insert(locator, 0));
    }
    let honest = sealed(&mut sealer, Space::Data, b"x");
    let mut frames: Vec<Vec<u8>> = (0..1_000_u64)
        .map(|number| {
            let mut stranger = honest.clone();
            stranger[1..9].copy_from_slice(&number.to_be_bytes());
            stranger
        })
        .collect();
    // Nor does it cost a derivation where it is given to a session all the same.
    let derived = derivations::count();
    for stranger in &frames {
        assert_eq!(receive(&mut opener, stranger), Err(Error::UnknownEpoch));
    }
    frames.push(honest);
    let mut outcomes = Vec::new();
    let openers = core::slice::from_mut(&mut opener);
    assert_eq!(derivations::count(), derived);
    open_batch(&lookup, openers, &mut frames, |_, outcome| {
        outcomes.push(outcome.map(|(name, _)| name));
    });
    let (known, strangers) = outcomes.split_last().unwrap();
    assert_eq!(*known, Ok(0));
    assert_eq!(strangers.len(), 1_000);
    assert!(
        strangers
            .iter()
            .all(|outcome| *outcome == Err(Error::UnknownEpoch))
    );
    let [asked, missed] = [lookup.asked, lookup.missed].map(AtomicUsize::into_inner);
    assert_eq!((asked, missed), (1_001, 1_000));
}

// IOMT-EPOCH-030, IOMT-LOC-004
#[test]
fn two_tags_for_one_session_and_number_are_reported_and_never_merged() {
    let (mut device, mut opener) = pair();
    let mut clone = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut clone, &mut Counting(120));
    let ours = sealed(&mut device, Space::Data, b"ours");
    let theirs = sealed(&mut clone, Space::Data, b"theirs");
    assert_eq!(receive(&mut opener, &ours), Ok(Some(b"ours".to_vec())));
    assert_eq!(opener.poll_twin(), None);
    assert_eq!(receive(&mut opener, &theirs), Ok(Some(b"theirs".to_vec())));
    let [known, new] = [&device, &clone].map(|sealer| sealer.epoch().unwrap());
    let twin = opener.poll_twin().unwrap();
    assert_eq!((twin.number, twin.locator), (0, known.locator));
    assert_eq!((twin.known, twin.new), (known.tag, new.tag));
    // Said once; and each has a set of its own, whichever way its frames come.
    assert_eq!(receive(&mut opener, &theirs), Ok(None));
    assert_eq!(opener.poll_twin(), None);
    device.verify(&receipt(&opener), |_| None).unwrap();
    clone.verify(&receipt(&opener), |_| None).unwrap();
    for sealer in [&mut device, &mut clone] {
        let packet = sealed(sealer, Space::Data, b"routed");
        assert_eq!(packet[0], 0x09);
        assert_eq!(receive(&mut opener, &packet), Ok(Some(b"routed".to_vec())));
        assert_eq!(receive(&mut opener, &packet), Ok(None));
    }
    assert_eq!(opener.open_epochs().count(), 2);
    // A fifth owner of one locator is not tried.
    for seed in [140, 160, 180] {
        let mut another = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
        begin(&mut another, &mut Counting(seed));
        let opened = receive(&mut opener, &sealed(&mut another, Space::Data, b"x"));
        assert_eq!(opened.is_ok(), seed < 180);
    }
}

// IOMT-SEAL-013
#[test]
fn counter_reset_at_key_change() {
    let (mut sealer, mut opener) = pair();
    for epoch in 0..3_u8 {
        if epoch > 0 {
            begin(&mut sealer, &mut Counting(epoch * 50));
        }
        for space in [Space::Data, Space::Alarm, Space::Control] {
            assert_eq!(sealer.next_counter(space), 0);
        }
        for counter in 0..3 {
            for space in [Space::Data, Space::Alarm] {
                let packet = sealed(&mut sealer, space, &[epoch]);
                assert_eq!(receive(&mut opener, &packet), Ok(Some(Vec::from([epoch]))));
            }
            let packet = control(&mut sealer, &[epoch]);
            let heard = hear_control(&mut opener, &packet);
            assert_eq!(heard, Ok((counter, Vec::from([epoch]))));
        }
    }
}
