//! A gateway: stores what devices say until the link to the server has taken it. Holds no key.

mod devices;
mod report;
mod store;

#[cfg(test)]
mod tests;

pub use report::{GatewayError, GatewayStats};

use self::devices::{Devices, Place, Shown};
use self::report::count;
use self::store::{Kind, Store, Stored};
use super::{MAX_ROUTES, Router};
use crate::time::{Duration, Instant};
use crate::wire::{Frame, Locator, MAX_DATAGRAM, Packet, Route, Space, TAG_LEN};

/// How long a gateway keeps a datagram, unless said otherwise: two weeks.
pub const KEEP: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How long a handshake message is of use.
const HANDSHAKE_AGE: Duration = Duration::from_secs(10);
/// How many handshakes may be under way.
const CONVERSATIONS: usize = 16;
/// How many control frames of a device are kept: newer ones say all that older ones said.
const CONTROLS: usize = 4;

/// Stores and forwards for many devices, in `BYTES` bytes, without a key.
///
/// ```text
///  port ── datagram ──► complete ──► store ──► next in turn ──► link to the server
///  device               short gets    bounded, fair,             up and down; has taken it, or not
///                       a locator     once each
///  port ◄── route ◄───────────────────────────────────────────── receipt, handshake, refusal
/// ```
///
/// **Rules.**
/// - A datagram is kept until the link has taken it, and no longer than `keep`. What a receipt says does not
///   count here, since only the device can tell that it is authentic; nor does the link's word count as
///   storage: the device keeps its frame until the receipt, and repeats it, and then it is forwarded again.
/// - Alarms leave first. Ports take turns, and behind a port its devices, so that nobody waits for another's backlog.
/// - Where room is short, the port gives way that has most, and there the device; its newest data first, since
///   the oldest is what a server waits for. So nobody gets more than a fair share at the cost of who has less.
/// - The same frame, to the byte, is stored once, whatever port it comes through.
/// - Of the control frames of a device the newest four are kept; a handshake message is for ten seconds.
///
/// A device is an epoch's locator behind a port `P`, and `DEVICES` are told apart. Give a port to what an outsider can
/// not make up: a radio connection, a socket of one's own; all senders of one open socket together are one port.
///
/// Time: linear in what is stored. Memory: `BYTES`, and about 120 bytes a device.
///
/// ```
/// use iomt::link::{Gateway, KEEP};
/// use iomt::time::Instant;
///
/// let mut gateway = Gateway::<u8, 4_096>::new(KEEP);
/// let mut routed = [0; 28];
/// routed[..9].copy_from_slice(&[0x09, 1, 1, 1, 1, 1, 1, 1, 1]);
/// gateway.handle_device_datagram(Instant::from_secs(1), 7, &routed)?;
///
/// let week = Instant::from_secs(7 * 24 * 60 * 60);
/// assert_eq!(gateway.poll_transmit(week), None); // The link is down.
/// gateway.handle_link_up();
/// assert_eq!(gateway.poll_transmit(week), Some(&routed[..]));
/// gateway.handle_taken();
///
/// let receipt = [&[0x41, 1, 1, 1, 1, 1, 1, 1, 1][..], &[0; 21]].concat();
/// assert_eq!(gateway.handle_server_datagram(&receipt)?, Some(7)); // To this port.
/// # Ok::<(), iomt::link::GatewayError>(())
/// ```
#[derive(Debug)]
pub struct Gateway<P, const BYTES: usize, const DEVICES: usize = MAX_ROUTES> {
    devices: Devices<P, DEVICES>,
    /// Where handshakes are answered.
    conversations: Router<P, CONVERSATIONS>,
    store: Store<BYTES>,
    keep: Duration,
    link: Link,
    stats: GatewayStats,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Down,
    Up,
}

impl<P: Copy + PartialEq, const BYTES: usize, const DEVICES: usize> Gateway<P, BYTES, DEVICES> {
    /// A gateway that knows nobody, and whose link is down.
    #[must_use]
    pub fn new(keep: Duration) -> Self {
        Self {
            devices: Devices::new(),
            conversations: Router::default(),
            store: Store::new(),
            keep,
            link: Link::Down,
            stats: GatewayStats::default(),
        }
    }

