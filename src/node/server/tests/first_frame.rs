//! "The first frame decides": what a server is before it, by it, and behind it.

use super::*;
use crate::node::Error;
use crate::node::server::ServerStats;
use crate::pairing::label::LabelSecret;
use crate::wire::{ConnectionId, Hint, Locator, Packet, Route};

/// All that can be seen of a server but how many packets it has refused.
#[derive(Debug, PartialEq)]
struct Seen {
    stats: ServerStats,
    revision: u64,
    peer: Option<PublicKey>,
    locators: Vec<Locator>,
    hints: Vec<Hint>,
    connections: Vec<ConnectionId>,
    is_quarantined: bool,
    rows: Vec<Vec<u8>>,
}

fn seen(bench: &mut Bench) -> Seen {
    bench.rng = Counting(200);
    let rows = bench.export();
    let server = &bench.server;
    let mut stats = server.stats();
    stats.packets_refused = 0;
    Seen {
        stats,
        revision: server.revision(),
        peer: server.peer(),
        locators: server.locators().collect(),
        hints: server.hints().collect(),
        connections: server.connections().collect(),
        is_quarantined: server.is_quarantined(),
        rows,
    }
}

/// A session that is agreed anew, one in which frames wait that were sealed before, and nobody was heard yet.
fn reconnecting() -> (Bench, Peer, Vec<u8>) {
    let (mut bench, mut peer) = Bench::paired();
    let waiting = peer.seal(b"waiting");
    let hello = peer.reconnect();
    let answer = bench.answer(&hello).unwrap();
    peer.take_answer(&answer).unwrap();
    (bench, peer, waiting)
}

/// The same by the device's keys alone.
fn returning() -> (Bench, Peer, Vec<u8>) {
    let (mut bench, mut peer) = Bench::paired();
    let waiting = peer.seal(b"waiting");
    peer.lose_secrets();
    let hello = peer.meet();
    let answer = bench.answer(&hello).unwrap();
    peer.take_answer(&answer).unwrap();
    (bench, peer, waiting)
}

/// The same by a label.
fn pairing() -> (Bench, Peer, Vec<u8>) {
    let (mut bench, mut peer) = Bench::paired();
    let waiting = peer.seal(b"waiting");
    pair_by_label(&mut bench, &mut peer);
    (bench, peer, waiting)
}

fn pair_by_label(bench: &mut Bench, peer: &mut Peer) {
    let label = LabelSecret::new(b"sixteen or more random bytes").unwrap();
    bench
        .server
        .pair(bench.now, &label, &mut bench.rng)
        .unwrap();
    let hello = bench.said().pop().unwrap().1;
    let reply = peer.answer_label(&label, &hello);
    bench.receive(&reply).unwrap();
    let message = bench.said().remove(0).1;
    peer.take_answer(&message).unwrap();
    bench.events.clear();
}

/// How a session came to be agreed.
type Handshake = fn() -> (Bench, Peer, Vec<u8>);

const HANDSHAKES: [Handshake; 3] = [reconnecting, returning, pairing];

// IOMT-PAIR-045, IOMT-ERR-003
#[test]
fn a_forged_one_leaves_everything_as_it_was() {
    for handshake in HANDSHAKES {
        let (mut bench, mut peer, waiting) = handshake();
        let first = peer.control(bench.now);
        let before = seen(&mut bench);
        for byte in 0..first.len() {
            for mask in [0x01, 0x10, 0x80] {
                let mut forged = first.clone();
                forged[byte] ^= mask;
                let mut packet = forged.clone();
                let refused = bench.server.handle_datagram(bench.now, &mut packet);
                assert!(refused.is_err(), "byte {byte}: {refused:?}");
                assert_eq!(packet, forged, "byte {byte}");
            }
        }
        assert_eq!(seen(&mut bench), before);
        assert!(bench.server.poll_event().is_none());
        assert_eq!(bench.receive(&waiting), Ok(Kind::Records));
        assert_eq!(bench.receive(&first), Ok(Kind::Control));
        assert_eq!(bench.events.len(), 1);
    }
}

// IOMT-EPOCH-033
#[test]
fn it_ends_the_session_before_but_for_the_epochs_that_wait() {
    for handshake in HANDSHAKES {
        let (mut bench, mut peer, waiting) = handshake();
        let kept = bench.records.len();
        let first = peer.seal(b"first");
        let kind = bench.receive(&first).unwrap();
        assert_eq!(bench.receive(&waiting), Ok(Kind::Records));
        assert_eq!(bench.receive(&waiting), Ok(Kind::Duplicate));
        assert_eq!(bench.records.len(), kept + 2);
        bench.converse(&mut peer);
        assert_eq!(bench.losses, []);
        assert_eq!(bench.server.is_quarantined(), kind == Kind::Quarantined);
    }
}

