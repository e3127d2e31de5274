use serde::{Deserialize, Serialize};

/// A setting of the device, as it is from now on. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting<'a> {
    /// Its name, of the vendor.
    pub name: &'a str,
    /// Its value, as text.
    pub value: &'a str,
}

impl Setting<'_> {
    /// The longest that a text may be, in bytes.
    pub const MAX_TEXT: usize = 64;
}
