//! A device and its server's end, driven on tokio over real sockets, a real pseudo-terminal, and characteristics in memory.
//!
//! ```text
//!  200 readings ─► Device ─► Driver ─► Lossy ─► UDP, TCP, a pseudo-terminal or GATT ─► Driver ─► Server ─► Database
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

#[cfg(target_os = "linux")]
mod bytes;
mod carriers;
#[cfg(target_os = "linux")]
mod dropped_futures;
mod gatt;
mod gatt_pairing;
mod gatt_port;
#[cfg(target_os = "linux")]
mod serial_line;
#[cfg(target_os = "linux")]
mod tcp_stream;
mod udp_sockets;
mod world;
