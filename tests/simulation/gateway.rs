use iomt::link::{Gateway, KEEP};
use iomt::time::Instant;

use super::context::Context;
use super::counts::Fault;
use super::network::{Address, Delivery};
use super::random::Random;

pub const STORE: usize = 32 * 1_024;
type Engine = Gateway<usize, STORE>;

/// A gateway between devices and the first server. It has no keys.
pub struct Node {
    index: usize,
    pub engine: Box<Engine>,
    pub holds_until: Instant,
    is_holding: bool,
    /// Who can be heard here.
    pub ports: Vec<usize>,
    random: Random,
}

impl Node {
    pub fn new(index: usize, random: Random) -> Self {
        let mut engine = Box::new(Engine::new(KEEP));
        engine.handle_link_up();
        Self {
            index,
            engine,
            holds_until: Instant::ZERO,
            is_holding: false,
            ports: Vec::new(),
            random,
        }
    }

    /// All that it held is gone.
    pub fn crash(&mut self) {
        *self.engine = Engine::new(KEEP);
        self.engine.handle_link_up();
    }

    pub fn hold(&mut self, until: Instant) {
        self.holds_until = until;
        self.is_holding = true;
        self.engine.handle_link_down();
    }

    pub fn due(&self, now: Instant) -> Option<Instant> {
        (self.holds_until > now).then_some(self.holds_until)
    }

    pub fn step(&mut self, context: &mut Context) {
        if self.holds_until > context.now {
            return;
        }
        if core::mem::take(&mut self.is_holding) && !self.engine.is_empty() {
            context.counts.note(Fault::WeekInGateway);
        }
        self.engine.handle_link_up();
        while let Some(datagram) = self.engine.poll_transmit(context.now) {
            context.send(Delivery {
                from: Address::Gateway(self.index),
                to: Address::Fleet(0),
                bytes: datagram.to_vec(),
            });
            match self.random.permille(20) {
                true => {
                    self.engine.handle_link_down();
                    self.engine.handle_link_up();
                }
                false => self.engine.handle_taken(),
            }
        }
    }

    pub fn handle(&mut self, context: &mut Context, delivery: &Delivery) {
        match delivery.from {
            Address::Device(port) => {
                let taken = self
                    .engine
                    .handle_device_datagram(context.now, port, &delivery.bytes);
                if let Err(error) = taken {
                    context.say(|| format!("gateway {}: {error}", self.index));
                }
            }
            Address::Fleet(_) | Address::Gateway(_) => self.pass_down(context, &delivery.bytes),
        }
        self.step(context);
    }

    /// "What is for nobody known here may be sent through every port"
    fn pass_down(&mut self, context: &mut Context, bytes: &[u8]) {
        let from = Address::Gateway(self.index);
        let to = match self.engine.handle_server_datagram(bytes) {
            Ok(Some(port)) => vec![port],
            Ok(None) => self.ports.clone(),
            Err(_) => Vec::new(),
        };
        for port in to {
            context.send(Delivery {
                from,
                to: Address::Device(port),
                bytes: bytes.to_vec(),
            });
        }
    }
}
