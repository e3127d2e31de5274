//! What a light on the skin tells.
//!
//! ```text
//! two PPG, ─> 25 Hz ─> the last 8 s ─> spectra ─> less what moves ─> belief over ─> rate
//! three g              each 2 s                   like the arm       40 to 200
//! ```

mod heart_rate;

pub use heart_rate::PpgHeartRate;
