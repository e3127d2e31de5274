use std::collections::BTreeSet;

use iomt::node::{Config, ServerConfig};
use iomt::time::Instant;

use super::context::Context;
use super::counts::Counts;
use super::device::{self, Build};
use super::fleet::{Fleet, Known};
use super::gateway;
use super::medium::Flash;
use super::network::{Address, Delivery, Network};
use super::oracle::{Oracles, Shelf, bounds};
use super::plan::{MINUTE, Plan};
use super::random::Random;

/// Everybody, on one clock that jumps from one thing that is due to the next.
pub struct World {
    pub context: Context,
    pub(super) plan: Plan,
    next_event: usize,
    pub devices: Vec<device::Node>,
    pub(super) gateways: Vec<gateway::Node>,
    pub fleets: Vec<Fleet>,
    /// When something is due at each fleet, where nothing has happened to it since.
    fleet_dues: [Option<Option<Instant>>; 2],
    pub(super) random: Random,
    pub(super) pairing_due: Option<Instant>,
    pub(super) pairings: u64,
    steps: u64,
}

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
            fleet_dues: [None; 2],
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
                quiet: device.quiet,
                pad_to: device.pad_to,
                ..Config::DEFAULT
            };
            let build = Build {
                lineage,
                secret,
                has_element: device.has_element,
                label: device.is_labelled.then_some(label),
                config,
                fleets: Vec::new(),
                via: device.via.clone(),
                interval: plan.interval,
                records: device.records,
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
                worker: 0,
                swallowed: 0,
                answered_alike: BTreeSet::new(),
                split: [false; 2],
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
            plan.has_key_service,
            self.random.branch(),
        ));
        self.fleets
            .push(Fleet::new(1, 1, known, config, false, self.random.branch()));
        for fleet in &mut self.fleets {
            fleet.affinity = plan.affinity;
        }
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
            if self.steps > bounds::STEPS {
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
        let mut devices = self.devices.iter();
        devices.all(|device| device.is_quiet && device.settled)
            && self
                .gateways
                .iter()
                .all(|gateway| gateway.engine.is_empty())
    }

    fn next_due(&mut self) -> Option<Instant> {
        let now = self.context.now;
        for (due, fleet) in self.fleet_dues.iter_mut().zip(&self.fleets) {
            due.get_or_insert_with(|| fleet.due());
        }
        let devices = self.devices.iter().filter_map(device::Node::due);
        let gateways = self.gateways.iter().filter_map(|gateway| gateway.due(now));
        let fleets = self.fleet_dues.iter().copied().flatten().flatten();
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
            self.fleet_dues = [None; 2];
            self.happen(event);
        }
        if self.pairing_due.is_some_and(|due| due <= now) {
            self.fleet_dues = [None; 2];
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
        for (due, fleet) in self.fleet_dues.iter_mut().zip(&mut self.fleets) {
            let is_due = due.is_none_or(|due| due.is_some_and(|due| due <= now));
            if is_due && fleet.due().is_some_and(|due| due <= now) {
                *due = None;
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
            Address::Fleet(fleet) => {
                self.fleet_dues[fleet] = None;
                self.fleets[fleet].handle(context, delivery);
            }
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

    /// All that was accepted must be somewhere.
    fn finish(&mut self) {
        self.count_strikes();
        let Self {
            context,
            devices,
            gateways,
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
        context.counts.most_steps = self.steps;
        for device in devices.iter() {
            let engine = device.engine.as_ref();
            let waiting = engine.map_or(0, |engine| engine.waiting());
            let left = waiting.max(u64::from(!device.settled));
            let what = format!("device {}", device.index);
            context.check(|_| bounds::check_drained(&what, left, plan.bound()));
        }
        for gateway in gateways.iter() {
            let left = gateway.engine.len() as u64;
            context.check(|_| bounds::check_drained("a gateway", left, plan.bound()));
        }
        for device in devices.iter() {
            let stats = device.engine.as_ref().map(|engine| engine.stats());
            let lost = stats.map_or(0, |stats| stats.frames_lost);
            context.oracles.ledger.note_lost(device.build.lineage, lost);
        }
        for lineage in 0..plan.devices.len() {
            let shelves: Vec<&Shelf> = fleets
                .iter()
                .map(|fleet| &fleet.relations[lineage].shelf)
                .collect();
            match context.oracles.ledger.settle(lineage, &shelves) {
                Ok(tally) => context.counts.tally.add(&tally),
                Err(complaint) => context.check(|_| Err(complaint)),
            }
        }
    }
}
