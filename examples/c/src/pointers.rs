//! Raw pointers to references, in one place.
//!
//! Null and wrongly aligned pointers are told; that a pointer leads to so many bytes of the caller's, which nobody
//! else uses during the call, is what each function's caller has to see to.

use core::ffi::{CStr, c_char};
use core::mem::MaybeUninit;
use core::{ptr, slice};

use crate::status::Status;

/// The object behind `pointer`.
///
/// # Safety
///
/// Unless it is null or not aligned, `pointer` leads to a `T` for which nothing else holds a reference.
pub(crate) unsafe fn object<'a, T>(pointer: *mut T) -> Result<&'a mut T, Status> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Status::BadPointer);
    }
    // SAFETY: neither null nor misaligned; the rest is promised.
    Ok(unsafe { &mut *pointer })
}

/// What the caller lets us read behind `pointer`.
///
/// # Safety
///
/// Unless it is null or not aligned, `pointer` leads to a `T` that nobody writes to meanwhile.
pub(crate) unsafe fn view<'a, T>(pointer: *const T) -> Result<&'a T, Status> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Status::BadPointer);
    }
    // SAFETY: neither null nor misaligned; the rest is promised.
    Ok(unsafe { &*pointer })
}

/// `len` values at `pointer`; where there are none, it may be null.
///
/// # Safety
///
/// Unless it is null or not aligned, `pointer` leads to `len` values that nobody writes to meanwhile.
pub(crate) unsafe fn values<'a, T>(pointer: *const T, len: usize) -> Result<&'a [T], Status> {
    if len == 0 {
        return Ok(&[]);
    }
    let fits = len
        .checked_mul(size_of::<T>())
        .is_some_and(|size| isize::try_from(size).is_ok());
    if pointer.is_null() || !pointer.is_aligned() || !fits {
        return Err(Status::BadPointer);
    }
    // SAFETY: neither null nor misaligned, no longer than an object can be; the rest is promised.
    Ok(unsafe { slice::from_raw_parts(pointer, len) })
}

/// A buffer of `N` bytes, of which `capacity` bytes are there.
///
/// # Safety
///
/// Unless it is null, `pointer` leads to `capacity` bytes that nobody else uses for as long as `'a`.
pub(crate) unsafe fn buffer<'a, const N: usize>(
    pointer: *mut u8,
    capacity: usize,
) -> Result<&'a mut [u8; N], Status> {
    if pointer.is_null() {
        return Err(Status::BadPointer);
    }
    if capacity < N {
        return Err(Status::NoRoom);
    }
    // SAFETY: there are at least N bytes. They are written first, as C does not: a reference is to bytes with a value.
    unsafe {
        ptr::write_bytes(pointer, 0, N);
        Ok(&mut *pointer.cast::<[u8; N]>())
    }
}

/// An output of the caller's, to be written over whatever it holds. Asked for before anything is done, so that nothing is
/// done for an output that is none.
///
/// # Safety
///
/// Unless it is null or not aligned, `pointer` leads to room for a `T` that nobody else uses for as long as `'a`.
pub(crate) unsafe fn output<'a, T>(pointer: *mut T) -> Result<&'a mut MaybeUninit<T>, Status> {
    // SAFETY: promised; room without a value is all that `MaybeUninit` needs.
    unsafe { object(pointer.cast()) }
}

/// Writes an output of its own.
///
/// # Safety
///
/// As of [`output`].
pub(crate) unsafe fn put<T>(pointer: *mut T, value: T) -> Result<(), Status> {
    // SAFETY: promised.
    unsafe { output(pointer) }?.write(value);
    Ok(())
}

/// A text that ends with a zero; null is the empty one.
///
/// # Safety
///
/// Unless it is null, `pointer` leads to a zero-terminated text that stays as it is for as long as `'a`.
pub(crate) unsafe fn text<'a>(pointer: *const c_char) -> Result<&'a str, Status> {
    if pointer.is_null() {
        return Ok("");
    }
    // SAFETY: promised.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map_err(|_| Status::BadArgument)
}
