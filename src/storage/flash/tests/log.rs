use super::*;
use crate::storage::Error;

fn free(storage: &mut impl Storage, space: Space, below: u32) {
    let FrameAddress { peer, epoch, .. } = data(0);
    let request = StoreRequest::Free {
        peer,
        epoch,
        space,
        below,
    };
    assert_eq!(perform(storage, &request), StoreReply::Done);
}

#[test]
fn frames_are_found_by_address_or_the_next_above_it() {
    let mut storage = open(Flash::new(UNITS));
    for counter in [5, 2, 9] {
        storage.append(data(counter), &frame(counter, 60)).unwrap();
    }
    storage.append(address(Space::Alarm, 3), b"alarm").unwrap();
    storage
        .append(
            FrameAddress {
                epoch: [9; 8],
                ..data(4)
            },
            b"other",
        )
        .unwrap();
    for mut storage in [open(storage.flash_mut().clone()), storage] {
        for (asked, counter) in [(0, 2), (2, 2), (3, 5), (5, 5), (6, 9)] {
            assert_eq!(
                found(&mut storage, data(asked)),
                Some((data(counter), frame(counter, 60)))
            );
        }
        assert_eq!(found(&mut storage, data(10)), None);
        assert_eq!(scanned(&mut storage).len(), 5);
    }
}

#[test]
fn freed_frames_are_gone_and_the_others_are_not() {
    let mut storage = open(Flash::new(UNITS));
    for counter in 0..6 {
        storage.append(data(counter), &frame(counter, 30)).unwrap();
        storage
            .append(address(Space::Alarm, counter), b"alarm")
            .unwrap();
    }
    free(&mut storage, Space::Data, 4);
    let mut storage = open(storage.release());
    assert_eq!(found(&mut storage, data(0)), Some((data(4), frame(4, 30))));
    assert_eq!(scanned(&mut storage).len(), 2 + 6);
    assert_eq!(storage.release().violations, 0);
}

#[test]
fn a_full_log_refuses_and_overwrites_nothing() {
    let mut storage = open(Flash::new(UNITS));
    let mut count = 0;
    while storage.append(data(count), &frame(count, 100)) != Err(Error::Full) {
        count += 1;
    }
    assert_eq!(
        count,
        3 * 11,
        "three of four segments, of 1,512 bytes, each item of 128"
    );
    for counter in 0..count {
        assert_eq!(
            found(&mut storage, data(counter)),
            Some((data(counter), frame(counter, 100)))
        );
    }
    free(&mut storage, Space::Data, 11);
    storage.append(data(count), &frame(count, 100)).unwrap();
    assert_eq!(
        found(&mut storage, data(0)),
        Some((data(11), frame(11, 100)))
    );
}

#[test]
fn an_alarm_has_room_behind_any_backlog() {
    let mut storage = open(Flash::new(UNITS));
    let mut count = 0;
    while storage.append(data(count), &frame(count, 700)).is_ok() {
        count += 1;
    }
    for again in 0..2 {
        for counter in 0..6 {
            let address = address(Space::Alarm, again * 6 + counter);
            storage.append(address, &frame(counter, 80)).unwrap();
            assert_eq!(storage.append(data(count), b"data"), Err(Error::Full));
        }
        storage = open(storage.release());
    }
    assert_eq!(scanned(&mut storage).len(), 12 + count as usize);
}

#[test]
fn a_device_that_is_online_writes_for_ever_and_wears_all_segments_alike() {
    let mut storage = open(Flash::new(UNITS));
    for counter in 0..3_000 {
        storage.append(data(counter), &frame(counter, 90)).unwrap();
        if counter % 3 == 2 {
            free(&mut storage, Space::Data, counter);
        }
        if counter % 100 == 0 {
            storage = open(storage.release());
        }
        assert_eq!(
            found(&mut storage, data(counter)),
            Some((data(counter), frame(counter, 90)))
        );
    }
    let uses = (0..4).map(|index| {
        let at = (6 + 3 * index) * 512 + 16;
        u32::from_le_bytes(storage.flash_mut().bytes[at..at + 4].try_into().unwrap())
    });
    let used: Vec<u32> = uses.filter(|sequence| *sequence != u32::MAX).collect();
    assert!(
        used.iter()
            .all(|sequence| used.iter().all(|other| sequence.abs_diff(*other) < 4))
    );
    assert_eq!(storage.release().violations, 0);
}

