//! ChaCha20-Poly1305, by one of four backends that make the same bytes.
//!
//! ```text
//!   feature      file        what it is                                               where
//!   (none)       audited     the `chacha20poly1305` crate                             64-bit cores, the default
//!   (none)       composed    the `chacha20` and `poly1305` crates: no panic path      all other cores
//!   fast-aead    composed    the `chacha20` crate and our own Poly1305                64-bit cores, any compiler
//!   ring         asm         composed up to 192 bytes, the `ring` crate for longer    servers, with a C compiler
//! ```
//!
//! The last of the list that is built is used; `ring` implies `fast-aead`. Tests compare all that are
//! built with one another. None needs `-C target-cpu`: vectors are picked at run time by what the
//! CPU can do. One thing is left to the compiler: in a build for any x86-64, the Poly1305 of the audited
//! crate calls its AVX2 steps one by one, and that is most of what a small frame takes. With
//! `-C target-feature=+avx2` they are inlined.

#[cfg(feature = "ring")]
mod asm;
#[cfg(any(
    test,
    feature = "ring",
    all(target_pointer_width = "64", not(feature = "fast-aead"))
))]
mod audited;
#[cfg(any(test, feature = "fast-aead", not(target_pointer_width = "64")))]
mod composed;
#[allow(dead_code, reason = "for what is stored, which not every feature does")]
pub(super) mod extended;
#[cfg(all(feature = "fast-aead", target_pointer_width = "64"))]
mod limbs;
#[cfg(any(test, not(target_pointer_width = "64")))]
mod soft;
#[cfg(test)]
pub(super) mod tests;

#[cfg(feature = "ring")]
use asm as backend;
#[cfg(all(
    target_pointer_width = "64",
    not(any(feature = "fast-aead", feature = "ring"))
))]
use audited as backend;
#[cfg(all(
    any(feature = "fast-aead", not(target_pointer_width = "64")),
    not(feature = "ring")
))]
use composed as backend;

use super::{KEY_LEN, NotAuthentic, Secret};

#[allow(
    unused_imports,
    reason = "for what is stored, which not every feature does"
)]
pub(crate) use extended::{EXTENDED_NONCE_LEN, open_x, seal_x};

pub(crate) const TAG_LEN: usize = 16;
const NONCE_LEN: usize = 12;

/// Encrypts `buffer` in place and returns its tag. `None` beyond the 2^38 bytes that a nonce covers.
#[inline]
pub(crate) fn seal(
    key: &Secret,
    counter: u64,
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    seal_with_nonce(key, &nonce(counter), associated, buffer)
}

/// Decrypts `buffer` in place. A tag that does not match leaves the ciphertext as it was.
#[inline]
pub(crate) fn open(
    key: &Secret,
    counter: u64,
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    open_with_nonce(key, &nonce(counter), associated, buffer, tag)
}

/// Noise's form of a counter: four zero bytes, then the counter in little-endian.
fn nonce(counter: u64) -> [u8; NONCE_LEN] {
    let [a, b, c, d, e, f, g, h] = counter.to_le_bytes();
    [0, 0, 0, 0, a, b, c, d, e, f, g, h]
}

#[inline]
pub(super) fn seal_with_nonce(
    key: &Secret,
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    backend::seal(key.expose(), nonce, associated, buffer)
}

#[inline]
pub(super) fn open_with_nonce(
    key: &Secret,
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    backend::open(key.expose(), nonce, associated, buffer, tag)
}
