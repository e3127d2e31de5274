//! Folders as version 1 has left them: each opens for ever, and is written so as long as version 1 is what is written.
//!
//! The bytes were put together from the drawing of the [module](super::super) and of the headers, not by this code.

use super::{Place, found_at, image_of};
use crate::storage::{FrameAddress, Storage};
use crate::wire::Space;
use std::fs;
use std::vec::Vec;

const IMAGE_0: &[&str] =
    &["496f4d4901001500000000005ffa77b3616e20696d616765206f6620612073657373696f6e"];
const IMAGE_1: &[&str] = &[
    "496f4d490101200000000000e87b0e19000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
];
const FRAMES: &[&str] = &[
    "496f4d460100000010000c00070000000404040404040404ef4e07acc34ee693612064617461206672616d6511000800",
    "00000000040404040404040402fcfb17d82da506616e20616c61726d10010000ffffff00050505050505050500000000",
    "a5e2e4d110001400080000000404040404040404b072f72c70bae563ffffffffffffffffffffffffffffffffffffffff",
];

fn bytes(hex: &[&str]) -> Vec<u8> {
    let digits = hex.concat();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn images() -> [(u8, Vec<u8>); 2] {
    [
        (0, b"an image of a session".to_vec()),
        (1, (0..32).collect()),
    ]
}

fn frames() -> [(FrameAddress, Vec<u8>); 4] {
    let address = |peer, space, counter| FrameAddress {
        peer,
        epoch: [4 + peer; 8],
        space,
        counter,
    };
    [
        (address(0, Space::Data, 7), b"a data frame".to_vec()),
        (address(0, Space::Alarm, 0), b"an alarm".to_vec()),
        (address(1, Space::Data, 0xFF_FFFF), Vec::new()),
        (address(0, Space::Data, 8), [0xFF; 20].to_vec()),
    ]
}

fn golden_folder(place: &Place) {
    fs::create_dir_all(&place.0).unwrap();
    for (name, hex) in [
        ("image-0", IMAGE_0),
        ("image-1", IMAGE_1),
        ("frames", FRAMES),
    ] {
        fs::write(place.file(name), bytes(hex)).unwrap();
    }
}

#[test]
fn a_folder_of_version_1_opens_with_all_that_is_in_it() {
    let place = Place::new("golden-read");
    golden_folder(&place);
    let mut storage = place.open();
    for (peer, image) in images() {
        assert_eq!(image_of(&mut storage, peer), Some(image));
    }
    for (address, frame) in frames() {
        let found = found_at(&mut storage, address);
        assert_eq!(found, Some((address, frame)));
    }
    for (peer, count) in [(0, 3), (1, 1), (2, 0)] {
        let mut seen = 0;
        storage.scan(peer, &mut |_| seen += 1).unwrap();
        assert_eq!(seen, count);
    }
    // To open it changes nothing.
    assert_eq!(fs::read(place.file("frames")).unwrap(), bytes(FRAMES));
    assert_eq!(fs::read(place.file("image-0")).unwrap(), bytes(IMAGE_0));
}

#[test]
fn what_is_written_now_is_a_folder_of_version_1_to_the_byte() {
    let place = Place::new("golden-written");
    let mut storage = place.open();
    for (peer, image) in images() {
        storage.store_image(peer, &image).unwrap();
    }
    for (address, frame) in frames() {
        storage.append(address, &frame).unwrap();
    }
    drop(storage);
    for (name, hex) in [
        ("image-0", IMAGE_0),
        ("image-1", IMAGE_1),
        ("frames", FRAMES),
    ] {
        assert_eq!(fs::read(place.file(name)).unwrap(), bytes(hex), "{name}");
    }
}

#[test]
fn a_folder_of_version_1_goes_on_being_used() {
    let place = Place::new("golden-used");
    golden_folder(&place);
    let mut storage = place.open();
    let frames = frames();
    let next = FrameAddress {
        counter: 9,
        ..frames[0].0
    };
    storage.append(next, b"the next").unwrap();
    storage.free(frames[3].0).unwrap();
    storage.store_image(0, b"a later image").unwrap();
    let mut storage = place.open();
    assert_eq!(image_of(&mut storage, 0), Some(b"a later image".to_vec()));
    assert_eq!(
        found_at(&mut storage, next),
        Some((next, b"the next".to_vec()))
    );
    let (eight, bytes) = frames[3].clone();
    assert_eq!(found_at(&mut storage, eight), Some((eight, bytes)));
}
