//! What is left in memory of keys, labels and handshakes, at each step and when they are dropped.

use super::printed::shows;
use super::*;
use crate::crypto::memory::{self, Named, copies};
use crate::pairing::comparison::{Answering, Asking};
use crate::pairing::label::Label as LabelOfDevice;
use crate::pairing::noise::{Keys, Party, Pattern, Psk, Role};

/// Nothing of it is printed while it is there, and nothing is left when it is dropped.
fn assert_wiped<T: core::fmt::Debug>(what: &str, value: T, secrets: &[Named]) {
    for printed in [
        format!("{value:?}"),
        format!("{value:#?}"),
        format!("{value:x?}"),
        format!("{value:#04X?}"),
    ] {
        for (name, secret) in secrets {
            assert!(
                !shows(&printed, secret),
                "{what} prints its {name}: {printed}"
            );
        }
    }
    memory::assert_wiped(what, value, secrets);
}

/// How often each of the secrets is in the value.
fn count<T>(value: &T, secrets: &[Named]) -> Vec<usize> {
    let copies = secrets.iter().map(|(_, secret)| copies(value, secret));
    copies.collect()
}

const KEY: [u8; 32] = *b"thirty-two bytes, none twice 123";

fn key() -> [Named; 1] {
    [("key", KEY.to_vec())]
}

// IOMT-SEC-001
#[test]
fn of_keys_and_labels() {
    let identity = || Identity::from_secret_bytes(&KEY).unwrap();
    assert_wiped("Identity", identity(), &key());
    assert_wiped("StaticKey", StaticKey::from(identity()), &key());
    let elsewhere = StaticKey::elsewhere(device().public(), &KEY).unwrap();
    assert_wiped("StaticKey elsewhere", elsewhere, &key());
    assert_wiped(
        "SharedSecret",
        SharedSecret::from_bytes(&KEY).unwrap(),
        &key(),
    );
    assert_wiped("DeviceKey", DeviceKey::from_bytes(&KEY).unwrap(), &key());
    assert_wiped("Psk", Psk::from_bytes(&KEY).unwrap(), &key());

    let label = LabelOfDevice::new(&KEY, Some(device().public())).unwrap();
    let text = label.text();
    let printed = [("text", text.as_str().as_bytes()[5..60].to_vec())];
    assert_wiped("LabelText", text, &printed);
    assert_wiped("Label", label, &key());
    let derived = [
        ("psk", label_key(Label::LABEL_PSK).expose().to_vec()),
        ("MAC1 key", label_key(Label::LABEL_MAC1).expose().to_vec()),
    ];
    assert_wiped("LabelSecret", super::label(), &derived);
}

/// The names of all that an exchange had to keep secret at some time.
fn names_of(exchanges: &[&[Named]]) -> BTreeSet<&'static str> {
    let all = exchanges.iter().flat_map(|secrets| secrets.iter());
    all.map(|(name, _)| *name).collect()
}

/// Drops one and looks for what it held.
fn drop_and_look(exchange: Exchange) -> Vec<Named> {
    let secrets = exchange.secrets();
    assert_wiped("Exchange", exchange, &secrets);
    secrets
}

/// Puts one by, drops it and looks for what it held.
fn park_and_look(exchange: Exchange) -> Vec<Named> {
    let parked = exchange.park().unwrap();
    let secrets = parked.secrets();
    assert_wiped("Parked", parked, &secrets);
    secrets
}

// IOMT-SEC-001
#[test]
fn of_an_exchange_that_was_put_by() {
    let (asked, first) = hello();
    let asked = park_and_look(asked);
    let answered = park_and_look(answer(&first, 20).unwrap().0);
    let names = names_of(&[&asked, &answered]);
    let expected = ["chaining key", "cipher key", "ephemeral key", "psk"];
    assert_eq!(names, BTreeSet::from(expected));
}

