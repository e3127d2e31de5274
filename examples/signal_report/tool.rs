//! The command line: samples in, a page out.

use std::io::{BufRead, Write};

use crate::tools::Failure;
use crate::tools::arguments::Arguments;
use crate::tools::lines::Lines;
use crate::{analysis, facts, page, sections};

pub(crate) const HELP: &str = "\
Turns one ECG channel into a page that a clinician can read.

    signal_report --rate HZ --gain UNITS_PER_MV [--title TEXT] < samples > report.html

    --rate HZ             samples a second, 100 to 1000
    --gain UNITS_PER_MV   how much a sample grows with a millivolt
    --title TEXT          the heading; \"ECG report\" without it
    --quality, --class    understood as rpeaks does; the page has both always

Standard input: one integer sample a line, with any constant offset; further
columns are ignored, and lines that begin with #. Standard output: one HTML file
that needs nothing else, neither scripts nor fonts nor a network: the ECG with
its beats, heart rate, RR intervals, heart-rate variability, signal quality, and
a screening for atrial fibrillation. The whole recording is held in memory.

Exit status: 0 all is well, 1 input or output failed, 2 the command line or a
line of the input is not understood; then there is no page.";

pub(crate) fn run(
    mut arguments: Arguments,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let (rate, gain) = arguments.ecg()?;
    let title = arguments.text("--title")?;
    let title = title.unwrap_or_else(|| "ECG report".into());
    let _ = (arguments.flag("--quality"), arguments.flag("--class"));
    arguments.finish()?;
    let mut lines = Lines::new(input);
    let mut samples = Vec::new();
    while let Some(sample) = lines.integer(&(i32::MIN..=i32::MAX))? {
        samples.push(sample);
    }
    let findings = analysis::of(&samples, rate, gain.round() as u32)
        .map_err(|error| Failure::Arguments(error.to_string()))?;
    let sections = sections::render(&findings);
    let report = facts::report(&findings, samples, title, gain);
    output.write_all(page::render_with(&report, &sections).as_bytes())?;
    Ok(())
}
