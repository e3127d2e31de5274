//! What a pairing refuses, and that the honest messages still end it.
//!
//! `insider` is somebody who knows the label; `keys` has the handshakes of those who know each
//! other's keys; `refused` what is forged, `random` what a bad generator does, `printed` what is shown of
//! secrets, and `wiped` what is left of them.

mod insider;
mod keys;
mod negotiation;
mod parked;
mod printed;
mod random;
mod refused;
mod spare;
#[cfg(target_os = "linux")]
mod wiped;

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

// IOMT-PAIR-011, IOMT-PAIR-004
#[test]
fn a_packet_above_the_bound_is_refused_before_its_code_is_looked_at() {
    let (_, packet) = hello();
    let of_length = |len| {
        let mut longer = packet.to_vec();
        longer.resize(len, 7);
        answer(&longer, 50).err()
    };
    assert_eq!(of_length(MAX_HANDSHAKE), Some(Error::WrongLabel));
    let too_long = wire::Error::TrailingBytes { count: 1 };
    assert_eq!(of_length(MAX_HANDSHAKE + 1), Some(too_long.into()));
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

#[test]
fn an_exchange_is_as_large_as_the_documentation_says() {
    let documented = if cfg!(feature = "comparison") {
        872
    } else {
        744
    };
    let size = size_of::<Exchange>();
    assert!(size <= documented, "{size}");
    let parked = if cfg!(feature = "comparison") {
        509
    } else {
        477
    };
    let parts = match cfg!(feature = "comparison") {
        true => [312, 264, 120, 84],
        false => [266, 264, 120, 0],
    };
    assert_eq!(exchange::PARTS, parts);
    let size = size_of::<Parked>();
    assert!(size <= parked, "{size}");
}
