//! The floor of the cost table: the crates that any firmware of this kind takes, bare.

use core::hint::black_box;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};
use heapless::Vec;
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};

/// Why a bare operation failed; of no use to anybody but the compiler.
#[derive(Debug)]
pub struct Failed;

/// A reading, as one writes it without a schema.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    sequence: u32,
    temperature: i16,
    samples: Vec<u8, 48>,
}

/// One scalar multiplication: a public key.
#[inline(never)]
pub fn public(private: &[u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*private)).to_bytes()
}

/// One scalar multiplication: a shared secret.
#[inline(never)]
pub fn agree(private: &[u8; 32], public: &[u8; 32]) -> [u8; 32] {
    StaticSecret::from(*private)
        .diffie_hellman(&PublicKey::from(*public))
        .to_bytes()
}

/// HKDF-SHA-256 to one key.
///
/// # Errors
///
/// Never.
#[inline(never)]
pub fn derive(secret: &[u8; 32], info: &[u8]) -> Result<[u8; 32], Failed> {
    let mut key = [0; 32];
    let hkdf = Hkdf::<Sha256>::new(None, secret);
    hkdf.expand(info, &mut key).map_err(|_| Failed)?;
    Ok(key)
}

/// The AEAD, in place.
///
/// # Errors
///
/// Beyond what a nonce covers.
#[inline(never)]
pub fn seal(key: &[u8; 32], associated: &[u8], buffer: &mut [u8]) -> Result<[u8; 16], Failed> {
    let sealed = ChaCha20Poly1305::new(key.into()).encrypt_inout_detached(
        &Nonce::default(),
        associated,
        buffer.into(),
    );
    sealed.map(Into::into).map_err(|_| Failed)
}

/// The AEAD, in place.
///
/// # Errors
///
/// Where it is not authentic.
#[inline(never)]
pub fn open(
    key: &[u8; 32],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; 16],
) -> Result<(), Failed> {
    let opened = ChaCha20Poly1305::new(key.into()).decrypt_inout_detached(
        &Nonce::default(),
        associated,
        buffer.into(),
        &Tag::from(*tag),
    );
    opened.map_err(|_| Failed)
}

/// Each of it once.
///
/// # Errors
///
/// Where the crates do not agree with themselves.
pub fn everything() -> Result<(), Failed> {
    let [ours, theirs] = black_box([[7; 32], [9; 32]]);
    let key = derive(&agree(&ours, &public(&theirs)), b"key")?;
    let reading = Reading {
        sequence: black_box(1),
        temperature: -5,
        samples: Vec::from_slice(&[1, 2, 3]).map_err(|_| Failed)?,
    };
    let mut buffer = [0; 64];
    let len = postcard::to_slice(&reading, &mut buffer)
        .map_err(|_| Failed)?
        .len();
    let tag = seal(&key, b"aad", &mut buffer)?;
    open(&key, b"aad", &mut buffer, &tag)?;
    let written = buffer.get(..len).ok_or(Failed)?;
    let read: Reading = postcard::from_bytes(written).map_err(|_| Failed)?;
    if read == reading { Ok(()) } else { Err(Failed) }
}
