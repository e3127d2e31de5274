use heapless::Vec;

use super::pattern::{Pattern, Token};
use super::symmetric::Symmetric;
use super::{Error, MAX_MESSAGE};
use crate::crypto::dh::{PrivateKey, is_canonical};
use crate::crypto::hash::HASH_LEN;
use crate::crypto::{KEY_LEN, Secret};
use crate::wire::{Reader, Writer};

/// How many psks a handshake can have: psk0 to psk3. One beyond is missing when its token comes.
const MAX_PSKS: usize = 4;

/// Which side of a handshake one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pairing) enum Role {
    Initiator,
    Responder,
}

/// `HandshakeState`: runs the tokens of one message after the other.
///
/// The static key is given to each step and not kept.
pub(in crate::pairing) struct Handshake {
    pattern: &'static Pattern,
    role: Role,
    psks: Vec<Secret, MAX_PSKS>,
    ephemeral: Option<KeyPair>,
    progress: Progress,
}

/// An ephemeral key, with its public half.
struct KeyPair {
    private: PrivateKey,
    public: [u8; KEY_LEN],
}

/// What a message changes; copied before it is read, so that a refused one changes nothing.
struct Progress {
    next_message: usize,
    next_psk: usize,
    symmetric: Symmetric,
    remote_ephemeral: Option<[u8; KEY_LEN]>,
    remote_static: Option<[u8; KEY_LEN]>,
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
    pub(in crate::pairing) fn new(
        pattern: &'static Pattern,
        role: Role,
        prologue: &[u8],
        psks: &[Secret],
    ) -> Self {
        let mut symmetric = Symmetric::new(pattern.name);
        symmetric.mix_hash(prologue);
        Self {
            pattern,
            role,
            psks: psks.iter().map(Secret::share).take(MAX_PSKS).collect(),
            ephemeral: None,
            progress: Progress {
                next_message: 0,
                next_psk: 0,
                symmetric,
                remote_ephemeral: None,
                remote_static: None,
            },
        }
    }

    /// `GetHandshakeHash()`, of what was exchanged so far.
    pub(in crate::pairing) const fn hash(&self) -> &[u8; HASH_LEN] {
        self.progress.symmetric.hash()
    }

    /// Writes the next message. `ephemeral` is the private key for its token `e`.
    ///
    /// Costs a scalar multiplication for each of `e`, `ee`, `es` and `se` in the message.
    pub(in crate::pairing) fn write(
        &mut self,
        static_key: &KeyRef<'_>,
        ephemeral: Option<PrivateKey>,
        payload: &[u8],
        writer: &mut Writer<'_>,
    ) -> Result<(), Error> {
        let tokens = self.tokens_for(self.role)?;
        let start = writer.len();
        let mut ahead = self.progress.share();
        let fresh = ephemeral.map(KeyPair::new);
        let pair = fresh.as_ref().or(self.ephemeral.as_ref());
        for token in tokens {
            match token {
                Token::E => {
                    let public = pair.ok_or(Error::OutOfTurn)?.public;
                    writer.put(&public).map_err(|_| Error::NoRoom)?;
                    ahead.mix_ephemeral(&public, self.pattern);
                }
                Token::S => ahead.symmetric.seal_to(static_key.public, writer)?,
                Token::Psk => ahead.mix_psk(&self.psks)?,
                _ => {
                    let shared = self.agree(*token, &ahead, static_key, pair)?;
                    ahead.symmetric.mix_key(shared.expose());
                }
            }
        }
        ahead.symmetric.seal_to(payload, writer)?;
        if writer.len() - start > MAX_MESSAGE {
            return Err(Error::NoRoom);
        }
        ahead.next_message += 1;
        self.progress = ahead;
        if fresh.is_some() {
            self.ephemeral = fresh;
        }
        Ok(())
    }

