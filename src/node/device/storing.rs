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
//!
//! What fails waits for a while, and with it only what is of its kind: a storage that takes no image, or that reads no
//! frame, holds up no reading, and no alarm.

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

    const fn kind(self) -> Kind {
        match self {
            Self::Image
            | Self::ImageOfEpoch
            | Self::ImageOfSession(_)
            | Self::Erase
            | Self::Scan => Kind::Image,
            Self::Frame(_) => Kind::Frame,
            Self::Load(_) | Self::Free(_) => Kind::Log,
        }
    }
}

/// What waits together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Images, and what comes before all else.
    Image,
    /// A frame that is to be written.
    Frame,
    /// What was written once.
    Log,
}

/// When a kind is tried again.
#[derive(Debug, Default)]
struct Pause {
    /// Nothing is tried before.
    until: Instant,
    failures: u8,
    attempts: u8,
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
    images: Pause,
    frames: Pause,
    log: Pause,
    /// No frame is loaded before: RAM had no room for one.
    load_at: Instant,
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
    /// From when on a request of this kind may be made.
    pub(super) const fn due(&self, kind: Kind) -> Instant {
        let pause = match kind {
            Kind::Image => &self.images,
            Kind::Frame => &self.frames,
            Kind::Log => &self.log,
        };
        pause.until
    }

    /// From when on a frame may be loaded.
    pub(super) fn load_due(&self) -> Instant {
        self.due(Kind::Log).max(self.load_at)
    }

    const fn pause_mut(&mut self, kind: Kind) -> &mut Pause {
        match kind {
            Kind::Image => &mut self.images,
            Kind::Frame => &mut self.frames,
            Kind::Log => &mut self.log,
        }
    }

    pub(super) fn note_done(&mut self, purpose: Purpose) {
        *self.pause_mut(purpose.kind()) = Pause::default();
        if matches!(purpose, Purpose::Frame(_)) {
            self.refuses_frames = false;
        }
    }

    /// RAM has no room for what was loaded: not before a while.
    pub(super) fn note_no_room(&mut self, now: Instant, retry: Retry) {
        self.load_at = now + retry.delay(0, 0);
    }

    /// A request has failed: the next one of its kind waits for a while.
    pub(super) fn note_failed(&mut self, now: Instant, purpose: Purpose, retry: Retry) -> Verdict {
        let is_frame = matches!(purpose, Purpose::Frame(_));
        if is_frame && self.refuses_frames {
            return Verdict::GiveUp;
        }
        let pause = self.pause_mut(purpose.kind());
        pause.until = now + retry.delay(pause.attempts, 0);
        pause.attempts = pause.attempts.saturating_add(1);
        pause.failures = pause.failures.saturating_add(1);
        if pause.failures < MAX_FAILURES {
            return Verdict::TryAgain;
        }
        pause.failures = 0;
        if is_frame {
            // Those behind it do not wait for what is not taken anyway.
            pause.until = Instant::ZERO;
            self.refuses_frames = true;
        }
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
