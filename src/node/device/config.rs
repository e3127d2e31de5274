use super::PadTo;
use crate::link::{Pace, Retry};
use crate::time::Duration;
use crate::wire::Space;

/// How a device delivers: the same towards every recipient.
///
/// ```
/// use iomt::node::{Config, Keeping, Reach};
/// use iomt::time::Duration;
///
/// let wearable = Config {
///     keeping: Keeping::SessionAndFrames,
///     reach: Reach::Direct,
///     due: Duration::from_secs(600),
///     ..Config::DEFAULT
/// };
/// assert!(wearable.in_flight_bytes >= 1_232);
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// When what nobody acknowledges is sent again.
    pub retry: Retry,
    /// What lies on storage.
    pub keeping: Keeping,
    /// Whether anybody forwards between the device and its recipients.
    pub reach: Reach,
    /// Within what time the next frame comes, at the latest: a server that hears nothing for longer raises
    /// its silence alarm. Costs a control frame of about 50 bytes each time that there is no reading.
    pub due: Duration,
    /// How long a session lasts before a reconnection gives it new keys.
    pub session_age: Duration,
    /// How many bytes may be under way, unacknowledged, in each space; one frame always may.
    pub in_flight_bytes: usize,
    /// How fast to send, where the radio or its owner sets a bound. Alarms are sent all the same.
    pub pace: Option<Pace>,
    /// Whether alarms go as data, first in line, so that nobody on the way sees that there is one. They are held up by
    /// nothing that would not hold up an alarm; but a server confirms them a little later, after a reboot, or where they are many in
    /// one outage, they stand in line with the backlog, and who tells alarms by [`Opened::space`](crate::seal::Opened::space) has to look at the records.
    pub quiet: bool,
    /// What the lengths of frames are filled up to.
    pub pad_to: PadTo,
}

/// What a device keeps on storage.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keeping {
    /// Nothing: it reconnects by its keys at each boot, and a reboot loses what was not acknowledged.
    Nothing,
    /// The session: it goes on after a reboot, which loses the frames that were not acknowledged, by name.
    Session,
    /// Session and sealed frames: a reboot loses nothing, and the backlog may be larger than RAM.
    SessionAndFrames,
}

/// What lies between a device and its recipients.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// A connection of their own: once a receipt came on it, frames need not say to whom they belong.
    /// Saves 8 bytes a frame; call [`Device::handle_disconnected`](super::Device::handle_disconnected) when it ends.
    Direct,
    /// Gateways and networks, which may change at any time.
    Routed,
}

impl Config {
    /// A reading now and then over the internet, with the session on storage and the frames in RAM.
    pub const DEFAULT: Self = Self {
        retry: Retry::DEFAULT,
        keeping: Keeping::Session,
        reach: Reach::Routed,
        due: Duration::from_secs(60),
        session_age: Duration::from_secs(24 * 60 * 60),
        in_flight_bytes: 8 * 1_024,
        pace: None,
        quiet: false,
        pad_to: PadTo::Nothing,
    };

    /// The space that records of `space` are sealed in.
    pub(super) const fn space_of(&self, space: Space) -> Space {
        match space {
            Space::Alarm if self.quiet => Space::Data,
            space => space,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::DEFAULT
    }
}
