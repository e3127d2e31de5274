//! Reconnection and factory keys, and static keys that somebody else holds.

use super::*;
use crate::seal::ResumptionSecret;
use crate::wire::Hint;

/// A handshake in which the device is the initiator.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Reconnection,
    FactoryKeys,
}

const BOTH: [By; 2] = [By::Reconnection, By::FactoryKeys];

fn resumption(psk: u8) -> ResumptionSecret {
    ResumptionSecret::from_secret_bytes(&[psk; 32]).unwrap()
}

fn server() -> StaticKey {
    reader()
}

impl By {
    /// The device begins, with this key, towards this server.
    fn begin(self, key: &StaticKey, peer: PublicKey) -> Exchange {
        let entropy = &mut Counting(10);
        match self {
            Self::Reconnection => {
                Exchange::reconnect(key, peer, &resumption(7), CONNECTION, entropy)
            }
            Self::FactoryKeys => Exchange::meet(key, peer, descriptor(), CONNECTION, entropy),
        }
        .unwrap()
    }

    fn answer(self, key: &StaticKey, packet: &[u8], seed: u8) -> Result<Exchange, Error> {
        let (peer, entropy) = (device().public(), &mut Counting(seed));
        match self {
            Self::Reconnection => {
                Exchange::answer_reconnection(key, peer, &resumption(7), packet, entropy)
            }
            Self::FactoryKeys => Exchange::answer_meeting(key, packet, entropy),
        }
    }

    /// The device, with its message 1 written.
    fn asking(self) -> Exchange {
        let mut exchange = self.begin(&device(), server().public());
        work_through(&mut exchange, &device()).unwrap();
        exchange
    }

    /// The server, with its message 2 written.
    fn answering(self, packet: &[u8]) -> Result<Exchange, Error> {
        let mut exchange = self.answer(&server(), packet, 50)?;
        let worked = work_through(&mut exchange, &server());
        assert_eq!(exchange.is_over(), worked.is_err());
        worked.map(|()| exchange)
    }

    const fn lengths(self) -> [usize; 2] {
        match self {
            Self::Reconnection => [90, 74],
            Self::FactoryKeys => [172, 74],
        }
    }
}

fn packet_of(exchange: &Exchange) -> Vec<u8> {
    exchange.packet().unwrap().to_vec()
}

fn paired(mut asking: Exchange, answering: Exchange) -> [Paired; 2] {
    let reply = packet_of(&answering);
    hand_over(&mut asking, &device(), &reply).unwrap();
    [asking, answering].map(|mut exchange| {
        let paired = exchange.poll_paired().unwrap();
        assert!(exchange.poll_paired().is_none() && exchange.is_over());
        paired
    })
}

#[test]
fn both_sides_end_with_one_session_and_know_whom_it_is_with() {
    for by in BOTH {
        let asking = by.asking();
        let answering = by.answering(&packet_of(&asking)).unwrap();
        let lengths = [&asking, &answering].map(|exchange| packet_of(exchange).len());
        assert_eq!(lengths, by.lengths(), "{by:?}");
        let [mut at_device, mut at_server] = paired(asking, answering);
        assert_eq!(at_device.secrets.id(), at_server.secrets.id());
        assert_eq!(at_device.peer, server().public());
        assert_eq!(at_server.peer, device().public());
        assert_eq!(at_device.model, at_server.model);
        assert_eq!(at_device.descriptor, None);
        let promised = (by == By::FactoryKeys).then(descriptor);
        assert_eq!(at_server.descriptor, promised);

        let next = [&mut at_device, &mut at_server].map(|paired| paired.secrets.resumption());
        let [Some(device), Some(server)] = next else {
            panic!("nothing to reconnect with");
        };
        assert_eq!(device.secret_bytes(), server.secret_bytes());
        assert_eq!(device.hint(), server.hint());
        assert!(at_device.secrets.resumption().is_none());
    }
}

