use heapless::{Deque, Vec};

use super::Error;
use super::half_open::{HalfOpenTable, Party};
use crate::link::{FrameKey, Outbox, Retry};
use crate::pairing::label::LabelSecret;
use crate::pairing::{DescriptorHash, Identity, MAX_HANDSHAKE, PublicKey};
use crate::reading::Descriptor;
use crate::seal::{self, Entropy, Epoch, SAVED_SESSION_LEN, SEAL_OVERHEAD, Sealer};
use crate::time::{Duration, Instant};
use crate::wire::{
    Envelope, Frame, Handshake, MAX_DATAGRAM, Packet, Record, RecordId, RecordWriter, Route, Run,
    Space, TAG_LEN, copy,
};

/// "after 2^24 frames or 24 h of running"
const EPOCH_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How soon a day that could not end is tried again.
const ROTATION_RETRY: Duration = Duration::from_secs(60);
/// How many epochs the outbox may span: as many as the server keeps open.
const MAX_EPOCHS: usize = 4;
/// Room for the plaintext of a frame with the longest header.
const MAX_PLAINTEXT: usize = MAX_DATAGRAM - 28 - TAG_LEN;

/// A device: readings in, datagrams out, and none of them lost.
///
/// `BYTES` and `FRAMES` bound the outbox; everything else takes about 2.8 KiB.
///
/// **Rule.** A reading that [`Device::send`] has taken stays in the outbox until an authentic
/// receipt says that the server has stored it. A reading that it refuses was not taken.
#[derive(Debug)]
pub struct Device<'a, const BYTES: usize, const FRAMES: usize> {
    identity: Identity,
    descriptor: Descriptor<'a>,
    descriptor_hash: DescriptorHash,
    label: Option<LabelSecret>,
    half_open: HalfOpenTable,
    reply: Vec<u8, MAX_HANDSHAKE>,
    session: Option<Session>,
    outbox: Outbox<BYTES, FRAMES>,
    events: Deque<DeviceEvent, 4>,
    stats: DeviceStats,
}

#[derive(Debug)]
struct Session {
    sealer: Sealer,
    store: Store,
    /// Epochs with frames in the outbox; the one that is sealed in stands last.
    epochs: Vec<KnownEpoch, MAX_EPOCHS>,
    run: Run,
    next_sequence: u64,
    rotation_due: Instant,
}

/// Where the chain position for the next epoch is.
#[derive(Debug)]
enum Store {
    Done,
    Wanted(SavedSession),
    UnderWay,
}

#[derive(Debug, Clone, Copy)]
struct KnownEpoch {
    epoch: Epoch,
    is_named: bool,
}

/// A session as it has to be stored: a secret, wiped when dropped.
#[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct SavedSession {
    bytes: [u8; SAVED_SESSION_LEN],
}

impl SavedSession {
    /// The bytes to store, replacing those of before.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn of_next_epoch(sealer: &mut Sealer, entropy: &mut impl Entropy) -> Result<Self, seal::Error> {
        let mut saved = Self {
            bytes: [0; SAVED_SESSION_LEN],
        };
        sealer.begin_epoch(entropy, &mut saved.bytes)?;
        Ok(saved)
    }
}

impl core::fmt::Debug for SavedSession {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SavedSession(..)")
    }
}

/// What happened to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceEvent {
    /// A server has paired and proved it; the label is used up.
    Paired {
        /// The server's key.
        peer: PublicKey,
    },
    /// A new owner has paired: frames for the one before were wiped.
    Wiped {
        /// How many frames.
        frames: usize,
    },
}

/// What a device has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceStats {
    /// Frames that were sealed.
    pub frames_sealed: u64,
    /// Frames that were handed out to be sent, repetitions included.
    pub frames_sent: u64,
    /// Frames that a receipt has named.
    pub frames_acknowledged: u64,
    /// Receipts that were authentic.
    pub receipts: u64,
    /// Packets that were refused.
    pub packets_refused: u64,
}

