//! How recipients come to be there: from storage, by a session from outside, by their key; and when others may pair.

use super::peer::{Agreed, Vouching};
use super::session::Start;
use super::{Device, Error, Peer, PeerId, image, place_bit};
use crate::pairing::label::LabelSecret;
use crate::pairing::{self, PublicKey};
use crate::seal::{Entropy, Sealer, SessionSecrets};
use crate::time::Instant;

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Goes on with a recipient after a reboot, from the image that storage holds of it.
    ///
    /// Each takes the place that it had. [`Device::poll_store`] has the next position at once.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] for a damaged image, or a random number generator that fails or repeats
    /// the last boot; [`Error::SessionUnderWay`] for a recipient that is there already; [`Error::TooManyPeers`].
    /// The device is as it was.
    #[inline(never)] // As all of its kind: see `Device`.
    pub fn resume(
        &mut self,
        now: Instant,
        image: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<PeerId, Error> {
        let config = self.config;
        let loaded = image::load(image, self.key.hedge_secret())?;
        self.refuse_known(loaded.peer)?;
        self.free_place()?;
        if self.peer(loaded.place).is_some() {
            return Err(Error::SessionUnderWay);
        }
        let Some(saved) = loaded.session else {
            let peer = self.push_peer(now, loaded.peer)?;
            peer.restore(loaded, &config);
            return Ok(PeerId(peer.number));
        };
        let mut sealer = Sealer::restore(saved, self.key.hedge_secret())?;
        let start = self.start(&mut sealer, entropy)?;
        let peer = self.push_peer(now, loaded.peer)?;
        peer.restore(loaded, &config);
        peer.go_on(now, sealer, start, &config);
        Ok(PeerId(peer.number))
    }

    /// Adds a recipient with which a session was agreed outside of the device.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] when the random number generator fails, [`Error::SessionUnderWay`] or [`Error::TooManyPeers`].
    pub fn add_peer(
        &mut self,
        now: Instant,
        key: PublicKey,
        mut secrets: SessionSecrets,
        entropy: &mut impl Entropy,
    ) -> Result<PeerId, Error> {
        self.refuse_known(key)?;
        self.free_place()?;
        let current = secrets.resumption().ok_or(pairing::Error::BadKey)?;
        let mut sealer = secrets.into_sealer(self.key.hedge_secret())?;
        let start = self.start(&mut sealer, entropy)?;
        let agreed = Agreed {
            start,
            current,
            by: None,
        };
        let config = self.config;
        let peer = self.push_peer(now, key)?;
        peer.vouching = Vouching::PAIRED;
        peer.take_next(now, sealer, agreed, &config);
        Ok(PeerId(peer.number))
    }

    /// Adds a recipient whose key is known: the device makes itself known to it by its own key.
    ///
    /// For devices that keep nothing ([`Keeping::Nothing`](super::Keeping::Nothing)), at each boot.
    ///
    /// # Errors
    ///
    /// [`Error::SessionUnderWay`] or [`Error::TooManyPeers`].
    pub fn meet(&mut self, now: Instant, key: PublicKey) -> Result<PeerId, Error> {
        self.refuse_known(key)?;
        let peer = self.push_peer(now, key)?;
        Ok(PeerId(peer.number))
    }

    /// Lets whoever knows the label pair: a button was pressed, or this is the first power-up.
    ///
    /// It stays so until a pairing has finished or [`Device::disarm`] ends it: after some minutes,
    /// let a timer of yours do so.
    pub fn arm(&mut self, label: LabelSecret) {
        self.disarm();
        self.label = Some(label);
    }

    /// Ends the pairing mode.
    pub fn disarm(&mut self) {
        self.half_open.clear();
        self.passcode.disarm();
        self.comparison.disarm();
        self.label = None;
    }

    /// Begins the first epoch of a session in this boot, and the boot's numbering where it has none.
    pub(super) fn start(
        &mut self,
        sealer: &mut Sealer,
        entropy: &mut impl Entropy,
    ) -> Result<Start, Error> {
        let start = Start::draw(sealer, &mut self.draws, self.numbering, entropy)?;
        self.numbering = Some(start.numbering);
        Ok(start)
    }

    pub(super) fn refuse_known(&self, key: PublicKey) -> Result<(), Error> {
        match self.peers.iter().any(|peer| peer.key == key) {
            true => Err(Error::SessionUnderWay),
            false => Ok(()),
        }
    }

    fn free_place(&self) -> Result<u8, Error> {
        let taken: u32 = self.peers.iter().map(|peer| place_bit(peer.number)).sum();
        match self.peers.is_full() {
            true => Err(Error::TooManyPeers),
            false => Ok(u8::try_from(taken.trailing_ones()).unwrap_or(u8::MAX)),
        }
    }

    /// A recipient of which nothing is known but its key, in its place.
    ///
    /// Not inlined: a recipient has its outbox in it, and the stack that it takes on the way is free again behind.
    #[inline(never)]
    pub(super) fn push_peer(
        &mut self,
        now: Instant,
        key: PublicKey,
    ) -> Result<&mut Peer<BYTES>, Error> {
        let number = self.free_place()?;
        let vacancy = self.peers.vacancy().ok_or(Error::TooManyPeers)?;
        *vacancy = Some(Peer::new(number, key, now, &self.config));
        let peer = vacancy.as_mut().ok_or(Error::TooManyPeers)?;
        peer.outbox.set_window(self.config.in_flight_bytes);
        peer.outbox.set_pace(self.config.pace);
        Ok(peer)
    }
}
