//! Heart-rate variability in time and in frequency, by Poincaré, and by sample entropy.
//!
//! Definitions are those of the Task Force of the ESC and NASPE (Circulation 93, 1996).

mod entropy;
mod frequency;
mod time_domain;

pub use entropy::sample_entropy;
pub use frequency::BandPowers;
pub use time_domain::TimeDomain;
