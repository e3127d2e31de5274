//! Atrial-fibrillation screening from the intervals between beats, a line for each beat.

#[path = "tools/columns.rs"]
mod columns;

use iomt::signal::rhythm::FibrillationScreen;

const HELP: &str = "\
Tells after each beat whether the atria fibrillate, from the intervals alone.

usage: af_screen < RR.csv

stdin   lines `sample,rr_s`: where the beat is, and the interval that ends with it, in seconds;
        further columns and lines that begin with # are ignored
stdout  lines `sample,0` or `sample,1`, one for each beat, from it and those before it";

fn main() {
    let [] = columns::options(HELP, []);
    let mut screen = FibrillationScreen::new();
    columns::for_each(|line| {
        let (sample, rr_s) = (line.count(0)?, line.number(1)?);
        if rr_s < 0.0 {
            return Err(format!("an interval below zero: {rr_s}"));
        }
        let told = screen.interval_us((rr_s * 1e6).round() as u32);
        Ok(Some(format!("{sample},{}", u8::from(told))))
    });
}
