//! A server against a device end made by hand, which loses, repeats and forgets on demand.
//!
//! ```text
//!  Peer: psks on its flash, sealer, unacknowledged frames      Bench: server, its last stored row, the store
//! ```

mod crashes;
mod delivery;
mod ended;
mod external;
mod first_frame;
mod fleet;
mod peer;
mod quarantine;
mod reconnection;
mod stolen;
mod supervision;

use super::{NamedLoss, Received, Recipient, Server, ServerConfig, ServerEvent, Trust, refusal};
use crate::pairing::{Identity, PublicKey};
use crate::seal::tests::Counting;
use crate::seal::{MAX_ROW, RowKey, RowOwner};
use crate::time::{Duration, Instant};
use crate::wire::{MAX_DATAGRAM, Run};
use peer::Peer;
use std::collections::BTreeMap;
use std::vec::Vec;

const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"ward 7",
    device: b"patch 1",
};

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).unwrap()
}

fn server_key() -> PublicKey {
    identity(2).public()
}

fn row_key() -> RowKey {
    RowKey::from_bytes(&[0x5A; 32]).unwrap()
}

/// What a datagram was, without what it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Records,
    Quarantined,
    Control,
    Duplicate,
    Handshake,
}

/// One server, its clock, its rows and its database.
struct Bench {
    now: Instant,
    server: Server,
    rng: Counting,
    rows: Vec<Vec<u8>>,
    records: BTreeMap<(Run, u64), Vec<u8>>,
    /// How often an identity came again.
    repeated: usize,
    flagged: usize,
    events: Vec<ServerEvent>,
    losses: Vec<NamedLoss>,
}

impl Bench {
    fn new() -> Self {
        Self {
            now: Instant::from_secs(100),
            server: Server::new(identity(2), ServerConfig::DEFAULT),
            rng: Counting(200),
            rows: Vec::new(),
            records: BTreeMap::new(),
            repeated: 0,
            flagged: 0,
            events: Vec::new(),
            losses: Vec::new(),
        }
    }

    /// A server and a device that have paired by factory keys and are at rest.
    fn paired() -> (Self, Peer) {
        let (mut bench, mut peer) = (Self::new(), Peer::new(1));
        bench.server.expect(peer.public());
        let hello = peer.meet();
        let answer = bench.answer(&hello).expect("message 2");
        peer.take_answer(&answer).unwrap();
        bench.converse(&mut peer);
        assert!(matches!(bench.events[..], [ServerEvent::Paired { .. }]));
        bench.events.clear();
        (bench, peer)
    }

    fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    /// Does the work that is due, one multiplication a call.
    fn work(&mut self) {
        for _ in 0..12 {
            if self
                .server
                .poll_timeout()
                .is_some_and(|due| due <= self.now)
            {
                let before = self.server.stats().multiplications;
                let _ = self.server.handle_timeout(self.now, &mut self.rng);
                assert!(self.server.stats().multiplications - before <= 1);
            }
        }
        self.events
            .extend(core::iter::from_fn(|| self.server.poll_event()));
        self.losses
            .extend(core::iter::from_fn(|| self.server.poll_loss()));
    }

    /// What the server says now.
    fn said(&mut self) -> Vec<(Recipient, Vec<u8>)> {
        self.work();
        let mut out = [0; MAX_DATAGRAM];
        let mut said = Vec::new();
        while let Some(transmit) = self.server.poll_transmit(self.now, &mut out) {
            said.push((transmit.to, transmit.to_vec()));
        }
        said
    }

    /// Opens and stores, and polls nothing.
    fn without_polling(&mut self, packet: &[u8]) {
        let mut packet = packet.to_vec();
        if let Ok(Received::Records(opened)) = self.server.handle_datagram(self.now, &mut packet) {
            self.server
                .handle_stored(self.now, opened.stored())
                .unwrap();
        }
    }

