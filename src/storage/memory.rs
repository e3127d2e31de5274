use core::fmt;
use core::ops::Range;

use zeroize::Zeroize;

use super::{Error, FrameAddress, MAX_IMAGE, Storage};
use crate::wire::{MAX_DATAGRAM, Reader, Space, Writer, copy};

/// `peer 1 ‖ epoch 8 ‖ space 1 ‖ counter 4 ‖ length 2`, in front of each frame.
const HEADER: usize = 16;

/// Images of `PEERS` peers and `BYTES` bytes of frames, in RAM.
///
/// ```text
/// images   PEERS x ┌ length, bytes 1024 ┐
/// frames   ┌ header 16 ‖ frame ┬ header 16 ‖ frame ┬ … ┬ free ┐   oldest first, no gaps
/// ```
///
/// For tests, for RAM that a battery backs, and for devices without other storage, whose frames then end with
/// the power. Freed frames make room at once, by a move of those behind them.
#[derive(Clone)]
pub struct MemoryStorage<const BYTES: usize, const PEERS: usize> {
    images: [Image; PEERS],
    frames: [u8; BYTES],
    used: usize,
}

#[derive(Clone)]
struct Image {
    bytes: [u8; MAX_IMAGE],
    len: Option<usize>,
}

/// A stored frame, and where it lies: header and bytes.
struct Item {
    address: FrameAddress,
    place: Range<usize>,
}

impl<const BYTES: usize, const PEERS: usize> MemoryStorage<BYTES, PEERS> {
    const EMPTY: Image = Image {
        bytes: [0; MAX_IMAGE],
        len: None,
    };

    /// Storage with nothing in it.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            images: [Self::EMPTY; PEERS],
            frames: [0; BYTES],
            used: 0,
        }
    }

    fn image(&mut self, peer: u8) -> Result<&mut Image, Error> {
        self.images
            .get_mut(usize::from(peer))
            .ok_or(Error::UnknownPeer(peer))
    }

    /// The frame that begins at `at`; `None` behind the last one.
    fn item(&self, at: usize) -> Option<Item> {
        let mut reader = Reader::new(self.frames.get(at..self.used)?);
        let address = FrameAddress {
            peer: reader.u8().ok()?,
            epoch: reader.array().ok()?,
            space: Space::from_code(reader.u8().ok()?),
            counter: u32::from_le_bytes(reader.array().ok()?),
        };
        let len = usize::from(u16::from_le_bytes(reader.array().ok()?));
        let place = at..at.saturating_add(HEADER).saturating_add(len);
        Some(Item { address, place })
    }

    fn items(&self) -> impl Iterator<Item = Item> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let item = self.item(at)?;
            at = item.place.end;
            Some(item)
        })
    }

    /// Takes out the frames that `is_freed` says yes to, and closes the gaps.
    fn remove(&mut self, is_freed: impl Fn(&FrameAddress) -> bool) {
        let (mut at, mut kept) = (0, 0);
        while let Some(Item { address, place }) = self.item(at) {
            at = place.end;
            if !is_freed(&address) && place.end <= self.used {
                kept = self.close_gap(kept, place);
            }
        }
        self.used = kept;
    }

    /// Moves an item down to `to`; returns where it ends then. Without a panic that a linker would see.
    fn close_gap(&mut self, to: usize, item: Range<usize>) -> usize {
        let (len, gap) = (item.len(), item.start.saturating_sub(to));
        if let Some(part) = self.frames.get_mut(to..item.end)
            && gap <= part.len()
        {
            part.copy_within(gap.., 0);
        }
        to.saturating_add(len)
    }
}

impl<const BYTES: usize, const PEERS: usize> Storage for MemoryStorage<BYTES, PEERS> {
    fn load_image(&mut self, peer: u8, out: &mut [u8]) -> Result<Option<usize>, Error> {
        let image = self.image(peer)?;
        let Some(needed) = image.len else {
            return Ok(None);
        };
        let out = out.get_mut(..needed).ok_or(Error::NoRoom { needed })?;
        copy(image.bytes.get(..needed).unwrap_or_default(), out);
        Ok(Some(needed))
    }

    fn store_image(&mut self, peer: u8, image: &[u8]) -> Result<(), Error> {
        let (len, limit) = (image.len(), MAX_IMAGE);
        let stored = self.image(peer)?;
        if len > limit {
            return Err(Error::TooLong { len, limit });
        }
        stored.bytes.zeroize();
        copy(image, stored.bytes.get_mut(..len).unwrap_or_default());
        stored.len = Some(len);
        Ok(())
    }

    fn erase_peer(&mut self, peer: u8) -> Result<(), Error> {
        let image = self.image(peer)?;
        image.bytes.zeroize();
        image.len = None;
        self.remove(|address| address.peer == peer);
        Ok(())
    }

    fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error> {
        self.image(address.peer)?;
        let (len, limit) = (frame.len(), MAX_DATAGRAM);
        let short = u16::try_from(len).ok().filter(|_| len <= limit);
        let short = short.ok_or(Error::TooLong { len, limit })?;
        let end = self.used.saturating_add(HEADER).saturating_add(len);
        let room = self.frames.get_mut(self.used..end).ok_or(Error::Full)?;
        write_item(address, short, frame, room).map_err(|_| Error::Full)?;
        self.used = end;
        Ok(())
    }

    fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        let above = |item: &Item| {
            item.address.is_beside(&address) && item.address.counter >= address.counter
        };
        let next = self
            .items()
            .filter(above)
            .min_by_key(|item| item.address.counter);
        let Some(Item { address, place }) = next else {
            return Ok(None);
        };
        let frame = self
            .frames
            .get(place.start.saturating_add(HEADER)..place.end);
        let frame = frame.unwrap_or_default();
        let needed = frame.len();
        copy(
            frame,
            out.get_mut(..needed).ok_or(Error::NoRoom { needed })?,
        );
        Ok(Some((address, needed)))
    }

    fn free(&mut self, limit: FrameAddress) -> Result<(), Error> {
        self.remove(|address| address.is_beside(&limit) && address.counter < limit.counter);
        Ok(())
    }

    fn scan(&mut self, peer: u8, visit: &mut dyn FnMut(FrameAddress)) -> Result<(), Error> {
        self.items()
            .map(|item| item.address)
            .filter(|address| address.peer == peer)
            .for_each(visit);
        Ok(())
    }
}

fn write_item(
    address: FrameAddress,
    len: u16,
    frame: &[u8],
    room: &mut [u8],
) -> Result<(), crate::wire::Error> {
    let mut writer = Writer::new(room);
    writer.u8(address.peer)?;
    writer.put(&address.epoch)?;
    writer.u8(address.space.code())?;
    writer.put(&address.counter.to_le_bytes())?;
    writer.put(&len.to_le_bytes())?;
    writer.put(frame)
}

impl<const BYTES: usize, const PEERS: usize> Default for MemoryStorage<BYTES, PEERS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const BYTES: usize, const PEERS: usize> Drop for MemoryStorage<BYTES, PEERS> {
    fn drop(&mut self) {
        self.images
            .iter_mut()
            .for_each(|image| image.bytes.zeroize());
    }
}

/// Without what is stored, as images are secret.
impl<const BYTES: usize, const PEERS: usize> fmt::Debug for MemoryStorage<BYTES, PEERS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStorage")
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{StoreReply, StoreRequest};
    use std::vec::Vec;

    type Memory = MemoryStorage<200, 2>;

    fn data(counter: u32) -> FrameAddress {
        FrameAddress {
            peer: 0,
            epoch: [4; 8],
            space: Space::Data,
            counter,
        }
    }

    fn perform(storage: &mut Memory, request: &StoreRequest<'_>) -> bool {
        storage.perform(request, &mut [], &mut |_| {}) == StoreReply::Done
    }

    #[test]
    fn each_request_is_performed() {
        let mut storage = Memory::new();
        let address = data(3);
        let bytes = b"image";
        assert!(perform(
            &mut storage,
            &StoreRequest::Image { peer: 1, bytes }
        ));
        for counter in [3, 5] {
            let request = StoreRequest::Frame {
                address: data(counter),
                bytes: &[counter as u8; 9],
            };
            assert!(perform(&mut storage, &request));
        }
        let mut buffer = [0; MAX_DATAGRAM];
        let request = StoreRequest::Load { address: data(0) };
        let bytes = &[3; 9];
        assert_eq!(
            storage.perform(&request, &mut buffer, &mut |_| {}),
            StoreReply::Found { address, bytes }
        );
        let FrameAddress {
            peer, epoch, space, ..
        } = address;
        let below = 5;
        assert!(perform(
            &mut storage,
            &StoreRequest::Free {
                peer,
                epoch,
                space,
                below
            }
        ));
        let mut named = Vec::new();
        storage.perform(&StoreRequest::Scan { peer }, &mut [], &mut |it| {
            named.push(it);
        });
        assert_eq!(named, [data(5)]);
        assert!(perform(&mut storage, &StoreRequest::Erase { peer }));
        let request = StoreRequest::Load { address };
        let reply = storage.perform(&request, &mut buffer, &mut |_| {});
        assert_eq!(reply, StoreReply::Nothing);
        assert_eq!(storage.load_image(1, &mut buffer), Ok(Some(5)));
        assert!(!perform(&mut storage, &StoreRequest::Erase { peer: 2 }));
    }

    #[test]
    fn full_memory_refuses_and_overwrites_nothing() {
        let mut storage = Memory::new();
        for counter in 0..4 {
            storage.append(data(counter), &[counter as u8; 34]).unwrap();
        }
        assert_eq!(storage.append(data(4), b""), Err(Error::Full));
        storage.free(data(1)).unwrap();
        storage.append(data(4), &[4; 34]).unwrap();
        let mut out = [0; 34];
        for counter in 1..5 {
            assert_eq!(
                storage.find(data(counter), &mut out),
                Ok(Some((data(counter), 34)))
            );
            assert_eq!(out, [counter as u8; 34]);
        }
    }

    #[test]
    fn an_image_is_not_shown() {
        let request = StoreRequest::Image {
            peer: 0,
            bytes: &[0xAB; 3],
        };
        assert_eq!(std::format!("{request:?}"), "Image(peer 0, 3 bytes)");
    }
}
