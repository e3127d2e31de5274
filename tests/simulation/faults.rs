use iomt::node::Keeping;
use iomt::time::Duration;

use super::counts::Fault;
use super::device;
use super::medium::{Flash, Trouble};
use super::network::{Address, Partition, Weather};
use super::plan::Event;
use super::random::Noise;
use super::world::World;

impl World {
    pub(super) fn happen(&mut self, event: Event) {
        self.context.say(|| format!("*** {event:?}"));
        let pick = |number: u64, len: usize| usize::try_from(number % (len.max(1) as u64)).unwrap();
        let (now, context) = (self.context.now, &mut self.context);
        let devices = self.devices.len();
        match event {
            Event::Weather(weather) => context.network.weather = weather,
            Event::Partition { from, to, lasts } => {
                let address = |number: u64| match number % 8 {
                    0 => None,
                    1 | 2 => Some(Address::Fleet(pick(number >> 8, 2))),
                    3 => Some(Address::Gateway(pick(number >> 8, self.gateways.len()))),
                    _ => Some(Address::Device(pick(number >> 8, devices))),
                };
                let (from, to) = (address(from), address(to));
                context.network.partitions.push(Partition {
                    from,
                    to,
                    ends: now + lasts,
                });
            }
            Event::DeviceCrash(number) => {
                let device = &mut self.devices[pick(number, devices)];
                if device.engine.is_some() {
                    context.counts.note(Fault::DeviceCrash);
                }
                device.crash(context, Duration::from_secs(1 + number % 600));
            }
            Event::DeviceCrashesAfter { device, calls } => {
                self.devices[pick(device, devices)].dies_after = Some(calls);
            }
            Event::GatewayCrash(number) => {
                if let Some(gateway) = self.gateways.get_mut(pick(number, self.plan.gateways)) {
                    context.counts.note(Fault::GatewayCrash);
                    gateway.crash();
                }
            }
            Event::WorkerCrash(number) => {
                let fleet = &mut self.fleets[pick(number >> 8, 2)];
                let worker = pick(number, fleet.workers.len());
                fleet.kill(context, worker, Fault::WorkerCrash);
            }
            Event::WorkerCrashesAfter {
                fleet,
                worker,
                calls,
            } => {
                let workers = &mut self.fleets[fleet].workers;
                let worker = pick(worker, workers.len());
                workers[worker].dies_after = Some(calls);
            }
            Event::WorkersDie { fleet, chance } => {
                self.workers(fleet, |worker| worker.dies = chance);
            }
            Event::WorkersDawdle { fleet, chance } => {
                self.workers(fleet, |worker| worker.dawdles = chance);
            }
            Event::PowerCut { device, behind } => {
                let device = &self.devices[pick(device, devices)];
                device
                    .flash
                    .chip
                    .borrow_mut()
                    .cut_after(behind, now.as_micros());
            }
            Event::DeviceRestored(number) => {
                let device = &mut self.devices[pick(number, devices)];
                if device.keeping() != Keeping::Nothing && device.restore(context) {
                    context.counts.note(Fault::DeviceRestored);
                }
            }
            Event::Backup { fleet } => {
                let fleet = &mut self.fleets[fleet];
                fleet.backup = Some(fleet.relations.clone());
            }
            Event::StoreRestored { fleet } => {
                if self.fleets[fleet].restore_backup(now) {
                    context.counts.note(Fault::StoreRestored);
                    for lineage in 0..self.plan.devices.len() {
                        context.oracles.ledger.note_doubtful_at(lineage, fleet);
                    }
                }
            }
            Event::Clone(number) => self.clone_device(pick(number, devices)),
            Event::Noise { device, noise } => {
                let device = &mut self.devices[pick(device, devices)];
                if device.keeping() == Keeping::Nothing && noise != Noise::Failing {
                    return; // Nobody could know: its port names its noise source.
                }
                device.source.noise = noise;
            }
            Event::WorkerNoise {
                fleet,
                worker,
                noise,
            } => {
                let workers = &mut self.fleets[fleet].workers;
                let worker = pick(worker, workers.len());
                workers[worker].source.noise = noise;
            }
            Event::Keys { dawdles, fails } => self.keys(dawdles, fails),
            Event::EffectFailsOnce { node, call } => {
                self.trouble(node, Trouble::Once(call), call);
            }
            Event::EffectFailsForEver { node, call } => {
                self.trouble(node, Trouble::ForEver(call), call);
            }
            Event::ClockJump { fleet, millis } => {
                context.counts.note(Fault::ClockJump);
                let wall = self.fleets[fleet].wall_ms + millis;
                self.fleets[fleet].set_clock(context, wall);
            }
            Event::ClockReset { fleet } => {
                context.counts.note(Fault::ClockReset);
                let millis = i64::try_from(now.as_millis()).unwrap();
                self.fleets[fleet].set_clock(context, -millis);
            }
            Event::GatewayHolds { gateway, lasts } => {
                if let Some(gateway) = self.gateways.get_mut(pick(gateway, self.plan.gateways)) {
                    gateway.hold(now + lasts);
                }
            }
            Event::Burst { device, readings } => {
                self.devices[pick(device, devices)].burst = readings;
            }
            Event::Healed => self.heal(),
            Event::Peace => {
                self.heal();
                self.pairings = 0;
                self.pairing_due = self.pairing_due.map(|_| now);
                self.context.network.weather = Weather::default();
                self.context.network.partitions.clear();
                for gateway in &mut self.gateways {
                    gateway.holds_until = now;
                }
                for device in &mut self.devices {
                    device.be_quiet(now);
                }
            }
        }
    }

