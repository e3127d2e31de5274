use serde::{Deserialize, Serialize};

/// A short text, as a patient or a device wrote it.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text<'a> {
    /// The language, as a tag of BCP 47; empty: not known.
    pub language: &'a str,
    /// The text.
    pub text: &'a str,
}

impl Text<'_> {
    /// The longest that a text may be, in bytes.
    pub const MAX_TEXT: usize = 255;
}
