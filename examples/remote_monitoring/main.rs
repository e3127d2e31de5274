//! A real ECG goes from a sensor over a bad radio and a gateway to a server, end to end.
//!
//! ```text
//! cargo run --release --example remote_monitoring
//! ```
//!
//! Device, gateway and server are real code with real bytes between them; only time, the
//! radio's faults and the battery are simulated. The run ends with a table on the terminal
//! and a page in `target/remote_monitoring.html`. `--help` lists the options.
//!
//! | file | what |
//! |---|---|
//! | `sensor` | the device's application around `node::Device` |
//! | `gateway` | forwards on the clear header, without any key |
//! | `monitor` | the server's application around `node::Server` |
//! | `radio`, `simulation`, `chance` | the world in which they live |
//! | `recording`, `options` | what goes in |
//! | `score`, `summary`, `report`, `page`, `clock` | what comes out |

mod chance;
mod clock;
mod gateway;
mod monitor;
mod options;
mod page;
mod radio;
mod recording;
mod report;
mod score;
mod sensor;
mod simulation;
mod summary;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clock::clock;
use options::{Options, USAGE};

use radio::Faults;
use recording::Recording;
use score::Reference;
use simulation::{Failure, Simulation};
use summary::Summary;

/// The exit status for a command line or a file that can not be used.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let prepared = Options::parse(std::env::args_os().skip(1)).and_then(|options| {
        let recording = if options.help {
            None
        } else {
            Some(load(&options)?)
        };
        Ok((options, recording))
    });
    let (options, recording) = match prepared {
        Ok((options, Some(recording))) => (options, recording),
        Ok((_, None)) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("remote_monitoring: {message}");
            return ExitCode::from(BAD_INPUT);
        }
    };
    match run(&options, &recording) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("remote_monitoring: not every reading has reached the server");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("remote_monitoring: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn load(options: &Options) -> Result<Recording, String> {
    match &options.input {
        None => Ok(Recording::built_in()),
        Some(input) => Recording::from_csv(&input.path, input.rate_hz, input.gain_units_per_mv),
    }
}

/// Runs it all; whether everything has reached the server.
fn run(options: &Options, recording: &Recording) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    let faults = Faults::with_loss(options.loss_percent);
    let mut simulation = Simulation::new(recording, faults, options.seed)?;
    write_heading(&mut out, options, recording, faults)?;
    let mut progress = Progress::default();
    simulation.run(|simulation| Ok(progress.show(&mut out, simulation)?))?;
    progress.end(&mut out)?;

    let reference = options.input.is_none().then(Reference::built_in);
    let summary = Summary {
        recording,
        simulation: &simulation,
        seed: options.seed,
        reference,
    };
    write_table(&mut out, &summary)?;
    let page = page_path();
    write_page(&page, &page::render(&summary.report()))?;
    writeln!(out, "\nThe page: {}", page.display())?;
    Ok(summary.is_complete())
}

fn write_heading(
    out: &mut impl Write,
    options: &Options,
    recording: &Recording,
    faults: Faults,
) -> io::Result<()> {
    writeln!(
        out,
        "{}, {:.0} s at {} Hz, seed {}",
        recording.source,
        recording.samples.len() as f64 / recording.rate_hz,
        recording.rate_hz,
        options.seed,
    )?;
    writeln!(
        out,
        "Radio: {} % lost, {} % twice, {} % late, {} % damaged, and dark once",
        faults.loss_percent,
        faults.duplicate_percent,
        faults.reorder_percent,
        faults.corrupt_percent,
    )
}

fn write_table(out: &mut impl Write, summary: &Summary<'_>) -> io::Result<()> {
    writeln!(out)?;
    for row in summary.table() {
        let label = if row.is_part {
            format!("  {}", row.label)
        } else {
            row.label
        };
        writeln!(out, "{label:<37}{}", row.value)?;
    }
    for alarm in &summary.simulation.monitor.alarms {
        let end = alarm.to_s.map_or("the end".into(), clock);
        writeln!(out, "  {} to {end:<8} {}", clock(alarm.from_s), alarm.text)?;
    }
    Ok(())
}

/// A line that follows the run, on a terminal; a line every minute elsewhere.
#[derive(Default)]
struct Progress {
    shown: u64,
}

impl Progress {
    fn show(&mut self, out: &mut impl Write, simulation: &Simulation) -> io::Result<()> {
        let seconds = simulation.elapsed_s() as u64;
        let interval = if io::stdout().is_terminal() { 5 } else { 60 };
        if seconds / interval <= self.shown / interval {
            return Ok(());
        }
        self.shown = seconds;
        let line = format!(
            "{}  {:>7} samples at the server, {:>3} frames waiting, {:>3} beats",
            clock(seconds as f64),
            simulation.monitor.samples().len(),
            simulation.sensor.node.backlog(),
            simulation.monitor.beats().len(),
        );
        if io::stdout().is_terminal() {
            write!(out, "\r{line}")?;
            out.flush()
        } else {
            writeln!(out, "{line}")
        }
    }

    fn end(&self, out: &mut impl Write) -> io::Result<()> {
        if io::stdout().is_terminal() && self.shown > 0 {
            writeln!(out)?;
        }
        Ok(())
    }
}

/// In the target folder of this build, wherever that is.
fn page_path() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    let target = executable
        .ancestors()
        .nth(3)
        .filter(|folder| folder.is_dir());
    target
        .unwrap_or(Path::new("target"))
        .join("remote_monitoring.html")
}

fn write_page(path: &Path, page: &str) -> Result<(), Failure> {
    fs::write(path, page).map_err(|error| format!("{}: {error}", path.display()).into())
}
