//! What of the bundle `firmware` no other program has: none of it can panic.

#![no_std]
#![no_main]

#[path = "../../panic/refused.rs"]
mod panic;

mod device;
mod records;
mod server;

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt::pairing::label::Label;
use iomt::pairing::{Belongings, DeviceKey, Error, Identity, StaticKey};
use iomt_footprint::Generator;

#[entry]
fn main() -> ! {
    let _ = black_box(at_the_factory());
    device::run();
    server::run();
    records::run();
    iomt_footprint::idle()
}

/// An identity and a label are drawn, sealed, printed and read again.
fn at_the_factory() -> Result<(), Error> {
    let root = DeviceKey::from_bytes(&black_box([7; 32]))?;
    let identity = Identity::generate(&mut Generator)?;
    let mut export = [0; 256];
    let belongings = Belongings::default();
    let export = identity.export(&root, &belongings, &mut Generator, &mut export)?;
    black_box(Identity::import(&root, black_box(export))?);
    black_box(Identity::of_relation(&root, black_box(3))?);
    let label = Label::generate(Some(identity.public()), &mut Generator)?;
    let text = label.text();
    if let Ok(read) = Label::parse(black_box(text.as_str())) {
        black_box((read.secret()?, read.key(), read.model()));
    }
    Ok(())
}

fn identity() -> Result<Identity, Error> {
    Identity::from_secret_bytes(&black_box([4; 32]))
}

/// A key that a secure element holds.
fn key_elsewhere() -> Result<StaticKey, Error> {
    StaticKey::elsewhere(identity()?.public(), &black_box([6; 32]))
}
