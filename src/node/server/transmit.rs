use core::ops::Deref;

use super::{Server, ServerEvent, Trust};
use crate::link::SilenceEvent;
use crate::seal::ServerClock;
use crate::time::{Duration, Instant};
use crate::wire::{MAX_DATAGRAM, copy};

/// A datagram that is to be sent.
#[derive(Debug)]
pub struct Transmit<'o> {
    /// Its bytes.
    pub datagram: &'o mut [u8],
    /// Where to.
    pub to: Recipient,
}

/// Where a datagram goes: to where the last one came from whose [sender](super::Received::sender) this is.
///
/// Who serves a single connection need not look.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// The device.
    Device,
    /// The one that is in quarantine.
    Quarantined,
    /// Whoever has sent the newest handshake message. Before the first one: wherever the device may be.
    Caller,
}

impl Deref for Transmit<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.datagram
    }
}

impl Server {
    /// The next datagram to send, in the front of `out`.
    pub fn poll_transmit<'o>(
        &mut self,
        now: Instant,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<Transmit<'o>> {
        let written = self
            .write_handshake(now, out)
            .or_else(|| self.write_receipt(now, out))
            .or_else(|| self.write_command(now, out));
        written?.of(out)
    }

    /// When [`Server::poll_transmit`] or [`Server::handle_timeout`] has something to do next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let work = self.has_work().then_some(self.work_since);
        let patience = self.answering.as_ref().map(super::Answering::gives_up);
        let standing = [&self.trusted.standing, &self.quarantine.standing];
        let receipts = standing
            .into_iter()
            .filter_map(|standing| standing.session()?.receipt_due);
        let typed = self.typed.as_ref().map(|typed| &typed.repetition);
        let typed = typed.map(|repetition| repetition.due.min(repetition.gives_up));
        let trusted = self.trusted.standing.session();
        let silence = trusted.and_then(|session| session.silence.poll_timeout());
        let attempt = self.attempt.poll_timeout();
        let command = self.command_due();
        [work, patience, typed, attempt, silence, command]
            .into_iter()
            .flatten()
            .chain(receipts)
            .min()
    }

    pub(super) fn check_silence(&mut self, now: Instant) {
        let Some(session) = self.trusted.standing.session_mut() else {
            return;
        };
        if let Some(SilenceEvent::Raised { heard }) = session.silence.check(now) {
            self.note(ServerEvent::DeviceSilent { heard });
        }
    }

    fn write_handshake(&mut self, now: Instant, out: &mut [u8]) -> Option<Written> {
        let typed = self.typed.as_mut();
        if let Some(packet) = typed.and_then(|typed| typed.take_packet(now, self.config.retry)) {
            return Written::copy(packet, Recipient::Caller, out);
        }
        if let Some(packet) = self.attempt.take_packet(now, self.config.retry) {
            return Written::copy(packet, Recipient::Caller, out);
        }
        if let Some(candidate) = self.attempt.take_receipt() {
            self.stats.receipts += 1;
            let len = candidate.receipt(out)?.len();
            return Some(Written {
                len,
                to: Recipient::Caller,
            });
        }
        for trust in Trust::BOTH {
            if let Some(pending) = &mut self.relation_mut(trust).pending
                && core::mem::take(&mut pending.is_answer_due)
            {
                return Written::copy(pending.candidate.message(), Recipient::Caller, out);
            }
        }
        None
    }

    fn write_receipt(&mut self, now: Instant, out: &mut [u8]) -> Option<Written> {
        let clock = self.server_clock(now);
        for (trust, to) in Trust::BOTH
            .into_iter()
            .zip([Recipient::Device, Recipient::Quarantined])
        {
            let Some(session) = self.session_mut(trust) else {
                continue;
            };
            if let Some(receipt) = session.take_receipt(now, clock, out) {
                let len = receipt.len();
                self.stats.receipts += 1;
                if let Some(clock) = clock {
                    self.wall.note_told(clock.time_ms);
                }
                return Some(Written { len, to });
            }
        }
        None
    }

    fn write_command(&mut self, now: Instant, out: &mut [u8]) -> Option<Written> {
        Written::copy(self.take_command(now)?, Recipient::Device, out)
    }

    fn server_clock(&self, now: Instant) -> Option<ServerClock> {
        let time_ms = self.unix_millis(now);
        if time_ms.is_none() && self.wait == Duration::ZERO {
            return None;
        }
        Some(ServerClock {
            time_ms: time_ms.unwrap_or_default(),
            wait_ms: self.wait.as_millis(),
        })
    }
}

struct Written {
    len: usize,
    to: Recipient,
}

impl Written {
    fn copy(packet: &[u8], to: Recipient, out: &mut [u8]) -> Option<Self> {
        copy(packet, out.get_mut(..packet.len())?);
        Some(Self {
            len: packet.len(),
            to,
        })
    }

    fn of<'o>(&self, out: &'o mut [u8]) -> Option<Transmit<'o>> {
        Some(Transmit {
            datagram: out.get_mut(..self.len)?,
            to: self.to,
        })
    }
}
