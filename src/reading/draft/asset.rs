use serde::{Deserialize, Serialize};

/// A thing that is counted, found or runs out. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset<'a> {
    /// What it is, as its owner codes it.
    pub item: &'a str,
    /// Where it is.
    pub location: &'a str,
    /// Whether it can be used.
    pub availability: Availability,
    /// How many there are.
    pub quantity: u32,
    /// The day it expires, in days since 1970-01-01; zero: not said.
    pub expires_day: u32,
}

impl Asset<'_> {
    /// The longest that a text may be, in bytes.
    pub const MAX_TEXT: usize = 64;
}

/// Whether an asset can be used: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Availability(pub u8);

impl Availability {
    /// It is free.
    pub const FREE: Self = Self(1);
    /// It is in use.
    pub const IN_USE: Self = Self(2);
    /// It is being serviced.
    pub const MAINTENANCE: Self = Self(3);
    /// Nobody finds it.
    pub const LOST: Self = Self(4);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::FREE => "free",
            Self::IN_USE => "in use",
            Self::MAINTENANCE => "maintenance",
            Self::LOST => "lost",
            _ => return None,
        })
    }
}
