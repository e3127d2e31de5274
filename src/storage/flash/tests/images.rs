use super::*;
use crate::storage::nor_flash::{SlowFlash, run};
use crate::storage::{AsyncFlashStorage, AsyncStorage, Error, MAX_IMAGE};

#[test]
fn an_image_outlives_a_restart_and_its_successor_replaces_it() {
    let mut storage = open(Flash::new(UNITS));
    assert_eq!(image(&mut storage), None);
    for round in 0..7_u8 {
        let bytes = std::vec![round; usize::from(round) * 100];
        storage.store_image(0, &bytes).unwrap();
        assert_eq!(image(&mut storage), Some(bytes.clone()));
        storage = open(storage.release());
        assert_eq!(image(&mut storage), Some(bytes));
    }
    assert_eq!(storage.release().violations, 0);
}

// IOMT-EPOCH-024
#[test]
fn nothing_of_a_replaced_image_is_on_the_raw_flash() {
    let mut storage = open(Flash::new(UNITS));
    let keys = [1, 2, 3].map(|key: u8| [0xA0 + key; 32]);
    for (index, key) in keys.iter().enumerate() {
        storage.store_image(0, key).unwrap();
        let flash = storage.release();
        assert!(flash.holds(key));
        for old in &keys[..index] {
            assert!(!flash.holds(&old[..4]));
        }
        storage = open(flash);
    }
    assert_eq!(
        perform(&mut storage, &StoreRequest::Erase { peer: 0 }),
        StoreReply::Done
    );
    let flash = storage.release();
    assert!(keys.iter().all(|key| !flash.holds(&key[..4])));
}

#[test]
fn a_slot_that_was_erased_to_the_end_is_not_erased_again() {
    let mut storage = open(Flash::new(UNITS));
    storage.store_image(0, b"first").unwrap();
    let mut flash = storage.release();
    let header_and_words = 16 + 8;
    assert_eq!(flash.events, 6 + header_and_words, "both slots once");
    flash.events = 0;
    let mut storage = open(flash);
    storage.store_image(0, b"second").unwrap();
    storage.store_image(0, b"third").unwrap();
    assert_eq!(storage.release().events, 6 + 3 + 2 * header_and_words);
}

#[test]
fn what_the_flash_does_not_hold_is_not_done_and_the_old_image_stays() {
    let mut storage = open(Flash::new(UNITS));
    storage.store_image(0, b"first").unwrap();
    let mut flash = storage.release();
    flash.cut_after(3 + 8, 0);
    let mut storage = open(flash);
    assert_eq!(storage.store_image(0, b"second"), Err(Error::Medium));
    let mut flash = storage.release();
    flash.power_on();
    let mut storage = open(flash);
    assert_eq!(image(&mut storage), Some(b"first".to_vec()));
    assert!(!storage.release().holds(b"seco"));
}

#[test]
fn peers_do_not_touch_each_other() {
    let flash = SimulatedFlash::<8, 2048>::new(10);
    let mut storage = FlashStorage::open(flash, 0..20_480, 3).unwrap();
    for peer in 0..3 {
        storage.store_image(peer, &[peer; 100]).unwrap();
        let address = FrameAddress { peer, ..data(0) };
        storage.append(address, &[peer; 50]).unwrap();
    }
    storage.erase_peer(1).unwrap();
    let mut storage = FlashStorage::open(storage.release(), 0..20_480, 3).unwrap();
    let mut out = [0; MAX_DATAGRAM];
    for peer in [0, 2] {
        assert_eq!(storage.load_image(peer, &mut out), Ok(Some(100)));
        let address = FrameAddress { peer, ..data(0) };
        assert_eq!(storage.find(address, &mut out), Ok(Some((address, 50))));
        assert_eq!(out[..50], [peer; 50]);
    }
    assert_eq!(storage.load_image(1, &mut out), Ok(None));
    assert_eq!(
        storage.find(FrameAddress { peer: 1, ..data(0) }, &mut out),
        Ok(None)
    );
    assert_eq!(storage.store_image(3, b"image"), Err(Error::UnknownPeer(3)));
}

/// A flash with an image on it, of which these reads will fail.
fn failing(reads: core::ops::Range<u64>) -> Small {
    let mut storage = open(Flash::new(UNITS));
    storage.store_image(0, b"first").unwrap();
    storage = open(storage.release());
    let flash = storage.flash_mut();
    flash.failing_reads = flash.reads + reads.start..flash.reads + reads.end;
    storage
}

/// No read of one request has a higher number.
const READS: u64 = 30;

// IOMT-EPOCH-024
#[test]
fn an_image_that_can_not_be_read_for_a_while_is_not_erased_for_its_successor() {
    let mut cuts = 0;
    for from in 0..READS {
        for fail in [1, 2, 3, 5, 8, READS] {
            for event in 0..200 {
                let mut storage = failing(from..from + fail);
                storage.flash_mut().cut_after(event, event);
                let is_done = storage.store_image(0, b"second").is_ok();
                let is_off = storage.flash_mut().is_off();
                let mut flash = storage.release();
                flash.power_on();
                flash.failing_reads = 0..0;
                let found = image(&mut open(flash)).expect("no image");
                assert!(found == b"second" || (found == b"first" && !is_done));
                if !is_off {
                    break;
                }
                cuts += 1;
            }
        }
    }
    assert!(cuts > 1_000, "{cuts}");
}

