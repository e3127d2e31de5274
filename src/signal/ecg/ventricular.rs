use super::boxcar::Boxcar;
use super::front::FrontEnd;
use crate::time::SampleRate;

/// Values a second that are looked at: ventricular fibrillation lies below 10 Hz.
const WORK_HZ: u32 = 50;
/// The window, in seconds.
const WINDOW_S: usize = 4;
/// One period of mains at 50 Hz, which a mean over it does not pass.
const MAINS_MS: u32 = 20;
/// Room for the window at 62 values a second, the most that a whole number of samples leaves.
const ROOM: usize = 256;
/// Half a period of 1/10 s to 0.45 s, in 1/1,000 s: 130 to 600 waves a minute.
const HALF_PERIOD_MS: core::ops::RangeInclusive<u32> = 50..=225;
/// Waves are 0.1 mV and more; below that it is asystole (Kerber et al., Circulation 95, 1997).
const FLOOR_UV: i32 = 50;
/// Windows in a row, a second apart, that say so before it is told, and that do not before it is over.
const CERTAIN: u8 = 2;
const OVER: u8 = 3;

/// Tells whether the ventricles fibrillate, or flutter, once a second from the 4 s before.
///
/// ```text
/// T/2 = π Σ|x| / Σ|x[n] − x[n−1]|       leakage = Σ|x[n] + x[n−T/2]| / Σ(|x[n]| + |x[n−T/2]|)
/// ```
///
/// A wave without beats is nearly a sine, which half a period later is its own opposite: little leaks
/// through (the VF filter of Kuo and Dillman, Computers in Cardiology, 1978, who judge at 0.406 and
/// 0.625; 5/9 lies between). And it is never long at rest, as between two beats: its mean magnitude is more
/// than a fifth of its largest.
#[derive(Debug, Clone)]
pub(super) struct VentricularWatch {
    front: FrontEnd,
    mains: Boxcar<8>,
    /// Values of the front end that make one, and what is gathered of it.
    averaged: u32,
    sum: i32,
    count: u32,
    /// Values a second.
    hz: usize,
    values: [i16; ROOM],
    next: usize,
    filled: usize,
    /// Values until it is judged again.
    until: usize,
    in_favour: u8,
    against: u8,
    is_fibrillating: bool,
}

impl VentricularWatch {
    pub(super) fn new(rate: SampleRate, units_per_mv: u32) -> Self {
        let front = FrontEnd::new(rate, units_per_mv);
        let inner_hz = front.inner_hz(rate);
        let averaged = ((inner_hz + WORK_HZ / 2) / WORK_HZ).max(1);
        let hz = ((inner_hz / averaged) as usize).clamp(1, ROOM / WINDOW_S);
        let mains = inner_hz.saturating_mul(MAINS_MS).saturating_add(500) / 1_000;
        Self {
            front,
            mains: Boxcar::new(mains as usize),
            averaged,
            sum: 0,
            count: 0,
            hz,
            values: [0; ROOM],
            next: 0,
            filled: 0,
            until: hz,
            in_favour: 0,
            against: 0,
            is_fibrillating: false,
        }
    }

    /// Forgets what was before a gap, but not what it said.
    pub(super) fn restart(&mut self) {
        self.front.restart();
        self.mains.clear();
        (self.sum, self.count, self.filled) = (0, 0, 0);
        (self.in_favour, self.against) = (0, 0);
        self.until = self.hz;
    }

    pub(super) fn is_fibrillating(&self) -> bool {
        self.is_fibrillating
    }

    /// Takes a sample in.
    pub(super) fn push(&mut self, sample: i32) {
        let Some(uv) = self.front.push(sample) else {
            return;
        };
        // Eight of these, each the sum of eight: below 2²².
        self.sum += self.mains.push(i32::from(uv));
        self.count += 1;
        if self.count < self.averaged {
            return;
        }
        let count = core::mem::take(&mut self.count) as usize * self.mains.len();
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let mean = core::mem::take(&mut self.sum).checked_div(count);
        self.keep(i16::try_from(mean.unwrap_or(0)).unwrap_or(0));
        self.until = self.until.saturating_sub(1);
        if self.until == 0 {
            self.until = self.hz;
            self.judge();
        }
    }

    fn keep(&mut self, value: i16) {
        if let Some(slot) = self.values.get_mut(self.next) {
            *slot = value;
        }
        self.next = (self.next + 1) % ROOM;
        self.filled = (self.filled + 1).min(WINDOW_S * self.hz);
    }

