use core::fmt;

use super::handshake::Finished;
use super::hybrid::Kem;
use super::pattern::Pattern;
use super::{Error, Handshake, Known, MAX_MESSAGE, Need, Role, Transport};
use crate::crypto::dh::PrivateKey;
use crate::crypto::{KEY_LEN, Secret};
use crate::pairing::{self, KeyHolder, PublicKey};
use crate::seal::{Entropy, Hedge, Label, draw};
use crate::wire::Writer;

/// A secret of 32 bytes that both parties have beforehand.
///
/// Wiped when dropped, never printed, not `Clone`.
#[derive(Debug)]
pub struct Psk(pub(in crate::pairing) Secret);

impl Psk {
    /// Takes 32 bytes that nobody can guess; what a person types is none.
    ///
    /// # Errors
    ///
    /// [`BadKey`](pairing::Error::BadKey) for another length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, pairing::Error> {
        let secret = Secret::try_from(bytes).map_err(|_| pairing::Error::BadKey)?;
        Ok(Self(secret))
    }
}

/// What a party brings to a handshake; what its pattern does not use is not looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keys<'k> {
    /// One's own static key.
    pub local: Option<&'k dyn KeyHolder>,
    /// The other side's, where it is known beforehand.
    pub remote: Option<PublicKey>,
    /// In the order of their places.
    pub psks: &'k [Psk],
}

/// One party of a plain Noise handshake: whole messages in, whole messages out.
///
/// For programs that speak to another implementation of Noise, over a pattern and a prologue of their
/// own. A call performs all the multiplications of its message; devices pair by
/// [`Exchange`](crate::pairing::Exchange), which stops at each.
///
/// **Rule.** A message that is refused leaves the handshake as it was.
///
/// ```
/// use iomt::pairing::noise::{Keys, Party, Pattern, Role};
/// use iomt::seal::SystemEntropy;
///
/// let (rng, buffer, text) = (&mut SystemEntropy, &mut [0; 96], &mut [0; 96]);
/// let keys = Keys::default();
/// let mut asking = Party::new(Pattern::NN, Role::Initiator, b"prologue", keys)?;
/// let mut answering = Party::new(Pattern::NN, Role::Responder, b"prologue", keys)?;
///
/// let message = asking.write_message(b"who?", rng, buffer)?;
/// assert_eq!(answering.read_message(message, text)?, b"who?");
/// let message = answering.write_message(b"me", rng, buffer)?;
/// assert_eq!(asking.read_message(message, text)?, b"me");
///
/// let mut ours = asking.finish().expect("the last message was read");
/// let mut theirs = answering.finish().expect("the last message was written");
/// assert_eq!(ours.handshake_hash(), theirs.handshake_hash());
/// let message = ours.write_message(b"sealed", buffer)?;
/// assert_eq!(theirs.read_message(message, text)?, b"sealed");
/// # Ok::<(), iomt::pairing::Error>(())
/// ```
pub struct Party<'k> {
    pub(super) noise: Handshake,
    keys: Keys<'k>,
    /// How many psks are mixed in.
    psks_used: usize,
    pub(super) kem: Kem,
}

impl<'k> Party<'k> {
    /// Begins a handshake on one side of it.
    ///
    /// # Errors
    ///
    /// [`MissingKey`](pairing::Error::MissingKey) where the pattern needs a key that is not given, or
    /// another number of psks.
    pub fn new(
        pattern: Pattern,
        role: Role,
        prologue: &[u8],
        keys: Keys<'k>,
    ) -> Result<Self, pairing::Error> {
        let public = keys.local.map(KeyHolder::public);
        let known = Known {
            local_static: public.as_ref().map(PublicKey::as_array),
            remote_static: keys.remote.as_ref().map(PublicKey::as_array),
        };
        if pattern.psks() > keys.psks.len() {
            return Err(pairing::Error::MissingKey);
        }
        Ok(Self {
            noise: Handshake::new(pattern, role, prologue, &known)?,
            keys,
            psks_used: 0,
            kem: Kem::new(),
        })
    }

    /// Who writes the next message; `None` once the last one is through.
    #[must_use]
    pub fn turn(&self) -> Option<Role> {
        self.noise.turn().map(|(_, writer)| writer)
    }

