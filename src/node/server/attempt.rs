use heapless::Vec;

use super::session::Session;
use crate::link::Retry;
use crate::pairing::{Exchange, MAX_HANDSHAKE};
use crate::time::{Duration, Instant};
use crate::wire::ConnectionId;

/// How long the packets of a pairing are repeated.
const PAIRING_TIMEOUT: Duration = Duration::from_secs(60);

/// A pairing that has begun and not finished; the session before it goes on until then.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap to put the larger one on"
)]
pub(super) enum Attempt {
    None,
    /// Message 1 is repeated until message 2 comes.
    Asking(Exchange, Repeated),
    /// Message 3 and a receipt are repeated until the first frame opens, or for so long. The
    /// session stays even then: the device may have it, and be out of reach.
    Confirming(Session, Option<Repeated>),
}

/// A handshake packet that is sent again until something comes of it.
#[derive(Debug)]
pub(super) struct Repeated {
    packet: Vec<u8, MAX_HANDSHAKE>,
    /// So that servers that pair at the same time do not keep step.
    salt: u32,
    attempts: u8,
    pub(super) due: Instant,
    pub(super) gives_up: Instant,
}

impl Attempt {
    pub(super) const fn session(&self) -> Option<&Session> {
        match self {
            Self::Confirming(session, _) => Some(session),
            Self::None | Self::Asking(..) => None,
        }
    }

    pub(super) const fn session_mut(&mut self) -> Option<&mut Session> {
        match self {
            Self::Confirming(session, _) => Some(session),
            Self::None | Self::Asking(..) => None,
        }
    }

    pub(super) const fn repeated(&self) -> Option<&Repeated> {
        match self {
            Self::Asking(_, repeated) => Some(repeated),
            Self::Confirming(_, repeated) => repeated.as_ref(),
            Self::None => None,
        }
    }

    pub(super) const fn repeated_mut(&mut self) -> Option<&mut Repeated> {
        match self {
            Self::Asking(_, repeated) => Some(repeated),
            Self::Confirming(_, repeated) => repeated.as_mut(),
            Self::None => None,
        }
    }
}

impl Repeated {
    pub(super) fn new(now: Instant, connection: ConnectionId, packet: &[u8]) -> Self {
        let ConnectionId([a, b, c, d, ..]) = connection;
        Self {
            packet: Vec::from_slice(packet).unwrap_or_default(),
            salt: u32::from_le_bytes([a, b, c, d]),
            attempts: 0,
            due: now,
            gives_up: now + PAIRING_TIMEOUT,
        }
    }

    pub(super) fn take(&mut self, now: Instant, retry: Retry) -> &[u8] {
        self.due = now + retry.delay(self.attempts, self.salt);
        self.attempts = self.attempts.saturating_add(1);
        &self.packet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_begin_to_pair_at_once_do_not_keep_step() {
        let next_due = |first_byte| {
            let connection = ConnectionId([first_byte, 0, 0, 0, 0, 0, 0, 0]);
            let mut repeated = Repeated::new(Instant::ZERO, connection, &[]);
            repeated.take(Instant::ZERO, Retry::DEFAULT);
            repeated.due
        };
        let dues: std::collections::BTreeSet<_> = (0..64).map(next_due).collect();
        assert!(dues.len() > 32);
    }
}
