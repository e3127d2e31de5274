use iomt::node::{Config, Keeping, ServerConfig};
use iomt::time::{Duration, Instant};

use super::counts::{Counts, Fault};
use super::device::{self, Build};
use super::fleet::{Fleet, Known};
use super::gateway;
use super::ledger::Ledger;
use super::medium::{Flash, Trouble};
use super::network::{Address, Delivery, Network, Partition, Weather};
use super::plan::{Event, MINUTE, Plan};
use super::random::{Noise, Random};
use super::wire_log::WireLog;

/// What looks at everything and believes nothing.
#[derive(Debug, Default)]
pub struct Oracles {
    pub wire: WireLog,
    pub ledger: Ledger,
}

/// What every node is given: the time, the network, and who looks on.
pub struct Context {
    pub now: Instant,
    pub network: Network,
    pub counts: Counts,
    pub oracles: Oracles,
    pub failure: Option<String>,
    pub log: Option<Vec<String>>,
}

impl Context {
    /// Says something to the log, where there is one.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            let line = line();
            log.push(format!(
                "{:>16.6} {line}",
                self.now.as_micros() as f64 / 1e6
            ));
        }
    }

    /// Asks an oracle; the first complaint ends the run.
    pub fn check(&mut self, ask: impl FnOnce(&mut Oracles) -> Result<(), String>) {
        if let Err(complaint) = ask(&mut self.oracles) {
            self.say(|| format!("FAILURE {complaint}"));
            self.failure.get_or_insert(complaint);
        }
    }

    pub fn send(&mut self, delivery: Delivery) {
        self.network.send(self.now, delivery, &mut self.counts);
    }
}

/// Everybody, on one clock that jumps from one thing that is due to the next.
pub struct World {
    pub context: Context,
    plan: Plan,
    next_event: usize,
    pub devices: Vec<device::Node>,
    gateways: Vec<gateway::Node>,
    pub fleets: Vec<Fleet>,
    random: Random,
    pairing_due: Option<Instant>,
    pairings: u64,
    steps: u64,
}

/// Who takes more steps than this is in a loop.
const MAX_STEPS: u64 = 3_000_000;

impl World {
    pub fn new(seed: u64, is_logged: bool) -> Self {
        let mut random = Random::new(seed);
        let plan = Plan::draw(&mut random);
        let mut world = Self {
            context: Context {
                now: Instant::ZERO,
                network: Network::new(random.branch()),
                counts: Counts::default(),
                oracles: Oracles::default(),
                failure: None,
                log: is_logged.then(Vec::new),
            },
            next_event: 0,
            devices: Vec::new(),
            gateways: Vec::new(),
            fleets: Vec::new(),
            random,
            pairing_due: Some(Instant::ZERO),
            pairings: 0,
            plan,
            steps: 0,
        };
        world.populate();
        world
    }

    fn populate(&mut self) {
        let plan = self.plan.clone();
        self.context.say(|| format!("{plan:?}"));
        for gateway in 0..plan.gateways {
            let node = gateway::Node::new(gateway, self.random.branch());
            self.gateways.push(node);
        }
        let mut nodes = Vec::new();
        for (lineage, device) in plan.devices.iter().enumerate() {
            let mut secret = [0_u8; 32];
            secret.fill_with(|| self.random.next().to_le_bytes()[0]);
            let mut label = [0_u8; 16];
            label.fill_with(|| self.random.next().to_le_bytes()[0]);
            let config = Config {
                retry: plan.retry,
                keeping: device.keeping,
                reach: device.reach,
                due: plan.due,
                session_age: plan.session_age,
                ..Config::DEFAULT
            };
            let build = Build {
                lineage,
                secret,
                label: device.is_labelled.then_some(label),
                config,
                fleets: Vec::new(),
                via: device.via.clone(),
                interval: plan.interval,
            };
            for gateway in &device.via {
                self.gateways[*gateway].ports.push(lineage);
            }
            nodes.push(device::Node::new(
                lineage,
                build,
                Flash::erased(),
                self.random.branch(),
            ));
        }
        let known: Vec<Known> = nodes
            .iter()
            .zip(&plan.devices)
            .map(|(node, device)| Known {
                key: node.public(),
                lineage: node.build.lineage,
                clears: device.clears,
                paths: [None; 2],
            })
            .collect();
        let config = ServerConfig {
            receipt_delay: plan.receipt_delay,
            ..ServerConfig::DEFAULT
        };
        self.fleets.push(Fleet::new(
            0,
            3,
            known.clone(),
            config,
            self.random.branch(),
        ));
        self.fleets
            .push(Fleet::new(1, 1, known, config, self.random.branch()));
        for (node, device) in nodes.iter_mut().zip(&plan.devices) {
            node.build.fleets = self
                .fleets
                .iter()
                .take(1 + usize::from(device.has_phone))
                .map(|fleet| (fleet.index, fleet.public()))
                .collect();
        }
        self.devices = nodes;
    }