/// "no call performs more than one scalar multiplication", and no more of them than the tokens say.
// IOMT-SEC-009
#[test]
fn each_side_multiplies_as_often_as_its_tokens_say_once_a_call() {
    for by in BOTH {
        let (device, server) = (device(), server());
        let mut asking = by.begin(&device, server.public());
        assert_eq!(multiplications(&mut asking, &device), 3, "e, es, ss");
        let mut answering = by.answer(&server, &packet_of(&asking), 50).unwrap();
        let made = multiplications(&mut answering, &server);
        assert_eq!(made, 5, "es, ss, e, ee, se");
        asking.handle_packet(&packet_of(&answering)).unwrap();
        assert_eq!(multiplications(&mut asking, &device), 2, "ee, se");
        assert!(asking.poll_paired().is_some() && answering.poll_paired().is_some());
    }
}

fn multiplications(exchange: &mut Exchange, key: &StaticKey) -> usize {
    let before = count::made();
    work_through(exchange, key).unwrap();
    count::made() - before
}

#[test]
fn the_static_key_is_asked_for_with_the_public_key_that_it_has_to_meet() {
    let mut asking = By::Reconnection.begin(&device(), server().public());
    assert_eq!(asking.poll_work(), Work::Own);
    asking.work().unwrap();
    assert_eq!(asking.poll_work(), Work::Own);
    asking.work().unwrap();
    assert_eq!(asking.poll_work(), Work::StaticDh(server().public()));
    // Neither changes anything.
    asking.work().unwrap();
    assert_eq!(asking.poll_work(), Work::StaticDh(server().public()));
    assert_eq!(asking.packet(), None);
    asking
        .handle_dh(device().agree(&server().public()))
        .unwrap();
    assert_eq!(
        (asking.poll_work(), packet_of(&asking).len()),
        (Work::Idle, 90)
    );
    assert_eq!(asking.handle_dh(None), Err(Error::UnexpectedMessage));
    // Work that is not due is not done.
    let before = count::made();
    for _ in 0..3 {
        asking.work().unwrap();
    }
    assert_eq!(count::made(), before);
    let hello = packet_of(&asking);
    let ended = By::Reconnection.answering(&hello).unwrap();
    paired(asking, ended);

    let answering = By::Reconnection.answer(&server(), &hello, 50).unwrap();
    let ephemeral = &hello[HEADER_AND_CODE..][..32];
    let ephemeral = PublicKey::from_bytes(ephemeral).unwrap();
    assert_eq!(answering.poll_work(), Work::StaticDh(ephemeral));
}

// IOMT-PAIR-007
#[test]
fn every_flipped_bit_and_every_truncation_is_refused_and_ends_no_handshake() {
    for by in BOTH {
        let mut asking = by.asking();
        let hello = packet_of(&asking);
        let answering = by.answering(&hello).unwrap();
        let reply = packet_of(&answering);
        for changed in changes(&hello) {
            let before = count::made();
            let refused = by.answer(&server(), &changed, 50).err();
            assert!(refused.is_some(), "{by:?}, message 1");
            // Two to make the keys of the test: the code in front has refused it.
            assert_eq!(count::made(), before + 2);
        }
        for changed in changes(&reply) {
            let refused = hand_over(&mut asking, &device(), &changed);
            assert!(refused.is_err(), "{by:?}, message 2: {changed:02x?}");
            assert_eq!(packet_of(&asking), hello);
        }
        let [at_device, at_server] = paired(asking, answering);
        assert_eq!(at_device.secrets.id(), at_server.secrets.id());
    }
}

fn changes(honest: &[u8]) -> Vec<Vec<u8>> {
    let flipped = (0..honest.len() * 8).map(|bit| {
        let mut changed = honest.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        changed
    });
    let cut = (0..honest.len()).map(|len| honest[..len].to_vec());
    let longer = [1, 16, 200, 1_000].map(|extra| [honest, &std::vec![0; extra]].concat());
    flipped.chain(cut).chain(longer).collect()
}

/// The code in front is right: so only what lies behind it can refuse.
fn with_code(mut packet: Vec<u8>, key: &StaticKey) -> Vec<u8> {
    hello::insert_mac1(&hello::static_mac1_key(&key.public()), &mut packet);
    packet
}

#[test]
fn a_changed_first_message_with_a_true_code_is_refused_behind_it() {
    for by in BOTH {
        let hello = packet_of(&by.asking());
        for byte in HEADER_AND_CODE..hello.len() {
            let mut changed = hello.clone();
            changed[byte] ^= 0x04;
            let refused = by.answering(&with_code(changed, &server())).err();
            assert_eq!(refused, Some(Error::NotAuthentic), "{by:?}, byte {byte}");
        }
    }
}