impl<'a, const BYTES: usize, const FRAMES: usize> Device<'a, BYTES, FRAMES> {
    /// A device that has never paired.
    ///
    /// # Errors
    ///
    /// [`Error::Wire`] when a field of the descriptor is too long.
    pub fn new(
        identity: Identity,
        descriptor: Descriptor<'a>,
        retry: Retry,
    ) -> Result<Self, Error> {
        let descriptor_hash = hash_of(descriptor)?;
        Ok(Self {
            identity,
            descriptor,
            descriptor_hash,
            label: None,
            half_open: HalfOpenTable::default(),
            reply: Vec::new(),
            session: None,
            outbox: Outbox::new(retry),
            events: Deque::new(),
            stats: DeviceStats::default(),
        })
    }

    /// Goes on with a stored session after a reboot; [`Device::poll_store`] has its next position at once.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] for a damaged session, or a random number generator that fails or
    /// repeats the last boot; [`Error::Unexpected`] when a session is under way, whose frames
    /// would be orphaned. The device is as it was.
    pub fn resume(
        &mut self,
        now: Instant,
        saved: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        if self.session.is_some() {
            return Err(Error::Unexpected);
        }
        let mut sealer = Sealer::restore(saved, self.identity.secret_bytes())?;
        let start = Start::draw(&mut sealer, entropy)?;
        self.session = Some(Session::new(now, sealer, start));
        Ok(())
    }

    /// Lets whoever knows the label pair: a button was pressed, or this is the first power-up.
    pub fn arm(&mut self, label: LabelSecret) {
        self.half_open.clear();
        self.label = Some(label);
    }

    /// Ends the pairing mode.
    pub fn disarm(&mut self) {
        self.half_open.clear();
        self.label = None;
    }

