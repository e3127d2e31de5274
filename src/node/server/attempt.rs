use super::candidate::Candidate;
use crate::link::Retry;
use crate::pairing::Exchange;
use crate::time::Instant;
use crate::wire::ConnectionId;

/// A pairing that has begun here and not finished; the session before it goes on until then.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "the server has room for its largest state: without `std` there is no heap for the others"
)]
pub(super) enum Attempt {
    None,
    /// Message 1 is made, and repeated until message 2 comes and is read.
    Asking(Exchange, Repetition),
    /// Message 3 and a receipt are repeated until the first frame opens, or for so long. The
    /// session stays even then: the device may have it, and be out of reach.
    Confirming(Candidate, Option<Repetition>),
}

/// When a handshake packet is sent again, and how long.
#[derive(Debug)]
pub(super) struct Repetition {
    /// So that servers that pair at the same time do not keep step.
    salt: u32,
    attempts: u8,
    pub(super) due: Instant,
    pub(super) gives_up: Instant,
    /// Whether a receipt goes behind the packet that was sent last.
    pub(super) is_receipt_due: bool,
}

impl Attempt {
    pub(super) const fn candidate(&self) -> Option<&Candidate> {
        match self {
            Self::Confirming(candidate, _) => Some(candidate),
            Self::None | Self::Asking(..) => None,
        }
    }

    pub(super) const fn exchange(&self) -> Option<&Exchange> {
        match self {
            Self::Asking(exchange, _) => Some(exchange),
            Self::None | Self::Confirming(..) => None,
        }
    }

    pub(super) const fn exchange_mut(&mut self) -> Option<&mut Exchange> {
        match self {
            Self::Asking(exchange, _) => Some(exchange),
            Self::None | Self::Confirming(..) => None,
        }
    }

    pub(super) const fn repetition(&self) -> Option<&Repetition> {
        match self {
            Self::Asking(_, repetition) => Some(repetition),
            Self::Confirming(_, repetition) => repetition.as_ref(),
            Self::None => None,
        }
    }

    /// The packet that is due, where there is one yet.
    pub(super) fn take_packet(&mut self, now: Instant, retry: Retry) -> Option<&[u8]> {
        match self {
            Self::Asking(exchange, repetition) => {
                let packet = exchange.packet()?;
                repetition.take(now, retry).then_some(packet)
            }
            Self::Confirming(candidate, Some(repetition)) => {
                let is_due = repetition.take(now, retry);
                // The receipt behind message 3 is the sign that lets the device finish.
                repetition.is_receipt_due |= is_due;
                is_due.then_some(candidate.message())
            }
            Self::None | Self::Confirming(_, None) => None,
        }
    }

    /// The candidate whose receipt is due.
    pub(super) fn take_receipt(&mut self) -> Option<&Candidate> {
        let Self::Confirming(candidate, Some(repetition)) = self else {
            return None;
        };
        core::mem::take(&mut repetition.is_receipt_due).then_some(&*candidate)
    }

    /// When something is to be sent, or the attempt given up.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let repetition = self.repetition()?;
        let is_made = self
            .exchange()
            .is_none_or(|asking| asking.packet().is_some());
        let due = is_made.then_some(repetition.due);
        due.into_iter().chain([repetition.gives_up]).min()
    }
}

impl Repetition {
    pub(super) const fn new(now: Instant, connection: ConnectionId, gives_up: Instant) -> Self {
        let ConnectionId([a, b, c, d, ..]) = connection;
        Self {
            salt: u32::from_le_bytes([a, b, c, d]),
            attempts: 0,
            due: now,
            gives_up,
            is_receipt_due: false,
        }
    }

    /// Whether the packet is to be sent; it is due again later then.
    pub(super) fn take(&mut self, now: Instant, retry: Retry) -> bool {
        if self.due > now {
            return false;
        }
        self.due = now + retry.delay(self.attempts, self.salt);
        self.attempts = self.attempts.saturating_add(1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_begin_to_pair_at_once_do_not_keep_step() {
        let next_due = |first_byte| {
            let connection = ConnectionId([first_byte, 0, 0, 0, 0, 0, 0, 0]);
            let end = Instant::from_secs(60);
            let mut repetition = Repetition::new(Instant::ZERO, connection, end);
            assert!(repetition.take(Instant::ZERO, Retry::DEFAULT));
            repetition.due
        };
        let dues: std::collections::BTreeSet<_> = (0..64).map(next_due).collect();
        assert!(dues.len() > 32);
    }
}