/// Every stage of a pairing by label, left off there; and the pairing itself.
// IOMT-SEC-001, IOMT-PAIR-057
#[test]
fn of_an_exchange_that_ends_at_any_stage() {
    let (reader_key, device_key, rng) = (reader(), device(), &mut Counting(10));
    let begun = Exchange::read_label(&reader_key, &label(), CONNECTION, rng).unwrap();
    let begun = drop_and_look(begun);
    let (asked, first) = hello();
    let asked = drop_and_look(asked);
    let answer = || {
        Exchange::answer_label(
            &device_key,
            &label(),
            descriptor(),
            &first,
            &mut Counting(20),
        )
    };
    let heard = drop_and_look(answer().unwrap());
    let mut half = answer().unwrap();
    half.work_with(&device_key).unwrap();
    let half = drop_and_look(half);
    let answered = drop_and_look(self::answer(&first, 20).unwrap().0);
    let names = names_of(&[&begun, &asked, &heard, &half, &answered]);
    let expected = [
        "MAC1 key",
        "chaining key",
        "cipher key",
        "ephemeral key",
        "hedge",
        "psk",
    ];
    assert_eq!(names, BTreeSet::from(expected));
}

/// "those of a handshake when it ends"
// IOMT-SEC-001
#[test]
fn of_an_exchange_that_has_given_its_keys_while_it_is_still_there() {
    let Stage {
        awaiting_reply: mut asking,
        awaiting_confirmation: mut answering,
        messages: [_, second, third],
    } = stage();
    asking.handle_packet(&second).unwrap();
    work_through(&mut asking, &reader()).unwrap();
    answering.handle_packet(&third).unwrap();
    work_through(&mut answering, &device()).unwrap();
    for mut exchange in [asking, answering] {
        let secrets = exchange.secrets();
        assert_eq!(names_of(&[&secrets]).len(), 4, "{secrets:?}");
        let before = count(&exchange, &secrets);
        let paired = exchange.poll_paired().unwrap();
        for ((name, _), (after, before)) in secrets
            .iter()
            .zip(count(&exchange, &secrets).iter().zip(&before))
        {
            assert!(after < before, "the {name} is still there");
        }
        let mut secrets = paired.secrets;
        let psk = secrets.resumption().unwrap();
        let named = [("psk of the next", psk.secret_bytes().to_vec())];
        assert_wiped("ResumptionSecret", psk, &named);
    }
}

#[test]
fn of_an_exchange_that_was_refused() {
    let (_, first) = hello();
    let mut answering =
        Exchange::answer_label(&device(), &label(), descriptor(), &first, &mut Counting(20))
            .unwrap();
    answering.work_with(&device()).unwrap();
    let secrets = answering.secrets();
    while answering.poll_work() == Work::Own {
        answering.work().unwrap();
    }
    let secrets = [secrets, answering.secrets()].concat();
    let secrets: Vec<Named> = secrets
        .into_iter()
        .filter(|(_, secret)| copies(&answering, secret) > 0)
        .collect();
    let before = count(&answering, &secrets);
    answering.handle_dh(None).unwrap_err();
    assert!(answering.is_over());
    for ((name, _), (after, before)) in secrets
        .iter()
        .zip(count(&answering, &secrets).iter().zip(&before))
    {
        assert!(after < before, "the {name} is still there");
    }
}

