//! Sessions as rows of a store.

use super::control::{control, hear_control};
use super::handed::{Held, list, take};
use super::*;
use crate::wire::Hint;

const OWNER: RowOwner<'_> = RowOwner {
    tenant: b"hospital",
    device: b"device 7",
};

fn key() -> RowKey {
    RowKey::from_bytes(&[0x4B; 32]).unwrap()
}

fn row_of(opener: &Opener, psk: Option<&RowPsk>) -> Vec<u8> {
    let row = Row {
        opener,
        psk,
        note: &[],
    };
    let mut out = [0; MAX_ROW];
    let sealed = key().seal(&OWNER, row, &mut Counting(9), &mut out);
    sealed.unwrap().to_vec()
}

fn open(row: &[u8]) -> Opener {
    key().open(&OWNER, row).unwrap().opener
}

/// A device at rest: everything acknowledged, its clock known.
fn at_rest() -> (Sealer, Opener) {
    let (mut sealer, mut opener) = pair();
    come_to_rest(&mut sealer, &mut opener);
    (sealer, opener)
}

fn come_to_rest(sealer: &mut Sealer, opener: &mut Opener) {
    let mut buffer = [0; 32];
    let run = wire::Run([5; 8]);
    let writer = wire::EnvelopeWriter::new(&mut buffer, 0, Some(run)).unwrap();
    let packet = sealed(sealer, Space::Data, writer.finish());
    receive(opener, &packet).unwrap();
    hear_control(opener, &control(sealer, b"clock")).unwrap();
    sealer.verify(&receipt(opener), |_| None).unwrap();
}

/// As many ranges as there is room for, far apart.
pub(super) fn fill_with_holes(opener: &mut Opener) {
    let range = |number: u32| {
        let start = number * 100_000;
        let end = start + 20_000;
        wire::CounterRange { start, end }
    };
    for epoch in opener.epochs.iter_mut() {
        (1..=16).for_each(|number| epoch.data.set.push_range(range(number)).unwrap());
        (1..=4).for_each(|number| epoch.alarm.set.push_range(range(number)).unwrap());
        (1..=8).for_each(|number| epoch.data.lost.push(range(number)).unwrap());
        (1..=8).for_each(|number| epoch.alarm.lost.push(range(number)).unwrap());
    }
}

#[test]
fn the_longest_row_has_room() {
    let (mut sealer, mut opener) = pair();
    // Seven are skipped, and ten open.
    for epoch in 0..17_u8 {
        if epoch > 0 {
            begin(&mut sealer, &mut Counting(epoch * 11));
        }
        if epoch == 0 || epoch > 7 {
            come_to_rest(&mut sealer, &mut opener);
        }
    }
    fill_with_holes(&mut opener);
    let psk = RowPsk::new([3; 32], Hint([4; 8]));
    let row = row_of(&opener, Some(&psk));
    assert!(row.len() > MAX_ROW - 500 && row.len() <= MAX_ROW);
    assert_eq!(receipt(&open(&row)), receipt(&opener));
    let row = Row {
        opener: &opener,
        psk: None,
        note: &[],
    };
    let mut short = [0; 300];
    let needed = key().seal(&OWNER, row, &mut Counting(9), &mut short);
    assert!(matches!(
        needed,
        Err(Error::Malformed(wire::Error::NoRoom { .. }))
    ));
}

// IOMT-EPOCH-032
#[test]
fn a_row_has_the_size_that_is_promised() {
    let (mut sealer, mut opener) = at_rest();
    // "≤ 176 bytes with empty sets, 6 a range"
    assert_eq!(row_of(&opener, None).len(), 176);
    let psk = RowPsk::new([3; 32], Hint([4; 8]));
    assert_eq!(row_of(&opener, Some(&psk)).len(), 216);
    let mut len = 176 + 4;
    for _ in 0..16 {
        sealer.skip(Space::Data).unwrap();
        receive(&mut opener, &sealed(&mut sealer, Space::Data, b"x")).unwrap();
        len += 6;
        assert_eq!(row_of(&opener, None).len(), len);
    }
    // A further epoch of this session: what finds its twins takes 16 bytes more than its secret would.
    let (mut sealer, mut opener) = at_rest();
    begin(&mut sealer, &mut Counting(30));
    come_to_rest(&mut sealer, &mut opener);
    assert_eq!(row_of(&opener, None).len(), 176 + 69);
    begin(&mut sealer, &mut Counting(60));
    begin(&mut sealer, &mut Counting(90));
    come_to_rest(&mut sealer, &mut opener);
    assert_eq!(row_of(&opener, None).len(), 176 + 69 + 69 + 41);
}

