//! Whatever lies on the flash: no panic, no endless loop, and no image but one that checks.

use super::*;
use crate::storage::{Error, MAX_IMAGE, check};
use std::vec;

/// Splitmix64.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// Flash with two images in its slots, and three segments in use.
fn in_use() -> Flash {
    let mut storage = open(Flash::new(UNITS));
    storage.store_image(0, &[0x55; 90]).unwrap();
    let older = storage.flash_mut().bytes[..1536].to_vec();
    storage.store_image(0, &[0x66; 200]).unwrap();
    for counter in 0..9 {
        storage.append(data(counter), &frame(counter, 300)).unwrap();
    }
    let limit = data(2);
    storage.free(limit).unwrap();
    let mut flash = storage.release();
    flash.bytes[..1536].copy_from_slice(&older);
    flash
}

fn damage(flash: &mut Flash, noise: &mut Noise) {
    let all = flash.bytes.len();
    for _ in 0..=noise.below(6) {
        let limit = [24, 24, 24, 2_000][noise.below(4)];
        let len = 1 + noise.below(limit);
        // The headers are where it hurts.
        let at = match noise.below(3) {
            0 => noise.below(all),
            1 => noise.below(6) * 1536 + noise.below(64),
            _ => 3072 + noise.below(all - 3072),
        };
        let (kind, from) = (noise.below(5), noise.below(all));
        for offset in 0..len.min(all - at) {
            let byte = flash.bytes[(from + offset) % all];
            flash.bytes[at + offset] = match kind {
                0 => 0xFF,
                1 => 0,
                2 => byte,
                3 => flash.bytes[at + offset] ^ 1 << noise.below(8),
                _ => noise.next() as u8,
            };
        }
    }
}

/// An independent look at the slots: the images that check.
fn whole_images(flash: &Flash) -> Vec<Vec<u8>> {
    let slots = [&flash.bytes[..1536], &flash.bytes[1536..3072]];
    let checked = |slot: &&[u8]| {
        let len = usize::from(u16::from_le_bytes([slot[6], slot[7]]));
        let image = slot.get(16..16 + len.min(MAX_IMAGE))?;
        let sum = check::check_sum(&[&slot[..12], image].concat());
        (slot[12..16] == sum.to_le_bytes()).then(|| image.to_vec())
    };
    slots.iter().filter_map(checked).collect()
}

fn survive(flash: Flash) -> (bool, u64) {
    let whole = whole_images(&flash);
    let storage = FlashStorage::open(flash, range(UNITS, 512), 1);
    let Ok(mut storage) = storage else {
        assert!(matches!(storage.err(), Some(Error::UnknownVersion(_))));
        return (false, 0);
    };
    let mut out = [0; MAX_IMAGE];
    match storage.load_image(0, &mut out) {
        Ok(Some(len)) => assert!(whole.contains(&out[..len].to_vec())),
        Ok(None) | Err(Error::Damaged) => assert!(whole.is_empty()),
        Err(error) => panic!("{error}"),
    }
    let named = scanned(&mut storage);
    for address in named.iter().take(2) {
        let (stored, bytes) = found(&mut storage, *address).unwrap();
        assert_eq!((stored, bytes), (*address, frame(address.counter, 300)));
    }
    let appended = storage.append(address(Space::Alarm, 7), b"alarm");
    assert!(matches!(
        appended,
        Ok(()) | Err(Error::Full | Error::Medium)
    ));
    if appended.is_ok() {
        assert!(found(&mut storage, address(Space::Alarm, 7)).is_some());
    }
    // A mark that can not be written is reported, and nothing else.
    assert!(matches!(
        storage.free(data(100)),
        Ok(()) | Err(Error::Medium)
    ));
    assert!(scanned(&mut storage).len() <= 1);
    (named.len() > 3, storage.release().reads)
}

#[test]
fn a_hundred_thousand_damaged_flashes() {
    let (flash, mut noise) = (in_use(), Noise(7));
    let (mut with_frames, mut most_reads) = (0, 0);
    let mut damaged = flash.clone();
    for round in 0..100_000 {
        damaged.bytes.copy_from_slice(&flash.bytes);
        if round % 100 == 0 {
            damaged.bytes.fill_with(|| noise.next() as u8);
        }
        damage(&mut damaged, &mut noise);
        let (has_frames, reads) = survive(damaged.clone());
        with_frames += u32::from(has_frames);
        most_reads = most_reads.max(reads);
    }
    assert!(with_frames > 50_000, "{with_frames}");
    assert!(most_reads < 20_000, "{most_reads}");
    std::println!("frames in {with_frames}, {most_reads} reads at most");
}

#[test]
fn a_flash_of_one_byte_value_is_an_empty_one() {
    for byte in 0..=255 {
        let mut flash = Flash::new(UNITS);
        flash.bytes = vec![byte; flash.bytes.len()];
        let mut storage = open(flash);
        assert_eq!(image(&mut storage), None);
        assert!(scanned(&mut storage).is_empty());
        storage.append(data(0), b"frame").unwrap();
        storage.store_image(0, b"image").unwrap();
        let mut storage = open(storage.release());
        assert_eq!(
            found(&mut storage, data(0)),
            Some((data(0), b"frame".to_vec()))
        );
        assert_eq!(image(&mut storage), Some(b"image".to_vec()));
        assert_eq!(storage.release().violations, 0);
    }
}
