//! A label with a secret, either side of it.

use super::*;

// IOMT-PAIR-001, IOMT-PAIR-031
#[test]
fn snow_as_the_device_pairs_with_our_reader() {
    let label = Label::new(SECRET);
    let mut noise = label.responder();
    let reader = static_key(&READER_KEY);
    let (secret, connection) = (label_secret(), ConnectionId(CONNECTION));
    let mut server = Exchange::read_label(&reader, &secret, connection, &mut Counting(7)).unwrap();
    let hello = packet_of(&mut server, &reader).unwrap();

    assert_eq!(hello[..20], label.header(1));
    assert_eq!(hello[20..36], label.mac1(&hello[36..]));
    assert_eq!(read(&mut noise, &hello[36..]), OFFER);

    let payload = [&OFFER[..], &descriptor_field()].concat();
    let reply = [label.header(2), write(&mut noise, &payload)].concat();
    server.handle_packet(&reply).unwrap();
    let confirmation = packet_of(&mut server, &reader).unwrap();
    let paired = server.poll_paired().unwrap();

    assert_eq!(confirmation[..20], label.header(3));
    assert!(read(&mut noise, &confirmation[20..]).is_empty());
    assert_eq!(noise.get_remote_static(), Some(reader.public().as_bytes()));
    assert_eq!(paired.peer, static_key(&DEVICE_KEY).public());
    assert!(paired.descriptor.is_some_and(|hash| hash.matches(BODY)));
    let locator = first_locator(&mut noise);
    assert_one_session(session_of(&mut noise), paired.secrets, locator);
}

/// Message 1 of snow's side, as a packet.
fn hello_of(label: &Label, noise: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let message = write(noise, payload);
    [label.header(1), label.mac1(&message), message].concat()
}

/// Our device, with snow as the reader of its label.
fn pair_our_device(
    label: &Label,
    noise: &mut HandshakeState,
    payloads: [&[u8]; 2],
) -> Result<Paired, Error> {
    let (device, secret) = (static_key(&DEVICE_KEY), label_secret());
    let hello = hello_of(label, noise, payloads[0]);
    let promise = DescriptorHash::of_body(BODY);
    let mut armed = Exchange::answer_label(&device, &secret, promise, &hello, &mut Counting(7))?;
    let reply = packet_of(&mut armed, &device)?;

    assert_eq!(armed.connection(), ConnectionId(CONNECTION));
    assert_eq!(reply[..20], label.header(2));
    let promised = [&OFFER[..], &descriptor_field()].concat();
    assert_eq!(read(noise, &reply[20..]), promised);

    let confirmation = [label.header(3), write(noise, payloads[1])].concat();
    armed.handle_packet(&confirmation)?;
    packet_of(&mut armed, &device)?;
    Ok(armed.poll_paired().unwrap())
}

// IOMT-PAIR-001, IOMT-PAIR-031
#[test]
fn snow_as_the_reader_pairs_with_our_device() {
    let label = Label::new(SECRET);
    let mut noise = label.initiator();
    let paired = pair_our_device(&label, &mut noise, [&OFFER, &[]]).unwrap();

    assert_eq!(paired.peer, static_key(&READER_KEY).public());
    assert_eq!(paired.descriptor, None);
    let device = static_key(&DEVICE_KEY).public();
    assert_eq!(noise.get_remote_static(), Some(device.as_bytes()));
    let locator = first_locator(&mut noise);
    assert_one_session(paired.secrets, session_of(&mut noise), locator);
}

// IOMT-PAIR-020
#[test]
fn payload_fields_of_a_later_version_are_skipped() {
    let label = Label::new(SECRET);
    let later = [&OFFER[..], &[9, 3, 0xAA, 0xBB, 0xCC]].concat();
    let mut noise = label.initiator();
    pair_our_device(&label, &mut noise, [&later, &later]).unwrap();
}

// IOMT-PAIR-006
#[test]
fn a_reader_that_does_not_know_the_secret_is_refused() {
    let label = Label::new(b"the secret of another label");
    let mut noise = label.initiator();
    let refused = pair_our_device(&label, &mut noise, [&OFFER, &[]]);
    assert_eq!(refused.unwrap_err(), Error::WrongLabel);
    let wrong_psk = Label {
        psk: [0; 32],
        ..Label::new(SECRET)
    };
    let mut noise = wrong_psk.initiator();
    let refused = pair_our_device(&wrong_psk, &mut noise, [&OFFER, &[]]);
    assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
}

// IOMT-PAIR-022, IOMT-PAIR-023
#[test]
fn an_offer_with_nothing_in_common_and_a_missing_one_are_refused() {
    let label = Label::new(SECRET);
    let other_suite = [1, 4, 0b10, 0b100, 0b100, 0];
    let mut noise = label.initiator();
    let refused = pair_our_device(&label, &mut noise, [&other_suite, &[]]);
    assert_eq!(refused.unwrap_err(), Error::Downgraded);
    let mut noise = label.initiator();
    let refused = pair_our_device(&label, &mut noise, [&[], &[]]);
    assert!(matches!(refused.unwrap_err(), Error::Malformed(_)));
}

// IOMT-PAIR-002, IOMT-VER-002
#[test]
fn a_prologue_that_names_another_version_suite_or_model_gives_no_pairing() {
    let label = Label::new(SECRET);
    let prologue = label.prologue();
    for field in [9, 12, prologue.len() - 11] {
        let mut other = prologue.clone();
        other[field] ^= 3;
        let builder = label.builder(&other, &READER_KEY);
        let mut noise = builder.build_initiator().unwrap();
        let refused = pair_our_device(&label, &mut noise, [&OFFER, &[]]);
        assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
    }
}
