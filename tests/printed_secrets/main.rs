//! What is printed shows no secret: every public type that holds one is filled with known bytes, and its `Debug` is
//! searched for them in hexadecimal, in decimal and as text.

mod endpoints;
mod handshakes;
mod search;
mod sessions;

#[cfg(feature = "defmt")]
mod probe;
