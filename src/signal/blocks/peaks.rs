use super::number::Number;

/// A place where a signal turns.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn<T> {
    /// Its sample, counted from 0; of a plateau the first one.
    pub index: u64,
    /// The signal there.
    pub value: T,
    /// Whether it is a maximum; otherwise it is a minimum.
    pub is_maximum: bool,
}

/// Finds the maxima and minima of a signal, in turn, that stand out by a given height.
///
/// A maximum is the highest sample since the last minimum, once the signal has fallen by
/// `prominence` below it; a minimum likewise. Wiggles below that are passed over.
///
/// | | |
/// |---|---|
/// | delay | until the signal has turned by `prominence` |
/// | state | 72 bytes |
/// | cost | four comparisons and a subtraction; before the first turn, six and two |
/// | range | samples beyond ±2³⁰ (`i32`) or ±10³⁰ (`f32`) saturate; the index stops at 2⁶⁴ − 1 |
/// | start | the first sample is no turn: what came before it is not known |
/// | source | `peakdet` of E. Billauer (2005, in the public domain), with a start either way |
///
/// ```
/// use iomt::signal::blocks::PeakTracker;
///
/// let mut tracker = PeakTracker::new(5);
/// let signal = [0, 2, 1, 9, 8, 3, 4, 1, 7];
/// let turns: Vec<_> = signal.into_iter().filter_map(|x| tracker.process(x)).collect();
/// let turns: Vec<_> = turns.iter().map(|turn| (turn.index, turn.value, turn.is_maximum)).collect();
/// assert_eq!(turns, [(3, 9, true), (7, 1, false)]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PeakTracker<T: Number> {
    prominence: T,
    seeks: Seeks,
    highest: Option<(u64, T)>,
    lowest: Option<(u64, T)>,
    next: u64,
    last: T,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seeks {
    Either,
    Maximum,
    Minimum,
}

impl<T: Number> PeakTracker<T> {
    /// A tracker of turns by `prominence` and more; one not above zero counts any fall and rise.
    #[must_use]
    pub const fn new(prominence: T) -> Self {
        Self {
            prominence,
            seeks: Seeks::Either,
            highest: None,
            lowest: None,
            next: 0,
            last: T::ZERO,
        }
    }

    /// Takes a sample in; gives the turn that it makes certain.
    pub fn process(&mut self, sample: T) -> Option<Turn<T>> {
        let value = sample.admit(self.last);
        let here = (self.next, value);
        self.last = value;
        self.next = self.next.saturating_add(1);
        let highest = *self.highest.get_or_insert(here);
        let lowest = *self.lowest.get_or_insert(here);
        if value > highest.1 {
            self.highest = Some(here);
        }
        if value < lowest.1 {
            self.lowest = Some(here);
        }
        if self.seeks != Seeks::Minimum && self.is_apart(highest.1, value) {
            self.seeks = Seeks::Minimum;
            self.lowest = Some(here);
            return turn(highest, true);
        }
        if self.seeks != Seeks::Maximum && self.is_apart(value, lowest.1) {
            self.seeks = Seeks::Maximum;
            self.highest = Some(here);
            return turn(lowest, false);
        }
        None
    }

    fn is_apart(&self, high: T, low: T) -> bool {
        high > low && high.widen() - low.widen() >= self.prominence.widen()
    }
}

/// The first sample is none.
fn turn<T>((index, value): (u64, T), is_maximum: bool) -> Option<Turn<T>> {
    (index > 0).then_some(Turn {
        index,
        value,
        is_maximum,
    })
}
