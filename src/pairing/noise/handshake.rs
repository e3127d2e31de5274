use super::Error;
use super::pattern::{Pattern, Token};
use super::symmetric::Symmetric;
use crate::crypto::dh::{PrivateKey, is_canonical};
use crate::crypto::hash::HASH_LEN;
use crate::crypto::{KEY_LEN, Secret};
use crate::wire::{Reader, Writer};

/// Which side of a handshake one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pairing) enum Role {
    Initiator,
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
    pattern: &'static Pattern,
    role: Role,
    local_static: [u8; KEY_LEN],
    ephemeral: Option<PrivateKey>,
    remote_ephemeral: Option<[u8; KEY_LEN]>,
    remote_static: Option<[u8; KEY_LEN]>,
    progress: Progress,
}

/// What the tokens change, and where in them one is.
struct Progress {
    symmetric: Symmetric,
    /// How many bytes of the message that is being read are used up.
    position: u16,
    next_message: u8,
    next_token: u8,
}

/// A handshake in front of a message, to come back to.
pub(in crate::pairing) struct Checkpoint(Progress);

/// What is known before the first message.
pub(in crate::pairing) struct Known<'k> {
    pub(in crate::pairing) local_static: &'k [u8; KEY_LEN],
    pub(in crate::pairing) remote_static: Option<&'k [u8; KEY_LEN]>,
}