// IOMT-SEAL-040
#[test]
fn one_that_comes_twice_is_the_same_frame() {
    for handshake in HANDSHAKES {
        let (mut bench, mut peer, _) = handshake();
        let first = peer.seal(b"first");
        // The server dies between opening and storing, as far as the device can tell.
        let opened = bench
            .server
            .handle_datagram(bench.now, &mut first.clone())
            .map(|_| ());
        assert_eq!(opened, Ok(()));
        let again = bench.receive(&first).unwrap();
        assert!(matches!(again, Kind::Records | Kind::Quarantined));
        assert_eq!(bench.receive(&first), Ok(Kind::Duplicate));
        let is_confirmed = |event: &&ServerEvent| {
            matches!(
                event,
                ServerEvent::Paired { .. }
                    | ServerEvent::Reconnected { .. }
                    | ServerEvent::Quarantined { .. }
            )
        };
        assert_eq!(bench.events.iter().filter(is_confirmed).count(), 1);
        bench.converse(&mut peer);
    }
}

// IOMT-EPOCH-031
#[test]
fn it_may_be_of_any_of_the_first_eight_epochs() {
    for handshake in HANDSHAKES {
        for skipped in 0..8 {
            let (mut bench, mut peer, _) = handshake();
            let mut overtaken = Vec::new();
            for _ in 0..skipped {
                overtaken.push(peer.seal(b"overtaken"));
                peer.open_epoch();
            }
            let first = peer.seal(b"first");
            let kind = bench.receive(&first).unwrap();
            for frame in overtaken {
                assert_eq!(bench.receive(&frame), Ok(kind), "of {skipped}");
            }
        }
    }
}

// IOMT-EPOCH-031
#[test]
fn one_of_the_ninth_is_not_known() {
    for handshake in HANDSHAKES {
        let (mut bench, mut peer, _) = handshake();
        for _ in 0..8 {
            peer.open_epoch();
        }
        let before = seen(&mut bench);
        let refused = bench.receive(&peer.seal(b"far ahead")).unwrap_err();
        assert!(refused.is_unknown());
        assert_eq!(seen(&mut bench), before);
    }
}

// IOMT-ERR-003
#[test]
fn one_that_does_not_say_its_salt_decides_nothing() {
    for handshake in HANDSHAKES {
        let (mut bench, mut peer, _) = handshake();
        let first = peer.seal(b"first");
        let Ok(Packet::Frame(frame)) = Packet::parse(&first) else {
            panic!("no frame")
        };
        let Route::Unproved(locator, _) = frame.route else {
            panic!("no salt")
        };
        let before = seen(&mut bench);
        for route in [Route::Routed(locator), Route::Short] {
            let frame = crate::wire::Frame { route, ..frame };
            let mut out = [0; MAX_DATAGRAM];
            let packet = frame.emit(&mut out).unwrap();
            assert!(bench.receive(packet).is_err());
        }
        assert_eq!(seen(&mut bench), before);
    }
}

#[test]
fn a_pairing_by_label_takes_over_from_both_sessions_of_the_device() {
    let (mut bench, mut peer, waiting) = returning();
    let meanwhile = peer.seal(b"in quarantine");
    assert_eq!(bench.receive(&meanwhile), Ok(Kind::Quarantined));
    let later = peer.seal(b"later");
    pair_by_label(&mut bench, &mut peer);
    let first = peer.seal(b"first");
    assert_eq!(bench.receive(&first), Ok(Kind::Records));
    assert!(!bench.server.is_quarantined());
    assert_eq!(bench.receive(&waiting), Ok(Kind::Records));
    assert_eq!(bench.receive(&later), Ok(Kind::Records));
    assert_eq!(bench.receive(&meanwhile), Ok(Kind::Duplicate));
    bench.converse(&mut peer);
    assert_eq!(bench.losses, []);
}

#[test]
fn a_pairing_with_another_device_takes_over_nothing() {
    let (mut bench, mut peer) = Bench::paired();
    let waiting = peer.seal(b"waiting");
    let mut other = Peer::new(3);
    pair_by_label(&mut bench, &mut other);
    assert_eq!(bench.server.peer(), Some(peer.public()));
    let first = other.seal(b"first");
    assert_eq!(bench.receive(&first), Ok(Kind::Records));
    assert_eq!(bench.server.peer(), Some(other.public()));
    assert!(bench.receive(&waiting).unwrap_err().is_unknown());
    assert!(bench.receive(&peer.control(bench.now)).is_err());
}

/// Where no session stands there is a place for one, and nobody opens anything in it.
#[test]
fn where_nothing_stands_nothing_is_known() {
    let mut bench = Bench::new();
    assert_eq!(bench.server.locators().count(), 0);
    assert_eq!(bench.server.hints().count(), 0);
    assert!(bench.export().is_empty());
    assert!(bench.server.device_clock().is_none());
    let salt = crate::wire::Salt([0; 16]);
    for route in [
        Route::Short,
        Route::Routed(Locator([0; 8])),
        Route::Unproved(Locator([0; 8]), salt),
    ] {
        let frame = crate::wire::Frame {
            space: crate::wire::Space::Data,
            route,
            counter: 0,
            sealed: &[0; 40],
        };
        let mut out = [0; MAX_DATAGRAM];
        let packet = frame.emit(&mut out).unwrap();
        assert_eq!(bench.receive(packet), Err(Error::NotPaired));
    }
}
