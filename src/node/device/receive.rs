//! What comes to a device: receipts, handshakes, hints.

use super::half_open::{Party, Proved};
use super::peer::{Agreed, Vouching};
use super::session::Start;
use super::{Device, DeviceEvent, Error, PeerId, place_bit};
use crate::pairing::{self, Model, PublicKey};
use crate::seal::{self, Entropy, Sealer};
use crate::time::Instant;
use crate::wire::{Handshake, Packet, Space};

/// "step … 0x40 = CPace"
const CPACE: u8 = 0x40;

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Takes a datagram from whichever recipient.
    ///
    /// # Errors
    ///
    /// What is wrong with it; the device is as it was.
    #[inline(never)] // As all of its kind: see `Device`.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        datagram: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let handled = match Packet::parse(datagram) {
            Ok(Packet::Receipt(_)) => self.handle_receipt(now, datagram, entropy),
            Ok(Packet::Handshake(handshake)) => {
                self.handle_handshake(now, datagram, &handshake, entropy)
            }
            Ok(Packet::Refused(refused)) => self.handle_refused(now, refused.reference),
            Ok(Packet::Frame(frame)) => match self.commands {
                Some(handle_command) if frame.space == Space::Command => {
                    handle_command(self, now, datagram)
                }
                _ => Err(seal::Error::UnexpectedPacket.into()),
            },
            Err(error) => Err(error.into()),
        };
        if handled.is_err() {
            self.stats.packets_refused += 1;
        }
        handled
    }

    /// The connection has ended: from now on frames say again to whom they belong, until a receipt comes.
    pub fn handle_disconnected(&mut self) {
        for peer in self.peers.iter_mut() {
            peer.contact.disconnect();
        }
    }

    fn handle_handshake(
        &mut self,
        now: Instant,
        packet: &[u8],
        handshake: &Handshake<'_>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        if let Some(attempt) = &mut self.attempt
            && attempt.exchange.connection() == handshake.connection
        {
            return Ok(attempt.exchange.handle_packet(packet)?);
        }
        let connection = handshake.connection;
        if self.comparison.is_of(connection) {
            return self.handle_comparison(now, packet);
        }
        let entropy = &mut self.draws.watch(entropy);
        if handshake.step & CPACE != 0 {
            let entry = &mut self.passcode;
            return entry.handle_message(now, packet, handshake, &self.key, entropy);
        }
        if self.label.is_none() && !self.passcode.is_armed() {
            return Err(Error::NotArmed);
        }
        if handshake.step != 1 {
            return Ok(self
                .half_open
                .handle_confirmation(now, packet, connection)?);
        }
        if Model(handshake.model) == Model::PASSCODE {
            let hello = handshake.mac1.ok_or(pairing::Error::UnexpectedMessage)?;
            if self.half_open.is_repeated(connection, hello)? {
                return Ok(());
            }
            let (key, descriptor) = (&self.key, self.descriptor_hash);
            let answering = self.passcode.answer(packet, key, descriptor, entropy)?;
            self.half_open.answer(now, hello, answering);
            return Ok(());
        }
        let label = self.label.as_ref().ok_or(Error::NotArmed)?;
        let party = Party {
            key: &self.key,
            label,
            descriptor: self.descriptor_hash,
        };
        self.half_open
            .handle_hello(now, packet, handshake, &party, entropy)?;
        Ok(())
    }

    /// "a hint: one reconnection per back-off step"; none where the recipient has just proved the contrary.
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
        let peer = known.ok_or(seal::Error::UnknownEpoch)?;
        if !peer.contact.was_heard_within(now, self.config.due) {
            peer.ladder.note_hint();
        }
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
        for peer in self.peers.iter_mut() {
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
    #[inline(never)]
    fn finish_pairing(
        &mut self,
        now: Instant,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<bool, Error> {
        let (draws, numbering) = (&mut self.draws, self.numbering);
        // An owner that pairs again finds no room for one more epoch until some are drained.
        let begin = |sealer: &mut Sealer| Start::draw(sealer, draws, numbering, entropy);
        let Some((proved, start)) = self.half_open.proved_by(packet, begin)? else {
            return Ok(false);
        };
        self.numbering = Some(start.numbering);
        self.passcode.give_back();
        self.adopt(now, &proved, start);
        Ok(true)
    }

    /// "The first finished owner is stored and all other pairing runs are aborted"
    ///
    /// An owner that pairs again takes over what waits for it; a new one gets nothing of what was for another.
    fn adopt(&mut self, now: Instant, proved: &Proved, start: Start) {
        self.give_up_attempt();
        let key = proved.peer;
        if self.refuse_known(key).is_ok() {
            self.change_owner(now, key);
        }
        let Some(peer) = self.peers.iter_mut().find(|peer| peer.key == key) else {
            return;
        };
        let Some(keyed) = self.half_open.take(proved) else {
            return;
        };
        let agreed = Agreed {
            start,
            current: keyed.resumption,
            by: None,
        };
        peer.is_introduced = false;
        peer.vouching = Vouching::PAIRED;
        peer.successor = None;
        peer.take_next(now, keyed.sealer, agreed, &self.config);
        let peer = PeerId(peer.number);
        self.disarm();
        self.note(DeviceEvent::Paired { peer, key });
    }

    fn change_owner(&mut self, now: Instant, key: PublicKey) {
        let frames = self.backlog();
        let wiped: u32 = self.peers.iter().map(|peer| place_bit(peer.number)).sum();
        self.peers.remove(|_| true);
        self.abandon_storage(wiped | place_bit(0));
        if wiped != 0 {
            self.note(DeviceEvent::Wiped { frames });
        }
        // Has room: there is none left, and a device has one recipient at least.
        let _ = self.push_peer(now, key);
    }
}
