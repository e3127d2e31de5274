//! What a seed stands for: who is there, what goes wrong, and when.

use iomt::link::Retry;
use iomt::node::{Keeping, PadTo, Reach};
use iomt::time::{Duration, Instant};

use super::network::Weather;
use super::oracle::bounds;
use super::random::{Noise, Random};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Something that is done to the world at its time. Numbers pick a node, by the rest of their division.
#[derive(Debug, Clone, Copy)]
pub enum Event {
    Weather(Weather),
    Partition {
        from: u64,
        to: u64,
        lasts: Duration,
    },
    DeviceCrash(u64),
    /// After so many more calls of its engine.
    DeviceCrashesAfter {
        device: u64,
        calls: u64,
    },
    GatewayCrash(u64),
    WorkerCrash(u64),
    WorkerCrashesAfter {
        fleet: usize,
        worker: u64,
        calls: u64,
    },
    /// Chances in a thousand.
    WorkersDie {
        fleet: usize,
        chance: u64,
    },
    WorkersDawdle {
        fleet: usize,
        chance: u64,
    },
    PowerCut {
        device: u64,
        behind: u64,
    },
    DeviceRestored(u64),
    Backup {
        fleet: usize,
    },
    StoreRestored {
        fleet: usize,
    },
    Clone(u64),
    Noise {
        device: u64,
        noise: Noise,
    },
    WorkerNoise {
        fleet: usize,
        worker: u64,
        noise: Noise,
    },
    /// Who holds static keys answers late, or not at all: chances in a thousand.
    Keys {
        dawdles: u64,
        fails: u64,
    },
    EffectFailsOnce {
        node: u64,
        call: u64,
    },
    EffectFailsForEver {
        node: u64,
        call: u64,
    },
    /// So many readings at once: more than an outbox holds.
    Burst {
        device: u64,
        readings: u64,
    },
    Healed,
    ClockJump {
        fleet: usize,
        millis: i64,
    },
    ClockReset {
        fleet: usize,
    },
    GatewayHolds {
        gateway: u64,
        lasts: Duration,
    },
    /// Nothing goes wrong from here on, and no readings are taken.
    Peace,
}

#[derive(Debug, Clone)]
pub struct DevicePlan {
    pub keeping: Keeping,
    pub has_element: bool,
    pub is_labelled: bool,
    pub has_phone: bool,
    pub via: Vec<usize>,
    pub reach: Reach,
    pub clears: bool,
    /// Whether alarms go as data.
    pub quiet: bool,
    pub pad_to: PadTo,
    /// How many records a frame has at most.
    pub records: u64,
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub horizon: Duration,
    pub due: Duration,
    pub retry: Retry,
    pub session_age: Duration,
    pub interval: Duration,
    pub devices: Vec<DevicePlan>,
    pub gateways: usize,
    /// Whether the servers' keys are in a key service.
    pub has_key_service: bool,
    pub receipt_delay: Duration,
    /// The chance in a thousand that a worker gets what follows, too.
    pub affinity: u64,
    pub events: Vec<(Instant, Event)>,
}

impl Plan {
    pub fn draw(random: &mut Random) -> Self {
        let holds = random.permille(80);
        let horizon = match holds {
            true => DAY.saturating_mul(8 + random.below(6)),
            false => random.log_between(MINUTE.saturating_mul(10), DAY.saturating_mul(14)),
        };
        let part = |parts: u64| Duration::from_micros(horizon.as_micros() / parts);
        let due = part(150).max(Duration::from_secs(10)).min(HOUR);
        let longest = Duration::from_micros(due.as_micros() / 4).max(Duration::from_secs(8));
        let gateways = match holds {
            true => 1 + random.index(2),
            false => random.index(3),
        };
        let has_clone = random.permille(100);
        let devices = (0..1 + random.index(3))
            .map(|_| draw_device(random, gateways, has_clone))
            .collect();
        let mut plan = Self {
            horizon,
            due,
            retry: Retry {
                first: Duration::from_secs(1),
                longest: longest.min(MINUTE.saturating_mul(5)),
            },
            session_age: random.log_between(part(8).max(MINUTE), DAY.max(part(8)).max(MINUTE)),
            interval: part(40 + random.below(200)),
            devices,
            gateways,
            has_key_service: random.permille(300),
            receipt_delay: Duration::from_millis(100 * random.below(2)),
            affinity: [0, 700, 950, 990][random.index(4)],
            events: Vec::new(),
        };
        plan.draw_events(random, holds, has_clone);
        plan
    }

    /// Within what time after the last fault everything is stored or named.
    pub fn bound(&self) -> Duration {
        bounds::drain(self.due, self.retry.longest)
    }