#[test]
fn one_read_that_fails_does_not_pass_for_a_device_without_an_image() {
    for from in 0..READS {
        let mut storage = failing(from..from + 1);
        assert_eq!(image(&mut storage), Some(b"first".to_vec()));
        let mut storage = failing(0..0);
        let flash = storage.flash_mut();
        flash.failing_reads = flash.reads + from..flash.reads + from + 1;
        let mut storage = open(storage.release());
        assert_eq!(image(&mut storage), Some(b"first".to_vec()));
    }
}

// IOMT-EPOCH-026
#[test]
fn a_damaged_image_is_reported_and_replaced() {
    let mut storage = open(Flash::new(UNITS));
    storage.store_image(0, b"first").unwrap();
    let mut flash = storage.release();
    flash.bytes[17] ^= 1;
    let mut storage = open(flash);
    assert_eq!(storage.load_image(0, &mut [0; 8]), Err(Error::Damaged));
    storage.store_image(0, b"second").unwrap();
    assert_eq!(image(&mut storage), Some(b"second".to_vec()));
}

#[test]
fn lengths_are_checked_and_the_longest_image_fits() {
    let mut storage = open(Flash::new(UNITS));
    let longest = [7; MAX_IMAGE];
    storage.store_image(0, &longest).unwrap();
    assert_eq!(image(&mut storage), Some(longest.to_vec()));
    let (len, limit) = (MAX_IMAGE + 1, MAX_IMAGE);
    assert_eq!(
        storage.store_image(0, &[7; MAX_IMAGE + 1]),
        Err(Error::TooLong { len, limit })
    );
    let needed = MAX_IMAGE;
    assert_eq!(
        storage.load_image(0, &mut [0; 5]),
        Err(Error::NoRoom { needed })
    );
}

#[test]
fn a_later_layout_is_refused_and_left_alone() {
    let mut storage = open(Flash::new(UNITS));
    storage.append(data(0), b"frame").unwrap();
    let flash = storage.release();
    let at = 6 * 512;
    let mut later = flash.clone();
    later.bytes[at + 4] = 2;
    let sum = crate::storage::check::check_sum(&later.bytes[at..at + 12]);
    later.bytes[at + 12..at + 16].copy_from_slice(&sum.to_le_bytes());
    let before = later.clone();
    assert_eq!(
        FlashStorage::open(&mut later, range(UNITS, 512), 1).err(),
        Some(Error::UnknownVersion(2))
    );
    assert_eq!(later.bytes, before.bytes);
}

#[test]
fn geometries_that_do_not_suit_are_refused() {
    fn refused<const WORD: usize, const UNIT: usize>(
        units: usize,
        range: core::ops::Range<u32>,
        peers: u8,
    ) -> bool {
        let flash = SimulatedFlash::<WORD, UNIT>::new(units);
        matches!(
            FlashStorage::open(flash, range, peers),
            Err(Error::Geometry(_))
        )
    }
    assert!(!refused::<4, 4096>(4, 0..4 * 4096, 1));
    assert!(refused::<4, 4096>(3, 0..3 * 4096, 1));
    assert!(refused::<4, 4096>(4, 0..5 * 4096, 1));
    assert!(refused::<4, 4096>(4, 1..4 * 4096, 1));
    assert!(refused::<4, 4096>(4, 4096..4096, 1));
    assert!(refused::<4, 4096>(4, 0..4 * 4096, 0));
    assert!(refused::<4, 4096>(99, 0..99 * 4096, 33));
    assert!(!refused::<4, 4096>(66, 0..66 * 4096, 32));
    assert!(refused::<64, 4096>(4, 0..4 * 4096, 1));
    assert!(refused::<3, 3072>(4, 0..4 * 3072, 1));
    assert!(!refused::<32, 128>(64, 0..64 * 128, 1));
}

#[test]
fn slow_flash_gives_the_same_and_waits() {
    let flash = SlowFlash(Flash::new(UNITS));
    let (waits, ()) = run(async {
        let mut storage = AsyncFlashStorage::open(flash, range(UNITS, 512), 1)
            .await
            .unwrap();
        let mut buffer = [0; MAX_DATAGRAM];
        let address = data(3);
        let requests = [
            StoreRequest::Image {
                peer: 0,
                bytes: b"image",
            },
            StoreRequest::Frame {
                address,
                bytes: b"frame",
            },
            StoreRequest::Scan { peer: 0 },
        ];
        let mut named = Vec::new();
        for request in &requests {
            let mut visit = |address| named.push(address);
            let reply = storage.perform(request, &mut buffer, &mut visit).await;
            assert_eq!(reply, StoreReply::Done);
        }
        assert_eq!(named, [address]);
        let request = StoreRequest::Load { address: data(0) };
        let reply = storage.perform(&request, &mut buffer, &mut |_| {}).await;
        assert_eq!(
            reply,
            StoreReply::Found {
                address,
                bytes: b"frame"
            }
        );
        let mut again = open(storage.release().0);
        assert_eq!(image(&mut again), Some(b"image".to_vec()));
    });
    assert!(waits > 50);
}

#[test]
fn it_takes_as_much_memory_as_its_page_says() {
    assert_eq!(size_of::<Small>() - size_of::<Flash>(), 80);
}