// IOMT-SEC-001
#[test]
fn of_plain_noise() {
    let (ours, theirs) = (
        Identity::from_secret_bytes(&READER_KEY).unwrap(),
        Identity::from_secret_bytes(&DEVICE_KEY).unwrap(),
    );
    let psks = [Psk::from_bytes(&KEY).unwrap()];
    let party = |role, local| {
        let keys = Keys {
            local: Some(local),
            remote: None,
            psks: &psks,
        };
        Party::new(Pattern::XX.with_psk(0).unwrap(), role, b"", keys).unwrap()
    };
    let run = |messages: usize| {
        let (mut asking, mut answering) = (
            party(Role::Initiator, &ours),
            party(Role::Responder, &theirs),
        );
        let (buffer, text, rng) = (&mut [0; 256], &mut [0; 256], &mut Counting(30));
        for message in 0..messages {
            let (writer, reader) = match message % 2 {
                0 => (&mut asking, &mut answering),
                _ => (&mut answering, &mut asking),
            };
            let bytes = writer.write_message(b"", rng, buffer).unwrap();
            reader.read_message(bytes, text).unwrap();
        }
        [asking, answering]
    };
    for messages in 0..=3 {
        for party in run(messages) {
            let secrets = party.secrets();
            // The first chaining key is made of the name alone, and stands for the hash, too.
            let secrets = if messages == 0 { &[][..] } else { &secrets };
            assert_wiped("Party", party, secrets);
        }
    }
    for party in run(3) {
        let transport = party.finish().unwrap();
        let keys = transport.secrets();
        assert_eq!(keys.len(), 2);
        assert_wiped("Transport", transport, &keys);
    }
}

// IOMT-SEC-001
#[test]
fn of_digits_that_are_compared() {
    let (phone, device) = (
        Identity::from_secret_bytes(&READER_KEY).unwrap(),
        Identity::from_secret_bytes(&DEVICE_KEY).unwrap(),
    );
    let (out, second, rng) = (&mut [0; 256], &mut [0; 256], &mut Counting(40));
    let begin = |rng: &mut Counting, out: &mut [u8]| {
        let (asking, hello) = Asking::new(&device, descriptor(), CONNECTION, rng, out).unwrap();
        (asking, hello.to_vec())
    };
    let (left_off, _) = begin(rng, out);
    let secrets = left_off.secrets();
    assert_wiped("Asking", left_off, &secrets);
    let (asking, hello) = begin(rng, out);
    let (answering, reply) = Answering::new(
        &phone,
        (CONNECTION, &Attempts::armed()),
        &hello,
        rng,
        second,
    )
    .unwrap();
    let nonce = answering.secrets();
    let (confirming, confirmation) = asking.handle_reply(reply, rng, out).unwrap();
    let attempt = Attempts::armed().begin().unwrap().stored();
    let (theirs, shown) = answering
        .handle_confirmation(attempt, confirmation)
        .unwrap();
    assert!(nonce.iter().any(|(_, secret)| secret[..] == shown));
    let ours = confirming.handle_nonce(&shown).unwrap();
    let secrets = confirming.secrets();
    assert_wiped("Confirming", confirming, &secrets);
    for unconfirmed in [ours, theirs] {
        let psk = unconfirmed.psk();
        assert_wiped("Unconfirmed", unconfirmed, &[("psk", psk)]);
    }
    let again = Answering::new(
        &phone,
        (CONNECTION, &Attempts::armed()),
        &hello,
        rng,
        second,
    )
    .unwrap()
    .0;
    let secrets = again.secrets();
    assert!(names_of(&[&secrets]).contains("nonce"));
    assert_wiped("Answering", again, &secrets);
}

#[cfg(feature = "comparison")]
#[test]
fn of_digits_that_are_compared_in_packets() {
    let (phone, device, rng) = (reader(), device(), &mut Counting(50));
    let mut asking = Exchange::compare(&device, descriptor(), b"token", CONNECTION, rng).unwrap();
    work_through(&mut asking, &device).unwrap();
    let hello = asking.packet().unwrap();
    let answer = || {
        Exchange::answer_comparison(
            &phone,
            b"token",
            hello,
            &Attempts::armed(),
            &mut Counting(60),
        )
        .unwrap()
    };
    let mut answering = answer();
    let secrets = drop_and_look(answer());
    assert!(names_of(&[&secrets]).contains("nonce"));
    let mut parked = answer();
    work_through(&mut parked, &phone).unwrap();
    assert!(names_of(&[&park_and_look(parked)]).contains("nonce"));
    let mut parked = Exchange::compare(&device, descriptor(), b"token", CONNECTION, rng).unwrap();
    work_through(&mut parked, &device).unwrap();
    assert!(names_of(&[&park_and_look(parked)]).contains("hedge"));
    work_through(&mut answering, &phone).unwrap();
    let third = hand_over(&mut asking, &device, answering.packet().unwrap()).unwrap();
    let secrets = drop_and_look(asking);
    assert!(names_of(&[&secrets]).contains("nonce"));
    hand_over(&mut answering, &phone, &third).unwrap();
    let secrets = drop_and_look(answering);
    assert!(names_of(&[&secrets]).contains("nonce"));
}

