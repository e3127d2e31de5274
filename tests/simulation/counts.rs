use std::collections::BTreeMap;

use iomt::time::Duration;

use super::oracle::Tally;

/// What is done to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Loss,
    Duplicate,
    Replay,
    Reorder,
    BitFlip,
    Truncation,
    Partition,
    ClockJump,
    ClockReset,
    DeviceCrash,
    DeviceCrashBetweenCalls,
    GatewayCrash,
    WorkerCrash,
    WorkerCrashBetweenCalls,
    WorkerDeath,
    StaleRow,
    PowerCut,
    PowerCutInRecovery,
    DeviceRestored,
    StoreRestored,
    Clone,
    FailingNoise,
    ConstantNoise,
    RepeatingNoise,
    WorkerNoise,
    KeyLate,
    KeyFails,
    EffectFailsOnce,
    EffectFailsForEver,
    WeekInGateway,
    Burst,
}

impl Fault {
    pub const ALL: [Self; 31] = [
        Self::Loss,
        Self::Duplicate,
        Self::Replay,
        Self::Reorder,
        Self::BitFlip,
        Self::Truncation,
        Self::Partition,
        Self::ClockJump,
        Self::ClockReset,
        Self::DeviceCrash,
        Self::DeviceCrashBetweenCalls,
        Self::GatewayCrash,
        Self::WorkerCrash,
        Self::WorkerCrashBetweenCalls,
        Self::WorkerDeath,
        Self::StaleRow,
        Self::PowerCut,
        Self::PowerCutInRecovery,
        Self::DeviceRestored,
        Self::StoreRestored,
        Self::Clone,
        Self::FailingNoise,
        Self::ConstantNoise,
        Self::RepeatingNoise,
        Self::WorkerNoise,
        Self::KeyLate,
        Self::KeyFails,
        Self::EffectFailsOnce,
        Self::EffectFailsForEver,
        Self::WeekInGateway,
        Self::Burst,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "datagrams lost",
            Self::Duplicate => "datagrams doubled",
            Self::Replay => "old datagrams replayed",
            Self::Reorder => "datagrams late by up to 2 min",
            Self::BitFlip => "bits flipped",
            Self::Truncation => "datagrams cut short",
            Self::Partition => "datagrams into a partition",
            Self::ClockJump => "server clock jumps",
            Self::ClockReset => "server clock back to 1970",
            Self::DeviceCrash => "device crashes",
            Self::DeviceCrashBetweenCalls => "device crashes between two calls",
            Self::GatewayCrash => "gateway crashes",
            Self::WorkerCrash => "worker crashes",
            Self::WorkerCrashBetweenCalls => "worker crashes between two calls",
            Self::WorkerDeath => "worker deaths around a commit",
            Self::StaleRow => "commits over a newer row",
            Self::PowerCut => "power cuts within a flash write",
            Self::PowerCutInRecovery => "power cuts within a recovery",
            Self::DeviceRestored => "devices restored from an old image",
            Self::StoreRestored => "stores restored from a backup",
            Self::Clone => "devices cloned",
            Self::FailingNoise => "draws of a generator that fails",
            Self::ConstantNoise => "draws of a generator that is constant",
            Self::RepeatingNoise => "boots with a generator that starts over",
            Self::WorkerNoise => "draws of a worker whose generator is like that",
            Self::KeyLate => "static-key operations that take up to 40 s",
            Self::KeyFails => "static-key operations that fail",
            Self::EffectFailsOnce => "effects that fail alone",
            Self::EffectFailsForEver => "effects that fail from one of them on",
            Self::WeekInGateway => "gateways that hold all for 7 days",
            Self::Burst => "bursts of 10 to 160 readings",
        }
    }
}

/// How much of what has happened.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub faults: BTreeMap<Fault, u64>,
    /// Frames of readings that devices sent, repetitions included.
    pub frames: u64,
    pub datagrams: u64,
    pub readings: u64,
    pub tally: Tally,
    pub sessions: u64,
    pub device_micros: u64,
    /// Alarms behind a backlog when all faults were over, and the slowest of them.
    pub alarms: u64,
    pub slowest_alarm: Duration,
    /// Times of a server, and of a server's clock at a device, that were compared with the truth.
    pub datings: u64,
    /// The most steps that a seed took: each is a moment at which something was due.
    pub most_steps: u64,
}

impl Counts {
    pub fn note(&mut self, fault: Fault) {
        self.note_many(fault, 1);
    }

    pub fn note_many(&mut self, fault: Fault, times: u64) {
        if times > 0 {
            *self.faults.entry(fault).or_default() += times;
        }
    }

    pub fn add(&mut self, other: &Self) {
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_default() += count;
        }
        self.frames += other.frames;
        self.datagrams += other.datagrams;
        self.readings += other.readings;
        self.tally.add(&other.tally);
        self.sessions += other.sessions;
        self.device_micros += other.device_micros;
        self.alarms += other.alarms;
        self.slowest_alarm = self.slowest_alarm.max(other.slowest_alarm);
        self.datings += other.datings;
        self.most_steps = self.most_steps.max(other.most_steps);
    }

    pub fn device_years(&self) -> f64 {
        self.device_micros as f64 / 1e6 / (365.25 * 86_400.0)
    }
}