    /// Whether readings can be sent.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.sealer.epoch().is_some())
    }

    /// How many frames wait for a receipt.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.outbox.len()
    }

    /// What the device has done so far.
    #[must_use]
    pub const fn stats(&self) -> DeviceStats {
        self.stats
    }

    /// Takes readings: seals them into one frame and keeps it until it is stored.
    ///
    /// Returns the identity of the first record; the others follow in sequence.
    ///
    /// # Errors
    ///
    /// [`Error::NotPaired`], [`Error::OutboxFull`], [`Error::Wire`] when the records do not fit
    /// one frame, or [`Error::Unexpected`] for no records. None of the readings is taken then.
    pub fn send(
        &mut self,
        now: Instant,
        space: Space,
        records: &[Record<'_>],
    ) -> Result<RecordId, Error> {
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        let epoch = session.sealer.epoch().ok_or(Error::NotPaired)?;
        if records.is_empty() {
            return Err(Error::Unexpected);
        }
        let mut frame = [0_u8; MAX_PLAINTEXT + SEAL_OVERHEAD];
        let (len, next_sequence) = session.write_plaintext(records, &mut frame)?;
        let frame = frame.get_mut(..len).unwrap_or_default();
        if !self.outbox.has_room_for(len) {
            return Err(crate::link::OutboxFull.into());
        }
        let counter = session.sealer.seal_in_place(space, frame)?;
        self.outbox.push(
            now,
            FrameKey {
                epoch: epoch.number,
                space,
                counter,
            },
            frame,
        )?;
        let sequence = core::mem::replace(&mut session.next_sequence, next_sequence);
        self.stats.frames_sealed += 1;
        Ok(RecordId {
            run: session.run,
            sequence,
        })
    }

    /// Takes a datagram from the server.
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
            Ok(Packet::Frame(_)) => Err(seal::Error::UnexpectedPacket.into()),
            Err(error) => Err(error.into()),
        };
        if handled.is_err() {
            self.stats.packets_refused += 1;
        }
        handled
    }

    /// Takes the word that the session from [`Device::poll_store`] is on storage and was read back.
    ///
    /// # Errors
    ///
    /// [`Error::Unexpected`] when nothing was to be stored.
    pub fn handle_stored(&mut self, now: Instant) -> Result<(), Error> {
        let session = self.session.as_mut().ok_or(Error::Unexpected)?;
        if !matches!(session.store, Store::UnderWay) {
            return Err(Error::Unexpected);
        }
        session.open_epoch()?;
        if session.next_sequence == 0 {
            // The descriptor is the first record of every run.
            self.send(now, Space::Data, &[Record::Descriptor(self.descriptor)])?;
        }
        Ok(())
    }

    /// Does what is due at `now`: begins a new epoch once a day.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] when the random number generator fails; the epoch before goes on, and
    /// a minute later it is tried again.
    pub fn handle_timeout(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let Some(session) = self.session.as_mut() else {
            return Ok(());
        };
        session.forget_drained(|epoch| self.outbox.holds_epoch(epoch));
        match session.rotation_due() {
            Some(due) if due <= now || session.sealer.is_epoch_worn() => {
                session.begin_epoch(now, entropy)
            }
            _ => Ok(()),
        }
    }

    /// What is to be stored; say so with [`Device::handle_stored`].
    pub fn poll_store(&mut self) -> Option<SavedSession> {
        let store = &mut self.session.as_mut()?.store;
        match core::mem::replace(store, Store::UnderWay) {
            Store::Wanted(saved) => Some(saved),
            other => {
                *store = other;
                None
            }
        }
    }

    /// The next datagram to send to the server, in the front of `out`.
    pub fn poll_transmit<'o>(
        &mut self,
        now: Instant,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<&'o mut [u8]> {
        if !self.reply.is_empty() {
            let reply = core::mem::take(&mut self.reply);
            let slot = out.get_mut(..reply.len())?;
            copy(&reply, slot);
            return Some(slot);
        }
        let session = self.session.as_ref()?;
        let (key, short) = self.outbox.next_due(now)?;
        let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
            return None;
        };
        let frame = Frame {
            route: session.route_of(key.epoch)?,
            ..frame
        };
        self.stats.frames_sent += 1;
        frame.emit(out).ok()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<DeviceEvent> {
        self.events.pop_front()
    }

    /// When [`Device::poll_transmit`] and [`Device::handle_timeout`] have something to do next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let rotation = self.session.as_ref().and_then(Session::rotation_due);
        [self.outbox.poll_timeout(), rotation]
            .into_iter()
            .flatten()
            .min()
    }

    fn handle_handshake(
        &mut self,
        packet: &[u8],
        handshake: &Handshake<'_>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let label = self.label.as_ref().ok_or(Error::NotArmed)?;
        if handshake.step != 1 {
            return Ok(self.half_open.handle_confirmation(
                packet,
                handshake.connection,
                &self.identity,
            )?);
        }
        let party = Party {
            identity: &self.identity,
            label,
            descriptor: self.descriptor_hash,
        };
        let reply = self
            .half_open
            .handle_hello(packet, handshake, &party, entropy)?;
        self.reply = Vec::from_slice(reply).unwrap_or_default();
        Ok(())
    }

    fn handle_receipt(
        &mut self,
        now: Instant,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let proved = self
            .half_open
            .take_proved_by(packet, |sealer| Start::draw(sealer, entropy))?;
        if let Some((sealer, peer, start)) = proved {
            self.adopt(now, Session::new(now, sealer, start), peer);
            return Ok(());
        }
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        let report = session.sealer.verify(packet)?;
        self.stats.receipts += 1;
        for entry in report.acknowledgements() {
            let known = session
                .epochs
                .iter_mut()
                .find(|known| known.epoch.tag.short() == entry.epoch);
            let Some(known) = known else { continue };
            known.is_named = true;
            let number = known.epoch.number;
            let is_stored = |key: FrameKey| {
                key.epoch == number && key.space == entry.space && entry.covers(key.counter)
            };
            let freed = self.outbox.acknowledge(now, is_stored);
            self.stats.frames_acknowledged += u64::try_from(freed).unwrap_or(u64::MAX);
        }
        session.forget_drained(|epoch| self.outbox.holds_epoch(epoch));
        Ok(())
    }

    /// "The first finished owner is stored and all other pairing runs are aborted"
    fn adopt(&mut self, now: Instant, session: Session, peer: PublicKey) {
        let wiped = self.outbox.acknowledge(now, |_| true);
        self.session = Some(session);
        self.disarm();
        if wiped > 0 {
            self.note(DeviceEvent::Wiped { frames: wiped });
        }
        self.note(DeviceEvent::Paired { peer });
    }

    /// Events that nobody polls give way to newer ones.
    fn note(&mut self, event: DeviceEvent) {
        if self.events.is_full() {
            self.events.pop_front();
        }
        let _ = self.events.push_back(event);
    }
}

