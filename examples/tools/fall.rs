//! Falls in a recording of an accelerometer at the waist.

use std::io::{BufRead, Write};
use std::num::NonZeroU32;

use iomt::signal::motion::FallDetector;

use super::Failure;
use super::arguments::Arguments;
use super::lines::Lines;

pub(crate) const HELP: &str = "\
Finds falls in the acceleration at the waist.

usage: fall --rate HZ --counts-per-g N < XYZ.csv

stdin   lines `x,y,z`, in counts; further columns and lines that begin with # are ignored
stdout  the index of the sample, from 0, at which each alarm is raised

Exit status: 0 all is well, 1 input or output failed, 2 the command line or a
line of the input is not understood.";

pub(crate) fn run(
    mut arguments: Arguments,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let rate = arguments.rate(25.0..=100_000.0)?;
    let counts_per_g: f64 = arguments.number("--counts-per-g", 1.0..=4e9)?;
    arguments.finish()?;
    let counts_per_g = NonZeroU32::MIN.saturating_add(counts_per_g.round() as u32 - 1);
    let mut detector = FallDetector::new(rate, counts_per_g);
    let mut lines = Lines::new(input);
    while let Some(line) = lines.columns()? {
        let counts = [line.number(0)?, line.number(1)?, line.number(2)?];
        let Some(alarm) = detector.push(counts.map(|count| count.round() as i32)) else {
            continue;
        };
        writeln!(output, "{alarm}")?;
        output.flush()?;
    }
    Ok(())
}
