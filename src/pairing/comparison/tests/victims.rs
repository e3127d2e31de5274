//! The two whom the relay attacks: the types that take bare messages, and exchanges that take packets.

use std::sync::LazyLock;
use std::vec::Vec;

use super::super::code::Nonce;
use super::super::{Answering, Asking, Confirming};
use super::relay::Seeded;
use super::{CONNECTION, attempt, confirm, descriptor, hello, identity, reply};
use crate::crypto::hash::extract;
use crate::pairing::hello::insert_mac1;
use crate::pairing::{Attempts, Error, Exchange, Hello, Identity, Model, StaticKey, Work};
use crate::seal::{Label, derive};
use crate::wire::{Hint, MAX_DATAGRAM};

static DEVICE: LazyLock<Identity> = LazyLock::new(|| identity(1));
static PHONE: LazyLock<Identity> = LazyLock::new(|| identity(2));
const TOKEN: &[u8] = b"advertised";
/// What is in front of a message, and in front of the first one.
const HEADER: usize = 20;
const HEADER_AND_CODE: usize = 36;

/// Honest sides. What goes in and comes out are the messages of Noise, and the digits that they show.
pub(super) trait Victims {
    type Asking;
    type Confirming;
    type Phone;

    /// The device, and its message 1.
    fn begin(rng: &mut Seeded) -> (Self::Asking, Vec<u8>);
    /// The device behind message 2, and its message 3.
    fn confirm(
        asking: Self::Asking,
        second: &[u8],
        rng: &mut Seeded,
    ) -> (Self::Confirming, Vec<u8>);
    /// What the device shows behind this nonce.
    fn open(confirming: &mut Self::Confirming, nonce: &Nonce) -> Result<u32, Error>;
    /// The phone behind message 1, and its message 2.
    fn answer(first: &[u8], rng: &mut Seeded) -> (Self::Phone, Vec<u8>);
    /// The nonce that the phone sends behind message 3, and what it shows.
    fn reveal(phone: Self::Phone, third: &[u8]) -> (Nonce, u32);
}

pub(super) struct BareMessages;

impl Victims for BareMessages {
    type Asking = Asking<'static>;
    type Confirming = Confirming<'static>;
    type Phone = Answering<'static>;

    fn begin(rng: &mut Seeded) -> (Self::Asking, Vec<u8>) {
        hello(&DEVICE, rng)
    }

    fn confirm(
        asking: Self::Asking,
        second: &[u8],
        rng: &mut Seeded,
    ) -> (Self::Confirming, Vec<u8>) {
        confirm(asking, second, rng)
    }

    fn open(confirming: &mut Self::Confirming, nonce: &Nonce) -> Result<u32, Error> {
        Ok(confirming.handle_nonce(nonce)?.digits().value())
    }

    fn answer(first: &[u8], rng: &mut Seeded) -> (Self::Phone, Vec<u8>) {
        reply(&PHONE, first, rng)
    }

    fn reveal(phone: Self::Phone, third: &[u8]) -> (Nonce, u32) {
        let (shown, nonce) = phone.handle_confirmation(attempt(), third).unwrap();
        (nonce, shown.digits().value())
    }
}

pub(super) struct Exchanges;

impl Victims for Exchanges {
    type Asking = Exchange;
    type Confirming = Exchange;
    type Phone = Exchange;

    fn begin(rng: &mut Seeded) -> (Exchange, Vec<u8>) {
        let begun = Exchange::compare(&device(), descriptor(), TOKEN, CONNECTION, rng);
        let mut exchange = begun.unwrap();
        let first = work(&mut exchange, &device(), HEADER_AND_CODE);
        (exchange, first)
    }

    fn confirm(mut asking: Exchange, second: &[u8], _: &mut Seeded) -> (Exchange, Vec<u8>) {
        asking.handle_packet(&packet(2, second)).unwrap();
        let third = work(&mut asking, &device(), HEADER);
        (asking, third)
    }

    fn open(confirming: &mut Exchange, nonce: &Nonce) -> Result<u32, Error> {
        confirming.handle_packet(&packet(4, nonce))?;
        Ok(confirming.digits().unwrap().value())
    }

    fn answer(first: &[u8], rng: &mut Seeded) -> (Exchange, Vec<u8>) {
        let (first, armed) = (packet(1, first), Attempts::armed());
        let begun = Exchange::answer_comparison(&phone(), TOKEN, &first, &armed, rng);
        let mut exchange = begun.unwrap();
        let second = work(&mut exchange, &phone(), HEADER);
        (exchange, second)
    }

    fn reveal(mut phone: Exchange, third: &[u8]) -> (Nonce, u32) {
        phone.handle_packet(&packet(3, third)).unwrap();
        work(&mut phone, &self::phone(), HEADER);
        phone.reveal(attempt()).unwrap();
        let fourth = phone.packet().unwrap();
        let nonce = fourth[HEADER..].try_into().unwrap();
        (nonce, phone.digits().unwrap().value())
    }
}

fn device() -> StaticKey {
    identity(1).into()
}

fn phone() -> StaticKey {
    identity(2).into()
}

/// Does the work; the message in the packet that is ready then.
fn work(exchange: &mut Exchange, key: &StaticKey, header: usize) -> Vec<u8> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key).unwrap();
    }
    exchange.packet().unwrap()[header..].to_vec()
}

/// A packet of the relay, who has heard the token.
fn packet(step: u8, message: &[u8]) -> Vec<u8> {
    let hello = Hello {
        model: Model::NUMERIC_COMPARISON,
        connection: CONNECTION,
        hint: Hint::NONE,
    };
    let mut out = [0; MAX_DATAGRAM];
    let header = &*hello.header(step).emit(&mut out).unwrap();
    if step > 1 {
        return [header, message].concat();
    }
    let mut packet = [header, &[0; HEADER_AND_CODE - HEADER], message].concat();
    let key = derive(&extract(&[0; 32], &[TOKEN]), Label::TOKEN_MAC1);
    insert_mac1(&key, &mut packet);
    packet
}
