//! Datagrams on a serial line.

use core::ptr;

use iomt::link::{MAX_SERIAL_FRAME as LONGEST_FRAME, SerialDecoder, encode_serial};

use crate::device::{ALIGN, MAX_DATAGRAM};
use crate::pointers::{buffer, object, output, put, values, view};
use crate::status::Status;

/// The longest serial frame, in bytes.
pub const MAX_SERIAL_FRAME: usize = 1_243;
/// How much memory a decoder takes, in bytes.
pub const SERIAL_SIZE: usize = 1_408;

const _: () = assert!(MAX_SERIAL_FRAME == LONGEST_FRAME);
const _: () = assert!(size_of::<SerialHandle>() <= size_of::<SerialMemory>());
const _: () = assert!(size_of::<SerialMemory>() == SERIAL_SIZE);
const _: () = assert!(align_of::<SerialHandle>() <= ALIGN);

/// Room for a decoder: a static variable of yours, whatever it holds.
#[repr(C)]
pub struct SerialMemory {
    /// Not yours while the decoder lasts.
    pub words: [u64; 176],
}

/// Finds datagrams in the bytes of a serial line, whatever noise is between them.
pub struct SerialHandle {
    decoder: SerialDecoder<MAX_DATAGRAM>,
}

/// Makes a decoder in `memory`. There is nothing to end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_serial_init(
    memory: *mut SerialMemory,
    serial: *mut *mut SerialHandle,
) -> Status {
    let place = memory.cast::<SerialHandle>();
    let decoder = SerialDecoder::new();
    // SAFETY: memory and output are the caller's; it is as large as the assertions above say, and `put` looks at its
    // alignment. A decoder owns nothing that would have to be dropped.
    unsafe {
        put(serial, ptr::null_mut())
            .and_then(|()| put(place, SerialHandle { decoder }))
            .and_then(|()| put(serial, place))
            .into()
    }
}

/// Takes bytes that came off the front of `bytes`, up to the end of the next datagram: `IOMT_STATUS_OK`, and `bytes` and
/// `len` are what is left. `IOMT_STATUS_NOTHING` says that all was taken.
///
/// `datagram` leads into the decoder, until it is used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_serial_decode(
    serial: *mut SerialHandle,
    bytes: *mut *const u8,
    len: *mut usize,
    datagram: *mut *const u8,
    datagram_len: *mut usize,
) -> Status {
    let decode = || {
        // SAFETY: the handle is alive, and all else the caller's.
        unsafe {
            let mut input = values(*view(bytes)?, *view(len)?)?;
            let (serial, bytes, len) = (object(serial)?, output(bytes)?, output(len)?);
            let (datagram, datagram_len) = (output(datagram)?, output(datagram_len)?);
            let found = serial.decoder.decode(&mut input);
            bytes.write(input.as_ptr());
            len.write(input.len());
            let found = found.ok_or(Status::Nothing)?;
            datagram.write(found.as_ptr());
            datagram_len.write(found.len());
            Ok::<_, Status>(())
        }
    };
    decode().into()
}

/// Writes a datagram as one frame of a serial line: COBS with a CRC-32, between zeros.
///
/// `out` has room for `IOMT_MAX_SERIAL_FRAME` bytes; `out_len` is how many of them are the frame.
///
/// `IOMT_STATUS_BAD_ARGUMENT`: the datagram is empty or longer than `IOMT_MAX_DATAGRAM`; `IOMT_STATUS_NO_ROOM` for a
/// smaller buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_serial_encode(
    datagram: *const u8,
    len: usize,
    out: *mut u8,
    capacity: usize,
    out_len: *mut usize,
) -> Status {
    let encode = || {
        // SAFETY: datagram, buffer and output are the caller's, and do not overlap.
        unsafe {
            let (out, out_len) = (buffer::<MAX_SERIAL_FRAME>(out, capacity)?, output(out_len)?);
            let frame = encode_serial(values(datagram, len)?, out)?;
            out_len.write(frame.len());
            Ok::<_, Status>(())
        }
    };
    encode().into()
}
