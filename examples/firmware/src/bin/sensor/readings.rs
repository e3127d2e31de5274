//! Readings to and from the plaintext of a frame.

use core::hint::black_box;

use iomt::reading::{Decimal, Metric, Observation, Unit, Value, Waveform, codec};
use iomt::time::{Instant, SampleRate};
use iomt::wire::{Envelope, Error, Record, RecordWriter, Records};

const RATE: SampleRate = SampleRate::hz(360);

/// A heart rate, and 64 samples of an ECG, compressed.
pub fn write(out: &mut [u8]) -> Result<&[u8], Error> {
    let now = Instant::from_millis(black_box(1_000));
    let bpm = Value::from(black_box(72));
    let heart_rate = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, bpm);
    let mut writer = RecordWriter::new(out, black_box(1), None)?;
    writer.push(&Record::Observation(heart_rate))?;
    let samples = black_box([0; 64]);
    let mut compressed = [0; 160];
    if let Ok(len) = codec::encode(&samples, &mut compressed) {
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
