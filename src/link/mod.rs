//! Delivery: what waits for an acknowledgement, when it is sent again, and where packets go.
//!
//! Nothing here knows a key or a record: a sealed frame is bytes, with the epoch, space and
//! counter that a receipt will name.
//!
//! ```text
//!           push                          next_due
//! sealed ─────────► Outbox ┌───────────┐ ─────────► datagram ──► Router of a gateway ──► server
//! frame                    │ alarm     │                                                   │
//!                          │ data      │ ◄──────────────────── acknowledge ─── receipt ◄───┘
//!                          └───────────┘
//! ```
//!
//! - [`Outbox`] keeps frames until they are acknowledged; alarms leave first.
//! - [`Retry`] says how long to wait before a frame is sent once more.
//! - [`Router`] learns from clear headers through which port a device is reached.

mod outbox;
mod retry;
mod router;

pub use outbox::{FrameKey, Outbox, OutboxFull};
pub use retry::Retry;
pub use router::{MAX_ROUTES, Router};
