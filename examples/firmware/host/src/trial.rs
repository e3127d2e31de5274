//! One board's trial, from the factory to the last sample.
//!
//! ```text
//!  power ─ pairing ─ samples ─ cable cut ─ KILLED ─ power ─ what lay on flash ─ the whole signal ─ end
//!                                  │                  │
//!                          backlog on flash       no pairing
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use iomt::time::Instant;

use crate::emulator::{Board, Emulator};
use crate::records::{Boot, ecg};
use crate::site::Site;

/// How long the whole may take: the signal takes 16 s, what is before the kill some 10, a busy machine its time.
const PATIENCE: Duration = Duration::from_secs(100);
/// After so many samples of the first boot the cable is cut, and so much later the power.
const SAMPLES_BEFORE_CUT: usize = 1_750;
const CUT: iomt::time::Duration = iomt::time::Duration::from_millis(2_200);
/// How long the line may be quiet before something else is due.
const TURN: Duration = Duration::from_millis(2);

/// What came of a trial that has passed.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) boots: [Boot; 2],
    /// Samples that were on the flash alone when the power went.
    pub(crate) rescued: usize,
    pub(crate) pairings: u32,
    pub(crate) reconnections: u32,
    pub(crate) damaged: u64,
    pub(crate) dropped: u64,
    pub(crate) seconds: u64,
}

struct Trial {
    emulator: Emulator,
    site: Site,
    started: std::time::Instant,
    /// What the device has said it has kept, of the boot under way.
    kept: usize,
    said: Vec<String>,
}

pub(crate) fn run(
    name: &str,
    program: &Path,
    folder: &Path,
    seed: u64,
) -> Result<Outcome, Box<dyn Error>> {
    let (board, label) = Board::make(name, program, folder)?;
    let started = std::time::Instant::now();
    let site = Site::new(now(started), &label, seed)?;
    let mut trial = Trial {
        emulator: board.power_up()?,
        site,
        started,
        kept: 0,
        said: Vec::new(),
    };
    let outcome = trial.run(&board);
    outcome
        .map_err(|error| format!("{error}; the board's console: {}", trial.said.join(", ")).into())
}

impl Trial {
    fn run(&mut self, board: &Board) -> Result<Outcome, Box<dyn Error>> {
        self.until("the first samples", |trial| {
            trial.site.records.samples(0) >= SAMPLES_BEFORE_CUT
        })?;
        self.cut_cable()?;
        let before = self.site.records.samples(0);
        let kept = self.kill_and_restart(board)?;
        self.until("the whole signal", |trial| {
            trial.site.records.samples(0) >= kept
                && trial.site.records.samples(1) == ecg::SAMPLES.len()
        })?;
        let outcome = Outcome {
            boots: [self.site.records.check(0)?, self.site.records.check(1)?],
            rescued: kept.saturating_sub(before),
            pairings: self.site.pairings,
            reconnections: self.site.reconnections,
            damaged: self.site.damaged(),
            dropped: self.site.dropped(),
            seconds: self.started.elapsed().as_secs(),
        };
        self.verify(&outcome, kept)?;
        Ok(outcome)
    }

    /// What has to be so beside the samples and beats themselves.
    fn verify(&self, outcome: &Outcome, kept: usize) -> Result<(), String> {
        let claims = [
            (
                self.site.complaints.is_empty(),
                self.site.complaints.join("; "),
            ),
            (
                self.site.records.repeated == 0,
                "a record came twice".into(),
            ),
            (self.site.records.boots() == 2, "not two boots".into()),
            (
                outcome.boots[0].samples >= kept,
                "samples that were kept are missing".into(),
            ),
            (
                outcome.rescued > 0,
                "nothing was on the flash alone when the power went".into(),
            ),
            (
                outcome.pairings == 1,
                format!("{} pairings, not 1", outcome.pairings),
            ),
            (
                outcome.reconnections >= 2,
                format!("{} reconnections, not 2 or more", outcome.reconnections),
            ),
            (
                outcome.damaged > 0 && outcome.dropped > 0,
                "the cable damaged nothing".into(),
            ),
            (
                outcome.boots.iter().all(|boot| boot.beats > 0),
                "no beats".into(),
            ),
        ];
        let wrong: Vec<String> = claims
            .into_iter()
            .filter(|(holds, _)| !holds)
            .map(|(_, word)| word)
            .collect();
        wrong
            .is_empty()
            .then_some(())
            .ok_or_else(|| wrong.join("; "))
    }

    /// Runs both ends of the cable until it is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<(), Box<dyn Error>> {
        while !is_so(self) {
            if self.started.elapsed() > PATIENCE {
                return Err(format!("{what} did not come in {} s", PATIENCE.as_secs()).into());
            }
            if let Some(bytes) = self.emulator.receive(TURN) {
                self.site.receive(now(self.started), &bytes);
            }
            let bytes = self.site.run(now(self.started));
            if !bytes.is_empty() {
                self.emulator.send(&bytes);
            }
            self.listen()?;
        }
        Ok(())
    }

    /// Nothing gets through, either way, while the board goes on measuring.
    fn cut_cable(&mut self) -> Result<(), Box<dyn Error>> {
        let end = now(self.started) + CUT;
        while now(self.started) < end {
            let _ = self.emulator.receive(TURN);
            self.listen()?;
        }
        Ok(())
    }

    /// The power fails, and comes back; returns how many samples the device had said that it has kept.
    fn kill_and_restart(&mut self, board: &Board) -> Result<usize, Box<dyn Error>> {
        let last_words = self.emulator.kill()?;
        last_words.into_iter().for_each(|line| self.note(line));
        self.said.push("KILLED".into());
        self.emulator = board.power_up()?;
        Ok(std::mem::take(&mut self.kept))
    }

    fn listen(&mut self) -> Result<(), Box<dyn Error>> {
        let lines: Vec<String> = self.emulator.console().collect();
        lines.into_iter().for_each(|line| self.note(line));
        match self.emulator.is_running() {
            true => Ok(()),
            false => Err("the board has stopped".into()),
        }
    }

    fn note(&mut self, line: String) {
        match line
            .strip_prefix("kept ")
            .and_then(|count| count.parse().ok())
        {
            Some(count) => self.kept = count,
            // QEMU has its own remarks, on timers that are being set.
            None if line.starts_with("Timer with period zero") => {}
            None => self.said.push(line),
        }
    }
}

fn now(started: std::time::Instant) -> Instant {
    Instant::since(started, std::time::Instant::now())
}
