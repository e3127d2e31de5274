//! What a microphone on the chest tells.
//!
//! ```text
//! sound ─> 25–150 Hz ─> energy each 20 ms ─> maxima ─> short and long pauses ─> S1, S2
//!                                                └────> rate
//! ```

mod heart;
mod pauses;

pub use heart::{HeartSound, HeartSoundDetector, SoundKind, TooSlow};
