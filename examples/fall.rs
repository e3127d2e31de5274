//! Falls in a recording of an accelerometer at the waist.

#[path = "tools/columns.rs"]
mod columns;

use std::num::NonZeroU32;

use iomt::signal::motion::FallDetector;
use iomt::time::SampleRate;

const HELP: &str = "\
Finds falls in the acceleration at the waist.

usage: fall --rate HZ --counts-per-g N < XYZ.csv

stdin   lines `x,y,z`, in counts; further columns and lines that begin with # are ignored
stdout  the index of the sample, from 0, at which each alarm is raised";

fn main() {
    let [rate, counts_per_g] = columns::options(HELP, ["--rate", "--counts-per-g"]);
    let counts_per_g = NonZeroU32::new(counts_per_g.round() as u32)
        .unwrap_or_else(|| columns::refuse("--counts-per-g needs to be at least 1"));
    if !(25.0..=100_000.0).contains(&rate) {
        columns::refuse("--rate needs to be from 25 to 100000");
    }
    let mut detector = FallDetector::new(SampleRate::hz(rate.round() as u32), counts_per_g);
    columns::for_each(|line| {
        let [x, y, z] = [line.number(0)?, line.number(1)?, line.number(2)?];
        Ok(detector.push([x, y, z].map(|count| count.round() as i32)))
    });
}
