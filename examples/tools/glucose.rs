//! Glucose in 20 and 30 minutes, and an alarm before it is low.

use std::io::{BufRead, Write};

use iomt::signal::glucose::GlucoseForecaster;

use super::Failure;
use super::arguments::Arguments;
use super::lines::Lines;

pub(crate) const HELP: &str = "\
Predicts glucose 20 and 30 minutes ahead, in mg/dL.

usage: glucose < READINGS.csv

stdin   lines `minutes,mg_dl`, in the order of time; further columns and lines that begin with #
        are ignored
stdout  lines `minutes,predicted_20,predicted_30,low_alarm`, one for each reading; the alarm is 1
        when glucose is low, or will be in 20 minutes

Exit status: 0 all is well, 1 input or output failed, 2 the command line or a
line of the input is not understood.";

pub(crate) fn run(
    arguments: Arguments,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    arguments.finish()?;
    let mut forecaster = GlucoseForecaster::new();
    let mut lines = Lines::new(input);
    while let Some(line) = lines.columns()? {
        let (minutes, mg_dl) = (line.number(0)?, line.number(1)?);
        let forecast = forecaster.reading(minutes, mg_dl as f32);
        let forecast = forecast.map_err(|error| line.refuse(error.to_string()))?;
        writeln!(
            output,
            "{},{:.1},{:.1},{}",
            line.text(0)?,
            forecast.in_20_min,
            forecast.in_30_min,
            u8::from(forecast.low_alarm),
        )?;
        output.flush()?;
    }
    Ok(())
}