    /// Reads the next message, whose payload goes to the front of `out` and has to be accepted.
    ///
    /// A message that is refused, be it for its payload, changes nothing.
    /// Costs a scalar multiplication for each of `ee`, `es` and `se` in the message.
    pub(in crate::pairing) fn read<T, E: From<Error>>(
        &mut self,
        static_key: &KeyRef<'_>,
        message: &[u8],
        out: &mut [u8],
        accept: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, E> {
        let (ahead, payload) = self.try_read(static_key, message, out)?;
        let accepted = accept(payload)?;
        self.progress = ahead;
        Ok(accepted)
    }

    fn try_read<'p>(
        &self,
        static_key: &KeyRef<'_>,
        message: &[u8],
        out: &'p mut [u8],
    ) -> Result<(Progress, &'p [u8]), Error> {
        let tokens = self.tokens_for(self.role.other())?;
        if message.len() > MAX_MESSAGE {
            return Err(Error::NoRoom);
        }
        let mut reader = Reader::new(message);
        let mut ahead = self.progress.share();
        for token in tokens {
            match token {
                Token::E => {
                    let public = canonical(reader.array().map_err(|_| Error::Truncated)?)?;
                    ahead.remote_ephemeral = Some(public);
                    ahead.mix_ephemeral(&public, self.pattern);
                }
                Token::S => {
                    let mut public = [0_u8; KEY_LEN];
                    ahead
                        .symmetric
                        .open_from(&mut reader, KEY_LEN, &mut public)?;
                    ahead.remote_static = Some(canonical(public)?);
                }
                Token::Psk => ahead.mix_psk(&self.psks)?,
                _ => {
                    let shared = self.agree(*token, &ahead, static_key, self.ephemeral.as_ref())?;
                    ahead.symmetric.mix_key(shared.expose());
                }
            }
        }
        let len = ahead
            .symmetric
            .plaintext_len(reader.left())
            .ok_or(Error::Truncated)?;
        let payload = ahead.symmetric.open_from(&mut reader, len, out)?;
        ahead.next_message += 1;
        Ok((ahead, payload))
    }

    /// `Split()`, once the last message is written or read.
    pub(in crate::pairing) fn finish(&self) -> Option<Finished> {
        if self.progress.next_message < self.pattern.messages.len() {
            return None;
        }
        let [initiator_key, responder_key] = self.progress.symmetric.split();
        Some(Finished {
            hash: *self.hash(),
            initiator_key,
            responder_key,
            remote_static: self.progress.remote_static,
        })
    }

    fn tokens_for(&self, writer: Role) -> Result<&'static [Token], Error> {
        let turn = if self.progress.next_message.is_multiple_of(2) {
            Role::Initiator
        } else {
            Role::Responder
        };
        let tokens = self
            .pattern
            .messages
            .get(self.progress.next_message)
            .ok_or(Error::OutOfTurn)?;
        if turn == writer {
            Ok(tokens)
        } else {
            Err(Error::OutOfTurn)
        }
    }

    /// The first letter of a token names the initiator's key, the second the responder's.
    fn agree(
        &self,
        token: Token,
        progress: &Progress,
        static_key: &KeyRef<'_>,
        ephemeral: Option<&KeyPair>,
    ) -> Result<Secret, Error> {
        let (initiator_is_static, responder_is_static) = match token {
            Token::Ee => (false, false),
            Token::Es => (false, true),
            Token::Se => (true, false),
            Token::E | Token::S | Token::Psk => return Err(Error::OutOfTurn),
        };
        let (local_is_static, remote_is_static) = match self.role {
            Role::Initiator => (initiator_is_static, responder_is_static),
            Role::Responder => (responder_is_static, initiator_is_static),
        };
        let ephemeral = ephemeral.map(|pair| &pair.private);
        let local = if local_is_static {
            Some(static_key.private)
        } else {
            ephemeral
        };
        let remote = if remote_is_static {
            progress.remote_static
        } else {
            progress.remote_ephemeral
        };
        let (local, remote) = local.zip(remote).ok_or(Error::OutOfTurn)?;
        local.agree(&remote).ok_or(Error::NotAuthentic)
    }
}

impl KeyPair {
    fn new(private: PrivateKey) -> Self {
        let public = private.public();
        Self { private, public }
    }
}

/// A static key pair that somebody else holds.
pub(in crate::pairing) struct KeyRef<'a> {
    pub(in crate::pairing) private: &'a PrivateKey,
    pub(in crate::pairing) public: &'a [u8; KEY_LEN],
}

impl Role {
    const fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}

impl Progress {
    fn share(&self) -> Self {
        Self {
            symmetric: self.symmetric.share(),
            ..*self
        }
    }

    fn mix_ephemeral(&mut self, public: &[u8; KEY_LEN], pattern: &Pattern) {
        self.symmetric.mix_hash(public);
        if pattern.has_psk() {
            self.symmetric.mix_key(public);
        }
    }

    fn mix_psk(&mut self, psks: &[Secret]) -> Result<(), Error> {
        let psk = psks.get(self.next_psk).ok_or(Error::OutOfTurn)?;
        self.symmetric.mix_key_and_hash(psk.expose());
        self.next_psk += 1;
        Ok(())
    }
}

/// "Non-canonical public keys are refused"
fn canonical(public: [u8; KEY_LEN]) -> Result<[u8; KEY_LEN], Error> {
    if is_canonical(&public) {
        Ok(public)
    } else {
        Err(Error::BadKey)
    }
}
