//! Delivery: what waits for an acknowledgement, when it is sent again, and where packets go.
//!
//! Nothing here knows a key or a record: a sealed frame is bytes, with the epoch, space and
//! counter that a receipt will name.
//!
//! ```text
//!           push                          next_due
//! sealed ─────────► Outbox ┌───────────┐ ─────────► datagram ──► Gateway, where there is one ──► server
//! frame                    │ alarm     │                                                           │
//!                          │ data      │ ◄──────────────────── acknowledge ─── receipt ◄───────────┘
//!                          └───────────┘
//! ```
//!
//! - [`Outbox`] keeps frames until they are acknowledged; alarms leave first.
//! - [`Retry`] says how long to wait before a frame is sent once more, [`Pacer`] how fast data may leave.
//! - [`Gateway`] stores and forwards for many devices; [`Router`] learns from clear headers through which
//!   port a device is reached, and is all that a gateway needs that stores nothing.
//! - [`Clock`] tells the time of the other side, [`Silence`] misses a device, [`Liveness`] misses a server.
//!
//! A radio or a wire that has no datagrams of its own gets them from a carrier:
//!
//! | carrier | sending | receiving | a datagram of 96 bytes takes |
//! |---|---|---|---|
//! | serial line, COBS and CRC-32 | [`encode_serial`] | [`SerialDecoder`] | 103 bytes |
//! | Bluetooth LE, the service in [`ble`] | [`Fragmenter`] | [`Reassembler`] | 98 bytes in one value, or 108 in six of at most 20 |
//! | a stream that loses nothing | [`encode_stream`] | [`StreamDecoder`] | 98 bytes |
//! | HTTP, MQTT, CoAP: many in one body | [`BatchWriter`] | [`Batch`] | 98 bytes |
//!
//! `driver` has the first three of these as ports, for any async executor.
//! `guide::specification::carriers` has the whole of each binding: ports, topics, paths and what an answer means.
//! A carrier may lose a datagram, never change one unnoticed within what its page states;
//! the outbox sends what was lost once more.

mod batch;
pub mod ble;
mod clock;
mod error;
mod fragment;
mod gateway;
mod head;
mod liveness;
mod outbox;
mod pacer;
mod packed;
mod retry;
mod router;
mod serial;
mod silence;
mod stream;

pub use batch::{Batch, BatchError, BatchWriter, MEDIA_TYPE, MIN_BATCH};
pub use clock::{
    Challenges, Clock, ClockEvent, ClockSample, DRIFT_PPM, MAX_ROUND_TRIP, StatusTimes,
};
pub use error::CarrierError;
pub use fragment::{
    AttPayload, FRAGMENT_HEADER, Fragment, FragmentError, FragmentStats, Fragmenter, Fragments,
    MAX_FRAGMENTS, PARTIAL_TIMEOUT, Reassembler,
};
pub use gateway::{Gateway, GatewayError, GatewayStats, KEEP};
pub use liveness::Liveness;
pub use outbox::{FrameKey, Freshness, Outbox, OutboxFull, PushError};
pub use pacer::{Pace, Pacer};
pub use retry::Retry;
pub use router::{MAX_ROUTES, Router};
#[cfg(feature = "driver")]
pub(crate) use serial::check_sum;
pub use serial::{MAX_SERIAL_FRAME, SERIAL_CRC_LEN, SerialDecoder, SerialStats, encode_serial};
pub use silence::{Silence, SilenceEvent};
pub use stream::{STREAM_HEADER, StreamDecoder, StreamError, encode_stream};
