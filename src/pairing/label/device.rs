use core::fmt;

use super::LabelSecret;
use super::step::{Context, accept_offer, hedged_ephemeral, paired, require_room};
use crate::crypto::hash::equal;
use crate::pairing::noise::{Handshake, Role};
use crate::pairing::payload::Payload;
use crate::pairing::{DescriptorHash, Error, Identity, Offer, Paired, Refused};
use crate::seal::Entropy;
use crate::wire::{ConnectionId, HANDSHAKE_HEADER, MAX_DATAGRAM, Packet, Writer};

/// The device, armed with its label.
///
/// It answers any number of first messages: none of them changes it.
#[derive(Debug)]
pub struct Armed<'a> {
    identity: &'a Identity,
    label: &'a LabelSecret,
}

impl<'a> Armed<'a> {
    /// Arms the device: from now on, who knows the label may pair.
    #[must_use]
    pub const fn new(identity: &'a Identity, label: &'a LabelSecret) -> Self {
        Self { identity, label }
    }

    /// Checks the code in front of a first message, and nothing else: one HMAC.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`] or
    /// [`Error::WrongLabel`].
    pub fn check_hello(&self, packet: &[u8]) -> Result<ConnectionId, Error> {
        self.hello(packet).map(|(context, _)| context.connection)
    }

    /// Reads message 1 and writes message 2.
    ///
    /// Costs three scalar multiplications, and one HMAC alone where the sender does not know the
    /// label. `out` takes [`MAX_HANDSHAKE`](crate::pairing::MAX_HANDSHAKE) bytes.
    ///
    /// # Errors
    ///
    /// As [`Armed::check_hello`], and [`Error::NotAuthentic`], [`Error::Downgraded`],
    /// [`Error::BadKey`] or [`Error::Entropy`].
    pub fn read_hello<'o>(
        &self,
        packet: &[u8],
        descriptor: DescriptorHash,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<(AwaitingConfirmation, &'o mut [u8]), Error> {
        require_room(out)?;
        let (context, message) = self.hello(packet)?;
        let mut noise = self.label.handshake(Role::Responder)?;
        let mut buffer = [0_u8; MAX_DATAGRAM];
        noise.read(&self.identity.key_ref(), message, &mut buffer, accept_offer)?;

        let payload = Payload {
            offer: Some(Offer::OURS),
            descriptor: Some(descriptor),
        };
        let payload = payload.emit(&mut buffer)?;
        let ephemeral = hedged_ephemeral(&noise, self.identity, payload, entropy)?;
        let mut writer = Writer::new(out);
        context.header(2).emit_header(&mut writer)?;
        noise.write(
            &self.identity.key_ref(),
            Some(ephemeral),
            payload,
            &mut writer,
        )?;
        Ok((AwaitingConfirmation { noise, context }, writer.finish()))
    }

    fn hello<'p>(&self, packet: &'p [u8]) -> Result<(Context, &'p [u8]), Error> {
        let Packet::Handshake(handshake) = Packet::parse(packet)? else {
            return Err(Error::UnexpectedMessage);
        };
        let context = Context {
            connection: handshake.connection,
            hint: self.label.hint(),
        };
        let message = context.message(packet, 1)?;
        let header = packet.get(..HANDSHAKE_HEADER).unwrap_or_default();
        let expected = self.label.mac1(header, message);
        match handshake.mac1 {
            Some(mac1) if equal(&mac1, &expected) => Ok((context, message)),
            _ => Err(Error::WrongLabel),
        }
    }
}

/// The device, before message 3.
pub struct AwaitingConfirmation {
    noise: Handshake,
    context: Context,
}

impl AwaitingConfirmation {
    /// Which handshake this is.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.context.connection
    }

    /// Reads message 3: the device's side has keys.
    ///
    /// It has finished only when the first packet under these keys is authentic: until then
    /// it stores no owner. Costs one scalar multiplication.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the state as it was.
    pub fn read_confirmation(
        mut self,
        packet: &[u8],
        identity: &Identity,
    ) -> Result<Paired, Refused<Self>> {
        match self.try_read_confirmation(packet, identity) {
            Ok(done) => Ok(done),
            Err(error) => Err(Refused { state: self, error }),
        }
    }

    fn try_read_confirmation(
        &mut self,
        packet: &[u8],
        identity: &Identity,
    ) -> Result<Paired, Error> {
        let message = self.context.message(packet, 3)?;
        let mut buffer = [0_u8; MAX_DATAGRAM];
        self.noise
            .read(&identity.key_ref(), message, &mut buffer, |payload| {
                Payload::parse(payload).map_err(Error::from)
            })?;
        let finished = self.noise.finish().ok_or(Error::UnexpectedMessage)?;
        paired(&finished, None)
    }
}

impl fmt::Debug for AwaitingConfirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AwaitingConfirmation")
            .field(&self.context)
            .finish()
    }
}
