//! Storage on flash: whatever lies there, what is done is done, also behind a restart.
#![no_main]

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use iomt::storage::{FlashStorage, FrameAddress, MAX_IMAGE, Storage, StoreReply, StoreRequest};
use iomt::wire::{MAX_DATAGRAM, Space};
use iomt_fuzz::{Change, changed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const UNIT: usize = 1536;
/// The slots of two peers, and three segments.
const LEN: usize = 7 * UNIT;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// What is done on erased flash, before it is damaged.
    before: Vec<Request>,
    changes: Vec<Change>,
    /// Laid over the flash where it says.
    patches: Vec<(u16, &'a [u8])>,
    after: Vec<Request>,
}

#[derive(Debug, Arbitrary)]
enum Request {
    Image(bool, u16, u8),
    Erase(bool),
    Frame(Address, u16),
    Load(Address),
    Free(Address),
    Scan(bool),
    Restart,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
struct Address {
    is_second_peer: bool,
    epoch: u8,
    space: u8,
    counter: u8,
}

impl From<Address> for FrameAddress {
    fn from(it: Address) -> Self {
        Self {
            peer: it.is_second_peer.into(),
            epoch: [it.epoch; 8],
            space: Space::from_code(it.space),
            counter: it.counter.into(),
        }
    }
}

/// Words of 4 bytes, written once between two erases.
#[derive(Debug)]
struct Flash(Vec<u8>);

impl Flash {
    fn place(&mut self, at: u32, len: usize) -> Result<&mut [u8], NorFlashErrorKind> {
        let place = self.0.get_mut(at as usize..at as usize + len);
        place.ok_or(NorFlashErrorKind::OutOfBounds)
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, at: u32, out: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        assert!(at.is_multiple_of(4) && out.len().is_multiple_of(4));
        out.copy_from_slice(self.place(at, out.len())?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = UNIT;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        assert!(from.is_multiple_of(UNIT as u32) && to.is_multiple_of(UNIT as u32));
        self.place(from, (to - from) as usize)?.fill(0xFF);
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        assert!(at.is_multiple_of(4) && bytes.len().is_multiple_of(4));
        let place = self.place(at, bytes.len())?;
        if place.iter().any(|byte| *byte != 0xFF) {
            return Err(NorFlashErrorKind::Other);
        }
        place.copy_from_slice(bytes);
        Ok(())
    }
}

fuzz_target!(|input: Input<'_>| {
    let mut storage = open(Flash(vec![0xFF; LEN])).expect("erased flash suits");
    for request in input.before.iter().take(16) {
        storage = perform(storage, request);
    }
    let mut bytes = changed(&storage.release().0, &input.changes);
    bytes.resize(LEN, 0xFF);
    for (at, patch) in input.patches {
        let at = usize::from(at) % LEN;
        for (byte, new) in bytes[at..].iter_mut().zip(patch) {
            *byte = *new;
        }
    }
    let Ok(mut storage) = open(Flash(bytes)) else {
        return;
    };
    for request in input.after.iter().take(16) {
        storage = perform(storage, request);
    }
});

fn open(flash: Flash) -> Result<FlashStorage<Flash>, iomt::storage::Error> {
    FlashStorage::open(flash, 0..LEN as u32, 2)
}

/// Performs it; what was done is checked at once, and behind a restart.
fn perform(mut storage: FlashStorage<Flash>, request: &Request) -> FlashStorage<Flash> {
    let mut buffer = [0; MAX_DATAGRAM];
    match *request {
        Request::Image(peer, len, byte) => {
            let (peer, image) = (peer.into(), vec![byte; usize::from(len) % (MAX_IMAGE + 2)]);
            if storage.store_image(peer, &image).is_ok() {
                storage = restarted(storage);
                assert_eq!(storage.load_image(peer, &mut buffer), Ok(Some(image.len())));
                assert_eq!(buffer[..image.len()], image);
            }
        }
        Request::Erase(peer) => {
            let is_done = storage.erase_peer(peer.into()).is_ok();
            if is_done {
                assert_eq!(storage.load_image(peer.into(), &mut buffer), Ok(None));
            }
        }
        Request::Frame(address, len) => {
            let (address, len) = (
                FrameAddress::from(address),
                usize::from(len) % (MAX_DATAGRAM + 2),
            );
            let frame = vec![address.counter as u8; len];
            if storage.append(address, &frame).is_ok() {
                storage = restarted(storage);
                let (found, _) = storage
                    .find(address, &mut buffer)
                    .expect("it reads")
                    .expect("it is there");
                assert_eq!(found, address);
            }
        }
        Request::Load(address) => {
            let address = FrameAddress::from(address);
            let request = StoreRequest::Load { address };
            if let StoreReply::Found { address: found, .. } =
                storage.perform(&request, &mut buffer, &mut |_| {})
            {
                assert!(found.is_beside(&address) && found.counter >= address.counter);
            }
        }
        Request::Free(address) => {
            let limit = FrameAddress::from(address);
            if storage.free(limit).is_ok() && limit.counter > 0 {
                let lowest = FrameAddress {
                    counter: 0,
                    ..limit
                };
                let found = storage.find(lowest, &mut buffer).expect("it reads");
                assert!(found.is_none_or(|(found, _)| found.counter >= limit.counter));
            }
        }
        Request::Scan(peer) => {
            let mut named = Vec::new();
            storage
                .scan(peer.into(), &mut |address| named.push(address))
                .expect("it reads");
            for address in named {
                let found = storage.find(address, &mut buffer).expect("it reads");
                assert_eq!(found.map(|(found, _)| found), Some(address));
            }
        }
        Request::Restart => storage = restarted(storage),
    }
    storage
}

fn restarted(storage: FlashStorage<Flash>) -> FlashStorage<Flash> {
    open(storage.release()).expect("it was opened before")
}
