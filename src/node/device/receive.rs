//! What comes to a device: receipts, handshakes, hints.

use super::half_open::{Keyed, Party};
use super::peer::NextSession;
use super::reconnect::Attempt;
use super::session::{Session, number};
use super::{Device, DeviceEvent, Error, Peer, PeerId};
use crate::seal::{self, Entropy, Sealer};
use crate::time::Instant;
use crate::wire::{Handshake, Packet};

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Takes a datagram from whichever recipient.
    ///
    /// # Errors
    ///
    /// What is wrong with it; the device is as it was.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        datagram: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let handled = match Packet::parse(datagram) {
            Ok(Packet::Receipt(_)) => self.handle_receipt(now, datagram, entropy),
            Ok(Packet::Handshake(handshake)) => {
                self.handle_handshake(datagram, &handshake, entropy)
            }
            Ok(Packet::Refused(refused)) => self.handle_refused(now, refused.reference),
            Ok(Packet::Frame(_)) => Err(seal::Error::UnexpectedPacket.into()),
            Err(error) => Err(error.into()),
        };
        if handled.is_err() {
            self.stats.packets_refused += 1;
        }
        handled
    }

    /// The connection has ended: from now on frames say again to whom they belong, until a receipt comes.
    pub fn handle_disconnected(&mut self) {
        for peer in &mut self.peers {
            peer.contact.disconnect();
        }
    }

    fn handle_handshake(
        &mut self,
        packet: &[u8],
        handshake: &Handshake<'_>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        if let Some(attempt) = &mut self.attempt
            && attempt.exchange.connection() == handshake.connection
        {
            return Ok(attempt.exchange.handle_packet(packet)?);
        }
        let label = self.label.as_ref().ok_or(Error::NotArmed)?;
        if handshake.step != 1 {
            let connection = handshake.connection;
            return Ok(self.half_open.handle_confirmation(packet, connection)?);
        }
        let party = Party {
            key: &self.key,
            label,
            descriptor: self.descriptor_hash,
        };
        let entropy = &mut self.first_draw.watch(entropy);
        self.half_open
            .handle_hello(packet, handshake, &party, entropy)?;
        Ok(())
    }

    /// "a hint: one reconnection per back-off step"
    fn handle_refused(&mut self, now: Instant, reference: [u8; 8]) -> Result<(), Error> {
        if let Some(attempt) = &mut self.attempt
            && attempt.exchange.connection().0 == reference
        {
            attempt.note_refused(now);
            return Ok(());
        }
        let mut peers = self.peers.iter_mut();
        let known = peers.find(|peer| {
            let mut records = peer.epochs.iter();
            records.any(|record| record.epoch.locator.0 == reference)
        });
        known.ok_or(seal::Error::UnknownEpoch)?.ladder.note_hint();
        Ok(())
    }

    fn handle_receipt(
        &mut self,
        now: Instant,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        if self.finish_pairing(now, packet, entropy)? {
            return Ok(());
        }
        let mut refusal = Error::NotPaired;
        for peer in &mut self.peers {
            match peer.handle_receipt(now, packet, &self.config) {
                Ok(receipt) => {
                    self.stats.receipts += 1;
                    self.stats.frames_acknowledged +=
                        u64::try_from(receipt.freed).unwrap_or(u64::MAX);
                    let peer = PeerId(peer.number);
                    if receipt.is_heard_again {
                        self.note(DeviceEvent::Heard { peer });
                    }
                    return Ok(());
                }
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// A receipt under the keys of a pairing that is under way shows that the other side has them too.
    fn finish_pairing(
        &mut self,
        now: Instant,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<bool, Error> {
        let (first_draw, numbering) = (&mut self.first_draw, self.numbering);
        let begin = |sealer: &mut Sealer| {
            sealer.note_first_draw(first_draw.fingerprint());
            number(sealer, numbering, &mut first_draw.watch(entropy))
        };
        let Some((keyed, numbering)) = self.half_open.take_proved_by(packet, begin)? else {
            return Ok(false);
        };
        let Keyed {
            sealer,
            resumption,
            peer,
        } = keyed;
        let entropy = &mut self.first_draw.watch(entropy);
        let session = Session::begin(now, sealer, numbering.run, entropy)?;
        self.numbering = Some(numbering);
        self.adopt(now, peer, NextSession::first(session, resumption));
        Ok(true)
    }
}
