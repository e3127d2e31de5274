//! Pages that belong to no single item.

#[doc = include_str!("bindings.md")]
pub mod bindings {}

#[doc = include_str!("conformance.md")]
pub mod conformance {}

#[doc = include_str!("records.md")]
pub mod records {}

#[doc = include_str!("reliability.md")]
pub mod reliability {}

#[doc = include_str!("signal.md")]
pub mod signal {}

#[doc = include_str!("wire_format.md")]
pub mod wire_format {}