/// What the message that is worked on needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pairing) enum Need {
    /// A secret that both sides have: [`Handshake::mix_psk`].
    Psk,
    /// One's own public ephemeral key: [`Handshake::write_ephemeral`].
    Ephemeral,
    /// The ephemeral key's agreement: [`Handshake::agree`].
    Agreement,
    /// The static key's agreement with this key: [`Handshake::answer`].
    Static([u8; KEY_LEN]),
    /// Every token is done: the payload.
    Payload,
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
    /// [`Error::OutOfTurn`] when the pattern begins with a key that is not known.
    pub(in crate::pairing) fn new(
        pattern: &'static Pattern,
        role: Role,
        prologue: &[u8],
        known: &Known<'_>,
    ) -> Result<Self, Error> {
        let mut symmetric = Symmetric::new(pattern.name);
        symmetric.mix_hash(prologue);
        for (owner, tokens) in [Role::Initiator, Role::Responder]
            .iter()
            .zip(pattern.before)
        {
            for _ in tokens {
                let key = if *owner == role {
                    known.local_static
                } else {
                    known.remote_static.ok_or(Error::OutOfTurn)?
                };
                symmetric.mix_hash(key);
            }
        }
        Ok(Self {
            pattern,
            role,
            local_static: *known.local_static,
            ephemeral: None,
            remote_ephemeral: None,
            remote_static: known.remote_static.copied(),
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
        self.pattern.messages.get(usize::from(number))?;
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
    pub(in crate::pairing) fn roll_back(&mut self, checkpoint: Checkpoint) {
        self.progress = checkpoint.0;
        if self.turn().is_none_or(|(_, writer)| writer == self.role) {
            return;
        }
        for token in self.tokens().unwrap_or_default() {
            match token {
                Token::E => self.remote_ephemeral = None,
                Token::S => self.remote_static = None,
                _ => {}
            }
        }
    }

    /// The private ephemeral key for the token `e` of one's own message.
    pub(in crate::pairing) fn set_ephemeral(&mut self, private: PrivateKey) {
        self.ephemeral = Some(private);
    }

    /// Whether one's next message shows an ephemeral key.
    pub(in crate::pairing) fn writes_ephemeral(&self) -> bool {
        let is_ours = self.turn().is_some_and(|(_, writer)| writer == self.role);
        is_ours && self.tokens().is_ok_and(|tokens| tokens.contains(&Token::E))
    }

    /// Runs the tokens of the message that is read, up to the next multiplication.
    pub(in crate::pairing) fn read_tokens(&mut self, message: &[u8]) -> Result<Need, Error> {
        loop {
            match self.token()? {
                Some(Token::E) => {
                    let public = self.take(message, |_, reader| {
                        reader.array().map_err(|_| Error::Truncated)
                    })?;
                    let public = canonical(public)?;
                    self.remote_ephemeral = Some(public);
                    self.mix_ephemeral(&public);
                }
                Some(Token::S) => {
                    let mut public = [0_u8; KEY_LEN];
                    self.take(message, |symmetric, reader| {
                        symmetric
                            .open_from(reader, KEY_LEN, &mut public)
                            .map(|_| ())
                    })?;
                    self.remote_static = Some(canonical(public)?);
                }
                _ => return self.need(),
            }
            self.step();
        }
    }

    /// Runs the tokens of the message that is written, up to the next multiplication.
    pub(in crate::pairing) fn write_tokens(
        &mut self,
        writer: &mut Writer<'_>,
    ) -> Result<Need, Error> {
        loop {
            match self.token()? {
                Some(Token::S) => {
                    let public = self.local_static;
                    self.progress.symmetric.seal_to(&public, writer)?;
                }
                _ => return self.need(),
            }
            self.step();
        }
    }

    /// What the next token needs.
    pub(in crate::pairing) fn need(&self) -> Result<Need, Error> {
        match self.token()? {
            None => Ok(Need::Payload),
            Some(Token::E) => Ok(Need::Ephemeral),
            Some(Token::Psk) => Ok(Need::Psk),
            Some(token) => match self.keys_of(token)? {
                (Local::Static, remote) => Ok(Need::Static(remote)),
                (Local::Ephemeral, _) => Ok(Need::Agreement),
            },
        }
    }

    /// The token `psk`.
    pub(in crate::pairing) fn mix_psk(&mut self, psk: &Secret) -> Result<(), Error> {
        if self.need()? != Need::Psk {
            return Err(Error::OutOfTurn);
        }
        self.progress.symmetric.mix_key_and_hash(psk.expose());
        self.step();
        Ok(())
    }

    /// The token `e` of one's own message: one scalar multiplication.
    pub(in crate::pairing) fn write_ephemeral(
        &mut self,
        writer: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if self.need()? != Need::Ephemeral {
            return Err(Error::OutOfTurn);
        }
        let public = self.ephemeral.as_ref().ok_or(Error::OutOfTurn)?.public();
        writer.put(&public).map_err(|_| Error::NoRoom)?;
        self.mix_ephemeral(&public);
        self.step();
        Ok(())
    }

    /// The agreement of the ephemeral key that is due: one scalar multiplication.
    pub(in crate::pairing) fn agree(&mut self) -> Result<(), Error> {
        let token = self.token()?.ok_or(Error::OutOfTurn)?;
        let (Local::Ephemeral, remote) = self.keys_of(token)? else {
            return Err(Error::OutOfTurn);
        };
        let private = self.ephemeral.as_ref().ok_or(Error::OutOfTurn)?;
        let shared = private.agree(&remote).ok_or(Error::NotAuthentic)?;
        self.mix_agreed(&shared)
    }

    /// The agreement of the static key that is due, made by whoever holds it.
    pub(in crate::pairing) fn answer(&mut self, shared: &Secret) -> Result<(), Error> {
        match self.need()? {
            Need::Static(_) => self.mix_agreed(shared),
            _ => Err(Error::OutOfTurn),
        }
    }

    /// Reads the payload, which ends the message, into the front of `out`.
    pub(in crate::pairing) fn open_payload<'p>(
        &mut self,
        message: &[u8],
        out: &'p mut [u8],
    ) -> Result<&'p [u8], Error> {
        if self.need()? != Need::Payload {
            return Err(Error::OutOfTurn);
        }
        let payload = self.take(message, |symmetric, reader| {
            let len = symmetric
                .plaintext_len(reader.left())
                .ok_or(Error::Truncated)?;
            symmetric.open_from(reader, len, out)
        })?;
        self.end_message();
        Ok(payload)
    }

    /// Writes the payload, which ends the message.
    pub(in crate::pairing) fn seal_payload(
        &mut self,
        payload: &[u8],
        writer: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if self.need()? != Need::Payload {
            return Err(Error::OutOfTurn);
        }
        self.progress.symmetric.seal_to(payload, writer)?;
        self.end_message();
        Ok(())
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

    fn tokens(&self) -> Result<&'static [Token], Error> {
        let number = usize::from(self.progress.next_message);
        let tokens = self.pattern.messages.get(number);
        tokens.copied().ok_or(Error::OutOfTurn)
    }

    /// The token that is due; `None` when it is the payload's turn.
    fn token(&self) -> Result<Option<Token>, Error> {
        let number = usize::from(self.progress.next_token);
        Ok(self.tokens()?.get(number).copied())
    }

    const fn step(&mut self) {
        self.progress.next_token += 1;
    }

    const fn end_message(&mut self) {
        self.progress.next_message += 1;
        self.progress.next_token = 0;
        self.progress.position = 0;
    }

    /// Takes something out of the message behind what is used up.
    fn take<T>(
        &mut self,
        message: &[u8],
        field: impl FnOnce(&mut Symmetric, &mut Reader<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let running = &mut self.progress;
        let left = message.get(usize::from(running.position)..);
        let mut reader = Reader::new(left.ok_or(Error::Truncated)?);
        let taken = field(&mut running.symmetric, &mut reader)?;
        let position = message.len().saturating_sub(reader.left());
        running.position = u16::try_from(position).map_err(|_| Error::NoRoom)?;
        Ok(taken)
    }

    fn mix_ephemeral(&mut self, public: &[u8; KEY_LEN]) {
        self.progress.symmetric.mix_hash(public);
        if self.pattern.has_psk() {
            self.progress.symmetric.mix_key(public);
        }
    }

    fn mix_agreed(&mut self, shared: &Secret) -> Result<(), Error> {
        self.progress.symmetric.mix_key(shared.expose());
        self.step();
        Ok(())
    }

    /// The first letter of a token names the initiator's key, the second the responder's.
    fn keys_of(&self, token: Token) -> Result<(Local, [u8; KEY_LEN]), Error> {
        let (initiator_is_static, responder_is_static) = match token {
            Token::Ee => (false, false),
            Token::Es => (false, true),
            Token::Se => (true, false),
            Token::Ss => (true, true),
            Token::E | Token::S | Token::Psk => return Err(Error::OutOfTurn),
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
enum Local {
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

/// "Non-canonical public keys are refused"
fn canonical(public: [u8; KEY_LEN]) -> Result<[u8; KEY_LEN], Error> {
    if is_canonical(&public) {
        Ok(public)
    } else {
        Err(Error::BadKey)
    }
}