    /// Runs to the end; what is wrong, where something is.
    pub fn run(&mut self) -> Result<(), String> {
        let ends = Instant::ZERO + self.plan.horizon + self.plan.bound();
        while self.context.failure.is_none() {
            let Some(next) = self.next_due() else { break };
            if next > ends || self.is_settled() {
                break;
            }
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.context.check(|_| Err("no end of steps".into()));
            }
            self.context.now = next.max(self.context.now);
            self.step();
        }
        self.finish();
        match self.context.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn is_settled(&self) -> bool {
        self.devices
            .iter()
            .all(|device| device.is_quiet && device.settled)
    }

    fn next_due(&self) -> Option<Instant> {
        let now = self.context.now;
        let devices = self.devices.iter().filter_map(device::Node::due);
        let gateways = self.gateways.iter().filter_map(|gateway| gateway.due(now));
        let fleets = self.fleets.iter().filter_map(Fleet::due);
        let event = self.plan.events.get(self.next_event).map(|(at, _)| *at);
        devices
            .chain(gateways)
            .chain(fleets)
            .chain(event)
            .chain(self.pairing_due)
            .chain(self.context.network.next_arrival())
            .min()
    }

    fn step(&mut self) {
        let now = self.context.now;
        while let Some((at, event)) = self.plan.events.get(self.next_event).copied()
            && at <= now
        {
            self.next_event += 1;
            self.happen(event);
        }
        if self.pairing_due.is_some_and(|due| due <= now) {
            self.pair();
        }
        while let Some(delivery) = self.context.network.take(now) {
            self.deliver(delivery);
        }
        for device in &mut self.devices {
            if device.due().is_some_and(|due| due <= now) {
                device.step(&mut self.context);
            }
        }
        for gateway in &mut self.gateways {
            if gateway.holds_until <= now && !gateway.engine.is_empty() {
                gateway.step(&mut self.context);
            }
        }
        for fleet in &mut self.fleets {
            if fleet.due().is_some_and(|due| due <= now) {
                fleet.step(&mut self.context);
            }
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        let context = &mut self.context;
        match delivery.to {
            Address::Device(device) => {
                self.devices[device].handle_datagram(context, delivery.from, &delivery.bytes);
            }
            Address::Gateway(gateway) => self.gateways[gateway].handle(context, &delivery),
            Address::Fleet(fleet) => self.fleets[fleet].handle(context, delivery),
        }
    }

    /// Reads the labels of who has not paired yet, again and again.
    fn pair(&mut self) {
        let waiting = |device: &&device::Node| device.build.label.is_some() && !device.paired_once;
        let waiting: Vec<usize> = self
            .devices
            .iter()
            .filter(waiting)
            .map(|device| device.index)
            .collect();
        // Whoever reads labels loses patience with time.
        self.pairings += 1;
        let pause = MINUTE.saturating_mul((2 << self.pairings.min(8)).min(360));
        self.pairing_due = (!waiting.is_empty()).then(|| self.context.now + pause);
        for index in waiting {
            let build = &self.devices[index].build;
            let paths: Vec<Address> = match build.via.is_empty() {
                true => vec![Address::Device(index)],
                false => build
                    .via
                    .iter()
                    .map(|gateway| Address::Gateway(*gateway))
                    .collect(),
            };
            let (lineage, label) = (build.lineage, build.label.unwrap_or_default());
            self.fleets[0].pair(&mut self.context, lineage, &label, &paths);
        }
    }

    fn happen(&mut self, event: Event) {
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
                context.counts.note(Fault::DeviceCrash);
                self.devices[pick(number, devices)]
                    .crash(context, Duration::from_secs(1 + number % 600));
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
            Event::WorkersDie(chance) => self.workers(|worker| worker.dies = chance),
            Event::WorkersDawdle(chance) => self.workers(|worker| worker.dawdles = chance),
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
            Event::Backup => {
                let fleet = &mut self.fleets[0];
                fleet.backup = Some(fleet.relations.clone());
            }
            Event::StoreRestored => {
                if self.fleets[0].restore_backup(now) {
                    context.counts.note(Fault::StoreRestored);
                }
            }
            Event::Clone(number) => self.clone_device(pick(number, devices)),
            Event::Noise { device, noise } => {
                let device = &mut self.devices[pick(device, devices)];
                if device.keeping() == Keeping::Nothing && noise != Noise::Failing {
                    return; // Nobody could know: its port names its noise source.
                }
                context.counts.note(match noise {
                    Noise::Constant => Fault::ConstantNoise,
                    Noise::StartsOver => Fault::RepeatingNoise,
                    Noise::Failing | Noise::Good => Fault::FailingNoise,
                });
                device.source.noise = noise;
            }
            Event::WorkerNoiseFails(number) => {
                context.counts.note(Fault::FailingNoise);
                let workers = &mut self.fleets[0].workers;
                let worker = pick(number, workers.len());
                workers[worker].source.noise = Noise::Failing;
            }
            Event::EffectFailsOnce { node, call } => {
                context.counts.note(Fault::EffectFailsOnce);
                self.trouble(node, Trouble::Once(call), call);
            }
            Event::EffectFailsForEver { node, call } => {
                context.counts.note(Fault::EffectFailsForEver);
                self.trouble(node, Trouble::ForEver(call), call);
            }
            Event::ClockJump { millis } => {
                context.counts.note(Fault::ClockJump);
                let wall = self.fleets[0].wall_ms + millis;
                self.fleets[0].set_clock(now, wall);
            }
            Event::ClockReset => {
                context.counts.note(Fault::ClockReset);
                let millis = i64::try_from(now.as_millis()).unwrap();
                self.fleets[0].set_clock(now, -millis);
            }
            Event::GatewayHolds { gateway, lasts } => {
                if let Some(gateway) = self.gateways.get_mut(pick(gateway, self.plan.gateways)) {
                    context.counts.note(Fault::WeekInGateway);
                    gateway.hold(now + lasts);
                }
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
                    device.is_quiet = true;
                }
            }
        }
    }

    fn workers(&mut self, change: impl Fn(&mut super::worker::Worker)) {
        self.fleets[0].workers.iter_mut().for_each(change);
    }

    fn trouble(&mut self, node: u64, trouble: Trouble, call: u64) {
        let everybody = self.devices.len() + 3;
        let node = usize::try_from(node % everybody as u64).unwrap();
        if let Some(device) = self.devices.get_mut(node) {
            *device.flash.trouble.borrow_mut() = trouble;
            device.source.fails_at = Some(call);
            return;
        }
        let workers = &mut self.fleets[0].workers;
        let worker = &mut workers[node % 3];
        worker.trouble = trouble;
        worker.source.fails_at = Some(call);
    }

    /// All effects work again.
    fn heal(&mut self) {
        for device in &mut self.devices {
            device.source.noise = Noise::Good;
            device.source.fails_at = None;
            *device.flash.trouble.borrow_mut() = Trouble::None;
            device.flash.chip.borrow_mut().power_on();
        }
        for worker in self.fleets.iter_mut().flat_map(|fleet| &mut fleet.workers) {
            worker.source.noise = Noise::Good;
            worker.source.fails_at = None;
            worker.trouble = Trouble::None;
            (worker.dies, worker.dawdles) = (0, 0);
        }
    }

    fn clone_device(&mut self, index: usize) {
        let original = &self.devices[index];
        if original.keeping() == Keeping::Nothing || !original.paired_once {
            return;
        }
        self.context.counts.note(Fault::Clone);
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

    /// All that was accepted must be somewhere.
    fn finish(&mut self) {
        let Self {
            context,
            devices,
            fleets,
            plan,
            ..
        } = self;
        context.counts.datagrams = context.network.sent();
        let span = context.now - Instant::ZERO;
        context.counts.device_micros = span.as_micros() * devices.len() as u64;
        if context.failure.is_some() {
            return;
        }
        let unsettled = devices.iter().find(|device| !device.settled);
        if let Some(device) = unsettled {
            let (index, bound) = (device.index, plan.bound());
            let waiting = device
                .engine
                .as_ref()
                .map(|engine| (engine.waiting(), engine.backlog()));
            context.check(|_| {
                Err(format!(
                    "device {index} has not settled within {bound}: {waiting:?}"
                ))
            });
            return;
        }
        let mut counts = core::mem::take(&mut context.counts);
        for fleet in fleets.iter() {
            for (lineage, relation) in fleet.relations.iter().enumerate() {
                let settled =
                    context
                        .oracles
                        .ledger
                        .settle(lineage, fleet.index, relation, &mut counts);
                context.check(|_| settled);
            }
        }
        context.counts = counts;
    }
}
