use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{bytes, many};
use crate::shim::text::hex;

const FLAGS: &[Flag] = &[
    Flag {
        name: "Altered",
        bug: "ENCODING",
        says: "changes what it forwards",
        effect: "the server finds every such frame forged, and no reading arrives",
    },
    Flag {
        name: "NoLocator",
        bug: "STATE",
        says: "forwards short frames without a locator, or with another epoch's",
        effect: "the server finds no keys for them",
    },
    Flag {
        name: "Lost",
        bug: "STATE",
        says: "finds the device of an answer otherwise",
        effect: "receipts do not come back, and the device repeats everything",
    },
    Flag {
        name: "Direction",
        bug: "MISSING_CHECK",
        says: "forwards what only the other side may send",
        effect: "a device speaks in the server's name, or the other way round",
    },
    Flag {
        name: "NotAPacket",
        bug: "MISSING_CHECK",
        says: "takes what is no packet",
        effect: "a stranger fills the link with garbage",
    },
    Flag {
        name: "Duplicate",
        bug: "REPLAY",
        says: "takes something for a duplicate that is none, or forwards one twice",
        effect: "a repeated reading never arrives, or the link carries everything twice",
    },
    Flag {
        name: "AlarmWaits",
        bug: "ORDER",
        says: "lets an alarm wait",
        effect: "an alarm comes after hours of old readings",
    },
    Flag {
        name: "Turns",
        bug: "ORDER",
        says: "serves one device before another has its turn",
        effect: "one device's backlog keeps all others silent",
    },
    Flag {
        name: "LetGo",
        bug: "STATE",
        says: "lets go of a datagram that the link has not taken",
        effect: "a reading waits for the device to say it again",
    },
    Flag {
        name: "TooOld",
        bug: "STATE",
        says: "keeps what is of no use any more, or not long enough",
        effect: "a handshake is answered that nobody waits for, or an outage loses readings",
    },
    Flag {
        name: "Flood",
        bug: "RESOURCE",
        says: "lets one connection take the room of another",
        effect: "a stranger's flood pushes out readings",
    },
];

const DATA: u8 = 0;
const ALARM: u8 = 1;
const CONTROL: u8 = 2;
const COMMAND: u8 = 3;

/// When most things happen, in ms.
const BEGIN: u64 = 3_600_000;
const SECOND: u64 = 1_000;
const DAY: u64 = 24 * 3_600 * SECOND;

fn locator(name: &str) -> [u8; 8] {
    bytes(&format!("gateway locator {name}"))
}

fn body(name: &str, space: u8, counter: u8, len: usize) -> Vec<u8> {
    let sealed = many(&format!("gateway frame {name} {space} {counter}"), len);
    [&[counter, 0, 0][..], &sealed].concat()
}

fn short(name: &str, space: u8, counter: u8) -> Vec<u8> {
    [&[space << 4 | 1][..], &body(name, space, counter, 25)].concat()
}

fn routed(name: &str, space: u8, counter: u8) -> Vec<u8> {
    routed_of(name, space, counter, 25)
}

fn routed_of(name: &str, space: u8, counter: u8, len: usize) -> Vec<u8> {
    let head = [&[space << 4 | 9][..], &locator(name)].concat();
    [head, body(name, space, counter, len)].concat()
}

fn unproved(name: &str, space: u8, counter: u8) -> Vec<u8> {
    let salt: [u8; 16] = bytes(&format!("gateway salt {name}"));
    let head = [&[space << 4 | 13][..], &locator(name), &salt].concat();
    [head, body(name, space, counter, 25)].concat()
}

fn receipt(name: &str) -> Vec<u8> {
    let rest = many(&format!("gateway receipt {name}"), 31);
    [&[0x41][..], &locator(name), &rest].concat()
}

fn refused(reference: [u8; 8]) -> Vec<u8> {
    [&[0xC1][..], &reference].concat()
}

fn conversation(name: &str) -> [u8; 8] {
    bytes(&format!("gateway connection {name}"))
}

