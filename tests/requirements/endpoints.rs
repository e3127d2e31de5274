//! What a device and a server do over time, and what they do not.

use iomt::node::{Config, Error, Reach, Received, Recipient};
use iomt::time::{Duration, Instant};
use iomt::wire::{ConnectionId, Packet, Refused, Route, Space};

use crate::support::{Pair, all, is_receipt, locator_of, nothing, route_of, space_of};

const DUE: Duration = Duration::from_secs(60);

fn handshakes(sent: &[(Instant, Vec<u8>)]) -> Vec<(u8, ConnectionId)> {
    let packets = sent.iter().filter_map(|(_, sent)| Packet::parse(sent).ok());
    let headers = packets.filter_map(|packet| match packet {
        Packet::Handshake(handshake) => Some((handshake.model, handshake.connection)),
        _ => None,
    });
    headers.collect()
}

fn data_routes(sent: &[(Instant, Vec<u8>)]) -> Vec<Route> {
    let data = sent
        .iter()
        .filter(|(_, sent)| space_of(sent) == Some(Space::Data));
    data.filter_map(|(_, sent)| route_of(sent)).collect()
}

fn refused(reference: [u8; 8]) -> [u8; Refused::LEN] {
    let mut out = [0; Refused::LEN];
    Refused { reference }.emit(&mut out).unwrap();
    out
}

// IOMT-SEAL-022, IOMT-CARR-028
#[test]
fn short_frames_wait_for_a_receipt_that_came_on_the_connection() {
    let mut pair = Pair::new(Config {
        reach: Reach::Direct,
        ..Config::DEFAULT
    });
    pair.run_for(DUE);
    pair.heard();
    pair.take().unwrap();
    pair.run_for(Duration::from_secs(5));
    assert_eq!(data_routes(&pair.heard()), [Route::Short]);

    pair.device.handle_disconnected();
    pair.passes_down = nothing;
    pair.take().unwrap();
    pair.run_for(Duration::from_secs(5));
    let routes = data_routes(&pair.heard());
    assert!(!routes.is_empty() && !routes.contains(&Route::Short));

    pair.passes_down = all;
    pair.run_for(DUE);
    pair.heard();
    pair.take().unwrap();
    pair.run_for(Duration::from_secs(5));
    assert_eq!(data_routes(&pair.heard()), [Route::Short]);
}

// IOMT-SEAL-021, IOMT-EPOCH-028, IOMT-LINK-034, IOMT-RCPT-023
#[test]
fn frames_of_an_earlier_session_wait_until_a_receipt_of_the_new_one_lists_their_epoch() {
    let mut pair = Pair::new(Config {
        session_age: Duration::from_secs(600),
        ..Config::DEFAULT
    });
    pair.passes_up = |sent| space_of(sent) != Some(Space::Data);
    pair.take().unwrap();
    pair.run_for(Duration::from_secs(500));
    let before = pair.heard();
    let old: Vec<_> = before
        .iter()
        .filter_map(|(_, sent)| locator_of(sent))
        .collect();
    let tail = |sent: &[u8]| sent[sent.len() - 16..].to_vec();
    let data = before
        .iter()
        .find(|(_, sent)| space_of(sent) == Some(Space::Data));
    let data = tail(&data.unwrap().1);

    pair.passes_down = |said| !is_receipt(said);
    pair.run_for(Duration::from_secs(150));
    let sent = pair.heard();
    let is_new = |sent: &[u8]| locator_of(sent).is_some_and(|locator| !old.contains(&locator));
    let begun = sent.iter().position(|(_, sent)| is_new(sent)).unwrap();
    let after: Vec<_> = sent[begun..]
        .iter()
        .filter_map(|(_, sent)| locator_of(sent))
        .collect();
    assert!(after.len() > 1 && after.iter().all(|locator| !old.contains(locator)));

    (pair.passes_up, pair.passes_down) = (all, all);
    pair.run_for(DUE);
    assert!(pair.device.is_settled());
    // It is the frame that was sealed before, to the byte of its tag.
    let mut sent = pair.sent.iter().map(|(_, sent)| sent);
    assert!(
        sent.any(|sent| tail(sent) == data && locator_of(sent).is_some_and(|at| old.contains(&at)))
    );

    // What the session before has said of its frames is over with it.
    let receipt = pair.said.iter().find(|said| is_receipt(said)).unwrap();
    assert!(pair.inject(&receipt.clone()).is_err());
}

