//! Storage in a folder: whatever lies in its files it opens or refuses, and what is done then outlives a restart.
#![no_main]

use std::fs;
use std::path::{Path, PathBuf};

use iomt::storage::{Error, FileStorage, FrameAddress, MAX_IMAGE, Storage};
use iomt::wire::{MAX_DATAGRAM, Space};
use iomt_fuzz::{Change, changed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// What an honest process has stored.
    image: &'a [u8],
    frames: Vec<(u8, &'a [u8])>,
    /// What has become of it.
    image_changes: Vec<Change>,
    frame_changes: Vec<Change>,
    /// In place of the file of frames, where there is one.
    raw: Option<&'a [u8]>,
    next: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let folder = Folder::new();
    let mut storage = FileStorage::open(&folder.0).expect("an empty folder");
    let image = &input.image[..input.image.len().min(MAX_IMAGE)];
    storage.store_image(0, image).expect("it has room");
    for (counter, frame) in input.frames.iter().take(8) {
        let frame = &frame[..frame.len().min(MAX_DATAGRAM)];
        storage
            .append(address(*counter), frame)
            .expect("it has room");
    }
    drop(storage);
    change(&folder.file("image-0"), &input.image_changes);
    match input.raw {
        Some(raw) => fs::write(folder.file("frames"), raw).expect("a disk"),
        None => change(&folder.file("frames"), &input.frame_changes),
    }
    use_it(&folder.0, image, input.next);
});

fn use_it(path: &Path, image: &[u8], next: &[u8]) {
    let mut storage = match FileStorage::open(path) {
        Ok(storage) => storage,
        Err(Error::UnknownVersion(_)) => return,
        Err(error) => panic!("{error}"),
    };
    let mut out = [0; MAX_DATAGRAM];
    match storage.load_image(0, &mut out) {
        Ok(Some(len)) => assert_eq!(&out[..len], image, "a changed image was taken for one"),
        Ok(None) | Err(Error::Damaged | Error::UnknownVersion(_)) => {}
        Err(error) => panic!("{error}"),
    }
    // What is named can be read.
    let mut named = Vec::new();
    for peer in [0, 1] {
        storage
            .scan(peer, &mut |address| named.push(address))
            .expect("it reads");
    }
    for address in &named {
        let found = storage.find(*address, &mut out).expect("it reads");
        assert_eq!(found.map(|(found, _)| found), Some(*address));
    }
    // And what is stored now outlives a restart, with all that was named.
    let (next, new) = (&next[..next.len().min(MAX_DATAGRAM)], address(255));
    storage.append(new, next).expect("it has room");
    storage
        .store_image(0, next.get(..MAX_IMAGE).unwrap_or(next))
        .expect("it has room");
    let mut storage = FileStorage::open(path).expect("what was used opens");
    let (found, len) = storage
        .find(new, &mut out)
        .expect("it reads")
        .expect("it is there");
    assert_eq!((found, &out[..len]), (new, next));
    for address in named {
        assert!(storage.find(address, &mut out).expect("it reads").is_some());
    }
    storage.erase_peer(0).expect("it works");
    assert_eq!(storage.load_image(0, &mut out), Ok(None));
}

fn change(path: &Path, changes: &[Change]) {
    let bytes = fs::read(path).expect("it was written");
    fs::write(path, changed(&bytes, changes)).expect("a disk");
}

fn address(counter: u8) -> FrameAddress {
    FrameAddress {
        peer: 0,
        epoch: [7; 8],
        space: if counter.is_multiple_of(2) {
            Space::Data
        } else {
            Space::Alarm
        },
        counter: counter.into(),
    }
}

/// A folder of this process, in memory where the system has such a place, gone behind the run.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() {
            memory.into()
        } else {
            std::env::temp_dir()
        };
        let path = base.join(format!("iomt-fuzz-folder-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
