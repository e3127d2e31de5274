//! A handshake taken apart, to be kept in little room.

use super::Role;
use super::cipher::Cipher;
use super::handshake::{Handshake, Progress, sides};
use super::pattern::Pattern;
use super::row::Token;
use super::symmetric::Symmetric;
use crate::crypto::dh::PrivateKey;
use crate::crypto::hash::HASH_LEN;
use crate::crypto::{KEY_LEN, Secret};

/// What a handshake consists of, but for its pattern: the rest of it, as far as a token still needs that.
pub(in crate::pairing) struct Parts {
    pub(in crate::pairing) chaining_key: Secret,
    pub(in crate::pairing) hash: [u8; HASH_LEN],
    pub(in crate::pairing) key: Option<Secret>,
    pub(in crate::pairing) ephemeral: Option<Secret>,
    pub(in crate::pairing) remote_ephemeral: Option<[u8; KEY_LEN]>,
    pub(in crate::pairing) remote_static: Option<[u8; KEY_LEN]>,
    pub(in crate::pairing) local_static: Option<[u8; KEY_LEN]>,
    pub(in crate::pairing) place: Place,
}

/// Where in a handshake one is.
#[derive(Clone, Copy, Default)]
pub(in crate::pairing) struct Place {
    message: u8,
    token: u8,
    nonce: u8,
    position: u16,
}

impl Handshake {
    /// Takes the handshake apart. What no token needs any more is gone.
    pub(in crate::pairing) fn into_parts(self) -> Parts {
        let keeps_key = !self.key_is_spent();
        let keeps_local_static = self.is_to_come(|token, is_ours| is_ours && token == Token::S);
        let keeps_ephemeral = self.is_to_come(|token, is_ours| match sides(self.role, token) {
            Some((local_is_static, _)) => !local_is_static,
            None => is_ours && token == Token::E,
        });
        let keeps_remote_ephemeral = self.is_to_come(
            |token, _| matches!(sides(self.role, token), Some((_, remote_is_static)) if !remote_is_static),
        );
        let Progress {
            symmetric,
            position,
            next_message,
            next_token,
        } = self.progress;
        let (chaining_key, hash, cipher) = symmetric.into_parts();
        let place = Place {
            message: next_message,
            token: next_token,
            // One key seals a static key and a payload at most.
            nonce: u8::try_from(cipher.nonce).unwrap_or(u8::MAX),
            position,
        };
        let ephemeral = self.ephemeral.filter(|_| keeps_ephemeral);
        Parts {
            chaining_key,
            hash,
            key: cipher.into_key().filter(|_| keeps_key),
            ephemeral: ephemeral.map(|private| Secret::new(*private.expose())),
            remote_ephemeral: self.remote_ephemeral.filter(|_| keeps_remote_ephemeral),
            remote_static: self.remote_static,
            local_static: Some(self.local_static).filter(|_| keeps_local_static),
            place,
        }
    }

    /// Puts a handshake of this pattern together again.
    pub(in crate::pairing) fn from_parts(
        Pattern { row, psks }: Pattern,
        role: Role,
        parts: Parts,
    ) -> Self {
        let Place {
            message,
            token,
            nonce,
            position,
        } = parts.place;
        let cipher = Cipher::from_parts(parts.key, nonce.into());
        Self {
            row,
            psks,
            role,
            local_static: parts.local_static.unwrap_or_default(),
            ephemeral: parts.ephemeral.map(|key| PrivateKey::new(*key.expose())),
            remote_ephemeral: parts.remote_ephemeral,
            remote_static: parts.remote_static,
            progress: Progress {
                symmetric: Symmetric::from_parts(parts.chaining_key, parts.hash, cipher),
                position,
                next_message: message,
                next_token: token,
            },
        }
    }

    /// Whether a psk is still to be mixed in.
    pub(in crate::pairing) fn awaits_psk(&self) -> bool {
        self.is_to_come(|token, _| token == Token::Psk)
    }

    /// How many agreements are still to be made, in all messages to come.
    pub(in crate::pairing) fn agreements_left(&self) -> usize {
        let tokens = self.tokens_to_come();
        tokens
            .filter(|(token, _)| sides(self.role, *token).is_some())
            .count()
    }

    fn is_to_come(&self, is_wanted: impl Fn(Token, bool) -> bool) -> bool {
        self.tokens_to_come()
            .any(|(token, is_ours)| is_wanted(token, is_ours))
    }

    /// The tokens that are not done yet, and whether they are of one's own messages.
    fn tokens_to_come(&self) -> impl Iterator<Item = (Token, bool)> + '_ {
        let first = self.progress.next_message;
        let messages = (first..).zip(self.row.messages.iter().skip(first.into()));
        messages.flat_map(move |(message, _)| {
            let done = match message == first {
                true => self.progress.next_token,
                false => 0,
            };
            let is_ours = message.is_multiple_of(2) == (self.role == Role::Initiator);
            (done..u8::MAX)
                .map_while(move |index| self.psks.token(self.row, message, index))
                .map(move |token| (token, is_ours))
        })
    }

    /// Whether another key is mixed before this one seals or opens anything.
    fn key_is_spent(&self) -> bool {
        let message = self.progress.next_message;
        if self.turn().is_none() {
            return true;
        }
        let mut tokens = (self.progress.next_token..u8::MAX)
            .map_while(|index| self.psks.token(self.row, message, index))
            .filter(|token| *token != Token::E || self.psks.is_some());
        match tokens.next() {
            Some(Token::E | Token::Psk) => true,
            Some(token) => sides(self.role, token).is_some(),
            None => false,
        }
    }
}
