//! Half-open handshakes that are put by.

use super::keys::resumption;
use super::*;
use crate::pairing::noise::Role;

/// Two sides whose random numbers are always the same.
struct Sides {
    keys: [StaticKey; 2],
    asking: Exchange,
    answer: fn(&StaticKey, &[u8]) -> Exchange,
}

fn sides(
    [asking, answering]: [StaticKey; 2],
    begin: impl FnOnce(&StaticKey, PublicKey, &mut Counting) -> Exchange,
    answer: fn(&StaticKey, &[u8]) -> Exchange,
) -> Sides {
    Sides {
        asking: begin(&asking, answering.public(), &mut Counting(10)),
        keys: [asking, answering],
        answer,
    }
}

fn of_label() -> Sides {
    sides(
        [reader(), device()],
        |key, _, rng| Exchange::read_label(key, &label(), CONNECTION, rng).unwrap(),
        |key, hello| {
            let rng = &mut Counting(50);
            Exchange::answer_label(key, &label(), descriptor(), hello, rng).unwrap()
        },
    )
}

fn of_label_with_key() -> Sides {
    let label = || LabelSecret::beside_key(SECRET).unwrap();
    sides(
        [reader(), device()],
        |key, peer, rng| {
            Exchange::read_label_with_key(key, &label(), peer, CONNECTION, rng).unwrap()
        },
        |key, hello| {
            let (label, rng) = (LabelSecret::beside_key(SECRET).unwrap(), &mut Counting(50));
            Exchange::answer_label(key, &label, descriptor(), hello, rng).unwrap()
        },
    )
}

fn of_keys() -> Sides {
    sides(
        [device(), reader()],
        |key, peer, rng| Exchange::meet(key, peer, descriptor(), CONNECTION, rng).unwrap(),
        |key, hello| Exchange::answer_meeting(key, hello, &mut Counting(50)).unwrap(),
    )
}

fn of_reconnection() -> Sides {
    sides(
        [device(), reader()],
        |key, peer, rng| Exchange::reconnect(key, peer, &resumption(7), CONNECTION, rng).unwrap(),
        |key, hello| {
            let (secret, rng) = (resumption(7), &mut Counting(50));
            Exchange::answer_reconnection(key, device().public(), &secret, hello, rng).unwrap()
        },
    )
}

#[cfg(feature = "cpace")]
fn of_passcode() -> Sides {
    sides(
        [reader(), device()],
        |key, _, rng| {
            let [typed, _] = agreed();
            Exchange::enter_passcode(key, &typed, rng).unwrap()
        },
        |key, hello| {
            let ([_, shown], rng) = (agreed(), &mut Counting(50));
            Exchange::answer_passcode(key, &shown, descriptor(), hello, rng).unwrap()
        },
    )
}

/// A run of CPace over one passcode, always the same: what either side has of it.
#[cfg(feature = "cpace")]
fn agreed() -> [cpace::Agreement; 2] {
    let passcode = cpace::Passcode::new(b"482 916").unwrap();
    let (server, device, rng) = (reader(), device(), &mut Counting(70));
    let mut out = [0; 64];
    let call = cpace::Call::new(&server, CONNECTION, rng).unwrap();
    let called = cpace::Called::answer(&device, call.packet(&mut out).unwrap(), rng).unwrap();
    let answer = called.packet(&mut out).unwrap();
    let asking = call.handle_answer(&passcode, &server, answer, rng).unwrap();
    let share = asking.packet(&mut out).unwrap();
    let attempt = Attempts::armed().begin().unwrap().stored();
    let answering = called
        .handle_share(attempt, &passcode, &device, share, rng)
        .unwrap();
    let typed = asking.handle_share(answering.packet(&mut out).unwrap());
    [typed.unwrap(), answering.finish().unwrap()]
}

