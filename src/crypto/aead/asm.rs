//! ChaCha20-Poly1305 as `ring` has it, in assembly, for what is longer than one run of the cipher.
//!
//! ```text
//!   text  0 ─────────────── 192 ───────────────────────── MAX_DATAGRAM ─────────►
//!         composed              ring                                  audited
//! ```
//!
//! Small frames are as fast without it: making a key of `ring` ready moves 544 bytes about and costs some 30 ns.
//! A key that is kept ready would cost its 544 bytes in place of 32, for each space of each epoch of each session.
//!
//! Where a tag does not match, `ring` has decrypted already, and fills the buffer with zeros. Our rule is
//! that a refused frame stays as it was, so the ciphertext is kept aside meanwhile, on the stack. What does
//! not fit there goes to the audited backend, which checks before it decrypts.

use heapless::Vec;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use super::composed::{self, ONE_RUN};
use super::{KEY_LEN, NONCE_LEN, NotAuthentic, TAG_LEN, audited};
use crate::wire::MAX_DATAGRAM;

#[inline]
pub(super) fn seal(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    if buffer.len() <= ONE_RUN {
        composed::seal(key, nonce, associated, buffer)
    } else if buffer.len() <= MAX_DATAGRAM {
        seal_long(key, nonce, associated, buffer)
    } else {
        audited::seal(key, nonce, associated, buffer)
    }
}

#[inline]
pub(super) fn open(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    if buffer.len() <= ONE_RUN {
        composed::open(key, nonce, associated, buffer, tag)
    } else if buffer.len() <= MAX_DATAGRAM {
        open_long(key, nonce, associated, buffer, tag)
    } else {
        audited::open(key, nonce, associated, buffer, tag)
    }
}

fn seal_long(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let Ok(key) = UnboundKey::new(&CHACHA20_POLY1305, key) else {
        return None;
    };
    let tag = LessSafeKey::new(key)
        .seal_in_place_separate_tag(nonce, Aad::from(associated), buffer)
        .ok()?;
    tag.as_ref().try_into().ok()
}

fn open_long(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    let mut kept = Vec::<u8, MAX_DATAGRAM>::new();
    kept.extend_from_slice(buffer).map_err(|_| NotAuthentic)?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let Ok(key) = UnboundKey::new(&CHACHA20_POLY1305, key) else {
        return Err(NotAuthentic);
    };
    let opened = LessSafeKey::new(key)
        .open_in_place_separate_tag(nonce, Aad::from(associated), (*tag).into(), buffer, 0..)
        .is_ok();
    if !opened {
        buffer.copy_from_slice(&kept);
        return Err(NotAuthentic);
    }
    Ok(())
}
