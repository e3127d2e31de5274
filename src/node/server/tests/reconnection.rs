use super::*;
use crate::node::Error;
use crate::pairing::{self, Model};

// IOMT-EPOCH-033, IOMT-PAIR-045
#[test]
fn a_new_session_ends_the_one_before_and_takes_over_its_undrained_epochs() {
    let (mut bench, mut peer) = Bench::paired();
    let waiting = [peer.seal(b"one"), peer.seal(b"two")];
    let old_hint = bench.server.row_hint(Trust::Trusted).unwrap();
    bench.reconnect(&mut peer);
    let [ServerEvent::Reconnected { by, keyed_with, .. }] = bench.events[..] else {
        panic!("{:?}", bench.events)
    };
    assert_eq!((by, keyed_with), (Model::RECONNECTION, old_hint));
    assert_ne!(bench.server.row_hint(Trust::Trusted), Some(old_hint));
    assert_eq!((bench.records.len(), bench.losses.len()), (3, 0));
    // The old epoch is drained, and closed by the next list, which leaves it out.
    assert_eq!(peer.epochs(), 1);
    assert_eq!(bench.receive(&waiting[0]), Ok(Kind::Duplicate));
    peer.want_outstanding();
    bench.converse(&mut peer);
    for frame in waiting {
        assert!(bench.receive(&frame).unwrap_err().is_unknown());
    }
}

// Found by the simulation: one flipped bit in a message 1 sent an honest device to its keys, and into quarantine.
#[test]
fn a_damaged_message_1_is_not_refused_as_unknown() {
    let (mut bench, mut peer) = Bench::paired();
    let hello = peer.reconnect();
    for byte in 0..hello.len() {
        for len in [byte, hello.len()] {
            let mut damaged = hello[..len].to_vec();
            if let Some(byte) = damaged.get_mut(byte) {
                *byte ^= 1;
            }
            let refused = bench.receive(&damaged);
            let is_unknown = refused.is_err_and(|error| error.is_unknown());
            assert!(!is_unknown, "byte {byte} of {len}");
        }
    }
    assert_eq!(bench.receive(&hello), Ok(Kind::Handshake));
}

// IOMT-PAIR-041, IOMT-PAIR-042
#[test]
fn two_copies_of_message_1_at_every_point() {
    for point in 0..8 {
        let (mut bench, mut peer) = Bench::paired();
        let hello = peer.reconnect();
        let mut packet = hello.clone();
        bench
            .server
            .handle_datagram(bench.now, &mut packet)
            .unwrap();
        for step in 0..5 {
            if step == point {
                assert_eq!(
                    bench
                        .server
                        .handle_datagram(bench.now, &mut hello.clone())
                        .map(|_| ()),
                    Ok(())
                );
            }
            bench
                .server
                .handle_timeout(bench.now, &mut bench.rng)
                .unwrap();
        }
        let answer = bench.said().pop().unwrap().1;
        if point == 5 {
            let again = bench.answer(&hello).unwrap();
            assert_eq!(again, answer, "another message 2");
        }
        peer.take_answer(&answer).unwrap();
        if point == 6 {
            assert_eq!(bench.answer(&hello).as_ref(), Some(&answer));
        }
        bench.converse(&mut peer);
        if point == 7 {
            assert!(bench.receive(&hello).unwrap_err().is_unknown());
            assert!(bench.said().is_empty());
        }
        assert_eq!(bench.server.stats().handshakes_answered, 2, "point {point}");
        peer.seal(b"reading");
        bench.converse(&mut peer);
        assert_eq!(bench.records.len(), 2);
    }
}

// IOMT-PAIR-043
#[test]
fn any_other_message_1_replaces_the_pending_handshake_at_most_once_in_two_seconds() {
    let (mut bench, mut peer) = Bench::paired();
    let first = peer.reconnect();
    bench.answer(&first).unwrap();
    let second = peer.reconnect();
    bench.wait(Duration::from_millis(1_900));
    let busy = Err(Error::Pairing(pairing::Error::Busy));
    assert_eq!(bench.receive(&second), busy);
    bench.wait(Duration::from_millis(100));
    let answer = bench.answer(&second).unwrap();
    // The first is gone: its message 1 is any other one now.
    assert_eq!(bench.receive(&first), busy);
    peer.take_answer(&answer).unwrap();
    bench.converse(&mut peer);
    assert_eq!(bench.events.len(), 1);
}

// IOMT-PAIR-044
#[test]
fn a_message_1_under_a_pending_secret_is_not_answered() {
    let (mut bench, mut peer) = Bench::paired();
    let hello = peer.reconnect();
    let answer = bench.answer(&hello).unwrap();
    peer.take_answer(&answer).unwrap();
    let under_pending = peer.reconnect();
    bench.wait(Duration::from_secs(3));
    let refused = bench.receive(&under_pending).unwrap_err();
    assert!(!refused.is_unknown());
    assert!(bench.said().is_empty());
    let by_previous = peer.reconnect_by_previous().unwrap();
    let answer = bench.answer(&by_previous).unwrap();
    peer.take_answer(&answer).unwrap();
    bench.converse(&mut peer);
}

#[test]
fn a_stranger_with_keys_of_its_own_disturbs_no_pending_handshake() {
    let (mut bench, mut peer) = Bench::paired();
    let hello = peer.reconnect();
    let answer = bench.answer(&hello).unwrap();
    let stranger = Peer::new(9).meet();
    bench.wait(Duration::from_secs(3));
    let before = bench.server.stats();
    assert_eq!(bench.receive(&stranger), Ok(Kind::Handshake));
    assert!(bench.said().is_empty());
    let after = bench.server.stats();
    assert_eq!(after.multiplications - before.multiplications, 2);
    assert_eq!(after.handshakes_answered, before.handshakes_answered);
    peer.take_answer(&answer).unwrap();
    bench.converse(&mut peer);
}

// IOMT-PAIR-041, IOMT-PAIR-045
#[test]
fn a_session_that_stands_goes_on_while_another_is_pending() {
    let (mut bench, mut peer) = Bench::paired();
    let hello = peer.reconnect();
    bench.answer(&hello).unwrap();
    let frame = peer.seal(b"in the old session");
    assert_eq!(bench.receive(&frame), Ok(Kind::Records));
    assert_eq!(bench.server.locators().count(), 9 + 8);
}