// IOMT-OUT-011
#[test]
fn a_device_with_nothing_to_say_keeps_its_promise() {
    let mut pair = Pair::new(Config::DEFAULT);
    pair.run_for(Duration::from_secs(600));
    let times: Vec<Instant> = pair.heard().into_iter().map(|(at, _)| at).collect();
    assert!(times.len() >= 10);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= DUE));
}

// IOMT-PAIR-061, IOMT-PAIR-062
#[test]
fn a_refusal_is_a_hint_and_none_where_the_server_has_just_proved_the_contrary() {
    let mut pair = Pair::new(Config::DEFAULT);
    pair.run_for(DUE);
    let newest = pair
        .heard()
        .iter()
        .rev()
        .find_map(|(_, sent)| locator_of(sent));
    let refusal = refused(newest.unwrap().0);
    pair.inject(&refusal).unwrap();
    pair.run_for(Duration::from_secs(5));
    assert_eq!(handshakes(&pair.heard()), []);

    // Without a receipt for longer than the due interval it makes one attempt due, however often it comes.
    (pair.passes_up, pair.passes_down) = (nothing, nothing);
    pair.take().unwrap();
    pair.run_for(Duration::from_secs(70));
    assert_eq!(handshakes(&pair.heard()), []);
    for _ in 0..20 {
        pair.inject(&refusal).unwrap();
    }
    pair.run_for(Duration::from_millis(500));
    let attempts = handshakes(&pair.heard());
    assert!(!attempts.is_empty());
    assert!(attempts.iter().all(|attempt| *attempt == attempts[0]));

    // Session, secret and frame are still there.
    (pair.passes_up, pair.passes_down) = (all, all);
    pair.run_for(DUE);
    assert!(pair.device.is_ready() && pair.device.is_settled());
    assert_eq!(pair.device.stats().frames_lost, 0);
    let strange = refused([0xEE; 8]);
    assert!(matches!(pair.inject(&strange), Err(Error::Seal(_))));
}

// IOMT-LINK-030, IOMT-LINK-031
#[test]
fn a_device_that_nobody_answers_comes_to_its_keys_in_the_sixteenth_round() {
    let mut pair = Pair::new(Config::DEFAULT);
    (pair.passes_up, pair.passes_down) = (nothing, nothing);
    pair.run_for(Duration::from_secs(3_600));
    let sent = handshakes(&pair.heard());
    // Each attempt: its model, and how often its message 1 was sent.
    let mut attempts: Vec<(u8, ConnectionId, usize)> = Vec::new();
    for (model, connection) in sent {
        match attempts.last_mut() {
            Some((_, known, times)) if *known == connection => *times += 1,
            _ => attempts.push((model, connection, 1)),
        }
    }
    let by_keys = attempts.iter().position(|(model, ..)| *model == 5).unwrap();
    assert_eq!(by_keys, 16);
    let (before, rest) = attempts.split_at(by_keys);
    assert!(
        before
            .iter()
            .all(|(model, _, times)| (*model, *times) == (6, 8))
    );
    assert_eq!((rest[0].0, rest[0].2, rest[1].0), (5, 2, 6));
}

// IOMT-RCPT-033, IOMT-CARR-011
#[test]
fn only_what_is_authentic_and_new_says_where_the_device_is() {
    let mut pair = Pair::new(Config::DEFAULT);
    pair.passes_up = nothing;
    pair.take().unwrap();
    pair.run_for(Duration::from_millis(10));
    let frame = pair.heard().remove(0).1;
    let (server, now) = (&mut pair.server, pair.now);
    let mut forged = frame.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert!(server.handle_datagram(now, &mut forged).is_err());
    let mut packet = frame.clone();
    let received = server.handle_datagram(now, &mut packet).unwrap();
    assert_eq!(received.sender(), Some(Recipient::Device));
    let Received::Records(opened) = received else {
        panic!()
    };
    let stored = opened.stored();
    server.handle_stored(now, stored).unwrap();
    let mut again = frame.clone();
    let received = server.handle_datagram(now, &mut again).unwrap();
    assert!(matches!(received, Received::Duplicate));
    assert_eq!(received.sender(), None);
}
