//! What stands in place of a KEM where none is built: nothing.

use super::pattern::SUITE;
use super::row::Row;
use crate::crypto::hash::HASH_LEN;
use crate::seal::Hedge;

/// No KEM.
pub(super) struct Kem;

impl Kem {
    pub(super) const fn new() -> Self {
        Self
    }

    #[cfg(all(test, target_os = "linux"))]
    #[allow(clippy::unused_self, reason = "as the KEM's")]
    pub(super) fn secrets(&self) -> Option<crate::crypto::memory::Named> {
        None
    }

    #[allow(clippy::unused_self, reason = "as the KEM's")]
    pub(super) const fn draw(&self, _: &Hedge, _: &[u8; HASH_LEN], _: &[u8]) {}
}

impl Row {
    #[allow(clippy::unused_self, reason = "as with a KEM")]
    pub(super) const fn behind_modifiers(&self) -> &'static str {
        ""
    }

    #[allow(clippy::unused_self, reason = "as with a KEM")]
    pub(super) const fn suite(&self) -> &'static str {
        SUITE
    }
}
