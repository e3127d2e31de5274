//! Protocol stack for the Internet of Medical Things.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "std", test))]
extern crate std;

pub mod reading;
pub mod time;
pub mod wire;

#[cfg(feature = "alarm")]
pub mod alarm;
#[cfg(feature = "seal")]
mod crypto;
#[cfg(feature = "link")]
pub mod link;
#[cfg(feature = "node")]
pub mod node;
#[cfg(feature = "pairing")]
pub mod pairing;
#[cfg(feature = "seal")]
pub mod seal;
#[cfg(feature = "signal")]
pub mod signal;