fn handshake(name: &str, model: u8, step: u8) -> Vec<u8> {
    let rest = many(&format!("gateway handshake {name} {model} {step}"), 90);
    let head = [0x81, 1, model, step];
    [&head[..], &conversation(name), &rest].concat()
}

fn device(connection: u8, datagram: impl AsRef<[u8]>) -> Value {
    device_at(BEGIN, connection, datagram)
}

fn device_at(at: u64, connection: u8, datagram: impl AsRef<[u8]>) -> Value {
    json!({ "do": "device", "at": at.to_string(), "connection": connection, "datagram": hex(datagram) })
}

fn server(datagram: impl AsRef<[u8]>) -> Value {
    json!({ "do": "server", "datagram": hex(datagram) })
}

fn close(connection: u8) -> Value {
    json!({ "do": "close", "connection": connection })
}

/// All that waits.
fn send() -> Value {
    send_at(BEGIN)
}

fn send_at(at: u64) -> Value {
    json!({ "do": "send", "at": at.to_string() })
}

fn send_some(count: u8) -> Value {
    json!({ "do": "send", "at": BEGIN.to_string(), "count": count })
}

/// All, and the link has not taken it.
fn send_in_vain() -> Value {
    json!({ "do": "send", "at": BEGIN.to_string(), "lost": true })
}

fn send_of(connection: u8) -> Value {
    json!({ "do": "send", "at": BEGIN.to_string(), "of": connection })
}

fn flood(connection: u8, datagrams: impl Iterator<Item = Vec<u8>>) -> Value {
    let datagrams: Vec<_> = datagrams.map(hex).collect();
    json!({ "do": "flood", "at": BEGIN.to_string(), "connection": connection, "datagrams": datagrams })
}

fn asks(steps: impl IntoIterator<Item = Value>) -> Value {
    json!({ "steps": steps.into_iter().collect::<Vec<_>>() })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "gateway",
        "What a gateway without keys forwards, where to, and in which order.",
        FLAGS,
    );
    unchanged(&mut area);
    short_frames(&mut area);
    short_frames_of_nobody(&mut area);
    answers(&mut area);
    directions(&mut area);
    no_packets(&mut area);
    duplicates(&mut area);
    alarms(&mut area);
    turns(&mut area);
    waiting(&mut area);
    floods(&mut area);
    to_the_letter(&mut area);
    area
}

fn unchanged(area: &mut Area) {
    let group = area.group(
        "forward",
        "datagrams of devices, as they came",
        &["IOMT-CARR-081", "IOMT-CARR-086"],
        "Altered",
    );
    for (space, name) in [(DATA, "data"), (ALARM, "an alarm"), (CONTROL, "control")] {
        group.valid(
            format!("{name}, routed"),
            asks([device(1, routed("a", space, 3)), send()]),
        );
        group.valid(
            format!("{name}, unproved"),
            asks([device(1, unproved("a", space, 3)), send()]),
        );
    }
    for step in [1, 2, 3] {
        group.valid(
            format!("step {step} of a handshake"),
            asks([device(1, handshake("a", 2, step)), send()]),
        );
    }
    group.valid(
        "nothing but a tag is sealed",
        asks([device(1, routed_of("a", DATA, 3, 16)), send()]),
    );
    group.valid(
        "the longest datagram",
        asks([device(1, routed_of("a", DATA, 3, 1_220)), send()]),
    );
    group.valid(
        "a handshake of another suite and model",
        asks([
            device(1, {
                let mut packet = handshake("a", 9, 1);
                packet[1] = 7;
                packet
            }),
            send(),
        ]),
    );
    group.valid("nothing came", asks([send()]));
}

