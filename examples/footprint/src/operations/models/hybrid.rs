//! A label with ML-KEM-768 beside X25519.

use core::hint::black_box;

use iomt::pairing::hybrid::Hybrid;
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{Error, Identity};
use iomt::wire::MAX_DATAGRAM;

use crate::Generator;
use crate::meter::measure;
use crate::operations::pairings::{CONNECTION, promise};

pub(super) fn by_label() -> Result<(), Error> {
    let server = Identity::from_secret_bytes(&black_box([0x21; 32]))?;
    let device = Identity::from_secret_bytes(&black_box([0x42; 32]))?;
    let label = LabelSecret::new(&black_box([7; 16]))?;
    let mut server = measure("hybrid label, server: message 1", || {
        Hybrid::read_label(&server, &label, None, CONNECTION, &mut Generator)
    })?;
    let mut device = Hybrid::answer_label(&device, &label, promise())?;
    measure("hybrid label, device: message 2", || {
        pass_on(&server, &mut device)
    })?;
    measure("hybrid label, server: message 3", || {
        pass_on(&device, &mut server)
    })?;
    measure("hybrid label, device: the end", || {
        pass_on(&server, &mut device)?;
        black_box(device.poll_paired()).ok_or(Error::UnexpectedMessage)
    })?;
    Ok(())
}

/// Every packet of a message.
fn pass_on(from: &Hybrid<'_>, to: &mut Hybrid<'_>) -> Result<(), Error> {
    let mut out = [0; MAX_DATAGRAM];
    let mut part = 0;
    while let Some(packet) = from.packet(part, &mut out)? {
        to.handle_packet(black_box(packet), &mut Generator)?;
        part += 1;
    }
    Ok(())
}
