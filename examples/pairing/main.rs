//! The six ways in which two devices meet, side by side: what the person does, and what it costs.
//!
//! `cargo run --release --example pairing`
//!
//! Every row was run between two parties in this process, a hundred times, with fresh keys and random values; the
//! bytes are those of the packets that they gave each other, the time is that of both sides together on this machine.

#![allow(
    clippy::print_stdout,
    reason = "an example speaks to whoever has started it"
)]

mod runs;

use std::time::{Duration, Instant};

use iomt::link::{AttPayload, FRAGMENT_HEADER};
use runs::{Outcome, Run};

/// A model, in the words of its row.
struct Row {
    number: u8,
    name: &'static str,
    handshake: &'static str,
    person: &'static str,
    run: fn() -> Outcome<Run>,
}

const ROWS: [Row; 6] = [
    Row {
        number: 1,
        name: "label: key, secret",
        handshake: "IKpsk2",
        person: "presses the button, scans the label",
        run: runs::label_with_key,
    },
    Row {
        number: 2,
        name: "label: secret",
        handshake: "XXpsk0",
        person: "presses the button, scans the label",
        run: runs::label,
    },
    Row {
        number: 3,
        name: "passcode",
        handshake: "CPace, XXpsk0",
        person: "arms it, types six digits",
        run: runs::passcode,
    },
    Row {
        number: 4,
        name: "comparison",
        handshake: "XX, nonce",
        person: "starts it on both sides, compares six digits, says yes twice",
        run: runs::comparison,
    },
    Row {
        number: 5,
        name: "factory keys",
        handshake: "IK",
        person: "nothing",
        run: runs::factory_keys,
    },
    Row {
        number: 6,
        name: "reconnection",
        handshake: "KKpsk0",
        person: "nothing, once a day",
        run: runs::reconnection,
    },
];

const REPETITIONS: usize = 100;

fn main() -> Outcome<()> {
    println!("  model              handshake     what the person does");
    for row in &ROWS {
        let Row {
            number,
            name,
            handshake,
            person,
            ..
        } = row;
        println!("{number} {name:<18} {handshake:<13} {person}");
    }
    println!("\n  model              packets  bytes  at MTU 23       us  bytes of each packet");
    for row in &ROWS {
        print_cost(row)?;
    }
    println!("\npackets      of the handshake; the first frame and its receipt end it");
    println!("at MTU 23    how many writes and notifications over the smallest Bluetooth LE");
    println!("us           both sides together, the median of {REPETITIONS} runs on this machine");
    Ok(())
}

fn print_cost(row: &Row) -> Outcome<()> {
    let (run, median) = measure(row.run)?;
    let each: Vec<String> = run.packets.iter().map(usize::to_string).collect();
    println!(
        "{} {:<18} {:>7} {:>6} {:>10} {:>8}  {}",
        row.number,
        row.name,
        run.packets.len(),
        run.packets.iter().sum::<usize>(),
        run.packets
            .iter()
            .map(|bytes| fragments(*bytes))
            .sum::<usize>(),
        median.as_micros(),
        each.join(" "),
    );
    Ok(())
}

/// The last run, and the median of all times.
fn measure(run: fn() -> Outcome<Run>) -> Outcome<(Run, Duration)> {
    let mut times = Vec::with_capacity(REPETITIONS);
    let mut last = run()?;
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        last = run()?;
        times.push(start.elapsed().saturating_sub(last.keys));
    }
    times.sort_unstable();
    Ok((
        last,
        times.get(REPETITIONS / 2).copied().unwrap_or_default(),
    ))
}

fn fragments(packet: usize) -> usize {
    packet.div_ceil(AttPayload::MIN.len() - FRAGMENT_HEADER)
}
