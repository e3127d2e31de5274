//! ChaCha20-Poly1305 as `ring` has it, in assembly, picked at run time by what the CPU can do.
//!
//! Where a tag does not match, `ring` has decrypted already, and fills the buffer with zeros. Our rule is
//! that a refused frame stays as it was, so the ciphertext is kept aside meanwhile: 128 bytes of stack
//! for small frames, [`MAX_DATAGRAM`] for others; what is longer goes to the audited backend, which
//! checks before it decrypts.
//!
//! A key is made ready anew for each call. A key that is kept ready takes SIZE bytes instead of 32,
//! five of them in each epoch of a session, and saves GAIN ns.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use super::{KEY_LEN, NONCE_LEN, NotAuthentic, TAG_LEN, audited};
use crate::wire::MAX_DATAGRAM;

const SMALL: usize = 128;

#[inline]
pub(super) fn seal(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    if buffer.len() > MAX_DATAGRAM {
        return audited::seal(key, nonce, associated, buffer);
    }
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let tag = ready(key)?
        .seal_in_place_separate_tag(nonce, Aad::from(associated), buffer)
        .ok()?;
    tag.as_ref().try_into().ok()
}

#[inline]
pub(super) fn open(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    if buffer.len() <= SMALL {
        open_or_restore::<SMALL>(key, nonce, associated, buffer, tag)
    } else if buffer.len() <= MAX_DATAGRAM {
        open_or_restore::<MAX_DATAGRAM>(key, nonce, associated, buffer, tag)
    } else {
        audited::open(key, nonce, associated, buffer, tag)
    }
}

#[inline(always)]
fn open_or_restore<const N: usize>(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    let mut aside = [0_u8; N];
    let kept = aside.get_mut(..buffer.len()).ok_or(NotAuthentic)?;
    kept.copy_from_slice(buffer);
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = ready(key).ok_or(NotAuthentic)?.open_in_place_separate_tag(
        nonce,
        Aad::from(associated),
        (*tag).into(),
        buffer,
        0..,
    );
    if opened.is_err() {
        buffer.copy_from_slice(kept);
        return Err(NotAuthentic);
    }
    Ok(())
}

#[inline(always)]
fn ready(key: &[u8; KEY_LEN]) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key)
        .ok()
        .map(LessSafeKey::new)
}