/// The table of what a stranger can make it cost.
// IOMT-SEC-009, IOMT-PAIR-006
#[test]
fn what_is_forged_costs_no_more_than_the_documentation_says() {
    for (by, first) in [(By::Reconnection, 2), (By::FactoryKeys, 1)] {
        let (server, device) = (server(), device());
        let mut asking = by.asking();
        let hello = packet_of(&asking);
        let mut forged = hello.clone();
        forged[HEADER_AND_CODE..][..32].copy_from_slice(server.public().as_bytes());
        let mut answering = by.answer(&server, &with_code(forged, &server), 50).unwrap();
        let before = count::made();
        let refused = work_through(&mut answering, &server);
        assert_eq!(
            (refused, count::made() - before),
            (Err(Error::NotAuthentic), first)
        );

        let reply = packet_of(&by.answering(&hello).unwrap());
        let forged = [&reply[..HEADER], server.public().as_bytes(), &[7; 22]].concat();
        let before = count::made();
        let refused = hand_over(&mut asking, &device, &forged);
        assert_eq!(
            (refused, count::made() - before),
            (Err(Error::NotAuthentic), 2)
        );
    }
    let Stage {
        mut awaiting_reply,
        mut awaiting_confirmation,
        messages: [_, second, third],
    } = stage();
    let (reader, device) = (reader(), device());
    let forged = [&second[..HEADER], reader.public().as_bytes(), &[7; 104]].concat();
    let before = count::made();
    let refused = hand_over(&mut awaiting_reply, &reader, &forged);
    assert_eq!(
        (refused, count::made() - before),
        (Err(Error::NotAuthentic), 1)
    );
    let forged = [&third[..HEADER], &[7; 64]].concat();
    let before = count::made();
    let refused = hand_over(&mut awaiting_confirmation, &device, &forged);
    assert_eq!(
        (refused, count::made() - before),
        (Err(Error::NotAuthentic), 0)
    );
}

// IOMT-PAIR-002, IOMT-PAIR-004, IOMT-PAIR-005, IOMT-PAIR-050
#[test]
fn another_hint_model_or_suite_with_a_true_code_is_refused() {
    for by in BOTH {
        let changed = |byte: usize, value: u8| {
            let mut packet = packet_of(&by.asking());
            packet[byte] ^= value;
            by.answering(&with_code(packet, &server())).err()
        };
        assert_eq!(changed(1, 3), Some(Error::UnsupportedSuite(2)));
        for model in 1..=7 {
            // Factory keys have no hint.
            let refused = changed(2, model);
            assert!(matches!(
                refused,
                Some(Error::UnexpectedMessage | Error::WrongKey)
            ));
        }
        assert!(matches!(
            changed(3, 3),
            Some(Error::UnexpectedMessage | Error::Malformed(_))
        ));
        for byte in 12..HEADER {
            assert_eq!(changed(byte, 1), Some(Error::WrongKey));
        }
    }
}

// IOMT-PAIR-006, IOMT-PAIR-049
#[test]
fn the_code_in_front_is_checked_without_the_rest_and_says_which_secret_is_meant() {
    for by in BOTH {
        let (hello, server) = (packet_of(&by.asking()), server());
        let before = count::made();
        let checked = server.check_hello(&hello).unwrap();
        assert_eq!(checked.connection, CONNECTION);
        match by {
            By::Reconnection => assert_eq!(checked.hint, resumption(7).hint()),
            By::FactoryKeys => assert_eq!(checked.hint, Hint::NONE),
        }
        let mut damaged = hello;
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(server.check_hello(&damaged), Err(Error::WrongKey));
        assert_eq!(count::made(), before);
    }
    let (_, of_label) = hello();
    let refused = server().check_hello(&of_label);
    assert_eq!(refused, Err(Error::UnexpectedMessage));
    let refused = label().check_hello(&packet_of(&By::FactoryKeys.asking()));
    assert_eq!(refused, Err(Error::UnexpectedMessage));
}

