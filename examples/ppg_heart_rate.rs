//! Heart rate from the light at the wrist, in motion.

#[path = "tools/columns.rs"]
mod columns;

use iomt::signal::ppg::PpgHeartRate;
use iomt::time::SampleRate;

const HELP: &str = "\
Tells the heart rate from two PPG channels and the acceleration.

usage: ppg_heart_rate --rate HZ < PPG.csv

stdin   lines `ppg1,ppg2,ax,ay,az`, acceleration in g; further columns and lines that begin with #
        are ignored
stdout  beats a minute, a line every 2 s, for the 8 s before";

fn main() {
    let [rate] = columns::options(HELP, ["--rate"]);
    if !(25.0..=100_000.0).contains(&rate) {
        columns::refuse("--rate needs to be from 25 to 100000");
    }
    let mut tracker = PpgHeartRate::new(SampleRate::hz(rate.round() as u32));
    columns::for_each(|line| {
        let ppg = [line.number(0)? as f32, line.number(1)? as f32];
        let axes = [line.number(2)?, line.number(3)?, line.number(4)?];
        let rate = tracker.push(ppg, axes.map(|axis| axis as f32));
        Ok(rate.map(|rate| format!("{rate:.1}")))
    });
}
