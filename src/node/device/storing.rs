//! What a recipient wants stored, one request after the other.
//!
//! ```text
//!            wanted                  under way                  answered
//!   image ─────────┐
//!   scan  ─────────┤   poll_store               handle_stored   Done    what depended on it comes out
//!   frame ─────────┼──────────────► one request ─────────────►  Failed  the same once more, later
//!   load  ─────────┤
//!   free  ─────────┘
//! ```

use super::Device;
use crate::link::{FrameKey, Retry};
use crate::time::Instant;

/// How often a request is tried before what depends on it goes on without it.
const MAX_FAILURES: u8 = 3;

/// What a request that is under way was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The session as it stands.
    Image,
    /// The session, and an epoch that opens with it.
    ImageOfEpoch,
    /// The session of this name, which takes the place of the one before.
    ImageOfSession([u8; 16]),
    Erase,
    Scan,
    Frame(FrameKey),
    Load(FrameKey),
    Free(FrameKey),
}

impl Purpose {
    pub(super) const fn is_image(self) -> bool {
        matches!(
            self,
            Self::Image | Self::ImageOfEpoch | Self::ImageOfSession(_)
        )
    }
}

/// What of a recipient's is not on storage yet.
#[derive(Debug, Default)]
pub(super) struct Storing {
    pub(super) is_image_wanted: bool,
    pub(super) is_scan_wanted: bool,
    /// Whether a command was taken whose answer waits for the image that says so.
    pub(super) is_answer_wanted: bool,
    /// Whether the image that is under way has the newest epoch.
    pub(super) has_newest: bool,
    /// Nothing is tried before.
    pub(super) retry_at: Option<Instant>,
    /// No frame is loaded before: RAM had no room for one.
    pub(super) load_at: Option<Instant>,
    failures: u8,
    attempts: u8,
    /// Frames are not taken: each is tried once, until one is.
    refuses_frames: bool,
}

/// What comes of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    TryAgain,
    GiveUp,
}

impl Storing {
    /// Whether a request may be made now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.retry_at.is_none_or(|due| due <= now)
    }

    /// Whether a frame may be loaded now.
    pub(super) fn may_load(&self, now: Instant) -> bool {
        self.load_at.is_none_or(|due| due <= now)
    }

    pub(super) fn note_done(&mut self, purpose: Purpose) {
        self.failures = 0;
        self.attempts = 0;
        self.retry_at = None;
        if matches!(purpose, Purpose::Frame(_)) {
            self.refuses_frames = false;
        }
    }

    /// RAM has no room for what was loaded: not before a while.
    pub(super) fn note_no_room(&mut self, now: Instant, retry: Retry) {
        self.load_at = Some(now + retry.delay(0, 0));
    }

    /// A request has failed: the next one waits for a while.
    pub(super) fn note_failed(&mut self, now: Instant, purpose: Purpose, retry: Retry) -> Verdict {
        let is_frame = matches!(purpose, Purpose::Frame(_));
        if is_frame && self.refuses_frames {
            return Verdict::GiveUp;
        }
        self.retry_at = Some(now + retry.delay(self.attempts, 0));
        self.attempts = self.attempts.saturating_add(1);
        self.failures = self.failures.saturating_add(1);
        if self.failures < MAX_FAILURES {
            return Verdict::TryAgain;
        }
        self.failures = 0;
        self.refuses_frames |= is_frame;
        Verdict::GiveUp
    }
}

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Takes back the request that [`Device::poll_store`] has given and nobody has answered: it comes again.
    ///
    /// For a storage whose work was cut short, as when its future was dropped, so that nobody knows how much
    /// of it was done. It counts as no failure. Without such a request nothing happens.
    pub fn retract_store(&mut self) {
        let Some((number, purpose)) = self.awaiting.take() else {
            return;
        };
        let is_image = purpose.is_image();
        if let Some(peer) = self.peer_mut(number) {
            peer.storing.is_image_wanted |= is_image;
        }
    }
}
