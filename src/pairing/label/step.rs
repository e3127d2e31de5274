//! What the steps of both sides have in common.

use super::MODEL;
use crate::crypto::SUITE;
use crate::crypto::dh::PrivateKey;
use crate::pairing::noise::{self, Finished, Handshake};
use crate::pairing::payload::Payload;
use crate::pairing::{DescriptorHash, Error, Identity, MAX_HANDSHAKE, Offer, Paired, PublicKey};
use crate::seal::{Binding, Direction, Entropy, Label, SessionSecrets, draw, hedge};
use crate::wire::{self, ConnectionId, Hint, Packet};

/// What every message of one handshake carries in the clear.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub(super) connection: ConnectionId,
    pub(super) hint: Hint,
}

impl Context {
    pub(super) const fn header(&self, step: u8) -> wire::Handshake<'static> {
        wire::Handshake {
            suite: SUITE,
            model: MODEL.0,
            step,
            connection: self.connection,
            hint: self.hint,
            mac1: None,
            message: &[],
        }
    }

    /// The Noise message of a packet that is the given step of this handshake.
    pub(super) fn message<'p>(&self, packet: &'p [u8], step: u8) -> Result<&'p [u8], Error> {
        let Packet::Handshake(handshake) = Packet::parse(packet)? else {
            return Err(Error::UnexpectedMessage);
        };
        if handshake.suite != SUITE {
            return Err(Error::UnsupportedSuite(handshake.suite));
        }
        let is_ours = handshake.connection == self.connection;
        if handshake.model != MODEL.0 || handshake.step != step || !is_ours {
            return Err(Error::UnexpectedMessage);
        }
        match handshake.hint == self.hint {
            true => Ok(handshake.message),
            false => Err(Error::WrongLabel),
        }
    }
}

/// "Every random value is hedged: equal output implies an equal message"
pub(super) fn hedged_ephemeral(
    noise: &Handshake,
    identity: &Identity,
    payload: &[u8],
    entropy: &mut impl Entropy,
) -> Result<PrivateKey, Error> {
    let binding = Binding {
        purpose: Label::EPHEMERAL,
        static_secret: identity.secret_bytes(),
        number: 0,
        hash: noise.hash(),
        payload,
    };
    Ok(PrivateKey::new(hedge(&draw(entropy)?, &binding)))
}

/// Reads the payload of message 1 or 2, whose offer must be there and hold nothing better.
pub(super) fn accept_offer(payload: &[u8]) -> Result<Payload, Error> {
    let payload = Payload::parse(payload)?;
    let theirs = payload.offer.ok_or(wire::Error::Truncated { missing: 1 })?;
    Offer::OURS.check(theirs, MODEL)?;
    Ok(payload)
}

/// Message 2 says as well how the device is going to describe itself.
pub(super) fn accept_reply(payload: &[u8]) -> Result<DescriptorHash, Error> {
    let payload = accept_offer(payload)?;
    let missing = wire::Error::Truncated { missing: 1 };
    Ok(payload.descriptor.ok_or(missing)?)
}

/// The device is the responder of this model.
pub(super) fn paired(
    finished: &Finished,
    descriptor: Option<DescriptorHash>,
) -> Result<Paired, Error> {
    let peer = finished.remote_static.as_ref().ok_or(Error::BadKey)?;
    let secrets = SessionSecrets::derive(
        &finished.hash,
        finished.initiator_key.expose(),
        finished.responder_key.expose(),
        Direction::DeviceResponded,
    )
    .map_err(|_| Error::BadKey)?;
    Ok(Paired {
        secrets,
        peer: PublicKey::from_bytes(peer)?,
        descriptor,
    })
}

pub(super) fn require_room(out: &[u8]) -> Result<(), Error> {
    if out.len() < MAX_HANDSHAKE {
        return Err(Error::NoRoom {
            needed: MAX_HANDSHAKE,
        });
    }
    Ok(())
}

impl From<noise::Error> for Error {
    fn from(error: noise::Error) -> Self {
        match error {
            noise::Error::Truncated => Self::Malformed(wire::Error::Truncated { missing: 1 }),
            noise::Error::NotAuthentic => Self::NotAuthentic,
            noise::Error::BadKey => Self::BadKey,
            noise::Error::NoRoom => Self::NoRoom {
                needed: MAX_HANDSHAKE,
            },
            noise::Error::OutOfTurn => Self::UnexpectedMessage,
        }
    }
}
