//! Static keys that somebody else holds, and what they answer.

use super::*;

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
