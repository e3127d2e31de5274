//! Pages that belong to no single item.

#[doc = include_str!("firmware.md")]
pub mod firmware {}

#[doc = include_str!("footprint.md")]
pub mod footprint {}

#[doc = include_str!("conformance.md")]
pub mod conformance {}

#[doc = include_str!("performance.md")]
pub mod performance {}

#[doc = include_str!("reliability.md")]
pub mod reliability {}

#[doc = include_str!("signal.md")]
pub mod signal {}

pub mod specification;

#[doc = include_str!("why_not.md")]
pub mod why_not {}

#[doc = include_str!("wire_format.md")]
#[doc = include_str!("records.md")]
pub mod wire_format {}
