use super::*;
use crate::node::StrangerRate;
use crate::node::server::Reception;
use crate::pairing::{self, StaticKey};

fn elsewhere() -> StaticKey {
    StaticKey::elsewhere(server_key(), &[0x33; 32]).unwrap()
}

/// The server of the session, whose static key a service holds.
fn server_of(bench: &Bench) -> Server {
    let mut server = Server::new(elsewhere(), ServerConfig::DEFAULT);
    server
        .import(bench.now, &row_key(), &OWNER, &bench.rows[0])
        .unwrap();
    server
}

#[test]
fn a_key_service_answers_a_reconnection_one_agreement_at_a_time() {
    let (bench, mut peer) = Bench::paired();
    let holder = StaticKey::from(identity(2));
    let (mut server, now) = (server_of(&bench), bench.now);
    let mut hello = peer.reconnect();
    server.handle_datagram(now, &mut hello).unwrap();
    let (mut asked, mut rng) = (0, Counting(9));
    for _ in 0..12 {
        let before = server.stats().multiplications;
        match server.poll_dh() {
            Some(wanted) => {
                asked += 1;
                // It is asked for once more as long as nobody has answered.
                assert_eq!(server.poll_dh(), Some(wanted));
                server
                    .handle_dh(now, wanted, holder.agree(&wanted))
                    .unwrap();
            }
            None => server.handle_timeout(now, &mut rng).unwrap(),
        }
        assert!(server.stats().multiplications - before <= 1);
    }
    let mut out = [0; MAX_DATAGRAM];
    let answer = server.poll_transmit(now, &mut out).unwrap();
    assert_eq!((answer.to, asked), (Recipient::Caller, 2));
    peer.take_answer(&answer).unwrap();
    let wanted = holder.public();
    let late = server.handle_dh(now, wanted, holder.agree(&wanted));
    assert_eq!(late, Err(crate::node::Error::NotAwaited));
}

#[test]
fn a_key_service_that_never_answers_holds_up_nothing_for_long() {
    let (bench, mut peer) = Bench::paired();
    let (mut server, now) = (server_of(&bench), bench.now);
    server.handle_datagram(now, &mut peer.reconnect()).unwrap();
    let rng = &mut Counting(9);
    server.handle_timeout(now, rng).unwrap();
    let gives_up = server.poll_timeout().unwrap();
    assert!(gives_up > now);
    let mut other = peer.reconnect();
    assert!(server.handle_datagram(now, &mut other).is_err());
    server.handle_timeout(gives_up, rng).unwrap();
    server.handle_datagram(gives_up, &mut other).unwrap();
}

/// The holder answers each time it is asked, until the peer has its message 2.
fn answer_with(
    holder: &StaticKey,
    server: &mut Server,
    peer: &mut Peer,
    now: Instant,
    rng: &mut Counting,
) {
    while server.stats().handshakes_answered == 0 {
        match server.poll_dh() {
            Some(wanted) => server.handle_dh(now, wanted, holder.agree(&wanted)),
            None => server.handle_timeout(now, rng),
        }
        .unwrap();
    }
    let mut out = [0; MAX_DATAGRAM];
    let answer = server.poll_transmit(now, &mut out).unwrap();
    peer.take_answer(&answer).unwrap();
}

#[test]
fn a_key_service_that_fails_ends_that_handshake_alone_and_the_same_message_is_answered_later() {
    let (bench, mut peer) = Bench::paired();
    let holder = StaticKey::from(identity(2));
    let (mut server, now) = (server_of(&bench), bench.now);
    let (hello, mut rng) = (peer.reconnect(), Counting(9));
    // It fails at its first agreement, then at its second.
    for fails_at in 1..=2 {
        server.handle_datagram(now, &mut hello.clone()).unwrap();
        let mut asked = 0;
        while asked < fails_at {
            let Some(wanted) = server.poll_dh() else {
                server.handle_timeout(now, &mut rng).unwrap();
                continue;
            };
            asked += 1;
            let shared = holder.agree(&wanted).filter(|_| asked < fails_at);
            let handled = server.handle_dh(now, wanted, shared);
            let failed = Err(pairing::Error::NoAgreement.into());
            assert_eq!(handled, if asked < fails_at { Ok(()) } else { failed });
        }
        assert!(server.poll_dh().is_none() && !server.has_work());
        assert!(server.poll_transmit(now, &mut [0; MAX_DATAGRAM]).is_none());
        assert_eq!(server.peer(), Some(peer.public()), "the session stands");
    }
    server.handle_datagram(now, &mut hello.clone()).unwrap();
    answer_with(&holder, &mut server, &mut peer, now, &mut rng);
}