fn short_frames(area: &mut Area) {
    let group = area.group(
        "forward",
        "short frames, made routed ones",
        &["IOMT-CARR-080", "IOMT-LOC-007"],
        "NoLocator",
    );
    for (space, name) in [(DATA, "data"), (ALARM, "an alarm"), (CONTROL, "control")] {
        group.valid(
            format!("{name}, behind a routed frame"),
            asks([
                device(1, routed("a", DATA, 3)),
                send(),
                device(1, short("a", space, 4)),
                send(),
            ]),
        );
    }
    group.valid(
        "behind an unproved frame",
        asks([
            device(1, unproved("a", CONTROL, 0)),
            send(),
            device(1, short("a", DATA, 4)),
            send(),
        ]),
    );
    group.valid(
        "of the newest of two epochs",
        asks([
            device(1, routed("a", DATA, 3)),
            device(1, routed("b", DATA, 0)),
            send(),
            device(1, short("b", DATA, 1)),
            send(),
        ]),
    );
    group.valid(
        "of the epoch that a receipt named, not of the backlog behind it",
        asks([
            device(1, unproved("b", CONTROL, 0)),
            server(receipt("b")),
            device(1, routed("a", DATA, 3)),
            send(),
            device(1, short("b", DATA, 1)),
            send(),
        ]),
    );
    group.valid(
        "of the epoch that the later of two receipts named",
        asks([
            device(1, routed("a", DATA, 3)),
            device(1, routed("b", DATA, 0)),
            server(receipt("b")),
            server(receipt("a")),
            send(),
            device(1, short("a", DATA, 4)),
            send(),
        ]),
    );
    group.valid(
        "of each connection its own",
        asks([
            device(1, routed("a", DATA, 3)),
            device(2, routed("b", DATA, 7)),
            send(),
            device(1, short("a", DATA, 4)),
            device(2, short("b", DATA, 8)),
            send(),
        ]),
    );
    group.valid(
        "a receipt that went to another connection says nothing here",
        asks([
            device(1, routed("a", DATA, 3)),
            device(2, routed("b", DATA, 7)),
            server(receipt("b")),
            send(),
            device(1, short("a", DATA, 4)),
            send(),
        ]),
    );
    group.valid(
        "a handshake between names no epoch",
        asks([
            device(1, routed("a", DATA, 3)),
            device(1, handshake("a", 6, 1)),
            send(),
            device(1, short("a", DATA, 4)),
            send(),
        ]),
    );
    let longest = |len| [&[1][..], &body("a", DATA, 4, len)].concat();
    group.valid(
        "the longest that can be routed",
        asks([
            device(1, routed("a", DATA, 3)),
            send(),
            device(1, longest(1_220)),
            send(),
        ]),
    );
    group.invalid(
        "one byte more",
        "no_room",
        asks([
            device(1, routed("a", DATA, 3)),
            send(),
            device(1, longest(1_221)),
            send(),
        ]),
    );
}

fn short_frames_of_nobody(area: &mut Area) {
    let group = area.group(
        "forward",
        "short frames whose epoch is not known: the connection ends",
        &["IOMT-CARR-080"],
        "NoLocator",
    );
    group.invalid(
        "the first datagram of a connection",
        "unknown_epoch",
        asks([device(1, short("a", DATA, 4)), send()]),
    );
    group.invalid(
        "another connection has routed",
        "unknown_epoch",
        asks([
            device(2, routed("a", DATA, 3)),
            device(1, short("a", DATA, 4)),
            send(),
        ]),
    );
    group.invalid(
        "nothing but a handshake before",
        "unknown_epoch",
        asks([
            device(1, handshake("a", 6, 1)),
            device(1, short("a", DATA, 4)),
            send(),
        ]),
    );
    group.invalid(
        "on the next connection",
        "unknown_epoch",
        asks([
            device(1, routed("a", DATA, 3)),
            server(receipt("a")),
            close(1),
            device(1, short("a", DATA, 4)),
            send(),
        ]),
    );
    group.invalid(
        "on the next connection, and routed after that",
        "unknown_epoch",
        asks([
            device(1, routed("a", DATA, 3)),
            close(1),
            device(1, short("a", DATA, 4)),
            device(1, routed("a", DATA, 4)),
            device(1, short("a", DATA, 5)),
            send(),
        ]),
    );
}

