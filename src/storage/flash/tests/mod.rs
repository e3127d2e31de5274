mod corruption;
mod golden;
mod images;
mod log;
mod power_cuts;

use crate::storage::nor_flash::SimulatedFlash;
use crate::storage::{FlashStorage, FrameAddress, Storage, StoreReply, StoreRequest};
use crate::wire::{MAX_DATAGRAM, Space};
use std::vec::Vec;

/// The usual geometry: words of 4 bytes, a slot and a segment of 3 units each.
type Flash = SimulatedFlash<4, 512>;
type Small = FlashStorage<Flash>;

/// One peer's slots, and four segments.
const UNITS: usize = 18;

const fn range(units: usize, unit: usize) -> core::ops::Range<u32> {
    0..(units * unit) as u32
}

fn open(flash: Flash) -> Small {
    let units = flash.bytes.len() / 512;
    FlashStorage::open(flash, range(units, 512), 1).unwrap()
}

fn address(space: Space, counter: u32) -> FrameAddress {
    FrameAddress {
        peer: 0,
        epoch: *b"epoch 00",
        space,
        counter,
    }
}

fn data(counter: u32) -> FrameAddress {
    address(Space::Data, counter)
}

fn frame(counter: u32, len: usize) -> Vec<u8> {
    let byte = |index: usize| (counter as usize * 31 + index * 7) as u8;
    (0..len).map(byte).collect()
}

fn perform(storage: &mut impl Storage, request: &StoreRequest<'_>) -> StoreReply<'static> {
    let mut buffer = [0; MAX_DATAGRAM];
    match storage.perform(request, &mut buffer, &mut |_| {}) {
        StoreReply::Done => StoreReply::Done,
        StoreReply::Failed => StoreReply::Failed,
        StoreReply::Nothing => StoreReply::Nothing,
        StoreReply::Found { .. } => panic!("nothing was asked for"),
    }
}

fn image(storage: &mut impl Storage) -> Option<Vec<u8>> {
    let mut out = [0; crate::storage::MAX_IMAGE];
    let len = storage.load_image(0, &mut out).unwrap()?;
    Some(out[..len].to_vec())
}

fn found(storage: &mut impl Storage, address: FrameAddress) -> Option<(FrameAddress, Vec<u8>)> {
    let mut out = [0; MAX_DATAGRAM];
    let (address, len) = storage.find(address, &mut out).unwrap()?;
    Some((address, out[..len].to_vec()))
}

fn scanned(storage: &mut impl Storage) -> Vec<FrameAddress> {
    let mut all = Vec::new();
    let request = StoreRequest::Scan { peer: 0 };
    let reply = storage.perform(&request, &mut [], &mut |address| all.push(address));
    assert_eq!(reply, StoreReply::Done);
    all.sort();
    all
}
