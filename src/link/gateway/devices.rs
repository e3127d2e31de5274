use heapless::Vec;

use crate::wire::{ConnectionId, Locator};

/// A device as a gateway sees it: an epoch's locator behind a port, or a handshake there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device<P> {
    pub(super) port: P,
    pub(super) shows: Shown,
    /// Of its frames that are stored, their heads included.
    pub(super) bytes: usize,
    /// Of those, how many wait to be handed out: alarms, and others.
    pub(super) alarms: usize,
    pub(super) others: usize,
    /// When it was last heard, served, and named by a receipt; and its port served. In turns, 0 for never.
    heard: u64,
    served: u64,
    named: u64,
    port_served: u64,
}

/// What a device shows of itself. Whose a handshake is, a gateway can not tell: it names no epoch for short frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Epoch(Locator),
    Handshake(ConnectionId),
}

/// The devices that a gateway knows: `N` at most, the least recently heard gives way.
///
/// **Rules.** A device of which frames are stored gives way only to one of a port that has at least two
/// fewer devices here: who makes up locators behind one port displaces its own.
#[derive(Debug)]
pub(super) struct Devices<P, const N: usize> {
    known: Vec<Device<P>, N>,
    turn: u64,
}

/// Where a device stands, and whether another had to go for it, whose frames are to go too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Known(u8),
    InsteadOfAnother(u8),
}

impl<P: Copy + PartialEq, const N: usize> Devices<P, N> {
    const FITS_A_BYTE: () = assert!(N <= 256, "a device's place is one byte");

    pub(super) const fn new() -> Self {
        let () = Self::FITS_A_BYTE;
        Self {
            known: Vec::new(),
            turn: 0,
        }
    }

    pub(super) fn device_mut(&mut self, place: u8) -> Option<&mut Device<P>> {
        self.known.get_mut(usize::from(place))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u8, &Device<P>)> {
        (0..=u8::MAX).zip(&self.known)
    }

    /// Takes note that a device is heard; `None` when there is no place for it.
    pub(super) fn hear(&mut self, port: P, shows: Shown) -> Option<Place> {
        let place = match self.place_of(port, shows) {
            Some(place) => Place::Known(place),
            None => self.admit(port, shows)?,
        };
        let turn = self.next_turn();
        let (Place::Known(at) | Place::InsteadOfAnother(at)) = place;
        self.device_mut(at)?.heard = turn;
        Some(place)
    }

    /// Takes note that a receipt for this device went to its port: short frames that follow are its own.
    pub(super) fn note_named(&mut self, port: P, locator: Locator) {
        let turn = self.next_turn();
        let place = self.place_of(port, Shown::Epoch(locator));
        if let Some(device) = place.and_then(|place| self.device_mut(place)) {
            device.named = turn;
        }
    }

    /// Whose the short frames of a port are: of the one that a receipt named last, else that was heard last.
    pub(super) fn current_of(&self, port: P) -> Option<Locator> {
        self.known
            .iter()
            .filter(|device| device.port == port && device.heard > 0)
            .filter_map(|device| match device.shows {
                Shown::Epoch(locator) => Some((device, locator)),
                Shown::Handshake(_) => None,
            })
            .max_by_key(|(device, _)| (device.named, device.heard))
            .map(|(_, locator)| locator)
    }

    /// The port through which this locator was heard last.
    pub(super) fn port_of(&self, locator: Locator) -> Option<P> {
        self.known
            .iter()
            .filter(|device| device.shows == Shown::Epoch(locator))
            .max_by_key(|device| device.heard)
            .map(|device| device.port)
    }

    /// Another connection begins on the port: whose short frames come next, nobody knows.
    pub(super) fn close_port(&mut self, port: P) {
        for device in self.known.iter_mut().filter(|device| device.port == port) {
            device.heard = 0;
            device.named = 0;
        }
    }

    /// The device that is to be served next: that of the port which waits longest, and there the one that does.
    pub(super) fn next_of(&self, waits: impl Fn(&Device<P>) -> bool) -> Option<u8> {
        self.iter()
            .filter(|(_, device)| waits(device))
            .min_by_key(|(_, device)| (device.port_served, device.served))
            .map(|(place, _)| place)
    }

    pub(super) fn note_served(&mut self, place: u8) {
        let turn = self.next_turn();
        let Some(device) = self.device_mut(place) else {
            return;
        };
        device.served = turn;
        let port = device.port;
        for device in self.known.iter_mut().filter(|device| device.port == port) {
            device.port_served = turn;
        }
    }

    /// Whose frames go first where room is needed for `needed` bytes of this device: of the port that has most,
    /// if that is more than this port would have, else of the device that has most behind the same port.
    pub(super) fn largest_against(&self, place: u8, needed: usize) -> Option<u8> {
        let own = self.known.get(usize::from(place))?;
        let (largest, bytes) = self
            .iter()
            .map(|(_, device)| (device.port, self.bytes_of_port(device.port)))
            .max_by_key(|(_, bytes)| *bytes)?;
        let is_other = largest != own.port;
        if is_other && bytes > self.bytes_of_port(own.port).saturating_add(needed) {
            return self.largest_of_port(largest).map(|(place, _)| place);
        }
        let (victim, bytes) = self.largest_of_port(own.port)?;
        (bytes > own.bytes.saturating_add(needed)).then_some(victim)
    }

    fn largest_of_port(&self, port: P) -> Option<(u8, usize)> {
        self.iter()
            .filter(|(_, device)| device.port == port)
            .map(|(place, device)| (place, device.bytes))
            .max_by_key(|(_, bytes)| *bytes)
    }

    fn bytes_of_port(&self, port: P) -> usize {
        let of_port = self.known.iter().filter(|device| device.port == port);
        of_port.map(|device| device.bytes).sum()
    }

    fn place_of(&self, port: P, shows: Shown) -> Option<u8> {
        self.iter()
            .find(|(_, device)| device.port == port && device.shows == shows)
            .map(|(place, _)| place)
    }

    fn admit(&mut self, port: P, shows: Shown) -> Option<Place> {
        let device = Device {
            port,
            shows,
            bytes: 0,
            alarms: 0,
            others: 0,
            heard: 0,
            served: 0,
            named: 0,
            port_served: self.served_of_port(port),
        };
        if self.known.push(device).is_ok() {
            return u8::try_from(self.known.len() - 1).ok().map(Place::Known);
        }
        let place = self.dispensable(port)?;
        *self.device_mut(place)? = device;
        Some(Place::InsteadOfAnother(place))
    }

    fn served_of_port(&self, port: P) -> u64 {
        let mut of_port = self.known.iter().filter(|device| device.port == port);
        of_port.next().map_or(0, |device| device.port_served)
    }

    fn dispensable(&self, port: P) -> Option<u8> {
        let own = self.count_of_port(port);
        let oldest = |may_go: &dyn Fn(&Device<P>) -> bool| {
            self.iter()
                .filter(|(_, device)| may_go(device))
                .min_by_key(|(_, device)| device.heard)
                .map(|(place, _)| place)
        };
        oldest(&|device| device.bytes == 0)
            .or_else(|| oldest(&|device| self.count_of_port(device.port) > own + 1))
            .or_else(|| oldest(&|device| own > 1 && device.port == port))
    }

    fn count_of_port(&self, port: P) -> usize {
        self.known
            .iter()
            .filter(|device| device.port == port)
            .count()
    }

    const fn next_turn(&mut self) -> u64 {
        self.turn = self.turn.saturating_add(1);
        self.turn
    }
}