fn answers(area: &mut Area) {
    let group = area.group(
        "forward",
        "what the server says, and to which connection",
        &["IOMT-CARR-084"],
        "Lost",
    );
    let two = || {
        [
            device(1, routed("a", DATA, 3)),
            device(2, routed("b", DATA, 7)),
        ]
    };
    let then = |last: Vec<Value>| asks(two().into_iter().chain(last));
    group.valid(
        "a receipt of the first of two",
        then(vec![server(receipt("a"))]),
    );
    group.valid("of the second", then(vec![server(receipt("b"))]));
    group.valid("of nobody known", then(vec![server(receipt("c"))]));
    group.valid(
        "a device that came by an unproved frame",
        asks([device(3, unproved("c", DATA, 0)), server(receipt("c"))]),
    );
    group.valid(
        "a device that is behind another connection now",
        then(vec![device(2, routed("a", DATA, 4)), server(receipt("a"))]),
    );
    group.valid(
        "and back",
        then(vec![
            device(2, routed("a", DATA, 4)),
            device(1, routed("a", DATA, 5)),
            server(receipt("a")),
        ]),
    );
    group.valid("a command", then(vec![server(unproved("b", COMMAND, 0))]));
    group.valid(
        "a refusal of an epoch",
        then(vec![server(refused(locator("b")))]),
    );
    group.valid(
        "a refusal of nobody known",
        then(vec![server(refused(locator("c")))]),
    );
    group.valid(
        "the answer of a handshake",
        then(vec![
            device(2, handshake("h", 6, 1)),
            device(1, handshake("i", 6, 1)),
            server(handshake("h", 6, 2)),
            server(handshake("i", 6, 2)),
        ]),
    );
    group.valid(
        "the refusal of a handshake",
        then(vec![
            device(2, handshake("h", 6, 1)),
            server(refused(conversation("h"))),
        ]),
    );
    group.valid(
        "a handshake that the server begins, then its third message",
        asks([
            server(handshake("h", 2, 1)),
            device(2, handshake("h", 2, 2)),
            server(handshake("h", 2, 3)),
        ]),
    );
    group.valid(
        "when all has been forwarded",
        then(vec![send(), server(receipt("a")), server(receipt("b"))]),
    );
}

fn directions(area: &mut Area) {
    let group = area.group(
        "forward",
        "what goes the other way",
        &["IOMT-CARR-084"],
        "Direction",
    );
    let from_device = [
        ("a receipt", receipt("a")),
        ("a refusal", refused(locator("a"))),
        ("a command, routed", routed("a", COMMAND, 0)),
        ("a command, unproved", unproved("a", COMMAND, 0)),
        ("a command, short", short("a", COMMAND, 4)),
    ];
    for (name, datagram) in from_device {
        group.invalid(
            format!("{name} from a device"),
            "unexpected",
            asks([device(1, routed("a", DATA, 3)), device(1, datagram), send()]),
        );
    }
    for (space, name) in [(DATA, "data"), (ALARM, "an alarm"), (CONTROL, "control")] {
        group.invalid(
            format!("{name} from the server"),
            "unexpected",
            asks([
                device(1, routed("a", DATA, 3)),
                server(routed("a", space, 4)),
                server(receipt("a")),
            ]),
        );
    }
}

