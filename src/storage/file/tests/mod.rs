mod golden;

use super::*;
use crate::storage::{StoreReply, StoreRequest};
use crate::wire::{MAX_DATAGRAM, Space};
use std::fs;
use std::path::PathBuf;
use std::vec::Vec;

/// A folder of its own for each test, gone behind it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(std::format!("iomt-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn open(&self) -> FileStorage {
        FileStorage::open(&self.0).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn data(counter: u32) -> FrameAddress {
    FrameAddress {
        peer: 0,
        epoch: [4; 8],
        space: Space::Data,
        counter,
    }
}

fn frame(counter: u32) -> Vec<u8> {
    std::vec![counter as u8; 20 + counter as usize]
}

fn image(storage: &mut FileStorage) -> Option<Vec<u8>> {
    image_of(storage, 0)
}

fn image_of(storage: &mut FileStorage, peer: u8) -> Option<Vec<u8>> {
    let mut out = [0; MAX_IMAGE];
    let len = storage.load_image(peer, &mut out).unwrap()?;
    Some(out[..len].to_vec())
}

fn found(storage: &mut FileStorage, counter: u32) -> Option<(u32, Vec<u8>)> {
    let (address, frame) = found_at(storage, data(counter))?;
    Some((address.counter, frame))
}

fn found_at(storage: &mut FileStorage, address: FrameAddress) -> Option<(FrameAddress, Vec<u8>)> {
    let mut out = [0; MAX_DATAGRAM];
    let (address, len) = storage.find(address, &mut out).unwrap()?;
    Some((address, out[..len].to_vec()))
}

fn named(storage: &mut FileStorage) -> Vec<u32> {
    let mut all = Vec::new();
    let request = StoreRequest::Scan { peer: 0 };
    let reply = storage.perform(&request, &mut [], &mut |address| all.push(address.counter));
    assert_eq!(reply, StoreReply::Done);
    all
}

#[test]
fn images_and_frames_outlive_a_restart() {
    let place = Place::new("restart");
    let mut storage = place.open();
    assert_eq!(image(&mut storage), None);
    for bytes in [&b"first"[..], &[7; MAX_IMAGE], b""] {
        storage.store_image(0, bytes).unwrap();
        assert_eq!(image(&mut place.open()), Some(bytes.to_vec()));
    }
    for counter in [3, 1, 8] {
        storage.append(data(counter), &frame(counter)).unwrap();
    }
    storage.free(data(3)).unwrap();
    assert_eq!(found(&mut storage, 0), Some((3, frame(3))));
    let mut storage = place.open();
    assert_eq!(found(&mut storage, 4), Some((8, frame(8))));
    assert_eq!(found(&mut storage, 9), None);
    storage.erase_peer(0).unwrap();
    let mut storage = place.open();
    assert_eq!(
        (image(&mut storage), named(&mut storage)),
        (None, Vec::new())
    );
}

#[test]
fn a_file_of_frames_that_ends_at_any_byte_gives_all_before_it() {
    let place = Place::new("cut");
    let mut storage = place.open();
    let mut ends = Vec::from([8]);
    for counter in 0..5 {
        storage.append(data(counter), &frame(counter)).unwrap();
        ends.push(fs::metadata(place.file("frames")).unwrap().len() as usize);
    }
    let whole = fs::read(place.file("frames")).unwrap();
    for len in 0..=whole.len() {
        fs::write(place.file("frames"), &whole[..len]).unwrap();
        let left = ends[1..].iter().filter(|end| **end <= len).count() as u32;
        let mut storage = place.open();
        assert_eq!(named(&mut storage), (0..left).collect::<Vec<_>>());
        storage.append(data(9), b"next").unwrap();
        let mut storage = place.open();
        assert_eq!(found(&mut storage, 9), Some((9, b"next".to_vec())));
        assert_eq!(
            found(&mut storage, 0),
            Some(if left > 0 {
                (0, frame(0))
            } else {
                (9, b"next".to_vec())
            })
        );
    }
}

#[test]
fn a_damaged_byte_costs_one_frame_at_most() {
    let place = Place::new("damage");
    let mut storage = place.open();
    for counter in 0..4 {
        storage.append(data(counter), &frame(counter)).unwrap();
    }
    let whole = fs::read(place.file("frames")).unwrap();
    for at in (0..whole.len()).filter(|at| *at != 4) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x5A;
        fs::write(place.file("frames"), &damaged).unwrap();
        let mut storage = place.open();
        assert_eq!(
            named(&mut storage).len(),
            if at < 8 { 4 } else { 3 },
            "byte {at}"
        );
    }
}

#[test]
fn an_image_is_the_old_one_or_the_new_one_or_reported() {
    let place = Place::new("image");
    let mut storage = place.open();
    storage.store_image(0, b"image").unwrap();
    fs::write(place.file("unfinished"), b"IoMI and so on").unwrap();
    let mut storage = place.open();
    assert_eq!(image(&mut storage), Some(b"image".to_vec()));
    assert!(!place.file("unfinished").exists());
    let whole = fs::read(place.file("image-0")).unwrap();
    for len in 0..whole.len() {
        fs::write(place.file("image-0"), &whole[..len]).unwrap();
        assert_eq!(
            storage.load_image(0, &mut [0; MAX_IMAGE]),
            Err(Error::Damaged)
        );
    }
}

#[test]
fn freed_frames_leave_the_file_in_the_end() {
    let place = Place::new("compact");
    let mut storage = place.open();
    for counter in 0..1_200 {
        let address = data(counter);
        storage
            .append(address, &[counter as u8; MAX_DATAGRAM])
            .unwrap();
    }
    storage.free(data(1_190)).unwrap();
    let len = fs::metadata(place.file("frames")).unwrap().len();
    assert_eq!(len, 8 + 10 * (24 + MAX_DATAGRAM as u64));
    assert_eq!(named(&mut place.open()).len(), 10);
}

#[test]
fn a_later_version_is_refused() {
    let place = Place::new("version");
    drop(place.open());
    fs::write(place.file("frames"), b"IoMF\x02\0\0\0").unwrap();
    assert_eq!(
        FileStorage::open(&place.0).err(),
        Some(Error::UnknownVersion(2))
    );
}
