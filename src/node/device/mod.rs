mod half_open;
mod report;
mod session;

pub use report::{DeviceEvent, DeviceStats};
pub use session::SavedSession;

use heapless::{Deque, Vec};

use self::half_open::{HalfOpenTable, Party};
use self::session::{MAX_FRAME, Numbering, Session, Start};
use super::Error;
use crate::link::{FrameKey, Freshness, Outbox, OutboxFull, Retry};
use crate::pairing::label::LabelSecret;
use crate::pairing::{DescriptorHash, Identity, MAX_HANDSHAKE, PublicKey, StaticKey};
use crate::reading::Descriptor;
use crate::seal::{self, Entropy, FirstDraw, SEAL_OVERHEAD, Sealer};
use crate::time::Instant;
use crate::wire::{
    Envelope, Frame, Handshake, MAX_DATAGRAM, Packet, Record, RecordId, RecordWriter, Run, Space,
    copy,
};

/// A device: readings in, datagrams out, and none of them lost.
///
/// `BYTES` bounds the outbox; everything else takes about 3.1 KiB. `FRAMES` bounds nothing any more.
///
/// **Rule.** A reading that [`Device::send`] has taken stays in the outbox until an authentic
/// receipt says that the server has stored it. A reading that it refuses was not taken. Two things
/// end it otherwise: the power, since the outbox is in RAM, and a new owner, who gets nothing of
/// what was sealed for the one before ([`DeviceEvent::Wiped`] says how much that was).
#[derive(Debug)]
pub struct Device<'a, const BYTES: usize, const FRAMES: usize> {
    key: StaticKey,
    descriptor: Descriptor<'a>,
    descriptor_hash: DescriptorHash,
    label: Option<LabelSecret>,
    half_open: HalfOpenTable,
    first_draw: FirstDraw,
    reply: Vec<u8, MAX_HANDSHAKE>,
    session: Option<Session>,
    /// From the first session of this boot on.
    numbering: Option<Numbering>,
    outbox: Outbox<BYTES>,
    events: Deque<DeviceEvent, 4>,
    stats: DeviceStats,
}

impl<'a, const BYTES: usize, const FRAMES: usize> Device<'a, BYTES, FRAMES> {
    /// A device that has never paired.
    ///
    /// A generator that starts over at each boot is refused only if nothing has drawn from it
    /// before the device in either boot: draw an identity once, at the factory, and store it.
    ///
    /// # Errors
    ///
    /// [`Error::Wire`] when a field of the descriptor is too long, [`Error::OutboxFull`] when the
    /// outbox has no room for the frame of the descriptor, with which every run begins.
    pub fn new(
        identity: Identity,
        descriptor: Descriptor<'a>,
        retry: Retry,
    ) -> Result<Self, Error> {
        let (descriptor_hash, frame_len) = describe(descriptor)?;
        let outbox = Outbox::new(retry);
        if !outbox.has_room_for(Space::Data, frame_len) {
            return Err(OutboxFull.into());
        }
        Ok(Self {
            key: identity.into(),
            descriptor,
            descriptor_hash,
            label: None,
            half_open: HalfOpenTable::default(),
            first_draw: FirstDraw::default(),
            reply: Vec::new(),
            session: None,
            numbering: None,
            outbox,
            events: Deque::new(),
            stats: DeviceStats::default(),
        })
    }

    /// Goes on with a stored session after a reboot; [`Device::poll_store`] has its next position at once.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] for a damaged session, or a random number generator that fails or repeats
    /// the last boot;
    /// [`Error::SessionUnderWay`] when a session is under way, whose frames
    /// would be orphaned. The device is as it was.
    pub fn resume(
        &mut self,
        now: Instant,
        saved: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        if self.session.is_some() {
            return Err(Error::SessionUnderWay);
        }
        let mut sealer = Sealer::restore(saved, self.key.hedge_secret())?;
        let start = Start::draw(&mut sealer, &mut self.first_draw, self.numbering, entropy)?;
        self.begin(now, sealer, start);
        Ok(())
    }

