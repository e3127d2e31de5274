//! What the example tools have in common: words and lines in, an exit status out.

pub(crate) mod af_screen;
pub(crate) mod arguments;
pub(crate) mod fall;
pub(crate) mod glucose;
pub(crate) mod lines;
pub(crate) mod ppg_heart_rate;
pub(crate) mod rpeaks;
pub(crate) mod waveform;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use arguments::Arguments;

/// Why a tool stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line is not understood.
    #[error("{0}; --help says more")]
    Arguments(String),
    /// A line of the input is not understood; lines count from 1.
    #[error("line {line}: {what}")]
    Line { line: u64, what: String },
    /// The input is no output of the tool that it is given back to.
    #[error("{0}")]
    Input(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Failure {
    fn status(&self) -> ExitCode {
        match self {
            Self::Io(_) => ExitCode::FAILURE,
            _ => ExitCode::from(2),
        }
    }
}

/// The body of a tool.
pub(crate) type Run = fn(Arguments, &mut dyn BufRead, &mut dyn Write) -> Result<(), Failure>;

/// Runs a tool on the process's own command line, standard input and output.
pub(crate) fn run(help: &str, tool: Run) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        println!("{help}");
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::new(words);
    let mut output = io::stdout().lock();
    let result = tool(arguments, &mut io::stdin().lock(), &mut output);
    match result.and_then(|()| Ok(output.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.status()
        }
    }
}