#[test]
fn frames_of_any_length_fit() {
    for len in [0, 1, 63, 64, 65, MAX_DATAGRAM] {
        let mut storage = open(Flash::new(UNITS));
        storage.append(data(1), &frame(1, len)).unwrap();
        storage.append(data(2), b"behind").unwrap();
        let mut storage = open(storage.release());
        assert_eq!(found(&mut storage, data(1)), Some((data(1), frame(1, len))));
        assert_eq!(
            found(&mut storage, data(2)),
            Some((data(2), b"behind".to_vec()))
        );
    }
    let mut storage = open(Flash::new(UNITS));
    let (len, limit) = (MAX_DATAGRAM + 1, MAX_DATAGRAM);
    let refused = storage.append(data(0), &[0; MAX_DATAGRAM + 1]);
    assert_eq!(refused, Err(Error::TooLong { len, limit }));
}

#[test]
fn a_damaged_header_costs_its_own_frame_alone() {
    let mut storage = open(Flash::new(UNITS));
    for counter in 0..5 {
        storage.append(data(counter), &frame(counter, 40)).unwrap();
    }
    let mut flash = storage.release();
    let second = 6 * 512 + 24 + 72;
    flash.bytes[second + 2] ^= 0x10;
    let mut storage = open(flash);
    let left: Vec<u32> = scanned(&mut storage).iter().map(|it| it.counter).collect();
    assert_eq!(left, [0, 2, 3, 4]);
    storage.append(data(5), &frame(5, 40)).unwrap();
    assert_eq!(found(&mut storage, data(5)), Some((data(5), frame(5, 40))));
}

#[test]
fn a_frame_that_the_flash_does_not_take_goes_elsewhere() {
    let mut storage = open(Flash::new(UNITS));
    storage.append(data(0), b"frame").unwrap();
    let next = 6 * 512 + 24 + 40;
    storage.flash_mut().bytes[next + 40] = 0;
    storage.append(data(1), &frame(1, 40)).unwrap();
    let mut storage = open(storage.release());
    assert_eq!(
        found(&mut storage, data(0)),
        Some((data(0), b"frame".to_vec()))
    );
    assert_eq!(found(&mut storage, data(1)), Some((data(1), frame(1, 40))));
}

/// Three segments of four with frames of data, and the next frame needs another.
fn three_segments() -> Small {
    let mut storage = open(Flash::new(UNITS));
    for counter in 0..9 {
        storage.append(data(counter), &[7; 420]).unwrap();
    }
    assert_eq!(storage.append(data(9), &[7; 420]), Err(Error::Full));
    storage
}

/// Whether all nine are there.
fn is_whole(storage: &mut Small) -> bool {
    let mut counters = 0..9;
    counters
        .all(|counter| found(storage, data(counter)) == Some((data(counter), std::vec![7; 420])))
}

#[test]
fn a_flash_that_can_not_be_read_does_not_say_that_a_frame_is_not_there() {
    let mut storage = three_segments();
    for from in 0..20 {
        let flash = storage.flash_mut();
        flash.failing_reads = flash.reads + from..u64::MAX;
        let mut out = [0; MAX_DATAGRAM];
        let failed = storage.find(data(8), &mut out);
        assert!(
            matches!(failed, Err(Error::Medium) | Ok(Some(_))),
            "{failed:?}"
        );
        storage.flash_mut().failing_reads = 0..0;
        assert!(is_whole(&mut storage), "from {from}");
    }
}

#[test]
fn frames_that_can_not_be_read_for_a_while_are_not_erased_for_the_next() {
    let full = three_segments().release();
    for from in 0..60 {
        for fail in [1, 2, 3, 5, 8, 30] {
            let mut storage = open(full.clone());
            let flash = storage.flash_mut();
            flash.failing_reads = flash.reads + from..flash.reads + from + fail;
            let _ = storage.append(address(Space::Alarm, 0), &[1; 420]);
            free(&mut storage, Space::Alarm, 0);
            storage.flash_mut().failing_reads = 0..0;
            assert!(is_whole(&mut storage), "{fail} from {from}");
            assert!(is_whole(&mut open(storage.release())), "{fail} from {from}");
        }
    }
}
