use core::num::{NonZeroU32, NonZeroU64};
use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::time::{Duration, Instant};
use crate::wire::{Locator, MAX_COUNTER, MAX_DATAGRAM, Run, Space};

const SECRET: [u8; SECRET_LEN] = [0x5E; SECRET_LEN];

type Losses<'a> = core::iter::Copied<core::slice::Iter<'a, Lost>>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn written(write: impl FnOnce(&mut ControlWriter<'_>)) -> Vec<u8> {
    let mut buffer = [0; MAX_DATAGRAM];
    let mut writer = ControlWriter::new(&mut buffer);
    write(&mut writer);
    writer.finish().to_vec()
}

const fn lost(start: u32, end: u32, why: Why) -> Lost {
    let range = CounterRange { start, end };
    Lost { range, why }
}

const STATUS_EXAMPLE: Status = Status {
    ticks: Instant::from_secs(5),
    due_ms: NonZeroU32::new(30_000),
    server_time_ms: NonZeroU64::new(1_764_000_000_000),
    age: Duration::from_millis(250),
};

fn sealing_entry(losses: &[Lost]) -> EpochEntry<'_, Losses<'_>> {
    EpochEntry {
        locator: Locator([1; 8]),
        secret: None,
        is_cut: false,
        run: Run([2; 8]),
        data: Some(SpaceEntry {
            floor: 5,
            end: 300,
            losses: losses.iter().copied(),
        }),
        alarm: None,
    }
}

fn older_entry() -> EpochEntry<'static, Losses<'static>> {
    EpochEntry {
        locator: Locator([3; 8]),
        secret: Some(&SECRET),
        is_cut: true,
        run: Run([4; 8]),
        data: None,
        alarm: Some(SpaceEntry {
            floor: 1,
            end: 1,
            losses: [].iter().copied(),
        }),
    }
}

fn example() -> Vec<u8> {
    let losses = [lost(2, 4, Why::StoreFailed), lost(4, 5, Why::NoRoom)];
    written(|writer| {
        let list = [older_entry(), sealing_entry(&losses)];
        writer.outstanding(list.into_iter()).unwrap();
    })
}

// IOMT-OUT-010
#[test]
fn the_status_is_the_drawn_bytes() {
    let plaintext = written(|writer| writer.status(&STATUS_EXAMPLE).unwrap());
    assert_eq!(hex(&plaintext), "0210c096b102b0ea0180d0dfb4ab3390a10f");
    let silent = Status {
        ticks: Instant::ZERO,
        due_ms: None,
        server_time_ms: None,
        age: Duration::from_secs(0),
    };
    let plaintext = written(|writer| writer.status(&silent).unwrap());
    assert_eq!(hex(&plaintext), "020400000000");
}

// IOMT-OUT-022
#[test]
fn what_is_outstanding_is_the_drawn_bytes() {
    let older = [
        "0303030303030303", // locator
        "03",               // a secret follows; forgotten
        "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
        "0404040404040404", // run
        "01",               // one space
        "01010000",         // alarm, floor 1, span 0, no losses
    ];
    let sealing = [
        "0101010101010101", // locator
        "00",               // no secret
        "0202020202020202", // run
        "01",               // one space
        "0005a70202",       // data, floor 5, span 295, two losses
        "020201",           // 2 and 3: the store failed
        "000102",           // 4, right behind: no room
    ];
    let body = std::format!("02{}{}", older.concat(), sealing.concat());
    let head = format!("04{:02x}", body.len() / 2);
    assert_eq!(hex(&example()), head + &body);
}

// IOMT-OUT-022
#[test]
fn what_is_outstanding_is_read_as_it_was_meant() {
    let plaintext = example();
    let Some(Ok(ControlRecord::Outstanding(list))) = ControlRecords::new(&plaintext).next() else {
        panic!()
    };
    assert_eq!((list.len(), list.is_empty()), (2, false));
    let [older, sealing] = <[_; 2]>::try_from(list.epochs().collect::<Vec<_>>()).unwrap();
    assert_eq!((older.locator, older.run), (Locator([3; 8]), Run([4; 8])));
    assert_eq!((older.secret, older.is_cut), (Some(&SECRET[..]), true));
    let alarm = older.space(Space::Alarm).unwrap();
    assert_eq!((alarm.floor, alarm.end, alarm.losses().count()), (1, 1, 0));
    assert!(older.space(Space::Data).is_none() && older.space(Space::Control).is_none());
    assert_eq!((sealing.secret, sealing.is_cut), (None, false));
    let data = sealing.space(Space::Data).unwrap();
    assert_eq!((data.floor, data.end), (5, 300));
    let losses: Vec<_> = data.losses().collect();
    let expected = [lost(2, 4, Why::StoreFailed), lost(4, 5, Why::NoRoom)];
    assert_eq!(losses, expected);
    let text = format!("{list:?} {:?} {older:?} {:?}", list.epochs(), older_entry());
    assert!(!text.contains("94") && !text.contains("5e"), "{text}");
}

// IOMT-OUT-002, IOMT-DATA-006
#[test]
fn every_truncation_and_every_longer_body_is_refused() {
    for plaintext in [
        example(),
        written(|writer| writer.status(&STATUS_EXAMPLE).unwrap()),
    ] {
        for len in 1..plaintext.len() {
            let read = ControlRecords::new(&plaintext[..len]).next();
            assert!(read.unwrap().is_err(), "length {len}");
        }
        // A shorter body under an honest length.
        for len in 0..plaintext.len() - 2 {
            let mut shorter = plaintext[..2 + len].to_vec();
            shorter[1] = u8::try_from(len).unwrap();
            assert!(ControlRecords::new(&shorter).next().unwrap().is_err());
        }
        let mut longer = plaintext.clone();
        longer.push(0);
        longer[1] += 1;
        assert_eq!(
            ControlRecords::new(&longer).next().unwrap().unwrap_err(),
            Error::TrailingBytes { count: 1 }
        );
    }
}

// IOMT-OUT-001
#[test]
fn a_record_that_is_not_known_is_passed_over_or_refused_alone() {
    let mut plaintext = vec![6, 1, 0xAA, 7, 0];
    plaintext.extend(written(|writer| writer.status(&STATUS_EXAMPLE).unwrap()));
    let mut records = ControlRecords::new(&plaintext);
    assert!(matches!(
        records.next(),
        Some(Ok(ControlRecord::Unknown {
            tag: Tag(6),
            body: [0xAA]
        }))
    ));
    assert_eq!(
        records.next().unwrap().unwrap_err(),
        Error::UnknownCritical(Tag(7))
    );
    assert!(matches!(records.next(), Some(Ok(ControlRecord::Status(_)))));
    assert!(records.next().is_none());
}

/// The record with another body.
fn read_body(body: &[u8]) -> Result<(), Error> {
    let mut plaintext = vec![4, u8::try_from(body.len()).unwrap()];
    plaintext.extend(body);
    ControlRecords::new(&plaintext).next().unwrap().map(|_| ())
}

fn with_spaces(flags: u8, spaces: &[u8]) -> Vec<u8> {
    [&[1][..], &[9; 8], &[flags], &[8; 8], spaces].concat()
}

// IOMT-OUT-022, IOMT-OUT-023, IOMT-OUT-024, IOMT-OUT-025
#[test]
fn refuses_what_breaks_a_rule_of_the_list() {
    let honest = with_spaces(0, &[2, 0, 5, 9, 0, 1, 0, 0, 0]);
    assert_eq!(read_body(&honest), Ok(()));
    let reserved = with_spaces(4, &[0]);
    assert_eq!(read_body(&reserved), Err(Error::Reserved));
    for (name, spaces) in [
        ("data behind alarm", &[2, 1, 0, 0, 0, 0, 0, 0, 0][..]),
        ("data twice", &[2, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("alarm twice", &[2, 1, 0, 0, 0, 1, 0, 0, 0]),
        ("control", &[1, 2, 0, 0, 0]),
        ("an empty loss", &[1, 0, 9, 9, 1, 1, 0, 1]),
        ("a loss without a reason", &[1, 0, 9, 9, 1, 1, 1, 0]),
        (
            "a loss for a reason that is not known",
            &[1, 0, 9, 9, 1, 1, 1, 6],
        ),
        ("a loss beyond the end", &[1, 0, 1, 1, 1, 1, 2, 1]),
        (
            "an end beyond the counters",
            &[1, 0, 0xFF, 0xFF, 0xFF, 7, 1, 0],
        ),
    ] {
        let refused = read_body(&with_spaces(0, spaces));
        assert_eq!(refused, Err(Error::OutOfRange), "{name}");
    }
    assert_eq!(read_body(&[0]), Err(Error::OutOfRange), "nobody seals it");
    let twice = [&[2][..], &honest[1..], &honest[1..]].concat();
    assert_eq!(read_body(&twice), Err(Error::OutOfRange), "two seal it");
}

#[test]
fn a_list_that_breaks_a_rule_is_not_written_and_changes_nothing() {
    let mut buffer = [0; 256];
    let mut writer = ControlWriter::new(&mut buffer);
    writer.status(&STATUS_EXAMPLE).unwrap();
    for losses in [
        &[lost(2, 2, Why::Wiped)][..],
        &[lost(2, 301, Why::Wiped)],
        &[lost(4, 6, Why::Wiped), lost(5, 7, Why::Wiped)],
    ] {
        let list = [sealing_entry(losses)];
        assert_eq!(writer.outstanding(list.into_iter()), Err(Error::OutOfRange));
    }
    let short_secret = EpochEntry {
        secret: Some(&SECRET[..31]),
        ..older_entry()
    };
    for list in [
        vec![older_entry()],
        vec![sealing_entry(&[]), sealing_entry(&[])],
        vec![short_secret, sealing_entry(&[])],
    ] {
        assert_eq!(writer.outstanding(list.into_iter()), Err(Error::OutOfRange));
    }
    let many = vec![older_entry(); 6];
    let list = many.into_iter().chain([sealing_entry(&[])]);
    assert!(matches!(
        writer.outstanding(list),
        Err(Error::NoRoom { needed: 257.. })
    ));
    let plaintext = writer.finish();
    assert_eq!(ControlRecords::new(plaintext).count(), 1);
}

prop_compose! {
    fn a_space()(
        floor in 0..=MAX_COUNTER + 1,
        steps in proptest::collection::vec((0_u32..300, 1_u32..300, 1_u8..6), 0..6),
        beyond in 0_u32..1_000,
    ) -> (u32, u32, Vec<Lost>) {
        let mut end = 0;
        let losses: Vec<_> = steps.into_iter().map(|(gap, len, why)| {
            let start = end + gap;
            end = start + len;
            lost(start, end, Why::from_code(why).unwrap())
        }).collect();
        (floor, floor.max(end).saturating_add(beyond).min(MAX_COUNTER + 1), losses)
    }
}

type SpaceModel = (u32, u32, Vec<Lost>);

#[derive(Debug, Clone)]
struct EpochModel {
    names: ([u8; 8], [u8; 8]),
    secret: [u8; SECRET_LEN],
    is_cut: bool,
    spaces: [Option<SpaceModel>; 2],
}

prop_compose! {
    fn an_epoch()(
        names: ([u8; 8], [u8; 8]), secret: [u8; SECRET_LEN], is_cut: bool,
        data in proptest::option::of(a_space()), alarm in proptest::option::of(a_space()),
    ) -> EpochModel {
        EpochModel { names, secret, is_cut, spaces: [data, alarm] }
    }
}

fn entry_of(model: Option<&SpaceModel>) -> Option<SpaceEntry<Losses<'_>>> {
    let (floor, end, losses) = model?;
    Some(SpaceEntry {
        floor: *floor,
        end: *end,
        losses: losses.iter().copied(),
    })
}

fn model_of(space: Option<&ListedSpace<'_>>) -> Option<SpaceModel> {
    let space = space?;
    Some((space.floor, space.end, space.losses().collect()))
}

impl EpochModel {
    fn entry(&self, position: usize) -> EpochEntry<'_, Losses<'_>> {
        EpochEntry {
            locator: Locator(self.names.0),
            secret: (position > 0).then_some(&self.secret[..]),
            is_cut: self.is_cut,
            run: Run(self.names.1),
            data: entry_of(self.spaces[0].as_ref()),
            alarm: entry_of(self.spaces[1].as_ref()),
        }
    }
}

proptest! {
    // IOMT-OUT-024
    #[test]
    fn lists_come_back(epochs in proptest::collection::vec(an_epoch(), 1..6)) {
        let plaintext = written(|writer| {
            let entries = epochs.iter().enumerate();
            writer.outstanding(entries.map(|(position, epoch)| epoch.entry(position))).unwrap();
        });
        let Some(Ok(ControlRecord::Outstanding(list))) = ControlRecords::new(&plaintext).next() else {
            panic!()
        };
        prop_assert_eq!(list.len(), epochs.len());
        for (position, (listed, epoch)) in list.epochs().zip(&epochs).enumerate() {
            prop_assert_eq!((listed.locator.0, listed.run.0), epoch.names);
            prop_assert_eq!(listed.secret, (position > 0).then_some(&epoch.secret[..]));
            prop_assert_eq!(listed.is_cut, epoch.is_cut);
            let spaces = [Space::Data, Space::Alarm].map(|space| model_of(listed.space(space)));
            prop_assert_eq!(&spaces, &epoch.spaces);
        }
    }

    #[test]
    fn clocks_come_back(ticks: u64, due: u32, time: u64, age: u64) {
        let status = Status {
            ticks: Instant::from_micros(ticks),
            due_ms: NonZeroU32::new(due),
            server_time_ms: NonZeroU64::new(time),
            age: Duration::from_micros(age),
        };
        let plaintext = written(|writer| writer.status(&status).unwrap());
        prop_assert!(plaintext.len() <= Status::MAX_LEN + 2);
        let Some(Ok(ControlRecord::Status(read))) = ControlRecords::new(&plaintext).next() else {
            panic!()
        };
        prop_assert_eq!(read, status);
    }

    // IOMT-ERR-004
    #[test]
    fn reading_any_bytes_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 2..200), is_list: bool) {
        if is_list {
            bytes[0] = 4;
            bytes[1] = u8::try_from(bytes.len() - 2).unwrap() & 0x7F;
        }
        for record in ControlRecords::new(&bytes).flatten() {
            if let ControlRecord::Outstanding(list) = record {
                for space in list.epochs().filter_map(|epoch| model_of(epoch.space(Space::Data))) {
                    prop_assert!(space.0 <= space.1 && space.1 <= MAX_COUNTER + 1);
                }
            }
        }
    }
}

// IOMT-PAIR-084
#[test]
fn an_answer_is_the_drawn_bytes() {
    for (outcome, code) in [
        (Outcome::Done, 1),
        (Outcome::Known, 2),
        (Outcome::NoRoom, 3),
        (Outcome::NotAllowed, 4),
        (Outcome::NotUnderstood, 5),
        (Outcome::Other(9), 9),
    ] {
        let answer = Answer {
            taken: 300,
            outcome,
        };
        let plaintext = written(|writer| writer.answer(&answer).unwrap());
        assert_eq!(plaintext, [10, 3, 0xAC, 0x02, code]);
        let read = ControlRecords::new(&plaintext).next();
        assert!(matches!(read, Some(Ok(ControlRecord::Answer(read))) if read == answer));
    }
    for wrong in [&[10, 1, 1][..], &[10, 3, 1, 1, 1], &[10, 0]] {
        assert!(ControlRecords::new(wrong).next().unwrap().is_err());
    }
}
