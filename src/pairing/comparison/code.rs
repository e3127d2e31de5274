use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::crypto::hash::{HASH_LEN, sha256};
use crate::seal::{Hedge, Label};

pub(in crate::pairing) const NONCE_LEN: usize = 16;
pub(in crate::pairing) type Nonce = [u8; NONCE_LEN];
/// A nonce that nobody else knows yet.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(in crate::pairing) struct SecretNonce(Nonce);

impl SecretNonce {
    pub(in crate::pairing) fn draw(hedge: &Hedge, heard: &[u8]) -> Self {
        let mut nonce = Self([0; NONCE_LEN]);
        hedge.write(Label::SAS_NONCE, heard, &[], &mut nonce.0);
        nonce
    }

    pub(in crate::pairing) const fn expose(&self) -> &Nonce {
        &self.0
    }
}

pub(in crate::pairing) type Commitment = [u8; HASH_LEN];

/// "mod 10^6"
const CODES: u64 = 1_000_000;

/// Six digits for a person to compare.
///
/// Shown as `123 456`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digits(u32);

impl Digits {
    pub(in crate::pairing) fn of(hash: &[u8], initiator: &Nonce, responder: &Nonce) -> Self {
        let code = code(hash, initiator, responder, CODES);
        Self(u32::try_from(code).unwrap_or_default())
    }

    /// The digits as one number, below 10^6.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// "c = H(lv("iomt1 sas commit") ‖ Nr)"
pub(in crate::pairing) fn commitment(nonce: &Nonce) -> Commitment {
    const LABEL: &[u8] = b"iomt1 sas commit";
    sha256(&[&length(LABEL), LABEL, nonce])
}

/// "be64(H(lv("iomt1 sas") ‖ h ‖ Ni ‖ Nr)[..8]) mod …"
pub(in crate::pairing) fn code(
    hash: &[u8],
    initiator: &Nonce,
    responder: &Nonce,
    codes: u64,
) -> u64 {
    const LABEL: &[u8] = b"iomt1 sas";
    let digest = sha256(&[&length(LABEL), LABEL, hash, initiator, responder]);
    let [a, b, c, d, e, f, g, h, ..] = digest;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
        .checked_rem(codes)
        .unwrap_or_default()
}

fn length(label: &[u8]) -> [u8; 2] {
    u16::try_from(label.len()).unwrap_or(u16::MAX).to_be_bytes()
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

/// They are for two displays, not for a log.
impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn zeros_in_front_are_shown() {
        assert_eq!(Digits(7_042).to_string(), "007 042");
        assert_eq!(Digits(999_999).to_string(), "999 999");
    }

    #[test]
    fn every_part_changes_them() {
        let code = |hash: &[u8], ni: &Nonce, nr: &Nonce| Digits::of(hash, ni, nr).value();
        let usual = code(&[1; 32], &[2; 16], &[3; 16]);
        assert!(usual < 1_000_000);
        assert_ne!(usual, code(&[9; 32], &[2; 16], &[3; 16]));
        assert_ne!(usual, code(&[1; 32], &[9; 16], &[3; 16]));
        assert_ne!(usual, code(&[1; 32], &[2; 16], &[9; 16]));
        assert_ne!(usual, code(&[1; 32], &[3; 16], &[2; 16]));
    }
}
