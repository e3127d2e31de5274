use iomt::reading::Observation;
use iomt::seal::{Direction, Opener, Opening, SAVED_SESSION_LEN, Sealer, SessionSecrets};
use iomt::wire::{Frame, MAX_DATAGRAM, Packet, Record, RecordId, RecordWriter, Space};

use super::random::{Random, Source};

/// Both ends of a session of its own that a recipient has with the server, to relay what it has opened.
pub struct Relay {
    sealer: Sealer,
    opener: Opener,
}

impl Relay {
    pub fn new() -> Self {
        let secrets = || {
            SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceInitiated)
                .unwrap()
        };
        let mut sealer = secrets().into_sealer(&[4; 32]).unwrap();
        let mut saved = [0; SAVED_SESSION_LEN];
        let source = &mut Source::new(Random::new(5));
        sealer.begin_epoch(source, &mut saved).unwrap();
        sealer.epoch_stored().unwrap();
        Self {
            sealer,
            opener: secrets().into_opener(),
        }
    }

    /// Seals a reading under the identity that the relay says it has.
    pub fn seal(&mut self, id: RecordId, reading: Observation) -> Vec<u8> {
        let mut plaintext = [0; 256];
        let mut writer = RecordWriter::new(&mut plaintext, id.sequence, Some(id.run)).unwrap();
        writer.push(&Record::Observation(reading)).unwrap();
        let mut out = [0; MAX_DATAGRAM];
        let sealed = self
            .sealer
            .seal(Space::Data, writer.finish(), &mut out)
            .unwrap();
        let frame = match Packet::parse(sealed) {
            Ok(Packet::Frame(frame)) => Some(frame),
            _ => None,
        };
        let frame = frame.expect("a frame was sealed");
        let route = self.sealer.epoch().unwrap().route(false);
        let frame = Frame { route, ..frame };
        frame.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
    }

    /// What the server opens of the relay's session: whose words they are is known by the session.
    pub fn open(&mut self, frame: &[u8]) -> (RecordId, Observation) {
        let mut frame = frame.to_vec();
        let opened = match self.opener.open(&mut frame) {
            Ok(Opening::Fresh(opened)) => Some(opened),
            _ => None,
        };
        let opened = opened.expect("an honest session");
        let run = opened.run().unwrap();
        let (sequence, record) = opened.records().unwrap().next().unwrap();
        let reading = match record {
            Ok(Record::Observation(reading)) => Some(reading),
            _ => None,
        };
        let reading = reading.expect("a reading was sealed");
        let read = (RecordId { run, sequence }, reading);
        self.opener.commit(opened.stored()).unwrap();
        read
    }
}
