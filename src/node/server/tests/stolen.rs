//! Who has stolen a server's entry of a device, a row that was really exported, and the key that it is sealed under.

use super::*;
use crate::seal::ResumptionSecret;

/// The secret of the next reconnection, as the thief reads it from the row.
fn stolen_secret(row: &[u8]) -> ResumptionSecret {
    let psk = row_key().open(&OWNER, row).unwrap().psk.unwrap();
    ResumptionSecret::from_secret_bytes(psk.expose()).unwrap()
}

// IOMT-SEC-007, IOMT-PAIR-073
#[test]
fn a_stolen_row_does_not_make_a_session_in_the_name_of_the_device() {
    let (mut bench, mut peer) = Bench::paired();
    let mut thief = Peer::new(66);
    thief.current = Some(stolen_secret(&bench.rows[0]));
    let (hint, revision) = (
        bench.server.row_hint(Trust::Trusted),
        bench.server.revision(),
    );
    let hello = thief.reconnect();
    // The hint is right, so it is worked on; the static key is not, so nothing comes of it.
    assert_eq!(bench.receive(&hello), Ok(Kind::Handshake));
    bench.work();
    assert!(bench.said().is_empty() && bench.events.is_empty());
    assert_eq!(bench.server.row_hint(Trust::Trusted), hint);
    assert_eq!(bench.server.revision(), revision);
    // By its keys alone it is nobody at all.
    let hello = thief.meet();
    let _ = bench.receive(&hello);
    bench.work();
    assert!(bench.said().is_empty() && !bench.server.is_quarantined());
    // And the device goes on by that very secret.
    bench.reconnect(&mut peer);
    assert!(matches!(
        bench.events[..],
        [ServerEvent::Reconnected { .. }]
    ));
}

// IOMT-PAIR-073, IOMT-PAIR-078
#[test]
fn a_stolen_row_does_not_speak_for_the_server_beyond_receipts() {
    let (bench, mut peer) = Bench::paired();
    // Another key than the server's: the device's message 1 says nothing to it.
    let mut thief = Server::new(identity(66), ServerConfig::DEFAULT);
    let imported = thief.import(bench.now, &row_key(), &OWNER, &bench.rows[0]);
    assert_eq!(imported, Ok(Trust::Trusted));
    assert!(!thief.can_command());
    let mut hello = peer.reconnect();
    let handled = thief.handle_datagram(bench.now, &mut hello).map(|_| ());
    assert!(handled.is_err());
    assert!(
        thief
            .poll_transmit(bench.now, &mut [0; MAX_DATAGRAM])
            .is_none()
    );
}

// IOMT-EPOCH-033
#[test]
fn a_stolen_row_opens_nothing_once_the_device_has_reconnected() {
    let (mut bench, mut peer) = Bench::paired();
    let row = bench.rows[0].clone();
    bench.reconnect(&mut peer);
    let mut thief = Server::new(identity(2), ServerConfig::DEFAULT);
    thief.import(bench.now, &row_key(), &OWNER, &row).unwrap();
    let mut frame = peer.seal(b"reading");
    let opened = thief.handle_datagram(bench.now, &mut frame).map(|_| ());
    assert!(opened.unwrap_err().is_unknown());
}
