//! ChaCha20-Poly1305 as the `chacha20poly1305` crate has it: audited, on every core, in constant time.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};

use super::{KEY_LEN, NONCE_LEN, NotAuthentic, TAG_LEN};

pub(super) fn seal(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    ChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(&Nonce::from(*nonce), associated, buffer.into())
        .ok()
        .map(Into::into)
}

pub(super) fn open(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    ChaCha20Poly1305::new(key.into())
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            associated,
            buffer.into(),
            &Tag::from(*tag),
        )
        .map_err(|_| NotAuthentic)
}
