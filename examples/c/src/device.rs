//! A device in the caller's memory.

use core::mem::MaybeUninit;
use core::ptr;

use iomt::node::{Device, DeviceSetup};
use iomt::pairing::label::LabelSecret;
use iomt::time::Instant;
use iomt::wire::MAX_DATAGRAM as LONGEST_DATAGRAM;

use crate::OUTBOX;
use crate::config::{Config, Random};
use crate::pointers::{buffer, object, output, put, values, view};
use crate::status::Status;

/// The longest datagram that goes either way, in bytes.
pub const MAX_DATAGRAM: usize = 1_232;
/// How much memory a device takes, in bytes, where addresses have 32 bits.
#[cfg(target_pointer_width = "32")]
pub const DEVICE_SIZE: usize = 10_880;
/// How much memory a device takes, in bytes, where addresses have 64 bits.
#[cfg(not(target_pointer_width = "32"))]
pub const DEVICE_SIZE: usize = 11_264;
/// The same in words of 8 bytes.
#[cfg(target_pointer_width = "32")]
pub const DEVICE_WORDS: usize = 1_360;
/// The same in words of 8 bytes.
#[cfg(not(target_pointer_width = "32"))]
pub const DEVICE_WORDS: usize = 1_408;
/// How the memories of device, detector and decoder are aligned, in bytes; their types see to it.
pub const ALIGN: usize = 8;

const _: () = assert!(MAX_DATAGRAM == LONGEST_DATAGRAM);
const _: () = assert!(size_of::<DeviceHandle>() <= size_of::<DeviceMemory>());
const _: () = assert!(size_of::<DeviceMemory>() == DEVICE_SIZE);
const _: () = assert!(align_of::<DeviceHandle>() <= ALIGN && align_of::<DeviceMemory>() == ALIGN);

/// Room for a device: a static variable of yours, whatever it holds.
#[repr(C)]
pub struct DeviceMemory {
    /// Not yours while the device lasts.
    pub words: [u64; DEVICE_WORDS],
}

/// A device that pairs, takes readings and keeps each until the server has it stored.
///
/// One context of execution at a time may call it: no interrupt may while another call is under way. After every
/// input, poll storage, datagrams and events until there is nothing. Times are microseconds since the boot, and never
/// go back.
pub struct DeviceHandle {
    device: Device<'static, OUTBOX>,
    random: Random,
}

impl DeviceHandle {
    pub(crate) const fn device(&mut self) -> &mut Device<'static, OUTBOX> {
        &mut self.device
    }
}

/// Makes a device in `memory` that has never paired, and puts its handle into `device`.
///
/// Made where it stays, not on the stack; costs one multiplication of X25519.
///
/// `IOMT_STATUS_BAD_ARGUMENT`: a text is too long or not UTF-8, the key is no key, or a number of the configuration is
/// none of those it can be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_init(
    memory: *mut DeviceMemory,
    config: *const Config,
    device: *mut *mut DeviceHandle,
) -> Status {
    // SAFETY: memory, configuration and output are the caller's, as the header asks.
    unsafe { init(memory, config, device) }.into()
}

unsafe fn init(
    memory: *mut DeviceMemory,
    config: *const Config,
    device: *mut *mut DeviceHandle,
) -> Result<(), Status> {
    // SAFETY: promised by the caller of `iomt_device_init`.
    let config = unsafe { view(config) }?;
    // SAFETY: as above, of what the configuration points to.
    let (identity, descriptor) = unsafe { (config.identity()?, config.descriptor()?) };
    let setup = DeviceSetup::new(identity, descriptor, config.delivery()?)?;
    let random = config.random()?;
    let place = memory.cast::<DeviceHandle>();
    // SAFETY: it is as large as the assertions above say, and the caller's; `object` looks at its alignment. Nothing is
    // read of it before it is written. The handle goes out last: who gets none has no device.
    unsafe {
        put(device, ptr::null_mut())?;
        object(place.cast::<MaybeUninit<DeviceHandle>>())?;
        let room = (&raw mut (*place).device).cast::<MaybeUninit<Device<'static, OUTBOX>>>();
        let _ = setup.make_in(object(room)?);
        put(&raw mut (*place).random, random)?;
        put(device, place)
    }
}

