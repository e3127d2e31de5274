//! What looks at everything and believes nothing.
//!
//! ```text
//!  device ── taken, lost, end of power ──► ledger ◄── stored, named ── shelf ◄── recipient
//!    │                                        │                                       │
//!    │                                     verdict: stored │ named │ with the power │ rolled back │ FAILURE
//!    └──── sent, put on storage ──► wire log ◄── opened ──────────────────────────────┘
//! ```
//!
//! They share nothing with the crate but its types, and are tested themselves: `oracle_tests`.

pub mod bounds;
pub mod clocks;
pub mod ledger;
pub mod naming;
pub mod shelf;
pub mod wire_log;

pub use clocks::Clocks;
pub use ledger::{Ledger, Reading, Tally};
pub use shelf::Shelf;
pub use wire_log::WireLog;

/// How many recipients a device has at most.
pub const RECIPIENTS: usize = 2;

/// The oracles of one run.
#[derive(Debug, Default)]
pub struct Oracles {
    pub wire: WireLog,
    pub ledger: Ledger,
    pub clocks: Clocks,
}
