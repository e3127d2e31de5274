//! A man in the middle who edits what is negotiated: each is refused, with which error, and the honest
//! messages still end the pairing.
//!
//! He may know the label, or the server's public key: then the code in front is right again, and only what
//! lies behind it can refuse.

use super::*;
use crate::pairing::exchange::prologue;
use crate::pairing::noise::{KK_PSK0, Keys, Party, Pattern, Psk, Role, XX_PSK0};
use crate::wire::Hint;

/// With the code that somebody who knows the label would write.
fn with_label_code(mut packet: Vec<u8>) -> Vec<u8> {
    hello::insert_mac1(&label_key(Label::LABEL_MAC1), &mut packet);
    packet
}

/// Each value of a byte of each message but the honest one, and what it is refused with.
fn edit_byte(byte: usize, values: impl Iterator<Item = u8> + Clone) -> Vec<(u8, Error)> {
    let mut stage = stage();
    let mut refused = Vec::new();
    for message in 0..3 {
        let honest = stage.messages[message].clone();
        for value in values.clone().filter(|value| *value != honest[byte]) {
            let mut changed = honest.clone();
            changed[byte] = value;
            let changed = match message {
                0 => with_label_code(changed),
                _ => changed,
            };
            let error;
            (stage, error) = stage.refuse_changed(message, &changed);
            refused.push((value, error));
        }
    }
    stage.assert_finishes();
    refused
}

// IOMT-VER-002, IOMT-PAIR-004
#[test]
fn a_middle_that_edits_the_version_is_refused_as_malformed() {
    let versions = (0..4).map(|version| 0x80 | version);
    for (value, error) in edit_byte(0, versions) {
        assert!(
            matches!(error, Error::Malformed(_)),
            "{value:02x}: {error:?}"
        );
    }
}

// IOMT-PAIR-005
#[test]
fn a_middle_that_edits_the_suite_is_refused_with_the_suite() {
    for (value, error) in edit_byte(1, 0..=255) {
        assert_eq!(error, Error::UnsupportedSuite(value));
    }
}

// IOMT-PAIR-004
#[test]
fn a_middle_that_edits_the_model_is_refused_as_another_message() {
    for (value, error) in edit_byte(2, 0..=255) {
        assert_eq!(error, Error::UnexpectedMessage, "model {value}");
    }
}

// IOMT-PAIR-002
#[test]
fn a_middle_that_edits_the_hint_is_refused_as_another_label() {
    for byte in 12..HEADER {
        for (_, error) in edit_byte(byte, [0x00, 0xFF].into_iter()) {
            assert_eq!(error, Error::WrongLabel);
        }
    }
}

/// What stands behind the ephemeral key is the offer, sealed.
// IOMT-PAIR-007
#[test]
fn a_middle_that_edits_an_offer_is_refused_as_not_authentic() {
    for (message, offer) in [(0, HEADER_AND_CODE + 32), (1, HEADER + 32 + 48)] {
        let mut stage = stage();
        for byte in offer..offer + OFFER.len() {
            let mut changed = stage.messages[message].clone();
            changed[byte] ^= 0b110;
            let changed = match message {
                0 => with_label_code(changed),
                _ => changed,
            };
            let error;
            (stage, error) = stage.refuse_changed(message, &changed);
            assert_eq!(error, Error::NotAuthentic);
        }
        stage.assert_finishes();
    }
}

/// A message of one model under the number of another, with a true code.
// IOMT-PAIR-002, IOMT-PAIR-004
#[test]
fn a_reconnection_does_not_become_a_meeting_nor_the_other_way() {
    let (device, server) = (device(), reader());
    let secret = crate::seal::ResumptionSecret::from_secret_bytes(&[7; 32]).unwrap();
    let code = hello::static_mac1_key(&server.public());
    let relabelled = |exchange: &mut Exchange, model: Model, hint: Hint| {
        work_through(exchange, &device).unwrap();
        let mut packet = exchange.packet().unwrap().to_vec();
        packet[2] = model.0;
        packet[12..HEADER].copy_from_slice(&hint.0);
        hello::insert_mac1(&code, &mut packet);
        packet
    };
    let rng = &mut Counting(10);
    let mut asking =
        Exchange::reconnect(&device, server.public(), &secret, CONNECTION, rng).unwrap();
    let packet = relabelled(&mut asking, Model::FACTORY_KEYS, Hint::NONE);
    let mut answering = Exchange::answer_meeting(&server, &packet, rng).unwrap();
    let refused = work_through(&mut answering, &server);
    assert!(matches!(
        refused,
        Err(Error::NotAuthentic | Error::Malformed(_))
    ));

    let mut asking =
        Exchange::meet(&device, server.public(), descriptor(), CONNECTION, rng).unwrap();
    let packet = relabelled(&mut asking, Model::RECONNECTION, secret.hint());
    let peer = device.public();
    let mut answering =
        Exchange::answer_reconnection(&server, peer, &secret, &packet, rng).unwrap();
    let refused = work_through(&mut answering, &server);
    assert_eq!(refused, Err(Error::NotAuthentic));
}

