//! Plain Noise, any pattern by its name: a message that is refused changes nothing, and the honest one is read behind it.
#![no_main]

use iomt::pairing::Identity;
use iomt::pairing::noise::{Keys, Party, Pattern, Psk, Role, Transport};
use iomt_fuzz::{Change, Counting, changed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    name: &'a str,
    pattern: u8,
    psks: u8,
    prologue: &'a [u8],
    steps: [Step<'a>; 3],
    sealed: Vec<Step<'a>>,
}

/// What is thrown at the reader of a message, and what the honest one says.
#[derive(Debug, Arbitrary)]
struct Step<'a> {
    changes: Vec<Change>,
    raw: &'a [u8],
    text: &'a [u8],
    rekeys: bool,
}

const ROOM: usize = 2_048;

fuzz_target!(|input: Input<'_>| {
    let pattern = match input.name.parse::<Pattern>() {
        Ok(pattern) => pattern,
        Err(_) => of(input.pattern, input.psks),
    };
    let (ours, theirs) = (identity(1), identity(2));
    let psks = [3, 4, 5, 6, 7].map(|seed| Psk::from_bytes(&[seed; 32]).expect("32 bytes"));
    let party = |role, local, remote: &Identity| {
        let keys = Keys {
            local: Some(local),
            remote: Some(remote.public()),
            psks: &psks,
        };
        Party::new(pattern, role, input.prologue, keys).expect("every key is there")
    };
    let mut parties = [
        party(Role::Initiator, &ours, &theirs),
        party(Role::Responder, &theirs, &ours),
    ];
    let rng = &mut Counting::default();
    for step in input.steps.iter().cycle().take(pattern.messages()) {
        let [writer, reader] = &mut parties;
        let text = &step.text[..step.text.len().min(600)];
        let mut out = [0; ROOM];
        let message = writer.write_message(text, rng, &mut out).expect("its turn");
        let mut room = [0; ROOM];
        // Before any key is mixed in nothing is proved: another message makes another handshake.
        let is_proved = message.len() > 32 + text.len();
        for forged in [step.raw.to_vec(), changed(message, &step.changes)] {
            if forged != message && is_proved {
                let refused = reader.read_message(&forged, &mut room);
                assert!(refused.is_err(), "a forged message was read");
            }
        }
        let too_small = &mut room[..text.len().saturating_sub(1)];
        if !text.is_empty() {
            assert!(reader.read_message(message, too_small).is_err(), "no room");
        }
        let read = reader
            .read_message(message, &mut room)
            .expect("an honest message");
        assert_eq!(read, text);
        parties.reverse();
    }
    end(parties, &input.sealed);
});

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).expect("a key of the suite")
}

fn of(pattern: u8, psks: u8) -> Pattern {
    let rows = [
        Pattern::NN,
        Pattern::KK,
        Pattern::IK,
        Pattern::XX,
        Pattern::XK,
    ];
    let row = rows[usize::from(pattern) % rows.len()];
    let places = (0..5).filter(|place| psks >> place & 1 == 1);
    places.fold(row, |pattern, place| {
        pattern.with_psk(place).unwrap_or(pattern)
    })
}

fn end(parties: [Party<'_>; 2], steps: &[Step<'_>]) {
    let mut ends = parties.map(|party| party.finish().expect("all messages are through"));
    let [one, other] = &ends;
    assert_eq!(one.handshake_hash(), other.handshake_hash());
    for step in steps.iter().take(8) {
        let [writer, reader] = &mut ends;
        pass(writer, reader, step);
        ends.reverse();
    }
}

fn pass(writer: &mut Transport, reader: &mut Transport, step: &Step<'_>) {
    let text = &step.text[..step.text.len().min(600)];
    let (mut out, mut room) = ([0; ROOM], [0; ROOM]);
    let message = writer.write_message(text, &mut out).expect("has room");
    for forged in [step.raw.to_vec(), changed(message, &step.changes)] {
        if forged != message {
            assert!(
                reader.read_message(&forged, &mut room).is_err(),
                "a forged message was read"
            );
        }
    }
    assert_eq!(
        reader
            .read_message(message, &mut room)
            .expect("an honest message"),
        text
    );
    if step.rekeys {
        writer.rekey_sending();
        reader.rekey_receiving();
    }
}
