use core::fmt;

use super::cipher::Cipher;
use super::handshake::Finished;
use super::{Error, MAX_MESSAGE, Role};
use crate::crypto::aead::TAG_LEN;
use crate::crypto::hash::HASH_LEN;
use crate::pairing::{self, PublicKey};
use crate::wire::copy;

/// What two parties have after a handshake: a cipher for each direction, and the handshake's hash.
///
/// **Rule.** A message that is refused moves no counter, so the next authentic one still opens. Keys
/// are wiped when it is dropped.
///
/// For messages in order on a reliable stream. Frames that are lost and sent again are for
/// [`seal`](crate::seal).
pub struct Transport {
    /// Of a one-way pattern "the second `CipherState` from `Split()` is discarded".
    sending: Option<Cipher>,
    receiving: Option<Cipher>,
    hash: [u8; HASH_LEN],
    peer: Option<PublicKey>,
}

impl Transport {
    pub(super) fn new(finished: Finished, role: Role, is_one_way: bool) -> Self {
        let initiators = Some(Cipher::with_key(finished.initiator_key));
        let responders = (!is_one_way).then(|| Cipher::with_key(finished.responder_key));
        let (sending, receiving) = match role {
            Role::Initiator => (initiators, responders),
            Role::Responder => (responders, initiators),
        };
        Self {
            sending,
            receiving,
            hash: finished.hash,
            peer: finished.remote_static.map(PublicKey::from_canonical),
        }
    }

    /// The hash of everything that was exchanged: the same on both sides, and of this handshake only.
    #[must_use]
    pub const fn handshake_hash(&self) -> &[u8] {
        &self.hash
    }

    /// The other side's static key, where the pattern has one.
    #[must_use]
    pub const fn peer(&self) -> Option<PublicKey> {
        self.peer
    }

    /// Seals a message; it is 16 bytes longer than its plaintext.
    ///
    /// # Errors
    ///
    /// [`NoRoom`](pairing::Error::NoRoom) when `out` is too small or the message would exceed 65,535
    /// bytes; [`UnexpectedMessage`](pairing::Error::UnexpectedMessage) when one only receives here, or
    /// after 2^64 − 1 messages.
    pub fn write_message<'o>(
        &mut self,
        plaintext: &[u8],
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], pairing::Error> {
        let needed = plaintext.len().saturating_add(TAG_LEN);
        let out = out.get_mut(..needed).filter(|_| needed <= MAX_MESSAGE);
        let out = out.ok_or(pairing::Error::NoRoom { needed })?;
        let cipher = self.sending.as_mut().ok_or(Error::OutOfTurn)?;
        let (body, slot) = out
            .split_at_mut_checked(plaintext.len())
            .ok_or(Error::NoRoom)?;
        copy(plaintext, body);
        let tag = cipher.seal(&[], body)?.ok_or(Error::OutOfTurn)?;
        copy(&tag, slot);
        Ok(out)
    }

    /// Opens a message into the front of `out`, which holds no plaintext where it is refused.
    ///
    /// # Errors
    ///
    /// [`Malformed`](pairing::Error::Malformed) for one without a tag,
    /// [`NotAuthentic`](pairing::Error::NotAuthentic), and as [`Transport::write_message`].
    pub fn read_message<'o>(
        &mut self,
        message: &[u8],
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], pairing::Error> {
        let (sealed, tag) = message
            .split_last_chunk::<TAG_LEN>()
            .ok_or(Error::Truncated)?;
        let needed = sealed.len();
        let out = out
            .get_mut(..needed)
            .filter(|_| message.len() <= MAX_MESSAGE);
        let body = out.ok_or(pairing::Error::NoRoom { needed })?;
        let cipher = self.receiving.as_mut().ok_or(Error::OutOfTurn)?;
        copy(sealed, body);
        cipher.open(&[], body, tag)?;
        Ok(body)
    }

    /// Replaces the key that one seals with; the other side has to do it at the same message.
    pub fn rekey_sending(&mut self) {
        if let Some(cipher) = &mut self.sending {
            cipher.rekey();
        }
    }

    /// Replaces the key that one opens with.
    pub fn rekey_receiving(&mut self) {
        if let Some(cipher) = &mut self.receiving {
            cipher.rekey();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
impl Transport {
    /// What has to be wiped of it.
    pub(in crate::pairing) fn secrets(&self) -> std::vec::Vec<crate::crypto::memory::Named> {
        let ciphers = self.sending.iter().chain(&self.receiving);
        let keys = ciphers.filter_map(Cipher::key);
        keys.map(|key| ("key", key.expose().to_vec())).collect()
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Transport {
    pub(super) fn set_sending_counter(&mut self, counter: u64) {
        self.sending.as_mut().unwrap().nonce = counter;
    }

    pub(super) fn set_receiving_counter(&mut self, counter: u64) {
        self.receiving.as_mut().unwrap().nonce = counter;
    }
}
