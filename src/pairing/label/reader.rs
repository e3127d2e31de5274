use core::fmt;

use super::LabelSecret;
use super::step::{Context, accept_reply, hedged_ephemeral, paired, require_room};
use crate::pairing::noise::{Handshake, Role};
use crate::pairing::payload::{MAX_PAYLOAD, Payload};
use crate::pairing::{Error, Identity, Offer, Paired, Refused};
use crate::seal::Entropy;
use crate::wire::{ConnectionId, MAC1_LEN, MAX_DATAGRAM, Writer};

/// The side that reads the label: a server or a phone.
#[derive(Debug)]
pub struct Reader;

impl Reader {
    /// Writes message 1. `connection` tells this handshake from others and is drawn at random.
    ///
    /// Costs one scalar multiplication. `out` takes [`MAX_HANDSHAKE`](crate::pairing::MAX_HANDSHAKE) bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`], or [`Error::NoRoom`] when `out` is too small.
    pub fn start<'o>(
        identity: &Identity,
        label: &LabelSecret,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<(AwaitingReply, &'o mut [u8]), Error> {
        require_room(out)?;
        let context = Context {
            connection,
            hint: label.hint(),
        };
        let mut noise = label.handshake(Role::Initiator)?;
        let payload = Payload {
            offer: Some(Offer::OURS),
            descriptor: None,
        };
        let mut buffer = [0_u8; MAX_PAYLOAD];
        let payload = payload.emit(&mut buffer)?;
        let ephemeral = hedged_ephemeral(&noise, identity, payload, entropy)?;

        let mut writer = Writer::new(out);
        context.header(1).emit_header(&mut writer)?;
        writer.reserve(MAC1_LEN)?;
        noise.write(&identity.key_ref(), Some(ephemeral), payload, &mut writer)?;
        let packet = writer.finish();
        label.insert_mac1(packet);
        Ok((AwaitingReply { noise, context }, packet))
    }
}

/// The reader of the label, before message 2.
pub struct AwaitingReply {
    noise: Handshake,
    context: Context,
}

impl AwaitingReply {
    /// Which handshake this is.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.context.connection
    }

    /// Reads message 2 and writes message 3: the reader's side is then paired.
    ///
    /// Costs three scalar multiplications. `out` takes [`MAX_HANDSHAKE`](crate::pairing::MAX_HANDSHAKE) bytes.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the state as it was.
    pub fn read_reply<'o>(
        mut self,
        packet: &[u8],
        identity: &Identity,
        out: &'o mut [u8],
    ) -> Result<(Paired, &'o mut [u8]), Refused<Self>> {
        match self.try_read_reply(packet, identity, out) {
            Ok(done) => Ok(done),
            Err(error) => Err(Refused { state: self, error }),
        }
    }

    fn try_read_reply<'o>(
        &mut self,
        packet: &[u8],
        identity: &Identity,
        out: &'o mut [u8],
    ) -> Result<(Paired, &'o mut [u8]), Error> {
        require_room(out)?;
        let message = self.context.message(packet, 2)?;
        let mut buffer = [0_u8; MAX_DATAGRAM];
        let reply = self
            .noise
            .read(&identity.key_ref(), message, &mut buffer, accept_reply)?;

        // From here on nothing fails: there is room, and `read` has refused keys that agree on nothing.
        let mut writer = Writer::new(out);
        self.context.header(3).emit_header(&mut writer)?;
        self.noise
            .write(&identity.key_ref(), None, &[], &mut writer)?;
        let finished = self.noise.finish().ok_or(Error::UnexpectedMessage)?;
        Ok((paired(&finished, Some(reply))?, writer.finish()))
    }
}

impl fmt::Debug for AwaitingReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AwaitingReply").field(&self.context).finish()
    }
}
