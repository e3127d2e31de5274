//! HMAC put together from SHA-256.
//!
//! ```text
//!   H(K ⊕ opad ‖ H(K ⊕ ipad ‖ text))       K is filled up with zeros to a block
//! ```

use crate::crypto::hash::{BLOCK_LEN, Hash};
use crate::crypto::{Secret, wipe};

/// "the byte 0x36 repeated B times"
const INNER_PAD: u8 = 0x36;
/// "the byte 0x5C repeated B times"
const OUTER_PAD: u8 = 0x5C;

/// An HMAC under way.
pub(in crate::crypto) struct Code {
    hash: Hash,
    /// The key; once the inner hash has it, under the pad of the outer one.
    block: [u8; BLOCK_LEN],
}

impl Code {
    /// Under a key that is at most as long as a block.
    #[inline(never)] // Once for all codes.
    pub(in crate::crypto) fn keyed(key: &[u8]) -> Self {
        let mut code = Self {
            hash: Hash::new(),
            block: [INNER_PAD; BLOCK_LEN],
        };
        for (to, from) in code.block.iter_mut().zip(key) {
            *to ^= *from;
        }
        code.hash.update(&code.block);
        for byte in &mut code.block {
            *byte ^= INNER_PAD ^ OUTER_PAD;
        }
        code
    }

    pub(in crate::crypto) fn update(&mut self, part: &[u8]) {
        self.hash.update(part);
    }

    #[inline(never)] // Once for all codes.
    pub(in crate::crypto) fn finish(mut self) -> Secret {
        let mut code = Secret::new([0; 32]);
        self.hash.finish(code.expose_mut());
        self.hash.update(&self.block);
        self.hash.update(code.expose());
        self.hash.finish(code.expose_mut());
        code
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        wipe(&mut self.block);
    }
}