#[test]
fn a_further_epoch_that_was_handed_over_takes_less_than_sixty_bytes() {
    let (mut before, _) = pair();
    let mut sealer = secrets(40).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(40));
    let mut opener = secrets(40).into_opener();
    take(&mut opener, &list(&mut sealer, &[], (0, 0), &[])).unwrap();
    let without = row_of(&opener, None).len();
    sealed(&mut before, Space::Data, b"backlog");
    let held = Held::new(before.epoch().unwrap(), before.opened().unwrap().1, (0, 1));
    take(&mut opener, &list(&mut sealer, &[held], (0, 0), &[])).unwrap();
    assert_eq!(row_of(&opener, None).len() - without, 53);
}

/// An opener with something of everything.
fn full_of_everything() -> (Sealer, Opener) {
    let (mut before, _) = pair();
    let held_packet = sealed(&mut before, Space::Data, b"backlog");
    for _ in 0..9 {
        before.skip(Space::Data).unwrap();
    }
    let mut sealer = secrets(40).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(40));
    let mut opener = secrets(40).into_opener();
    let held = Held::new(before.epoch().unwrap(), before.opened().unwrap().1, (5, 10));
    take(&mut opener, &list(&mut sealer, &[held], (3, 3), &[])).unwrap();
    receive(&mut opener, &held_packet).unwrap();
    for _ in 0..5 {
        sealer.skip(Space::Data).unwrap();
        sealer.skip(Space::Alarm).unwrap();
        receive(&mut opener, &sealed(&mut sealer, Space::Data, b"x")).unwrap();
        let _ = receive(&mut opener, &sealed(&mut sealer, Space::Alarm, b"!"));
    }
    begin(&mut sealer, &mut Counting(70));
    begin(&mut sealer, &mut Counting(90));
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"x")).unwrap();
    (sealer, opener)
}

#[test]
fn what_comes_out_of_a_row_is_what_went_in() {
    let (mut sealer, mut opener) = full_of_everything();
    let psk = RowPsk::new([3; 32], Hint([4; 8]));
    let opened = key().open(&OWNER, &row_of(&opener, Some(&psk))).unwrap();
    let read = opened.psk.unwrap();
    assert_eq!((read.expose(), read.hint()), (&[3; 32], Hint([4; 8])));
    let mut restored = opened.opener;
    assert_eq!(receipt(&restored), receipt(&opener));
    assert!(restored.locators().eq(opener.locators()));
    assert!(restored.open_epochs().eq(opener.open_epochs()));
    assert_eq!(row_of(&restored, Some(&psk)), row_of(&opener, Some(&psk)));
    for space in [Space::Data, Space::Alarm] {
        let packet = sealed(&mut sealer, space, b"next");
        for opener in [&mut restored, &mut opener] {
            assert!(receive(opener, &packet).unwrap().is_some());
            assert_eq!(receive(opener, &packet), Ok(None));
        }
    }
    assert_eq!(receipt(&restored), receipt(&opener));
}

#[test]
fn a_row_with_any_bit_flipped_or_of_anybody_else_is_refused() {
    let (_, opener) = at_rest();
    let row = row_of(&opener, None);
    let refusal =
        |key: &RowKey, owner: &RowOwner<'_>, row: &[u8]| key.open(owner, row).unwrap_err();
    for bit in 0..row.len() * 8 {
        let mut flipped = row.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            refusal(&key(), &OWNER, &flipped),
            Error::BadRow,
            "bit {bit}"
        );
    }
    for len in 0..row.len() {
        assert_eq!(refusal(&key(), &OWNER, &row[..len]), Error::BadRow);
    }
    let longer = [&row[..], &[0; 4_000]].concat();
    assert_eq!(refusal(&key(), &OWNER, &longer), Error::BadRow);
    let other_key = RowKey::from_bytes(&[0x4C; 32]).unwrap();
    assert_eq!(refusal(&other_key, &OWNER, &row), Error::BadRow);
    let shifted = RowOwner {
        tenant: b"hospitald",
        device: b"evice 7",
    };
    assert_eq!(refusal(&key(), &shifted, &row), Error::BadRow);
    assert_eq!(
        RowKey::from_bytes(&[1; 31]).unwrap_err(),
        Error::BadKeyLength
    );
    let long = RowOwner {
        tenant: &[1; 65],
        device: b"",
    };
    assert!(key().open(&long, &row).is_err());
}

#[test]
fn a_row_of_another_version_or_suite_is_refused() {
    let (_, opener) = at_rest();
    let row = row_of(&opener, None);
    assert_eq!(row[..2], [1, 1]);
    for (place, value) in [(0, 2), (1, 2), (0, 0), (1, 0)] {
        let mut other = row.clone();
        other[place] = value;
        assert_eq!(key().open(&OWNER, &other).unwrap_err(), Error::BadRow);
    }
}

