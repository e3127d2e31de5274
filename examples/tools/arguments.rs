//! The words of a command line.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use iomt::time::SampleRate;

use super::Failure;

/// Words not yet understood.
#[derive(Debug)]
pub(crate) struct Arguments {
    words: Vec<String>,
}

impl Arguments {
    pub(crate) fn new(words: Vec<String>) -> Self {
        Self { words }
    }

    /// The first word: what to do.
    pub(crate) fn verb(&mut self) -> Option<String> {
        (!self.words.is_empty()).then(|| self.words.remove(0))
    }

    /// What every tool asks of an ECG: its rate, and how much a sample grows with a millivolt.
    pub(crate) fn ecg(&mut self) -> Result<(SampleRate, f64), Failure> {
        let rate = self.rate(100.0..=1_000.0)?;
        Ok((rate, self.number("--gain", 0.5..=1e9)?))
    }

    /// Samples a second, to a thousandth.
    pub(crate) fn rate(&mut self, range: RangeInclusive<f64>) -> Result<SampleRate, Failure> {
        let hz = self.number("--rate", range)?;
        let rate = SampleRate::from_millihertz((hz * 1e3).round() as u32);
        rate.ok_or_else(|| Failure::Arguments("--rate: 0".into()))
    }

    /// Whether a word stands there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let count = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < count
    }

    /// The word after `name`.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let Some(at) = self.words.iter().position(|word| word == name) else {
            return Ok(None);
        };
        self.words.remove(at);
        if at == self.words.len() {
            return Err(Failure::Arguments(format!("{name}: its value is missing")));
        }
        Ok(Some(self.words.remove(at)))
    }

    /// The number after `name`, which must stand there and lie within the range.
    pub(crate) fn number<T>(&mut self, name: &str, range: RangeInclusive<T>) -> Result<T, Failure>
    where
        T: FromStr + PartialOrd + Display,
    {
        let text = self.text(name)?;
        let text = text.ok_or_else(|| Failure::Arguments(format!("{name} is missing")))?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            Failure::Arguments(format!("{name}: {text} is no number from {low} to {high}"))
        })
    }

    /// Refuses what is left.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self.words.first() {
            Some(word) => Err(Failure::Arguments(format!("{word} is not understood"))),
            None => Ok(()),
        }
    }
}
