use crate::time::{Duration, Instant};

/// What became of a promise.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SilenceEvent {
    /// The device has not been heard though it had promised. Once.
    Raised {
        /// When it was heard last.
        heard: Instant,
    },
    /// It is heard again. Once.
    Cleared,
}

/// Holds a device to its promise: "the next frame comes within so long".
///
/// **Rules.** It needs nothing to arrive: the alarm is raised when [`Silence::check`] is called at or after
/// [`Silence::poll_timeout`]. It is raised once, and cleared by any frame that is authentic and new; a
/// repeated one says nothing of the present and is not to be noted. A promise stands until the next one,
/// and begins anew with each frame.
///
/// ```
/// use iomt::link::{Silence, SilenceEvent};
/// use iomt::time::{Duration, Instant};
///
/// let mut silence = Silence::new(Duration::from_secs(5));
/// let heard = Instant::from_secs(100);
/// silence.note_frame(heard);
/// silence.note_promise(Duration::from_secs(60));
/// assert_eq!(silence.poll_timeout(), Some(Instant::from_secs(165)));
/// assert_eq!(silence.check(Instant::from_secs(165)), Some(SilenceEvent::Raised { heard }));
/// assert_eq!(silence.note_frame(Instant::from_secs(170)), Some(SilenceEvent::Cleared));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    margin: Duration,
    promise: Option<Duration>,
    heard: Instant,
    is_raised: bool,
}

impl Silence {
    /// Supervision of a device that has promised nothing yet; `margin` is what a frame may take on its way.
    #[must_use]
    pub const fn new(margin: Duration) -> Self {
        Self {
            margin,
            promise: None,
            heard: Instant::ZERO,
            is_raised: false,
        }
    }

    /// Takes note that a new, authentic frame came.
    ///
    /// After a restart of the server the time of the restart serves as well, before the promise that was stored.
    pub fn note_frame(&mut self, now: Instant) -> Option<SilenceEvent> {
        self.heard = self.heard.max(now);
        core::mem::take(&mut self.is_raised).then_some(SilenceEvent::Cleared)
    }

    /// Takes the promise of a `status`, in place of the one before; zero ends it.
    pub fn note_promise(&mut self, due: Duration) {
        self.promise = (due > Duration::ZERO).then_some(due);
    }

    /// Whether the alarm is up.
    #[must_use]
    pub const fn is_raised(&self) -> bool {
        self.is_raised
    }

    /// When [`Silence::check`] would raise the alarm; `None` when it is up, or nothing was promised.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let due = self.heard + self.promise? + self.margin;
        (!self.is_raised).then_some(due)
    }

    /// Raises the alarm when the promise is broken.
    pub fn check(&mut self, now: Instant) -> Option<SilenceEvent> {
        let is_broken = self.poll_timeout().is_some_and(|due| due <= now);
        self.is_raised |= is_broken;
        is_broken.then_some(SilenceEvent::Raised { heard: self.heard })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const MARGIN: Duration = Duration::from_secs(10);

    // IOMT-LINK-020, IOMT-LINK-021
    #[test]
    fn missed_reading_alarm_that_never_fired() {
        let mut silence = Silence::new(MARGIN);
        let heard = Instant::from_secs(1_000);
        assert_eq!(silence.note_frame(heard), None);
        silence.note_promise(MINUTE);
        // Nothing arrives any more, not even the timer on time.
        let due = silence.poll_timeout().unwrap();
        assert_eq!(due, heard + MINUTE + MARGIN);
        assert_eq!(silence.check(due - Duration::from_micros(1)), None);
        let late = due + Duration::from_secs(3_600);
        assert_eq!(silence.check(late), Some(SilenceEvent::Raised { heard }));
        assert_eq!((silence.check(late), silence.poll_timeout()), (None, None));
        // One frame clears it, and supervision goes on.
        assert_eq!(silence.note_frame(late), Some(SilenceEvent::Cleared));
        assert_eq!(silence.poll_timeout(), Some(late + MINUTE + MARGIN));
        let raised = silence.check(late + MINUTE + MARGIN);
        assert_eq!(raised, Some(SilenceEvent::Raised { heard: late }));
    }

    // IOMT-LINK-023
    #[test]
    fn who_promises_nothing_is_not_missed() {
        let mut silence = Silence::new(MARGIN);
        assert_eq!(silence.poll_timeout(), None);
        silence.note_frame(Instant::from_secs(5));
        silence.note_promise(MINUTE);
        silence.note_promise(Duration::ZERO);
        assert_eq!(silence.check(Instant::from_secs(1_000_000)), None);
    }

    #[test]
    fn frames_that_are_noted_out_of_order_do_not_shorten_the_wait() {
        let mut silence = Silence::new(MARGIN);
        silence.note_promise(MINUTE);
        silence.note_frame(Instant::from_secs(100));
        silence.note_frame(Instant::from_secs(50));
        assert_eq!(silence.poll_timeout(), Some(Instant::from_secs(170)));
    }
}