    /// Lets whoever knows the label pair: a button was pressed, or this is the first power-up.
    ///
    /// It stays so until a pairing has finished or [`Device::disarm`] ends it: after some minutes,
    /// let a timer of yours do so.
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
        self.session.as_ref().is_some_and(Session::is_open)
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
    /// one frame, or [`Error::NoRecords`]. None of the readings is taken then.
    pub fn send(
        &mut self,
        now: Instant,
        space: Space,
        records: &[Record<'_>],
    ) -> Result<RecordId, Error> {
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        let mut buffer = [0_u8; MAX_FRAME];
        let numbering = self.numbering.as_mut().ok_or(Error::NotPaired)?;
        let draft = session.draft(*numbering, records, &mut buffer)?;
        if !self.outbox.has_room_for(space, draft.len()) {
            return Err(OutboxFull.into());
        }
        let frame = buffer.get_mut(..draft.len()).unwrap_or_default();
        let slot = session.seal(space, frame)?;
        self.outbox
            .push(now, slot, frame, Freshness::Live)
            .map_err(|_| OutboxFull)?;
        self.stats.frames_sealed += 1;
        Ok(numbering.advance(&draft))
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
            Ok(Packet::Frame(_) | Packet::Refused(_)) => Err(seal::Error::UnexpectedPacket.into()),
            Err(error) => Err(error.into()),
        };
        if handled.is_err() {
            self.stats.packets_refused += 1;
        }
        handled
    }

    /// Takes the word that what [`Device::poll_store`] gave is on storage and was read back.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] when a new session has taken its place meanwhile.
    pub fn handle_stored(&mut self, now: Instant, saved: SavedSession) -> Result<(), Error> {
        let session = self.session.as_mut().ok_or(Error::NotAwaited)?;
        session.handle_stored(&saved)?;
        if session.take_introduction() {
            // The descriptor is the first record of every session, and of every boot.
            self.send(now, Space::Data, &[Record::Descriptor(self.descriptor)])?;
            self.note(DeviceEvent::Ready);
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
        session.rotate(now, entropy)
    }

    /// What is to be stored; give it back to [`Device::handle_stored`] when it is.
    pub fn poll_store(&mut self) -> Option<SavedSession> {
        self.session.as_mut()?.poll_store()
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
        let (key, short) = self.outbox.next_due(now, |_| true)?;
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
        [self.outbox.poll_timeout(|_| true), rotation]
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
                &self.key,
            )?);
        }
        let party = Party {
            key: &self.key,
            label,
            descriptor: self.descriptor_hash,
        };
        let entropy = &mut self.first_draw.watch(entropy);
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
        let (first_draw, numbering) = (&mut self.first_draw, self.numbering);
        let start = |sealer: &mut Sealer| Start::draw(sealer, first_draw, numbering, entropy);
        if let Some((sealer, peer, start)) = self.half_open.take_proved_by(packet, start)? {
            self.adopt(now, peer);
            self.begin(now, sealer, start);
            return Ok(());
        }
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        let report = session.verify(packet)?;
        self.stats.receipts += 1;
        for entry in report.acknowledgements() {
            let Some(slot) = session.note_named(entry.epoch) else {
                continue;
            };
            let is_stored = |key: FrameKey| {
                key.epoch == slot && key.space == entry.space && entry.covers(key.counter)
            };
            let freed = self.outbox.acknowledge(now, is_stored);
            self.stats.frames_acknowledged += u64::try_from(freed).unwrap_or(u64::MAX);
        }
        session.forget_drained(|epoch| self.outbox.holds_epoch(epoch));
        Ok(())
    }

    /// "The first finished owner is stored and all other pairing runs are aborted"
    fn adopt(&mut self, now: Instant, peer: PublicKey) {
        let wiped = self.outbox.acknowledge(now, |_| true);
        self.disarm();
        if wiped > 0 {
            self.note(DeviceEvent::Wiped { frames: wiped });
        }
        self.note(DeviceEvent::Paired { peer });
    }

    fn begin(&mut self, now: Instant, sealer: Sealer, start: Start) {
        self.numbering = Some(start.numbering);
        self.session = Some(Session::new(now, sealer, start));
    }

    /// Events that nobody polls give way to newer ones.
    fn note(&mut self, event: DeviceEvent) {
        if self.events.is_full() {
            self.events.pop_front();
        }
        let _ = self.events.push_back(event);
    }
}

/// The hash of the descriptor's record body, as the server will see it, and how long its frame is.
fn describe(descriptor: Descriptor<'_>) -> Result<(DescriptorHash, usize), Error> {
    let mut buffer = [0_u8; 6 * (Descriptor::MAX_FIELD + 1) + 16];
    let mut writer = RecordWriter::new(&mut buffer, 0, Some(Run([0; 8])))?;
    writer.push(&Record::Descriptor(descriptor))?;
    let plaintext = writer.finish();
    let frame_len = plaintext.len() + SEAL_OVERHEAD;
    let envelope = Envelope::parse(plaintext)?;
    let record = envelope.records().next().ok_or(Error::NoRecords)??;
    Ok((DescriptorHash::of_body(record.body), frame_len))
}
