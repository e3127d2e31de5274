//! The other end of the emulated node's serial line: gateway and server, and what checks them all.
//!
//! ```text
//!  qemu-system-arm ── UART ── noise ── link::Gateway ── node::Server ── records ── check
//!   killed once                ▲ bits flipped, bytes added               │
//!                              └──────────── receipts ◄─────────────────┘
//! ```
//!
//! For each board a thread of its own: `iomt-firmware-host FOLDER BOARD=PROGRAM…`, where the board is named as QEMU does,
//! the program is the node built for it, and the boards' flash lies in the folder. Exits with 1 where anything is
//! missing, twice, or out of order.

mod emulator;
mod noise;
mod records;
mod site;
mod trial;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use trial::Outcome;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from);
    let boards: Option<Vec<(String, PathBuf)>> =
        arguments.map(|argument| parse(&argument)).collect();
    let (Some(folder), Some(boards @ [_, ..])) = (folder, boards.as_deref()) else {
        eprintln!("usage: iomt-firmware-host FOLDER BOARD=PROGRAM...");
        return ExitCode::FAILURE;
    };
    let outcomes = run_all(&folder, boards);
    print(&outcomes);
    match outcomes.iter().all(|(_, outcome)| outcome.is_ok()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn parse(argument: &str) -> Option<(String, PathBuf)> {
    let (board, program) = argument.split_once('=')?;
    Some((board.to_owned(), program.into()))
}

fn run_all(folder: &Path, boards: &[(String, PathBuf)]) -> Vec<(String, Result<Outcome, String>)> {
    thread::scope(|scope| {
        let trials: Vec<_> = (1..)
            .zip(boards)
            .map(|(seed, (board, program))| {
                let place = folder.join(board);
                let trial = move || {
                    trial::run(board, program, &place, seed).map_err(|error| error.to_string())
                };
                (board.clone(), scope.spawn(trial))
            })
            .collect();
        let end = |(board, trial): (String, thread::ScopedJoinHandle<'_, _>)| {
            (
                board,
                trial
                    .join()
                    .unwrap_or_else(|_| Err("the trial has panicked".into())),
            )
        };
        trials.into_iter().map(end).collect()
    })
}

fn print(outcomes: &[(String, Result<Outcome, String>)]) {
    println!("               samples before   samples  beats  pair-  recon-  bytes    frames");
    println!("board          and after kill   rescued  found  ings   nected  damaged  dropped");
    for (board, outcome) in outcomes {
        match outcome {
            Ok(it) => println!(
                "{board:<13} {:>7} {:>7} {:>9} {:>6} {:>5} {:>7} {:>8} {:>8}  {} s",
                it.boots[0].samples,
                it.boots[1].samples,
                it.rescued,
                it.boots[0].beats + it.boots[1].beats,
                it.pairings,
                it.reconnections,
                it.damaged,
                it.dropped,
                it.seconds
            ),
            Err(reason) => println!("{board:<13} FAILED: {reason}"),
        }
    }
    if outcomes.iter().all(|(_, outcome)| outcome.is_ok()) {
        println!("every sample and every beat has arrived once, in order");
    }
}
