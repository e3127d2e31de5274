use super::handshake::{Handshake, Local};
use super::row::Token;
use super::symmetric::Symmetric;
use super::{Error, MAX_MESSAGE};
use crate::crypto::dh::is_canonical;
use crate::crypto::{KEY_LEN, Secret};
use crate::wire::{Reader, Writer, copy};

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
    /// What the KEM has to do with the message: `Kem::run`.
    #[cfg(feature = "pq")]
    Kem,
    /// Every token is done: the payload.
    Payload,
}

/// The tokens of a message, one after the other.
impl Handshake {
    /// Runs the tokens of the message that is read, up to the next multiplication.
    pub(in crate::pairing) fn read_tokens(&mut self, message: &[u8]) -> Result<Need, Error> {
        while let Some(token @ (Token::E | Token::S)) = self.token()? {
            let public = self.read_key(token, message)?;
            if token == Token::E {
                self.remote_ephemeral = Some(public);
                self.mix_ephemeral(&public);
            } else {
                self.remote_static = Some(public);
            }
            self.step();
        }
        self.need()
    }

    /// Reads a public key: an ephemeral one is in the clear.
    fn read_key(&mut self, token: Token, message: &[u8]) -> Result<[u8; KEY_LEN], Error> {
        let mut public = [0; KEY_LEN];
        self.take(message, |symmetric, reader| match token {
            Token::E => {
                let clear = reader.take(KEY_LEN).map_err(|_| Error::Truncated)?;
                copy(clear, &mut public);
                Ok(())
            }
            _ => symmetric
                .open_from(reader, KEY_LEN, &mut public)
                .map(|_| ()),
        })?;
        if is_canonical(&public) {
            Ok(public)
        } else {
            // "Non-canonical public keys are refused"
            Err(Error::BadKey)
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
            #[cfg(feature = "pq")]
            Some(Token::E1 | Token::Ekem1) => Ok(Need::Kem),
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
        let sealed = self.progress.symmetric.sealed_len(payload.len());
        if writer.len().saturating_add(sealed) > MAX_MESSAGE {
            return Err(Error::NoRoom);
        }
        self.progress.symmetric.seal_to(payload, writer)?;
        self.end_message();
        Ok(())
    }

    /// The token that is due; `None` when it is the payload's turn.
    pub(super) fn token(&self) -> Result<Option<Token>, Error> {
        let (message, _) = self.turn().ok_or(Error::OutOfTurn)?;
        Ok(self.psks.token(self.row, message, self.progress.next_token))
    }

    pub(super) const fn step(&mut self) {
        self.progress.next_token += 1;
    }

    const fn end_message(&mut self) {
        self.progress.next_message += 1;
        self.progress.next_token = 0;
        self.progress.position = 0;
    }

    /// Takes something out of the message behind what is used up.
    pub(super) fn take<T>(
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
        if self.psks.is_some() {
            self.progress.symmetric.mix_key(public);
        }
    }

    pub(super) fn mix_agreed(&mut self, shared: &Secret) -> Result<(), Error> {
        self.progress.symmetric.mix_key(shared.expose());
        self.step();
        Ok(())
    }
}
