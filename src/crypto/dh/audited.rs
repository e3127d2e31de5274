//! X25519 as the `x25519-dalek` crate has it.

use x25519_dalek::{PublicKey, StaticSecret};

use super::KEY_LEN;

pub(super) fn public(private: &[u8; KEY_LEN]) -> [u8; KEY_LEN] {
    PublicKey::from(&StaticSecret::from(*private)).to_bytes()
}

pub(super) fn agree(private: &[u8; KEY_LEN], public: &[u8; KEY_LEN]) -> [u8; KEY_LEN] {
    let shared = StaticSecret::from(*private).diffie_hellman(&PublicKey::from(*public));
    shared.to_bytes()
}