    /// What it has done so far.
    #[must_use]
    pub const fn stats(&self) -> &GatewayStats {
        &self.stats
    }

    /// How many datagrams are stored. Looks at each.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.iter().count()
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.store.used() == 0
    }

    /// How many bytes are taken, 8 a datagram among them.
    #[must_use]
    pub fn used(&self) -> usize {
        self.store.used()
    }

    /// Takes a datagram from the device behind `port`.
    ///
    /// # Errors
    ///
    /// [`GatewayError`]; the device repeats what no receipt has named.
    pub fn handle_device_datagram(
        &mut self,
        now: Instant,
        port: P,
        datagram: &[u8],
    ) -> Result<(), GatewayError> {
        let taken = self.take(now, port, datagram);
        if taken.is_err() {
            count(&mut self.stats.refused);
        }
        taken
    }

    /// Takes a datagram from the server; the port behind which its device is, or `None` when that is not known.
    ///
    /// It is not stored: the server says it again when the device does. What is for nobody known here may be
    /// sent through every port, or dropped.
    ///
    /// # Errors
    ///
    /// [`GatewayError`].
    pub fn handle_server_datagram(&mut self, datagram: &[u8]) -> Result<Option<P>, GatewayError> {
        let packet = from_server(datagram).inspect_err(|_| count(&mut self.stats.refused))?;
        let locator = match &packet {
            Packet::Receipt(receipt) => Some(receipt.locator),
            Packet::Frame(frame) => locator_of(frame.route),
            Packet::Refused(refused) => Some(Locator(refused.reference)),
            Packet::Handshake(_) => None,
        };
        let port = locator
            .and_then(|locator| self.devices.port_of(locator))
            .or_else(|| self.conversations.port_of(&packet));
        if let (Some(port), Packet::Receipt(receipt)) = (port, &packet) {
            self.devices.note_named(port, receipt.locator);
        }
        count(match port {
            Some(_) => &mut self.stats.routed,
            None => &mut self.stats.unrouted,
        });
        Ok(port)
    }

    /// The connection of a port has ended: what comes through it next may be another device.
    pub fn handle_port_closed(&mut self, port: P) {
        self.devices.close_port(port);
    }

    /// The link to the server is there.
    pub fn handle_link_up(&mut self) {
        self.link = Link::Up;
    }

    /// The link to the server is gone, or did not take what was handed out: that waits again.
    pub fn handle_link_down(&mut self) {
        self.link = Link::Down;
        let mut from = 0;
        while let Some((at, place, kind)) = self.next_handed(from) {
            self.store.mark_waiting(at);
            self.note_waiting(place, kind, 1);
            from = at;
        }
    }

    /// The link has taken all that was handed out: a datagram was sent, or the answer to a batch has come.
    pub fn handle_taken(&mut self) {
        let mut from = 0;
        while let Some((at, ..)) = self.next_handed(from) {
            self.drop_at(at);
            count(&mut self.stats.taken);
            from = at;
        }
        self.store.tidy();
    }

    /// The next datagram for the server; `None` when nothing waits, or the link is down.
    ///
    /// It is kept until [`Gateway::handle_taken`] or [`Gateway::handle_link_down`] says what became of it.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<&[u8]> {
        if self.link == Link::Down {
            return None;
        }
        let at = loop {
            let (at, place, kind, is_late) = self.next_in_turn(now)?;
            if !is_late {
                self.store.mark_handed(at);
                self.note_waiting(place, kind, -1);
                self.devices.note_served(place);
                break at;
            }
            self.drop_at(at);
            count(&mut self.stats.expired);
        };
        count(&mut self.stats.handed);
        self.store.at(at).map(|stored| stored.datagram)
    }

    fn take(&mut self, now: Instant, port: P, datagram: &[u8]) -> Result<(), GatewayError> {
        let packet = Packet::parse(datagram)?;
        match packet {
            Packet::Frame(frame) => self.take_frame(now, port, frame),
            Packet::Handshake(handshake) => {
                self.conversations.learn(&packet, port);
                let shows = Shown::Handshake(handshake.connection);
                self.keep(now, (port, shows), Kind::Handshake, datagram)
            }
            _ => Err(GatewayError::WrongDirection),
        }
    }

    fn take_frame(&mut self, now: Instant, port: P, frame: Frame<'_>) -> Result<(), GatewayError> {
        let kind = match frame.space {
            Space::Data => Kind::Data,
            Space::Alarm => Kind::Alarm,
            Space::Control => Kind::Control,
            Space::Command => return Err(GatewayError::WrongDirection),
        };
        let (route, locator) = match locator_of(frame.route) {
            Some(locator) => (frame.route, locator),
            None => {
                let current = self.devices.current_of(port);
                let locator = current.ok_or(GatewayError::UnknownEpoch)?;
                (Route::Routed(locator), locator)
            }
        };
        let whole = Frame { route, ..frame };
        let mut buffer = [0; MAX_DATAGRAM];
        let datagram = whole.emit(&mut buffer)?;
        if frame.route == Route::Short {
            count(&mut self.stats.completed);
        }
        self.keep(now, (port, Shown::Epoch(locator)), kind, datagram)
    }

    fn keep(
        &mut self,
        now: Instant,
        (port, shows): (P, Shown),
        kind: Kind,
        datagram: &[u8],
    ) -> Result<(), GatewayError> {
        let place = match self.devices.hear(port, shows) {
            Some(Place::Known(place)) => place,
            Some(Place::InsteadOfAnother(place)) => {
                self.drop_all_of(place);
                place
            }
            None => return Err(GatewayError::Full),
        };
        if self.is_stored(datagram) {
            count(&mut self.stats.duplicates);
            return Ok(());
        }
        if kind == Kind::Control {
            self.make_way_for_control(place);
        }
        self.make_room(now, place, kind, datagram.len())?;
        self.store
            .push(now, place, kind, datagram)
            .ok_or(GatewayError::Full)?;
        if let Some(device) = self.devices.device_mut(place) {
            let needed = Store::<BYTES>::needed(datagram.len()).unwrap_or_default();
            device.bytes = device.bytes.saturating_add(needed);
        }
        self.note_waiting(place, kind, 1);
        count(&mut self.stats.stored);
        Ok(())
    }

    /// Whether this is stored, to the byte behind the counter: a frame keeps its bytes, whichever way it is routed.
    fn is_stored(&self, datagram: &[u8]) -> bool {
        let essence = essence_of(datagram);
        let (_, end) = datagram.split_at(datagram.len().saturating_sub(TAG_LEN));
        self.store
            .iter()
            .filter(|stored| stored.datagram.ends_with(end))
            .any(|stored| essence_of(stored.datagram) == essence)
    }

    fn make_way_for_control(&mut self, place: u8) {
        let controls = || {
            self.store
                .iter()
                .filter(|stored| (stored.place, stored.kind) == (place, Kind::Control))
        };
        if controls().count() < CONTROLS {
            return;
        }
        let oldest = controls().next().map(|stored| stored.at);
        if let Some(oldest) = oldest {
            self.drop_at(oldest);
            count(&mut self.stats.evicted);
        }
    }

    fn make_room(
        &mut self,
        now: Instant,
        place: u8,
        kind: Kind,
        len: usize,
    ) -> Result<(), GatewayError> {
        let needed = Store::<BYTES>::needed(len).ok_or(GatewayError::Full)?;
        if !self.store.has_room_for(needed) {
            self.expire(now);
        }
        while !self.store.has_room_for(needed) {
            let victim = match self.devices.largest_against(place, needed) {
                Some(largest) => self.newest_of(largest, Kind::Alarm),
                None if kind == Kind::Alarm => self.newest_of(place, Kind::Data),
                None => None,
            };
            self.drop_at(victim.ok_or(GatewayError::Full)?);
            count(&mut self.stats.evicted);
        }
        Ok(())
    }

    fn expire(&mut self, now: Instant) {
        let mut from = 0;
        while let Some(at) = self.next_late(now, from) {
            self.drop_at(at);
            count(&mut self.stats.expired);
            from = at;
        }
    }

    fn next_late(&self, now: Instant, from: usize) -> Option<usize> {
        self.store
            .iter_from(from)
            .find(|stored| self.is_late(now, stored))
            .map(|stored| stored.at)
    }

    fn is_late(&self, now: Instant, stored: &Stored<'_>) -> bool {
        let age = match stored.kind {
            Kind::Handshake => HANDSHAKE_AGE.min(self.keep),
            _ => self.keep,
        };
        stored.is_older_than(now, age)
    }

    /// The newest datagram of a device that may go: what is no alarm, and alarms where there is nothing else and
    /// `even` says so.
    fn newest_of(&self, place: u8, even: Kind) -> Option<usize> {
        let newest = |is_alarm: bool| {
            self.store
                .iter()
                .filter(|stored| stored.place == place && (stored.kind == Kind::Alarm) == is_alarm)
                .map(|stored| stored.at)
                .last()
        };
        newest(false).or_else(|| (even == Kind::Alarm).then(|| newest(true)).flatten())
    }

    fn next_handed(&self, from: usize) -> Option<(usize, u8, Kind)> {
        self.store
            .iter_from(from)
            .find(|stored| stored.is_handed)
            .map(|stored| (stored.at, stored.place, stored.kind))
    }

    fn next_in_turn(&self, now: Instant) -> Option<(usize, u8, Kind, bool)> {
        let alarms = self.devices.next_of(|device| device.alarms > 0);
        let place = alarms.or_else(|| self.devices.next_of(|device| device.others > 0))?;
        let next = self.store.iter().find(|stored| {
            let is_kind = alarms.is_none() || stored.kind == Kind::Alarm;
            stored.place == place && is_kind && !stored.is_handed
        })?;
        Some((next.at, place, next.kind, self.is_late(now, &next)))
    }

    fn drop_all_of(&mut self, place: u8) {
        let first = |store: &Store<BYTES>| {
            let mut of_place = store.iter().filter(|stored| stored.place == place);
            of_place.next().map(|stored| stored.at)
        };
        while let Some(at) = first(&self.store) {
            self.store.remove(at);
            count(&mut self.stats.evicted);
        }
    }

    fn drop_at(&mut self, at: usize) {
        let Some(Stored {
            place,
            kind,
            is_handed,
            whole_len,
            ..
        }) = self.store.at(at)
        else {
            return;
        };
        self.store.remove(at);
        if let Some(device) = self.devices.device_mut(place) {
            device.bytes = device.bytes.saturating_sub(whole_len);
        }
        if !is_handed {
            self.note_waiting(place, kind, -1);
        }
    }

    fn note_waiting(&mut self, place: u8, kind: Kind, change: isize) {
        let Some(device) = self.devices.device_mut(place) else {
            return;
        };
        let waiting = match kind {
            Kind::Alarm => &mut device.alarms,
            _ => &mut device.others,
        };
        *waiting = waiting.saturating_add_signed(change);
    }
}

/// What two copies of one datagram share.
#[derive(Debug, PartialEq, Eq)]
enum Essence<'a> {
    Frame(Option<Locator>, Space, u32, &'a [u8]),
    Whole(&'a [u8]),
}

fn essence_of(datagram: &[u8]) -> Essence<'_> {
    match Packet::parse(datagram) {
        Ok(Packet::Frame(frame)) => {
            let locator = locator_of(frame.route);
            Essence::Frame(locator, frame.space, frame.counter, frame.sealed)
        }
        _ => Essence::Whole(datagram),
    }
}

/// Of the frames, a server sends commands alone.
fn from_server(datagram: &[u8]) -> Result<Packet<'_>, GatewayError> {
    match Packet::parse(datagram)? {
        Packet::Frame(frame) if frame.space != Space::Command => Err(GatewayError::WrongDirection),
        packet => Ok(packet),
    }
}

const fn locator_of(route: Route) -> Option<Locator> {
    match route {
        Route::Routed(locator) | Route::Unproved(locator, _) => Some(locator),
        Route::Short => None,
    }
}