/// What a boot needs before its first frame.
struct Start {
    saved: SavedSession,
    run: Run,
}

impl Start {
    fn draw(sealer: &mut Sealer, entropy: &mut impl Entropy) -> Result<Self, seal::Error> {
        let saved = SavedSession::of_next_epoch(sealer, entropy)?;
        Ok(Self {
            saved,
            run: sealer.draw_run(entropy)?,
        })
    }
}

impl Session {
    fn new(now: Instant, sealer: Sealer, start: Start) -> Self {
        Self {
            sealer,
            store: Store::Wanted(start.saved),
            epochs: Vec::new(),
            run: start.run,
            next_sequence: 0,
            rotation_due: now + EPOCH_AGE,
        }
    }

    fn begin_epoch(&mut self, now: Instant, entropy: &mut impl Entropy) -> Result<(), Error> {
        self.rotation_due = now + ROTATION_RETRY;
        self.store = Store::Wanted(SavedSession::of_next_epoch(&mut self.sealer, entropy)?);
        self.rotation_due = now + EPOCH_AGE;
        Ok(())
    }

    /// When the next epoch is to begin; `None` while it can not.
    fn rotation_due(&self) -> Option<Instant> {
        let is_stored = matches!(self.store, Store::Done);
        (is_stored && self.span() < MAX_EPOCHS).then_some(self.rotation_due)
    }

    /// How many epochs began since the oldest that still has frames, that one included.
    fn span(&self) -> usize {
        let number = |known: Option<&KnownEpoch>| known.map_or(0, |known| known.epoch.number);
        let behind = number(self.epochs.last()).saturating_sub(number(self.epochs.first()));
        usize::try_from(behind).map_or(usize::MAX, |behind| behind.saturating_add(1))
    }

    fn open_epoch(&mut self) -> Result<(), Error> {
        self.sealer.epoch_stored()?;
        self.store = Store::Done;
        let epoch = self.sealer.epoch().ok_or(Error::Unexpected)?;
        self.epochs
            .push(KnownEpoch {
                epoch,
                is_named: false,
            })
            .map_err(|_| Error::Unexpected)
    }

    /// Keeps the newest epoch, and those of which frames wait.
    fn forget_drained(&mut self, holds_frames: impl Fn(u32) -> bool) {
        let newest = self.epochs.last().map(|known| known.epoch.number);
        self.epochs
            .retain(|known| Some(known.epoch.number) == newest || holds_frames(known.epoch.number));
    }

    fn route_of(&self, number: u32) -> Option<Route> {
        let known = self
            .epochs
            .iter()
            .find(|known| known.epoch.number == number)?;
        Some(known.epoch.route(known.is_named))
    }

    /// Writes head and records where the short frame has them; the frame's length and the sequence behind it.
    fn write_plaintext(
        &self,
        records: &[Record<'_>],
        frame: &mut [u8],
    ) -> Result<(usize, u64), Error> {
        let run = (!self.sealer.is_named()).then_some(self.run);
        let room = frame.get_mut(SEAL_OVERHEAD - TAG_LEN..).unwrap_or_default();
        let room = room.get_mut(..MAX_PLAINTEXT).unwrap_or_default();
        let mut writer = RecordWriter::new(room, self.next_sequence, run)?;
        for record in records {
            writer.push(record)?;
        }
        let next_sequence = writer.next_sequence();
        Ok((writer.finish().len() + SEAL_OVERHEAD, next_sequence))
    }
}

/// The hash of the descriptor's record body, as the server will see it.
fn hash_of(descriptor: Descriptor<'_>) -> Result<DescriptorHash, Error> {
    let mut buffer = [0_u8; 6 * (Descriptor::MAX_FIELD + 1) + 8];
    let mut writer = RecordWriter::new(&mut buffer, 0, None)?;
    writer.push(&Record::Descriptor(descriptor))?;
    let envelope = Envelope::parse(writer.finish())?;
    let record = envelope.records().next().ok_or(Error::Unexpected)??;
    Ok(DescriptorHash::of_body(record.body))
}
