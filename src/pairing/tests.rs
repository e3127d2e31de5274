//! What a pairing refuses, and that the honest messages still end it.
//!
//! `insider` is somebody who knows the label; `keys` has the handshakes of those who know each
//! other's keys.

mod insider;
mod keys;
mod negotiation;

use super::label::{LabelSecret, MIN_SECRET};
use super::*;
use crate::crypto::dh::count;
use crate::seal::tests::Counting;
use crate::seal::{Entropy, Label};
use crate::wire::{ConnectionId, MAX_DATAGRAM};
use insider::{first_ephemeral, label_key, packet};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::format;
use std::string::String;
use std::vec::Vec;

const SECRET: &[u8] = b"a secret of a label";
const CONNECTION: ConnectionId = ConnectionId(*b"connect.");
const READER_KEY: [u8; 32] = [0x21; 32];
const DEVICE_KEY: [u8; 32] = [0x42; 32];
const HEADER: usize = 20;
const HEADER_AND_CODE: usize = 36;
/// Field 1: four bytes, version 1, suite 1, model 2.
const OFFER: [u8; 6] = [1, 4, 0b10, 0b10, 0b100, 0];

/// A generator that has died, but does not say so.
struct Zeros;

impl Entropy for Zeros {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        out.fill(0);
        Ok(())
    }
}

/// A generator that says that it has failed.
struct Failing;

impl Entropy for Failing {
    fn fill(&mut self, _: &mut [u8]) -> Result<(), EntropyFailed> {
        Err(EntropyFailed)
    }
}

fn static_key(private: &[u8]) -> StaticKey {
    Identity::from_secret_bytes(private).unwrap().into()
}

fn reader() -> StaticKey {
    static_key(&READER_KEY)
}

fn device() -> StaticKey {
    static_key(&DEVICE_KEY)
}

fn label() -> LabelSecret {
    LabelSecret::new(SECRET).unwrap()
}

fn descriptor() -> DescriptorHash {
    DescriptorHash::of_body(b"body of a descriptor")
}

/// Does all the work that is due, never more than one multiplication in a call.
fn work_through(exchange: &mut Exchange, key: &StaticKey) -> Result<(), Error> {
    while exchange.poll_work() != Work::Idle {
        let before = count::made();
        let worked = exchange.work_with(key);
        assert_eq!(count::made(), before + 1);
        worked?;
    }
    Ok(())
}

/// Gives a packet to an exchange and does the work; its answer, where it has one.
fn hand_over(exchange: &mut Exchange, key: &StaticKey, packet: &[u8]) -> Result<Vec<u8>, Error> {
    let before = count::made();
    let taken = exchange.handle_packet(packet);
    assert_eq!(count::made(), before);
    taken?;
    work_through(exchange, key)?;
    Ok(exchange.packet().unwrap_or_default().to_vec())
}

fn start(connection: ConnectionId, entropy: &mut impl Entropy) -> (Exchange, Vec<u8>) {
    start_with(&reader(), &label(), connection, entropy).unwrap()
}

fn start_with(
    key: &StaticKey,
    label: &LabelSecret,
    connection: ConnectionId,
    entropy: &mut impl Entropy,
) -> Result<(Exchange, Vec<u8>), Error> {
    let mut exchange = Exchange::read_label(key, label, connection, entropy)?;
    assert_eq!(exchange.packet(), None);
    work_through(&mut exchange, key)?;
    let packet = exchange.packet().unwrap().to_vec();
    Ok((exchange, packet))
}

fn hello() -> (Exchange, Vec<u8>) {
    start(CONNECTION, &mut Counting(10))
}

/// What the device says to a first message.
fn answer(packet: &[u8], seed: u8) -> Result<(Exchange, Vec<u8>), Error> {
    answer_with(&device(), descriptor(), packet, &mut Counting(seed))
}