// IOMT-PAIR-040
#[test]
fn who_has_another_key_or_another_secret_gets_no_session() {
    let stranger = static_key(&[0x77; 32]);
    for by in BOTH {
        // The device believes in another server key.
        let mut asking = by.begin(&device(), stranger.public());
        work_through(&mut asking, &device()).unwrap();
        let refused = by.answering(&packet_of(&asking)).err();
        assert_eq!(refused, Some(Error::WrongKey));
        // Somebody who knows the server's key alone answers for it.
        let hello = packet_of(&by.asking());
        let mut answering = by.answer(&server(), &hello, 50).unwrap();
        assert_eq!(
            work_through(&mut answering, &stranger),
            Err(Error::NotAuthentic)
        );
    }
    // A device that has the secret, and not the key that belongs to it.
    let mut asking = By::Reconnection.begin(&stranger, server().public());
    work_through(&mut asking, &stranger).unwrap();
    let refused = By::Reconnection.answering(&packet_of(&asking)).err();
    assert_eq!(refused, Some(Error::NotAuthentic));
    // Another secret has another hint.
    let (key, peer) = (server(), device().public());
    let hello = packet_of(&By::Reconnection.asking());
    let refused =
        Exchange::answer_reconnection(&key, peer, &resumption(8), &hello, &mut Counting(50));
    assert_eq!(refused.err(), Some(Error::WrongKey));
}

#[test]
fn with_factory_keys_a_stranger_is_told_by_its_key() {
    let stranger = static_key(&[0x77; 32]);
    let mut asking = By::FactoryKeys.begin(&stranger, server().public());
    work_through(&mut asking, &stranger).unwrap();
    let mut answering = By::FactoryKeys.answering(&packet_of(&asking)).unwrap();
    assert_eq!(answering.peer(), Some(stranger.public()));
    assert_eq!(answering.poll_paired().unwrap().peer, stranger.public());
}

#[test]
fn a_peer_is_named_only_when_the_message_that_shows_it_is_authentic() {
    let asking = By::FactoryKeys.asking();
    assert_eq!(asking.peer(), Some(server().public()));
    let mut answering = By::FactoryKeys
        .answer(&server(), &packet_of(&asking), 50)
        .unwrap();
    for _ in ["es", "ss"] {
        assert_eq!(answering.peer(), None);
        answering.work_with(&server()).unwrap();
    }
    assert_eq!(answering.peer(), Some(device().public()));
    let (asking, first) = hello();
    assert_eq!(asking.peer(), None);
    assert_eq!(answer(&first, 50).unwrap().0.peer(), None);
}

/// Every place in which the device's own key is asked for, in message 2.
// IOMT-PAIR-013
#[test]
fn a_key_that_can_not_be_used_leaves_the_handshake_as_it_was() {
    for by in BOTH {
        let mut asking = by.asking();
        let hello = packet_of(&asking);
        let answering = by.answering(&hello).unwrap();
        for _ in 0..3 {
            asking.handle_packet(&packet_of(&answering)).unwrap();
            assert_eq!(
                asking.handle_packet(&packet_of(&answering)),
                Err(Error::Busy)
            );
            asking.work().unwrap();
            assert!(matches!(asking.poll_work(), Work::StaticDh(_)));
            assert_eq!(
                asking.handle_packet(&packet_of(&answering)),
                Err(Error::Busy)
            );
            assert_eq!(asking.handle_dh(None), Err(Error::NoAgreement));
            assert_eq!(
                (asking.poll_work(), packet_of(&asking)),
                (Work::Idle, hello.clone())
            );
        }
        let [at_device, at_server] = paired(asking, answering);
        assert_eq!(at_device.secrets.id(), at_server.secrets.id());
    }
    // Where nothing was sent, nothing is left.
    let mut asking = By::Reconnection.begin(&device(), server().public());
    asking.work().unwrap();
    asking.work().unwrap();
    assert_eq!(asking.handle_dh(None), Err(Error::NoAgreement));
    assert!(asking.is_over() && asking.packet().is_none() && asking.poll_paired().is_none());
    assert_eq!(asking.handle_packet(&[0x81]), Err(Error::UnexpectedMessage));
}

