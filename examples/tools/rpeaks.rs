//! R peaks of one ECG channel.

use std::io::{BufRead, Write};

use iomt::signal::ecg::{BeatClass, BeatClassifier, RPeak, RPeakDetector};

use super::Failure;
use super::arguments::Arguments;
use super::lines::Lines;

pub(crate) const HELP: &str = "\
Finds the R peaks of one ECG channel, in a stream.

    rpeaks --rate HZ --gain UNITS_PER_MV [--quality] [--class] < samples > peaks

    --rate HZ             samples a second, 100 to 1000
    --gain UNITS_PER_MV   how much a sample grows with a millivolt
    --quality             say of each beat whether it can be trusted
    --class               say of each beat where it began, one beat later, or
                          2.6 s after it where none follows

Standard input: one integer sample a line, with any constant offset; further
columns are ignored, and lines that begin with #. Standard output: a line for
each beat as it is found, with the index of its R peak, counted from 0 at the
first sample; with --quality, after a space, 1 for a beat that can be trusted,
and 0 for one that noise may have made; with --class, after another space, N
for a normal beat and V for one from a ventricle.

Exit status: 0 all is well, 1 input or output failed, 2 the command line or a
line of the input is not understood.";

pub(crate) fn run(
    mut arguments: Arguments,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let (rate, gain) = arguments.ecg()?;
    let has_quality = arguments.flag("--quality");
    let has_class = arguments.flag("--class");
    arguments.finish()?;
    let detector = RPeakDetector::new(rate, gain.round() as u32);
    let mut detector = detector.map_err(|error| Failure::Arguments(error.to_string()))?;
    let classifier = has_class.then(|| BeatClassifier::new(rate, gain.round() as u32));
    let classifier = classifier.transpose();
    let mut classifier = classifier.map_err(|error| Failure::Arguments(error.to_string()))?;
    let mut lines = Lines::new(input);
    while let Some(sample) = lines.integer(&(i32::MIN..=i32::MAX))? {
        if let Some(classifier) = &mut classifier {
            classifier.push(sample);
        }
        if let Some(peak) = detector.push(sample) {
            handle_peak(output, peak, &mut classifier, has_quality)?;
        }
        if let Some((peak, class)) = classifier.as_mut().and_then(BeatClassifier::settle) {
            write_peak(output, &peak, has_quality, Some(class))?;
        }
    }
    while let Some(peak) = detector.flush() {
        handle_peak(output, peak, &mut classifier, has_quality)?;
    }
    if let Some((peak, class)) = classifier.and_then(|mut classifier| classifier.flush()) {
        write_peak(output, &peak, has_quality, Some(class))?;
    }
    Ok(())
}

fn handle_peak(
    output: &mut dyn Write,
    peak: RPeak,
    classifier: &mut Option<BeatClassifier>,
    has_quality: bool,
) -> Result<(), Failure> {
    let Some(classifier) = classifier else {
        return write_peak(output, &peak, has_quality, None);
    };
    match classifier.beat(&peak) {
        Some((peak, class)) => write_peak(output, &peak, has_quality, Some(class)),
        None => Ok(()),
    }
}

/// A whole line at once, so that whoever reads the stream has it now.
fn write_peak(
    output: &mut dyn Write,
    peak: &RPeak,
    has_quality: bool,
    class: Option<BeatClass>,
) -> Result<(), Failure> {
    let quality = match has_quality {
        true if peak.is_doubtful => " 0",
        true => " 1",
        false => "",
    };
    let class = match class {
        Some(BeatClass::Ventricular) => " V",
        Some(BeatClass::Normal) => " N",
        None => "",
    };
    writeln!(output, "{}{quality}{class}", peak.index)?;
    Ok(output.flush()?)
}
