//! Records, frames and receipts, and the fragments that carry them.

use core::hint::black_box;

use iomt::link::{AttPayload, CarrierError, Fragmenter, Gateway, KEEP, Reassembler};
use iomt::reading::{Metric, Observation, Unit};
use iomt::seal::{self, Direction, Opener, Opening, SAVED_SESSION_LEN, Sealer, SessionSecrets};
use iomt::time::Instant;
use iomt::wire::{self, Envelope, Frame, Packet, Record, RecordWriter, Records, Space};

use crate::meter::measure;
use crate::{Generator, now};

const TEXT_LEN: usize = 64;
/// Where the gateway's device is.
const PORT: u8 = 3;

/// The frames of a session of which both ends are here.
pub(super) fn seal() -> Result<(), seal::Error> {
    let secrets =
        || SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceResponded);
    let mut sealer = secrets()?.into_sealer(&[4; 32])?;
    let mut opener = secrets()?.into_opener();
    let mut saved = [0; SAVED_SESSION_LEN];
    measure("begin an epoch", || {
        sealer.begin_epoch(&mut Generator, &mut saved)?;
        sealer.epoch_stored()
    })?;
    let mut gateway = Gateway::new(KEEP);
    name_the_epoch(&mut sealer, &mut gateway, &mut opener)?;

    let (plaintext, mut frame) = ([0x5A; TEXT_LEN], [0; 128]);
    let frame = measure("seal 64 bytes", || {
        sealer.seal(Space::Data, black_box(&plaintext), &mut frame)
    })?;
    let opening = measure("open 64 bytes", || opener.open(frame))?;
    let Opening::Fresh(opened) = opening else {
        return Err(seal::Error::NotAuthentic);
    };
    opener.commit(opened.stored())?;
    let mut receipt = [0; 128];
    let receipt = measure("write a receipt", || opener.receipt(None, &mut receipt))?;
    let port = measure("a gateway: a receipt, to its device", || {
        gateway.handle_server_datagram(black_box(receipt))
    });
    if port != Ok(Some(PORT)) {
        return Err(seal::Error::UnexpectedPacket);
    }
    measure("believe a receipt", || {
        let said = sealer.verify(black_box(receipt), |_| None)?;
        Ok(said.acknowledgements().count())
    })
    .map(|ranges| {
        black_box(ranges);
    })
}

/// A gateway takes a frame in, hands it out, and lets it go.
fn forward(gateway: &mut Gateway<u8, 4_096>, frame: &[u8]) -> Result<(), seal::Error> {
    gateway.handle_link_up();
    let is_forwarded = measure("a gateway: a frame, until the link has taken it", || {
        let taken = gateway.handle_device_datagram(now(), PORT, black_box(frame));
        let is_forwarded = black_box(gateway.poll_transmit(now())).is_some();
        gateway.handle_taken();
        taken.is_ok() && is_forwarded
    });
    if is_forwarded {
        Ok(())
    } else {
        Err(seal::Error::UnexpectedPacket)
    }
}

/// Forwards and opens the first frame of an epoch, which carries its salt.
fn name_the_epoch(
    sealer: &mut Sealer,
    gateway: &mut Gateway<u8, 4_096>,
    opener: &mut Opener,
) -> Result<(), seal::Error> {
    let (mut short, mut long) = ([0; 128], [0; 128]);
    let short = sealer.seal(Space::Data, &[0; TEXT_LEN], &mut short)?;
    let Packet::Frame(frame) = Packet::parse(short)? else {
        return Err(seal::Error::UnexpectedPacket);
    };
    let route = sealer.epoch().ok_or(seal::Error::NoEpoch)?.route(false);
    let frame = Frame { route, ..frame }.emit(&mut long)?;
    forward(gateway, frame)?;
    let opening = measure("open 64 bytes, the first of an epoch", || {
        opener.open(frame)
    })?;
    match opening {
        Opening::Fresh(opened) => opener.commit(opened.stored()),
        _ => Err(seal::Error::NotAuthentic),
    }
}

/// A record, there and back.
pub(super) fn records() -> Result<(), wire::Error> {
    let mut buffer = [0; TEXT_LEN];
    let written = measure("write a heart rate record", || write(&mut buffer))?;
    measure("read a heart rate record", || read(black_box(written)))?;
    Ok(())
}

fn write(buffer: &mut [u8]) -> Result<&mut [u8], wire::Error> {
    let bpm = black_box(72).into();
    let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now(), bpm);
    let mut writer = RecordWriter::new(buffer, black_box(7), None)?;
    writer.push(&Record::Observation(pulse))?;
    Ok(writer.finish())
}

fn read(bytes: &[u8]) -> Result<usize, wire::Error> {
    let mut count = 0;
    for (_, record) in Records::new(&Envelope::parse(bytes)?) {
        black_box(record?);
        count += 1;
    }
    Ok(count)
}

/// A frame of 100 bytes in the values of a Bluetooth LE link that was not asked for more.
pub(super) fn fragments() -> Result<(), CarrierError> {
    let datagram = black_box([0x5A; 100]);
    let payload = AttPayload::from_mtu(black_box(23));
    let mut values = [[0; 20]; 8];
    let mut lengths = [0; 8];
    measure("cut 100 bytes into values of 20", || {
        let fragments = Fragmenter::default().fragments(&datagram, payload)?;
        for ((fragment, out), len) in fragments.zip(&mut values).zip(&mut lengths) {
            *len = fragment.write(out)?.len();
        }
        Ok(())
    })?;
    let mut reassembler = Reassembler::<128>::new();
    let is_whole = measure("put them together again", || {
        let mut is_whole = false;
        for (value, len) in values.iter().zip(lengths).filter(|(_, len)| *len > 0) {
            let value = value.get(..len).unwrap_or_default();
            is_whole |=
                reassembler.handle_fragment(Instant::ZERO, value) == Ok(Some(&datagram[..]));
        }
        is_whole
    });
    if is_whole {
        Ok(())
    } else {
        Err(CarrierError::Empty)
    }
}