#[cfg(feature = "comparison")]
fn of_comparison() -> Sides {
    sides(
        [device(), reader()],
        |key, _, rng| Exchange::compare(key, descriptor(), b"token", CONNECTION, rng).unwrap(),
        |key, hello| {
            let (attempts, rng) = (Attempts::armed(), &mut Counting(50));
            Exchange::answer_comparison(key, b"token", hello, &attempts, rng).unwrap()
        },
    )
}

/// Of a pairing that was hybrid.
#[cfg(feature = "pq")]
fn of_hybrid_reconnection() -> Sides {
    let secret = || resumption(7).of_suite(hybrid::SUITE);
    sides(
        [device(), reader()],
        |key, peer, rng| Exchange::reconnect(key, peer, &secret(), CONNECTION, rng).unwrap(),
        |key, hello| {
            let secret = resumption(7).of_suite(hybrid::SUITE);
            let rng = &mut Counting(50);
            Exchange::answer_reconnection(key, device().public(), &secret, hello, rng).unwrap()
        },
    )
}

#[cfg(feature = "pq")]
#[test]
fn the_suite_of_the_pairing_before_is_put_by_with_it() {
    let (_, ends, times) = run(of_hybrid_reconnection(), put_by);
    assert_eq!(times, 2);
    for mut end in ends {
        let suite = end.poll_paired().unwrap().suite();
        assert_eq!(suite, Some(hybrid::SUITE));
    }
}

/// Every model; of a passcode, the handshake behind CPace.
fn every_model() -> Vec<fn() -> Sides> {
    std::vec![
        of_label,
        of_label_with_key,
        of_keys,
        of_reconnection,
        #[cfg(feature = "cpace")]
        of_passcode,
        #[cfg(feature = "comparison")]
        of_comparison,
    ]
}

/// Puts it by where it waits, and takes it up again; whether it was.
fn put_by(exchange: Exchange) -> (Exchange, bool) {
    let (hello, packet) = (exchange.hello(), packet_of(&exchange));
    match exchange.park() {
        Ok(parked) => {
            assert_eq!((parked.hello(), parked.packet()), (hello, &packet[..]));
            let exchange = parked.resume();
            assert_eq!((exchange.hello(), packet_of(&exchange)), (hello, packet));
            (exchange, true)
        }
        Err(exchange) => (exchange, false),
    }
}

fn packet_of(exchange: &Exchange) -> Vec<u8> {
    exchange.packet().unwrap_or_default().to_vec()
}

/// All packets up to the end, and how often one was put by.
fn run(sides: Sides, pass: fn(Exchange) -> (Exchange, bool)) -> (Vec<Vec<u8>>, [Exchange; 2], u8) {
    let [ours, theirs] = &sides.keys;
    let mut asking = sides.asking;
    work_through(&mut asking, ours).unwrap();
    let mut packets = std::vec![packet_of(&asking)];
    let (mut asking, mut times) = pass_on(asking, pass);
    let mut answering = (sides.answer)(theirs, &packets[0]);
    work_through(&mut answering, theirs).unwrap();
    packets.push(packet_of(&answering));
    let (mut answering, again) = pass_on(answering, pass);
    times += again;

    let before = packet_of(&asking);
    let reply = packets[1].clone();
    let mut forged = reply.clone();
    *forged.last_mut().unwrap() ^= 1;
    hand_over(&mut asking, ours, &forged).unwrap_err();
    let (mut asking, again) = pass_on(asking, pass);
    times += again;
    let third = hand_over(&mut asking, ours, &reply).unwrap();
    if third != before {
        hand_over(&mut answering, theirs, &third).unwrap();
        packets.push(third);
    }
    (packets, [asking, answering], times)
}

fn pass_on(exchange: Exchange, pass: fn(Exchange) -> (Exchange, bool)) -> (Exchange, u8) {
    let (exchange, was_put_by) = pass(exchange);
    (exchange, was_put_by.into())
}

