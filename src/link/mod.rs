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
//!
//! A radio or a wire that has no datagrams of its own gets them from a carrier:
//!
//! | carrier | sending | receiving | a datagram of 96 bytes takes |
//! |---|---|---|---|
//! | serial line, COBS and CRC-32 | [`encode_serial`] | [`SerialDecoder`] | 103 bytes |
//! | Bluetooth LE, the service in [`ble`] | [`Fragmenter`] | [`Reassembler`] | 98 bytes in one value, or 108 in six of at most 20 |
//!
//! A carrier may lose a datagram, never change one unnoticed within what its page states;
//! the outbox sends what was lost once more.

pub mod ble;
mod clock;
mod error;
mod fragment;
mod liveness;
mod outbox;
mod pacer;
mod retry;
mod router;
mod serial;
mod silence;

pub use clock::{
    Challenges, Clock, ClockEvent, ClockSample, DRIFT_PPM, MAX_ROUND_TRIP, StatusTimes,
};
pub use error::CarrierError;
pub use fragment::{
    AttPayload, FRAGMENT_HEADER, Fragment, FragmentError, FragmentStats, Fragmenter, Fragments,
    MAX_FRAGMENTS, PARTIAL_TIMEOUT, Reassembler,
};
pub use liveness::Liveness;
pub use outbox::{FrameKey, Freshness, Outbox, OutboxFull, PushError};
pub use pacer::{Pace, Pacer};
pub use retry::Retry;
pub use router::{MAX_ROUTES, Router};
pub use serial::{MAX_SERIAL_FRAME, SERIAL_CRC_LEN, SerialDecoder, SerialStats, encode_serial};
pub use silence::{Silence, SilenceEvent};