    fn workers(&mut self, fleet: usize, change: impl Fn(&mut super::worker::Worker)) {
        self.fleets[fleet].workers.iter_mut().for_each(change);
    }

    fn trouble(&mut self, node: u64, trouble: Trouble, call: u64) {
        let workers = self.fleets.iter().map(|fleet| fleet.workers.len());
        let everybody = self.devices.len() + workers.sum::<usize>();
        let node = usize::try_from(node % everybody as u64).unwrap();
        if let Some(device) = self.devices.get_mut(node) {
            *device.flash.trouble.borrow_mut() = trouble;
            device.source.fails_at = Some(call);
            return;
        }
        let mut workers = self.fleets.iter_mut().flat_map(|fleet| &mut fleet.workers);
        if let Some(worker) = workers.nth(node - self.devices.len()) {
            worker.trouble = trouble;
            worker.source.fails_at = Some(call);
        }
    }

    fn keys(&mut self, dawdles: u64, fails: u64) {
        for device in &mut self.devices {
            (device.element.dawdles, device.element.fails) = (dawdles, fails);
        }
        for fleet in &mut self.fleets {
            fleet.set_keys(dawdles, fails);
        }
    }

    /// All effects work again.
    fn heal(&mut self) {
        self.keys(0, 0);
        for device in &mut self.devices {
            device.source.noise = Noise::Good;
            device.source.fails_at = None;
            device.dies_after = None;
            *device.flash.trouble.borrow_mut() = Trouble::None;
            device.flash.chip.borrow_mut().power_on();
        }
        for worker in self.fleets.iter_mut().flat_map(|fleet| &mut fleet.workers) {
            worker.source.noise = Noise::Good;
            worker.source.fails_at = None;
            worker.trouble = Trouble::None;
            worker.dies_after = None;
            (worker.dies, worker.dawdles) = (0, 0);
        }
    }

    fn clone_device(&mut self, index: usize) {
        let original = &self.devices[index];
        if original.keeping() == Keeping::Nothing || !original.paired_once {
            return;
        }
        self.context.counts.note(Fault::Clone);
        let ledger = &mut self.context.oracles.ledger;
        ledger.note_doubtful(self.devices[index].build.lineage);
        let mut chip = original.flash.chip.borrow().clone();
        chip.power_on();
        let new = self.devices.len();
        let build = original.build.clone();
        for gateway in &build.via {
            self.gateways[*gateway].ports.push(new);
        }
        let mut node = device::Node::new(new, build, Flash::new(chip), self.random.branch());
        node.paired_once = true;
        node.boots_at = Some(self.context.now);
        self.devices.push(node);
    }
    /// What the faults of effects have struck, who counts it himself.
    pub(super) fn count_strikes(&mut self) {
        let counts = &mut self.context.counts;
        for device in &self.devices {
            let (once, for_ever) = device.flash.strikes.get();
            let strikes = device.source.strikes;
            counts.note_many(Fault::EffectFailsOnce, once + strikes.once);
            counts.note_many(Fault::EffectFailsForEver, for_ever);
            counts.note_many(Fault::FailingNoise, strikes.failing);
            counts.note_many(Fault::ConstantNoise, strikes.constant);
            counts.note_many(Fault::RepeatingNoise, strikes.repeating);
        }
        for worker in self.fleets.iter().flat_map(|fleet| &fleet.workers) {
            let strikes = worker.source.strikes;
            counts.note_many(Fault::EffectFailsOnce, worker.strikes.0 + strikes.once);
            counts.note_many(Fault::EffectFailsForEver, worker.strikes.1);
            let noise = strikes.failing + strikes.constant + strikes.repeating;
            counts.note_many(Fault::WorkerNoise, noise);
        }
    }
}
