mod asking;
mod command;
#[cfg_attr(not(feature = "comparison"), path = "no_comparison.rs")]
mod comparison;
mod config;
mod contact;
mod control;
mod epochs;
mod erase;
mod half_open;
mod happened;
mod hearing;
mod image;
mod introduction;
mod joining;
mod keeping;
mod ladder;
mod padding;
#[cfg_attr(not(feature = "cpace"), path = "no_passcode.rs")]
mod passcode;
mod peer;
mod receive;
mod recipients;
mod reconnect;
mod report;
mod session;
mod setup;
mod speaking;
mod stored;
mod storing;
mod transmit;
mod work;

pub use config::{Config, Keeping, Reach};
pub use padding::PadTo;
pub use report::{DeviceEvent, DeviceStats, PeerId, Rung};
pub use setup::DeviceSetup;

use heapless::{Deque, Vec};

use self::comparison::Comparison;
use self::erase::Erasing;
use self::half_open::HalfOpenTable;
use self::passcode::PasscodeEntry;
use self::peer::{Chained, Peer};
use self::recipients::Recipients;
use self::reconnect::Attempt;
use self::session::{Numbering, WriteRecords};
use self::storing::Purpose;
use super::Error;
use crate::bounded;
use crate::pairing::label::LabelSecret;
use crate::pairing::{DescriptorHash, PublicKey, StaticKey};
use crate::reading::Descriptor;
use crate::seal::Draws;
use crate::time::{Duration, Instant};
use crate::wire::{Reader, RecordId, RecordWriter, Run, Space, WriteRecord};

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
// What takes an input or gives an output is a call of its own, not a part of a caller that makes them all: whose frame is
// as large as the largest of them, is there as long as the caller is, and takes longer instructions to reach into.
#[derive(Debug)]
#[repr(C)] // The recipients are last, as in `Outbox` its frames are.
pub struct Device<'a, const BYTES: usize, const PEERS: usize = 1> {
    /// From the first session of this boot on.
    numbering: Option<Numbering>,
    /// The request that storage has not answered yet.
    awaiting: Option<(u8, Purpose)>,
    /// Places of recipients whose image and frames are to be wiped.
    erasing: Erasing,
    config: Config,
    stats: DeviceStats,
    /// What takes commands, where they are allowed.
    commands: Option<HandleCommand<'a, BYTES, PEERS>>,
    draws: Draws,
    passcode: PasscodeEntry,
    comparison: Comparison,
    descriptor: Descriptor<'a>,
    events: Deque<DeviceEvent, 8>,
    descriptor_hash: DescriptorHash,
    key: StaticKey,
    label: Option<LabelSecret>,
    attempt: Option<Attempt>,
    half_open: HalfOpenTable,
    peers: Recipients<Peer<BYTES>, PEERS>,
}

impl<'a, const BYTES: usize, const PEERS: usize> Device<'a, BYTES, PEERS> {
    /// A device that has never paired, by value; firmware makes it where it stays, by a [`DeviceSetup`].
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
        DeviceSetup::new(key, descriptor, config).map(DeviceSetup::into_device)
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
    /// They are [`Record`](crate::wire::Record)s, or all of one kind, or `&dyn `[`WriteRecord`]: the code that writes a
    /// kind is in the program only where its type is.
    ///
    /// Returns the identity of the first record; the others follow in sequence. Where one of several recipients
    /// has no room, the readings are lost to it, by name ([`DeviceEvent::Lost`]); the others get them.
    ///
    /// # Errors
    ///
    /// [`Error::NotPaired`], [`Error::OutboxFull`] where no recipient has room, [`Error::Wire`] when the records do
    /// not fit one frame, or [`Error::NoRecords`]. None of the readings is taken then.
    pub fn send<R: WriteRecord>(
        &mut self,
        now: Instant,
        space: Space,
        records: &[R],
    ) -> Result<RecordId, Error> {
        if records.is_empty() {
            return Err(Error::NoRecords);
        }
        self.send_written(now, space, &|writer| {
            records.iter().try_for_each(|record| writer.push(record))
        })
    }

    fn send_written(
        &mut self,
        now: Instant,
        space: Space,
        records: WriteRecords<'_>,
    ) -> Result<RecordId, Error> {
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

    /// The places of the recipients, for a walk over all of them that needs the rest of the device.
    fn places(&self) -> Vec<u8, PEERS> {
        bounded::first_of(self.peers.iter().map(|peer| peer.number))
    }

    fn peer(&self, number: u8) -> Option<&Peer<BYTES>> {
        self.peers.iter().find(|peer| peer.number == number)
    }

    #[inline(never)] // Everybody asks.
    fn peer_mut(&mut self, number: u8) -> Option<&mut Peer<BYTES>> {
        self.peers.iter_mut().find(|peer| peer.number == number)
    }
}

/// What takes a command; a pointer, so that who allows none has none of its code.
type HandleCommand<'a, const BYTES: usize, const PEERS: usize> =
    fn(&mut Device<'a, BYTES, PEERS>, Instant, &[u8]) -> Result<(), Error>;

/// A recipient's place in a set of places.
const fn place_bit(number: u8) -> u32 {
    match 1_u32.checked_shl(number as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

/// The hash of the descriptor's record body, as the server will see it, and how long its plaintext is.
fn describe(descriptor: Descriptor<'_>) -> Result<(DescriptorHash, usize), Error> {
    let mut buffer = [0_u8; 6 * (Descriptor::MAX_FIELD + 1) + 16];
    let mut writer = RecordWriter::new(&mut buffer, 0, Some(Run([0; 8])))?;
    let head_len = writer.len();
    writer.push(&descriptor)?;
    let plaintext = writer.finish();
    let mut record = Reader::new(plaintext.get(head_len..).unwrap_or_default());
    let (_tag, _body_len) = (record.varint()?, record.varint()?);
    Ok((DescriptorHash::of_body(record.rest()), plaintext.len()))
}
