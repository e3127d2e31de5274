//! HKDF as the `hkdf` crate has it.

use hkdf::{Hkdf, HkdfExtract};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::crypto::Secret;

pub(super) fn extract(salt: &[u8], input: &[&[u8]]) -> Secret {
    let mut extraction = HkdfExtract::<Sha256>::new(Some(salt));
    for part in input {
        extraction.input_ikm(part);
    }
    let (mut key, _) = extraction.finalize();
    let secret = Secret::new(key.into());
    key.as_mut_slice().zeroize();
    secret
}

pub(super) fn expand(key: &Secret, info: &[&[u8]], out: &mut [u8]) -> Option<()> {
    let hkdf = Hkdf::<Sha256>::from_prk(key.expose()).ok()?;
    hkdf.expand_multi_info(info, out).ok()
}
