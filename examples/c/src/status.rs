//! What a call came to.

use core::ffi::{CStr, c_char};

use iomt::link::CarrierError;
use iomt::{node, pairing, seal, wire};

/// What a call came to: 0 or above is no failure. After a failure the object is as it was, but for what it counts, unless
/// the function says otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// It is done; what was asked for is in the outputs.
    Ok = 0,
    /// There is nothing now: no datagram, event, request or beat.
    Nothing = 1,
    /// A pointer is null, or not aligned.
    BadPointer = -1,
    /// A number or text is outside its range.
    BadArgument = -2,
    /// A buffer is too small, or the values do not fit one frame.
    NoRoom = -3,
    /// The bytes are not of this protocol.
    Malformed = -4,
    /// Forged, damaged, or made under other keys.
    NotAuthentic = -5,
    /// A packet that is repeated, or does not belong here now.
    Unexpected = -6,
    /// The random number generator failed, or repeats itself.
    Random = -7,
    /// There is no session, or it is not stored yet.
    NotPaired = -8,
    /// The device is not armed, so that it answers no pairing.
    NotArmed = -9,
    /// The sender of a handshake does not know the label or the key.
    WrongSecret = -10,
    /// The outbox is full; nothing was taken.
    OutboxFull = -11,
    /// Nothing was asked of storage.
    NotAwaited = -12,
    /// There is a session already.
    SessionUnderWay = -13,
    /// The image is damaged, or another device's.
    BadImage = -14,
    /// Another failure of a handshake.
    Handshake = -15,
    /// A failure that this version of the binding has no number for.
    Other = -16,
}

impl Status {
    const fn text(self) -> &'static CStr {
        match self {
            Self::Ok => c"done",
            Self::Nothing => c"there is nothing now",
            Self::BadPointer => c"a pointer is null or not aligned",
            Self::BadArgument => c"a number or text is outside its range",
            Self::NoRoom => c"a buffer is too small, or the values do not fit one frame",
            Self::Malformed => c"not of this protocol",
            Self::NotAuthentic => c"not authentic",
            Self::Unexpected => c"repeated, or not expected now",
            Self::Random => c"the random number generator failed or repeats itself",
            Self::NotPaired => c"there is no session yet",
            Self::NotArmed => c"the device is not armed",
            Self::WrongSecret => c"the sender does not know the label or the key",
            Self::OutboxFull => c"the outbox is full",
            Self::NotAwaited => c"nobody waits for this to be stored",
            Self::SessionUnderWay => c"a session is under way already",
            Self::BadImage => c"not an image of this device",
            Self::Handshake => c"the handshake failed",
            Self::Other => c"failed",
        }
    }

    /// The numbers of this version.
    const ALL: [Self; 18] = [
        Self::Ok,
        Self::Nothing,
        Self::BadPointer,
        Self::BadArgument,
        Self::NoRoom,
        Self::Malformed,
        Self::NotAuthentic,
        Self::Unexpected,
        Self::Random,
        Self::NotPaired,
        Self::NotArmed,
        Self::WrongSecret,
        Self::OutboxFull,
        Self::NotAwaited,
        Self::SessionUnderWay,
        Self::BadImage,
        Self::Handshake,
        Self::Other,
    ];
}

/// Says in English what a status means; never null, never to be freed.
///
/// Any number may be given: one that this version does not know is "unknown status".
#[unsafe(no_mangle)]
pub extern "C" fn iomt_status_text(status: i32) -> *const c_char {
    let known = Status::ALL.iter().find(|known| **known as i32 == status);
    known
        .map_or(c"unknown status", |known| known.text())
        .as_ptr()
}

impl<E: Into<Self>> From<Result<(), E>> for Status {
    fn from(result: Result<(), E>) -> Self {
        result.map_or_else(Into::into, |()| Self::Ok)
    }
}

impl From<node::Error> for Status {
    fn from(error: node::Error) -> Self {
        match error {
            node::Error::Wire(error) => error.into(),
            node::Error::Seal(error) => error.into(),
            node::Error::Pairing(error) => error.into(),
            node::Error::OutboxFull(_) => Self::OutboxFull,
            node::Error::NotPaired => Self::NotPaired,
            node::Error::NotArmed => Self::NotArmed,
            node::Error::NoRecords => Self::BadArgument,
            node::Error::NotAwaited => Self::NotAwaited,
            node::Error::SessionUnderWay | node::Error::TooManyPeers => Self::SessionUnderWay,
            _ => Self::Other,
        }
    }
}

impl Status {
    /// Of what another one has sent: no argument of the caller's is at fault.
    pub(crate) const fn of_sender(self) -> Self {
        match self {
            Self::BadArgument => Self::Malformed,
            said => said,
        }
    }
}

impl From<wire::Error> for Status {
    fn from(error: wire::Error) -> Self {
        match error {
            wire::Error::NoRoom { .. } => Self::NoRoom,
            wire::Error::OutOfRange => Self::BadArgument,
            _ => Self::Malformed,
        }
    }
}

impl From<seal::Error> for Status {
    fn from(error: seal::Error) -> Self {
        match error {
            seal::Error::Malformed(error) => error.into(),
            seal::Error::NotAuthentic => Self::NotAuthentic,
            seal::Error::UnexpectedPacket
            | seal::Error::UnknownEpoch
            | seal::Error::Replayed
            | seal::Error::BeyondEnd
            | seal::Error::NotNewest => Self::Unexpected,
            seal::Error::Entropy(_) => Self::Random,
            seal::Error::NoEpoch | seal::Error::EpochFull => Self::NotPaired,
            seal::Error::BadSavedSession => Self::BadImage,
            _ => Self::Other,
        }
    }
}

impl From<pairing::Error> for Status {
    fn from(error: pairing::Error) -> Self {
        match error {
            pairing::Error::Malformed(error) => error.into(),
            pairing::Error::NotAuthentic => Self::NotAuthentic,
            pairing::Error::UnexpectedMessage | pairing::Error::Busy => Self::Unexpected,
            pairing::Error::WrongLabel | pairing::Error::WrongKey => Self::WrongSecret,
            pairing::Error::SecretTooShort | pairing::Error::BadKey => Self::BadArgument,
            pairing::Error::Entropy(_) => Self::Random,
            _ => Self::Handshake,
        }
    }
}

impl From<CarrierError> for Status {
    fn from(error: CarrierError) -> Self {
        match error {
            CarrierError::NoRoom { .. } => Self::NoRoom,
            _ => Self::BadArgument,
        }
    }
}
