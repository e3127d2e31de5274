//! A device and two servers, of which one brings the other: over a line that loses and forges, through an outbox that is
//! full, losses, reconnections and a restart. Every call of each is looked at for its stack.

mod line;
mod world;

pub use world::Place;

use iomt::node::Error;
use iomt::reading::codec::{self, CodecId};
use iomt::reading::{Decimal, Metric, Unit, Waveform};
use iomt::time::SampleRate;
use iomt::wire::{Record, Space};

use self::world::World;

const SAMPLES: usize = 125;

/// The name of what failed.
type Failed = &'static str;

/// The conversation, from the pairing to what was restored.
pub(super) fn run(place: &mut Place) -> Result<(), Failed> {
    let mut world = World::new(place).map_err(|_| "a node can not be made")?;
    world.pair()?;
    world.until("paired", |world| world.is_settled())?;
    world.count_a_delivery().map_err(|_| "a delivery")?;
    world.disturb();
    world.introduce().map_err(|_| "an introduction")?;
    world.until("introduced", |world| world.recipients() == 2)?;
    world.until("both reconnected", World::have_reconnected)?;
    let seen = world.strangers();
    world.until("heard in spite of strangers", |world| world.is_settled())?;

    world.line.is_cut[1] = true;
    fill(&mut world, |world| world.lost() > 0)?;
    world.line.is_cut[0] = true;
    fill(&mut world, |world| world.refused > 0)?;
    world.restart().map_err(|_| "a restart")?;
    world.line.is_cut = [false; 2];
    world.until("everything is delivered", |world| world.is_settled())?;
    if !seen || world.loaded == 0 || world.named_losses == 0 {
        return Err("frames from storage, or losses by name");
    }
    world.revoke().map_err(|_| "a revocation")?;
    world.until("revoked", |world| world.recipients() == 1)?;
    world.show();
    Ok(())
}

/// Sends until it is enough, and lets everybody talk meanwhile.
fn fill(world: &mut World<'_>, is_enough: impl Fn(&World<'_>) -> bool) -> Result<(), Failed> {
    let mut packed = [0; codec::max_encoded_len(SAMPLES)];
    let samples: [i32; SAMPLES] = core::array::from_fn(|at| (at as i32 * 7_919) % 2_048);
    let len = codec::encode(&samples, &mut packed).map_err(|_| "packing")?;
    for number in 0..2_000_u64 {
        let block = Waveform {
            metric: Metric::ECG_LEAD_II,
            unit: Unit::MILLIVOLT,
            start: world.now,
            rate: SampleRate::hz(250),
            first_index: number * SAMPLES as u64,
            scale: Decimal::new(5, -3),
            zero: 1_024,
            codec: CodecId::SMALL,
            count: SAMPLES as u16,
            data: packed.get(..len).unwrap_or_default(),
        };
        let space = if number % 16 == 0 {
            Space::Alarm
        } else {
            Space::Data
        };
        let pulse = Record::Observation(world.heart_rate());
        match world.send(space, &[Record::Waveform(block), pulse, pulse]) {
            Ok(()) => {}
            Err(Error::OutboxFull(_)) => world.refused += 1,
            Err(_) => return Err("a waveform is not taken"),
        }
        world.turn().map_err(|_| "a turn")?;
        if is_enough(world) {
            return Ok(());
        }
    }
    Err("the outbox is never full")
}
