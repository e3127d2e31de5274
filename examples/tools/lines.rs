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