/// The prologue with one field another: version, suite, Noise name, model, what stands before.
fn prologues(pattern: Pattern, model: Model) -> (Vec<u8>, [Vec<u8>; 5]) {
    let hello = Hello {
        model,
        connection: CONNECTION,
        hint: Hint([9; 8]),
    };
    let mut buffer = [0; 80];
    let honest = prologue(pattern, hello, &[], &mut buffer).unwrap().to_vec();
    let name = pattern.protocol_name().len();
    // lv("iomt1") is 7 bytes, each of the two numbers 3, the model 3.
    let places = [9, 12, 15, 15 + name + 2, 15 + name + 3 + 2];
    let edited = places.map(|place| {
        let mut edited = honest.clone();
        edited[place] ^= 2;
        edited
    });
    (honest, edited)
}

// IOMT-PAIR-002, IOMT-VER-002
#[test]
fn a_side_that_means_another_version_suite_name_model_or_hint_is_refused_as_not_authentic() {
    let identities = [[0x21; 32], [0x42; 32]].map(|key| Identity::from_secret_bytes(&key).unwrap());
    let [initiator, responder] = &identities;
    let psks = [Psk::from_bytes(&[5; 32]).unwrap()];
    let keys = |local, remote: &Identity| Keys {
        local: Some(local),
        remote: Some(remote.public()),
        psks: &psks,
    };
    for (pattern, model, refused_in) in [
        (XX_PSK0, Model::LABEL_SECRET, 1),
        (Pattern::IK, Model::FACTORY_KEYS, 1),
        (KK_PSK0, Model::RECONNECTION, 1),
        // Nothing of message 1 is sealed.
        (Pattern::XX, Model::NUMERIC_COMPARISON, 2),
    ] {
        let (honest, edited) = prologues(pattern, model);
        for prologue in edited {
            let rng = &mut Counting(10);
            let mut asking = Party::new(
                pattern,
                Role::Initiator,
                &honest,
                keys(initiator, responder),
            )
            .unwrap();
            let mut answering = Party::new(
                pattern,
                Role::Responder,
                &prologue,
                keys(responder, initiator),
            )
            .unwrap();
            let (mut out, mut text) = ([0; 256], [0; 256]);
            let message = asking.write_message(b"offer", rng, &mut out).unwrap();
            let read = answering.read_message(message, &mut text).map(|_| ());
            if refused_in == 1 {
                assert_eq!(read, Err(Error::NotAuthentic));
                continue;
            }
            let message = answering.write_message(b"offer", rng, &mut out).unwrap();
            let read = asking.read_message(message, &mut text).map(|_| ());
            assert_eq!(read, Err(Error::NotAuthentic));
        }
    }
}

/// Who keeps suite 3 from two who both speak it gets no pairing in suite 1 instead.
#[cfg(feature = "pq")]
mod hybrid_kept_away {
    use super::*;

    const ALSO: u8 = 1 << 3;

    fn both() -> [(Model, fn() -> LabelSecret); 2] {
        [
            (Model::LABEL_SECRET, label),
            (Model::LABEL_KEY, || {
                LabelSecret::beside_key(SECRET).unwrap()
            }),
        ]
    }

    fn begin(label: &LabelSecret) -> Exchange {
        let (key, rng) = (reader(), &mut Counting(10));
        let mut asking = match label.model() {
            Model::LABEL_KEY => {
                let peer = device().public();
                Exchange::read_label_with_key(&key, label, peer, CONNECTION, rng)
            }
            _ => Exchange::read_label(&key, label, CONNECTION, rng),
        }
        .unwrap();
        work_through(&mut asking, &key).unwrap();
        asking
    }

    fn answer(label: &LabelSecret, hello: &[u8]) -> Result<Exchange, Error> {
        let rng = &mut Counting(50);
        let mut answering = Exchange::answer_label(&device(), label, descriptor(), hello, rng)?;
        work_through(&mut answering, &device())?;
        Ok(answering)
    }

