use super::*;

/// A second worker on the same store.
fn worker(bench: &Bench) -> Server {
    let mut worker = Server::new(identity(2), ServerConfig::DEFAULT);
    for row in &bench.rows {
        let imported = worker.import(bench.now, &row_key(), &OWNER, row);
        assert_eq!(imported, Ok(Trust::Trusted));
    }
    worker
}

// IOMT-EPOCH-034, IOMT-ENV-007
#[test]
fn two_workers_that_import_one_row_and_both_speak() {
    let (mut bench, mut peer) = Bench::paired();
    let frames: Vec<_> = (0..6_u8).map(|number| peer.seal(&[number])).collect();
    let mut other = worker(&bench);
    let mut stored = 0;
    for (index, frame) in frames.iter().enumerate() {
        if index % 2 == 0 {
            bench.receive(frame).unwrap();
            continue;
        }
        let mut packet = frame.clone();
        let received = other.handle_datagram(bench.now, &mut packet).unwrap();
        let Received::Records(opened) = received else {
            panic!("{received:?}")
        };
        stored += opened.envelope().unwrap().records().count();
        other.handle_stored(bench.now, opened.stored()).unwrap();
    }
    bench.wait(Duration::from_millis(100));
    // Each says what it has stored, and neither takes anything back.
    let mut out = [0; MAX_DATAGRAM];
    let of_other = other.poll_transmit(bench.now, &mut out).unwrap().to_vec();
    for (_, receipt) in bench.said() {
        peer.take_receipt(&receipt).unwrap();
    }
    assert_eq!(peer.frames().len(), 3);
    peer.take_receipt(&of_other).unwrap();
    assert!(peer.is_drained());
    assert_eq!((stored, bench.records.len()), (3, 4));
    // A worker that has the old row takes a frame again; the store's unique key keeps one.
    let mut packet = frames[1].clone();
    let again = bench.server.handle_datagram(bench.now, &mut packet);
    assert!(matches!(again, Ok(Received::Records(_))));
}

#[test]
fn a_handshake_lives_where_it_was_answered_and_the_swap_of_rows_tells_who_was_late() {
    let (mut bench, mut peer) = Bench::paired();
    let mut other = worker(&bench);
    let stored_hint = bench.server.row_hint(Trust::Trusted);
    let hello = peer.reconnect();
    let answer = bench.answer(&hello).unwrap();
    // The copy of message 1 that reached the other worker is answered otherwise; the device has taken one.
    let mut packet = hello.clone();
    other.handle_datagram(bench.now, &mut packet).unwrap();
    for _ in 0..6 {
        other.handle_timeout(bench.now, &mut bench.rng).unwrap();
    }
    let mut out = [0; MAX_DATAGRAM];
    let void = other.poll_transmit(bench.now, &mut out).unwrap().to_vec();
    assert_ne!(void, answer);
    peer.take_answer(&answer).unwrap();
    assert!(peer.take_answer_fails(&void));
    // Its frames mean nothing to the other worker, which changes nothing by them.
    let control = peer.control(bench.now);
    let mut packet = control.clone();
    let refused = other.handle_datagram(bench.now, &mut packet);
    assert!(refused.unwrap_err().is_unknown());
    bench.receive(&control).unwrap();
    let [ServerEvent::Reconnected { keyed_with, .. }] = bench.events[..] else {
        panic!("{:?}", bench.events)
    };
    assert_eq!(Some(keyed_with), stored_hint, "compare");
    assert_ne!(bench.server.row_hint(Trust::Trusted), stored_hint, "swap");
    // Another confirmation on the old row would not find it any more.
    assert_eq!(other.row_hint(Trust::Trusted), stored_hint);
    let mut third = worker(&bench);
    let frame = peer.seal(b"reading");
    let received = third
        .handle_datagram(bench.now, &mut frame.clone())
        .map(|_| ());
    assert_eq!(received, Ok(()));
}

#[test]
fn a_newer_row_voids_a_handshake_that_was_keyed_with_an_older_secret() {
    let (mut bench, mut peer) = Bench::paired();
    let mut other = worker(&bench);
    let hello = peer.reconnect();
    other
        .handle_datagram(bench.now, &mut hello.clone())
        .unwrap();
    for _ in 0..6 {
        other.handle_timeout(bench.now, &mut bench.rng).unwrap();
    }
    let pending = other.locators().count();
    other
        .import(bench.now, &row_key(), &OWNER, &bench.rows[0])
        .unwrap();
    assert_eq!(other.locators().count(), pending, "the same secret");
    bench.reconnect(&mut peer);
    other
        .import(bench.now, &row_key(), &OWNER, &bench.rows[0])
        .unwrap();
    assert!(other.locators().count() < pending);
    assert!(other.connections().next().is_none());
}

#[test]
fn a_row_of_another_device_or_key_is_refused_and_changes_nothing() {
    let (bench, _) = Bench::paired();
    let mut other = Server::new(identity(2), ServerConfig::DEFAULT);
    let bad = Err(crate::node::Error::Seal(crate::seal::Error::BadRow));
    let elsewhere = RowOwner {
        device: b"patch 2",
        ..OWNER
    };
    let row = &bench.rows[0];
    assert_eq!(other.import(bench.now, &row_key(), &elsewhere, row), bad);
    let key = RowKey::from_bytes(&[1; 32]).unwrap();
    assert_eq!(other.import(bench.now, &key, &OWNER, row), bad);
    for byte in 0..row.len() {
        let mut changed = row.clone();
        changed[byte] ^= 1;
        assert_eq!(other.import(bench.now, &row_key(), &OWNER, &changed), bad);
    }
    assert_eq!((other.peer(), other.revision()), (None, 0));
    assert!(row.len() < 330, "{} bytes", row.len());
}

#[test]
fn the_revision_changes_with_the_row() {
    let (mut bench, mut peer) = Bench::paired();
    let before = bench.server.revision();
    bench.said();
    assert_eq!(bench.server.revision(), before);
    let frame = peer.seal(b"reading");
    bench.receive(&frame).unwrap();
    assert_ne!(bench.server.revision(), before);
    let after = bench.server.revision();
    assert_eq!(bench.receive(&frame), Ok(Kind::Duplicate));
    assert_eq!(bench.server.revision(), after);
}
