//! A relay between the two who compare. Before it sends a message, it tries many of them, each with another of all that
//! it may choose: its static key, its ephemeral key, its nonce, what the device promises, and a field that nobody knows.
//!
//! ```text
//!  device ── 1 ──► relay ── 1 ──► phone      1  an unknown field, e
//!         ◄─ 2 ───       ◄─ 2 ───            2  an unknown field, e, s, the nonce that c promises
//!         ── 3 ──►       ── 3 ──►            3  an unknown field, s, a nonce, the descriptor, the phone's nonce guessed
//! ```
//!
//! It attacks the types that take bare messages, and the exchange that takes packets.

use core::marker::PhantomData;
use std::vec::Vec;

use super::super::code::{NONCE_LEN, Nonce, code, commitment};
use super::super::payload::{MAX, commitment_in, nonce_in, with_commitment, with_nonce};
use super::super::run::{offer, party};
use super::victims::{BareMessages, Exchanges, Victims};
use super::{CONNECTION, identity};
use crate::crypto::hash::{HASH_LEN, sha256};
use crate::pairing::noise::{Party, Role};
use crate::pairing::payload::Payload;
use crate::pairing::{DescriptorHash, Error, Identity};
use crate::seal::{Entropy, EntropyFailed};
use crate::wire::Writer;

/// A generator that repeats exactly, for a run that is gone through twice.
#[derive(Clone)]
pub(super) struct Seeded(u64);

impl Entropy for Seeded {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        let seed = self.0.to_be_bytes();
        for (number, chunk) in (0_u8..).zip(out.chunks_mut(32)) {
            let block = sha256(&[&seed, &[number]]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

fn nonce(rng: &mut Seeded) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    rng.fill(&mut nonce).unwrap();
    nonce
}

/// A code of three bits, so that chance can be measured, and the one that a person compares.
const SHORT: u64 = 8;
const SIX_DIGITS: u64 = 1_000_000;
const RUNS: u64 = 480;
/// How many messages 3 the relay tries before it sends one: of a short code it finds what it looks for in 99 of 100 runs.
const TRIES: u8 = 36;
/// How many messages 1 and 2, whose use nobody can foresee.
const BLIND_TRIES: usize = 6;

/// Chance is `RUNS / SHORT`, with a standard deviation of 7.2: four of them.
fn assert_no_better_than_chance(equal: u64) {
    let chance = RUNS / SHORT;
    assert!(equal <= chance + 29, "{equal} of {RUNS}");
    assert!(equal >= chance - 29, "{equal} of {RUNS}: less than chance");
}

struct Relay<V> {
    statics: Vec<Identity>,
    codes: u64,
    between: PhantomData<V>,
}

/// The relay's side towards the device: it has sent message 2, and knows what came back.
struct TowardsDevice<'r, V: Victims> {
    confirming: V::Confirming,
    party: Party<'r>,
    own: Nonce,
    theirs: Nonce,
}

/// The relay's side towards the phone: message 3 is to be chosen.
struct TowardsPhone<'r, V: Victims> {
    party: Party<'r>,
    phone: V::Phone,
}

/// A message 3, and what is behind it.
struct Third {
    message: Vec<u8>,
    hash: [u8; HASH_LEN],
    own: Nonce,
}

impl<V: Victims> TowardsDevice<'_, V> {
    /// What the device is going to show, as the relay knows it once it has message 3.
    fn foreseen(&self, codes: u64) -> u64 {
        let hash = self.party.finished().unwrap().hash;
        code(&hash, &self.theirs, &self.own, codes)
    }

    /// What the device shows; of a short code, what a shorter display would.
    fn shown(mut self, codes: u64) -> u64 {
        let shown = V::open(&mut self.confirming, &self.own).unwrap();
        u64::from(shown) % codes
    }
}

impl<V: Victims> Relay<V> {
    fn new(codes: u64) -> Self {
        assert_eq!(
            SIX_DIGITS % codes,
            0,
            "a short code is the end of the long one"
        );
        let statics = (0..TRIES).map(|number| identity(0x40 + number)).collect();
        Self {
            statics,
            codes,
            between: PhantomData,
        }
    }

