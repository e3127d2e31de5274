//! The backend `fast-aead`, from the crate's own files: what the crate does not show can only be used bare like this.

pub const KEY_LEN: usize = 32;
pub const NONCE_LEN: usize = 12;
pub const TAG_LEN: usize = 16;

#[derive(Debug)]
pub struct NotAuthentic;

#[path = "../../src/crypto/aead/composed.rs"]
mod composed;
#[path = "../../src/crypto/aead/limbs.rs"]
mod limbs;

use super::bare::{Aead, HEADER};

pub struct Composed(pub [u8; KEY_LEN]);

impl Aead for Composed {
    fn seal(&self, nonce: [u8; NONCE_LEN], buffer: &mut [u8]) -> [u8; TAG_LEN] {
        composed::seal(&self.0, &nonce, &HEADER, buffer).unwrap()
    }

    fn open(&self, nonce: [u8; NONCE_LEN], buffer: &mut [u8], tag: &[u8; TAG_LEN]) {
        composed::open(&self.0, &nonce, &HEADER, buffer, tag).unwrap();
    }
}
