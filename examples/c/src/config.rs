//! What a device is made with.

use core::ffi::{c_char, c_void};

use iomt::node::{Config as Delivery, Keeping, Reach};
use iomt::pairing::Identity;
use iomt::reading::Descriptor;
use iomt::seal::{Entropy, EntropyFailed};
use iomt::time::Duration;

use crate::pointers::{text, values};
use crate::status::Status;

/// Nothing is stored: a reboot loses the pairing's session, and what was not acknowledged.
pub const KEEPING_NOTHING: u8 = 0;
/// The session is stored, one image of at most `IOMT_MAX_IMAGE` bytes; a reboot loses frames, by name.
pub const KEEPING_SESSION: u8 = 1;
/// Session and sealed frames are stored: a reboot loses nothing.
pub const KEEPING_SESSION_AND_FRAMES: u8 = 2;

/// How long the private key of a device is.
pub const IDENTITY_LEN: usize = 32;

/// Fills `len` bytes at `out` with random bytes, all of them; returns 0, or anything else when it can not.
///
/// It must not call into the device that it is called from.
pub type RandomFunction =
    Option<unsafe extern "C" fn(context: *mut c_void, out: *mut u8, len: usize) -> i32>;

/// What a device is made with. Set all of it to zero first, then what is wanted.
#[repr(C)]
pub struct Config {
    /// The private key: `IOMT_IDENTITY_LEN` random bytes, drawn once at the factory and kept secret. Read by
    /// `iomt_device_init` alone.
    pub identity: *const u8,
    /// The source of random numbers; it may not start over at each boot.
    pub random: RandomFunction,
    /// What `random` is called with.
    pub context: *mut c_void,
    /// The maker's name. This and the other texts are UTF-8, of at most 64 bytes, end with a zero, and have to stay
    /// where they are for as long as the device lasts; null is the empty text.
    pub manufacturer: *const c_char,
    /// The maker's name of the model.
    pub model: *const c_char,
    /// The serial number.
    pub serial: *const c_char,
    /// The version of the firmware.
    pub firmware: *const c_char,
    /// UDI device identifier: which product it is.
    pub udi_device: *const c_char,
    /// UDI production identifier: lot, serial, dates.
    pub udi_production: *const c_char,
    /// Within what time the next frame comes, at the latest, in milliseconds; 0 stands for 60,000.
    pub due_ms: u32,
    /// One of `IOMT_KEEPING_NOTHING`, `IOMT_KEEPING_SESSION`, `IOMT_KEEPING_SESSION_AND_FRAMES`.
    pub keeping: u8,
    /// 1 where the connection reaches the server and nobody else, which saves 8 bytes a frame; else 0.
    pub is_direct: u8,
}

impl Config {
    /// # Safety
    ///
    /// The key and the texts are as the fields say.
    pub(crate) unsafe fn identity(&self) -> Result<Identity, Status> {
        // SAFETY: promised.
        let secret = unsafe { values(self.identity, IDENTITY_LEN) }?;
        Ok(Identity::from_secret_bytes(secret)?)
    }

    /// # Safety
    ///
    /// The texts are as the fields say.
    pub(crate) unsafe fn descriptor(&self) -> Result<Descriptor<'static>, Status> {
        // SAFETY: promised, and they stay for as long as the device, which the descriptor does not outlive.
        unsafe {
            Ok(Descriptor {
                manufacturer: text(self.manufacturer)?,
                model: text(self.model)?,
                serial: text(self.serial)?,
                firmware: text(self.firmware)?,
                udi_device: text(self.udi_device)?,
                udi_production: text(self.udi_production)?,
            })
        }
    }

    pub(crate) fn delivery(&self) -> Result<Delivery, Status> {
        let keeping = match self.keeping {
            KEEPING_NOTHING => Keeping::Nothing,
            KEEPING_SESSION => Keeping::Session,
            KEEPING_SESSION_AND_FRAMES => Keeping::SessionAndFrames,
            _ => return Err(Status::BadArgument),
        };
        let reach = match self.is_direct {
            0 => Reach::Routed,
            1 => Reach::Direct,
            _ => return Err(Status::BadArgument),
        };
        let due = match self.due_ms {
            0 => Delivery::DEFAULT.due,
            millis => Duration::from_millis(millis.into()),
        };
        Ok(Delivery {
            keeping,
            reach,
            due,
            ..Delivery::DEFAULT
        })
    }

    pub(crate) fn random(&self) -> Result<Random, Status> {
        let fill = self.random.ok_or(Status::BadPointer)?;
        let context = self.context;
        Ok(Random { fill, context })
    }
}

/// The caller's source of random numbers.
pub(crate) struct Random {
    fill: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i32,
    context: *mut c_void,
}

impl Entropy for Random {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        // SAFETY: whoever gave the function and its context has promised that it fills so many bytes and no more.
        match unsafe { (self.fill)(self.context, out.as_mut_ptr(), out.len()) } {
            0 => Ok(()),
            _ => Err(EntropyFailed),
        }
    }
}
