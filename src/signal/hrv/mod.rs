//! Heart-rate variability in the time domain, by Poincaré, and by sample entropy.
//!
//! Definitions are those of the Task Force of the ESC and NASPE (Circulation 93, 1996).

mod entropy;
mod time_domain;

pub use entropy::sample_entropy;
pub use time_domain::TimeDomain;