fn answer_with(
    key: &StaticKey,
    descriptor: DescriptorHash,
    packet: &[u8],
    entropy: &mut impl Entropy,
) -> Result<(Exchange, Vec<u8>), Error> {
    let mut exchange = Exchange::answer_label(key, &label(), descriptor, packet, entropy)?;
    assert_eq!(exchange.packet(), None);
    let worked = work_through(&mut exchange, key);
    assert_eq!(exchange.is_over(), worked.is_err());
    worked?;
    let packet = exchange.packet().unwrap().to_vec();
    Ok((exchange, packet))
}

/// A step that failed, and the exchange that it left as it was.
#[derive(Debug)]
struct Refused {
    state: Exchange,
    error: Error,
}

fn confirm(mut state: Exchange, packet: &[u8]) -> Result<(Paired, Vec<u8>), Refused> {
    let sent = state.packet().unwrap().to_vec();
    match hand_over(&mut state, &reader(), packet) {
        Ok(answer) => Ok((state.poll_paired().unwrap(), answer)),
        Err(error) => {
            assert_eq!(state.packet(), Some(&sent[..]));
            assert!(state.poll_paired().is_none() && !state.is_over());
            Err(Refused { state, error })
        }
    }
}

fn finish(mut state: Exchange, packet: &[u8]) -> Result<Paired, Refused> {
    let sent = state.packet().unwrap().to_vec();
    let taken = hand_over(&mut state, &device(), packet);
    assert_eq!(state.packet(), Some(&sent[..]));
    match taken {
        Ok(_) => Ok(state.poll_paired().unwrap()),
        Err(error) => {
            assert!(state.poll_paired().is_none() && !state.is_over());
            Err(Refused { state, error })
        }
    }
}

fn refused_reply(state: Exchange, packet: &[u8]) -> (Exchange, Error) {
    let Err(Refused { state, error }) = confirm(state, packet) else {
        panic!("taken for message 2: {packet:02x?}");
    };
    (state, error)
}

fn refused_confirmation(state: Exchange, packet: &[u8]) -> (Exchange, Error) {
    let Err(Refused { state, error }) = finish(state, packet) else {
        panic!("taken for message 3: {packet:02x?}");
    };
    (state, error)
}

/// A handshake with every message at hand, both sides still before their last step.
struct Stage {
    awaiting_reply: Exchange,
    awaiting_confirmation: Exchange,
    messages: [Vec<u8>; 3],
}

/// The third message comes from a twin of the reader, whose random numbers are the same.
fn stage() -> Stage {
    let (awaiting_reply, first) = hello();
    let (awaiting_confirmation, second) = answer(&first, 50).unwrap();
    let (_, third) = confirm(hello().0, &second).unwrap();
    Stage {
        awaiting_reply,
        awaiting_confirmation,
        messages: [first, second, third],
    }
}

impl Stage {
    /// Whatever the two states have refused: the honest messages still end the handshake.
    fn assert_finishes(self) {
        let [_, second, third] = &self.messages;
        let (at_reader, confirmation) = confirm(self.awaiting_reply, second).unwrap();
        assert_eq!(&confirmation, third);
        let at_device = finish(self.awaiting_confirmation, third).unwrap();
        assert_eq!(at_reader.secrets.id(), at_device.secrets.id());
    }

    /// Gives a packet to all three steps; none takes it.
    fn refuse_everywhere(self, packet: &[u8]) -> (Self, [Error; 3]) {
        let first = answer(packet, 50).err().unwrap();
        let (awaiting_reply, second) = refused_reply(self.awaiting_reply, packet);
        let (awaiting_confirmation, third) =
            refused_confirmation(self.awaiting_confirmation, packet);
        let stage = Self {
            awaiting_reply,
            awaiting_confirmation,
            ..self
        };
        (stage, [first, second, third])
    }

    /// Gives a changed message to the step that expects the true one; it is refused.
    fn refuse_changed(self, message: usize, changed: &[u8]) -> (Self, Error) {
        match message {
            0 => (self, answer(changed, 50).err().unwrap()),
            1 => {
                let (awaiting_reply, error) = refused_reply(self.awaiting_reply, changed);
                let stage = Self {
                    awaiting_reply,
                    ..self
                };
                (stage, error)
            }
            _ => {
                let (awaiting_confirmation, error) =
                    refused_confirmation(self.awaiting_confirmation, changed);
                let stage = Self {
                    awaiting_confirmation,
                    ..self
                };
                (stage, error)
            }
        }
    }
}