    fn draw_events(&mut self, random: &mut Random, holds: bool, has_clone: bool) {
        if !random.permille(150) {
            self.at(Instant::ZERO, Event::Weather(draw_weather(random)));
            for _ in 0..random.below(5) {
                let weather = draw_weather(random);
                self.somewhen(random, Event::Weather(weather));
            }
        }
        if holds {
            let start = Instant::ZERO + random.between(MINUTE, DAY);
            let gateway = random.next();
            let lasts = DAY.saturating_mul(7);
            self.at(start, Event::GatewayHolds { gateway, lasts });
        }
        if has_clone {
            let device = random.next();
            self.somewhen(random, Event::Clone(device));
        }
        for _ in 0..random.below(14) {
            let event = draw_event(random, self.horizon);
            self.somewhen(random, event);
        }
        if random.permille(120) {
            let fleet = draw_fleet(random);
            self.somewhen(random, Event::Backup { fleet });
            self.somewhen(random, Event::StoreRestored { fleet });
        }
        self.events.sort_by_key(|(at, _)| *at);
        self.at(Instant::ZERO + self.horizon, Event::Peace);
    }

    fn at(&mut self, at: Instant, event: Event) {
        self.events.push((at, event));
    }

    fn somewhen(&mut self, random: &mut Random, event: Event) {
        let at = Instant::ZERO + random.between(Duration::ZERO, self.horizon);
        self.at(at, event);
    }
}

fn draw_device(random: &mut Random, gateways: usize, has_clone: bool) -> DevicePlan {
    let keeping = match random.below(4) {
        0 => Keeping::Nothing,
        1 => Keeping::Session,
        _ => Keeping::SessionAndFrames,
    };
    let mut via: Vec<usize> = (0..gateways).filter(|_| random.permille(700)).collect();
    if gateways > 0 && via.is_empty() && random.permille(700) {
        via.push(random.index(gateways));
    }
    let reach = match via.is_empty() && random.permille(600) {
        true => Reach::Direct,
        false => Reach::Routed,
    };
    let clears = match keeping {
        Keeping::Nothing => 700,
        _ => 300,
    };
    DevicePlan {
        keeping,
        has_element: random.permille(300),
        is_labelled: random.permille(500),
        has_phone: random.permille(400),
        via,
        reach,
        clears: !has_clone && random.permille(clears),
        quiet: random.permille(200),
        pad_to: match random.permille(700) {
            true => PadTo::Nothing,
            false => [PadTo::Bytes32, PadTo::Bytes64, PadTo::Bytes128][random.index(3)],
        },
        records: 1 + random.below(4),
    }
}

/// The server, or the phone.
fn draw_fleet(random: &mut Random) -> usize {
    usize::from(random.permille(250))
}

fn draw_weather(random: &mut Random) -> Weather {
    Weather {
        lost: random.below(301),
        doubled: random.below(501),
        replayed: random.below(501),
        late: random.below(201),
        flipped: random.below(51),
        cut: random.below(51),
    }
}

fn draw_event(random: &mut Random, horizon: Duration) -> Event {
    let week = DAY.saturating_mul(7);
    let span = random.log_between(Duration::from_secs(5), week.min(horizon));
    let (node, number) = (random.next(), random.below(2_500));
    let fleet = draw_fleet(random);
    match random.below(28) {
        0..=2 => Event::Partition {
            from: random.next(),
            to: random.next(),
            lasts: span,
        },
        3 | 4 => Event::DeviceCrash(node),
        5 => Event::GatewayCrash(node),
        6 => Event::WorkerCrash(node),
        7 => Event::WorkersDie {
            fleet,
            chance: 5 + random.below(60),
        },
        8 => Event::WorkersDawdle {
            fleet,
            chance: 50 + random.below(300),
        },
        9..=12 => Event::PowerCut {
            device: node,
            behind: number,
        },
        13 => Event::DeviceRestored(node),
        14 => Event::Noise {
            device: node,
            noise: Noise::Failing,
        },
        15 => Event::Noise {
            device: node,
            noise: Noise::Constant,
        },
        16 => Event::Noise {
            device: node,
            noise: Noise::StartsOver,
        },
        17 => Event::WorkerNoise {
            fleet,
            worker: node,
            noise: [Noise::Failing, Noise::Constant, Noise::StartsOver][random.index(3)],
        },
        18 => Event::EffectFailsOnce {
            node,
            call: number % 40,
        },
        19 => Event::EffectFailsForEver {
            node,
            call: number % 40,
        },
        20 => match random.permille(300) {
            true => Event::ClockReset { fleet },
            false => Event::ClockJump {
                fleet,
                millis: i64::try_from(span.as_millis()).unwrap()
                    * if random.permille(500) { 1 } else { -1 },
            },
        },
        21 => Event::DeviceCrashesAfter {
            device: node,
            calls: number % 300,
        },
        22 => Event::WorkerCrashesAfter {
            fleet,
            worker: node,
            calls: number % 300,
        },
        23 | 24 => Event::Keys {
            dawdles: random.below(700),
            fails: random.below(300),
        },
        25 | 26 => Event::Burst {
            device: node,
            readings: 10 + number % 150,
        },
        _ => Event::Healed,
    }
}
