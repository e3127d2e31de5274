//! When the device tells its recipient how things stand, and whether that was heard.
//!
//! ```text
//!   epoch opens, a loss, an epoch drained          receipt: echo at or above the first counter that
//!            │                                     carried it, every epoch listed, every loss covered
//!            ▼                                                       │
//!   outstanding wanted ── each control frame carries it, with ───────┴──► reflected
//!                         growing pauses, until it is reflected
//!
//!   status: with each of them, and once every due interval
//! ```

use heapless::Deque;

use crate::link::Retry;
use crate::time::{Duration, Instant};

/// Of how many control frames it is remembered when they were sent.
const REMEMBERED: usize = 4;

/// After so many receipts that pass over what is outstanding, only a reconnection helps.
const PASSED_OVER: u8 = 8;

#[derive(Debug)]
pub(super) struct Control {
    outstanding: Outstanding,
    status_due: Instant,
    /// The counters of the newest epoch, and when they were sent.
    sent: Deque<(u32, Instant), REMEMBERED>,
    newest_echo: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outstanding {
    Reflected,
    Wanted {
        due: Instant,
        attempts: u8,
        /// The first control counter that carried it as it stands now.
        since: Option<u32>,
        /// How many receipts have shown that it came, and was not taken.
        passed_over: u8,
    },
}

impl Control {
    pub(super) const fn new() -> Self {
        Self {
            outstanding: Outstanding::Reflected,
            status_due: Instant::ZERO,
            sent: Deque::new(),
            newest_echo: None,
        }
    }

    /// "It is the first control frame of each epoch"
    pub(super) fn begin_epoch(&mut self, now: Instant) {
        self.sent.clear();
        self.newest_echo = None;
        self.status_due = now;
        self.want_outstanding(now);
    }

    /// Something is outstanding that the server may not know.
    pub(super) const fn want_outstanding(&mut self, now: Instant) {
        self.outstanding = Outstanding::Wanted {
            due: now,
            attempts: 0,
            since: None,
            passed_over: 0,
        };
    }

    /// Whether the next control frame carries what is outstanding.
    pub(super) const fn carries_outstanding(&self) -> bool {
        matches!(self.outstanding, Outstanding::Wanted { .. })
    }

    /// When the next control frame is due.
    pub(super) fn due(&self) -> Instant {
        match self.outstanding {
            Outstanding::Wanted { due, .. } => due.min(self.status_due),
            Outstanding::Reflected => self.status_due,
        }
    }

    /// Takes note that a control frame leaves.
    pub(super) fn note_sent(
        &mut self,
        now: Instant,
        counter: u32,
        retry: Retry,
        interval: Duration,
    ) {
        if self.sent.is_full() {
            self.sent.pop_front();
        }
        let _ = self.sent.push_back((counter, now));
        // A little early: a promise that is kept to the second is broken by any delay.
        self.status_due = now + Duration::from_micros(interval.as_micros() / 8 * 7);
        if let Outstanding::Wanted {
            due,
            attempts,
            since,
            ..
        } = &mut self.outstanding
        {
            *due = now + retry.delay(*attempts, counter);
            *attempts = attempts.saturating_add(1);
            since.get_or_insert(counter);
        }
    }

    /// Takes note of the echo of a control counter of the newest epoch; when that frame was sent, where the echo
    /// is not older than one before and the frame is remembered.
    pub(super) fn note_echo(&mut self, counter: u32) -> Option<Instant> {
        if self.newest_echo.is_some_and(|newest| counter < newest) {
            return None;
        }
        self.newest_echo = Some(counter);
        let mut sent = self.sent.iter();
        sent.find(|(known, _)| *known == counter).map(|(_, at)| *at)
    }

    /// Whether what is outstanding was on the way when the server sent this echo.
    pub(super) fn is_echoed(&self, echo: Option<u32>) -> bool {
        let Outstanding::Wanted {
            since: Some(since), ..
        } = self.outstanding
        else {
            return false;
        };
        echo.is_some_and(|echo| echo >= since)
    }

    /// Takes note that the server has heard it and not taken it; whether it never will.
    ///
    /// So it is with a device that was restored from an image, whose session has gone on without it, and with
    /// one of which there are two: a new session is a new start.
    pub(super) const fn note_passed_over(&mut self) -> bool {
        let Outstanding::Wanted { passed_over, .. } = &mut self.outstanding else {
            return false;
        };
        *passed_over = passed_over.saturating_add(1);
        *passed_over >= PASSED_OVER
    }

    pub(super) const fn note_reflected(&mut self) {
        self.outstanding = Outstanding::Reflected;
    }
}
