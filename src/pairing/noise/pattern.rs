/// One step of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pairing) enum Token {
    E,
    S,
    Ee,
    Es,
    Se,
    Ss,
    Psk,
}

/// A row of the table: what a handshake sends, message by message, the initiator first.
#[derive(Debug)]
pub(in crate::pairing) struct Pattern {
    pub(in crate::pairing) name: &'static str,
    /// What each side knows of the other's keys beforehand: the initiator's, then the responder's.
    pub(in crate::pairing) before: [&'static [Token]; 2],
    pub(in crate::pairing) messages: &'static [&'static [Token]],
}

use Token::{E, Ee, Es, Psk, S, Se, Ss};

/// A label with a secret only.
pub(in crate::pairing) const XX_PSK0: Pattern = Pattern {
    name: "Noise_XXpsk0_25519_ChaChaPoly_SHA256",
    before: [&[], &[]],
    messages: &[&[Psk, E], &[E, Ee, S, Es], &[S, Se]],
};

/// Factory keys: the initiator knows the responder's key.
pub(in crate::pairing) const IK: Pattern = Pattern {
    name: "Noise_IK_25519_ChaChaPoly_SHA256",
    before: [&[], &[S]],
    messages: &[&[E, Es, S, Ss], &[E, Ee, Se]],
};

/// Reconnection: each side knows the other's key, and both the psk of the session before.
pub(in crate::pairing) const KK_PSK0: Pattern = Pattern {
    name: "Noise_KKpsk0_25519_ChaChaPoly_SHA256",
    before: [&[S], &[S]],
    messages: &[&[Psk, E, Es, Ss], &[E, Ee, Se]],
};

impl Pattern {
    /// "In handshake patterns with psk tokens, ephemeral public keys are also mixed into the key."
    pub(super) fn has_psk(&self) -> bool {
        self.messages.iter().any(|message| message.contains(&Psk))
    }
}
