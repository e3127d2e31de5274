//! Devices, gateways and servers on one fake clock, and everything that can go wrong, from one seed.
//!
//! ```text
//!   seed ─► plan ─► world ┌ devices   node::Device on simulated NOR flash, or RAM alone
//!                         │ gateways  link::Gateway, no keys
//!                         │ fleets    three workers, each with node::Server, on one store of rows
//!                         │ network   loses, doubles, replays, reorders, flips, cuts, partitions
//!                         └ oracles   wire_log: no two texts under one key and nonce
//!                                     ledger:   accepted = stored once, or explained
//!                                     bounds:   drained in time, memory, work
//! ```

pub mod context;
pub mod counts;
pub mod device;
pub mod element;
pub mod faults;
pub mod fleet;
pub mod gateway;
pub mod many;
pub mod medium;
pub mod network;
pub mod oracle;
#[cfg(test)]
mod oracle_tests;
pub mod plan;
pub mod random;
pub mod report;
pub mod routing;
pub mod transaction;
pub mod worker;
pub mod world;

#[path = "../support/nor_flash.rs"]
pub mod nor_flash;

use self::counts::Counts;
use self::world::World;

/// Runs one seed; what was counted, and what went wrong.
pub fn run(seed: u64) -> (Counts, Result<(), String>) {
    let mut world = World::new(seed, false);
    let result = world.run();
    (world.context.counts, result)
}

/// Runs one seed again, and says all that happened.
pub fn log(seed: u64) -> Vec<String> {
    let mut world = World::new(seed, true);
    let _ = world.run();
    world.context.log.unwrap_or_default()
}
