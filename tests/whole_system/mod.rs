//! A device on simulated flash, its recipients with a store each, and the paths between them, on a clock that jumps from
//! one timeout to the next.

#[path = "../simulation/medium.rs"]
pub mod medium;
#[path = "../support/nor_flash.rs"]
pub mod nor_flash;
#[path = "../simulation/oracle/mod.rs"]
pub mod oracle;
pub mod place;
#[path = "../simulation/random.rs"]
pub mod random;
pub mod relay;
pub mod world;
