//! A device and a server with an introduction pending, and a stranger on the link between them: who was introduced comes,
//! nobody else does, and the phone that has paired keeps its place.
#![no_main]

use iomt::node::{Config, Device, Received, Server, ServerConfig, ServerEvent};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{Identity, Model};
use iomt::reading::Descriptor;
use iomt::seal::ResumptionSecret;
use iomt::storage::{MAX_IMAGE, MemoryStorage, Storage};
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;
use iomt::wire::command::{Rights, Role};
use iomt_fuzz::keys::LABEL;
use iomt_fuzz::{Change, Counting, changed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const MAX_STEPS: usize = 60;

#[derive(Debug, Arbitrary)]
enum Step {
    /// The phone introduces the hospital, or lets it go.
    Introduce {
        may_introduce: bool,
        is_successor: bool,
    },
    Revoke,
    Calm {
        tenths: u8,
    },
    /// A copy of what was said, changed, to one of the three.
    Meddle {
        pick: u8,
        to: u8,
        changes: Vec<Change>,
    },
    Raw {
        to: u8,
        bytes: Vec<u8>,
    },
    Reboot,
}

struct Ward {
    now: Instant,
    rng: Counting,
    device: Device<'static, 2_048, 2>,
    flash: MemoryStorage<8_192, 2>,
    /// The phone, and the hospital.
    servers: [Server; 2],
    said: Vec<Vec<u8>>,
}

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).expect("32 bytes")
}

fn device() -> Device<'static, 2_048, 2> {
    let device = Device::new(identity(1), Descriptor::default(), Config::DEFAULT);
    let mut device = device.expect("room for a descriptor");
    device.allow_commands();
    device
}

fn first() -> ResumptionSecret {
    ResumptionSecret::from_secret_bytes(&[0x1D; 32]).expect("32 bytes")
}

fn label() -> LabelSecret {
    LabelSecret::new(LABEL).expect("long enough")
}

impl Ward {
    fn new() -> Self {
        let server = |seed: u8| Server::new(identity(seed), ServerConfig::DEFAULT);
        let mut ward = Self {
            now: Instant::from_secs(1),
            rng: Counting::default(),
            device: device(),
            flash: MemoryStorage::new(),
            servers: [server(2), server(3)],
            said: Vec::new(),
        };
        ward.device.arm(label());
        let paired = ward.servers[0].pair(ward.now, &label(), &mut ward.rng);
        paired.expect("the generator works");
        let device = identity(1).public();
        ward.servers[1].expect_introduced(device, first(), None);
        ward.calm(20);
        assert_eq!(ward.device.peers().count(), 1);
        ward
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Introduce {
                may_introduce,
                is_successor,
            } => {
                let role = if *is_successor {
                    Role::Successor
                } else {
                    Role::Recipient
                };
                let rights = if *may_introduce {
                    Rights::INTRODUCE
                } else {
                    Rights::NONE
                };
                let hospital = identity(3).public();
                let _ = self.servers[0].introduce(self.now, hospital, first(), (role, rights));
            }
            Step::Revoke => drop(self.servers[0].revoke(self.now, identity(3).public())),
            Step::Calm { tenths } => self.calm(*tenths),
            Step::Meddle { pick, to, changes } => {
                if let Some(known) = self.said.get(usize::from(*pick) % self.said.len().max(1)) {
                    let packet = changed(known, changes);
                    self.deliver(*to, packet);
                }
            }
            Step::Raw { to, bytes } => self.deliver(*to, bytes.clone()),
            Step::Reboot => self.reboot(),
        }
    }

    fn deliver(&mut self, to: u8, mut packet: Vec<u8>) {
        match to % 3 {
            0 => drop(
                self.device
                    .handle_datagram(self.now, &packet, &mut self.rng),
            ),
            to => {
                let server = &mut self.servers[usize::from(to) - 1];
                if let Ok(Received::Records(opened)) = server.handle_datagram(self.now, &mut packet)
                {
                    let _ = server.handle_stored(self.now, opened.stored());
                }
            }
        }
    }

    fn reboot(&mut self) {
        self.device = device();
        for place in 0..2 {
            let mut image = [0; MAX_IMAGE];
            let len = self.flash.load_image(place, &mut image).expect("room");
            if let Some(len) = len {
                let resumed = self.device.resume(self.now, &image[..len], &mut self.rng);
                resumed.expect("an image that was written");
            }
        }
    }

    fn calm(&mut self, tenths: u8) {
        let mut buffer = [0; MAX_DATAGRAM];
        for _ in 0..tenths {
            self.now = self.now + Duration::from_millis(100);
            let mut under_way = Vec::new();
            for server in &mut self.servers {
                let _ = server.handle_timeout(self.now, &mut self.rng);
                while let Some(datagram) = server.poll_transmit(self.now, &mut buffer) {
                    under_way.push((0, datagram.to_vec()));
                }
                while let Some(event) = server.poll_event() {
                    if let ServerEvent::Paired { peer, by, .. } = event {
                        assert_eq!(peer, identity(1).public());
                        assert!([Model::LABEL_SECRET, Model::RECONNECTION].contains(&by));
                    }
                }
            }
            let _ = self.device.handle_timeout(self.now, &mut self.rng);
            let stored = self.device.store_on(self.now, &mut self.flash);
            stored.expect("what was asked for");
            while self.device.poll_event().is_some() {}
            while let Some(datagram) = self.device.poll_transmit(self.now, &mut buffer) {
                under_way.extend([(1, datagram.to_vec()), (2, datagram.to_vec())]);
            }
            for (to, packet) in under_way {
                if self.said.len() < 256 {
                    self.said.push(packet.clone());
                }
                self.deliver(to, packet);
            }
        }
    }

    fn check(&self) {
        let known = [identity(2).public(), identity(3).public()];
        assert!(
            self.device.peers().all(|(_, key)| known.contains(&key)),
            "a stranger has come"
        );
        assert!(self.device.peers().next().is_some(), "the owner has gone");
    }
}

fuzz_target!(|steps: Vec<Step>| {
    let mut ward = Ward::new();
    for step in steps.iter().take(MAX_STEPS) {
        ward.step(step);
        ward.check();
    }
});
