//! The packet around a message, and the code in front of the first one.

use super::{Error, MAX_HANDSHAKE, Model, PublicKey};
use crate::crypto::hash::{equal, extract, hmac};
use crate::crypto::{SUITE, Secret};
use crate::seal::{Label, derive};
use crate::wire::{self, ConnectionId, HANDSHAKE_HEADER, Hint, MAC1_LEN, Packet};

/// What the header of a handshake says in the clear.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// How the two are going to vouch for each other.
    pub model: Model,
    /// Which handshake this is.
    pub connection: ConnectionId,
    /// Which secret it is about; none for factory keys.
    pub hint: Hint,
}

impl Hello {
    pub(super) const fn header(&self, step: u8) -> wire::Handshake<'static> {
        wire::Handshake {
            suite: SUITE,
            model: self.model.0,
            step,
            connection: self.connection,
            hint: self.hint,
            mac1: None,
            message: &[],
        }
    }

    /// The Noise message of a packet that is the given step of this handshake.
    pub(super) fn message<'p>(&self, packet: &'p [u8], step: u8) -> Result<&'p [u8], Error> {
        let (hello, handshake) = parse(packet, step)?;
        if hello.model != self.model || hello.connection != self.connection {
            return Err(Error::UnexpectedMessage);
        }
        match (hello.hint == self.hint, self.model) {
            (true, _) => Ok(handshake.message),
            (false, Model::LABEL_KEY | Model::LABEL_SECRET) => Err(Error::WrongLabel),
            (false, _) => Err(Error::WrongKey),
        }
    }

    /// The header of a packet that is the given step of any handshake.
    #[cfg(feature = "cpace")]
    pub(super) fn of_step(packet: &[u8], step: u8) -> Result<Self, Error> {
        parse(packet, step).map(|(hello, _)| hello)
    }

    /// What a static key answers.
    pub(super) fn is_for_a_key(&self) -> Result<(), Error> {
        match (self.model, self.hint) {
            (Model::RECONNECTION, _) | (Model::FACTORY_KEYS, Hint::NONE) => Ok(()),
            (Model::FACTORY_KEYS, _) => Err(Error::WrongKey),
            _ => Err(Error::UnexpectedMessage),
        }
    }
}

/// Reads message 1, whose header has to be accepted before its code is checked; the Noise message.
pub(super) fn open_hello<'p>(
    packet: &'p [u8],
    accept: impl FnOnce(&Hello) -> Result<(), Error>,
    mac1_key: &Secret,
    otherwise: Error,
) -> Result<(Hello, &'p [u8]), Error> {
    let (hello, handshake) = parse(packet, 1)?;
    accept(&hello)?;
    let header = packet.get(..HANDSHAKE_HEADER).unwrap_or_default();
    let expected = mac1(mac1_key, header, handshake.message);
    match handshake.mac1 {
        Some(mac1) if equal(&mac1, &expected) => Ok((hello, handshake.message)),
        _ => Err(otherwise),
    }
}

fn parse(packet: &[u8], step: u8) -> Result<(Hello, wire::Handshake<'_>), Error> {
    let Packet::Handshake(handshake) = Packet::parse(packet)? else {
        return Err(Error::UnexpectedMessage);
    };
    if handshake.suite != SUITE {
        return Err(Error::UnsupportedSuite(handshake.suite));
    }
    // "A handshake packet of suite 1 has at most 192 bytes; a longer one MUST be refused"
    if let Some(count @ 1..) = packet.len().checked_sub(MAX_HANDSHAKE) {
        return Err(wire::Error::TrailingBytes { count }.into());
    }
    if handshake.step != step {
        return Err(Error::UnexpectedMessage);
    }
    let hello = Hello {
        model: Model(handshake.model),
        connection: handshake.connection,
        hint: handshake.hint,
    };
    Ok((hello, handshake))
}

/// "over all before it ‖ message"
pub(super) fn mac1(key: &Secret, header: &[u8], message: &[u8]) -> [u8; MAC1_LEN] {
    hmac(key, &[header, message])
}

/// Fills the place that was kept for the code.
pub(super) fn insert_mac1(key: &Secret, packet: &mut [u8]) {
    let Some((header, rest)) = packet.split_at_mut_checked(HANDSHAKE_HEADER) else {
        return;
    };
    let Some((slot, message)) = rest.split_first_chunk_mut::<MAC1_LEN>() else {
        return;
    };
    *slot = mac1(key, header, message);
}

/// "keyed … by the responder's static key where known"
pub(super) fn static_mac1_key(responder: &PublicKey) -> Secret {
    derive(
        &extract(&[0; 32], &[responder.as_bytes()]),
        Label::STATIC_MAC1,
    )
}
