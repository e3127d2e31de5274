mod asking;
#[cfg_attr(not(feature = "comparison"), path = "no_comparison.rs")]
mod comparison;
mod config;
mod contact;
mod control;
mod epochs;
mod erase;
mod half_open;
mod hearing;
mod image;
mod introduction;
mod ladder;
mod padding;
#[cfg_attr(not(feature = "cpace"), path = "no_passcode.rs")]
mod passcode;
mod peer;
mod receive;
mod reconnect;
mod report;
mod session;
mod speaking;
mod stored;
mod storing;
mod transmit;

pub use config::{Config, Keeping, Reach};
pub use padding::PadTo;
pub use report::{DeviceEvent, DeviceStats, PeerId, Rung};

use heapless::{Deque, Vec};

use self::comparison::Comparison;
use self::epochs::NamedLoss;
use self::erase::Erasing;
use self::half_open::HalfOpenTable;
use self::passcode::PasscodeEntry;
use self::peer::{Chained, NextSession, Outcome, Peer};
use self::reconnect::Attempt;
use self::session::{Numbering, Session, Start};
use self::storing::Purpose;
use super::Error;
use crate::link::OutboxFull;
use crate::pairing::label::LabelSecret;
use crate::pairing::{self, DescriptorHash, Exchange, PublicKey, SharedSecret, StaticKey, Work};
use crate::reading::Descriptor;
use crate::seal::{Draws, Entropy, SEAL_OVERHEAD, Sealer, SessionSecrets};
use crate::storage::{FrameAddress, Storage, StoreReply, StoreRequest};
use crate::time::{Duration, Instant};
use crate::wire::{Envelope, MAX_DATAGRAM, Record, RecordId, RecordWriter, Run, Space};

/// A device: readings in, datagrams out, and none of them lost.
///
/// It has `PEERS` recipients at most, each with a session and an outbox of `BYTES` bytes of its own; a reading has
/// one identity towards all of them.
///
/// ```text
///  readings ── send ──► seal ──► outbox ──► poll_store ──► storage ──► handle_stored ──► poll_transmit
///                                  ▲                                                           │
///                                  └────── acknowledged ◄── handle_datagram ◄── receipt ◄──────┘
/// ```
///
/// **Rule.** A reading that [`Device::send`] has taken is kept until an authentic receipt says that the server
/// has stored it, or it is named as lost. A reading that it refuses was not taken. What [`Keeping`] says outlives
/// a reboot. A new owner gets nothing of what was sealed for the one before ([`DeviceEvent::Wiped`] says how much
/// that was).
///
/// **Rule.** No call performs more than one scalar multiplication; [`Device::poll_timeout`] says what is past
/// while one is due, and [`Device::handle_timeout`] does it.
///
/// After every input, poll each output until it is `None`: [`Device::poll_store`], [`Device::poll_dh`],
/// [`Device::poll_transmit`], [`Device::poll_event`].
#[derive(Debug)]
pub struct Device<'a, const BYTES: usize, const PEERS: usize = 1> {
    key: StaticKey,
    descriptor: Descriptor<'a>,
    descriptor_hash: DescriptorHash,
    config: Config,
    label: Option<LabelSecret>,
    passcode: PasscodeEntry,
    comparison: Comparison,
    half_open: HalfOpenTable,
    draws: Draws,
    /// From the first session of this boot on.
    numbering: Option<Numbering>,
    peers: Vec<Peer<BYTES>, PEERS>,
    attempt: Option<Attempt>,
    /// Places of recipients whose image and frames are to be wiped.
    erasing: Erasing,
    /// The request that storage has not answered yet.
    awaiting: Option<(u8, Purpose)>,
    events: Deque<DeviceEvent, 8>,
    stats: DeviceStats,
}

impl<'a, const BYTES: usize, const PEERS: usize> Device<'a, BYTES, PEERS> {
    /// A device that has never paired.
    ///
    /// `key` is an [`Identity`](crate::pairing::Identity) in RAM, or a [`StaticKey`] that a secure element holds.
    /// A generator that starts over at each boot is refused only if nothing has drawn from it
    /// before the device in either boot: draw an identity once, at the factory, and store it.
    ///
    /// # Errors
    ///
    /// [`Error::Wire`] when a field of the descriptor is too long, [`Error::OutboxFull`] when the
    /// outbox has no room for the frame of the descriptor, with which every run begins.
    pub fn new(
        key: impl Into<StaticKey>,
        descriptor: Descriptor<'a>,
        config: Config,
    ) -> Result<Self, Error> {
        let (descriptor_hash, plaintext_len) = describe(descriptor)?;
        let frame_len = config
            .pad_to
            .len_of(plaintext_len)
            .saturating_add(SEAL_OVERHEAD);
        let outbox = crate::link::Outbox::<BYTES>::new(config.retry);
        if !outbox.has_room_for(Space::Data, frame_len) {
            return Err(OutboxFull.into());
        }
        Ok(Self {
            key: key.into(),
            descriptor,
            descriptor_hash,
            config,
            label: None,
            passcode: PasscodeEntry::default(),
            comparison: Comparison::default(),
            half_open: HalfOpenTable::default(),
            draws: Draws::default(),
            numbering: None,
            peers: Vec::new(),
            attempt: None,
            erasing: Erasing::default(),
            awaiting: None,
            events: Deque::new(),
            stats: DeviceStats::default(),
        })
    }

