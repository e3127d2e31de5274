//! Lines of numbers.

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
        if !self.advance()? {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&self.buffer);
        let first = line.trim().split([',', ';', ' ', '\t']).next();
        let first = first.unwrap_or_default();
        match first.parse::<i64>() {
            Err(_) => Err(self.refuse(format!("{first:?} is no integer"))),
            Ok(number) => match i32::try_from(number) {
                Ok(number) if range.contains(&number) => Ok(Some(number)),
                _ => {
                    let (low, high) = (range.start(), range.end());
                    Err(self.refuse(format!("{number} is not within {low} to {high}")))
                }
            },
        }
    }

    /// The next line's columns, between commas; `None` at the end.
    pub(crate) fn columns(&mut self) -> Result<Option<Columns>, Failure> {
        let is_there = self.advance()?;
        Ok(is_there.then(|| Columns {
            text: String::from_utf8_lossy(&self.buffer).into_owned(),
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

    fn refuse(&self, what: String) -> Failure {
        Failure::Line {
            line: self.line,
            what,
        }
    }
}

/// A line of columns.
pub(crate) struct Columns {
    text: String,
    line: u64,
}

impl Columns {
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

    fn text(&self, column: usize) -> Result<&str, Failure> {
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