/// A stranger's message waits for a slow key service; a device that has the secret does not wait behind it.
// IOMT-PAIR-058
#[test]
fn a_reconnection_takes_the_place_of_a_stranger_who_waits_for_the_key_service() {
    let (bench, mut peer) = Bench::paired();
    let holder = StaticKey::from(identity(2));
    let (mut server, now) = (server_of(&bench), bench.now);
    let rng = &mut Counting(9);
    server
        .handle_datagram(now, &mut Peer::new(9).meet())
        .unwrap();
    server.handle_timeout(now, rng).unwrap();
    let strangers = server.poll_dh().unwrap();

    server.handle_datagram(now, &mut peer.reconnect()).unwrap();
    let late = server.handle_dh(now, strangers, holder.agree(&strangers));
    assert_eq!(late, Err(crate::node::Error::NotAwaited));
    let mut stranger = Peer::new(8).meet();
    let busy = server.handle_datagram(now, &mut stranger).map(|_| ());
    assert_eq!(busy, Err(pairing::Error::Busy.into()));
    answer_with(&holder, &mut server, &mut peer, now, rng);
}

#[test]
fn a_reception_works_for_strangers_at_its_rate_and_counts_those_above_it() {
    let rate = StrangerRate {
        at_once: 3,
        one_more_each: Duration::from_secs(1),
    };
    let mut reception = Reception::with_rate(identity(2), rate);
    let rng = &mut Counting(3);
    let mut worked = |now| {
        let taken = reception.handle_datagram(now, &Peer::new(9).meet()).is_ok();
        while taken && reception.poll_caller().is_none() {
            reception.handle_timeout(now, rng).unwrap();
        }
        taken
    };
    let now = Instant::from_secs(5);
    let at_once = (0..10).filter(|_| worked(now)).count();
    assert_eq!(at_once, 3);
    assert!(worked(now + Duration::from_secs(1)) && !worked(now + Duration::from_secs(1)));
    assert_eq!(reception.refused(), 8);
}

// IOMT-PAIR-051
#[test]
fn a_reception_finds_the_server_of_a_device_that_has_only_its_keys() {
    let mut reception = Reception::new(identity(2));
    let (now, rng) = (Instant::from_secs(5), &mut Counting(3));
    let mut peers: Vec<_> = [1, 4, 5].map(Peer::new).into();
    let mut servers: Vec<_> = peers
        .iter()
        .map(|peer| {
            let mut server = Server::new(identity(2), ServerConfig::DEFAULT);
            server.expect(peer.public());
            server
        })
        .collect();
    for (peer, server) in peers.iter_mut().zip(&mut servers) {
        let hello = peer.meet();
        reception.handle_datagram(now, &hello).unwrap();
        assert!(
            reception
                .handle_datagram(now, &Peer::new(8).meet())
                .is_err()
        );
        let mut calls = 0;
        let caller = loop {
            if let Some(caller) = reception.poll_caller() {
                break caller;
            }
            assert_eq!(reception.poll_timeout(), Some(now));
            reception.handle_timeout(now, rng).unwrap();
            calls += 1;
        };
        assert_eq!((caller.key(), calls), (peer.public(), 2));
        let connection = caller.connection();
        server.welcome(now, caller).unwrap();
        assert!(server.connections().any(|known| known == connection));
        for _ in 0..6 {
            server.handle_timeout(now, rng).unwrap();
        }
        let mut out = [0; MAX_DATAGRAM];
        let answer = server.poll_transmit(now, &mut out).unwrap().to_vec();
        // The same message 1 finds its server by the connection now.
        server.handle_datagram(now, &mut hello.clone()).unwrap();
        assert_eq!(&*server.poll_transmit(now, &mut out).unwrap(), answer);
        peer.take_answer(&answer).unwrap();
        let mut control = peer.control(now);
        let received = server.handle_datagram(now, &mut control);
        assert!(matches!(received, Ok(Received::Control(Trust::Trusted))));
        assert_eq!(server.peer(), Some(peer.public()));
    }
}

// IOMT-PAIR-051
#[test]
fn a_reception_hands_nobody_to_the_server_of_another() {
    let mut reception = Reception::new(identity(2));
    let (now, rng) = (Instant::from_secs(5), &mut Counting(3));
    reception
        .handle_datagram(now, &Peer::new(9).meet())
        .unwrap();
    while reception.poll_timeout().is_some() {
        reception.handle_timeout(now, rng).unwrap();
        if let Some(caller) = reception.poll_caller() {
            let (mut bench, _) = Bench::paired();
            assert!(bench.server.welcome(now, caller).is_err());
            assert!(bench.said().is_empty());
        }
    }
}