fn no_packets(area: &mut Area) {
    let group = area.group(
        "forward",
        "what is no packet of this version",
        &["IOMT-SEAL-001", "IOMT-SEAL-002"],
        "NotAPacket",
    );
    let good = routed("a", DATA, 3);
    let long = routed_of("a", DATA, 3, 1_221);
    let with_first = |byte: u8| [&[byte][..], &good[1..]].concat();
    let cases = [
        ("nothing", "malformed", Vec::new()),
        ("a byte", "malformed", good[..1].to_vec()),
        ("half a locator", "malformed", good[..5].to_vec()),
        ("15 bytes of a tag", "malformed", good[..27].to_vec()),
        ("a salt without a locator", "malformed", with_first(0x05)),
        ("the counter that means none", "malformed", {
            let mut packet = good.clone();
            packet[9..12].fill(0xFF);
            packet
        }),
        ("1,233 bytes", "malformed", long),
        ("version 0", "unsupported_version", with_first(0x08)),
        ("version 2", "unsupported_version", with_first(0x0A)),
        ("version 3", "unsupported_version", with_first(0x0B)),
        ("a handshake of step 0", "malformed", handshake("a", 2, 0)),
        (
            "a handshake without its hint",
            "malformed",
            handshake("a", 2, 2)[..19].to_vec(),
        ),
    ];
    for (name, class, datagram) in cases {
        group.invalid(
            format!("{name}, and a frame behind it"),
            class,
            asks([device(1, datagram), device(1, &good), send()]),
        );
    }
    let cases = [
        ("nothing", "malformed", Vec::new()),
        (
            "a receipt without a whole proof",
            "malformed",
            receipt("a")[..24].to_vec(),
        ),
        (
            "a refusal with a byte more",
            "malformed",
            [refused(locator("a")), vec![7]].concat(),
        ),
        (
            "a receipt with a reserved bit",
            "malformed",
            [&[0x51][..], &receipt("a")[1..]].concat(),
        ),
        (
            "a receipt of version 2",
            "unsupported_version",
            [&[0x42][..], &receipt("a")[1..]].concat(),
        ),
    ];
    for (name, class, datagram) in cases {
        group.invalid(
            format!("{name}, from the server"),
            class,
            asks([device(1, &good), server(datagram), server(receipt("a"))]),
        );
    }
}

fn duplicates(area: &mut Area) {
    let group = area.group(
        "forward",
        "datagrams that come again",
        &["IOMT-CARR-083"],
        "Duplicate",
    );
    let frame = routed("a", DATA, 3);
    group.valid(
        "while it waits",
        asks([device(1, &frame), device(1, &frame), send()]),
    );
    group.valid(
        "when it was forwarded",
        asks([device(1, &frame), send(), device(1, &frame), send()]),
    );
    group.valid(
        "when its receipt has passed",
        asks([
            device(1, &frame),
            send(),
            server(receipt("a")),
            device(1, &frame),
            send(),
        ]),
    );
    group.valid(
        "through another connection, while it waits",
        asks([device(1, &frame), device(2, &frame), send()]),
    );
    group.valid(
        "short, while it waits as a routed one",
        asks([
            device(1, &frame),
            device(1, [&[1][..], &frame[9..]].concat()),
            send(),
        ]),
    );
    group.valid(
        "a handshake message",
        asks([
            device(1, handshake("a", 6, 1)),
            device(1, handshake("a", 6, 1)),
            send(),
            device(1, handshake("a", 6, 1)),
            send(),
        ]),
    );
    let mut forged = frame.clone();
    *forged.last_mut().unwrap() ^= 1;
    group.valid(
        "one that differs in the last bit is none",
        asks([device(1, &forged), device(1, &frame), send()]),
    );
    let mut other = frame.clone();
    other[13] ^= 0x80;
    group.valid(
        "one that differs in the ciphertext is none",
        asks([device(2, &other), device(1, &frame), send()]),
    );
    group.valid(
        "one of another space is none",
        asks([
            device(1, &frame),
            device(1, [&[0x19][..], &frame[1..]].concat()),
            send(),
        ]),
    );
    group.valid(
        "one of another epoch is none",
        asks([
            device(1, &frame),
            device(1, [&frame[..1], &locator("b"), &frame[9..]].concat()),
            send(),
        ]),
    );
    group.valid(
        "one of another counter is none",
        asks([device(1, &frame), device(1, routed("a", DATA, 4)), send()]),
    );
}

