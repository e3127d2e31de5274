//! What a device wants from its storage: as requests that are answered, or by two functions of the caller.

use core::ffi::c_void;
use core::ptr;

use iomt::storage::{FrameAddress, MAX_IMAGE as LONGEST_IMAGE, StoreReply, StoreRequest};
use iomt::wire::Space;

use crate::device::{DeviceHandle, MAX_DATAGRAM, at};
use crate::pointers::{buffer, object, output, values, view};
use crate::status::Status;

/// The longest image of a session, in bytes.
pub const MAX_IMAGE: usize = 1_024;

const _: () = assert!(MAX_IMAGE == LONGEST_IMAGE);

/// What is wanted of storage.
#[derive(Clone, Copy)]
#[repr(i32)]
pub enum StoreKind {
    /// Replace the image by these bytes, which are secret; nothing may be left of the one before.
    Image = 0,
    /// Forget image and frames.
    Erase = 1,
    /// Store a sealed frame under its address.
    Frame = 2,
    /// Find the frame at this address, or the next above it of the same peer, epoch and space.
    Load = 3,
    /// The frames of the same peer, epoch and space below this address's counter may go.
    Free = 4,
    /// Name every stored frame of the peer by `iomt_device_handle_found`.
    Scan = 5,
}

/// Which stored frame.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct StoreAddress {
    /// Which frame of its space.
    pub counter: u32,
    /// Of whom: 0, as the device has one server.
    pub peer: u8,
    /// `IOMT_SPACE_DATA` or `IOMT_SPACE_ALARM`.
    pub space: u8,
    /// The first bytes of the epoch's tag.
    pub epoch: [u8; 8],
}

impl StoreAddress {
    const fn of_peer(peer: u8) -> Self {
        Self {
            counter: 0,
            peer,
            space: 0,
            epoch: [0; 8],
        }
    }

    const fn read(&self) -> FrameAddress {
        FrameAddress {
            peer: self.peer,
            epoch: self.epoch,
            space: Space::from_code(self.space),
            counter: self.counter,
        }
    }
}

impl From<FrameAddress> for StoreAddress {
    fn from(address: FrameAddress) -> Self {
        Self {
            counter: address.counter,
            peer: address.peer,
            space: address.space.code(),
            epoch: address.epoch,
        }
    }
}

/// What is to be done on storage.
#[repr(C)]
pub struct StoreOrder {
    /// What to do.
    pub kind: StoreKind,
    /// Of whom, or which frame.
    pub address: StoreAddress,
    /// The bytes to store, in the buffer that was given; null where there are none.
    pub bytes: *const u8,
    /// How many.
    pub len: usize,
}

/// What is to be done on storage next, or `IOMT_STATUS_NOTHING`; there is one order at a time.
///
/// `out` has room for `IOMT_MAX_DATAGRAM` bytes, and is left alone until the answer is given.
///
/// `IOMT_STATUS_NO_ROOM` for a smaller buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_poll_store(
    device: *mut DeviceHandle,
    now_us: u64,
    out: *mut u8,
    capacity: usize,
    order: *mut StoreOrder,
) -> Status {
    // SAFETY: the handle is alive, and buffer and output are the caller's.
    let (handle, order) = unsafe { (object(device), output(order)) };
    let poll = || {
        let (handle, order) = (handle?, order?);
        // SAFETY: as above.
        let out = unsafe { buffer::<MAX_DATAGRAM>(out, capacity) }?;
        let request = handle.device().poll_store(at(now_us), out);
        order.write(request.ok_or(Status::Nothing)?.into());
        Ok::<_, Status>(())
    };
    poll().into()
}

/// The order is done, and outlives a power cut (`IOMT_STATUS_OK`); a search has found nothing (`IOMT_STATUS_NOTHING`); or
/// it has failed, by whatever other status, and will come again.
///
/// `IOMT_STATUS_NOT_AWAITED`: there is no order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_handle_stored(
    device: *mut DeviceHandle,
    now_us: u64,
    outcome: i32,
) -> Status {
    const DONE: i32 = Status::Ok as i32;
    const NOTHING: i32 = Status::Nothing as i32;
    let reply = match outcome {
        DONE => StoreReply::Done,
        NOTHING => StoreReply::Nothing,
        _ => StoreReply::Failed,
    };
    // SAFETY: the handle is alive.
    let handle = unsafe { object(device) };
    handle
        .and_then(|handle| Ok(handle.device().handle_stored(at(now_us), reply)?))
        .into()
}