    /// Opens a datagram and stores what it holds, and the rows.
    fn receive(&mut self, packet: &[u8]) -> Result<Kind, crate::node::Error> {
        let mut packet = packet.to_vec();
        let received = self.server.handle_datagram(self.now, &mut packet)?;
        let (kind, opened) = match received {
            Received::Records(opened) => (Kind::Records, opened),
            Received::Quarantined(opened) => (Kind::Quarantined, opened),
            Received::Control(_) => return Ok(self.settled(Kind::Control)),
            Received::Duplicate => return Ok(self.settled(Kind::Duplicate)),
            Received::Handshake => return Ok(self.settled(Kind::Handshake)),
        };
        let run = opened.run().unwrap();
        for record in opened.envelope().unwrap().records().map(Result::unwrap) {
            let before = self
                .records
                .insert((run, record.sequence), record.body.to_vec());
            self.repeated += usize::from(before.is_some());
            assert!(before.is_none_or(|before| before == record.body));
        }
        self.flagged += usize::from(kind == Kind::Quarantined);
        self.server
            .handle_stored(self.now, opened.stored())
            .unwrap();
        Ok(self.settled(kind))
    }

    fn settled(&mut self, kind: Kind) -> Kind {
        self.work();
        self.rows = self.export();
        kind
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        let mut rows = Vec::new();
        for trust in Trust::BOTH {
            let mut out = std::vec![0; MAX_ROW];
            let (server, rng) = (&self.server, &mut self.rng);
            let row = server.export(trust, &row_key(), &OWNER, rng, &mut out);
            rows.extend(row.unwrap().map(|row| row.to_vec()));
        }
        rows
    }

    /// The server dies, and comes back with what its rows say.
    fn crash(&mut self) {
        let rows = self.rows.clone();
        self.restore(&rows);
    }

    fn restore(&mut self, rows: &[Vec<u8>]) {
        self.server = Server::new(identity(2), ServerConfig::DEFAULT);
        for row in rows {
            let imported = self.server.import(self.now, &row_key(), &OWNER, row);
            imported.unwrap();
        }
    }

    /// The answer to a message 1.
    fn answer(&mut self, hello: &[u8]) -> Option<Vec<u8>> {
        self.receive(hello).ok()?;
        let mut answers = self.said();
        answers.retain(|(to, _)| *to == Recipient::Caller);
        answers.pop().map(|(_, answer)| answer)
    }

    /// The device says all that it has to say, and hears all receipts, until both have nothing more.
    fn converse(&mut self, peer: &mut Peer) {
        for _ in 0..4 {
            let control = peer.control(self.now);
            let _ = self.receive(&control);
            for frame in peer.frames() {
                let _ = self.receive(&frame);
            }
            self.wait(Duration::from_millis(100));
            for (_, said) in self.said() {
                let _ = peer.take_receipt(&said);
            }
        }
        assert!(peer.is_drained(), "{peer:?}");
        assert!(peer.is_reflected(), "{peer:?}");
    }

    /// A reconnection by the device's current secret, start to end.
    fn reconnect(&mut self, peer: &mut Peer) {
        let hello = peer.reconnect();
        let answer = self.answer(&hello).expect("message 2");
        peer.take_answer(&answer).unwrap();
        self.converse(peer);
    }
}

#[test]
fn the_size_is_that_of_the_documentation() {
    let tenths_of_kib = (size_of::<Server>() * 10 + 512) / 1_024;
    assert_eq!(tenths_of_kib, 85);
    assert!(size_of::<super::Reception>() <= 1_126);
}

// IOMT-PAIR-060
#[test]
fn what_is_not_known_is_refused_with_a_hint_and_nothing_else_is() {
    let (mut bench, mut peer) = Bench::paired();
    let stranger = &mut Peer::new(9);
    let hello = stranger.meet();
    assert_eq!(bench.receive(&hello), Ok(Kind::Handshake));
    bench.work();
    assert!(bench.said().is_empty(), "a stranger was answered");
    let mut elsewhere = Bench::new();
    let frame = peer.seal(b"reading");
    let refused = elsewhere.receive(&frame).unwrap_err();
    assert!(refused.is_unknown());
    let mut out = [0; 9];
    let hint = refusal(&frame, &mut out).unwrap().to_vec();
    assert!(hint.len() < frame.len());
    assert_eq!(refusal(&hint, &mut [0; 9]), None);
    bench.wait(Duration::from_secs(1));
    bench.receive(&frame).unwrap();
    bench.wait(Duration::from_secs(1));
    for (_, receipt) in bench.said() {
        assert_eq!(refusal(&receipt, &mut [0; 9]), None);
    }
}
