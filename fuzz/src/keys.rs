//! The few derivations that a target needs to speak as a holder of the keys, written from the protocol alone.

use hmac::{Hmac, KeyInit, Mac};
use iomt::seal::{Direction, Opener, SAVED_SESSION_LEN, Sealer, SessionSecrets};
use sha2::Sha256;

use crate::Counting;

/// The secret on the label.
pub const LABEL: &[u8] = b"sixteen or more random bytes";

const HASH: [u8; 32] = [1; 32];
const INITIATOR_KEY: [u8; 32] = [2; 32];
const RESPONDER_KEY: [u8; 32] = [3; 32];

/// HMAC-SHA-256 over the parts.
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// "E(k, label, , 32)": one block of HKDF-Expand.
#[must_use]
pub fn expand(key: &[u8], label: &str) -> [u8; 32] {
    let len = u16::try_from(6 + label.len()).expect("labels are short");
    hmac(
        key,
        &[&len.to_be_bytes(), b"iomt1 ", label.as_bytes(), &[0, 0, 1]],
    )
}

/// "E(root_down, "receipt")" of [`session`], where the device has responded.
#[must_use]
pub fn receipt_key() -> [u8; 32] {
    expand(&hmac(&HASH, &[&INITIATOR_KEY]), "receipt")
}

/// "psk = E(l,"label psk")"
#[must_use]
pub fn label_psk() -> [u8; 32] {
    expand(&hmac(&[0; 32], &[LABEL]), "label psk")
}

/// "MAC1 key = E(l,"label mac1")"
#[must_use]
pub fn label_mac1_key() -> [u8; 32] {
    expand(&hmac(&[0; 32], &[LABEL]), "label mac1")
}

/// What a handshake has left behind.
#[must_use]
pub fn secrets() -> SessionSecrets {
    SessionSecrets::derive(
        &HASH,
        &INITIATOR_KEY,
        &RESPONDER_KEY,
        Direction::DeviceResponded,
    )
    .expect("keys of the suite")
}

/// Both ends of a session, the first epoch open.
#[must_use]
pub fn session() -> (Sealer, Opener) {
    let mut sealer = secrets().into_sealer(&[4; 32]).expect("a key of the suite");
    open_epoch(&mut sealer, &mut Counting::default());
    (sealer, secrets().into_opener())
}

/// Begins the next epoch and says that it is stored.
pub fn open_epoch(sealer: &mut Sealer, entropy: &mut Counting) {
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer
        .begin_epoch(entropy, &mut saved)
        .expect("the generator works");
    sealer.epoch_stored().expect("an epoch was begun");
}
