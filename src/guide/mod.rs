//! Pages that belong to no single item.

#[doc = include_str!("wire_format.md")]
pub mod wire_format {}
