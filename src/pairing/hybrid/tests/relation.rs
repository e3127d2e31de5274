//! "a pairing once hybrid … accepts no less": what is remembered, and what is refused for it.

use super::*;
use crate::pairing::cpace::{Agreement, Call, Called, Passcode};
use crate::pairing::{Attempts, StaticKey};
use crate::seal::tests::Counting;

const AGAIN: ConnectionId = ConnectionId(*b"another.");
/// Of the device, which keeps the phone.
const PHONE: u8 = 1;
const DEVICE: u8 = 2;

fn key(seed: u8) -> StaticKey {
    StaticKey::from(identity(seed))
}

/// Both relations of a pairing: the phone's, which is with the device, and the device's.
fn relations(model: Model) -> [Relation; 2] {
    let world = World::new();
    let (mut asking, mut answering) = world.sides(model);
    pair(&mut asking, &mut answering, model);
    [asking, answering].map(|mut side| Relation::of(&mut side.poll_paired().unwrap()).unwrap())
}

/// A classical handshake of the two, or a reconnection: who asks, and who answers.
struct Classical {
    asking: Exchange,
    answer: fn(&[u8]) -> Result<Exchange, Error>,
    /// The seeds of both keys, of the asking side first.
    keys: [u8; 2],
}

impl Classical {
    /// Up to its end, or to where one of the two has to stop.
    fn run(self, relations: &[Relation; 2]) -> Result<[Paired; 2], Error> {
        let [phones, devices] = relations;
        let relation_of = |seed| if seed == PHONE { phones } else { devices };
        let [asks, answers] = self.keys;
        let mut asking = self.asking;
        settle(&mut asking, asks, relation_of(asks))?;
        let mut answering = (self.answer)(asking.packet().unwrap())?;
        settle(&mut answering, answers, relation_of(answers))?;
        asking.handle_packet(answering.packet().unwrap())?;
        settle(&mut asking, asks, relation_of(asks))?;
        if answering.poll_paired().is_none() {
            answering.handle_packet(asking.packet().unwrap())?;
            settle(&mut answering, answers, relation_of(answers))?;
        }
        unreachable!("{:?} was not refused", asking.hello())
    }
}

/// Does the work that is due, and stops where the relation does not admit what has become known.
fn settle(exchange: &mut Exchange, seed: u8, relation: &Relation) -> Result<(), Error> {
    while exchange.poll_work() != crate::pairing::Work::Idle {
        relation.admits(exchange)?;
        exchange.work_with(&key(seed))?;
    }
    relation.admits(exchange)
}

fn agreement() -> [Agreement; 2] {
    let (passcode, rng) = (Passcode::new(b"123456").unwrap(), &mut Counting(60));
    let (buffer, other) = (&mut [0; MAX_DATAGRAM], &mut [0; MAX_DATAGRAM]);
    let call = Call::new(&key(PHONE), AGAIN, rng).unwrap();
    let called = Called::answer(&key(DEVICE), call.packet(buffer).unwrap(), rng).unwrap();
    let answer = called.packet(buffer).unwrap();
    let asking = call
        .handle_answer(&passcode, &key(PHONE), answer, rng)
        .unwrap();
    let attempt = Attempts::armed().begin().unwrap().stored();
    let share = asking.packet(buffer).unwrap();
    let answering = called.handle_share(attempt, &passcode, &key(DEVICE), share, rng);
    let answering = answering.unwrap();
    let ours = asking.handle_share(answering.packet(other).unwrap());
    [ours.unwrap(), answering.finish().unwrap()]
}

fn label_with_key() -> LabelSecret {
    LabelSecret::beside_key(b"a secret of a label").unwrap()
}