    /// Goes on with a recipient after a reboot, from the image that storage holds of it.
    ///
    /// Images are given in the order of their numbers. [`Device::poll_store`] has the next position at once.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] for a damaged image, or a random number generator that fails or repeats
    /// the last boot; [`Error::SessionUnderWay`] for a recipient that is there already; [`Error::TooManyPeers`].
    /// The device is as it was.
    pub fn resume(
        &mut self,
        now: Instant,
        image: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<PeerId, Error> {
        let loaded = image::load(image, self.key.hedge_secret())?;
        self.refuse_known(loaded.peer)?;
        self.free_place()?;
        let sealer = Sealer::restore(loaded.session, self.key.hedge_secret())?;
        let session = self.begin_session(now, sealer, entropy)?;
        let config = self.config;
        let peer = self.push_peer(now, loaded.peer)?;
        peer.restore(loaded, &config);
        peer.storing.is_image_wanted = peer.has_room_for_epoch();
        peer.session = Some(session);
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
        let sealer = secrets.into_sealer(self.key.hedge_secret())?;
        let session = self.begin_session(now, sealer, entropy)?;
        let peer = self.push_peer(now, key)?;
        peer.take_next(NextSession::first(session, current));
        Ok(PeerId(peer.number))
    }

    /// Adds a recipient whose key is known: the device makes itself known to it by its own key.
    ///
    /// For devices that keep nothing ([`Keeping::Nothing`]), at each boot.
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

    /// Whether readings can be sent: to one recipient at least.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.peers.iter().any(Peer::is_open)
    }

