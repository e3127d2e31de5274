use core::mem;

use super::Error;
use super::pattern::{Pattern, Psks};
use super::row::{Row, Token};
use super::symmetric::Symmetric;
use crate::crypto::dh::PrivateKey;
use crate::crypto::hash::HASH_LEN;
use crate::crypto::{KEY_LEN, Secret};

/// Which side of a handshake one is.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Writes the first message.
    Initiator,
    /// Answers it.
    Responder,
}

/// `HandshakeState`: runs the tokens of one message after the other, and stops at each that needs
/// something: a psk, or a scalar multiplication.
///
/// ```text
/// checkpoint ── tokens, multiplications, payloads ──► the checkpoint is dropped
///     ▲                        │
///     └────── roll_back ───────┘  whatever was refused
/// ```
///
/// Neither the psk nor the private half of the static key is kept here.
pub(in crate::pairing) struct Handshake {
    pub(super) row: &'static Row,
    pub(super) psks: Psks,
    pub(super) role: Role,
    /// Zeros where the pattern has none.
    pub(super) local_static: [u8; KEY_LEN],
    pub(super) ephemeral: Option<PrivateKey>,
    pub(super) remote_ephemeral: Option<[u8; KEY_LEN]>,
    pub(super) remote_static: Option<[u8; KEY_LEN]>,
    pub(super) progress: Progress,
}

/// What the tokens change, and where in them one is.
pub(super) struct Progress {
    pub(super) symmetric: Symmetric,
    /// How many bytes of the message that is being read are used up.
    pub(super) position: u16,
    pub(super) next_message: u8,
    pub(super) next_token: u8,
}

/// A handshake in front of a message, to come back to.
pub(in crate::pairing) struct Checkpoint(Progress);

/// What is known before the first message.
pub(in crate::pairing) struct Known<'k> {
    pub(in crate::pairing) local_static: Option<&'k [u8; KEY_LEN]>,
    pub(in crate::pairing) remote_static: Option<&'k [u8; KEY_LEN]>,
}

/// What a handshake leaves behind.
pub(in crate::pairing) struct Finished {
    pub(in crate::pairing) hash: [u8; HASH_LEN],
    pub(in crate::pairing) initiator_key: Secret,
    pub(in crate::pairing) responder_key: Secret,
    pub(in crate::pairing) remote_static: Option<[u8; KEY_LEN]>,
}

impl Handshake {
    /// `Initialize(handshake_pattern, initiator, prologue, …)`
    ///
    /// # Errors
    ///
    /// [`Error::MissingKey`] when the pattern needs a key that is not known.
    pub(in crate::pairing) fn new(
        Pattern { row, psks }: Pattern,
        role: Role,
        prologue: &[u8],
        known: &Known<'_>,
    ) -> Result<Self, Error> {
        if known.local_static.is_none() && row.uses_static_of(role) {
            return Err(Error::MissingKey);
        }
        let mut symmetric = Symmetric::new(&Pattern { row, psks }.protocol_name());
        symmetric.mix_hash(prologue);
        let mut remote_static = None;
        for (owner, tokens) in [Role::Initiator, Role::Responder].iter().zip(row.before) {
            for _ in tokens {
                let key = if *owner == role {
                    known.local_static
                } else {
                    remote_static = known.remote_static;
                    remote_static
                };
                symmetric.mix_hash(key.ok_or(Error::MissingKey)?);
            }
        }
        Ok(Self {
            row,
            psks,
            role,
            local_static: known.local_static.copied().unwrap_or_default(),
            ephemeral: None,
            remote_ephemeral: None,
            remote_static: remote_static.copied(),
            progress: Progress {
                symmetric,
                position: 0,
                next_message: 0,
                next_token: 0,
            },
        })
    }

    /// `GetHandshakeHash()`, of what was exchanged so far.
    pub(in crate::pairing) const fn hash(&self) -> &[u8; HASH_LEN] {
        self.progress.symmetric.hash()
    }

    /// The other side's static key, as far as it was read.
    pub(in crate::pairing) const fn remote_static(&self) -> Option<[u8; KEY_LEN]> {
        self.remote_static
    }

    /// The number of the next message, from 0, and who writes it; `None` behind the last one.
    pub(in crate::pairing) fn turn(&self) -> Option<(u8, Role)> {
        let number = self.progress.next_message;
        self.row.messages.get(usize::from(number))?;
        let writer = if number.is_multiple_of(2) {
            Role::Initiator
        } else {
            Role::Responder
        };
        Some((number, writer))
    }

