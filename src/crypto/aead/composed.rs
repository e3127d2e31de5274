//! ChaCha20-Poly1305 put together from the `chacha20` crate and a Poly1305: our own on 64-bit cores, that of
//! the `poly1305` crate on others. There is no panic path in it, so that firmware is linked without any.
//!
//! ```text
//!   one call of the cipher    block 0      block 1      block 2      block 3        then four at a time
//!                             key of MAC │ text 0..64 │ 64..128    │ 128..192       192..448, 448..704, …
//! ```
//!
//! Where vectors make four blocks as cheap as one, the key of the MAC and the first 192 bytes of text
//! come out of one call: a small frame costs one run of the cipher instead of three.

use chacha20::cipher::{Block, KeyIvInit, StreamCipherCore};
use chacha20::variants::Ietf;
use chacha20::{ChaChaCore, R20};
#[cfg(not(all(feature = "fast-aead", target_pointer_width = "64")))]
use poly1305::Poly1305;
use subtle::ConstantTimeEq;

#[cfg(all(feature = "fast-aead", target_pointer_width = "64"))]
use super::limbs::Poly1305;
use super::{KEY_LEN, NONCE_LEN, NotAuthentic, TAG_LEN};

type Core = ChaChaCore<R20, Ietf>;

const BLOCK_LEN: usize = 64;
/// Blocks that the cipher makes in one run: on other cores one by one, so that none is made in vain.
const TOGETHER: usize = if cfg!(any(
    target_arch = "x86_64",
    target_arch = "x86",
    target_arch = "aarch64"
)) {
    4
} else {
    1
};
/// The text that one run of the cipher covers, beside the key of the MAC.
pub(super) const ONE_RUN: usize = BLOCK_LEN * (TOGETHER - 1);
/// "2^32 - 1 blocks", block 0 being the key of the MAC.
const MAX_TEXT: u64 = (BLOCK_LEN as u64) * (u32::MAX as u64);

/// Poly1305 over whole blocks, as the AEAD uses it.
pub(super) trait Mac {
    fn keyed(key: &[u8; 32]) -> Self;

    /// Takes a part in, filled up with zeros to whole blocks.
    fn update_padded(&mut self, part: &[u8]);

    /// Takes in the lengths of the associated data and of the text, and says the tag.
    fn finish(self, associated: u64, text: u64) -> [u8; TAG_LEN];
}

#[inline]
pub(super) fn seal(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    seal_with::<Poly1305>(key, nonce, associated, buffer)
}

#[inline]
pub(super) fn open(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    open_with::<Poly1305>(key, nonce, associated, buffer, tag)
}

#[inline]
pub(super) fn seal_with<M: Mac>(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    if !is_within_a_nonce(buffer) {
        return None;
    }
    let mut stream = Stream::new(key, nonce);
    let mac: M = stream.mac();
    stream.apply(buffer);
    Some(authenticate(mac, associated, buffer))
}

#[inline]
pub(super) fn open_with<M: Mac>(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    if !is_within_a_nonce(buffer) {
        return Err(NotAuthentic);
    }
    let mut stream = Stream::new(key, nonce);
    let expected = authenticate(stream.mac::<M>(), associated, buffer);
    // As one number: byte by byte it takes some 170 instructions, of 1,800 for a frame of 64 bytes.
    let difference = u128::from_le_bytes(expected) ^ u128::from_le_bytes(*tag);
    let folded = (difference >> 64) as u64 | difference as u64;
    if !bool::from(folded.ct_eq(&0)) {
        return Err(NotAuthentic);
    }
    stream.apply(buffer);
    Ok(())
}

const fn is_within_a_nonce(buffer: &[u8]) -> bool {
    buffer.len() as u64 <= MAX_TEXT
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn authenticate(mut mac: impl Mac, associated: &[u8], ciphertext: &[u8]) -> [u8; TAG_LEN] {
    mac.update_padded(associated);
    mac.update_padded(ciphertext);
    mac.finish(associated.len() as u64, ciphertext.len() as u64)
}

/// The key stream, and the blocks of it that were made last.
///
/// What both ways have is inlined into each where frames come by the million, and there once where flash is short.
struct Stream {
    core: Core,
    ready: [Block<Core>; TOGETHER],
}

impl Stream {
    #[inline(always)]
    fn new(key: &[u8; KEY_LEN], nonce: &[u8; NONCE_LEN]) -> Self {
        Self {
            core: Core::new(key.into(), nonce.into()),
            ready: [Block::<Core>::default(); TOGETHER],
        }
    }

    /// Makes the first blocks; block 0 is the key of the MAC.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn mac<M: Mac>(&mut self) -> M {
        self.core.write_keystream_blocks(&mut self.ready);
        let first = self.ready.first().map(Block::<Core>::as_slice);
        M::keyed(first.and_then(<[u8]>::first_chunk).unwrap_or(&[0; 32]))
    }

    /// Goes on behind block 0.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn apply(&mut self, buffer: &mut [u8]) {
        let with_the_first = buffer.len().min(ONE_RUN);
        let (first, rest) = buffer
            .split_at_mut_checked(with_the_first)
            .unwrap_or_default();
        xor(first, self.ready.iter().skip(1));
        for group in rest.chunks_mut(BLOCK_LEN * TOGETHER) {
            self.core.write_keystream_blocks(&mut self.ready);
            xor(group, self.ready.iter());
        }
    }
}

#[inline(always)]
fn xor<'k>(text: &mut [u8], stream: impl Iterator<Item = &'k Block<Core>>) {
    // Not `chunks_mut`: zipped, it divides by a length that the compiler does not always see.
    let mut rest = text;
    for block in stream {
        let len = rest.len().min(BLOCK_LEN);
        let parts = core::mem::take(&mut rest).split_at_mut_checked(len);
        let (part, behind) = parts.unwrap_or_default();
        for (byte, key) in part.iter_mut().zip(block) {
            *byte ^= *key;
        }
        rest = behind;
    }
}
