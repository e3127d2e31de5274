//! From a handshake's hash and keys to the keys of three epochs.

use iomt::seal::{Direction, Entropy, EntropyFailed, SAVED_SESSION_LEN, SessionSecrets};
use serde_json::{Value, json};

use crate::File;
use crate::text::{Epoch, Session, Side, hedge, hex};

pub(crate) const STATIC_SECRET: [u8; 32] = [4; 32];

/// The n-th draw is n in every byte.
pub(crate) struct Counting(pub u8);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        out.fill(self.0);
        Ok(())
    }
}

/// The handshakes of these vectors: hash, `k_ir`, `k_ri`.
const ROOTS: [[[u8; 32]; 3]; 2] = [
    [[1; 32], [2; 32], [3; 32]],
    [[0xA5; 32], [0; 32], [0xFF; 32]],
];
const SIDES: [Side; 2] = [Side::Responder, Side::Initiator];

pub(crate) fn secrets([hash, k_ir, k_ri]: &[[u8; 32]; 3], side: Side) -> SessionSecrets {
    let direction = match side {
        Side::Initiator => Direction::DeviceInitiated,
        Side::Responder => Direction::DeviceResponded,
    };
    SessionSecrets::derive(hash, k_ir, k_ri, direction).unwrap()
}

/// The session of the other files.
pub(crate) fn session() -> (SessionSecrets, Session) {
    let [hash, k_ir, k_ri] = &ROOTS[0];
    let by_text = Session::new(hash, [k_ir, k_ri], Side::Responder);
    (secrets(&ROOTS[0], Side::Responder), by_text)
}

/// Epochs 0, 1 and 2 of a session: each draws its salt from the next random bytes.
pub(crate) fn epochs(session: &Session, hash: &[u8; 32]) -> Vec<Epoch> {
    let mut chain = session.chain;
    let mut epochs = Vec::new();
    for number in 0..3_u8 {
        let random = [number + 1; 32];
        let salt = hedge(&random, &STATIC_SECRET, number.into(), ("salt", hash));
        let epoch = Epoch::new(chain, salt);
        chain = epoch.next;
        epochs.push(epoch);
    }
    epochs
}

/// The epochs of [`session`].
pub(crate) fn first_epochs() -> Vec<Epoch> {
    epochs(&session().1, &ROOTS[0][0])
}

pub(crate) fn file() -> File {
    let cases = ROOTS
        .iter()
        .flat_map(|roots| SIDES.map(|side| case(roots, side)));
    let tests: Vec<Value> = cases.collect();
    File {
        name: "key_schedule",
        about: "Session and epochs 0 to 2 from handshake hash and keys. salt = hedge(\"salt\") of random and number.",
        notes: json!({}),
        groups: vec![json!({ "type": "KeySchedule", "tests": tests })],
    }
}

fn case(roots: &[[u8; 32]; 3], side: Side) -> Value {
    let [hash, k_ir, k_ri] = roots;
    let session = Session::new(hash, [k_ir, k_ri], side);
    let epochs = epochs(&session, hash);
    let run: [u8; 8] = hedge(&[4; 32], &STATIC_SECRET, 3, ("run", hash));
    check(secrets(roots, side), &session, &epochs, run);
    let (initiator, responder) = match side {
        Side::Initiator => ("device", "server"),
        Side::Responder => ("server", "device"),
    };
    json!({
        "comment": format!("{initiator} initiates, {responder} responds"),
        "device": match side { Side::Initiator => "initiator", Side::Responder => "responder" },
        "hash": hex(hash),
        "kIr": hex(k_ir),
        "kRi": hex(k_ri),
        "staticSecret": hex(STATIC_SECRET),
        "both": hex(session.both),
        "rootUp": hex(session.root_up),
        "rootDown": hex(session.root_down),
        "session": hex(session.id),
        "psk": hex(session.psk),
        "hint": hex(session.hint),
        "receiptKey": hex(session.receipt_key),
        "run": { "random": hex([4; 32]), "number": 3, "run": hex(run) },
        "epochs": epochs.iter().zip(0_u8..).map(|(epoch, number)| json!({
            "number": number,
            "random": hex([number + 1; 32]),
            "chain": hex(epoch.chain),
            "locator": hex(epoch.locator),
            "open": hex(epoch.open),
            "salt": hex(epoch.salt),
            "secret": hex(epoch.secret),
            "tag": hex(epoch.tag),
            "data": hex(epoch.keys[0]),
            "alarm": hex(epoch.keys[1]),
            "control": hex(epoch.keys[2]),
            "next": hex(epoch.next),
        })).collect::<Vec<_>>(),
        "result": "valid",
    })
}

fn check(mut secrets: SessionSecrets, session: &Session, epochs: &[Epoch], run: [u8; 8]) {
    assert_eq!(secrets.id(), session.id);
    let resumption = secrets.resumption().unwrap();
    assert_eq!(resumption.secret_bytes(), session.psk);
    assert_eq!(resumption.hint().0, session.hint);
    let mut sealer = secrets.into_sealer(&STATIC_SECRET).unwrap();
    let mut entropy = Counting(0);
    for epoch in epochs {
        sealer
            .begin_epoch(&mut entropy, &mut [0; SAVED_SESSION_LEN])
            .unwrap();
        sealer.epoch_stored().unwrap();
        let made = sealer.epoch().unwrap();
        assert_eq!(
            (made.locator.0, made.salt.0, *made.tag.as_bytes()),
            (epoch.locator, epoch.salt, epoch.tag)
        );
    }
    assert_eq!(sealer.draw_run(&mut entropy).unwrap().0, run);
}
