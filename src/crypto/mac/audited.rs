//! HMAC as the `hmac` crate has it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::crypto::Secret;

/// An HMAC under way.
pub(super) struct Code(Hmac<Sha256>);

impl Code {
    /// Under a key that is at most as long as its block, which is by definition filled up with zeros.
    pub(super) fn keyed(key: &[u8]) -> Self {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        let mac = Hmac::new(&block);
        block.as_mut_slice().zeroize();
        Self(mac)
    }

    pub(super) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub(super) fn finish(self) -> Secret {
        let mut code = self.0.finalize().into_bytes();
        let secret = Secret::new(code.into());
        code.as_mut_slice().zeroize();
        secret
    }
}
