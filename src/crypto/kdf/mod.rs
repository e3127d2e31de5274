//! HKDF-SHA-256 (RFC 5869), by one of two backends that make the same bytes: `audited` on 64-bit
//! targets, `composed` on all others, where firmware is linked without a panic path.

#[cfg(any(test, target_pointer_width = "64"))]
mod audited;
#[cfg(any(test, not(target_pointer_width = "64")))]
mod composed;
#[cfg(test)]
mod tests;

#[cfg(target_pointer_width = "64")]
use audited as backend;
#[cfg(not(target_pointer_width = "64"))]
use composed as backend;

use super::Secret;
#[cfg(any(test, not(target_pointer_width = "64")))]
use super::hash::HASH_LEN;

#[cfg(any(test, not(target_pointer_width = "64")))]
const MAX_EXPANDED: usize = 255 * HASH_LEN;

/// HKDF-Extract.
pub(crate) fn extract(salt: &[u8], input: &[&[u8]]) -> Secret {
    backend::extract(salt, input)
}

/// HKDF-Expand to where a secret is going to stay; `None` beyond 255 hashes.
pub(crate) fn expand_into(key: &Secret, info: &[&[u8]], out: &mut [u8]) -> Option<()> {
    backend::expand(key, info, out)
}
