//! Records of every kind, both tiers of the codec, units, decimals, contexts and clocks.

use core::fmt::Write;
use core::hint::black_box;

use iomt::reading::codec::Tier;
use iomt::reading::{Contexts, Decimal, Substance, Unit};
use iomt::time::{ClockModel, Duration, Instant, Stamp, WallClock};
use iomt::wire::{Envelope, Error, Record, RecordWriter, Records};
use iomt_footprint::now;

pub(crate) fn run() {
    let _ = black_box(rewrite(&black_box([0; 200])));
    let _ = black_box(pack());
    convert();
    clock();
}

/// Reads whatever comes, and writes it again.
fn rewrite(plaintext: &[u8]) -> Result<(), Error> {
    let envelope = Envelope::parse(plaintext)?;
    let mut out = [0; 200];
    let mut writer = RecordWriter::new(&mut out, black_box(7), None)?;
    let mut contexts = Contexts::<4>::new();
    for (sequence, record) in Records::new(&envelope) {
        let record = record?;
        if let Record::Context(context) = &record {
            black_box(contexts.insert(sequence, context));
        }
        black_box(contexts.status_of(sequence));
        writer.push(&record)?;
        unpack(&record);
    }
    writer.pad(black_box(128))?;
    black_box(writer.finish());
    Ok(())
}

fn unpack(record: &Record<'_>) {
    let mut samples = [0; 64];
    match record {
        Record::Waveform(block) => {
            let _ = black_box(block.decode(&mut samples));
        }
        Record::Series(series) => {
            let _ = black_box(series.decode(&mut samples));
        }
        other => {
            black_box(other);
        }
    }
}

fn pack() -> Result<(), ()> {
    let samples = black_box([0; 64]);
    for tier in black_box([Tier::Small, Tier::Large]) {
        let mut packed = [0; 400];
        let len = tier.encode(&samples, &mut packed).map_err(|_| ())?;
        let packed = black_box(packed.get(..len).unwrap_or_default());
        tier.decode(packed, &mut [0; 64]).map_err(|_| ())?;
    }
    Ok(())
}

fn convert() {
    let value = black_box(Decimal::new(5_500, -3));
    let _ = black_box(Unit::MILLIMOLE_PER_LITRE.convert(value, black_box(Unit::MILLIVOLT)));
    let mut text = heapless::String::<64>::new();
    let _ = black_box(write!(text, "{value}"));
    black_box(text.parse::<Decimal>().ok());
    black_box(Substance::GLUCOSE);
}

fn clock() {
    let local = (
        black_box(1_700_000_000_000),
        Some(60),
        Duration::from_secs(1),
    );
    let wall = WallClock::from_local(local.0, local.1, local.2);
    let stamp = Stamp { wall, epoch: 0 };
    let mut model = ClockModel::new(now(), stamp);
    model.synchronise(now() + Duration::from_secs(3), stamp);
    black_box((model.drift_ppm(), model.place(Instant::ZERO)));
}
