//! What a frame holds, on its way to the database.

use iomt::seal::Opened;

/// A frame's place, and what was in it.
#[derive(Debug)]
pub struct Frame {
    pub epoch: [u8; 16],
    pub space: u8,
    pub counter: u32,
    pub quarantined: bool,
    /// It was given up as lost before.
    pub late: bool,
    pub content: Content,
}

#[derive(Debug)]
pub enum Content {
    Records(Vec<Record>),
    /// Authentic, and not to be decoded: kept as it is, and acknowledged, or it would be sent for ever.
    Poison(Vec<u8>),
}

/// A record under its identity, as its bytes: what this version can not read, a later one may.
#[derive(Debug)]
pub struct Record {
    pub run: [u8; 8],
    pub sequence: i64,
    pub tag: u32,
    pub body: Vec<u8>,
}

impl Frame {
    pub fn of(opened: &Opened<'_>, quarantined: bool) -> Self {
        let poison = || Content::Poison(opened.plaintext().to_vec());
        Self {
            epoch: *opened.epoch().as_bytes(),
            space: opened.space().code(),
            counter: opened.counter(),
            quarantined,
            late: opened.ends_loss(),
            content: records(opened).map_or_else(poison, Content::Records),
        }
    }
}

/// `None` as soon as anything is wrong.
fn records(opened: &Opened<'_>) -> Option<Vec<Record>> {
    let (run, envelope) = (opened.run()?.0, opened.envelope().ok()?);
    let mut records = Vec::new();
    for raw in envelope.records() {
        let raw = raw.ok()?;
        if raw.tag.is_numbered() {
            records.push(Record {
                run,
                sequence: i64::try_from(raw.sequence).ok()?,
                tag: raw.tag.0,
                body: raw.body.to_vec(),
            });
        }
    }
    Some(records)
}
