use super::Filter;
use super::line::Line;
use super::number::Number;

/// The mean of the last `N` samples: `y[n] = (x[n] + … + x[n − N + 1]) / N`.
///
/// | | |
/// |---|---|
/// | delay | (N − 1) / 2 samples, at every frequency |
/// | zeros | at every multiple of rate / N: with N = rate / 50 Hz it takes mains hum out |
/// | noise | white noise falls to 1 / √N |
/// | state | 4 N + 48 bytes |
/// | cost | 3 additions and a division, whatever N is |
/// | range | N up to 2²⁴; samples beyond ±2³⁰ (`i32`) or ±10³⁰ (`f32`) saturate |
/// | `i32` | exact, to the nearest, halves up |
/// | `f32` | sums are `f64`, and begun anew every N samples, so that no error lasts longer than 2 N |
///
/// A recursive running sum (S. W. Smith, *The Scientist and Engineer's Guide to Digital Signal
/// Processing*, 1997, chapter 15).
#[derive(Debug, Clone, PartialEq)]
pub struct MovingAverage<T: Number, const N: usize> {
    line: Line<T, N>,
    sum: T::Wide,
    /// The sum of the last `count` samples, which takes over when these are `N`.
    fresh: T::Wide,
    count: u32,
}

impl<T: Number, const N: usize> MovingAverage<T, N> {
    const LEN: u32 = {
        assert!(N > 0 && N <= 1 << 24, "a window of 1 to 2^24 samples");
        N as u32
    };

    /// The state before the first sample.
    #[must_use]
    pub fn new() -> Self {
        Self {
            line: Line::new(),
            sum: T::Wide::default(),
            fresh: T::Wide::default(),
            count: 0,
        }
    }
}

impl<T: Number, const N: usize> Filter<T> for MovingAverage<T, N> {
    fn process(&mut self, sample: T) -> T {
        let (sample, oldest) = self.line.push(sample);
        match oldest {
            Some(oldest) => self.sum = self.sum + sample.widen() - oldest.widen(),
            None => self.sum = self.line.sum(),
        }
        self.fresh = self.fresh + sample.widen();
        self.count += 1;
        if self.count >= Self::LEN {
            self.sum = self.fresh;
            self.fresh = T::Wide::default();
            self.count = 0;
        }
        T::quotient(self.sum, Self::LEN)
    }
}

impl<T: Number, const N: usize> Default for MovingAverage<T, N> {
    fn default() -> Self {
        Self::new()
    }
}