fn alarms(area: &mut Area) {
    let group = area.group(
        "forward",
        "alarms, which leave first",
        &["IOMT-CARR-082"],
        "AlarmWaits",
    );
    group.valid(
        "before a reading of the device itself",
        asks([
            device(1, routed("a", DATA, 3)),
            device(1, routed("a", ALARM, 0)),
            send_some(1),
            send_some(1),
        ]),
    );
    group.valid(
        "before what other devices said",
        asks([
            device(1, routed("a", DATA, 3)),
            device(2, routed("b", CONTROL, 1)),
            device(2, routed("b", DATA, 7)),
            device(3, routed("c", ALARM, 0)),
            send_some(1),
            send(),
        ]),
    );
    group.valid(
        "a short one",
        asks([
            device(1, routed("a", DATA, 3)),
            device(1, routed("a", DATA, 4)),
            device(1, short("a", ALARM, 0)),
            send_some(1),
            send(),
        ]),
    );
    group.valid(
        "before a handshake",
        asks([
            device(1, handshake("h", 6, 1)),
            device(2, routed("b", ALARM, 0)),
            send_some(1),
            send_some(1),
        ]),
    );
    group.valid(
        "in their order",
        asks([
            device(1, routed("a", ALARM, 0)),
            device(1, routed("a", DATA, 3)),
            device(1, routed("a", ALARM, 1)),
            send_some(1),
            send_some(1),
            send_some(1),
        ]),
    );
}

fn turns(area: &mut Area) {
    let group = area.group(
        "forward",
        "devices that take turns",
        &["IOMT-CARR-082"],
        "Turns",
    );
    let backlog = |connection: u8, name: &'static str, count: u8| {
        (0..count).map(move |counter| device(connection, routed(name, DATA, counter)))
    };
    group.valid(
        "one device's frames in their order",
        asks(backlog(1, "a", 4).chain([send_some(1), send_some(1), send_some(1), send_some(1)])),
    );
    group.valid(
        "a reading behind another connection's backlog",
        asks(backlog(1, "a", 5).chain([device(2, routed("b", DATA, 7)), send_some(2), send()])),
    );
    group.valid(
        "three connections",
        asks(
            backlog(1, "a", 4)
                .chain(backlog(2, "b", 3))
                .chain(backlog(3, "c", 2))
                .chain([send_some(3), send_some(3), send_some(2), send_some(1)]),
        ),
    );
    group.valid(
        "two devices behind one connection",
        asks(backlog(1, "a", 4).chain(backlog(1, "b", 2)).chain([
            send_some(2),
            send_some(2),
            send(),
        ])),
    );
    group.valid(
        "two devices behind one connection, one behind another",
        asks(
            backlog(1, "a", 3)
                .chain(backlog(1, "b", 3))
                .chain(backlog(2, "c", 2))
                .chain([send_some(4), send()]),
        ),
    );
    group.valid(
        "alarms of two connections",
        asks([
            device(1, routed("a", ALARM, 0)),
            device(1, routed("a", ALARM, 1)),
            device(1, routed("a", ALARM, 2)),
            device(2, routed("b", ALARM, 0)),
            send_some(2),
            send(),
        ]),
    );
}

