//! Heart rate from the light at the wrist, in motion.

use std::io::{BufRead, Write};

use iomt::signal::ppg::PpgHeartRate;

use super::Failure;
use super::arguments::Arguments;
use super::lines::Lines;

pub(crate) const HELP: &str = "\
Tells the heart rate from two PPG channels and the acceleration.

usage: ppg_heart_rate --rate HZ < PPG.csv

stdin   lines `ppg1,ppg2,ax,ay,az`, acceleration in g; further columns and lines that begin with #
        are ignored
stdout  beats a minute, a line every 2 s, for the 8 s before

Exit status: 0 all is well, 1 input or output failed, 2 the command line or a
line of the input is not understood.";

pub(crate) fn run(
    mut arguments: Arguments,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let rate = arguments.rate(25.0..=100_000.0)?;
    arguments.finish()?;
    let mut tracker = PpgHeartRate::new(rate);
    let mut lines = Lines::new(input);
    while let Some(line) = lines.columns()? {
        let ppg = [line.number(0)? as f32, line.number(1)? as f32];
        let axes = [line.number(2)?, line.number(3)?, line.number(4)?];
        let Some(rate) = tracker.push(ppg, axes.map(|axis| axis as f32)) else {
            continue;
        };
        writeln!(output, "{rate:.1}")?;
        output.flush()?;
    }
    Ok(())
}
