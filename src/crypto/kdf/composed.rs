//! HKDF put together from HMAC, whose key fits its block here: no panic path.
//!
//! ```text
//!   PRK  = HMAC(salt, input)
//!   T(n) = HMAC(PRK, T(n - 1) ‖ info ‖ n)       T(0) is empty; n from 1 to 255
//! ```

use super::MAX_EXPANDED;
use crate::crypto::Secret;
use crate::crypto::hash::{BLOCK_LEN, HASH_LEN, sha256};
use crate::crypto::mac::composed::Code;

pub(super) fn extract(salt: &[u8], input: &[&[u8]]) -> Secret {
    // "K longer than B bytes is first hashed"
    let mut mac = if salt.len() <= BLOCK_LEN {
        Code::keyed(salt)
    } else {
        Code::keyed(&sha256(&[salt]))
    };
    for part in input {
        mac.update(part);
    }
    mac.finish()
}

pub(super) fn expand(key: &Secret, info: &[&[u8]], out: &mut [u8]) -> Option<()> {
    if out.len() > MAX_EXPANDED {
        return None;
    }
    let mut block: Option<Secret> = None;
    for (chunk, number) in out.chunks_mut(HASH_LEN).zip(1..=u8::MAX) {
        let mut mac = Code::keyed(key.expose());
        if let Some(before) = &block {
            mac.update(before.expose());
        }
        for part in info {
            mac.update(part);
        }
        mac.update(&[number]);
        let next = mac.finish();
        for (to, from) in chunk.iter_mut().zip(next.expose()) {
            *to = *from;
        }
        block = Some(next);
    }
    Some(())
}
