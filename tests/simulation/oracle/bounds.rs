//! What must not be exceeded, and why it is that much.

use iomt::link::Gateway;
use iomt::node::{Device, Server};
use iomt::seal::SEAL_OVERHEAD;
use iomt::time::Duration;

use super::RECIPIENTS;

/// Bytes of outbox for each recipient.
pub const OUTBOX: usize = 4_096;
/// Bytes of a gateway's store.
pub const GATEWAY: usize = 32 * 1_024;

/// A device that was not answered waits so many due intervals in all: three until it takes its recipient for dead, three
/// for a recipient that answers and opens nothing, and two between.
const SILENCES: u64 = 8;
/// The ladder of a reconnection: three rungs of eight attempts each, and the pause behind it, each as long as the longest
/// pause of a retransmission.
const ATTEMPTS: u64 = 3 * 8 + 1;
/// How often it may be climbed: for the session before, for a worker that dies amid it, for quarantine, and once more.
const CLIMBS: u64 = 4;
/// To send what waits, and whatever is not counted in intervals: the pauses of storage, of labels and of pacing.
const SENDING: Duration = Duration::from_secs(3_600);

/// Within what time after the last fault every queue is empty, and everything stored or named.
pub const fn drain(due: Duration, longest_retry: Duration) -> Duration {
    let climbing = longest_retry.saturating_mul(ATTEMPTS * CLIMBS);
    let waiting = due.saturating_mul(SILENCES).as_micros() + climbing.as_micros();
    Duration::from_micros(waiting + SENDING.as_micros())
}

/// When all faults are over and a device has heard its server, within what time an alarm is stored, whatever waits: a
/// message of 60 ms, or the second or third attempt where the worker was busy and let it go.
pub const ALARM: Duration = Duration::from_secs(10);

/// How long an alarm took against [`ALARM`].
pub fn check_alarm(took: Duration) -> Result<(), String> {
    match took <= ALARM {
        true => Ok(()),
        false => Err(format!("an alarm was stored after {took}, {ALARM} at most")),
    }
}

/// Who has taken so many steps for one seed is in a loop; the report prints the most that one took, some 700,000.
pub const STEPS: u64 = 1_000_000;

/// Bytes of a device: for each recipient its outbox and 5 KiB, of which eight epochs and two sessions take most, and 4 KiB
/// for whoever pairs just now, by any of the ways there are.
pub const DEVICE: usize = RECIPIENTS * (OUTBOX + 5 * 1_024) + 4 * 1_024;
/// Bytes of a server for one device, as its documentation has it, apart from the epochs on the heap.
pub const SERVER: usize = 8 * 1_024 + 512;
/// A server's locators: each open epoch has one, and the heap holds 0.6 KiB for each.
pub const LOCATORS: usize = 100;
/// No frame is shorter than its header without a route, and what sealing adds.
const SHORTEST_FRAME: usize = SEAL_OVERHEAD;

const _: () = {
    assert!(size_of::<Device<'static, OUTBOX, RECIPIENTS>>() <= DEVICE);
    assert!(size_of::<Gateway<usize, GATEWAY>>() <= GATEWAY + 6 * 1_024);
    assert!(size_of::<Server>() <= SERVER);
};

/// How much a node holds, against how much it may.
pub fn check(what: &str, held: usize, bound: usize) -> Result<(), String> {
    match held <= bound {
        true => Ok(()),
        false => Err(format!("{what}: {held}, {bound} at most")),
    }
}

/// The frames that a device has told of as lost, against those that it has counted: whoever polls its events behind each
/// call misses none.
pub fn check_told(told: u64, counted: u64) -> Result<(), String> {
    match told == counted {
        true => Ok(()),
        false => Err(format!(
            "a device has lost {counted} frames and has told of {told}"
        )),
    }
}

/// The frames that wait in a device's RAM.
pub fn check_backlog(frames: usize) -> Result<(), String> {
    let bound = RECIPIENTS * OUTBOX / SHORTEST_FRAME;
    check("frames in a device's RAM", frames, bound)
}

/// What is still in a queue when it should be empty.
pub fn check_drained(what: &str, left: u64, within: Duration) -> Result<(), String> {
    match left {
        0 => Ok(()),
        _ => Err(format!("{what} is not empty within {within}: {left} left")),
    }
}
