//! What is to be on storage, for all recipients: one request at a time, and what its answer lets come out.

use super::config::Keeping;
use super::storing::Purpose;
use super::{Device, Error, place_bit};
use crate::storage::{FrameAddress, Storage, StoreReply, StoreRequest};
use crate::time::Instant;
use crate::wire::MAX_DATAGRAM;

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// What is to be done on storage next; the answer goes to [`Device::handle_stored`], and there is one request
    /// at a time.
    ///
    /// `buffer` takes [`MAX_DATAGRAM`] bytes, which the request borrows.
    #[inline(never)] // As all of its kind: see `Device`.
    pub fn poll_store<'b>(
        &mut self,
        now: Instant,
        buffer: &'b mut [u8],
    ) -> Option<StoreRequest<'b>> {
        let now = now.before_never();
        if self.awaiting.is_some() {
            return None;
        }
        if matches!(self.config.keeping, Keeping::Nothing) {
            self.pass_storage(now);
            return None;
        }
        if let Some(place) = self.erasing.poll(now) {
            self.awaiting = Some((place, Purpose::Erase));
            return Some(StoreRequest::Erase { peer: place });
        }
        if self.erasing.is_wanted() {
            // What is stored for the next owner comes behind.
            return None;
        }
        let number = self.next_to_store(now)?;
        let secret = self.key.hedge_secret();
        let peer = self.peers.iter_mut().find(|peer| peer.number == number)?;
        let (purpose, request) = peer.poll_store(now, secret, self.config.keeping, buffer)?;
        self.awaiting = Some((number, purpose));
        Some(request)
    }

    /// Takes note of a frame that a scan has found on storage.
    pub fn handle_found(&mut self, address: &FrameAddress) {
        if let Some(peer) = self.peer_mut(address.peer) {
            peer.note_found(address);
        }
    }

    /// Takes storage's answer to what [`Device::poll_store`] gave: what depended on it may come out now.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] when nothing was asked for.
    #[inline(never)] // As all of its kind: see `Device`.
    pub fn handle_stored(&mut self, now: Instant, reply: StoreReply<'_>) -> Result<(), Error> {
        let (number, purpose) = self.awaiting.take().ok_or(Error::NotAwaited)?;
        let config = self.config;
        if purpose == Purpose::Erase {
            self.erasing.note_answer(now, number, &reply, config.retry);
            return Ok(());
        }
        let is_kept = purpose.is_image() && !matches!(reply, StoreReply::Failed);
        let Some(peer) = self.peer_mut(number) else {
            return Ok(());
        };
        let outcome = peer.handle_stored(now, purpose, reply, &config)?;
        self.note_outcome(now, number, outcome)?;
        if is_kept {
            self.note_kept(number);
        }
        Ok(())
    }

    /// Does on blocking storage whatever [`Device::poll_store`] asks for. Takes 1.2 KiB of stack beside what
    /// [`Device::handle_stored`] and the storage take.
    ///
    /// # Errors
    ///
    /// As [`Device::handle_stored`]. A storage that fails is no error here: it is asked again later.
    pub fn store_on(&mut self, now: Instant, storage: &mut impl Storage) -> Result<(), Error> {
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(request) = self.poll_store(now, &mut buffer) {
            let note = &mut |address: FrameAddress| self.handle_found(&address);
            let reply = match request {
                // It borrows nothing: what is found may lie where the request was written.
                StoreRequest::Load { address } => {
                    storage.perform(&StoreRequest::Load { address }, &mut buffer, note)
                }
                request => storage.perform(&request, &mut [], note),
            };
            self.handle_stored(now, reply)?;
        }
        Ok(())
    }

    /// Whose storage is asked for next: whoever waits to seal comes first.
    fn next_to_store(&self, now: Instant) -> Option<u8> {
        let waiting = self
            .peers
            .iter()
            .find(|peer| !peer.is_open() && peer.wants_store(now, &self.config));
        let any = || {
            self.peers
                .iter()
                .find(|peer| peer.wants_store(now, &self.config))
        };
        waiting.or_else(any).map(|peer| peer.number)
    }

    /// These recipients are gone: what storage answers to them is nobody's, and what it holds of them is wiped.
    pub(super) fn abandon_storage(&mut self, places: u32) {
        if !matches!(self.config.keeping, Keeping::Nothing) {
            self.erasing.want(places);
        }
        if let Some((number, purpose)) = &mut self.awaiting
            && *purpose != Purpose::Erase
            && places & place_bit(*number) != 0
        {
            *number = u8::MAX;
        }
    }

    /// Without storage everything is as good as stored.
    fn pass_storage(&mut self, now: Instant) {
        let config = self.config;
        for place in self.places() {
            let Some(peer) = self.peer_mut(place) else {
                continue;
            };
            let Some(purpose) = peer.take_unstored() else {
                continue;
            };
            let outcome = peer.handle_stored(now, purpose, StoreReply::Done, &config);
            let _ = outcome.and_then(|outcome| self.note_outcome(now, place, outcome));
            self.note_kept(place);
        }
    }
}
