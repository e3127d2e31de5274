//! The record decoder: it ends, and what it understands is written again to an equal record.
#![no_main]

use iomt::wire::{Envelope, EnvelopeWriter, Record, RecordJson, RecordWriter, Records, Tag};
use libfuzzer_sys::fuzz_target;

/// A waveform's record can grow by its time base and by no more.
const ROOM: usize = 64;

fuzz_target!(|input: &[u8]| {
    check(input);
    if let Some((&tag, body)) = input.split_first() {
        check(&framed(Tag(tag.into()), body));
    }
});

/// The input as the body of one record, its length and a time base in front: a changed body is not lost to its envelope.
fn framed(tag: Tag, body: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; body.len() + ROOM];
    let mut writer = EnvelopeWriter::new(&mut buffer, 0, None).expect("the head has room");
    writer.record(Tag::TIME_BASE, &[0]).expect("has room");
    writer.record(tag, body).expect("has room");
    writer.finish().to_vec()
}

fn check(plaintext: &[u8]) {
    let Ok(envelope) = Envelope::parse(plaintext) else {
        return;
    };
    let mut last = envelope.first_sequence();
    let mut count = 0;
    for (sequence, record) in Records::new(&envelope) {
        assert!(sequence >= last, "sequences rise");
        last = sequence;
        count += 1;
        if let Ok(record) = record {
            assert_comes_back(&record, plaintext.len() + ROOM);
            sample(&record);
        }
    }
    assert!(count <= plaintext.len());
}

fn assert_comes_back(record: &Record<'_>, room: usize) {
    let mut buffer = vec![0; room];
    let mut writer = RecordWriter::new(&mut buffer, 0, None).expect("the head has room");
    writer.push(record).expect("what was read can be written");
    let envelope = Envelope::parse(writer.finish()).expect("a head was written");
    let back: Vec<_> = Records::new(&envelope).collect();
    assert_eq!(back, [(0, Ok(*record))]);
    let json = RecordJson::from(record).to_json();
    let read: RecordJson<'_> = json.parse().expect("what was written is read");
    assert_eq!(read.record().as_ref(), Ok(record));
}

/// Damaged samples are refused by the codec, and only there.
fn sample(record: &Record<'_>) {
    match record {
        Record::Waveform(waveform) => {
            let mut samples = vec![0; usize::from(waveform.count)];
            let _ = waveform.decode(&mut samples);
        }
        Record::Series(series) => {
            let mut samples = vec![0; usize::from(series.count)];
            let _ = series.decode(&mut samples);
            let _ = series.times_ms(&mut samples);
        }
        _ => {}
    }
}
