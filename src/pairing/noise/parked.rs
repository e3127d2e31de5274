use super::Handshake;
use super::cipher::Cipher;
use super::handshake::{Progress, Role};
use super::pattern::Pattern;
use super::symmetric::Symmetric;
use crate::crypto::dh::PrivateKey;
use crate::crypto::hash::HASH_LEN;
use crate::crypto::{KEY_LEN, Secret};

/// What a handshake needs while it waits for a message of the other side.
pub(in crate::pairing) struct Parked {
    chaining_key: Secret,
    hash: [u8; HASH_LEN],
    cipher_key: Option<Secret>,
    /// How often the key was used: a handshake has few fields.
    nonce: u8,
    next_message: u8,
    local_static: [u8; KEY_LEN],
    ephemeral: Option<PrivateKey>,
    remote_static: Option<[u8; KEY_LEN]>,
}

impl Handshake {
    /// Of a handshake of `XX`, `IK` or `KK` that waits for a message, with psks or without.
    ///
    /// An initiator waits for message 2, which begins with the other's ephemeral key; a responder for message 3, whose
    /// one agreement is that of its own ephemeral key. So the other's is not kept.
    pub(in crate::pairing) fn park(self) -> Parked {
        let Progress {
            symmetric,
            next_message,
            ..
        } = self.progress;
        let (chaining_key, hash, cipher) = symmetric.into_parts();
        let (cipher_key, nonce) = cipher.into_parts();
        Parked {
            chaining_key,
            hash,
            cipher_key,
            nonce: u8::try_from(nonce).unwrap_or(u8::MAX),
            next_message,
            local_static: self.local_static,
            ephemeral: self.ephemeral,
            remote_static: self.remote_static,
        }
    }

    /// The handshake again, by the pattern and in the role that it had.
    pub(in crate::pairing) fn resume(
        Pattern { row, psks }: Pattern,
        role: Role,
        parked: Parked,
    ) -> Self {
        let cipher = Cipher::from_parts(parked.cipher_key, parked.nonce.into());
        Self {
            row,
            psks,
            role,
            local_static: parked.local_static,
            ephemeral: parked.ephemeral,
            remote_ephemeral: None,
            remote_static: parked.remote_static,
            progress: Progress {
                symmetric: Symmetric::from_parts(parked.chaining_key, parked.hash, cipher),
                position: 0,
                next_message: parked.next_message,
                next_token: 0,
            },
        }
    }
}

/// What has to be wiped of it.
#[cfg(all(test, target_os = "linux"))]
impl Parked {
    pub(in crate::pairing) fn secrets(&self) -> std::vec::Vec<crate::crypto::memory::Named> {
        let mut secrets = std::vec![("chaining key", self.chaining_key.expose().to_vec())];
        let key = self.cipher_key.iter();
        secrets.extend(key.map(|key| ("cipher key", key.expose().to_vec())));
        let ephemeral = self.ephemeral.iter();
        secrets.extend(ephemeral.map(|key| ("ephemeral key", key.expose().to_vec())));
        secrets
    }
}
