//! What a device does not take for a command: other packets, and those that were changed on their way.

use super::sealed::{epoch, opens, sealed, server};
use super::*;
use crate::generate::common::{Device, cuts, flipped, many};
use crate::shim;
use crate::shim::text::{Epoch, Side};

pub(super) fn refused(area: &mut Area) {
    let usual = server(Side::Responder);
    let text = revoke("a");
    let keys = epoch(&usual, 0, &text);
    let honest = sealed(&usual, 0, &text);
    let group = area.group(
        "command",
        "packets that are no command, and an honest one behind them",
        &[
            "IOMT-PAIR-079",
            "IOMT-SEAL-002",
            "IOMT-SEAL-004",
            "IOMT-SEAL-005",
        ],
        "Place",
    );
    let mut refuse = |what: &str, class: &str, packet: Vec<u8>| {
        group.invalid(what, class, opens(&usual, &[packet, honest.clone()]));
    };
    for (space, what) in ["data", "alarm", "control"].iter().enumerate() {
        let packet = keys.unproved(space as u8, 0, &text);
        refuse(
            &format!("a frame of {what} in the epoch"),
            "unexpected",
            packet,
        );
    }
    refuse("the short form", "unknown_epoch", keys.short(3, 0, &text));
    refuse("the routed form", "unknown_epoch", keys.routed(3, 0, &text));
    for counter in [1, 2, 0x01_00_00, 0xFF_FF_FE] {
        refuse(
            &format!("counter {counter}"),
            "unknown_epoch",
            keys.unproved(3, counter, &text),
        );
    }
    let long = many("a command", 69);
    refuse(
        "69 bytes, that is 113",
        "unexpected",
        epoch(&usual, 0, &long).unproved(3, 0, &long),
    );
    let up = Epoch::new(usual.keys().chain, keys.salt);
    refuse(
        "sealed by the device's chain",
        "unknown_epoch",
        up.unproved(3, 0, &text),
    );
    let other = Device {
        hash: bytes("another hash"),
        ..usual
    };
    refuse(
        "of another session",
        "unknown_epoch",
        sealed(&other, 0, &text),
    );
    let begins = server(Side::Initiator);
    refuse(
        "where the device has begun",
        "unknown_epoch",
        sealed(&begins, 0, &text),
    );
    let as_data = [&[0x3D][..], &keys.unproved(0, 0, &text)[1..]].concat();
    refuse("sealed as data", "not_authentic", as_data);
    let receipt = [&[0x41][..], &honest[1..]].concat();
    refuse("a receipt", "unexpected", receipt);
    refuse(
        "a handshake",
        "unexpected",
        [&[0x81][..], &honest[1..]].concat(),
    );
    refuse(
        "a refusal",
        "unexpected",
        [&[0xC1][..], &honest[1..9]].concat(),
    );
    for byte in [0x3C, 0x3E, 0x3F] {
        let packet = [&[byte][..], &honest[1..]].concat();
        refuse(
            &format!("version {}", byte & 3),
            "unsupported_version",
            packet,
        );
    }
    refuse(
        "a salt without a locator",
        "malformed",
        [&[0x35][..], &honest[1..]].concat(),
    );
    let mut full = honest.clone();
    full[25..28].copy_from_slice(&[0xFF; 3]);
    refuse("counter FFFFFF", "malformed", full);
    refuse("an empty packet", "malformed", Vec::new());
    refuse(
        "1,233 bytes",
        "malformed",
        [&honest[..], &many("more", 1_155)].concat(),
    );
}

pub(super) fn forged(area: &mut Area) {
    let usual = server(Side::Responder);
    let honest = sealed(&usual, 0, &revoke("a"));
    let group = area.group(
        "command",
        "each bit of a command, and the honest one behind it",
        &["IOMT-PAIR-079"],
        "ForgedCommand",
    );
    for bit in 0..honest.len() * 8 {
        let request = opens(&usual, &[flipped(&honest, bit), honest.clone()]);
        let answer = shim::outcome("command", &request);
        let outcomes = &answer["result"]["outcomes"];
        assert!(outcomes[0]["error"].is_string() && outcomes[1]["taken"] == 1);
        group.refused(format!("byte {}, bit {}", bit / 8, bit % 8), request);
        match bit / 8 {
            0..9 => _ = group.flagged("Place"),
            9..28 => _ = group.flagged("OtherRoute"),
            62.. => _ = group.flagged("ForgedTag"),
            _ => {}
        }
    }
    let group = area.group(
        "command",
        "a command that was cut, and one that goes on",
        &["IOMT-PAIR-079", "IOMT-SEAL-006"],
        "CutPacket",
    );
    for cut in cuts(&honest) {
        let comment = format!("{} bytes", cut.len());
        group.refused(comment, opens(&usual, &[cut, honest.clone()]));
    }
    for more in [1, 2, 34] {
        let longer = [&honest[..], &many("more", more)].concat();
        group.invalid(
            format!("{more} bytes more"),
            "not_authentic",
            opens(&usual, &[longer, honest.clone()]),
        );
    }
    let group = area.group(
        "command",
        "forgeries between honest commands",
        &["IOMT-PAIR-079"],
        "TakenBeforeOpened",
    );
    let next = sealed(&usual, 1, &introduce("b", 0, 0));
    for (what, packets) in [
        (
            "twice before",
            vec![
                flipped(&honest, 400),
                flipped(&honest, 401),
                honest.clone(),
                next.clone(),
            ],
        ),
        (
            "between",
            vec![honest.clone(), flipped(&next, 400), next.clone()],
        ),
        (
            "another salt",
            vec![flipped(&honest, 9 * 8), honest.clone(), next.clone()],
        ),
    ] {
        group.invalid(what, "not_authentic", opens(&usual, &packets));
    }
}
