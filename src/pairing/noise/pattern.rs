/// One step of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pairing) enum Token {
    E,
    S,
    Ee,
    Es,
    Se,
    Psk,
}

/// A row of the table: what a handshake sends, message by message, the initiator first.
///
/// Pre-messages are not needed by the patterns that stand here so far.
#[derive(Debug)]
pub(in crate::pairing) struct Pattern {
    pub(in crate::pairing) name: &'static str,
    pub(in crate::pairing) messages: &'static [&'static [Token]],
}

use Token::{E, Ee, Es, Psk, S, Se};

/// A label with a secret only.
pub(in crate::pairing) const XX_PSK0: Pattern = Pattern {
    name: "Noise_XXpsk0_25519_ChaChaPoly_SHA256",
    messages: &[&[Psk, E], &[E, Ee, S, Es], &[S, Se]],
};

impl Pattern {
    /// "In handshake patterns with psk tokens, ephemeral public keys are also mixed into the key."
    pub(super) fn has_psk(&self) -> bool {
        self.messages.iter().any(|message| message.contains(&Psk))
    }
}
