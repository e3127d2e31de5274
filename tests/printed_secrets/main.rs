//! What is printed shows no secret: every public type that holds one is filled with known bytes, and its `Debug`, the
//! errors of what refuses them, and the words of a panic are searched for them in hexadecimal, in decimal and as text.

mod endpoints;
mod errors;
mod handshakes;
#[cfg(feature = "pq")]
mod hybrid;
mod search;
mod sessions;

#[cfg(feature = "defmt")]
mod probe;
