//! The set of one space against a plain model.

use std::collections::BTreeSet;

use super::*;
use crate::seal::space_set::{MAX_LOST, NoRoom, SpaceSet, Standing};
use crate::wire::CounterRange;
use crate::wire::control::{Lost, Why};

fn settle(set: &mut SpaceSet<6>, floor: u32, losses: &[Lost]) -> Vec<(u32, u32, LossCause)> {
    let mut noted = Vec::new();
    let otherwise = LossCause::AfterAcknowledgement;
    set.settle(floor, losses.iter().copied(), otherwise, |range, why| {
        noted.push((range.start, range.end, why));
        Ok(())
    })
    .unwrap();
    noted
}

fn lost(start: u32, end: u32, why: Why) -> Lost {
    let range = CounterRange { start, end };
    Lost { range, why }
}

// IOMT-OUT-034
#[test]
fn each_hole_is_named_once_with_the_reason_that_the_device_gives() {
    let mut set = SpaceSet::new();
    for counter in [0, 1, 5, 6, 12] {
        set.insert(counter).unwrap();
    }
    let losses = [
        lost(1, 3, Why::NoRoom),
        lost(7, 8, Why::PowerLost),
        lost(11, 20, Why::Wiped),
    ];
    let after = LossCause::AfterAcknowledgement;
    let reported = LossCause::Reported;
    assert_eq!(
        settle(&mut set, 12, &losses),
        [
            (2, 3, reported(Why::NoRoom)),
            (3, 5, after),
            (7, 8, reported(Why::PowerLost)),
            (8, 11, after),
            (11, 12, reported(Why::Wiped)),
        ]
    );
    assert_eq!(settle(&mut set, 12, &losses), []);
    assert_eq!(set.set.floor(), 13);
    assert_eq!(set.standing(9), Ok(Standing::Lost));
    set.insert(9).unwrap();
    assert_eq!(set.standing(9), Ok(Standing::Stored));
    assert_eq!(set.standing(8), Ok(Standing::Lost));
    assert_eq!(set.standing(10), Ok(Standing::Lost));
    assert_eq!(set.standing(13), Ok(Standing::New));
}

type Noted = Vec<(CounterRange, LossCause)>;

/// Notes until there is no room, again and again with the same room, until all is noted.
fn by_and_by(
    room: usize,
    mut attempt: impl FnMut(
        &mut dyn FnMut(CounterRange, LossCause) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom>,
) -> Noted {
    let mut noted = Noted::new();
    loop {
        let full = noted.len() + room;
        let outcome = attempt(&mut |range, why| {
            if noted.len() == full {
                return Err(NoRoom);
            }
            noted.push((range, why));
            Ok(())
        });
        if outcome.is_ok() {
            return noted;
        }
        assert_eq!(noted.len(), full, "all room is used");
    }
}

// IOMT-OUT-034, IOMT-OUT-036
#[test]
fn what_has_no_room_stays_outstanding_and_is_noted_later_each_part_once() {
    let mut before = SpaceSet::<6>::new();
    for counter in [0, 1, 5, 6, 12, 15, 20] {
        before.insert(counter).unwrap();
    }
    let losses = [
        lost(1, 3, Why::NoRoom),
        lost(3, 4, Why::StoreFailed),
        lost(7, 8, Why::PowerLost),
        lost(11, 20, Why::Wiped),
    ];
    let otherwise = LossCause::AfterAcknowledgement;
    let three_ways = |room| {
        let (mut settled, mut cut, mut closed) = (before.clone(), before.clone(), before.clone());
        let noted = [
            by_and_by(room, |note| {
                settled.settle(18, losses.into_iter(), otherwise, note)
            }),
            by_and_by(room, |note| cut.cut(10, note)),
            by_and_by(room, |note| closed.close(note)),
        ];
        (
            noted,
            [settled, cut, closed].map(|set| (set.set, set.lost, set.cut)),
        )
    };
    let (noted, after) = three_ways(usize::MAX / 2);
    assert_eq!(noted.each_ref().map(Vec::len), [8, 4, 4]);
    assert_eq!(after[1].2, Some(10));
    for room in 1..9 {
        assert_eq!(three_ways(room), (noted.clone(), after.clone()), "{room}");
    }
}

// IOMT-OUT-038
#[test]
fn a_loss_above_the_floor_is_not_one_yet() {
    // The device may have joined two losses, with frames between them that are on their way.
    let mut set = SpaceSet::new();
    assert_eq!(
        settle(&mut set, 2, &[lost(2, 9, Why::StoreFailed)]),
        [(0, 2, LossCause::AfterAcknowledgement)]
    );
    assert_eq!(set.standing(4), Ok(Standing::New));
    assert!(!set.set.contains(4));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]
    // IOMT-OUT-037, IOMT-RCPT-004
    #[test]
    fn agrees_with_two_plain_sets(steps in proptest::collection::vec((0_u8..12, 0_u32..40), 0..160)) {
        let mut set = SpaceSet::<6>::new();
        let (mut stored, mut lost) = (BTreeSet::new(), BTreeSet::new());
        for (number, (what, counter)) in (0_u32..).zip(steps) {
            let counter = counter + number / 4;
            if what == 0 {
                let noted = settle(&mut set, counter, &[]);
                let holes: Vec<u32> = (0..counter)
                    .filter(|below| !stored.contains(below) && !lost.contains(below))
                    .collect();
                let said: Vec<u32> = noted.iter().flat_map(|(start, end, _)| *start..*end).collect();
                prop_assert_eq!(&said, &holes);
                lost.extend(holes);
            } else if let Ok(standing) = set.standing(counter) {
                // A stored frame may be taken for a lost one, where ranges were joined; never the reverse.
                prop_assert!(standing != Standing::Stored || stored.contains(&counter));
                prop_assert!(standing == Standing::Lost || !lost.contains(&counter));
                set.insert(counter).unwrap();
                stored.insert(counter);
                lost.remove(&counter);
            }
            prop_assert!(set.lost.len() <= MAX_LOST);
            prop_assert!(set.lost.is_sorted_by(|a, b| a.end < b.start));
            prop_assert!(set.lost.iter().all(|range| range.end <= set.set.floor()));
            for probe in 0..100 {
                let is_done = stored.contains(&probe) || lost.contains(&probe);
                prop_assert_eq!(set.set.contains(probe), is_done);
            }
        }
    }
}