    /// Answers the device with that of its messages 2 which it likes best. Which that is can not depend on the device's
    /// nonce, that it does not know.
    fn answer_device(&self, rng: &mut Seeded) -> TowardsDevice<'_, V> {
        let mut device_rng = Seeded(rng.0 + 1_000_000);
        let (asking, first) = V::begin(&mut device_rng);
        let answers = (0_u8..)
            .zip(&self.statics)
            .take(BLIND_TRIES)
            .map(|(number, own_static)| {
                let mut party = party(Role::Responder, own_static, CONNECTION).unwrap();
                let (mut payload, mut out, own) = ([0; MAX], [0; 256], nonce(rng));
                party.read_message(&first, &mut out).unwrap();
                let payload = with_commitment(offer(), &commitment(&own), &mut payload).unwrap();
                let payload = with_unknown_field(payload, number);
                let message = party.write_message(&payload, rng, &mut out).unwrap();
                let liked = code(message, &own, &own, self.codes);
                (liked, party, message.to_vec(), own)
            });
        let (_, mut party, message, own) = answers.min_by_key(|(liked, ..)| *liked).unwrap();
        let (confirming, third) = V::confirm(asking, &message, &mut device_rng);
        let mut out = [0; 256];
        let theirs = nonce_in(party.read_message(&third, &mut out).unwrap()).unwrap();
        TowardsDevice {
            confirming,
            party,
            own,
            theirs,
        }
    }

    /// Begins a run with the phone, by that of its messages 1 which it likes best.
    fn call_phone(&self, seed: &Seeded) -> TowardsPhone<'_, V> {
        let first_of = |number: u8| {
            let mut rng = Seeded(seed.0 + 3_000_000 + u64::from(number));
            let mut party = party(Role::Initiator, &self.statics[0], CONNECTION).unwrap();
            let (mut payload, mut out) = ([0; MAX], [0; 256]);
            let payload = with_unknown_field(offer().emit(&mut payload).unwrap(), number);
            let message = party.write_message(&payload, &mut rng, &mut out).unwrap();
            (message.to_vec(), party)
        };
        let (first, mut party) = (0..)
            .take(BLIND_TRIES)
            .map(first_of)
            .min_by_key(|(m, _)| sha256(&[m]))
            .unwrap();
        let (phone, second) = V::answer(&first, &mut Seeded(seed.0 + 2_000_000));
        let mut out = [0; 256];
        commitment_in(party.read_message(&second, &mut out).unwrap()).unwrap();
        TowardsPhone { party, phone }
    }

    /// In one and the same run: the message 3 that would show `wanted` if the phone's nonce were `guess`, else the last.
    fn grind(&self, party: &Party<'_>, wanted: u64, guess: &Nonce, rng: &mut Seeded) -> Third {
        let mut last = None;
        for (number, own_static) in (0_u8..).zip(&self.statics) {
            let mut party = party.fork(own_static);
            let (mut payload, mut out, own) = ([0; MAX], [0; 256], nonce(rng));
            let promise = DescriptorHash::of_body(&[number]);
            let fields = Payload {
                offer: None,
                descriptor: Some(promise.as_bytes()),
            };
            let payload =
                with_unknown_field(with_nonce(fields, &own, &mut payload).unwrap(), number);
            let message = party
                .write_message(&payload, rng, &mut out)
                .unwrap()
                .to_vec();
            let hash = party.finished().unwrap().hash;
            let is_found = code(&hash, &own, guess, self.codes) == wanted;
            last = Some(Third { message, hash, own });
            if is_found {
                break;
            }
        }
        last.unwrap()
    }

    /// The code that the phone shows at the end of a run in which it was to show `wanted`.
    fn ask_phone(&self, wanted: u64, rng: &mut Seeded) -> u64 {
        let TowardsPhone { party, phone } = self.call_phone(rng);
        let guess = nonce(rng);
        let third = self.grind(&party, wanted, &guess, rng);
        self.shown_by(phone, &third)
    }

    /// The same, of a relay that has the phone's nonce before it may: it has looked at the very same run.
    fn ask_phone_knowing_its_nonce(&self, wanted: u64, rng: &mut Seeded) -> u64 {
        let run = || self.call_phone(&Seeded(rng.0));
        let (first, second) = (run(), run());
        let any = self.grind(&first.party, wanted, &[0; NONCE_LEN], rng);
        let (nonce, _) = V::reveal(first.phone, &any.message);
        let third = self.grind(&second.party, wanted, &nonce, rng);
        self.shown_by(second.phone, &third)
    }

    /// What the phone shows behind this message 3; the relay could tell, once it has the nonce.
    fn shown_by(&self, phone: V::Phone, third: &Third) -> u64 {
        let (nonce, shown) = V::reveal(phone, &third.message);
        let shown = u64::from(shown) % self.codes;
        assert_eq!(code(&third.hash, &third.own, &nonce, self.codes), shown);
        shown
    }

    /// It pairs with the device up to the digits, then looks for a message to the phone that shows the same: how often
    /// they are equal.
    fn runs_from_the_device(&self, ask: impl Fn(&Self, u64, &mut Seeded) -> u64) -> u64 {
        let equal = (0..RUNS).filter(|run| {
            let rng = &mut Seeded(run * 1_000);
            let device = self.answer_device(rng);
            let foreseen = device.foreseen(self.codes);
            let at_phone = ask(self, foreseen, rng);
            let at_device = device.shown(self.codes);
            assert_eq!(at_device, foreseen);
            at_phone == at_device
        });
        u64::try_from(equal.count()).unwrap()
    }

    /// It has the phone show its digits first; what it then says to the device was committed to before.
    fn runs_from_the_phone(&self) -> u64 {
        let equal = (0..RUNS).filter(|run| {
            let rng = &mut Seeded(run * 1_000);
            let at_phone = self.ask_phone(0, rng);
            self.answer_device(rng).shown(self.codes) == at_phone
        });
        u64::try_from(equal.count()).unwrap()
    }
}