    fn judge(&mut self) {
        if self.filled < WINDOW_S * self.hz {
            return;
        }
        let says_so = self.window_fibrillates();
        let step = |count: u8, goes_on: bool| if goes_on { count.saturating_add(1) } else { 0 };
        self.in_favour = step(self.in_favour, says_so);
        self.against = step(self.against, !says_so);
        if self.in_favour >= CERTAIN {
            self.is_fibrillating = true;
        } else if self.against >= OVER {
            self.is_fibrillating = false;
        }
    }

    /// The window, the oldest value first.
    fn window(&self) -> impl Iterator<Item = i32> + Clone {
        let first = self.next + ROOM - self.filled;
        let at = move |age: usize| self.values.get((first + age) % ROOM);
        (0..self.filled).map(move |age| at(age).map_or(0, |value| i32::from(*value)))
    }

    /// At most 256 values below 2¹⁶ about their mean: no sum passes 2²⁵, and no product 2²⁹.
    fn window_fibrillates(&self) -> bool {
        let len = i32::try_from(self.filled).unwrap_or(1).max(1);
        let mean = self.window().sum::<i32>() / len;
        let values = || self.window().map(|value| value - mean);
        let area: i32 = values().map(i32::abs).sum();
        let largest = values().map(i32::abs).max().unwrap_or(0);
        let following = values().zip(values().skip(1));
        let travel: i32 = following.map(|(a, b)| (b - a).abs()).sum();
        // π as 355/113; to the nearest value.
        let half = (i64::from(area) * 355 * 2 / 113).checked_div(i64::from(travel));
        let half = half.and_then(|half| usize::try_from((half + 1) / 2).ok());
        let half = half.unwrap_or(0);
        let half_ms = (half * 1_000).checked_div(self.hz).unwrap_or(0);
        let is_wave = u32::try_from(half_ms).is_ok_and(|ms| HALF_PERIOD_MS.contains(&ms));
        if !is_wave || area < FLOOR_UV * len || area * 5 < largest * len {
            return false;
        }
        let opposite = values().zip(values().skip(half));
        let (left, whole) = opposite.fold((0, 0), |(left, whole), (a, b)| {
            (left + (a + b).abs(), whole + a.abs() + b.abs())
        });
        left * 9 < whole * 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::TAU;

    const RATES: [u32; 6] = [100, 128, 149, 250, 360, 1_000];

    fn watch(hz: u32, seconds: u32, uv: impl Fn(f64) -> f64) -> VentricularWatch {
        let mut watch = VentricularWatch::new(SampleRate::hz(hz), 1_000);
        for n in 0..hz * seconds {
            watch.push(uv(f64::from(n) / f64::from(hz)) as i32);
        }
        watch
    }

    /// A wave whose frequency and size wander.
    fn fibrillation(t: f64) -> f64 {
        let phase = TAU * (4.5 * t + 0.4 * (TAU * 0.31 * t).sin());
        (400.0 + 150.0 * (TAU * 0.7 * t).sin()) * phase.sin()
    }

    /// Complexes of 0.1 s and T waves, so many a minute.
    fn beats(per_minute: f64) -> impl Fn(f64) -> f64 {
        move |t| {
            let phase = (t * per_minute / 60.0).fract() * 60.0 / per_minute;
            let hump =
                |at: f64, half: f64, high: f64| (1.0 - (phase - at).abs() / half).max(0.0) * high;
            hump(0.1, 0.05, 1_200.0) + hump(0.35, 0.09, 300.0)
        }
    }

    #[test]
    fn tells_fibrillation_at_any_rate() {
        for hz in RATES {
            assert!(watch(hz, 8, fibrillation).is_fibrillating(), "{hz} Hz");
        }
    }

    #[test]
    fn beats_flat_lines_and_hum_are_no_fibrillation() {
        for hz in RATES {
            for per_minute in [40.0, 75.0, 120.0] {
                assert!(!watch(hz, 8, beats(per_minute)).is_fibrillating());
            }
            assert!(!watch(hz, 8, |_| 700.0).is_fibrillating());
            assert!(!watch(hz, 8, |t| 1_000.0 * (TAU * 50.0 * t).sin()).is_fibrillating());
            assert!(!watch(hz, 8, |t| 0.1 * fibrillation(t)).is_fibrillating());
        }
    }

    #[test]
    fn it_is_over_when_beats_come() {
        let mut watch = watch(250, 10, fibrillation);
        let beat = beats(75.0);
        for n in 0..250 * 8 {
            watch.push(beat(f64::from(n) / 250.0) as i32);
        }
        assert!(!watch.is_fibrillating());
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        for hz in RATES {
            for period in [1, 3, 40, 90, 125] {
                let mut watch = VentricularWatch::new(SampleRate::hz(hz), 1);
                for n in 0..20 * hz {
                    let high = (n / period).is_multiple_of(2);
                    watch.push(if high { i32::MAX } else { i32::MIN });
                }
            }
        }
    }
}