// IOMT-PAIR-001
#[test]
fn both_sides_end_with_one_session_and_each_others_keys() {
    let (state, first) = hello();
    let (awaiting, second) = answer(&first, 50).unwrap();
    assert_eq!(awaiting.connection(), CONNECTION);
    let (at_reader, third) = confirm(state, &second).unwrap();
    let at_device = finish(awaiting, &third).unwrap();

    assert_eq!(at_reader.secrets.id(), at_device.secrets.id());
    assert_eq!(at_reader.peer, device().public());
    assert_eq!(at_device.peer, reader().public());
    assert_eq!(at_reader.descriptor, Some(descriptor()));
    assert_eq!(at_device.descriptor, None);
}

// IOMT-PAIR-011
#[test]
fn each_packet_is_as_long_as_the_table_says() {
    assert_eq!(stage().messages.map(|message| message.len()), [90, 156, 84]);
}

// IOMT-PAIR-006, IOMT-PAIR-033
#[test]
fn the_code_in_front_is_checked_without_the_rest() {
    let label = label();
    let (_, packet) = hello();
    let expected = Hello {
        model: Model::LABEL_SECRET,
        connection: CONNECTION,
        hint: label.hint(),
    };
    assert_eq!(label.check_hello(&packet), Ok(expected));
    let mut damaged = packet;
    damaged[89] ^= 1;
    assert_eq!(label.check_hello(&damaged), Err(Error::WrongLabel));
}

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

// IOMT-PAIR-006
#[test]
fn a_reader_of_another_label_gets_no_answer() {
    let other = LabelSecret::new(b"the secret of another label").unwrap();
    let (_, mut packet) = start_with(&reader(), &other, CONNECTION, &mut Counting(10)).unwrap();
    assert_eq!(answer(&packet, 50).err(), Some(Error::WrongLabel));
    packet[12..HEADER].copy_from_slice(&label().hint().0);
    assert_eq!(answer(&packet, 50).err(), Some(Error::WrongLabel));
}

// IOMT-PAIR-025
#[test]
fn a_repeated_first_message_is_answered_each_time_and_only_one_answer_pairs() {
    let (state, first) = hello();
    let mut answers: Vec<_> = (0..100).map(|seed| answer(&first, seed).unwrap()).collect();
    let different: BTreeSet<_> = answers.iter().map(|(_, reply)| reply.clone()).collect();
    assert_eq!(different.len(), 100);

    let (chosen, reply) = answers.swap_remove(40);
    let (at_reader, third) = confirm(state, &reply).unwrap();
    for (state, _) in answers {
        assert_eq!(refused_confirmation(state, &third).1, Error::NotAuthentic);
    }
    let at_device = finish(chosen, &third).unwrap();
    assert_eq!(at_reader.secrets.id(), at_device.secrets.id());
}

// IOMT-PAIR-003, IOMT-PAIR-004
#[test]
fn an_answer_to_another_connection_is_refused() {
    let stage = stage();
    let other = ConnectionId(*b"another.");
    let (_, first) = start(other, &mut Counting(90));
    let (_, mut second) = answer(&first, 50).unwrap();
    let (stage, error) = stage.refuse_changed(1, &second);
    assert_eq!(error, Error::UnexpectedMessage);
    second[4..12].copy_from_slice(&CONNECTION.0);
    let (stage, error) = stage.refuse_changed(1, &second);
    assert_eq!(error, Error::NotAuthentic);
    stage.assert_finishes();
}

// IOMT-PAIR-030
#[test]
fn a_secret_that_could_be_guessed_is_refused() {
    for len in 0..MIN_SECRET {
        let short = LabelSecret::new(&SECRET[..len]);
        assert_eq!(short.err(), Some(Error::SecretTooShort));
    }
    assert!(LabelSecret::new(&SECRET[..MIN_SECRET]).is_ok());
}