/// The frame that was looked for.
///
/// `IOMT_STATUS_NOT_AWAITED`: there is no order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_handle_loaded(
    device: *mut DeviceHandle,
    now_us: u64,
    address: *const StoreAddress,
    frame: *const u8,
    len: usize,
) -> Status {
    let handle_loaded = || {
        // SAFETY: the handle is alive, and all else the caller's.
        let (handle, address, bytes) =
            unsafe { (object(device)?, view(address)?.read(), values(frame, len)?) };
        let reply = StoreReply::Found { address, bytes };
        Ok::<_, Status>(handle.device().handle_stored(at(now_us), reply)?)
    };
    handle_loaded().into()
}

/// A frame that a scan has found; before the scan is answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_handle_found(
    device: *mut DeviceHandle,
    address: *const StoreAddress,
) -> Status {
    let handle_found = || {
        // SAFETY: the handle is alive, and the address the caller's.
        let (handle, address) = unsafe { (object(device)?, view(address)?.read()) };
        handle.device().handle_found(&address);
        Ok::<_, Status>(())
    };
    handle_found().into()
}

/// Storage for the session alone, by two functions; each returns 0 when it is done, anything else when it is not.
///
/// They must not call into the device.
#[repr(C)]
pub struct ImageStore {
    /// Replaces the image, reads it back, and leaves nothing of the one before.
    pub write:
        Option<unsafe extern "C" fn(context: *mut c_void, image: *const u8, len: usize) -> i32>,
    /// Wipes the image.
    pub erase: Option<unsafe extern "C" fn(context: *mut c_void) -> i32>,
    /// What both are called with.
    pub context: *mut c_void,
}

/// Does on `store` whatever the device asks for: for those that keep the session alone. Where frames are to be kept,
/// each is refused, and named as lost.
///
/// A function that fails is no failure here: it is called again later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_store_on(
    device: *mut DeviceHandle,
    now_us: u64,
    store: *const ImageStore,
) -> Status {
    let store_on = || {
        // SAFETY: the handle is alive, and the functions are the caller's.
        let (handle, store) = unsafe { (object(device)?, view(store)?) };
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(request) = handle.device().poll_store(at(now_us), &mut buffer) {
            // SAFETY: the functions keep to what the header asks of them.
            let reply = unsafe { store.perform(&request) };
            handle.device().handle_stored(at(now_us), reply)?;
        }
        Ok::<_, Status>(())
    };
    store_on().into()
}

impl ImageStore {
    /// # Safety
    ///
    /// The functions are what the fields say.
    unsafe fn perform(&self, request: &StoreRequest<'_>) -> StoreReply<'static> {
        let outcome = match (request, self.write, self.erase) {
            // SAFETY: promised; the image lasts as long as the call.
            (StoreRequest::Image { bytes, .. }, Some(write), _) => unsafe {
                write(self.context, bytes.as_ptr(), bytes.len())
            },
            // SAFETY: promised.
            (StoreRequest::Erase { .. }, _, Some(erase)) => unsafe { erase(self.context) },
            _ => return StoreReply::Failed,
        };
        match outcome {
            0 => StoreReply::Done,
            _ => StoreReply::Failed,
        }
    }
}

impl From<StoreRequest<'_>> for StoreOrder {
    fn from(request: StoreRequest<'_>) -> Self {
        let (kind, address, bytes) = match request {
            StoreRequest::Image { peer, bytes } => {
                (StoreKind::Image, StoreAddress::of_peer(peer), Some(bytes))
            }
            StoreRequest::Erase { peer } => (StoreKind::Erase, StoreAddress::of_peer(peer), None),
            StoreRequest::Frame { address, bytes } => {
                (StoreKind::Frame, address.into(), Some(bytes))
            }
            StoreRequest::Load { address } => (StoreKind::Load, address.into(), None),
            StoreRequest::Free {
                peer,
                epoch,
                space,
                below,
            } => {
                let address = StoreAddress {
                    counter: below,
                    peer,
                    space: space.code(),
                    epoch,
                };
                (StoreKind::Free, address, None)
            }
            StoreRequest::Scan { peer } => (StoreKind::Scan, StoreAddress::of_peer(peer), None),
        };
        Self {
            kind,
            address,
            bytes: bytes.map_or(ptr::null(), <[u8]>::as_ptr),
            len: bytes.map_or(0, <[u8]>::len),
        }
    }
}