// IOMT-PAIR-007
#[test]
fn a_handshake_that_was_put_by_goes_on_as_if_it_had_not_been() {
    for model in every_model() {
        let (packets, ends, _) = run(model(), |exchange| (exchange, false));
        let (same, ends_of_parked, times) = run(model(), put_by);
        assert_eq!(packets, same);
        // Behind its last message nobody waits for one of Noise.
        assert_eq!(times, if packets.len() == 3 { 3 } else { 2 });
        let pairs = ends.into_iter().zip(ends_of_parked);
        for (mut usual, mut parked) in pairs {
            let model = usual.hello().model;
            assert_eq!(usual.peer(), parked.peer());
            if model == Model::NUMERIC_COMPARISON {
                assert!(usual.poll_paired().is_none() && parked.poll_paired().is_none());
                continue;
            }
            let [usual, parked] = [usual, parked].map(|mut end| end.poll_paired().unwrap());
            assert_eq!(usual.secrets.id(), parked.secrets.id());
            assert_eq!(usual.descriptor, parked.descriptor);
            assert_eq!((usual.model, usual.peer), (parked.model, parked.peer));
            assert_eq!(usual.suite(), parked.suite());
        }
    }
}

#[cfg(all(feature = "cpace", feature = "comparison"))]
#[test]
fn no_model_is_left_out() {
    let models: BTreeSet<_> = every_model()
        .into_iter()
        .map(|model| model().asking.hello().model.0)
        .collect();
    assert_eq!(models, BTreeSet::from([1, 2, 3, 4, 5, 6]));
}

#[cfg(feature = "comparison")]
#[test]
fn sides_of_a_comparison_that_were_put_by_show_the_same_digits() {
    let (_, [mut asking, mut answering], _) = run(of_comparison(), put_by);
    answering
        .reveal(Attempts::armed().begin().unwrap().stored())
        .unwrap();
    let (kept, was_put_by) = put_by(asking);
    assert!(!was_put_by, "message 4 is none of Noise");
    asking = kept;
    asking
        .handle_packet(&packet_of(&answering))
        .expect("the nonce is what was promised");
    assert_eq!(asking.digits(), answering.digits());
    let [device, server] = [asking, answering].map(|mut side| {
        let seen = side.digits().unwrap();
        side.confirm_digits(seen).unwrap();
        side.poll_paired().unwrap()
    });
    assert_eq!(device.secrets.id(), server.secrets.id());
    assert_eq!(server.descriptor, Some(descriptor()));
}

#[test]
fn only_who_waits_for_a_message_is_put_by() {
    let key = reader();
    let begun = Exchange::read_label(&key, &label(), CONNECTION, &mut Counting(10)).unwrap();
    let mut exchange = begun.park().expect_err("message 1 is still to be written");
    work_through(&mut exchange, &key).unwrap();
    let (_, reply) = answer(&packet_of(&exchange), 50).unwrap();
    exchange.handle_packet(&reply).unwrap();
    let mut exchange = exchange.park().expect_err("message 2 is worked on");
    work_through(&mut exchange, &key).unwrap();
    let mut exchange = exchange.park().expect_err("it has its keys");
    assert!(exchange.poll_paired().is_some());
    assert!(exchange.park().is_err(), "it is over");
}

/// A table of a thousand half-open handshakes.
#[test]
fn a_thousand_half_open_handshakes_take_half_a_mebibyte() {
    let (_, first) = hello();
    let parked: Vec<Parked> = (0..1_000)
        .map(|_| answer(&first, 50).unwrap().0.park().unwrap())
        .collect();
    assert!(size_of_val(&parked[..]) <= 1_000 * 512);
    let (_, third) = confirm(hello().0, parked[999].packet()).unwrap();
    for parked in parked.into_iter().step_by(100) {
        assert!(finish(parked.resume(), &third).is_ok());
    }
}

#[test]
fn each_side_keeps_its_role() {
    let (asking, first) = hello();
    let (answering, _) = answer(&first, 50).unwrap();
    for (exchange, role) in [(asking, Role::Initiator), (answering, Role::Responder)] {
        let parked = exchange.park().unwrap();
        assert!(format!("{parked:?}").contains(&format!("{role:?}")));
    }
}
