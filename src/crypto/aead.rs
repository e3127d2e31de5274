use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag, XChaCha20Poly1305, XNonce};

use super::{NotAuthentic, Secret};

pub(crate) const TAG_LEN: usize = 16;
pub(crate) const EXTENDED_NONCE_LEN: usize = 24;

/// Encrypts `buffer` in place and returns its tag. `None` beyond the 2^38 bytes that a nonce covers.
pub(crate) fn seal(
    key: &Secret,
    counter: u64,
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    seal_with_nonce(key, &nonce(counter), associated, buffer)
}

/// Decrypts `buffer` in place. A tag that does not match leaves the ciphertext as it was.
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
fn nonce(counter: u64) -> [u8; 12] {
    let [a, b, c, d, e, f, g, h] = counter.to_le_bytes();
    [0, 0, 0, 0, a, b, c, d, e, f, g, h]
}

pub(super) fn seal_with_nonce(
    key: &Secret,
    nonce: &[u8; 12],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    ChaCha20Poly1305::new(key.expose().into())
        .encrypt_inout_detached(&Nonce::from(*nonce), associated, buffer.into())
        .ok()
        .map(Into::into)
}

pub(super) fn open_with_nonce(
    key: &Secret,
    nonce: &[u8; 12],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    ChaCha20Poly1305::new(key.expose().into())
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            associated,
            buffer.into(),
            &Tag::from(*tag),
        )
        .map_err(|_| NotAuthentic)
}

/// As [`seal`], by XChaCha20-Poly1305: its nonce is so long that it may be drawn at random.
pub(crate) fn seal_x(
    key: &Secret,
    nonce: &[u8; EXTENDED_NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    XChaCha20Poly1305::new(key.expose().into())
        .encrypt_inout_detached(&XNonce::from(*nonce), associated, buffer.into())
        .ok()
        .map(Into::into)
}

/// As [`open`], for what [`seal_x`] has sealed.
pub(crate) fn open_x(
    key: &Secret,
    nonce: &[u8; EXTENDED_NONCE_LEN],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NotAuthentic> {
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            associated,
            buffer.into(),
            &Tag::from(*tag),
        )
        .map_err(|_| NotAuthentic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nonce_is_noises_form_of_the_counter() {
        // PROTOCOL: "nonce = 0^4 ‖ counter u64 LE"
        assert_eq!(nonce(0x01_02_03), [0, 0, 0, 0, 3, 2, 1, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_forged_tag_leaves_the_buffer_as_it_was() {
        let key = Secret::new([7; 32]);
        let mut buffer = *b"reading";
        let tag = seal(&key, 5, b"header", &mut buffer).unwrap();
        let sealed = buffer;
        for bit in 0..128 {
            let mut forged = tag;
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                open(&key, 5, b"header", &mut buffer, &forged),
                Err(NotAuthentic)
            );
            assert_eq!(buffer, sealed);
        }
        open(&key, 5, b"header", &mut buffer, &tag).unwrap();
        assert_eq!(&buffer, b"reading");
    }
}
