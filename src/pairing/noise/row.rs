use super::Role;

/// One step of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    E,
    S,
    Ee,
    Es,
    Se,
    Ss,
    Psk,
    /// The public key of a KEM, sealed where there is a key.
    #[cfg(feature = "pq")]
    E1,
    /// What was encapsulated to it, sealed likewise; then its secret is mixed in.
    #[cfg(feature = "pq")]
    Ekem1,
}

/// A row of the table: what a handshake sends, message by message, the initiator first.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    /// What each side knows of the other's keys beforehand: the initiator's, then the responder's.
    pub(super) before: [&'static [Token]; 2],
    pub(super) messages: &'static [&'static [Token]],
}

use Token::{E, Ee, Es, S, Se, Ss};

pub(super) static NN: Row = Row {
    name: "NN",
    before: [&[], &[]],
    messages: &[&[E], &[E, Ee]],
};

pub(super) static KK: Row = Row {
    name: "KK",
    before: [&[S], &[S]],
    messages: &[&[E, Es, Ss], &[E, Ee, Se]],
};

pub(super) static IK: Row = Row {
    name: "IK",
    before: [&[], &[S]],
    messages: &[&[E, Es, S, Ss], &[E, Ee, Se]],
};

pub(super) static XX: Row = Row {
    name: "XX",
    before: [&[], &[]],
    messages: &[&[E], &[E, Ee, S, Es], &[S, Se]],
};

pub(super) static XK: Row = Row {
    name: "XK",
    before: [&[], &[S]],
    messages: &[&[E, Es], &[E, Ee], &[S, Se]],
};

impl Row {
    /// Whether a party needs a static key of its own.
    pub(super) fn uses_static_of(&self, role: Role) -> bool {
        let [initiator, responder] = self.before;
        let (before, writes_first) = match role {
            Role::Initiator => (initiator, true),
            Role::Responder => (responder, false),
        };
        let mut messages = self.messages.iter().zip([true, false].iter().cycle());
        !before.is_empty()
            || messages.any(|(tokens, first)| *first == writes_first && tokens.contains(&S))
    }

    /// "One-way patterns": the initiator alone writes, in the handshake and after it.
    pub(super) const fn is_one_way(&self) -> bool {
        self.messages.len() == 1
    }
}
