//! What leaves a device, and when.

use super::{Device, DeviceEvent, Error, Peer, PeerId};
use crate::seal::Entropy;
use crate::time::Instant;
use crate::wire::{MAX_DATAGRAM, copy};

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Does what is due at `now`: at most one scalar multiplication of a handshake, else a new epoch once a day,
    /// a reconnection, a recipient that has fallen silent.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] or [`Error::Pairing`] when the random number generator fails or a handshake comes to nothing;
    /// what stands goes on, and a minute later it is tried again.
    #[inline(never)] // As all of its kind: see `Device`.
    pub fn handle_timeout(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let now = now.before_never();
        if self.has_work() {
            return self.work(now, None, entropy);
        }
        self.half_open.expire(now);
        self.expire_passcode(now);
        self.expire_comparison(now);
        self.note_silence(now);
        self.end_attempt(now);
        let begun = self.begin_attempt(now, entropy);
        let rotated = self.rotate(now, entropy);
        begun.and(rotated)
    }

    /// The next datagram to send, in the front of `out`, and to whom.
    pub fn poll_transmit<'o>(
        &mut self,
        now: Instant,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<&'o mut [u8]> {
        self.poll_transmit_to(now, out)
            .map(|(_, datagram)| datagram)
    }

    /// The same with the recipient, for devices of several; none for the answer to a stranger who pairs.
    #[inline(never)] // As all of its kind: see `Device`.
    pub fn poll_transmit_to<'o>(
        &mut self,
        now: Instant,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<(Option<PeerId>, &'o mut [u8])> {
        let now = now.before_never();
        if self.half_open.has_reply() {
            let reply = self.half_open.poll_transmit()?;
            return Some((None, put(reply, out)?));
        }
        if self.passcode.has_reply() {
            let reply = self.passcode.poll_transmit()?;
            return Some((None, put(reply, out)?));
        }
        let retry = self.config.retry;
        if self.comparison.is_due(now) {
            let packet = self.comparison.poll_transmit(now, retry)?;
            return Some((None, put(packet, out)?));
        }
        if self
            .attempt
            .as_ref()
            .is_some_and(|attempt| attempt.is_due(now))
        {
            let attempt = self.attempt.as_mut()?;
            let peer = PeerId(attempt.peer());
            return Some((Some(peer), put(attempt.poll_transmit(now, retry)?, out)?));
        }
        let mut peers = self.peers.iter_mut();
        let peer = peers.find(|peer| peer.transmit_due() <= now)?;
        let id = PeerId(peer.number);
        if peer.is_control_due(now) {
            self.stats.control_sent += 1;
            return Some((Some(id), peer.write_control(now, &self.config, out)?));
        }
        self.stats.frames_sent += 1;
        let (_, frame) = peer.poll_frame(now, &self.config, out)?;
        Some((Some(id), frame))
    }

    /// When [`Device::poll_transmit`], [`Device::poll_store`] or [`Device::handle_timeout`] have something to do
    /// next; what is past: at once.
    #[must_use]
    #[inline(never)] // As all of its kind: see `Device`.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.has_work() || self.half_open.has_reply() || self.passcode.has_reply() {
            return Some(Instant::ZERO);
        }
        let mut first = self.half_open.expires();
        let mut note = |due: Instant| first = first.min(due);
        note(self.passcode.expires());
        note(self.comparison.due());
        if let Some(attempt) = &self.attempt {
            note(attempt.due());
        }
        if self.awaiting.is_none() {
            note(self.erasing.due());
        }
        // What is stored for the next owner comes behind, however long that is put off.
        let may_store = self.awaiting.is_none() && !self.erasing.is_wanted();
        for peer in self.peers.iter() {
            note(peer.transmit_due());
            note(peer.silence_due());
            note(peer.rotation_due());
            if self.attempt.is_none() {
                note(peer.reconnection_due());
            }
            if may_store {
                note(peer.store_due(&self.config));
            }
        }
        (first < Instant::NEVER).then_some(first)
    }

    fn note_silence(&mut self, now: Instant) {
        for place in self.places() {
            let falls_silent = |peer: &mut Peer<BYTES>| peer.falls_silent(now);
            if self.peer_mut(place).is_some_and(falls_silent) {
                let peer = PeerId(place);
                self.note(DeviceEvent::Silent { peer });
            }
        }
    }

    /// Begins the next epoch of each session, where that is due.
    fn rotate(&mut self, now: Instant, entropy: &mut impl Entropy) -> Result<(), Error> {
        let mut rotated = Ok(());
        for peer in self.peers.iter_mut() {
            if peer.rotation_due() <= now {
                rotated = rotated.and(peer.rotate(now, &mut self.draws.watch(entropy)));
            }
        }
        rotated
    }
}

fn put<'o>(packet: &[u8], out: &'o mut [u8; MAX_DATAGRAM]) -> Option<&'o mut [u8]> {
    let slot = out.get_mut(..packet.len())?;
    copy(packet, slot);
    Some(slot)
}
