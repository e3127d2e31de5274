//! What is forged, damaged, cut or out of turn.

use super::*;

// IOMT-PAIR-007
#[test]
fn every_flipped_bit_of_every_message_is_refused_and_ends_no_pairing() {
    let mut stage = stage();
    for message in 0..3 {
        let honest = stage.messages[message].clone();
        for bit in 0..honest.len() * 8 {
            let mut changed = honest.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let error;
            (stage, error) = stage.refuse_changed(message, &changed);
            assert!(
                names_the_fault(message, bit, error),
                "message {message}, bit {bit}: {error:?}"
            );
        }
    }
    stage.assert_finishes();
}

fn names_the_fault(message: usize, bit: usize, error: Error) -> bool {
    const TOP_BIT_OF_THE_EPHEMERAL: usize = (HEADER + 32) * 8 - 1;
    match (bit / 8, message) {
        (0, _) => matches!(error, Error::Malformed(_) | Error::UnexpectedMessage),
        (1, _) => matches!(error, Error::UnsupportedSuite(_)),
        (2, _) => error == Error::UnexpectedMessage,
        // A step of zero is no step at all.
        (3, _) => matches!(error, Error::Malformed(_) | Error::UnexpectedMessage),
        (4..12, 1 | 2) => error == Error::UnexpectedMessage,
        (12..20, _) | (_, 0) => error == Error::WrongLabel,
        (_, 1) if bit == TOP_BIT_OF_THE_EPHEMERAL => error == Error::BadKey,
        _ => error == Error::NotAuthentic,
    }
}

// IOMT-PAIR-007
#[test]
fn every_truncation_of_every_message_is_refused_and_ends_no_pairing() {
    let mut stage = stage();
    for message in 0..3 {
        let honest = stage.messages[message].clone();
        let header = if message == 0 {
            HEADER_AND_CODE
        } else {
            HEADER
        };
        for len in 0..honest.len() {
            let error;
            (stage, error) = stage.refuse_changed(message, &honest[..len]);
            let is_named = match (message, len) {
                (_, len) if len < header => matches!(error, Error::Malformed(_)),
                (0, _) => error == Error::WrongLabel,
                _ => matches!(error, Error::Malformed(_) | Error::NotAuthentic),
            };
            assert!(is_named, "message {message}, {len} bytes: {error:?}");
        }
    }
    stage.assert_finishes();
}

// IOMT-PAIR-007
#[test]
fn every_message_with_more_behind_it_is_refused_and_ends_no_pairing() {
    let mut stage = stage();
    for message in 0..3 {
        let honest = stage.messages[message].clone();
        for extra in [1, 16, MAX_DATAGRAM - honest.len(), MAX_DATAGRAM] {
            let mut longer = honest.clone();
            longer.resize(honest.len() + extra, 0);
            (stage, _) = stage.refuse_changed(message, &longer);
        }
        let (handed_back, error) = stage.refuse_changed(message, &[&honest[..], &[0]].concat());
        let expected = match message {
            0 => Error::WrongLabel,
            _ => Error::NotAuthentic,
        };
        assert_eq!(error, expected);
        stage = handed_back;
    }
    stage.assert_finishes();
}

// IOMT-PAIR-004, IOMT-PAIR-005
#[test]
fn what_is_no_handshake_at_all_is_refused_by_every_step() {
    let mut stage = stage();
    let oversized = [0x81; MAX_DATAGRAM + 1];
    for packet in [&[][..], &[0x81], &[0xC1; 40], &[0x82; 40], &oversized] {
        let errors;
        (stage, errors) = stage.refuse_everywhere(packet);
        assert!(
            errors
                .iter()
                .all(|error| matches!(error, Error::Malformed(_)))
        );
    }
    let (frame, receipt) = ([0x01; 40], [0x41; 40]);
    for packet in [frame, receipt] {
        let errors;
        (stage, errors) = stage.refuse_everywhere(&packet);
        assert_eq!(errors, [Error::UnexpectedMessage; 3]);
    }
    stage.assert_finishes();
}

/// Reflection too: what a side has sent itself is one of the messages that it does not expect.
// IOMT-PAIR-004
#[test]
fn a_message_at_another_step_is_refused_even_with_that_steps_number() {
    let mut stage = stage();
    for (message, step) in [(0, 1), (0, 2), (1, 2), (2, 1)] {
        let packet = stage.messages[message].clone();
        let (handed_back, error) = stage.refuse_changed(step, &packet);
        assert_eq!(error, Error::UnexpectedMessage);

        let body = if message == 0 {
            HEADER_AND_CODE
        } else {
            HEADER
        };
        let mut renumbered = [&packet[..HEADER], &packet[body..]].concat();
        renumbered[3] = u8::try_from(step + 1).unwrap();
        let (handed_back, error) = handed_back.refuse_changed(step, &renumbered);
        assert!(
            !matches!(error, Error::UnexpectedMessage),
            "refused for its bytes, not its number: {error:?}"
        );
        stage = handed_back;
    }
    for message in [1, 2] {
        let packet = stage.messages[message].clone();
        assert_eq!(answer(&packet, 50).err(), Some(Error::UnexpectedMessage));
        let mut renumbered = packet;
        renumbered[3] = 1;
        assert_eq!(answer(&renumbered, 50).err(), Some(Error::WrongLabel));
    }
    stage.assert_finishes();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn foreign_bytes_are_refused_by_every_step(bytes in proptest::collection::vec(any::<u8>(), 0..1_300)) {
        let (stage, _) = stage().refuse_everywhere(&bytes);
        stage.assert_finishes();
        let _ = PublicKey::from_bytes(&bytes);
        let _ = Identity::from_secret_bytes(&bytes);
        prop_assert_eq!(LabelSecret::new(&bytes).is_ok(), bytes.len() >= MIN_SECRET);
    }

    #[test]
    fn foreign_bytes_behind_a_true_header_are_refused(
        message in proptest::collection::vec(any::<u8>(), 0..1_212),
        step in 1_usize..=3,
    ) {
        let stage = stage();
        let packet = packet(u8::try_from(step).unwrap(), &message);
        let (stage, _) = stage.refuse_changed(step - 1, &packet);
        stage.assert_finishes();
    }
}
