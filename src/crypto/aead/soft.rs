//! Poly1305 as the `poly1305` crate has it: 26-bit limbs, for cores that multiply 32 bits at a time.

use poly1305::universal_hash::{KeyInit, UniversalHash};
use poly1305::{Block, Poly1305};

use super::TAG_LEN;
use super::composed::Mac;

const BLOCK_LEN: usize = 16;

impl Mac for Poly1305 {
    fn keyed(key: &[u8; 32]) -> Self {
        Self::new(key.into())
    }

    // The crate's own `update_padded` copies the rest by a length that a linker can not see to fit.
    fn update_padded(&mut self, part: &[u8]) {
        for chunk in part.chunks(BLOCK_LEN) {
            let mut block = Block::default();
            for (to, from) in block.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.update(&[block]);
        }
    }

    fn finish(mut self, associated: u64, text: u64) -> [u8; TAG_LEN] {
        let lengths = u128::from(associated) | (u128::from(text) << 64);
        self.update(&[lengths.to_le_bytes().into()]);
        self.finalize().into()
    }
}