    /// How many frames wait in RAM for a receipt, of all recipients.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.peers.iter().map(|peer| peer.outbox.len()).sum()
    }

    /// How many frames of readings are neither acknowledged nor named as lost, those on storage included.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.peers.iter().map(Peer::waiting).sum()
    }

    /// Whether everything that was taken is stored at every recipient, and every loss is known there; so it is
    /// while there is none.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.peers.iter().all(Peer::is_settled)
    }

    /// What the device has done so far.
    #[must_use]
    pub const fn stats(&self) -> DeviceStats {
        self.stats
    }

    /// The recipients: their places and keys.
    pub fn peers(&self) -> impl Iterator<Item = (PeerId, PublicKey)> {
        self.peers
            .iter()
            .map(|peer| (PeerId(peer.number), peer.key))
    }

    /// The server's time now, as this recipient's receipts have it, and by how much it may be off.
    ///
    /// `None` before the first receipt that dates.
    #[must_use]
    pub fn server_time(&self, peer: PeerId, now: Instant) -> Option<(u64, Duration)> {
        self.peer(peer.0)?.contact.server_time(now)
    }

    /// Takes readings: seals them into one frame for each recipient and keeps it until it is stored.
    ///
    /// Returns the identity of the first record; the others follow in sequence. Where one of several recipients
    /// has no room, the readings are lost to it, by name ([`DeviceEvent::Lost`]); the others get them.
    ///
    /// # Errors
    ///
    /// [`Error::NotPaired`], [`Error::OutboxFull`] where no recipient has room, [`Error::Wire`] when the records do
    /// not fit one frame, or [`Error::NoRecords`]. None of the readings is taken then.
    pub fn send(
        &mut self,
        now: Instant,
        space: Space,
        records: &[Record<'_>],
    ) -> Result<RecordId, Error> {
        if records.is_empty() {
            return Err(Error::NoRecords);
        }
        let numbering = self.numbering.ok_or(Error::NotPaired)?;
        let (mut taken, mut refusal) = (None, Error::NotPaired);
        let mut refused: Vec<u8, PEERS> = Vec::new();
        for peer in self.peers.iter_mut().filter(|peer| peer.is_speaking()) {
            match peer.send(now, space, numbering, records, &self.config) {
                Ok(next_sequence) => taken = Some(next_sequence),
                Err(error) => {
                    refusal = error;
                    let _ = refused.push(peer.number);
                }
            }
        }
        let next_sequence = taken.ok_or(refusal)?;
        self.stats.frames_sealed += 1;
        for number in refused {
            let space = self.config.space_of(space);
            let skipped = self.peer_mut(number).and_then(|peer| peer.skip(now, space));
            if let Some(loss) = skipped {
                self.note_lost(number, loss);
            }
        }
        let numbering = self.numbering.as_mut().ok_or(Error::NotPaired)?;
        Ok(numbering.advance_to(next_sequence))
    }

    /// What is to be done on storage next; the answer goes to [`Device::handle_stored`], and there is one request
    /// at a time.
    ///
    /// `buffer` takes [`MAX_DATAGRAM`] bytes, which the request borrows.
    pub fn poll_store<'b>(
        &mut self,
        now: Instant,
        buffer: &'b mut [u8],
    ) -> Option<StoreRequest<'b>> {
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
        if self.erasing.due().is_some() {
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
    pub fn handle_stored(&mut self, now: Instant, reply: StoreReply<'_>) -> Result<(), Error> {
        let (number, purpose) = self.awaiting.take().ok_or(Error::NotAwaited)?;
        let config = self.config;
        if purpose == Purpose::Erase {
            self.erasing.note_answer(now, number, &reply, config.retry);
            return Ok(());
        }
        let Some(peer) = self.peer_mut(number) else {
            return Ok(());
        };
        let outcome = peer.handle_stored(now, purpose, reply, &config)?;
        self.note_outcome(now, number, outcome)
    }

    /// Does on blocking storage whatever [`Device::poll_store`] asks for. Takes 2.5 KiB of stack.
    ///
    /// # Errors
    ///
    /// As [`Device::handle_stored`]. A storage that fails is no error here: it is asked again later.
    pub fn store_on(&mut self, now: Instant, storage: &mut impl Storage) -> Result<(), Error> {
        let (mut buffer, mut found) = ([0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        while let Some(request) = self.poll_store(now, &mut buffer) {
            let note = &mut |address: FrameAddress| self.handle_found(&address);
            let reply = storage.perform(&request, &mut found, note);
            self.handle_stored(now, reply)?;
        }
        Ok(())
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<DeviceEvent> {
        self.events.pop_front()
    }

    /// The public key with which X25519 of the device's static key is wanted, where that key is elsewhere.
    #[must_use]
    pub fn poll_dh(&self) -> Option<PublicKey> {
        if self.key.identity().is_some() {
            return None;
        }
        match self.poll_work() {
            Work::StaticDh(peer) => Some(peer),
            Work::Idle | Work::Own => None,
        }
    }

    /// Takes the answer to [`Device::poll_dh`], at once or later; `None` where there is none, which ends that handshake.
    ///
    /// # Errors
    ///
    /// [`Error::Pairing`] where the handshake fails by it; the next repetition begins anew.
    pub fn handle_dh(
        &mut self,
        now: Instant,
        shared: Option<SharedSecret>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        self.work(now, shared, entropy)
    }

    // ---- inside

    fn peer(&self, number: u8) -> Option<&Peer<BYTES>> {
        self.peers.iter().find(|peer| peer.number == number)
    }

    fn peer_mut(&mut self, number: u8) -> Option<&mut Peer<BYTES>> {
        self.peers.iter_mut().find(|peer| peer.number == number)
    }

    fn refuse_known(&self, key: PublicKey) -> Result<(), Error> {
        match self.peers.iter().any(|peer| peer.key == key) {
            true => Err(Error::SessionUnderWay),
            false => Ok(()),
        }
    }

    fn free_place(&self) -> Result<u8, Error> {
        match self.peers.is_full() {
            true => Err(Error::TooManyPeers),
            false => Ok(u8::try_from(self.peers.len()).unwrap_or(u8::MAX)),
        }
    }

    /// A recipient of which nothing is known but its key, in its place.
    ///
    /// Not inlined: a recipient has its outbox in it, and the stack that it takes on the way is free again behind.
    #[inline(never)]
    fn push_peer(&mut self, now: Instant, key: PublicKey) -> Result<&mut Peer<BYTES>, Error> {
        let number = self.free_place()?;
        let is_taken = self.peers.push(Peer::new(number, key, now, &self.config));
        if is_taken.is_err() {
            return Err(Error::TooManyPeers);
        }
        self.peers.last_mut().ok_or(Error::TooManyPeers)
    }

    /// Begins the first epoch of a session in this boot, and the boot's numbering where it has none.
    fn begin_session(
        &mut self,
        now: Instant,
        mut sealer: Sealer,
        entropy: &mut impl Entropy,
    ) -> Result<Session, Error> {
        let start = Start::draw(&mut sealer, &mut self.draws, self.numbering, entropy)?;
        self.numbering = Some(start.numbering);
        Ok(Session::new(now, sealer, start, self.config.session_age))
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
    fn abandon_storage(&mut self, places: u32) {
        if !matches!(self.config.keeping, Keeping::Nothing) {
            self.erasing.want(places);
        }
        if let Some((number, purpose)) = &mut self.awaiting
            && *purpose != Purpose::Erase
        {
            *number = u8::MAX;
        }
    }

    /// Without storage everything is as good as stored.
    fn pass_storage(&mut self, now: Instant) {
        let config = self.config;
        for place in 0..self.peers.len() {
            let Some(peer) = self.peers.get_mut(place) else {
                continue;
            };
            let number = peer.number;
            let Some(purpose) = peer.take_unstored() else {
                continue;
            };
            let outcome = peer.handle_stored(now, purpose, StoreReply::Done, &config);
            let _ = outcome.and_then(|outcome| self.note_outcome(now, number, outcome));
        }
    }

    fn note_outcome(&mut self, now: Instant, number: u8, outcome: Outcome) -> Result<(), Error> {
        let peer = PeerId(number);
        match outcome {
            Outcome::Nothing => {}
            Outcome::EpochOpen => self.introduce(now, number)?,
            Outcome::SessionOpen { by } => {
                if let Some(by) = by {
                    self.stats.reconnections += 1;
                    self.note(DeviceEvent::Reconnected { peer, by });
                }
                self.introduce(now, number)?;
            }
            Outcome::Failed => {
                self.stats.store_failures += 1;
                self.note(DeviceEvent::StorageFailed { peer });
            }
            Outcome::Lost(loss) => self.note_lost(number, loss),
        }
        Ok(())
    }

    /// "The descriptor is the first record": of every boot, and towards every new recipient.
    fn introduce(&mut self, now: Instant, number: u8) -> Result<(), Error> {
        let numbering = self.numbering.ok_or(Error::NotPaired)?;
        let (config, descriptor) = (self.config, [Record::Descriptor(self.descriptor)]);
        let Some(peer) = self.peer_mut(number) else {
            return Ok(());
        };
        if !peer.is_open() || core::mem::replace(&mut peer.is_introduced, true) {
            return Ok(());
        }
        let sent = peer.send(now, Space::Data, numbering, &descriptor, &config);
        if let (Ok(next_sequence), Some(numbering)) = (sent, &mut self.numbering) {
            numbering.advance_to(next_sequence);
            self.stats.frames_sealed += 1;
        }
        self.note(DeviceEvent::Ready {
            peer: PeerId(number),
        });
        Ok(())
    }

    fn note_lost(&mut self, number: u8, loss: NamedLoss) {
        let frames = loss.range.end.saturating_sub(loss.range.start);
        self.stats.frames_lost += u64::from(frames);
        self.note(DeviceEvent::Lost {
            peer: PeerId(number),
            space: loss.space,
            frames,
            why: loss.why,
        });
    }

    /// Events that nobody polls give way to newer ones.
    fn note(&mut self, event: DeviceEvent) {
        if self.events.is_full() {
            self.events.pop_front();
        }
        let _ = self.events.push_back(event);
    }
}

/// A recipient's place in a set of places.
const fn place_bit(number: u8) -> u32 {
    match 1_u32.checked_shl(number as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

/// Does one piece of an exchange's work.
fn work_once(
    exchange: &mut Exchange,
    shared: Option<SharedSecret>,
    key: &StaticKey,
) -> Result<(), pairing::Error> {
    match (exchange.poll_work(), key.identity()) {
        (Work::Idle, _) => Ok(()),
        (Work::Own, _) => exchange.work(),
        (Work::StaticDh(_), None) => exchange.handle_dh(shared),
        (Work::StaticDh(peer), Some(identity)) => exchange.handle_dh(identity.agree(&peer)),
    }
}

/// The hash of the descriptor's record body, as the server will see it, and how long its plaintext is.
fn describe(descriptor: Descriptor<'_>) -> Result<(DescriptorHash, usize), Error> {
    let mut buffer = [0_u8; 6 * (Descriptor::MAX_FIELD + 1) + 16];
    let mut writer = RecordWriter::new(&mut buffer, 0, Some(Run([0; 8])))?;
    writer.push(&Record::Descriptor(descriptor))?;
    let plaintext = writer.finish();
    let plaintext_len = plaintext.len();
    let envelope = Envelope::parse(plaintext)?;
    let record = envelope.records().next().ok_or(Error::NoRecords)??;
    Ok((DescriptorHash::of_body(record.body), plaintext_len))
}