/// Ends a device and wipes its keys. Its memory is yours again, and its handle leads nowhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_deinit(device: *mut DeviceHandle) -> Status {
    // SAFETY: the handle is of `iomt_device_init`, and not used afterwards.
    unsafe {
        object(device)
            .map(|device| ptr::drop_in_place(device))
            .into()
    }
}

/// Goes on after a reboot from the image that storage holds; before anything else is asked of the device.
///
/// `IOMT_STATUS_BAD_IMAGE` where it is damaged or another device's: the device is as new then, and can be paired.
///
/// `IOMT_STATUS_RANDOM` where the generator fails or repeats the last boot; `IOMT_STATUS_SESSION_UNDER_WAY` where it was
/// paired already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_resume(
    device: *mut DeviceHandle,
    now_us: u64,
    image: *const u8,
    len: usize,
) -> Status {
    // SAFETY: the handle is alive, and the image the caller's.
    let (handle, image) = unsafe { (object(device), values(image, len)) };
    let resume = || {
        let DeviceHandle { device, random } = handle?;
        device.resume(at(now_us), image?, random)?;
        Ok::<_, Status>(())
    };
    resume().into()
}

/// Lets whoever knows the label pair, until one has or `iomt_device_disarm` is called: a button was pressed.
///
/// The secret has at least 16 random bytes; what a person makes up is none.
///
/// `IOMT_STATUS_BAD_ARGUMENT`: the secret is shorter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_arm(
    device: *mut DeviceHandle,
    label_secret: *const u8,
    len: usize,
) -> Status {
    // SAFETY: the handle is alive, and the secret the caller's.
    let (handle, secret) = unsafe { (object(device), values(label_secret, len)) };
    let arm = || {
        handle?.device.arm(LabelSecret::new(secret?)?);
        Ok::<_, Status>(())
    };
    arm().into()
}

/// Ends the pairing mode.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_disarm(device: *mut DeviceHandle) -> Status {
    // SAFETY: the handle is alive.
    let handle = unsafe { object(device) };
    handle.map(|handle| handle.device.disarm()).into()
}

/// Takes a datagram that came from the server. A forged one is refused and counted, and changes nothing.
///
/// What is wrong with it, of which there is nothing to be done: `IOMT_STATUS_MALFORMED`, `IOMT_STATUS_NOT_AUTHENTIC`,
/// `IOMT_STATUS_UNEXPECTED`, `IOMT_STATUS_NOT_PAIRED`, `IOMT_STATUS_NOT_ARMED`, `IOMT_STATUS_WRONG_SECRET`,
/// `IOMT_STATUS_HANDSHAKE` or `IOMT_STATUS_OTHER`. `IOMT_STATUS_RANDOM` is not the sender's fault: the generator has failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_handle_datagram(
    device: *mut DeviceHandle,
    now_us: u64,
    datagram: *const u8,
    len: usize,
) -> Status {
    // SAFETY: the handle is alive, and the datagram the caller's.
    let (handle, datagram) = unsafe { (object(device), values(datagram, len)) };
    let handle_datagram = || {
        let DeviceHandle { device, random } = handle?;
        let handled = device.handle_datagram(at(now_us), datagram?, random);
        handled.map_err(|error| Status::from(error).of_sender())
    };
    handle_datagram().into()
}

/// Does what is due: one multiplication of a handshake at most. Call it whenever `iomt_device_poll_timeout` says so.
/// What fails is tried again later, and when, `iomt_device_poll_timeout` says.
///
/// `IOMT_STATUS_RANDOM`, or what a handshake came to: `IOMT_STATUS_MALFORMED`, `IOMT_STATUS_WRONG_SECRET`,
/// `IOMT_STATUS_NOT_AUTHENTIC`, `IOMT_STATUS_HANDSHAKE` or `IOMT_STATUS_OTHER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_handle_timeout(
    device: *mut DeviceHandle,
    now_us: u64,
) -> Status {
    // SAFETY: the handle is alive.
    let handle = unsafe { object(device) };
    let handle_timeout = || {
        let DeviceHandle { device, random } = handle?;
        let handled = device.handle_timeout(at(now_us), random);
        handled.map_err(|error| Status::from(error).of_sender())
    };
    handle_timeout().into()
}

