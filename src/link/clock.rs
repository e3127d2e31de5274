//! Dating by challenge: which server time a device's ticks stand for.
//!
//! ```text
//! device side                                    server side
//!   t0  control counter c  ──────►                 T   receipt made, says T   ──────►
//!                    T  receipt echoes c, says T       ticks − age            it arrives
//!   t1  it arrives   ◄──────                           ticks   status sealed, says ticks, T, age
//!                                                  now it arrives            ◄──────
//!   at t1 the server's clock is in                 at ticks the server's clock was in
//!   [T, T + (t1 − t0)]                             [T + age, now], and before by what the age drifts
//! ```
//!
//! Both sides so learn one thing, a [`ClockSample`]: at these ticks of the device, the server's clock was
//! within this span. The span is the whole round trip; how it divides nobody knows, and who delays one
//! direction can move the middle, not the truth out of the span.

use crate::time::{ClockQuality, Duration, Instant, WallClock};

/// "a sample above 10 s is not used"
pub const MAX_ROUND_TRIP: Duration = Duration::from_secs(10);
/// How far two clocks drift apart at most, unless said otherwise: both crystals at the edge of what is usual.
pub const DRIFT_PPM: u32 = 100;
/// Times of a peer above this are refused: the year 5138, and far from any overflow.
const MAX_UNIX_MILLIS: u64 = 100_000_000_000_000;
const MILLISECOND: Duration = Duration::from_millis(1);

/// At these ticks of a device, the server's clock was within this span.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSample {
    ticks: Instant,
    /// The beginning of the span, counted as µs since 1970.
    earliest: Instant,
    width: Duration,
}

/// What a device's `status` says of the clocks.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusTimes {
    /// The device's ticks when it sealed the status.
    pub ticks: Instant,
    /// The server's time in the newest receipt that the device believes, in ms since 1970; 0 for none.
    pub server_unix_millis: u64,
    /// How long before the sealing that receipt came.
    pub age: Duration,
}

impl ClockSample {
    /// On the device: the control frame left at `sent`, the receipt that echoes it came at `received`.
    ///
    /// `None` for a time of 0, which says that the server has none, an impossible order, and a round trip
    /// above [`MAX_ROUND_TRIP`].
    #[must_use]
    pub fn on_device(sent: Instant, received: Instant, server_unix_millis: u64) -> Option<Self> {
        let round_trip = received.checked_since(sent)?;
        let earliest = unix(server_unix_millis)?;
        Self::within(received, earliest, round_trip + MILLISECOND)
    }

    /// On the server: a status came at `now_unix_millis`.
    ///
    /// `None` as for the device, and where the device says that more time has passed than has. The age is counted by the
    /// device's clock, and may be off by [`DRIFT_PPM`].
    #[must_use]
    pub fn on_server(status: StatusTimes, now_unix_millis: u64) -> Option<Self> {
        let came = unix(status.server_unix_millis)? + status.age;
        let earliest = came - drift(status.age, DRIFT_PPM);
        let latest = unix(now_unix_millis)? + MILLISECOND;
        Self::within(status.ticks, earliest, latest.checked_since(earliest)?)
    }

    fn within(ticks: Instant, earliest: Instant, width: Duration) -> Option<Self> {
        (width <= MAX_ROUND_TRIP + MILLISECOND).then_some(Self {
            ticks,
            earliest,
            width,
        })
    }

    /// The span that the clock is in at other ticks, if both clocks drift apart by so much at most.
    fn at(&self, ticks: Instant, drift_ppm: u32) -> Self {
        let (after, before) = (ticks - self.ticks, self.ticks - ticks);
        let drift = drift(after + before, drift_ppm);
        Self {
            ticks,
            earliest: self.earliest + after - before - drift,
            width: self.width + drift + drift,
        }
    }

    fn latest(&self) -> Instant {
        self.earliest + self.width
    }

    /// How far the spans of the same ticks are apart: negative when `other` is earlier, none when they touch.
    fn distance_to(&self, other: &Self) -> Option<i64> {
        let millis = |span: Duration| i64::try_from(span.as_micros() / 1_000).unwrap_or(i64::MAX);
        if let Some(gap @ 1..) = micros_since(other.earliest, self.latest()) {
            return Some(millis(Duration::from_micros(gap)));
        }
        let gap = micros_since(self.earliest, other.latest())?;
        (gap > 0).then(|| -millis(Duration::from_micros(gap)))
    }
}

