//! Models of numeric comparison and of reconnection, searched to their end.
//!
//! These are bounded exhaustive searches in Rust, not proofs of a symbolic prover: every order of events and
//! every choice of whoever is in the middle, within the bounds that each file names. `tests/model/verifpal` has the
//! symbolic models, for a prover that knows no short digits and no power cuts; `tests/model/verifpal/run` runs them
//! where it is installed. Each model has controls that are broken on purpose, whose attack has to be found.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod comparison;
mod reconnection;