/// The connection has ended: from now on frames say again to whom they belong.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_handle_disconnected(device: *mut DeviceHandle) -> Status {
    // SAFETY: the handle is alive.
    let handle = unsafe { object(device) };
    handle
        .map(|handle| handle.device.handle_disconnected())
        .into()
}

/// The next datagram to send, or `IOMT_STATUS_NOTHING`.
///
/// `out` has room for `IOMT_MAX_DATAGRAM` bytes; `len` is how many of them are the datagram.
///
/// `IOMT_STATUS_NO_ROOM` for a smaller buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_poll_transmit(
    device: *mut DeviceHandle,
    now_us: u64,
    out: *mut u8,
    capacity: usize,
    len: *mut usize,
) -> Status {
    // SAFETY: the handle is alive, and the output the caller's.
    let (handle, len) = unsafe { (object(device), output(len)) };
    let poll = || {
        let (handle, len) = (handle?, len?.write(0));
        // SAFETY: the buffer is the caller's.
        let out = unsafe { buffer::<MAX_DATAGRAM>(out, capacity) }?;
        let datagram = handle.device.poll_transmit(at(now_us), out);
        *len = datagram.ok_or(Status::Nothing)?.len();
        Ok::<_, Status>(())
    };
    poll().into()
}

/// When the device has something to do next; what is past: at once. `IOMT_STATUS_NOTHING` before it has paired.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_poll_timeout(
    device: *mut DeviceHandle,
    due_us: *mut u64,
) -> Status {
    // SAFETY: the handle is alive, and the output the caller's.
    let (handle, due_us) = unsafe { (object(device), output(due_us)) };
    let poll = || {
        let (handle, due_us) = (handle?, due_us?);
        due_us.write(
            handle
                .device
                .poll_timeout()
                .ok_or(Status::Nothing)?
                .as_micros(),
        );
        Ok::<_, Status>(())
    };
    poll().into()
}

/// What a device has done so far.
#[repr(C)]
pub struct DeviceState {
    /// Frames of readings that are neither acknowledged nor named as lost.
    pub frames_waiting: u64,
    /// Frames of readings that were sealed.
    pub frames_sealed: u64,
    /// Frames that were handed out to be sent, repetitions included.
    pub frames_sent: u64,
    /// Frames that the server has stored.
    pub frames_acknowledged: u64,
    /// Frames that are named as lost.
    pub frames_lost: u64,
    /// Packets that were refused.
    pub packets_refused: u64,
    /// 1 where readings can be sent, else 0.
    pub is_ready: u8,
    /// 1 where the server has everything stored, and knows of every loss, else 0.
    pub is_settled: u8,
}

/// How the device stands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_state(
    device: *mut DeviceHandle,
    state: *mut DeviceState,
) -> Status {
    // SAFETY: the handle is alive.
    let handle = unsafe { object(device) };
    let read = || {
        let device = &handle?.device;
        let stats = device.stats();
        let now = DeviceState {
            frames_waiting: device.waiting(),
            frames_sealed: stats.frames_sealed,
            frames_sent: stats.frames_sent,
            frames_acknowledged: stats.frames_acknowledged,
            frames_lost: stats.frames_lost,
            packets_refused: stats.packets_refused,
            is_ready: device.is_ready().into(),
            is_settled: device.is_settled().into(),
        };
        // SAFETY: the output is the caller's.
        unsafe { put(state, now) }
    };
    read().into()
}

pub(crate) const fn at(now_us: u64) -> Instant {
    Instant::from_micros(now_us)
}
