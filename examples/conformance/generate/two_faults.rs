//! Inputs with two faults: the class is that of the first in the order of the text, else of the bytes.

use super::area::{Area, Flag};
use super::cpace::{USUAL, bad_points};
use super::pairing::Run;
use super::pairing_packets::{beyond, first_noise, received};

const REQUIREMENTS: &[&str] = &["IOMT-ERR-001", "IOMT-ERR-002"];

pub(super) const FLAG: Flag = Flag {
    name: "TwoFaults",
    bug: "ORDER",
    says: "looks at a later part first",
    effect: "what went wrong is told otherwise than by others",
};

type Fault = fn(&mut [u8]);

const SUITE: Fault = |packet| packet[1] = 2;
const MODEL: Fault = |packet| packet[2] ^= 8;
const STEP: Fault = |packet| packet[3] = 9;
const CONNECTION: Fault = |packet| packet[4] ^= 1;
const HINT: Fault = |packet| packet[12] ^= 1;
const CODE: Fault = |packet| packet[20] ^= 1;
const END: Fault = |packet| {
    let last = packet.len() - 1;
    packet[last] ^= 1;
};

/// Of handshakes whose packets have a header.
pub(super) fn handshake(area: &mut Area, run: &Run<'_>) {
    let group = area.group("pair_step", "two faults at once", REQUIREMENTS, FLAG.name);
    let place = first_noise(run, "responder");
    // Message 1 has its key behind mac1.
    let key: Fault = |packet| packet[36..68].copy_from_slice(&beyond(0xED, 0x7F));
    for (what, faults) in [
        ("suite and model", [SUITE, MODEL]),
        ("suite and step", [SUITE, STEP]),
        ("suite and mac1", [SUITE, CODE]),
        ("model and step", [MODEL, STEP]),
        ("model and hint", [MODEL, HINT]),
        ("step and hint", [STEP, HINT]),
        ("step and mac1", [STEP, CODE]),
        ("hint and mac1", [HINT, CODE]),
        ("mac1 and key", [CODE, key]),
        ("mac1 and payload", [CODE, END]),
        ("key and payload, which mac1 covers", [key, END]),
    ] {
        let mut all = received(run, "responder");
        all.truncate(place + 1);
        faults.iter().for_each(|fault| fault(&mut all[place]));
        group.refused(what, run.asks("responder", &all));
    }
    let place = first_noise(run, "initiator");
    let key: Fault = |packet| packet[20..52].copy_from_slice(&beyond(0xED, 0x7F));
    for (what, faults) in [
        ("suite and connection", [SUITE, CONNECTION]),
        ("model and connection", [MODEL, CONNECTION]),
        ("connection and hint", [CONNECTION, HINT]),
        ("connection and payload", [CONNECTION, END]),
        ("hint and payload", [HINT, END]),
        ("hint and key", [HINT, key]),
        ("key and payload", [key, END]),
    ] {
        let mut all = received(run, "initiator");
        all.truncate(place + 1);
        faults.iter().for_each(|fault| fault(&mut all[place]));
        group.refused(
            format!("to the initiator: {what}"),
            run.asks("initiator", &all),
        );
    }
}

pub(super) fn cpace(area: &mut Area) {
    let group = area.group("cpace", "two faults at once", REQUIREMENTS, FLAG.name);
    let [first, second, third, fourth] = USUAL.packets();
    let offer: Fault = |packet| packet[52] = 6;
    for (what, point) in bad_points() {
        for (side, before, packet) in [
            ("responder", &first, &third),
            ("initiator", &second, &fourth),
        ] {
            let mut packet = packet.clone();
            packet[20..52].copy_from_slice(&point);
            offer(&mut packet);
            group.refused(
                format!("{what} and an offer, to the {side}"),
                USUAL.asks(side, &[before.clone(), packet]),
            );
        }
    }
    for (what, faults) in [
        ("suite and model", [SUITE, MODEL]),
        ("model and step", [MODEL, STEP]),
        ("step and connection", [STEP, CONNECTION]),
        ("connection and hint", [CONNECTION, HINT]),
        ("connection and offer", [CONNECTION, offer]),
        ("hint and offer", [HINT, offer]),
    ] {
        let mut packet = third.clone();
        faults.iter().for_each(|fault| fault(&mut packet));
        group.refused(what, USUAL.asks("responder", &[first.clone(), packet]));
    }
}
