//! What happened to a device.

use iomt::node::{DeviceEvent, Rung};

use crate::device::DeviceHandle;
use crate::pointers::{object, output};
use crate::status::Status;

/// How long a public key is.
pub const PUBLIC_KEY_LEN: usize = 32;

/// What happened to a device.
#[derive(Clone, Copy)]
#[repr(i32)]
pub enum EventKind {
    /// One that this version of the binding has no number for.
    Other = 0,
    /// A server has paired and proved it; the label is used up. `key` is the server's.
    Paired = 1,
    /// Readings can be sent.
    Ready = 2,
    /// A new session has taken the place of the one before, and inherits its frames.
    Reconnected = 3,
    /// The same, by the keys alone: one side has lost its state.
    ReconnectedByKeys = 4,
    /// A new owner has paired: `frames` for the one before were wiped.
    Wiped = 5,
    /// So many `frames` will never arrive; the server will be told. `reason` is the number on the wire.
    Lost = 6,
    /// Nothing was heard of the server for three due intervals.
    Silent = 7,
    /// A server that was silent has proved that it is there.
    Heard = 8,
    /// What had to be stored was not; it is tried again.
    StorageFailed = 9,
}

/// What happened to a device, and to what.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// How many frames, where the kind says so; else 0.
    pub frames: u32,
    /// Why they are lost, where the kind says so; else 0.
    pub reason: u8,
    /// The server's public key, where the kind says so; else zeros.
    pub key: [u8; PUBLIC_KEY_LEN],
}

/// The next thing that happened, or `IOMT_STATUS_NOTHING`. The oldest of more than eight gives way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_poll_event(
    device: *mut DeviceHandle,
    event: *mut Event,
) -> Status {
    // SAFETY: the handle is alive, and the output the caller's.
    let (handle, event) = unsafe { (object(device), output(event)) };
    let poll = || {
        let (handle, event) = (handle?, event?);
        let happened = handle.device().poll_event().ok_or(Status::Nothing)?;
        event.write(happened.into());
        Ok::<_, Status>(())
    };
    poll().into()
}

impl Event {
    const fn of(kind: EventKind) -> Self {
        Self {
            kind,
            frames: 0,
            reason: 0,
            key: [0; PUBLIC_KEY_LEN],
        }
    }
}

impl From<DeviceEvent> for Event {
    fn from(event: DeviceEvent) -> Self {
        match event {
            DeviceEvent::Paired { key, .. } => Self {
                key: key.as_bytes().try_into().unwrap_or_default(),
                ..Self::of(EventKind::Paired)
            },
            DeviceEvent::Ready { .. } => Self::of(EventKind::Ready),
            DeviceEvent::Reconnected { by, .. } => match by {
                Rung::Keys => Self::of(EventKind::ReconnectedByKeys),
                Rung::Current | Rung::Previous | Rung::Successor => {
                    Self::of(EventKind::Reconnected)
                }
            },
            DeviceEvent::Wiped { frames } => Self {
                frames: u32::try_from(frames).unwrap_or(u32::MAX),
                ..Self::of(EventKind::Wiped)
            },
            DeviceEvent::Lost { frames, why, .. } => Self {
                frames,
                reason: why.code(),
                ..Self::of(EventKind::Lost)
            },
            DeviceEvent::Silent { .. } => Self::of(EventKind::Silent),
            DeviceEvent::Heard { .. } => Self::of(EventKind::Heard),
            DeviceEvent::StorageFailed { .. } => Self::of(EventKind::StorageFailed),
            _ => Self::of(EventKind::Other),
        }
    }
}
