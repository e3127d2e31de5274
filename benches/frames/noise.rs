//! `snow` in transport mode: what one would take for the same without this crate.

use std::hint::black_box;

use snow::resolvers::{BoxedCryptoResolver, DefaultResolver, FallbackResolver, RingResolver};
use snow::{Builder, TransportState};

use super::BATCH;
use super::clock::Contestant;

#[derive(Clone, Copy)]
pub enum Resolver {
    Default,
    Ring,
}

impl Resolver {
    fn boxed(self) -> BoxedCryptoResolver {
        match self {
            Self::Default => Box::new(DefaultResolver),
            Self::Ring => {
                let (ring, others) = (Box::new(RingResolver), Box::new(DefaultResolver));
                Box::new(FallbackResolver::new(ring, others))
            }
        }
    }
}

fn transport(resolver: Resolver) -> (TransportState, TransportState) {
    let builder = || {
        let name = "Noise_NN_25519_ChaChaPoly_SHA256".parse().unwrap();
        Builder::with_resolver(name, resolver.boxed())
    };
    let mut initiator = builder().build_initiator().unwrap();
    let mut responder = builder().build_responder().unwrap();
    let (mut message, mut payload) = ([0; 256], [0; 256]);
    let len = initiator.write_message(&[], &mut message).unwrap();
    let read = responder.read_message(&message[..len], &mut payload);
    read.unwrap();
    let len = responder.write_message(&[], &mut message).unwrap();
    let read = initiator.read_message(&message[..len], &mut payload);
    read.unwrap();
    let initiator = initiator.into_transport_mode().unwrap();
    (initiator, responder.into_transport_mode().unwrap())
}

pub struct Sealing {
    from: TransportState,
    plaintext: Vec<u8>,
    messages: Vec<Vec<u8>>,
}

impl Sealing {
    pub fn new(resolver: Resolver, size: usize) -> Self {
        Self {
            from: transport(resolver).0,
            plaintext: vec![0x5A; size],
            messages: vec![vec![0; size + 16]; BATCH],
        }
    }
}

impl Contestant for Sealing {
    fn prepare(&mut self) {}

    fn run(&mut self) {
        for message in &mut self.messages {
            let plaintext = black_box(&self.plaintext);
            black_box(self.from.write_message(plaintext, message).unwrap());
        }
    }
}

pub struct Opening {
    from: Sealing,
    to: TransportState,
    payloads: Vec<Vec<u8>>,
}

impl Opening {
    pub fn new(resolver: Resolver, size: usize) -> Self {
        let (from, to) = transport(resolver);
        let from = Sealing {
            from,
            ..Sealing::new(resolver, size)
        };
        Self {
            from,
            to,
            payloads: vec![vec![0; size + 16]; BATCH],
        }
    }
}

impl Contestant for Opening {
    fn prepare(&mut self) {
        self.from.run();
    }

    fn run(&mut self) {
        for (message, payload) in self.from.messages.iter().zip(&mut self.payloads) {
            let read = self.to.read_message(black_box(message), payload);
            black_box(read.unwrap());
        }
    }
}
