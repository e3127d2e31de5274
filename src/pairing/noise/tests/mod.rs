//! Published vectors, the snow crate, and the bounds of the specification against the engine.
//!
//! `cargo test --all-features noise::tests -- --nocapture` prints how many vectors were run.

mod boundaries;
#[cfg(feature = "pq")]
mod hybrid;
mod peers;
mod rows;
mod vectors;

use std::collections::VecDeque;
use std::vec;
use std::vec::Vec;

use super::pattern::Pattern;
use super::{Error, Handshake, Known, MAX_MESSAGE, Need, Role, Transport};
use crate::crypto::Secret;
use crate::crypto::dh::{PrivateKey, count};
use crate::wire::Writer;

/// One side of a handshake whose keys are all known beforehand, the ephemeral one too.
struct Side {
    noise: Handshake,
    psks: VecDeque<Secret>,
    ephemeral: Option<[u8; 32]>,
    private: Option<PrivateKey>,
    public: Option<[u8; 32]>,
}

/// The secrets of one side, and what it knows of the other.
#[derive(Default)]
struct Given {
    psks: Vec<[u8; 32]>,
    private: Option<[u8; 32]>,
    ephemeral: Option<[u8; 32]>,
    remote_static: Option<[u8; 32]>,
}

impl Side {
    fn new(pattern: Pattern, role: Role, prologue: &[u8], given: &Given) -> Result<Self, Error> {
        let private = given.private.map(PrivateKey::from_bytes);
        let public = private.as_ref().map(PrivateKey::public);
        let known = Known {
            local_static: public.as_ref(),
            remote_static: given.remote_static.as_ref(),
        };
        Ok(Self {
            noise: Handshake::new(pattern, role, prologue, &known)?,
            psks: given.psks.iter().copied().map(Secret::new).collect(),
            ephemeral: given.ephemeral,
            public,
            private,
        })
    }

    /// Gives what is needed: a psk, or one multiplication.
    fn work(&mut self, need: Need, writer: &mut Writer<'_>) -> Result<(), Error> {
        let before = count::made();
        match need {
            Need::Psk => {
                self.noise.mix_psk(&self.psks[0])?;
                self.psks.rotate_left(1);
            }
            Need::Ephemeral => {
                self.noise
                    .set_ephemeral(PrivateKey::from_bytes(self.ephemeral.unwrap()));
                self.noise.write_ephemeral(writer)?;
            }
            Need::Agreement => self.noise.agree()?,
            Need::Static(peer) => {
                let private = self.private.as_ref().unwrap();
                let shared = private.agree(&peer).ok_or(Error::NotAuthentic)?;
                self.noise.answer(&shared)?;
            }
            need => panic!("no work: {need:?}"),
        }
        let expected = before + usize::from(need != Need::Psk);
        assert_eq!(count::made(), expected);
        Ok(())
    }

    fn write(&mut self, payload: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = vec![0; MAX_MESSAGE + 1];
        let mut writer = Writer::new(&mut out);
        loop {
            let before = count::made();
            let need = self.noise.write_tokens(&mut writer)?;
            assert_eq!(count::made(), before);
            if need == Need::Payload {
                break;
            }
            self.work(need, &mut writer)?;
        }
        self.noise.seal_payload(payload, &mut writer)?;
        Ok(writer.finish().to_vec())
    }

    fn read(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        loop {
            let need = self.noise.read_tokens(message)?;
            if need == Need::Payload {
                break;
            }
            self.work(need, &mut Writer::new(&mut []))?;
        }
        let mut out = vec![0; MAX_MESSAGE];
        self.noise
            .open_payload(message, &mut out)
            .map(<[u8]>::to_vec)
    }

    /// One bit of the message is another; an unauthenticated message is the one thing that a
    /// handshake without a key yet has to take.
    fn assert_refuses(&mut self, message: &[u8], byte: usize) {
        let hash = *self.noise.hash();
        let mut forged = message.to_vec();
        forged[byte] ^= 1;
        let mut checkpoint = self.noise.checkpoint();
        let psks = self.psks.iter().map(Secret::share).collect();
        let _ = self.read(&forged);
        self.noise.roll_back(&mut checkpoint);
        self.psks = psks;
        assert_eq!(*self.noise.hash(), hash);
    }

    fn finish(&self) -> Transport {
        let finished = self.noise.finish().unwrap();
        Transport::new(finished, self.noise.role, self.noise.row.is_one_way())
    }
}

/// Both sides of a pattern with keys of our own, and psks that they share.
fn sides(pattern: Pattern, prologue: &[u8]) -> [Side; 2] {
    givens(pattern).map(|(role, given)| Side::new(pattern, role, prologue, &given).unwrap())
}

/// Keys for both sides: what the pattern has no use for is not among them.
fn givens(pattern: Pattern) -> [(Role, Given); 2] {
    [(Role::Initiator, 0x10, 0x40), (Role::Responder, 0x40, 0x10)].map(|(role, seed, other)| {
        let [initiator_known, responder_known] = pattern.row.before;
        let (other_role, known) = match role {
            Role::Initiator => (Role::Responder, responder_known),
            Role::Responder => (Role::Initiator, initiator_known),
        };
        assert!(known.is_empty() || pattern.row.uses_static_of(other_role));
        let given = Given {
            psks: (1..).map(|seed| [seed; 32]).take(pattern.psks()).collect(),
            private: pattern.row.uses_static_of(role).then_some([seed; 32]),
            ephemeral: Some([seed + 1; 32]),
            remote_static: (!known.is_empty())
                .then(|| PrivateKey::from_bytes([other; 32]).public()),
        };
        (role, given)
    })
}
