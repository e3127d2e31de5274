//! Records that are *drafts*: their bodies may change until 1.0, in any version, and then get another tag.
//!
//! Everything else of [`reading`](super) keeps its body once it was in a numbered release.

mod activity;
mod asset;
mod consent;
mod dose;
mod insulin;
mod settings;
mod sleep;
mod stream;

pub use activity::{Activity, ActivityKind, Fall};
pub use asset::{Asset, Availability};
pub use consent::ConsentReference;
pub use dose::{Adherence, Dose, Reporter};
pub use insulin::{InsulinBasal, InsulinBolus, Outcome};
pub use settings::Setting;
pub use sleep::{Sleep, SleepStage};
pub use stream::Stream;