#[cfg(feature = "cpace")]
#[test]
fn of_a_passcode_on_its_way() {
    use crate::pairing::cpace::{Call, Called, Passcode};
    let code = b"k7w2q9xt";
    let passcode = || Passcode::new(code).unwrap();
    assert_wiped("Passcode", passcode(), &[("code", code.to_vec())]);
    let (phone, device, rng) = (reader(), device(), &mut Counting(70));
    let (buffer, other) = (&mut [0; 256], &mut [0; 256]);
    let call = Call::new(&phone, CONNECTION, rng).unwrap();
    let called = Called::answer(&device, call.packet(buffer).unwrap(), rng).unwrap();
    let answer = called.packet(buffer).unwrap();
    let asking = call
        .handle_answer(&passcode(), &phone, answer, rng)
        .unwrap();
    let attempt = || Attempts::armed().begin().unwrap().stored();
    let share = asking.packet(buffer).unwrap().to_vec();
    let mut answer = || {
        called
            .handle_share(attempt(), &passcode(), &device, &share, rng)
            .unwrap()
    };
    let (left_off, answering) = (answer(), answer());
    let ours = asking
        .handle_share(answering.packet(other).unwrap())
        .unwrap();
    let theirs = answering.finish().unwrap();
    let scalar = asking.run.secret();
    assert_wiped("Asking", asking, &[scalar]);
    let scalar = left_off.run.secret();
    assert_wiped("Answering", left_off, &[scalar]);
    for agreement in [ours, theirs] {
        let secrets = agreement.secrets();
        assert_wiped("Agreement", agreement, &secrets);
    }
}

#[cfg(feature = "pq")]
#[test]
fn of_a_hybrid_pairing() {
    use crate::pairing::hybrid::{Hybrid, Relation};
    let (phone, device) = (
        Identity::from_secret_bytes(&READER_KEY).unwrap(),
        Identity::from_secret_bytes(&DEVICE_KEY).unwrap(),
    );
    let (label, rng, out) = (label(), &mut Counting(80), &mut [0; MAX_DATAGRAM]);
    let begin =
        |rng: &mut Counting| Hybrid::read_label(&phone, &label, None, CONNECTION, rng).unwrap();
    let left_off = begin(rng);
    let secrets = left_off.secrets();
    assert!(names_of(&[&secrets]).contains("KEM key"));
    assert_wiped("Hybrid", left_off, &secrets);
    let mut asking = begin(rng);
    let mut answering = Hybrid::answer_label(&device, &label, descriptor()).unwrap();
    for _ in 0..2 {
        for (from, to) in [(0, 1), (1, 0)] {
            let mut sides = [&mut asking, &mut answering];
            for part in 0..2 {
                let packet = sides[from]
                    .packet(part, out)
                    .unwrap()
                    .map(|packet| packet.to_vec());
                packet.map(|packet| sides[to].handle_packet(&packet, rng));
            }
        }
    }
    for mut side in [asking, answering] {
        let mut paired = side.poll_paired().unwrap();
        let secrets = side.secrets();
        assert_wiped("Hybrid", side, &secrets);
        let relation = Relation::of(&mut paired).unwrap();
        let psk = relation.secret().secret_bytes().to_vec();
        assert_wiped("Relation", relation, &[("psk", psk)]);
    }
}
