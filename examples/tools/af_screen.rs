//! Atrial-fibrillation screening from the intervals between beats, a line for each beat.

use std::io::{BufRead, Write};

use iomt::signal::rhythm::FibrillationScreen;

use super::Failure;
use super::arguments::Arguments;
use super::lines::Lines;

pub(crate) const HELP: &str = "\
Tells after each beat whether the atria fibrillate, from the intervals alone.

usage: af_screen < RR.csv

stdin   lines `sample,rr_s`: where the beat is, and the interval that ends with it, in seconds;
        further columns and lines that begin with # are ignored
stdout  lines `sample,0` or `sample,1`, one for each beat, from it and those before it

Exit status: 0 all is well, 1 input or output failed, 2 the command line or a
line of the input is not understood.";

pub(crate) fn run(
    arguments: Arguments,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    arguments.finish()?;
    let mut screen = FibrillationScreen::new();
    let mut lines = Lines::new(input);
    while let Some(line) = lines.columns()? {
        let (sample, rr_s) = (line.count(0)?, line.number(1)?);
        if rr_s < 0.0 {
            return Err(line.refuse(format!("an interval below zero: {rr_s}")));
        }
        let told = screen.interval_us((rr_s * 1e6).round() as u32);
        writeln!(output, "{sample},{}", u8::from(told))?;
        output.flush()?;
    }
    Ok(())
}
