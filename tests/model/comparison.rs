//! Numeric comparison: the best that anybody in the middle can do, for digits of few values.
//!
//! ```text
//!   device ── 1 ──►  M            M  ── 1 ──► phone
//!          ◄── 2 ──  chooses a    M  ◄── 2 ──            commits itself to Nr, or in a control shows it
//!          ── 3 ──►  learns Ni    M  ── 3 ──► phone      chooses b
//!          ◄── 4 ──               M  ◄── 4 ──            learns Nr
//!   digits: a + Ni                            digits: b + Nr            modulo how many there are
//! ```
//!
//! M can grind: whatever it puts into a message (an ephemeral key, a static key, an offer, a descriptor, a nonce) gives it any
//! digits that it likes, as soon as it knows all else that goes into them. So everything that it chooses in a run is one
//! number, and the digits are a sum: no hash is weaker against grinding. The two runs go on in any order that M
//! likes. Nature draws the nonces; the search takes the best choice of M at each turn, and counts with how many
//! of all pairs of nonces both sides show the same. Name and prologue, which nobody chooses, are part of the sum on both
//! sides, and cancel out. That equal digits mean equal keys, and what the keys then vouch for, is for the symbolic
//! model (`verifpal/comparison.vp`): it knows one hash, with name and prologue in it, and no grinding.

/// What happens in a run, from M's side.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Nothing that anybody could choose or learn.
    Nothing,
    /// M fixes its part of this run's digits.
    Choose,
    /// M learns the other side's nonce.
    Learn,
}

use Event::{Choose, Learn, Nothing};

/// The runs with the device, and with the phone.
type Protocol = [[Event; 4]; 2];

/// As it is: a commitment before either nonce, the initiator's nonce inside the hash.
const COMMITTED: Protocol = [
    [Nothing, Choose, Learn, Nothing],
    [Nothing, Nothing, Choose, Learn],
];
/// Control: the phone shows its nonce in message 2, instead of a commitment.
const WITHOUT_COMMITMENT: Protocol = [
    [Nothing, Choose, Learn, Nothing],
    [Nothing, Learn, Choose, Nothing],
];
/// Control: what M commits itself to towards the device does not bind it, until message 4.
const NOT_BINDING: Protocol = [
    [Nothing, Nothing, Learn, Choose],
    [Nothing, Nothing, Choose, Learn],
];
/// Control: message 3 is not in the digits, and M's key, which is, comes after the nonce.
const KEY_BEHIND_THE_NONCE: Protocol = [
    [Nothing, Choose, Learn, Nothing],
    [Nothing, Nothing, Learn, Choose],
];

/// How far one run is, and what M knows of its digits.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    next: usize,
    chosen: u64,
    nonce: u64,
}

/// Of all pairs of nonces, with how many M has both sides show the same digits, if it plays as well as can be.
fn best(protocol: &Protocol, digits: u64, runs: [Run; 2]) -> u64 {
    let mut best = None;
    for (run, events) in protocol.iter().enumerate() {
        let Some(event) = events.get(runs[run].next) else {
            continue;
        };
        let after = |change: &dyn Fn(&mut Run)| {
            let mut runs = runs;
            runs[run].next += 1;
            change(&mut runs[run]);
            self::best(protocol, digits, runs)
        };
        let wins = match event {
            Nothing => after(&|_| {}),
            Choose => (0..digits)
                .map(|chosen| after(&|run| run.chosen = chosen))
                .max()
                .unwrap_or(0),
            Learn => (0..digits)
                .map(|nonce| after(&|run| run.nonce = nonce))
                .sum(),
        };
        best = best.max(Some(wins));
    }
    best.unwrap_or_else(|| {
        let [at_device, at_phone] = runs.map(|run| (run.chosen + run.nonce) % digits);
        u64::from(at_device == at_phone)
    })
}

fn chance(protocol: &Protocol, digits: u64) -> (u64, u64) {
    (best(protocol, digits, [Run::default(); 2]), digits * digits)
}

#[test]
fn in_no_order_of_events_does_the_middle_do_better_than_chance() {
    for digits in 2..=5 {
        let (wins, pairs) = chance(&COMMITTED, digits);
        assert_eq!(wins * digits, pairs, "one in {digits}, and no more");
    }
}

#[test]
fn control_without_a_commitment_the_attack_is_found() {
    for digits in 2..=5 {
        let (wins, pairs) = chance(&WITHOUT_COMMITMENT, digits);
        assert_eq!(wins, pairs, "equal digits each time");
    }
}

#[test]
fn control_with_a_commitment_that_does_not_bind_the_attack_is_found() {
    let (wins, pairs) = chance(&NOT_BINDING, 4);
    assert_eq!(wins, pairs);
}

/// "A committed ephemeral instead of the nonce: a relay ground equal digits in two seconds."
#[test]
fn control_with_a_choice_behind_the_last_nonce_the_attack_is_found() {
    let (wins, pairs) = chance(&KEY_BEHIND_THE_NONCE, 4);
    assert_eq!(wins, pairs);
}
