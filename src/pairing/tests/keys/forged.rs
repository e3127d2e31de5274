//! What is forged or changed, and what it costs: reconnection, factory keys, and a label that has the device's key.

use super::*;

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

/// The reader of a label with a key, with its message 1 written.
fn reading() -> Exchange {
    let label = LabelSecret::beside_key(SECRET).unwrap();
    let (key, peer, rng) = (reader(), device().public(), &mut Counting(10));
    let mut exchange = Exchange::read_label_with_key(&key, &label, peer, CONNECTION, rng).unwrap();
    work_through(&mut exchange, &key).unwrap();
    exchange
}

/// The device that has the label, with its message 2 written.
fn read(hello: &[u8]) -> Result<Exchange, Error> {
    let label = LabelSecret::beside_key(SECRET).unwrap();
    let (key, rng) = (device(), &mut Counting(50));
    let mut exchange = Exchange::answer_label(&key, &label, descriptor(), hello, rng)?;
    work_through(&mut exchange, &key).map(|()| exchange)
}

// IOMT-PAIR-007
#[test]
fn of_a_label_with_key_too_every_flipped_bit_and_every_truncation_is_refused() {
    let mut asking = reading();
    let hello = packet_of(&asking);
    let answering = read(&hello).unwrap();
    let reply = packet_of(&answering);
    for changed in changes(&hello) {
        let before = count::made();
        assert!(read(&changed).is_err(), "message 1: {changed:02x?}");
        // One to make the key of the test: the code in front has refused it.
        assert_eq!(count::made(), before + 1);
    }
    for changed in changes(&reply) {
        let refused = hand_over(&mut asking, &reader(), &changed);
        assert!(refused.is_err(), "message 2: {changed:02x?}");
        assert_eq!(packet_of(&asking), hello);
    }
    hand_over(&mut asking, &reader(), &reply).unwrap();
    let [at_reader, at_device] = [asking, answering].map(|mut end| end.poll_paired().unwrap());
    assert_eq!(at_reader.secrets.id(), at_device.secrets.id());
    assert_eq!(at_reader.descriptor, Some(descriptor()));
}

/// Who has read the label's secret makes the code; the static key and the payload are behind tags of their own.
// IOMT-SEC-009
#[test]
fn a_changed_first_message_by_a_label_with_key_and_a_true_code_is_refused_behind_it() {
    let hello = packet_of(&reading());
    // e, the sealed static key, the sealed payload: what is multiplied before their tag.
    let costs = |byte: usize| if byte < HEADER_AND_CODE + 80 { 1 } else { 2 };
    for byte in HEADER_AND_CODE..hello.len() {
        let mut changed = hello.clone();
        changed[byte] ^= 0x04;
        hello::insert_mac1(&label_key(Label::LABEL_MAC1), &mut changed);
        let before = count::made();
        assert_eq!(
            read(&changed).err(),
            Some(Error::NotAuthentic),
            "byte {byte}"
        );
        assert_eq!(count::made() - before, 1 + costs(byte), "byte {byte}");
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
    let (mut asking, reader) = (reading(), self::reader());
    let reply = packet_of(&read(&packet_of(&asking)).unwrap());
    let forged = [&reply[..HEADER], reader.public().as_bytes(), &[7; 56]].concat();
    let before = count::made();
    let refused = hand_over(&mut asking, &reader, &forged);
    assert_eq!(
        (refused, count::made() - before),
        (Err(Error::NotAuthentic), 2)
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