/// How far two clocks drift apart in so long.
fn drift(span: Duration, ppm: u32) -> Duration {
    let millionths = span.saturating_mul(ppm.into()).as_micros();
    Duration::from_micros(millionths.div_ceil(1_000_000))
}

fn micros_since(later: Instant, earlier: Instant) -> Option<u64> {
    later.checked_since(earlier).map(Duration::as_micros)
}

fn unix(millis: u64) -> Option<Instant> {
    matches!(millis, 1..=MAX_UNIX_MILLIS).then(|| Instant::from_millis(millis))
}

/// What a sample did to a clock.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClockEvent {
    /// The clock can tell the time now.
    Set,
    /// One of the two clocks was changed: what was dated before and what is dated from now on are in two clock epochs.
    Jumped {
        /// The clock epoch that begins.
        epoch: u32,
        /// How far the new time is from what was possible, in ms; negative for back.
        by_millis: i64,
    },
}

/// Tells server time from a device's ticks of one boot, and how well; the same on either side.
///
/// It goes by the sample that is narrowest by now, as spans widen by drift. **Rules.** As long as
/// both clocks run within the drift bound, the truth is within [`WallClock::uncertainty`] of what [`Clock::at`] says. A
/// sample that contradicts what was possible ends the clock epoch, and says so: time never steps silently. 40 bytes.
///
/// ```
/// use iomt::link::{Clock, ClockEvent, ClockSample};
/// use iomt::time::{Duration, Instant};
///
/// let mut clock = Clock::default();
/// let (sent, received) = (Instant::from_millis(5_000), Instant::from_millis(5_080));
/// let sample = ClockSample::on_device(sent, received, 1_767_225_600_000).expect("a short round trip");
/// assert_eq!(clock.handle_sample(sample), Some(ClockEvent::Set));
///
/// let time = clock.at(Instant::from_millis(6_080)).expect("the clock is set");
/// assert_eq!(time.unix_millis, 1_767_225_601_040); // A second later, and half the round trip.
/// assert_eq!(time.uncertainty, Duration::from_micros(81_200)); // The whole, 1 ms of rounding, and drift.
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    best: Option<ClockSample>,
    drift_ppm: u32,
    epoch: u32,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(0, DRIFT_PPM)
    }
}

impl Clock {
    /// A clock that can not tell the time yet, in this clock epoch.
    #[must_use]
    pub const fn new(epoch: u32, drift_ppm: u32) -> Self {
        Self {
            best: None,
            drift_ppm,
            epoch,
        }
    }

    /// Which clock epoch this is: times of different ones can not be compared.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The server's time at these ticks; `None` before the first sample, and where the server's clock, which may have been
    /// set back, has not reached them: times before 1970 are none.
    #[must_use]
    pub fn at(&self, ticks: Instant) -> Option<WallClock> {
        let span = self.best?.at(ticks, self.drift_ppm);
        if span.earliest == Instant::ZERO {
            return None; // It was cut there, and says less than it claims.
        }
        let middle = span.earliest + Duration::from_micros(span.width.as_micros() / 2);
        Some(WallClock {
            unix_millis: i64::try_from(middle.as_millis()).unwrap_or(i64::MAX),
            quality: ClockQuality::Synchronised,
            uncertainty: span.width,
            utc_offset_minutes: None,
        })
    }

    /// Takes a sample.
    pub fn handle_sample(&mut self, sample: ClockSample) -> Option<ClockEvent> {
        let Some(best) = self.best else {
            self.best = Some(sample);
            return Some(ClockEvent::Set);
        };
        let known = best.at(sample.ticks, self.drift_ppm);
        if let Some(by_millis) = known.distance_to(&sample) {
            self.best = Some(sample);
            self.epoch = self.epoch.wrapping_add(1);
            return Some(ClockEvent::Jumped {
                epoch: self.epoch,
                by_millis,
            });
        }
        if sample.width <= known.width {
            self.best = Some(sample);
        }
        None
    }
}

