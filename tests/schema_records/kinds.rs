//! What a record holds is written as the record is.

use iomt::wire::{Record, RecordWriter, WriteRecord};

/// The plaintext of what `record` holds, which the writer knows by its type.
pub(crate) fn written(record: &Record<'_>) -> Vec<u8> {
    match record {
        Record::Observation(what) => plaintext(what),
        Record::Waveform(what) => plaintext(what),
        Record::Descriptor(what) => plaintext(what),
        Record::Compound(what) => plaintext(what),
        Record::Series(what) => plaintext(what),
        Record::Stamped(what) => plaintext(what),
        Record::Gap(what) => plaintext(what),
        Record::Context(what) => plaintext(what),
        Record::Event(what) => plaintext(what),
        Record::Calibration(what) => plaintext(what),
        Record::ClockSync(what) => plaintext(what),
        Record::Text(what) => plaintext(what),
        Record::Dose(what) => plaintext(what),
        Record::InsulinBasal(what) => plaintext(what),
        Record::InsulinBolus(what) => plaintext(what),
        Record::Asset(what) => plaintext(what),
        Record::Activity(what) => plaintext(what),
        Record::Fall(what) => plaintext(what),
        Record::Sleep(what) => plaintext(what),
        Record::Consent(what) => plaintext(what),
        Record::Setting(what) => plaintext(what),
        Record::Stream(what) => plaintext(what),
        Record::Unknown { .. } => plaintext(record),
        _ => panic!("a kind that this test does not know: {record:?}"),
    }
}

fn plaintext<R: WriteRecord>(record: &R) -> Vec<u8> {
    let mut buffer = [0; 1_200];
    let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
    writer.push(record).unwrap();
    writer.finish().to_vec()
}

#[test]
fn a_text_that_is_too_long_is_refused_by_its_kind_alone() {
    use iomt::reading::{Text, Timed};
    use iomt::time::Instant;
    use iomt::wire::Error;

    let text = "a".repeat(Text::MAX_TEXT + 1);
    let said = Text {
        language: "en",
        text: &text,
    };
    let mut buffer = [0; 1_200];
    let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
    let refused = writer.push(&Timed::new(Instant::ZERO, said));
    assert_eq!(refused, Err(Error::OutOfRange));
    assert_eq!(writer.next_sequence(), 7, "and nothing is written");
}
