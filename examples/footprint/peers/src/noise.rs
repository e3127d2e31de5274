//! Noise by `clatter`, without a heap.

use clatter::bytearray::ByteArray;
use clatter::crypto::cipher::ChaChaPoly;
use clatter::crypto::dh::X25519;
use clatter::crypto::hash::Sha256;
use clatter::error::HandshakeError;
use clatter::handshakepattern::noise_xx_psk3;
use clatter::traits::{Dh, Handshaker};
use clatter::{KeyPair, NqHandshakeCore};
use core::hint::black_box;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::Foreseen;

/// One side of a handshake, and its key.
pub type Noise25519 = NqHandshakeCore<X25519, ChaChaPoly, Sha256, Foreseen>;

/// One side of `Noise_XXpsk3_25519_ChaChaPoly_SHA256`: the same messages and multiplications as our XXpsk0.
///
/// # Errors
///
/// Those of the crate.
pub fn side(is_initiator: bool, private: [u8; 32]) -> Result<Noise25519, HandshakeError> {
    let keys = KeyPair {
        public: PublicKey::from(&StaticSecret::from(private)).to_bytes(),
        secret: <X25519 as Dh>::PrivateKey::from_slice(&private),
    };
    let pattern = noise_xx_psk3();
    let mut side = Noise25519::new(pattern, &[], is_initiator, Some(keys), None, None, None)?;
    side.push_psk(&black_box([7; 32]));
    Ok(side)
}