    /// Writes one's next message into the front of `out`.
    ///
    /// # Errors
    ///
    /// [`UnexpectedMessage`](pairing::Error::UnexpectedMessage) when it is the other side's turn,
    /// [`NoRoom`](pairing::Error::NoRoom), [`Entropy`](pairing::Error::Entropy), or
    /// [`NotAuthentic`](pairing::Error::NotAuthentic) when the other side's key is of low order.
    pub fn write_message<'o>(
        &mut self,
        payload: &[u8],
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], pairing::Error> {
        self.expect_writer(true)?;
        self.draw_ephemeral(payload, entropy)?;
        let mut writer = Writer::new(out);
        self.attempt(|party| {
            while party.noise.write_tokens(&mut writer)? != Need::Payload {
                party.work(&[], &mut writer)?;
            }
            party.noise.seal_payload(payload, &mut writer)
        })?;
        Ok(writer.finish())
    }

    /// Reads the other side's next message; its payload comes into the front of `out`.
    ///
    /// # Errors
    ///
    /// [`UnexpectedMessage`](pairing::Error::UnexpectedMessage) when it is one's own turn,
    /// [`Malformed`](pairing::Error::Malformed), [`BadKey`](pairing::Error::BadKey),
    /// [`NotAuthentic`](pairing::Error::NotAuthentic), or [`NoRoom`](pairing::Error::NoRoom) for a
    /// payload that does not fit, and a message of more than 65,535 bytes.
    pub fn read_message<'o>(
        &mut self,
        message: &[u8],
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], pairing::Error> {
        self.expect_writer(false)?;
        let len = self.attempt(|party| {
            if message.len() > MAX_MESSAGE {
                return Err(Error::NoRoom);
            }
            while party.noise.read_tokens(message)? != Need::Payload {
                party.work(message, &mut Writer::new(&mut []))?;
            }
            let payload = party.noise.open_payload(message, out)?;
            Ok(payload.len())
        })?;
        Ok(out.get_mut(..len).unwrap_or_default())
    }

    /// The ciphers of the two directions, once the last message is through; before, the party again.
    ///
    /// # Errors
    ///
    /// The party itself.
    pub fn finish(self) -> Result<Transport, Self> {
        match self.noise.finish() {
            Some(finished) => {
                let is_one_way = self.noise.row.is_one_way();
                Ok(Transport::new(finished, self.noise.role, is_one_way))
            }
            None => Err(self),
        }
    }

    /// What the handshake leaves behind, once its last message is through.
    pub(in crate::pairing) fn finished(&self) -> Option<Finished> {
        self.noise.finish()
    }

    /// What has to be wiped of it.
    #[cfg(all(test, target_os = "linux"))]
    pub(in crate::pairing) fn secrets(&self) -> std::vec::Vec<crate::crypto::memory::Named> {
        let mut secrets = self.noise.secrets();
        secrets.extend(self.kem.secrets());
        secrets
    }

    #[cfg(all(test, feature = "pq"))]
    pub(in crate::pairing) fn kem_secrets(&self) -> std::vec::Vec<std::vec::Vec<u8>> {
        let secrets = self.kem.secrets();
        secrets.map(|(_, secret)| secret).collect()
    }

    /// The same handshake once more, with another static key where that is not shown yet: what an attacker may try
    /// before it sends anything.
    #[cfg(test)]
    pub(in crate::pairing) fn fork<'f>(&self, local: &'f pairing::Identity) -> Party<'f>
    where
        'k: 'f,
    {
        Party {
            noise: self.noise.fork(local.public().as_array()),
            keys: Keys {
                local: Some(local),
                ..self.keys
            },
            psks_used: self.psks_used,
            kem: Kem::new(),
        }
    }

    fn expect_writer(&self, is_local: bool) -> Result<(), Error> {
        match self.turn() {
            Some(writer) if (writer == self.noise.role) == is_local => Ok(()),
            _ => Err(Error::OutOfTurn),
        }
    }

    /// "Every random value is hedged": it depends on the key, on what was exchanged, and on the payload.
    fn draw_ephemeral(
        &mut self,
        payload: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), pairing::Error> {
        if self.noise.writes_ephemeral() {
            let random = draw(entropy)?;
            let secret = self.keys.local.map_or(&[][..], KeyHolder::hedge_secret);
            let hedge = Hedge::new(&random, secret, 0);
            let private = hedge.secret(Label::EPHEMERAL, self.noise.hash(), payload);
            self.noise.set_ephemeral(PrivateKey::new(private));
            self.kem.draw(&hedge, self.noise.hash(), payload);
        }
        Ok(())
    }

    /// All of a message or nothing of it.
    fn attempt<T>(
        &mut self,
        message: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mut checkpoint, psks_used) = (self.noise.checkpoint(), self.psks_used);
        let done = message(self);
        if done.is_err() {
            self.noise.roll_back(&mut checkpoint);
            self.psks_used = psks_used;
        }
        done
    }

    /// Does what a token needs, with the message that is read or the writer of one's own.
    #[cfg_attr(
        not(feature = "pq"),
        allow(unused_variables, reason = "only a KEM reads behind the tokens")
    )]
    fn work(&mut self, message: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
        match self.noise.need()? {
            Need::Psk => {
                let psk = self.keys.psks.get(self.psks_used);
                self.noise.mix_psk(&psk.ok_or(Error::MissingKey)?.0)?;
                self.psks_used += 1;
                Ok(())
            }
            Need::Ephemeral => self.noise.write_ephemeral(writer),
            Need::Agreement => self.noise.agree(),
            Need::Static(peer) => {
                let shared = self.agree_static(peer)?;
                self.noise.answer(shared.secret())
            }
            #[cfg(feature = "pq")]
            Need::Kem => self.kem.run(&mut self.noise, message, writer),
            Need::Payload => Ok(()),
        }
    }

    fn agree_static(&self, peer: [u8; KEY_LEN]) -> Result<pairing::SharedSecret, Error> {
        let holder = self.keys.local.ok_or(Error::MissingKey)?;
        holder
            .agree(&PublicKey::from_canonical(peer))
            .ok_or(Error::NotAuthentic)
    }
}

impl fmt::Debug for Party<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party")
            .field("role", &self.noise.role)
            .field("turn", &self.turn())
            .finish_non_exhaustive()
    }
}