/// Every way in which the two could begin anew without a KEM.
fn classical() -> [Classical; 5] {
    let (phone, device, rng) = (key(PHONE), key(DEVICE), &mut Counting(70));
    let [typed, _] = agreement();
    let by_label = Exchange::read_label(&phone, &label(), AGAIN, rng);
    let by_key = label_with_key();
    let by_key = Exchange::read_label_with_key(&phone, &by_key, device.public(), AGAIN, rng);
    [
        Classical {
            asking: by_label.unwrap(),
            answer: |hello| {
                let (device, rng) = (key(DEVICE), &mut Counting(80));
                Exchange::answer_label(&device, &label(), promise(), hello, rng)
            },
            keys: [PHONE, DEVICE],
        },
        Classical {
            asking: by_key.unwrap(),
            answer: |hello| {
                let (device, rng) = (key(DEVICE), &mut Counting(80));
                Exchange::answer_label(&device, &label_with_key(), promise(), hello, rng)
            },
            keys: [PHONE, DEVICE],
        },
        Classical {
            asking: Exchange::enter_passcode(&phone, &typed, rng).unwrap(),
            answer: |hello| {
                let [_, shown] = agreement();
                let (device, rng) = (key(DEVICE), &mut Counting(80));
                Exchange::answer_passcode(&device, &shown, promise(), hello, rng)
            },
            keys: [PHONE, DEVICE],
        },
        Classical {
            asking: Exchange::compare(&device, promise(), b"token", AGAIN, rng).unwrap(),
            answer: |hello| {
                let (attempts, rng) = (Attempts::armed(), &mut Counting(80));
                Exchange::answer_comparison(&key(PHONE), b"token", hello, &attempts, rng)
            },
            keys: [DEVICE, PHONE],
        },
        Classical {
            asking: Exchange::meet(&device, phone.public(), promise(), AGAIN, rng).unwrap(),
            answer: |hello| Exchange::answer_meeting(&key(PHONE), hello, &mut Counting(80)),
            keys: [DEVICE, PHONE],
        },
    ]
}

// IOMT-VER-005
#[test]
fn every_classical_handshake_of_a_hybrid_relation_is_refused_as_soon_as_its_peer_is_known() {
    let relations = relations(Model::LABEL_SECRET);
    for handshake in classical() {
        let hello = handshake.asking.hello();
        let refused = handshake.run(&relations).unwrap_err();
        assert_eq!(refused, Error::Downgraded, "{hello:?}");
    }
}

/// One side alone remembers: the answering one of a label stops where message 3 shows whom it is with.
#[test]
fn a_side_refuses_for_itself_and_nothing_of_a_classical_pairing_becomes_a_relation() {
    let [_, of_device] = relations(Model::LABEL_SECRET);
    let (phone, device, rng) = (key(PHONE), key(DEVICE), &mut Counting(90));
    let mut asking = Exchange::read_label(&phone, &label(), AGAIN, rng).unwrap();
    let work = |exchange: &mut Exchange, key: &StaticKey| {
        while exchange.poll_work() != crate::pairing::Work::Idle {
            exchange.work_with(key).unwrap();
        }
    };
    work(&mut asking, &phone);
    let hello = asking.packet().unwrap();
    let answering = Exchange::answer_label(&device, &label(), promise(), hello, rng);
    let mut answering = answering.unwrap();
    work(&mut answering, &device);
    assert_eq!(of_device.admits(&answering), Ok(()), "nobody is known yet");
    asking.handle_packet(answering.packet().unwrap()).unwrap();
    work(&mut asking, &phone);
    answering.handle_packet(asking.packet().unwrap()).unwrap();
    work(&mut answering, &device);
    assert_eq!(of_device.admits(&answering), Err(Error::Downgraded));

    for mut side in [asking, answering] {
        let mut paired = side.poll_paired().unwrap();
        assert_eq!(paired.suite(), Some(1));
        assert_eq!(Relation::of(&mut paired).err(), Some(Error::Downgraded));
        if paired.peer == of_device.peer() {
            let refused = of_device.renew(&mut paired);
            assert_eq!(refused.err(), Some(Error::Downgraded));
        }
        assert!(paired.secrets.resumption().is_some(), "it is as it was");
        assert_eq!(paired.suite(), None, "it went with the secret");
    }
}

