//! What a frame holds, on its way to the database.

use iomt::seal::Opened;
use iomt::wire::{MAX_DATAGRAM, RecordWriter, Run};

/// A frame's place, and what was in it.
#[derive(Debug)]
pub struct Frame {
    pub epoch: [u8; 16],
    pub space: u8,
    pub counter: u32,
    pub quarantined: bool,
    /// It was given up as lost before.
    pub late: bool,
    pub records: Vec<Record>,
    /// The whole plaintext, where not all of it decodes: kept, and acknowledged, or it would be sent for ever.
    pub poison: Option<Vec<u8>>,
}

/// A record under its identity.
#[derive(Debug)]
pub struct Record {
    pub run: [u8; 8],
    pub sequence: i64,
    /// An [`Envelope`](iomt::wire::Envelope) of this record alone. The record's own bytes would not do: their
    /// time counts from a base that the frame says once.
    pub content: Vec<u8>,
}

impl Frame {
    pub fn of(opened: &Opened<'_>, quarantined: bool) -> Self {
        let mut records = Vec::new();
        let is_whole = decode(opened, &mut records).is_some();
        Self {
            epoch: *opened.epoch().as_bytes(),
            space: opened.space().code(),
            counter: opened.counter(),
            quarantined,
            late: opened.ends_loss(),
            records,
            poison: (!is_whole).then(|| opened.plaintext().to_vec()),
        }
    }
}

/// Adds whatever can be read; `None` when that is not everything.
fn decode(opened: &Opened<'_>, records: &mut Vec<Record>) -> Option<()> {
    let (Run(run), mut whole) = (opened.run()?, Some(()));
    for (sequence, record) in opened.records().ok()? {
        let alone = record.ok().and_then(|record| {
            let mut buffer = [0; 2 * MAX_DATAGRAM];
            let mut writer = RecordWriter::new(&mut buffer, sequence, Some(Run(run))).ok()?;
            writer.push(&record).ok()?;
            Some((i64::try_from(sequence).ok()?, writer.finish().to_vec()))
        });
        match alone {
            Some((sequence, content)) => records.push(Record {
                run,
                sequence,
                content,
            }),
            None => whole = None,
        }
    }
    whole
}