fn waiting(area: &mut Area) {
    let group = area.group(
        "forward",
        "a link that does not take what it is given",
        &["IOMT-CARR-087"],
        "LetGo",
    );
    group.valid(
        "one frame",
        asks([
            device(1, routed("a", DATA, 3)),
            send_in_vain(),
            send(),
            send(),
        ]),
    );
    group.valid(
        "twice",
        asks([
            device(1, unproved("a", DATA, 3)),
            device(2, routed("b", ALARM, 0)),
            send_in_vain(),
            send_in_vain(),
            send(),
        ]),
    );
    group.valid(
        "a receipt in between says nothing",
        asks([
            device(1, routed("a", DATA, 3)),
            send_in_vain(),
            server(receipt("a")),
            send(),
        ]),
    );
    group.valid(
        "its connection ends in between",
        asks([
            device(1, routed("a", DATA, 3)),
            send_in_vain(),
            close(1),
            send(),
        ]),
    );
    let group = area.group(
        "forward",
        "how long something waits",
        &["IOMT-CARR-087"],
        "TooOld",
    );
    let after =
        |datagram: Vec<u8>, wait: u64| asks([device_at(BEGIN, 1, datagram), send_at(BEGIN + wait)]);
    group.valid(
        "a handshake message, 9 s",
        after(handshake("h", 6, 1), 9 * SECOND),
    );
    group.valid("12 s", after(handshake("h", 6, 1), 12 * SECOND));
    group.valid("an hour", after(handshake("h", 2, 2), 3_600 * SECOND));
    group.valid("a reading, 13 days", after(routed("a", DATA, 3), 13 * DAY));
    group.valid(
        "an alarm, 13 days",
        after(unproved("a", ALARM, 3), 13 * DAY),
    );
    group.valid("a reading, 15 days", after(routed("a", DATA, 3), 15 * DAY));
    group.valid(
        "an older and a newer one",
        asks([
            device_at(BEGIN, 1, routed("a", DATA, 3)),
            device_at(BEGIN + 10 * DAY, 1, routed("a", DATA, 4)),
            send_at(BEGIN + 16 * DAY),
        ]),
    );
}

fn floods(area: &mut Area) {
    let group = area.group(
        "forward",
        "a flood through one connection, and what came through another",
        &["IOMT-CARR-085"],
        "Flood",
    );
    let own = || {
        [
            device(2, routed("b", DATA, 7)),
            device(2, routed("b", DATA, 8)),
            device(2, routed("b", ALARM, 0)),
        ]
    };
    let of_one = |space| (0..150).map(move |counter| routed_of("a", space, counter, 20));
    let of_many = || (0..150).map(|number| routed_of(&format!("stranger {number}"), DATA, 1, 20));
    group.valid(
        "of one device, behind it",
        asks(
            own()
                .into_iter()
                .chain([flood(1, of_one(DATA)), send_of(2)]),
        ),
    );
    group.valid(
        "of one device, before it",
        asks(
            [flood(1, of_one(DATA))]
                .into_iter()
                .chain(own())
                .chain([send_of(2)]),
        ),
    );
    group.valid(
        "of alarms",
        asks(
            own()
                .into_iter()
                .chain([flood(1, of_one(ALARM)), send_of(2)]),
        ),
    );
    group.valid(
        "of locators that are made up",
        asks(
            own()
                .into_iter()
                .chain([flood(1, of_many()), send_of(2), server(receipt("b"))]),
        ),
    );
}

/// What decides of a short frame's locator, and when a message is of no use.
fn to_the_letter(area: &mut Area) {
    let group = area.group(
        "forward",
        "short frames behind a receipt and a refusal of another epoch",
        &["IOMT-CARR-080", "IOMT-CARR-084"],
        "NoLocator",
    );
    let behind = |answers: &[Vec<u8>]| {
        let heard = [
            device(1, routed("a", DATA, 3)),
            device(1, routed("b", DATA, 0)),
            send(),
        ];
        let answers = answers.iter().map(server);
        let later = [device(1, short("c", DATA, 9)), send()];
        asks(heard.into_iter().chain(answers).chain(later))
    };
    let (of_a, of_b) = (receipt("a"), refused(locator("b")));
    group.valid(
        "the receipt, then the refusal",
        behind(&[of_a.clone(), of_b.clone()]),
    );
    group.valid(
        "the refusal, then the receipt",
        behind(&[of_b.clone(), of_a]),
    );
    group.valid("a refusal alone names no epoch", behind(&[of_b]));
    group.valid(
        "a refusal of the other alone",
        behind(&[refused(locator("a"))]),
    );
    let group = area.group(
        "forward",
        "a handshake message around ten seconds",
        &["IOMT-CARR-087"],
        "TooOld",
    );
    for wait in [9_999, 10_000, 10_001, 10_500, 10_999, 11_000] {
        group.valid(
            format!("{wait} ms"),
            asks([
                device_at(BEGIN, 1, handshake("h", 6, 1)),
                send_at(BEGIN + wait),
            ]),
        );
    }
}
