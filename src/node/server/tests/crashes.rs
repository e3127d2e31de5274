use super::*;

/// What befalls one message of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Lost,
    Twice,
    /// Everything that was ever sent comes once more behind it.
    Replays,
    DeviceDies,
    ServerDies,
}

const FAULTS: [Fault; 6] = [
    Fault::None,
    Fault::Lost,
    Fault::Twice,
    Fault::Replays,
    Fault::DeviceDies,
    Fault::ServerDies,
];

/// Message 1, message 2, the first frames, the receipt.
type Script = [Fault; 4];

struct Play {
    bench: Bench,
    peer: Peer,
    up: Vec<Vec<u8>>,
    down: Vec<Vec<u8>>,
    may_meet: bool,
}

impl Play {
    fn up(&mut self, packet: Vec<u8>, fault: Fault) {
        self.up.push(packet.clone());
        let copies = match fault {
            Fault::Lost => Vec::new(),
            Fault::Twice => std::vec![packet.clone(), packet],
            Fault::Replays => self.up.clone(),
            _ => std::vec![packet],
        };
        for packet in copies {
            let _ = self.bench.receive(&packet);
            let said = self.bench.said();
            self.down.extend(said.into_iter().map(|(_, packet)| packet));
        }
        self.dies(fault);
    }

    fn dies(&mut self, fault: Fault) {
        match fault {
            Fault::DeviceDies => self.peer.crash(),
            Fault::ServerDies => self.bench.crash(),
            _ => {}
        }
        if self.may_meet {
            let device = self.peer.public();
            self.bench.server.expect(device);
        }
    }

    /// What the server has said since, as it reaches the device.
    fn arriving(&mut self, from: usize, fault: Fault) -> Vec<Vec<u8>> {
        let new = self.down[from..].to_vec();
        let arriving = match fault {
            Fault::Lost => Vec::new(),
            Fault::Twice => new.iter().chain(&new).cloned().collect(),
            Fault::Replays => self.down.clone(),
            _ => new,
        };
        self.dies(fault);
        if fault == Fault::DeviceDies {
            return Vec::new();
        }
        arriving
    }

    /// One attempt with this message 1; whether the server was heard in the new session.
    fn attempt(&mut self, hello: Vec<u8>, script: Script) -> bool {
        let from = self.down.len();
        self.up(hello, script[0]);
        let mut has_keys = false;
        for packet in self.arriving(from, script[1]) {
            has_keys |= self.peer.expects_answer() && self.peer.take_answer(&packet).is_ok();
        }
        if !has_keys || self.peer.sealer.is_none() {
            return false;
        }
        let from = self.down.len();
        let control = self.peer.control(self.bench.now);
        self.up(control, script[2]);
        for frame in self.peer.frames() {
            self.up(frame, script[2]);
        }
        self.bench.wait(Duration::from_millis(100));
        let said = self.bench.said();
        self.down.extend(said.into_iter().map(|(_, packet)| packet));
        let mut is_heard = false;
        for packet in self.arriving(from, script[3]) {
            is_heard |= self.peer.sealer.is_some() && self.peer.take_receipt(&packet).is_ok();
        }
        is_heard && self.peer.sealer.is_some()
    }

    /// "Initiator tries current, then previous", then its keys where it has never had a secret confirmed.
    fn ladder(&mut self, script: Script) -> bool {
        let mut script = script;
        for rung in 0..3 {
            self.bench.wait(Duration::from_secs(3));
            let hello = match rung {
                0 if self.peer.current.is_some() => Some(self.peer.reconnect()),
                1 => self.peer.reconnect_by_previous(),
                2 if self.may_meet => Some(self.peer.meet()),
                _ => None,
            };
            let Some(hello) = hello else { continue };
            if self.attempt(hello, script) {
                return true;
            }
            script = [Fault::None; 4];
        }
        false
    }
}

fn scripts() -> impl Iterator<Item = Script> {
    let of = |index: usize, place: u32| FAULTS[index / 6_usize.pow(place) % 6];
    (0..6_usize.pow(4)).map(move |index| [of(index, 0), of(index, 1), of(index, 2), of(index, 3)])
}

fn assert_recovers(mut play: Play, script: Script, readings: usize) {
    let is_done = play.ladder(script) || play.ladder([Fault::None; 4]);
    assert!(is_done, "bricked by {script:?}");
    play.peer.seal(b"after");
    play.bench.converse(&mut play.peer);
    assert_eq!(play.bench.losses, [], "{script:?}");
    assert!(!play.bench.server.is_quarantined(), "{script:?}");
    let stored = play.bench.records.len();
    assert!(stored >= readings, "{stored} records, {script:?}");
}

// IOMT-PAIR-046, IOMT-PAIR-047
#[test]
fn loss_replay_or_death_at_each_message_of_a_reconnection_bricks_nothing() {
    let mut reconnected = 0;
    for script in scripts() {
        let (bench, mut peer) = Bench::paired();
        peer.seal(b"one");
        peer.seal(b"two");
        let play = Play {
            bench,
            peer,
            up: Vec::new(),
            down: Vec::new(),
            may_meet: false,
        };
        assert_recovers(play, script, 4);
        reconnected += 1;
    }
    assert_eq!(reconnected, 1_296);
}

// IOMT-PAIR-048
#[test]
fn loss_replay_or_death_at_each_message_of_a_first_meeting_bricks_nothing() {
    for script in scripts() {
        let (mut bench, peer) = (Bench::new(), Peer::new(1));
        bench.server.expect(peer.public());
        let play = Play {
            bench,
            peer,
            up: Vec::new(),
            down: Vec::new(),
            may_meet: true,
        };
        assert_recovers(play, script, 2);
    }
}
