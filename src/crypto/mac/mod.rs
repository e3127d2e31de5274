//! HMAC-SHA-256 (RFC 2104), by one of two backends that make the same bytes: `audited` on 64-bit
//! targets, `composed` on all others, where one hash under way takes less room than two.

#[cfg(any(test, target_pointer_width = "64"))]
mod audited;
#[cfg(any(test, not(target_pointer_width = "64")))]
pub(super) mod composed;
#[cfg(test)]
mod tests;

#[cfg(target_pointer_width = "64")]
use audited as backend;
#[cfg(not(target_pointer_width = "64"))]
use composed as backend;

use super::Secret;

/// The first `N` bytes of HMAC-SHA-256 over the parts; `N` is at most 32.
pub(crate) fn hmac<const N: usize>(key: &Secret, parts: &[&[u8]]) -> [u8; N] {
    let mut first = [0_u8; N];
    write_hmac(key, parts, &mut first);
    first
}

/// One copy in the program, however many lengths are asked for.
#[inline(never)]
fn write_hmac(key: &Secret, parts: &[&[u8]], first: &mut [u8]) {
    let mut mac = backend::Code::keyed(key.expose());
    for part in parts {
        mac.update(part);
    }
    for (to, from) in first.iter_mut().zip(mac.finish().expose()) {
        *to = *from;
    }
}