#[test]
fn a_label_pairing_survives_a_key_that_can_not_be_used_in_message_2() {
    let Stage {
        mut awaiting_reply,
        mut awaiting_confirmation,
        messages: [first, second, third],
    } = stage();
    awaiting_reply.handle_packet(&second).unwrap();
    while awaiting_reply.poll_work() == Work::Own {
        awaiting_reply.work().unwrap();
    }
    assert_eq!(awaiting_reply.handle_dh(None), Err(Error::NoAgreement));
    assert_eq!(awaiting_reply.packet(), Some(&first[..]));

    awaiting_confirmation.handle_packet(&third).unwrap();
    assert_eq!(
        awaiting_confirmation.handle_packet(&third),
        Err(Error::Busy)
    );
    assert_eq!(awaiting_confirmation.poll_work(), Work::Own);
    awaiting_confirmation.work().unwrap();
    assert!(awaiting_confirmation.poll_paired().is_some());
    assert!(confirm(awaiting_reply, &second).is_ok());
}

/// A secure element, asked and answering late.
#[test]
fn a_key_that_somebody_else_holds_makes_the_same_session() {
    let element = Identity::from_secret_bytes(&DEVICE_KEY).unwrap();
    let key = StaticKey::elsewhere(element.public(), &[0x99; 32]).unwrap();
    assert!(key.agree(&server().public()).is_none() && key.identity().is_none());
    for by in BOTH {
        let mut asking = by.begin(&key, server().public());
        answer_for(&mut asking, &element);
        let mut answering = by.answering(&packet_of(&asking)).unwrap();
        asking.handle_packet(&packet_of(&answering)).unwrap();
        answer_for(&mut asking, &element);
        let at_device = asking.poll_paired().unwrap();
        let at_server = answering.poll_paired().unwrap();
        assert_eq!(at_device.secrets.id(), at_server.secrets.id());
        assert_eq!(at_server.peer, element.public());
    }
}

fn answer_for(exchange: &mut Exchange, element: &Identity) {
    loop {
        match exchange.poll_work() {
            Work::Idle => return,
            Work::Own => exchange.work().unwrap(),
            Work::StaticDh(peer) => exchange.handle_dh(element.agree(&peer)).unwrap(),
        }
    }
}

#[test]
fn a_shared_secret_of_zeros_or_of_another_length_is_none() {
    for refused in [&[0; 32][..], &[1; 31], &[1; 33], &[]] {
        assert_eq!(SharedSecret::from_bytes(refused).err(), Some(Error::BadKey));
    }
    assert!(SharedSecret::from_bytes(&[1; 32]).is_ok());
    let mut last = [0; 32];
    last[31] = 1;
    assert!(SharedSecret::from_bytes(&last).is_ok());
    let low_order = PublicKey::from_bytes(&[0; 32]).unwrap();
    assert!(device().agree(&low_order).is_none());
    let short = StaticKey::elsewhere(low_order, &[1; 31]);
    assert_eq!(short.err(), Some(Error::BadKey));
}

// IOMT-PAIR-010
#[test]
fn a_first_message_again_has_the_same_answer_where_it_is_kept_and_another_where_not() {
    for by in BOTH {
        let asking = by.asking();
        let hello = packet_of(&asking);
        let mut kept = by.answering(&hello).unwrap();
        let reply = packet_of(&kept);
        assert!(kept.poll_paired().is_some());
        assert_eq!(packet_of(&kept), reply, "repeated after it has finished");
        let mut other = by.answer(&server(), &hello, 51).unwrap();
        work_through(&mut other, &server()).unwrap();
        assert_ne!(packet_of(&other)[HEADER..], reply[HEADER..]);
    }
}

// IOMT-EPOCH-010, IOMT-PAIR-010
#[test]
fn with_a_dead_generator_no_two_messages_share_an_ephemeral_key() {
    let (device, server) = (device(), server());
    let mut ephemerals = BTreeSet::new();
    for number in 0_u8..100 {
        let promise = DescriptorHash::of_body(&[number]);
        let mut asking =
            Exchange::meet(&device, server.public(), promise, CONNECTION, &mut Zeros).unwrap();
        work_through(&mut asking, &device).unwrap();
        assert!(ephemerals.insert(packet_of(&asking)[HEADER_AND_CODE..][..32].to_vec()));
        let mut answering =
            Exchange::answer_meeting(&server, &packet_of(&asking), &mut Zeros).unwrap();
        work_through(&mut answering, &server).unwrap();
        assert!(ephemerals.insert(packet_of(&answering)[HEADER..][..32].to_vec()));

        let secret = resumption(number);
        let peer = server.public();
        let mut asking =
            Exchange::reconnect(&device, peer, &secret, CONNECTION, &mut Zeros).unwrap();
        work_through(&mut asking, &device).unwrap();
        assert!(ephemerals.insert(packet_of(&asking)[HEADER_AND_CODE..][..32].to_vec()));
    }
}

