//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): a nonce so long that it may be drawn at random.
//!
//! ```text
//!   key ─┐
//!        ├─ HChaCha20 ─► subkey ─┐
//!   nonce 24: first 16 ┘         ├─ ChaCha20-Poly1305, by whatever backend is built
//!             last 8 ─► 0^4 ‖ 8 ─┘
//! ```

use chacha20::{R20, hchacha};

use super::{NONCE_LEN, NotAuthentic, TAG_LEN, open_with_nonce, seal_with_nonce};
use crate::crypto::Secret;

pub(crate) const EXTENDED_NONCE_LEN: usize = 24;

/// Encrypts `buffer` in place and returns its tag. `None` beyond the 2^38 bytes that a nonce covers.
pub(crate) fn seal_x(
    key: &Secret,
    nonce: &[u8; EXTENDED_NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    let (subkey, nonce) = shortened(key, nonce);
    seal_with_nonce(&subkey, &nonce, associated, buffer)
}

/// Decrypts `buffer` in place. A tag that does not match leaves the ciphertext as it was.
pub(crate) fn open_x(
    key: &Secret,
    nonce: &[u8; EXTENDED_NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    let (subkey, nonce) = shortened(key, nonce);
    open_with_nonce(&subkey, &nonce, associated, buffer, tag)
}

/// The subkey and the nonce under it.
pub(in crate::crypto) fn shortened(
    key: &Secret,
    nonce: &[u8; EXTENDED_NONCE_LEN],
) -> (Secret, [u8; NONCE_LEN]) {
    let mut first = [0_u8; 16];
    let mut last = [0_u8; NONCE_LEN];
    let (_, counter) = last.split_at_mut(4);
    for (to, from) in first.iter_mut().chain(counter).zip(nonce) {
        *to = *from;
    }
    let subkey = hchacha::<R20>(key.expose().into(), &first.into());
    (Secret::new(subkey.into()), last)
}