    /// What [`Handshake::roll_back`] comes back to, should the next message be refused.
    pub(in crate::pairing) fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.progress.share())
    }

    /// Undoes everything since, and forgets the keys that the refused message has shown.
    pub(in crate::pairing) fn roll_back(&mut self, checkpoint: &mut Checkpoint) {
        // What is given up is wiped with the checkpoint.
        mem::swap(&mut self.progress, &mut checkpoint.0);
        if self.turn().is_none_or(|(_, writer)| writer == self.role) {
            return;
        }
        for token in self.row_tokens() {
            match token {
                Token::E => self.remote_ephemeral = None,
                Token::S => self.remote_static = None,
                _ => {}
            }
        }
    }

    /// What has to be wiped of it.
    #[cfg(all(test, target_os = "linux"))]
    pub(in crate::pairing) fn secrets(&self) -> std::vec::Vec<crate::crypto::memory::Named> {
        let names = ["chaining key", "cipher key"].into_iter();
        let agreed = names.zip(self.progress.symmetric.secrets());
        let agreed = agreed.map(|(name, secret)| (name, secret.expose().to_vec()));
        let ephemeral = self.ephemeral.iter();
        let ephemeral = ephemeral.map(|key| ("ephemeral key", key.expose().to_vec()));
        agreed.chain(ephemeral).collect()
    }

    #[cfg(test)]
    pub(super) fn fork(&self, local_static: &[u8; KEY_LEN]) -> Self {
        let ephemeral = self.ephemeral.as_ref();
        Self {
            local_static: *local_static,
            ephemeral: ephemeral.map(|key| PrivateKey::from_bytes(*key.expose())),
            progress: self.progress.share(),
            ..*self
        }
    }

    /// The private ephemeral key for the token `e` of one's own message.
    pub(in crate::pairing) fn set_ephemeral(&mut self, private: PrivateKey) {
        self.ephemeral = Some(private);
    }

    /// Whether one's next message shows an ephemeral key.
    pub(in crate::pairing) fn writes_ephemeral(&self) -> bool {
        let is_ours = self.turn().is_some_and(|(_, writer)| writer == self.role);
        is_ours && self.row_tokens().contains(&Token::E)
    }

    /// `Split()`, once the last message is written or read and taken over.
    pub(in crate::pairing) fn finish(&self) -> Option<Finished> {
        if self.turn().is_some() {
            return None;
        }
        let [initiator_key, responder_key] = self.progress.symmetric.split();
        Some(Finished {
            hash: *self.hash(),
            initiator_key,
            responder_key,
            remote_static: self.remote_static,
        })
    }

    /// Wipes every secret.
    pub(in crate::pairing) fn wipe(&mut self) {
        self.ephemeral = None;
        self.progress.symmetric.wipe();
    }

    /// The tokens of the next message that its row has; the psks of its modifiers are not among them.
    fn row_tokens(&self) -> &'static [Token] {
        let number = usize::from(self.progress.next_message);
        self.row.messages.get(number).copied().unwrap_or_default()
    }

    /// The first letter of a token names the initiator's key, the second the responder's.
    pub(super) fn keys_of(&self, token: Token) -> Result<(Local, [u8; KEY_LEN]), Error> {
        let (initiator_is_static, responder_is_static) = match token {
            Token::Ee => (false, false),
            Token::Es => (false, true),
            Token::Se => (true, false),
            Token::Ss => (true, true),
            _ => return Err(Error::OutOfTurn),
        };
        let (local_is_static, remote_is_static) = match self.role {
            Role::Initiator => (initiator_is_static, responder_is_static),
            Role::Responder => (responder_is_static, initiator_is_static),
        };
        let local = if local_is_static {
            Local::Static
        } else {
            Local::Ephemeral
        };
        let remote = if remote_is_static {
            self.remote_static
        } else {
            self.remote_ephemeral
        };
        Ok((local, remote.ok_or(Error::OutOfTurn)?))
    }
}

/// Which of one's own keys an agreement is of.
pub(super) enum Local {
    Static,
    Ephemeral,
}

impl Progress {
    fn share(&self) -> Self {
        Self {
            symmetric: self.symmetric.share(),
            ..*self
        }
    }
}