// IOMT-SEC-005
#[test]
fn a_rolled_back_row_only_admits_replays() {
    let (mut sealer, mut opener) = at_rest();
    let old = row_of(&opener, None);
    let packet = sealed(&mut sealer, Space::Data, b"reading");
    assert!(receive(&mut opener, &packet).unwrap().is_some());
    // The same frame once more, with the same place in its epoch: the store's key keeps one.
    let mut restored = open(&old);
    let mut replayed = packet.clone();
    let Ok(Opening::Fresh(opened)) = restored.open(&mut replayed) else {
        panic!()
    };
    assert_eq!(opened.plaintext(), b"reading");
    assert_eq!(opened.epoch(), sealer.epoch().unwrap().tag);
    let stored = opened.stored();
    assert_eq!(stored.epoch(), sealer.epoch().unwrap().tag);
    restored.commit(stored).unwrap();
    assert_eq!(receipt(&restored), receipt(&opener));
}

// IOMT-EPOCH-034
#[test]
fn two_workers_that_import_one_row_open_and_speak_alike() {
    let (mut sealer, opener) = at_rest();
    let row = row_of(&opener, None);
    let (mut first, mut second) = (open(&row), open(&row));
    let packets: Vec<_> = (0..4_u8)
        .map(|n| sealed(&mut sealer, Space::Data, &[n]))
        .collect();
    assert!(receive(&mut first, &packets[0]).unwrap().is_some());
    assert!(receive(&mut second, &packets[0]).unwrap().is_some());
    receive(&mut first, &packets[1]).unwrap();
    receive(&mut second, &packets[2]).unwrap();
    // Each says what it knows; the device believes both, since what is stored is stored.
    let covered: Vec<Vec<u32>> = [&first, &second]
        .into_iter()
        .map(|worker| {
            let bytes = receipt(worker);
            let report = sealer.verify(&bytes, |_| None).unwrap();
            let data = report.acknowledgements().next().unwrap();
            (0..5).filter(|counter| data.covers(*counter)).collect()
        })
        .collect();
    assert_eq!(covered, [[0, 1, 2], [0, 1, 3]]);
}

#[test]
fn frames_are_opened_in_batches_in_their_own_buffers() {
    let (mut sealer, opener) = at_rest();
    let mut packets: Vec<Vec<u8>> = (0..5_u8)
        .map(|n| sealed(&mut sealer, Space::Data, &[n]))
        .collect();
    packets[3][20] ^= 1;
    let mut worker = open(&row_of(&opener, None));
    let slices = packets.iter_mut().map(Vec::as_mut_slice);
    let stored: Vec<Stored> = worker
        .open_each(slices)
        .filter_map(|opening| match opening {
            Ok(Opening::Fresh(opened)) => Some(opened.stored()),
            _ => None,
        })
        .collect();
    assert_eq!(
        stored.iter().map(Stored::counter).collect::<Vec<_>>(),
        [1, 2, 3, 5]
    );
    for stored in stored {
        worker.commit(stored).unwrap();
    }
    let bytes = receipt(&worker);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    let data = report.acknowledgements().next().unwrap();
    assert_eq!((data.floor, data.covers(5)), (4, true));
}

#[test]
fn a_dead_generator_repeats_no_nonce_with_another_content() {
    let (mut sealer, mut opener) = at_rest();
    let mut nonces = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let row = Row {
            opener: &opener,
            psk: None,
            note: &[],
        };
        let mut out = [0; MAX_ROW];
        let sealed_row = key().seal(&OWNER, row, &mut Dead, &mut out).unwrap();
        assert!(nonces.insert(sealed_row[2..26].to_vec()));
        receive(&mut opener, &sealed(&mut sealer, Space::Data, b"x")).unwrap();
    }
}

// IOMT-SEC-001
#[test]
fn nothing_secret_of_a_row_is_printed() {
    let (_, opener) = at_rest();
    let psk = RowPsk::new([3; 32], Hint([4; 8]));
    let row = Row {
        opener: &opener,
        psk: Some(&psk),
        note: b"a secret of the caller",
    };
    assert_eq!(
        std::format!("{row:?} {:?}", key()),
        "Row { opener: Opener { epochs: 1, .. }, psk: Some(RowPsk(..)), .. } RowKey(..)"
    );
}

proptest! {
    #[test]
    fn content_that_is_authentic_and_broken_is_refused_without_a_panic(
        content in proptest::collection::vec(any::<u8>(), 0..400), epochs in 0_u8..16,
    ) {
        let mut content = content;
        if let Some(shape) = content.get_mut(65) {
            *shape = epochs;
        }
        let _ = export::read_for_tests(&content);
    }
}

#[test]
fn a_note_comes_back_and_one_that_is_too_long_is_refused() {
    let (_, opener) = at_rest();
    let note = [7; MAX_NOTE + 1];
    for len in [0, 1, note.len() - 1, note.len()] {
        let row = Row {
            opener: &opener,
            psk: None,
            note: &note[..len],
        };
        let mut out = std::vec![0; MAX_ROW];
        let sealed = key().seal(&OWNER, row, &mut Counting(3), &mut out);
        match sealed {
            Ok(row) => assert_eq!(key().open(&OWNER, row).unwrap().note, note[..len]),
            Err(error) => {
                assert_eq!((len, error), (note.len(), wire::Error::OutOfRange.into()));
            }
        }
    }
}
