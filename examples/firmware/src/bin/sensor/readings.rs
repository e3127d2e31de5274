//! Readings to and from the plaintext of a frame.

use core::hint::black_box;

use iomt::reading::{Decimal, Metric, Observation, Unit, Value, Waveform, codec};
use iomt::time::{Instant, SampleRate};
use iomt::wire::{Envelope, Error, Record, RecordWriter, Records};

/// How often the ECG is sampled.
pub const RATE: SampleRate = SampleRate::hz(360);

/// A heart rate if there is one, and samples of an ECG, compressed.
pub fn write<'o>(bpm: Option<u16>, samples: &[i32], out: &'o mut [u8]) -> Result<&'o [u8], Error> {
    let now = Instant::from_millis(black_box(1_000));
    let bpm = bpm.map_or(Value::NotANumber, |bpm| Value::from(i32::from(bpm)));
    let heart_rate = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, bpm);
    let mut writer = RecordWriter::new(out, black_box(1), None)?;
    writer.push(&Record::Observation(heart_rate))?;
    let mut compressed = [0; 160];
    if let Ok(len) = codec::encode(samples, &mut compressed) {
        let data = compressed.get(..len).unwrap_or_default();
        writer.push(&Record::Waveform(block(now, data)))?;
    }
    Ok(writer.finish())
}

fn block(start: Instant, data: &[u8]) -> Waveform<'_> {
    Waveform {
        metric: Metric::ECG_LEAD_II,
        unit: Unit::MILLIVOLT,
        start,
        rate: RATE,
        first_index: black_box(0),
        scale: Decimal::new(5, -3),
        zero: 1_024,
        codec: codec::CodecId::SMALL,
        count: 64,
        data,
    }
}

/// How many records a plaintext holds; samples are decompressed.
pub fn read(plaintext: &[u8]) -> Result<usize, Error> {
    let envelope = Envelope::parse(plaintext)?;
    let mut count = 0;
    for (_, record) in Records::new(&envelope) {
        count += 1;
        if let Ok(Record::Waveform(block)) = record {
            let mut samples = [0; 64];
            let _ = black_box(block.decode(&mut samples));
        }
    }
    Ok(count)
}