// IOMT-EPOCH-011
#[test]
fn a_failing_generator_begins_nothing() {
    let (device, server) = (device(), server());
    let failed = Some(Error::Entropy(EntropyFailed));
    let (peer, secret) = (server.public(), resumption(7));
    let begun = Exchange::reconnect(&device, peer, &secret, CONNECTION, &mut Failing);
    assert_eq!(begun.err(), failed);
    let begun = Exchange::meet(&device, peer, descriptor(), CONNECTION, &mut Failing);
    assert_eq!(begun.err(), failed);
    let hello = packet_of(&By::FactoryKeys.asking());
    let begun = Exchange::answer_meeting(&server, &hello, &mut Failing);
    assert_eq!(begun.err(), failed);
}

// IOMT-PAIR-040
#[test]
fn a_session_gives_the_secret_of_the_next_one() {
    let asking = By::FactoryKeys.asking();
    let answering = By::FactoryKeys.answering(&packet_of(&asking)).unwrap();
    let [mut at_device, mut at_server] = paired(asking, answering);
    let (device, server) = (device(), server());
    let of_device = at_device.secrets.resumption().unwrap();
    let of_server = at_server.secrets.resumption().unwrap();

    let rng = &mut Counting(90);
    let mut asking =
        Exchange::reconnect(&device, at_device.peer, &of_device, CONNECTION, rng).unwrap();
    work_through(&mut asking, &device).unwrap();
    let hello = packet_of(&asking);
    let mut answering =
        Exchange::answer_reconnection(&server, at_server.peer, &of_server, &hello, rng).unwrap();
    work_through(&mut answering, &server).unwrap();
    let [at_device, at_server] = paired(asking, answering);
    assert_eq!(at_device.secrets.id(), at_server.secrets.id());
}

// IOMT-SEC-001
#[test]
fn nothing_that_is_printed_of_a_key_holds_a_secret() {
    let elsewhere = StaticKey::elsewhere(device().public(), &[0x99; 32]).unwrap();
    let shared = device().agree(&server().public()).unwrap();
    let exchange = By::Reconnection.begin(&device(), server().public());
    let printed = format!(
        "{elsewhere:?} {shared:?} {:?} {exchange:?}",
        resumption(0xAB)
    );
    let secrets: [&[u8]; 4] = [
        &[0x99; 32],
        &[0xAB; 32],
        &DEVICE_KEY,
        shared.secret().expose(),
    ];
    for secret in secrets {
        assert!(!shows(&printed, secret), "{printed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    // IOMT-ERR-004, IOMT-PAIR-013
    #[test]
    fn foreign_bytes_are_refused_by_whoever_answers_or_waits(
        bytes in proptest::collection::vec(any::<u8>(), 0..1_300),
        is_framed in any::<bool>(),
    ) {
        for (by, model) in [(By::Reconnection, 6), (By::FactoryKeys, 5)] {
            let hint = match by {
                By::Reconnection => resumption(7).hint().0,
                By::FactoryKeys => [0; 8],
            };
            let framed = |step: u8| {
                let header = [&[0x81, 1, model, step], &CONNECTION.0[..], &hint].concat();
                let body = bytes.iter().copied().take(MAX_DATAGRAM - HEADER_AND_CODE);
                header.into_iter().chain(body).collect::<Vec<_>>()
            };
            let [hello, reply] = match is_framed {
                true => [with_code(framed(1), &server()), framed(2)],
                false => [bytes.clone(), bytes.clone()],
            };
            prop_assert!(by.answering(&hello).is_err());
            let mut asking = by.asking();
            prop_assert!(hand_over(&mut asking, &device(), &reply).is_err());
            let answering = by.answering(&packet_of(&asking)).unwrap();
            paired(asking, answering);
        }
    }
}
