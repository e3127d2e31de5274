use crate::time::Instant;

/// How many of the newest times told are known by heart.
const TOLD: usize = 4;

/// The server's wall clock: what it shows, and what it has shown before it was set back.
///
/// A receipt may be under way while the clock is set. By the clock that shows less now, its round trip is shorter
/// than it was, and the device would be dated too closely.
#[derive(Debug, Default)]
pub(super) struct Wall {
    shown: Option<Setting>,
    overtaken: Option<Overtaken>,
    /// What receipts have told since the clock was set back last: no earlier setting has told it.
    told: [u64; TOLD],
    oldest_told: usize,
}

/// What a clock showed at one moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Setting {
    at: Instant,
    unix_millis: u64,
}

/// A clock that was set back.
#[derive(Debug, Clone, Copy)]
struct Overtaken {
    /// The one of all that would show most by now.
    furthest: Setting,
    /// The latest time that any of them has shown.
    last_shown: u64,
}

impl Setting {
    const fn shows(&self, now: Instant) -> u64 {
        match now.checked_since(self.at) {
            Some(since) => self.unix_millis.saturating_add(since.as_millis()),
            None => self.unix_millis,
        }
    }
}

impl Wall {
    pub(super) const fn new() -> Self {
        Self {
            shown: None,
            overtaken: None,
            told: [0; TOLD],
            oldest_told: 0,
        }
    }

    pub(super) const fn set(&mut self, at: Instant, unix_millis: u64) {
        if let Some(shown) = &self.shown {
            let before = shown.shows(at);
            if before > unix_millis {
                self.overtake(at, before);
            }
        }
        self.shown = Some(Setting { at, unix_millis });
    }

    const fn overtake(&mut self, at: Instant, before: u64) {
        let (mut furthest, mut last_shown) = (before, before);
        if let Some(earlier) = &self.overtaken {
            furthest = max(furthest, earlier.furthest.shows(at));
            last_shown = max(last_shown, earlier.last_shown);
        }
        self.overtaken = Some(Overtaken {
            furthest: Setting {
                at,
                unix_millis: furthest,
            },
            last_shown,
        });
        self.told = [0; TOLD];
    }

    /// The time, in milliseconds since 1970.
    pub(super) fn now(&self, now: Instant) -> Option<u64> {
        Some(self.shown?.shows(now))
    }

    /// Takes note that a receipt tells this time.
    pub(super) fn note_told(&mut self, unix_millis: u64) {
        if let Some(oldest) = self.told.get_mut(self.oldest_told) {
            *oldest = unix_millis;
        }
        self.oldest_told = (self.oldest_told + 1) % TOLD;
    }

    /// What the clock may show now, at most, that has told this time.
    pub(super) fn latest_of(&self, now: Instant, told: u64) -> Option<u64> {
        let shown = self.now(now)?;
        let overtaken = self
            .overtaken
            .filter(|overtaken| told <= overtaken.last_shown && !self.told.contains(&told));
        let furthest = overtaken.map(|overtaken| overtaken.furthest.shows(now));
        Some(furthest.map_or(shown, |furthest| furthest.max(shown)))
    }
}

const fn max(one: u64, other: u64) -> u64 {
    if one > other { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIX: u64 = 1_767_225_600_000;
    const MINUTE: u64 = 60_000;

    fn at_minute(minute: u64) -> Instant {
        Instant::from_millis(minute * MINUTE)
    }

    #[test]
    fn a_clock_that_runs_on_is_the_one_that_has_told() {
        let mut wall = Wall::new();
        assert_eq!(wall.now(at_minute(1)), None);
        assert_eq!(wall.latest_of(at_minute(1), UNIX), None);
        wall.set(at_minute(1), UNIX);
        wall.set(at_minute(2), UNIX + MINUTE);
        wall.set(at_minute(3), UNIX + 9 * MINUTE);
        assert_eq!(wall.now(at_minute(4)), Some(UNIX + 10 * MINUTE));
        assert_eq!(wall.latest_of(at_minute(4), UNIX), Some(UNIX + 10 * MINUTE));
    }

    #[test]
    fn what_a_clock_may_have_told_before_it_was_set_back_is_held_against_that_clock() {
        let mut wall = Wall::new();
        wall.set(at_minute(0), UNIX);
        wall.note_told(UNIX + 9 * MINUTE);
        wall.set(at_minute(10), UNIX + 5 * MINUTE);
        let (now, shown, before) = (at_minute(12), UNIX + 7 * MINUTE, UNIX + 12 * MINUTE);
        assert_eq!(wall.now(now), Some(shown));
        // Either clock has shown this.
        let either = UNIX + 6 * MINUTE;
        assert_eq!(wall.latest_of(now, either), Some(before));
        assert_eq!(wall.latest_of(now, UNIX + 9 * MINUTE), Some(before));
        // This one was told by the second clock, to this server's knowledge.
        wall.note_told(either);
        assert_eq!(wall.latest_of(now, either), Some(shown));
        // No clock has shown this but the second.
        let later = at_minute(16);
        assert_eq!(
            wall.latest_of(later, UNIX + 10 * MINUTE + 1),
            Some(UNIX + 11 * MINUTE)
        );
    }

    #[test]
    fn of_several_clocks_that_were_set_back_the_furthest_counts() {
        let mut wall = Wall::new();
        wall.set(at_minute(0), UNIX + 100 * MINUTE);
        wall.set(at_minute(10), UNIX);
        wall.note_told(UNIX);
        wall.set(at_minute(20), UNIX + 9 * MINUTE);
        let furthest = UNIX + 130 * MINUTE;
        for told in [UNIX, UNIX + 9 * MINUTE, UNIX + 110 * MINUTE] {
            assert_eq!(wall.latest_of(at_minute(30), told), Some(furthest));
        }
    }

    #[test]
    fn the_newest_times_told_are_known_by_heart() {
        let mut wall = Wall::new();
        wall.set(at_minute(0), UNIX + 100 * MINUTE);
        wall.set(at_minute(0), UNIX);
        for told in 0..5 {
            wall.note_told(UNIX + told);
        }
        assert_eq!(wall.latest_of(at_minute(0), UNIX + 4), Some(UNIX));
        assert_eq!(wall.latest_of(at_minute(0), UNIX + 1), Some(UNIX));
        let before = Some(UNIX + 100 * MINUTE);
        assert_eq!(wall.latest_of(at_minute(0), UNIX), before);
    }
}