fn with_unknown_field(payload: &[u8], content: u8) -> Vec<u8> {
    let mut buffer = [0; 160];
    let mut writer = Writer::new(&mut buffer);
    writer.put(payload).unwrap();
    writer.varint(0x40).unwrap();
    writer.put(&[1, content]).unwrap();
    writer.finish().to_vec()
}

// IOMT-CMP-001, IOMT-CMP-006
#[test]
fn a_relay_that_asks_the_device_first_has_no_more_than_chance() {
    let relay = Relay::<BareMessages>::new(SHORT);
    assert_no_better_than_chance(relay.runs_from_the_device(Relay::ask_phone));
}

// IOMT-CMP-001
#[test]
fn a_relay_that_asks_the_phone_first_has_no_more_than_chance() {
    assert_no_better_than_chance(Relay::<BareMessages>::new(SHORT).runs_from_the_phone());
}

// IOMT-CMP-001, IOMT-CMP-006
#[test]
fn a_relay_between_two_exchanges_that_asks_the_device_first_has_no_more_than_chance() {
    let relay = Relay::<Exchanges>::new(SHORT);
    assert_no_better_than_chance(relay.runs_from_the_device(Relay::ask_phone));
}

// IOMT-CMP-001
#[test]
fn a_relay_between_two_exchanges_that_asks_the_phone_first_has_no_more_than_chance() {
    assert_no_better_than_chance(Relay::<Exchanges>::new(SHORT).runs_from_the_phone());
}

fn no_six_digits<V: Victims>() {
    let relay = Relay::<V>::new(SIX_DIGITS);
    assert_eq!(relay.runs_from_the_device(Relay::ask_phone), 0);
    assert_eq!(relay.runs_from_the_phone(), 0);
}

/// Chance gives equal digits in 960 runs once in a thousand times.
// IOMT-CMP-006
#[test]
fn a_relay_that_grinds_meets_no_six_digits() {
    no_six_digits::<BareMessages>();
}

// IOMT-CMP-006
#[test]
fn a_relay_that_grinds_between_two_exchanges_meets_no_six_digits() {
    no_six_digits::<Exchanges>();
}

fn wins_if_it_knows_the_nonce<V: Victims>() {
    let relay = Relay::<V>::new(SHORT);
    let equal = relay.runs_from_the_device(Relay::ask_phone_knowing_its_nonce);
    assert!(equal >= RUNS * 97 / 100, "{equal} of {RUNS}");
}

/// What the commitment is for: the same relay, told the phone's nonce before its message 3, wins.
// IOMT-CMP-001, IOMT-CMP-004
#[test]
fn the_same_relay_would_win_if_it_knew_the_nonce_before() {
    wins_if_it_knows_the_nonce::<BareMessages>();
}

// IOMT-CMP-001, IOMT-CMP-004
#[test]
fn the_same_relay_between_two_exchanges_would_win_if_it_knew_the_nonce_before() {
    wins_if_it_knows_the_nonce::<Exchanges>();
}

fn another_nonce_would_win_and_is_refused<V: Victims>() {
    let relay = Relay::<V>::new(SHORT);
    for run in 0..20 {
        let rng = &mut Seeded(run * 1_000);
        let mut device = relay.answer_device(rng);
        let shown = relay.ask_phone(0, rng);
        let hash = device.party.finished().unwrap().hash;
        let mut ground = (0..10_000).map(|_| nonce(rng));
        let ground = ground.find(|nonce| code(&hash, &device.theirs, nonce, SHORT) == shown);
        let refused = V::open(&mut device.confirming, &ground.unwrap());
        assert_eq!(refused, Err(Error::NotAuthentic));
        assert!(V::open(&mut device.confirming, &device.own).is_ok());
    }
}

/// A relay that may open another nonce towards the device finds equal digits every time, all six of them within 10^6
/// tries. The device refuses that nonce.
// IOMT-CMP-003
#[test]
fn a_relay_that_opens_another_nonce_would_win_and_is_refused() {
    another_nonce_would_win_and_is_refused::<BareMessages>();
}

// IOMT-CMP-003
#[test]
fn a_relay_that_opens_another_nonce_to_an_exchange_would_win_and_is_refused() {
    another_nonce_would_win_and_is_refused::<Exchanges>();
}
