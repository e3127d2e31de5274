use serde::{Deserialize, Serialize};

/// Which consent the records that follow are sent under. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentReference<'a> {
    /// The consent, as its keeper names it.
    pub reference: &'a str,
    /// Its version.
    pub version: u32,
}

impl ConsentReference<'_> {
    /// The longest that a text may be, in bytes.
    pub const MAX_TEXT: usize = 64;
}