// IOMT-EPOCH-011
#[test]
fn a_failing_generator_is_an_error_and_changes_nothing() {
    let failed = Some(Error::Entropy(EntropyFailed));
    assert_eq!(Identity::generate(&mut Failing).err(), failed);
    let started = start_with(&reader(), &label(), CONNECTION, &mut Failing);
    assert_eq!(started.err(), failed);

    let stage = stage();
    let answered = answer_with(&device(), descriptor(), &stage.messages[0], &mut Failing);
    assert_eq!(answered.err(), failed);
    stage.assert_finishes();
}

/// "equal output implies an equal message": no (key, nonce) has two plaintexts.
// IOMT-EPOCH-010, IOMT-PAIR-012
#[test]
fn with_a_dead_generator_different_messages_have_different_ephemeral_keys() {
    let device = device();
    let (_, first) = start(CONNECTION, &mut Zeros);
    let (_, same) = start(ConnectionId([9; 8]), &mut Zeros);
    assert_eq!(first[HEADER_AND_CODE..], same[HEADER_AND_CODE..]);

    let mut ephemerals = BTreeSet::new();
    for number in 0_u32..10_000 {
        let promise = DescriptorHash::of_body(&number.to_be_bytes());
        let (_, reply) = answer_with(&device, promise, &first, &mut Zeros).unwrap();
        assert!(ephemerals.insert(reply[HEADER..HEADER + 32].to_vec()));
    }
}

#[test]
fn with_a_dead_generator_different_parties_have_different_ephemeral_keys() {
    let label = label();
    let mut ephemerals = BTreeSet::new();
    for seed in 1..=100 {
        let key = static_key(&[seed; 32]);
        let (_, packet) = start_with(&key, &label, CONNECTION, &mut Zeros).unwrap();
        assert!(ephemerals.insert(packet[HEADER_AND_CODE..][..32].to_vec()));

        let (_, first) = hello();
        let (_, reply) = answer_with(&key, descriptor(), &first, &mut Zeros).unwrap();
        assert!(ephemerals.insert(reply[HEADER..HEADER + 32].to_vec()));
    }
}

/// How a key could show up in what is printed: as hexadecimal digits, or as a list of numbers.
fn shows(printed: &str, secret: &[u8]) -> bool {
    let hex: String = secret[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let list = format!("{:?}", &secret[..4]);
    let list = list.trim_matches(['[', ']'].as_slice());
    let printed = printed.to_lowercase();
    printed.contains(&hex) || printed.contains(list)
}

// IOMT-SEC-001
#[test]
fn nothing_that_is_printed_holds_a_secret() {
    assert!(shows(&format!("{:?}", [7_u8; 32]), &[7; 32]));
    assert!(shows(
        &format!("{:?}", device().public()),
        device().public().as_bytes()
    ));

    let secrets = [
        SECRET.to_vec(),
        label_key(Label::LABEL_PSK).expose().to_vec(),
        label_key(Label::LABEL_MAC1).expose().to_vec(),
        READER_KEY.to_vec(),
        DEVICE_KEY.to_vec(),
        first_ephemeral().to_vec(),
    ];
    let (reader, label) = (reader(), label());
    let Stage {
        awaiting_reply,
        awaiting_confirmation,
        messages: [_, second, third],
    } = stage();
    let mut printed = Vec::from([
        format!("{reader:?} {label:?}"),
        format!("{awaiting_reply:?} {awaiting_confirmation:?}"),
    ]);
    let refused = confirm(awaiting_reply, &third).unwrap_err();
    printed.push(format!("{refused:?} {}", refused.error));
    let (at_reader, _) = confirm(refused.state, &second).unwrap();
    let at_device = finish(awaiting_confirmation, &third).unwrap();
    printed.push(format!("{at_reader:?} {at_device:?}"));
    for printed in &printed {
        for secret in &secrets {
            assert!(!shows(printed, secret), "{printed}");
        }
    }
    assert!(printed.iter().all(|printed| !printed.is_empty()));
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