    // IOMT-VER-006, IOMT-PAIR-023
    #[test]
    fn two_who_both_speak_suite_3_do_not_pair_by_a_label_in_suite_1() {
        for (model, label) in both() {
            // What they send in suite 3 does not come through; each then tries suite 1.
            let label = label().also_hybrid();
            let asking = begin(&label);
            let refused = answer(&label, asking.packet().unwrap()).unwrap_err();
            assert_eq!(refused, Error::Downgraded, "{model:?}");
        }
    }

    /// One side alone speaks suite 3: nothing better is in common.
    // IOMT-VER-006, IOMT-PAIR-023
    #[test]
    fn who_speaks_suite_3_pairs_in_suite_1_with_who_does_not() {
        for (_, label) in both() {
            for (ours, theirs) in [
                (label().also_hybrid(), label()),
                (label(), label().also_hybrid()),
            ] {
                let mut asking = begin(&ours);
                let mut answering = answer(&theirs, asking.packet().unwrap()).unwrap();
                let third = hand_over(&mut asking, &reader(), answering.packet().unwrap()).unwrap();
                if answering.poll_paired().is_none() {
                    hand_over(&mut answering, &device(), &third).unwrap();
                    assert!(answering.poll_paired().is_some());
                }
                assert!(asking.poll_paired().is_some());
            }
        }
    }

    /// The reader finds it by itself where the device does not look.
    // IOMT-VER-006, IOMT-PAIR-023
    #[test]
    fn the_reader_refuses_a_reply_that_names_suite_3_as_well() {
        let label = label().also_hybrid();
        let put_by = |asking: Exchange| asking.park().expect("it waits").resume();
        for mut asking in [begin(&label), put_by(begin(&label))] {
            let hello = asking.packet().unwrap().to_vec();
            // A device that says what it can do and goes on all the same.
            let reply = insider::reply_with_offer(&hello, [0b10, 0b10 | ALSO, 0b100, 0]);
            let refused = hand_over(&mut asking, &reader(), &reply);
            assert_eq!(refused, Err(Error::Downgraded));
            let reply = insider::reply_with_offer(&hello, [0b10, 0b10, 0b100, 0]);
            assert!(hand_over(&mut asking, &reader(), &reply).is_ok());
        }
    }
}

/// The passcode's offers are in its shares, in the clear, and enter the transcript.
#[cfg(feature = "cpace")]
mod passcode {
    use super::*;
    use crate::pairing::cpace::{Asking, Call, Called, Passcode};

    struct Run {
        asking: Asking,
        called: Called,
        share: Vec<u8>,
    }

    fn run() -> Run {
        let (phone, device, rng) = (reader(), device(), &mut Counting(10));
        let mut out = [0; 64];
        let call = Call::new(&phone, CONNECTION, rng).unwrap();
        let packet = call.packet(&mut out).unwrap().to_vec();
        let called = Called::answer(&device, &packet, rng).unwrap();
        let packet = called.packet(&mut out).unwrap().to_vec();
        let passcode = Passcode::new(b"123456").unwrap();
        let asking = call.handle_answer(&passcode, &phone, &packet, rng).unwrap();
        let share = asking.packet(&mut out).unwrap().to_vec();
        Run {
            asking,
            called,
            share,
        }
    }

    // IOMT-PAIR-023
    #[test]
    fn a_middle_that_edits_the_offer_of_a_share_is_refused_as_a_downgrade() {
        let run = run();
        for byte in HEADER + 32..run.share.len() {
            for bit in 0..8 {
                let mut changed = run.share.clone();
                changed[byte] ^= 1 << bit;
                let refused = run.called.check_share(&changed);
                assert_eq!(refused, Err(Error::Downgraded));
                // The same of the device's share, whose point is that of the initiator here.
                changed[3] = 0x44;
                let refused = run.asking.handle_share(&changed).err();
                assert_eq!(refused, Some(Error::Downgraded));
            }
        }
        assert_eq!(run.called.check_share(&run.share), Ok(()));
    }

    // IOMT-PAIR-004, IOMT-PAIR-005
    #[test]
    fn a_middle_that_edits_version_suite_or_model_of_a_share_is_refused() {
        let run = run();
        let edited = |byte: usize, value: u8| {
            let mut changed = run.share.clone();
            changed[byte] = value;
            run.called.check_share(&changed).unwrap_err()
        };
        for version in [0, 2, 3] {
            assert!(matches!(edited(0, 0x80 | version), Error::Malformed(_)));
        }
        for suite in [0, 2, 3, 255] {
            assert_eq!(edited(1, suite), Error::UnsupportedSuite(suite));
        }
        for model in [0, 1, 2, 4, 5, 6, 255] {
            assert_eq!(edited(2, model), Error::UnexpectedMessage);
        }
    }
}
