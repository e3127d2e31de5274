//! What no other test shows of the specification, requirement by requirement.
#![cfg(feature = "server")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of a test"
)]

mod bindings;
mod classes;
mod comparison;
mod endpoints;
mod frames;
mod lists;
mod records;
mod support;
