//! Both sides of each handshake, each measured as the sum of its turns.

use core::hint::black_box;

use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Error, Exchange, Identity, Paired, StaticKey, Work};
use iomt::seal::ResumptionSecret;
use iomt::wire::ConnectionId;

use crate::Noise;
use crate::meter::measure;

const CONNECTION: ConnectionId = ConnectionId([1; 8]);

/// The two who pair.
struct Sides {
    device: StaticKey,
    server: StaticKey,
}

/// Each model that is in the firmware bundle.
pub(super) fn run() -> Result<(), Error> {
    let device = Identity::from_secret_bytes(&black_box([0x42; 32]))?.into();
    let server = Identity::from_secret_bytes(&black_box([0x21; 32]))?.into();
    let sides = Sides { device, server };
    let mut paired = sides.by_label()?;
    let secret = paired.secrets.resumption().ok_or(Error::MissingKey)?;
    sides.by_reconnection(&secret)?;
    sides.by_factory_keys()
}

impl Sides {
    fn by_label(&self) -> Result<Paired, Error> {
        let label = LabelSecret::new(&black_box([7; 16]))?;
        let mut reader = measure("label, reader: message 1", || {
            let exchange = Exchange::read_label(&self.server, &label, CONNECTION, &mut Noise)?;
            work_through(exchange, &self.server)
        })?;
        let hello = black_box(reader.packet().ok_or(Error::UnexpectedMessage)?);
        let mut device = measure("label, device: message 2", || {
            let promise = promise();
            let exchange =
                Exchange::answer_label(&self.device, &label, promise, hello, &mut Noise)?;
            work_through(exchange, &self.device)
        })?;
        measure("label, reader: message 3", || {
            hand_over(&mut reader, &self.server, &device)
        })?;
        let paired = measure("label, device: the end", || {
            hand_over(&mut device, &self.device, &reader)?;
            device.poll_paired().ok_or(Error::UnexpectedMessage)
        })?;
        black_box(reader.poll_paired());
        Ok(paired)
    }

    fn by_reconnection(&self, secret: &ResumptionSecret) -> Result<(), Error> {
        let (peer, key) = (self.server.public(), &self.device);
        let mut device = measure("reconnection, device: message 1", || {
            let exchange = Exchange::reconnect(key, peer, secret, CONNECTION, &mut Noise)?;
            work_through(exchange, key)
        })?;
        let hello = black_box(device.packet().ok_or(Error::UnexpectedMessage)?);
        let (peer, key) = (self.device.public(), &self.server);
        let server = measure("reconnection, server: message 2", || {
            let exchange = Exchange::answer_reconnection(key, peer, secret, hello, &mut Noise)?;
            work_through(exchange, key)
        })?;
        measure("reconnection, device: the end", || {
            hand_over(&mut device, &self.device, &server)?;
            black_box(device.poll_paired()).ok_or(Error::UnexpectedMessage)
        })?;
        Ok(())
    }

    fn by_factory_keys(&self) -> Result<(), Error> {
        let mut device = measure("factory keys, device: message 1", || {
            let (key, peer) = (&self.device, self.server.public());
            let exchange = Exchange::meet(key, peer, promise(), CONNECTION, &mut Noise)?;
            work_through(exchange, key)
        })?;
        let hello = black_box(device.packet().ok_or(Error::UnexpectedMessage)?);
        let server = measure("factory keys, server: message 2", || {
            let exchange = Exchange::answer_meeting(&self.server, hello, &mut Noise)?;
            work_through(exchange, &self.server)
        })?;
        measure("factory keys, device: the end", || {
            hand_over(&mut device, &self.device, &server)?;
            black_box(device.poll_paired()).ok_or(Error::UnexpectedMessage)
        })?;
        Ok(())
    }
}

fn promise() -> DescriptorHash {
    DescriptorHash::of_body(b"descriptor")
}

fn work_through(mut exchange: Exchange, key: &StaticKey) -> Result<Exchange, Error> {
    work(&mut exchange, key)?;
    Ok(exchange)
}

fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<(), Error> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    Ok(())
}

fn hand_over(to: &mut Exchange, key: &StaticKey, from: &Exchange) -> Result<(), Error> {
    let packet = black_box(from.packet().ok_or(Error::UnexpectedMessage)?);
    to.handle_packet(packet)?;
    work(to, key)
}
