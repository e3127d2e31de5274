//! Glucose in 20 and 30 minutes, and an alarm before it is low.

#[path = "tools/columns.rs"]
mod columns;

use iomt::signal::glucose::GlucoseForecaster;

const HELP: &str = "\
Predicts glucose 20 and 30 minutes ahead, in mg/dL.

usage: glucose < READINGS.csv

stdin   lines `minutes,mg_dl`, in the order of time; further columns and lines that begin with #
        are ignored
stdout  lines `minutes,predicted_20,predicted_30,low_alarm`, one for each reading; the alarm is 1
        when glucose is low, or will be in 20 minutes";

fn main() {
    let [] = columns::options(HELP, []);
    let mut forecaster = GlucoseForecaster::new();
    columns::for_each(|line| {
        let (minutes, mg_dl) = (line.number(0)?, line.number(1)?);
        let forecast = forecaster.reading(minutes, mg_dl as f32);
        let forecast = forecast.map_err(|error| error.to_string())?;
        Ok(Some(format!(
            "{minutes},{:.1},{:.1},{}",
            forecast.in_20_min,
            forecast.in_30_min,
            u8::from(forecast.low_alarm),
        )))
    });
}
