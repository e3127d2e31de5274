//! Both sides of each handshake, each measured as the sum of its turns.

use core::hint::black_box;

use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Error, Exchange, Identity, Paired, StaticKey, Work};
use iomt::seal::ResumptionSecret;
use iomt::wire::ConnectionId;

use crate::Generator;
use crate::meter::measure;

pub(super) const CONNECTION: ConnectionId = ConnectionId([1; 8]);

/// The two who pair.
pub(super) struct Sides {
    pub(super) device: StaticKey,
    pub(super) server: StaticKey,
}

/// Each model that is in the firmware bundle.
pub(super) fn run() -> Result<(), Error> {
    let sides = Sides::new()?;
    let mut paired = sides.by_label()?;
    let secret = paired.secrets.resumption().ok_or(Error::MissingKey)?;
    sides.by_label_with_key()?;
    sides.by_reconnection(&secret)?;
    sides.by_factory_keys()
}

impl Sides {
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            device: Identity::from_secret_bytes(&black_box([0x42; 32]))?.into(),
            server: Identity::from_secret_bytes(&black_box([0x21; 32]))?.into(),
        })
    }

    fn by_label(&self) -> Result<Paired, Error> {
        let label = LabelSecret::new(&black_box([7; 16]))?;
        let mut server = measure("label, server: message 1", || {
            worked(
                Exchange::read_label(&self.server, &label, CONNECTION, &mut Generator),
                &self.server,
            )
        })?;
        let hello = black_box(server.packet().ok_or(Error::UnexpectedMessage)?);
        let mut device = measure("label, device: message 2", || {
            let promise = promise();
            worked(
                Exchange::answer_label(&self.device, &label, promise, hello, &mut Generator),
                &self.device,
            )
        })?;
        measure("label, server: message 3", || {
            hand_over(&mut server, &self.server, &device)
        })?;
        let paired = measure("label, device: the end", || {
            hand_over(&mut device, &self.device, &server)?;
            device.poll_paired().ok_or(Error::UnexpectedMessage)
        })?;
        black_box(server.poll_paired());
        Ok(paired)
    }

    fn by_label_with_key(&self) -> Result<(), Error> {
        let label = LabelSecret::beside_key(&black_box([7; 16]))?;
        let (key, peer) = (&self.server, self.device.public());
        let mut server = measure("label with key, server: message 1", || {
            worked(
                Exchange::read_label_with_key(key, &label, peer, CONNECTION, &mut Generator),
                key,
            )
        })?;
        let hello = black_box(server.packet().ok_or(Error::UnexpectedMessage)?);
        let device = measure("label with key, device: message 2", || {
            let (key, promise) = (&self.device, promise());
            worked(
                Exchange::answer_label(key, &label, promise, hello, &mut Generator),
                key,
            )
        })?;
        measure("label with key, server: the end", || {
            hand_over(&mut server, &self.server, &device)?;
            black_box(server.poll_paired()).ok_or(Error::UnexpectedMessage)
        })?;
        Ok(())
    }

    fn by_reconnection(&self, secret: &ResumptionSecret) -> Result<(), Error> {
        let (peer, key) = (self.server.public(), &self.device);
        let mut device = measure("reconnection, device: message 1", || {
            worked(
                Exchange::reconnect(key, peer, secret, CONNECTION, &mut Generator),
                key,
            )
        })?;
        let hello = black_box(device.packet().ok_or(Error::UnexpectedMessage)?);
        let (peer, key) = (self.device.public(), &self.server);
        let server = measure("reconnection, server: message 2", || {
            worked(
                Exchange::answer_reconnection(key, peer, secret, hello, &mut Generator),
                key,
            )
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
            worked(
                Exchange::meet(key, peer, promise(), CONNECTION, &mut Generator),
                key,
            )
        })?;
        let hello = black_box(device.packet().ok_or(Error::UnexpectedMessage)?);
        let server = measure("factory keys, server: message 2", || {
            worked(
                Exchange::answer_meeting(&self.server, hello, &mut Generator),
                &self.server,
            )
        })?;
        measure("factory keys, device: the end", || {
            hand_over(&mut device, &self.device, &server)?;
            black_box(device.poll_paired()).ok_or(Error::UnexpectedMessage)
        })?;
        Ok(())
    }
}

pub(super) fn promise() -> DescriptorHash {
    DescriptorHash::of_body(b"descriptor")
}

/// Works on an exchange in the place where it was begun.
#[inline(always)]
pub(super) fn worked(
    mut begun: Result<Exchange, Error>,
    key: &StaticKey,
) -> Result<Exchange, Error> {
    if let Ok(exchange) = &mut begun {
        work(exchange, key)?;
    }
    begun
}

fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<(), Error> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    Ok(())
}

pub(super) fn hand_over(to: &mut Exchange, key: &StaticKey, from: &Exchange) -> Result<(), Error> {
    let packet = black_box(from.packet().ok_or(Error::UnexpectedMessage)?);
    to.handle_packet(packet)?;
    work(to, key)
}
