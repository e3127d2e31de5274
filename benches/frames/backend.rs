//! The backend `fast-aead`, from the crate's own files: what the crate does not show can only be used bare like this.

#![allow(
    dead_code,
    reason = "the composition's own choice of a MAC is not raced"
)]

pub const KEY_LEN: usize = 32;
pub const NONCE_LEN: usize = 12;
pub const TAG_LEN: usize = 16;

#[derive(Debug)]
pub struct NotAuthentic;

#[path = "../../src/crypto/aead/composed.rs"]
mod composed;
#[path = "../../src/crypto/aead/limbs.rs"]
mod limbs;
/// What the composition has without `fast-aead`: its file asks for it then.
#[cfg(not(feature = "fast-aead"))]
#[path = "../../src/crypto/aead/soft.rs"]
mod soft;

use super::bare::{Aead, HEADER};
use limbs::Poly1305;

pub struct Composed(pub [u8; KEY_LEN]);

impl Aead for Composed {
    fn seal(&self, nonce: [u8; NONCE_LEN], buffer: &mut [u8]) -> [u8; TAG_LEN] {
        composed::seal_with::<Poly1305>(&self.0, &nonce, &HEADER, buffer).unwrap()
    }

    fn open(&self, nonce: [u8; NONCE_LEN], buffer: &mut [u8], tag: &[u8; TAG_LEN]) {
        composed::open_with::<Poly1305>(&self.0, &nonce, &HEADER, buffer, tag).unwrap();
    }
}