/// When control frames left: what a receipt's echo is measured against. The newest `N` are kept, 16 bytes each.
#[derive(Debug, Clone)]
pub struct Challenges<const N: usize = 4> {
    sent: heapless::Deque<(u32, Instant), N>,
}

impl<const N: usize> Default for Challenges<N> {
    fn default() -> Self {
        Self {
            sent: heapless::Deque::new(),
        }
    }
}

impl<const N: usize> Challenges<N> {
    /// Takes note that the control frame of this counter left.
    pub fn note_sent(&mut self, now: Instant, counter: u32) {
        if self.sent.is_full() {
            self.sent.pop_front();
        }
        let _ = self.sent.push_back((counter, now));
    }

    /// When it left.
    #[must_use]
    pub fn sent_at(&self, counter: u32) -> Option<Instant> {
        let mut sent = self.sent.iter().rev();
        sent.find(|(known, _)| *known == counter).map(|(_, at)| *at)
    }

    /// Another epoch begins, and its control counters with 0.
    pub fn clear(&mut self) {
        self.sent.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNIX: u64 = 1_767_225_600_000;

    fn device_sample(ticks_secs: u64, round_trip: u64, unix_millis: u64) -> Option<ClockSample> {
        let received = Instant::from_secs(ticks_secs);
        let sent = received - Duration::from_millis(round_trip);
        ClockSample::on_device(sent, received, unix_millis)
    }

    #[test]
    fn no_time_before_1970_is_claimed() {
        // The clock was set back to 1970 when the device had been on for 500 s.
        let mut clock = Clock::default();
        clock.handle_sample(device_sample(500, 100, 20_000).unwrap());
        assert!(clock.at(Instant::from_secs(500)).is_some());
        assert!(clock.at(Instant::from_secs(481)).is_some());
        assert_eq!(clock.at(Instant::from_secs(479)), None);
        assert_eq!(clock.at(Instant::ZERO), None);
    }

    // IOMT-LINK-011, IOMT-LINK-013
    #[test]
    fn a_round_trip_above_ten_seconds_is_not_used() {
        assert!(device_sample(100, 10_000, UNIX).is_some());
        assert!(device_sample(100, 10_001, UNIX).is_none());
        assert!(device_sample(100, 10, 0).is_none());
        assert!(device_sample(100, 10, u64::MAX).is_none());
        let late = Instant::from_secs(2);
        assert!(ClockSample::on_device(late, Instant::from_secs(1), UNIX).is_none());
    }

    // IOMT-LINK-010, IOMT-OUT-012
    #[test]
    fn the_server_dates_the_ticks_of_a_status() {
        let status = StatusTimes {
            ticks: Instant::from_secs(500),
            server_unix_millis: UNIX,
            age: Duration::from_secs(60),
        };
        let sample = ClockSample::on_server(status, UNIX + 60_200).unwrap();
        let mut clock = Clock::default();
        clock.handle_sample(sample);
        let time = clock.at(Instant::from_secs(500)).unwrap();
        assert_eq!(time.unix_millis, (UNIX + 60_097).cast_signed());
        assert_eq!(time.uncertainty, Duration::from_millis(207)); // The minute may be off by 6 ms.
        // It says that more time has passed than has: the frame would have come before it was sent.
        assert!(ClockSample::on_server(status, UNIX + 59_000).is_none());
        // A gateway held it for a while.
        assert!(ClockSample::on_server(status, UNIX + 71_000).is_none());
    }

    // IOMT-LINK-010
    #[test]
    fn the_age_that_a_fast_or_slow_device_says_is_believed_within_its_drift() {
        let (hour, round_trip) = (3_600_000, 50);
        for drift in [-360_i64, 0, 360] {
            let status = StatusTimes {
                ticks: Instant::from_secs(9_000),
                server_unix_millis: UNIX,
                age: Duration::from_millis((hour + drift).unsigned_abs()),
            };
            let truth = UNIX + hour.unsigned_abs() + round_trip / 2;
            let sample = ClockSample::on_server(status, truth + round_trip / 2).unwrap();
            let mut clock = Clock::default();
            clock.handle_sample(sample);
            let time = clock.at(status.ticks).unwrap();
            let error = Duration::from_millis(time.unix_millis.unsigned_abs().abs_diff(truth));
            assert!(error <= time.uncertainty, "{drift}: {error} {time:?}");
        }
    }

    // IOMT-LINK-010
    #[test]
    fn uncertainty_grows_with_drift_until_a_better_sample_comes() {
        let mut clock = Clock::default();
        clock.handle_sample(device_sample(100, 50, UNIX).unwrap());
        let hours = Instant::from_secs(100 + 36_000);
        assert_eq!(
            clock.at(hours).unwrap().uncertainty,
            Duration::from_millis(51 + 2 * 3_600)
        );
        let worse = device_sample(101, 500, UNIX + 900).unwrap();
        assert_eq!(clock.handle_sample(worse), None);
        assert_eq!(
            clock.at(Instant::from_secs(100)).unwrap().uncertainty,
            Duration::from_millis(51)
        );
        let better = device_sample(36_100, 500, UNIX + 36_000_000).unwrap();
        assert_eq!(clock.handle_sample(better), None);
        assert_eq!(
            clock.at(hours).unwrap().uncertainty,
            Duration::from_millis(501)
        );
    }

    // IOMT-LINK-012
    #[test]
    fn a_clock_that_jumps_begins_another_epoch_and_says_so() {
        let mut clock = Clock::new(4, DRIFT_PPM);
        clock.handle_sample(device_sample(100, 50, UNIX).unwrap());
        let ahead = device_sample(160, 50, UNIX + 60_000 + 3_600_000).unwrap();
        let Some(ClockEvent::Jumped { epoch, by_millis }) = clock.handle_sample(ahead) else {
            panic!("no jump");
        };
        assert_eq!((epoch, clock.epoch()), (5, 5));
        assert!((3_599_900..=3_600_000).contains(&by_millis));
        let back = device_sample(220, 50, UNIX + 120_000).unwrap();
        let Some(ClockEvent::Jumped { epoch, by_millis }) = clock.handle_sample(back) else {
            panic!("no jump");
        };
        assert_eq!(epoch, 6);
        assert!((-3_600_000..=-3_599_900).contains(&by_millis));
    }

    #[test]
    fn the_newest_challenges_are_remembered() {
        let mut challenges = Challenges::<2>::default();
        for counter in 0..3 {
            challenges.note_sent(Instant::from_secs(counter.into()), counter);
        }
        assert_eq!(challenges.sent_at(0), None);
        assert_eq!(challenges.sent_at(1), Some(Instant::from_secs(1)));
        challenges.clear();
        assert_eq!(challenges.sent_at(1), None);
    }

    proptest! {
        /// Whatever the delays and the drift within its bound: the truth is within the uncertainty.
        // IOMT-LINK-010
        #[test]
        fn the_truth_is_within_the_uncertainty(
            ppm in -100_i64..=100,
            rounds in proptest::collection::vec((0_u64..5_000, 0_u64..4_000_000, 0_u64..4_000_000), 1..40),
        ) {
            // The device's ticks stand for this many microseconds of the server's.
            let truth = |ticks: u64| {
                let drift = i128::from(ticks) * i128::from(ppm) / 1_000_000;
                u64::try_from(i128::from(UNIX * 1_000) + i128::from(ticks) + drift).unwrap()
            };
            let (mut clock, mut ticks) = (Clock::default(), 1_000_000_u64);
            for (pause, up, down) in rounds {
                let sent = ticks + pause * 1_000_000;
                let made = sent + up;
                ticks = made + down;
                let (sent, received) = (Instant::from_micros(sent), Instant::from_micros(ticks));
                if let Some(sample) = ClockSample::on_device(sent, received, truth(made) / 1_000) {
                    let event = clock.handle_sample(sample);
                    prop_assert!(matches!(event, None | Some(ClockEvent::Set)), "{:?}", event);
                }
                if let Some(time) = clock.at(received) {
                    let error = (truth(ticks) / 1_000).abs_diff(time.unix_millis.unsigned_abs());
                    prop_assert!(Duration::from_millis(error) <= time.uncertainty + MILLISECOND);
                }
            }
        }
    }
}
