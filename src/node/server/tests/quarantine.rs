use super::*;

/// A device that has lost its secrets, and was answered all the same.
fn restored() -> (Bench, Peer, Vec<u8>) {
    let (mut bench, mut peer) = Bench::paired();
    for _ in 0..3 {
        peer.seal(b"stored");
        bench.converse(&mut peer);
    }
    let waiting = peer.seal(b"waiting");
    peer.lose_secrets();
    let hello = peer.meet();
    let answer = bench.answer(&hello).expect("message 2");
    peer.take_answer(&answer).unwrap();
    (bench, peer, waiting)
}

// IOMT-PAIR-052, IOMT-VER-005
#[test]
fn a_session_by_ik_where_a_psk_was_due_is_quarantined() {
    let (mut bench, mut peer, waiting) = restored();
    let hint = bench.server.row_hint(Trust::Trusted);
    assert!(!bench.server.is_quarantined());
    let first = peer.control(bench.now);
    assert_eq!(bench.receive(&first), Ok(Kind::Control));
    assert!(matches!(
        bench.events[..],
        [ServerEvent::Quarantined { .. }]
    ));
    assert!(bench.server.is_quarantined());
    let reading = peer.seal(b"after");
    assert_eq!(bench.receive(&reading), Ok(Kind::Quarantined));
    // What it has sealed before is what it was.
    assert_eq!(bench.receive(&waiting), Ok(Kind::Records));
    bench.converse(&mut peer);
    assert_eq!(bench.losses, [], "what is stored was reported as lost");
    assert_eq!(bench.server.row_hint(Trust::Trusted), hint);
    let recipients: Vec<_> = bench.said().into_iter().map(|(to, _)| to).collect();
    assert!(!recipients.contains(&Recipient::Device));
    assert!(bench.flagged >= 1);
}

// IOMT-PAIR-052
#[test]
fn a_reconnection_under_a_quarantined_secret_stays_quarantined() {
    let (mut bench, mut peer, _) = restored();
    bench.converse(&mut peer);
    bench.wait(Duration::from_secs(3));
    bench.reconnect(&mut peer);
    let reading = peer.seal(b"after");
    assert_eq!(bench.receive(&reading), Ok(Kind::Quarantined));
    let quarantined = bench
        .events
        .iter()
        .filter(|event| matches!(event, ServerEvent::Quarantined { .. }));
    assert_eq!((quarantined.count(), bench.events.len()), (2, 2));
}

// IOMT-PAIR-052
#[test]
fn a_dropped_quarantine_leaves_the_pairing_as_it_was() {
    let (mut bench, mut peer) = Bench::paired();
    let secret = peer.current.take().unwrap();
    let mut thief = Peer::new(1);
    let hello = thief.meet();
    let answer = bench.answer(&hello).unwrap();
    thief.take_answer(&answer).unwrap();
    bench.converse(&mut thief);
    assert!(bench.flagged > 0 && bench.server.is_quarantined());
    // The device itself is heard all along.
    let reading = peer.seal(b"of the device");
    assert_eq!(bench.receive(&reading), Ok(Kind::Records));
    assert!(bench.server.drop_quarantine() && !bench.server.drop_quarantine());
    let reading = thief.seal(b"of the thief");
    assert!(bench.receive(&reading).unwrap_err().is_unknown());
    peer.current = Some(secret);
    bench.events.clear();
    bench.wait(Duration::from_secs(3));
    bench.reconnect(&mut peer);
    assert!(matches!(
        bench.events[..],
        [ServerEvent::Reconnected { .. }]
    ));
}

#[test]
fn a_cleared_quarantine_takes_the_place_of_the_pairing() {
    let (mut bench, mut peer, _) = restored();
    bench.converse(&mut peer);
    let hint = bench.server.row_hint(Trust::Quarantined);
    assert!(bench.server.clear_quarantine() && !bench.server.clear_quarantine());
    assert_eq!(bench.server.row_hint(Trust::Trusted), hint);
    let reading = peer.seal(b"after");
    assert_eq!(bench.receive(&reading), Ok(Kind::Records));
    bench.converse(&mut peer);
    bench.wait(Duration::from_secs(3));
    bench.events.clear();
    bench.reconnect(&mut peer);
    assert!(matches!(
        bench.events[..],
        [ServerEvent::Reconnected { .. }]
    ));
    assert_eq!(bench.losses, []);
}

#[test]
fn a_handshake_that_waits_for_its_first_frame_is_not_there_to_be_cleared() {
    let (mut bench, mut peer, _) = restored();
    assert!(!bench.server.clear_quarantine());
    let first = peer.seal(b"first");
    assert_eq!(bench.receive(&first), Ok(Kind::Quarantined));
    assert!(bench.server.clear_quarantine());
}

#[test]
fn a_quarantine_survives_the_death_of_the_server() {
    let (mut bench, mut peer, _) = restored();
    bench.converse(&mut peer);
    bench.crash();
    assert!(bench.server.is_quarantined());
    let reading = peer.seal(b"after");
    assert_eq!(bench.receive(&reading), Ok(Kind::Quarantined));
    bench.wait(Duration::from_secs(3));
    bench.reconnect(&mut peer);
}