#[test]
fn reconnections_hand_on_that_the_pairing_was_hybrid_and_so_does_storage() {
    for model in MODELS {
        let mut relations = relations(model);
        for number in 0..3 {
            let [phones, devices] = relations.each_ref().map(|relation| {
                let mut stored = [0; RELATION_LEN];
                relation.write(&mut stored);
                Relation::read(&stored).unwrap()
            });
            let (phone, device) = (key(PHONE), key(DEVICE));
            let rng = &mut Counting(100 + number);
            let to = devices.peer();
            let asking = Exchange::reconnect(&device, to, devices.secret(), AGAIN, rng);
            let mut asking = asking.unwrap();
            settle(&mut asking, DEVICE, &devices).unwrap();
            let (to, hello) = (phones.peer(), asking.packet().unwrap());
            let secret = phones.secret();
            let answering = Exchange::answer_reconnection(&phone, to, secret, hello, rng);
            let mut answering = answering.unwrap();
            settle(&mut answering, PHONE, &phones).unwrap();
            asking.handle_packet(answering.packet().unwrap()).unwrap();
            settle(&mut asking, DEVICE, &devices).unwrap();
            let [ours, theirs] = [answering, asking].map(|mut side| side.poll_paired().unwrap());
            assert_eq!([&ours, &theirs].map(Paired::suite), [Some(SUITE); 2]);
            let renewed = [(phones, ours), (devices, theirs)];
            relations = renewed.map(|(relation, mut paired)| relation.renew(&mut paired).unwrap());
            let [ours, theirs] = relations.each_ref().map(Relation::secret);
            assert_eq!(ours.hint(), theirs.hint());
        }
    }
}

/// The secret by itself, stored without its suite, is one of a classical relation: no way back.
#[test]
fn a_reconnection_by_a_secret_that_has_lost_its_suite_is_a_downgrade() {
    let [_, devices] = relations(Model::LABEL_SECRET);
    let bare = devices.secret().secret_bytes();
    let bare = crate::seal::ResumptionSecret::from_secret_bytes(bare).unwrap();
    let (device, rng) = (key(DEVICE), &mut Counting(110));
    let asking = Exchange::reconnect(&device, devices.peer(), &bare, AGAIN, rng).unwrap();
    assert_eq!(devices.admits(&asking), Err(Error::Downgraded));
}

#[test]
fn who_is_somebody_else_is_none_of_its_business_and_takes_no_place() {
    let [phones, devices] = relations(Model::LABEL_SECRET);
    let (stranger, rng) = (identity(5).public(), &mut Counting(120));
    let meeting = Exchange::meet(&key(DEVICE), stranger, promise(), AGAIN, rng).unwrap();
    assert_eq!(devices.admits(&meeting), Ok(()));
    let world = World::new();
    let (mut asking, mut answering) = world.sides(Model::LABEL_SECRET);
    pair(&mut asking, &mut answering, Model::LABEL_SECRET);
    let mut of_phone = asking.poll_paired().unwrap();
    assert_eq!(devices.renew(&mut of_phone).err(), Some(Error::WrongKey));
    assert!(phones.renew(&mut of_phone).is_ok());
    assert_eq!(phones.renew(&mut of_phone).err(), Some(Error::MissingKey));
}

#[test]
fn bytes_of_another_suite_version_or_length_are_no_relation() {
    let [relation, _] = relations(Model::LABEL_KEY);
    let mut stored = [0; RELATION_LEN];
    relation.write(&mut stored);
    let refused = |stored: &[u8]| Relation::read(stored).err();
    let with = |place: usize, value: u8| {
        let mut changed = stored;
        changed[place] = value;
        refused(&changed)
    };
    assert_eq!(with(1, 1), Some(Error::UnsupportedSuite(1)));
    assert!(matches!(with(0, 2), Some(Error::Malformed(_))));
    let mut no_key = stored;
    no_key[2..34].fill(0xFF);
    assert_eq!(refused(&no_key), Some(Error::BadKey));
    for len in 0..RELATION_LEN {
        assert!(matches!(refused(&stored[..len]), Some(Error::Malformed(_))));
    }
    let longer = [&stored[..], &[0]].concat();
    assert!(matches!(refused(&longer), Some(Error::Malformed(_))));
}
