#![doc = include_str!("introduction.md")]

#[doc = include_str!("carriers.md")]
pub mod carriers {}

#[doc = include_str!("control.md")]
pub mod control {}

#[doc = include_str!("coverage.md")]
pub mod coverage {}

#[doc = include_str!("data_types.md")]
pub mod data_types {}

#[doc = include_str!("envelope.md")]
pub mod envelope {}

#[doc = include_str!("epochs.md")]
pub mod epochs {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("frames.md")]
pub mod frames {}

#[doc = include_str!("health.md")]
pub mod health {}

#[doc = include_str!("limits.md")]
pub mod limits {}

#[doc = include_str!("link.md")]
pub mod link {}

#[doc = include_str!("locators.md")]
pub mod locators {}

#[doc = include_str!("metrics.md")]
pub mod metrics {}

#[doc = include_str!("models.md")]
pub mod models {}

#[doc = include_str!("pairing.md")]
pub mod pairing {}

#[doc = include_str!("profiles.md")]
pub mod profiles {}

#[doc = include_str!("receipts.md")]
pub mod receipts {}

#[doc = include_str!("records.md")]
pub mod records {}

#[doc = include_str!("security.md")]
pub mod security {}

#[doc = include_str!("states.md")]
pub mod states {}

#[doc = include_str!("versioning.md")]
pub mod versioning {}

#[doc = include_str!("vouching.md")]
pub mod vouching {}
