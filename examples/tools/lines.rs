//! Lines of numbers.

use std::borrow::Cow;
use std::io::BufRead;
use std::ops::RangeInclusive;

use super::Failure;

/// The first column of each line that does not begin with `#`.
pub(crate) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            line: 0,
        }
    }

    /// The next line's integer; `None` at the end.
    pub(crate) fn integer(&mut self, range: &RangeInclusive<i32>) -> Result<Option<i32>, Failure> {
        let line = self.columns()?;
        line.map(|line| line.integer(range)).transpose()
    }

    /// The next line's columns, between commas; `None` at the end.
    pub(crate) fn columns(&mut self) -> Result<Option<Columns<'_>>, Failure> {
        let is_there = self.advance()?;
        Ok(is_there.then(|| Columns {
            text: String::from_utf8_lossy(&self.buffer),
            line: self.line,
        }))
    }

    /// Goes to the next line that is no comment.
    fn advance(&mut self) -> Result<bool, Failure> {
        loop {
            self.buffer.clear();
            if self.input.read_until(b'\n', &mut self.buffer)? == 0 {
                return Ok(false);
            }
            self.line += 1;
            if !self.buffer.starts_with(b"#") {
                return Ok(true);
            }
        }
    }
}

/// A line of columns.
pub(crate) struct Columns<'a> {
    text: Cow<'a, str>,
    line: u64,
}

impl Columns<'_> {
    /// The first column as an integer, whatever follows it.
    fn integer(&self, range: &RangeInclusive<i32>) -> Result<i32, Failure> {
        let first = self.text.trim().split([',', ';', ' ', '\t']).next();
        let first = first.unwrap_or_default();
        let number: Result<i64, _> = first.parse();
        let number = number.map_err(|_| self.refuse(format!("{first:?} is no integer")))?;
        let within = i32::try_from(number)
            .ok()
            .filter(|number| range.contains(number));
        within.ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            self.refuse(format!("{number} is not within {low} to {high}"))
        })
    }

    /// The column as a number; the first is 0.
    pub(crate) fn number(&self, column: usize) -> Result<f64, Failure> {
        let text = self.text(column)?;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.refuse(format!("{text:?} is no number")))
    }

    /// The column as an integer from 0.
    pub(crate) fn count(&self, column: usize) -> Result<u64, Failure> {
        let text = self.text(column)?;
        let count = text.parse();
        count.map_err(|_| self.refuse(format!("{text:?} is no integer from 0")))
    }

    /// The column as it stands there, without the spaces around it.
    pub(crate) fn text(&self, column: usize) -> Result<&str, Failure> {
        let text = self.text.split(',').nth(column).map(str::trim);
        text.ok_or_else(|| self.refuse(format!("column {} is missing", column + 1)))
    }

    /// Says what is wrong with the line.
    pub(crate) fn refuse(&self, what: String) -> Failure {
        Failure::Line {
            line: self.line,
            what,
        }
    }
}
