//! What happened at a node, in the words of `log`, `tracing` or `defmt`.
//!
//! ```text
//!  Device::poll_event ─► DeviceEvent ─► events::log::device ─────► your logger
//!  Server::poll_event ─► ServerEvent ─► events::tracing::server ─► your subscriber
//!                                       events::defmt::device ───► your probe
//! ```
//!
//! One function for each kind of event and each facade; nothing is logged by itself, and nothing in here knows a
//! secret. Keys are public ones, sessions are names. The target is `iomt`. What somebody has to look at is a
//! warning, all else is information.
//!
//! | module | feature | cost |
//! |---|---|---|
//! | `log` | `log` | the text of the event by `core::fmt` |
//! | `tracing` | `tracing` | the same, as a field of a structured event |
//! | `defmt` | `defmt` | 20 to 60 bytes on the wire; text stays on the host |
//!
//! With `defmt`, the public values, events, statistics and errors of every layer but `fhir` are `defmt::Format` too, so that
//! firmware prints them without `core::fmt`. What has a state that is no value (engines, filters, detectors, writers) is
//! not, and no type that holds a key is.

#[cfg(feature = "defmt")]
pub mod defmt;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "tracing")]
pub mod tracing;

#[cfg(test)]
#[cfg(any(feature = "log", feature = "tracing"))]
mod tests;

use crate::node::{DeviceEvent, ServerEvent};

/// Whether somebody has to look at it.
const fn warns_of_device(event: &DeviceEvent) -> bool {
    match event {
        DeviceEvent::Paired { .. }
        | DeviceEvent::DigitsReady
        | DeviceEvent::Ready { .. }
        | DeviceEvent::Reconnected { .. }
        | DeviceEvent::Introduced { .. }
        | DeviceEvent::Heard { .. } => false,
        DeviceEvent::AttemptsSpent
        | DeviceEvent::ComparisonFailed
        | DeviceEvent::Revoked { .. }
        | DeviceEvent::Wiped { .. }
        | DeviceEvent::Lost { .. }
        | DeviceEvent::Silent { .. }
        | DeviceEvent::StorageFailed { .. } => true,
    }
}

/// Whether somebody has to look at it.
const fn warns_of_server(event: &ServerEvent) -> bool {
    match event {
        ServerEvent::Agreed { .. }
        | ServerEvent::DigitsReady
        | ServerEvent::Paired { .. }
        | ServerEvent::Reconnected { .. }
        | ServerEvent::Answered { .. }
        | ServerEvent::DeviceHeard => false,
        ServerEvent::Quarantined { .. }
        | ServerEvent::QuarantineCleared { .. }
        | ServerEvent::PairingFailed
        | ServerEvent::PairingUnconfirmed
        | ServerEvent::DescriptorMismatch
        | ServerEvent::DeviceSilent { .. }
        | ServerEvent::Cloned(_)
        | ServerEvent::ClockJumped { .. } => true,
    }
}
