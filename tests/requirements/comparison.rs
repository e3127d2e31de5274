//! What a run of numeric comparison costs that somebody breaks off.

use iomt::pairing::comparison::{Answering, Asking};
use iomt::pairing::{Attempts, DescriptorHash, Error, Identity, MAX_ATTEMPTS};
use iomt::wire::ConnectionId;

use crate::support::Counting;

// IOMT-CMP-002, IOMT-CMP-005, IOMT-CPACE-001
#[test]
fn a_run_that_is_broken_off_once_the_nonce_was_shown_counts_as_an_attempt() {
    let rng = &mut Counting(0);
    let device = Identity::generate(rng).unwrap();
    let phone = Identity::generate(rng).unwrap();
    let promise = DescriptorHash::of_body(b"body");
    let mut attempts = Attempts::armed();
    for run in 0..MAX_ATTEMPTS {
        let connection = ConnectionId([run; 8]);
        let (mut first, mut second, mut third) = ([0; 192], [0; 192], [0; 192]);
        let (asking, hello) = Asking::new(&device, promise, connection, rng, &mut first).unwrap();
        let (answering, reply) = Answering::new(
            &phone,
            (connection, &Attempts::armed()),
            hello,
            rng,
            &mut second,
        )
        .unwrap();
        let (_confirming, confirmation) = asking
            .handle_reply(reply, rng, &mut third)
            .map_err(|(_, error)| error)
            .unwrap();
        // Nothing is spent before the nonce depends on it.
        assert_eq!(attempts.spent(), run);
        let attempt = attempts.begin().unwrap().stored();
        let shown = answering.handle_confirmation(attempt, confirmation);
        let (unconfirmed, _nonce) = shown.map_err(|(_, _, error)| error).unwrap();
        drop(unconfirmed);
        attempts.give_up();
        assert_eq!(attempts.spent(), run + 1);
    }
    assert!(!attempts.is_armed());
    assert_eq!(attempts.begin().unwrap_err(), Error::NoAttempts);
}
