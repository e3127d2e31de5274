use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{flipped, many};
use crate::shim;
use crate::shim::text::{hex, unhex};

const FLAGS: &[Flag] = &[
    Flag {
        name: "CutCarried",
        bug: "LENGTH",
        says: "takes the beginning of a datagram for all of it, or drops what was whole in front of it",
        effect: "a datagram is lost, or one that nobody has sent arrives",
    },
    Flag {
        name: "Cobs",
        bug: "ENCODING",
        says: "stuffs bytes otherwise",
        effect: "no frame of the other side arrives",
    },
    Flag {
        name: "Crc",
        bug: "MISSING_CHECK",
        says: "delivers a frame whose check sum is wrong",
        effect: "a damaged datagram is taken for a forged one",
    },
    Flag {
        name: "Delimiter",
        bug: "STATE",
        says: "needs both delimiters of a frame",
        effect: "noise costs a good frame",
    },
    Flag {
        name: "Resynchronise",
        bug: "STATE",
        says: "does not find the next frame behind garbage",
        effect: "the line is silent from then on",
    },
    Flag {
        name: "Length",
        bug: "LENGTH",
        says: "takes what is no datagram",
        effect: "a buffer overflows",
    },
    Flag {
        name: "ClosingCode",
        bug: "ENCODING",
        says: "refuses the code byte that some encoders add behind a full block",
        effect: "frames of other encoders are lost",
    },
    Flag {
        name: "StreamLength",
        bug: "BYTE_ORDER",
        says: "reads the length of a stream otherwise",
        effect: "the stream is out of step",
    },
    Flag {
        name: "StreamEnd",
        bug: "STATE",
        says: "goes on behind a broken length",
        effect: "bytes of nobody are taken for datagrams",
    },
    Flag {
        name: "Batch",
        bug: "STATE",
        says: "drops the datagrams in front of a malformed rest",
        effect: "readings have to be sent again",
    },
];

fn datagrams() -> Vec<(String, Vec<u8>)> {
    let mut all = vec![
        ("one byte".to_owned(), vec![0x41]),
        ("a zero".to_owned(), vec![0]),
        ("a zero between".to_owned(), vec![9, 0, 0xA5]),
        ("zeros at both ends".to_owned(), vec![0, 7, 0]),
        ("forty zeros".to_owned(), vec![0; 40]),
        ("all bytes".to_owned(), (0..=255).collect()),
        ("a frame".to_owned(), many("carried", 96)),
        ("the longest".to_owned(), many("the longest", 1_232)),
    ];
    for len in [245, 249, 250, 251, 253, 254, 255, 504, 508] {
        all.push((
            format!("{len} bytes without a zero"),
            (0..len)
                .map(|place| u8::try_from(1 + place % 255).unwrap())
                .collect(),
        ));
    }
    all
}

fn encode(carrier: &str, datagrams: &[&[u8]]) -> Value {
    let datagrams: Vec<_> = datagrams.iter().map(hex).collect();
    json!({ "carrier": carrier, "datagrams": datagrams })
}

fn decode(carrier: &str, bytes: &[u8]) -> Value {
    json!({ "carrier": carrier, "bytes": hex(bytes) })
}

fn bytes_of(carrier: &str, datagrams: &[&[u8]]) -> Vec<u8> {
    let answer = shim::outcome("serial", &encode(carrier, datagrams));
    unhex(answer["result"]["bytes"].as_str().unwrap()).unwrap()
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "serial",
        "Datagrams on a serial line, in a stream and in a batch.",
        FLAGS,
    );
    line(&mut area);
    damaged_line(&mut area);
    stream(&mut area);
    batch(&mut area);
    every_cut(&mut area);
    longest(&mut area);
    beyond_the_longest(&mut area);
    area
}

fn line(area: &mut Area) {
    let group = area.group("serial", "datagrams for a line", &["IOMT-CARR-030"], "Cobs");
    for (what, datagram) in datagrams() {
        group.valid(what, encode("line", &[&datagram]));
    }
    group.valid("two", encode("line", &[&[9, 0, 0xA5], &[7]]));
    group
        .invalid("nothing", "empty_datagram", encode("line", &[&[]]))
        .flagged("Length");
    group
        .invalid(
            "1,233 bytes",
            "datagram_too_long",
            encode("line", &[&many("too long", 1_233)]),
        )
        .flagged("Length");
    let group = area.group("serial", "a line", &["IOMT-CARR-030"], "Cobs");
    for (what, datagram) in datagrams() {
        group.valid(what, decode("line", &bytes_of("line", &[&datagram])));
    }
    let [a, b]: [&[u8]; 2] = [&[9, 0, 0xA5], &[7, 8]];
    let (first, second) = (bytes_of("line", &[a]), bytes_of("line", &[b]));
    let group = area.group(
        "serial",
        "delimiters that are missing or too many",
        &["IOMT-CARR-032", "IOMT-CARR-034"],
        "Delimiter",
    );
    for (what, bytes) in [
        ("two frames", [&first[..], &second].concat()),
        (
            "one delimiter between two frames",
            [&first[..], &second[1..]].concat(),
        ),
        ("the first one is missing", first[1..].to_vec()),
        ("the last one is missing", first[..first.len() - 1].to_vec()),
        ("only delimiters", vec![0; 5]),
        (
            "many between two frames",
            [&first[..], &[0; 4], &second].concat(),
        ),
        ("nothing", vec![]),
    ] {
        group.valid(what, decode("line", &bytes));
    }
    let group = area.group(
        "serial",
        "a closing code behind a full block",
        &["IOMT-CARR-033"],
        "ClosingCode",
    );
    for len in [250, 504] {
        let datagram: Vec<u8> = (0..len)
            .map(|place| u8::try_from(1 + place % 255).unwrap())
            .collect();
        let whole = bytes_of("line", &[&datagram]);
        let closed = [&whole[..whole.len() - 1], &[1, 0]].concat();
        group.valid(format!("{len} bytes"), decode("line", &closed));
    }
}

fn damaged_line(area: &mut Area) {
    let (first, second) = (
        bytes_of("line", &[&[9, 0, 0xA5]]),
        bytes_of("line", &[&[7, 8]]),
    );
    let group = area.group(
        "serial",
        "every bit of a frame on a line, and a good one behind",
        &["IOMT-CARR-031", "IOMT-CARR-032"],
        "Crc",
    );
    for bit in 8..8 * (first.len() - 1) {
        group.valid(
            format!("bit {bit}"),
            decode("line", &[flipped(&first, bit), second.clone()].concat()),
        );
    }
    let group = area.group(
        "serial",
        "garbage, then a good frame",
        &["IOMT-CARR-032", "IOMT-CARR-031"],
        "Resynchronise",
    );
    for (what, garbage) in [
        ("noise", many("noise on a line", 30)),
        ("ones", vec![0xFF; 40]),
        ("half a frame", first[..5].to_vec()),
        ("the second half of a frame", first[5..].to_vec()),
        ("a long noise without a zero", vec![0xA7; 3_000]),
        (
            "a frame that is too long",
            [&[0][..], &[1; 1_300], &[0]].concat(),
        ),
        ("a text", b"login: ".to_vec()),
        (
            "a code byte that leads beyond the frame",
            vec![0, 9, 1, 2, 0],
        ),
        (
            "a content of four bytes",
            bytes_short(&[0x11, 0x22, 0x33, 0x44]),
        ),
        ("a check sum alone", vec![0, 1, 1, 1, 1, 1, 0]),
        (
            "a byte 01 in front of the last delimiter",
            [&first[..first.len() - 1], &[1, 0]].concat(),
        ),
    ] {
        group.valid(what, decode("line", &[garbage, second.clone()].concat()));
    }
}

/// Bytes without a zero, stuffed as they are: no frame of this carrier.
fn bytes_short(content: &[u8]) -> Vec<u8> {
    [
        &[0, u8::try_from(content.len() + 1).unwrap()][..],
        content,
        &[0],
    ]
    .concat()
}

fn stream(area: &mut Area) {
    let group = area.group(
        "serial",
        "datagrams for a stream",
        &["IOMT-CARR-040"],
        "StreamLength",
    );
    for (what, datagram) in datagrams().into_iter().take(8) {
        group.valid(what, encode("stream", &[&datagram]));
    }
    group
        .invalid("nothing", "empty_datagram", encode("stream", &[&[]]))
        .flagged("Length");
    group
        .invalid(
            "1,233 bytes",
            "datagram_too_long",
            encode("stream", &[&many("too long", 1_233)]),
        )
        .flagged("Length");
    let group = area.group("serial", "a stream", &["IOMT-CARR-040"], "StreamLength");
    let whole = bytes_of("stream", &[&[9, 0, 0xA5], &many("carried", 300), &[7]]);
    group.valid("three datagrams", decode("stream", &whole));
    for len in [0, 1, 2, 3, 4, 6, 7, 150, whole.len() - 1] {
        group.valid(
            format!("it ends behind {len} bytes"),
            decode("stream", &whole[..len]),
        );
    }
    let group = area.group(
        "serial",
        "lengths that no datagram has, in a stream",
        &["IOMT-CARR-040"],
        "StreamEnd",
    );
    let good = bytes_of("stream", &[&[9, 0, 0xA5]]);
    for (what, length) in [
        ("zero", [0, 0]),
        ("1,233", [4, 0xD1]),
        ("65,535", [0xFF, 0xFF]),
        ("32,768", [0x80, 0]),
    ] {
        group.valid(
            format!("a length of {what}"),
            decode("stream", &[&good[..], &length, &good].concat()),
        );
        group.valid(
            format!("a length of {what} at once"),
            decode("stream", &length),
        );
    }
}

fn batch(area: &mut Area) {
    let group = area.group(
        "serial",
        "datagrams for a batch",
        &["IOMT-CARR-050"],
        "StreamLength",
    );
    group.valid("one", encode("batch", &[&[9, 0, 0xA5]]));
    group.valid(
        "three",
        encode("batch", &[&[9, 0, 0xA5], &many("carried", 300), &[7]]),
    );
    group.valid(
        "the longest",
        encode("batch", &[&many("the longest", 1_232)]),
    );
    group
        .invalid(
            "nothing in it",
            "empty_datagram",
            encode("batch", &[&[7], &[]]),
        )
        .flagged("Length");
    let group = area.group(
        "serial",
        "batches, whole and not",
        &["IOMT-CARR-050", "IOMT-CARR-052"],
        "Batch",
    );
    let whole = bytes_of("batch", &[&[9, 0, 0xA5], &many("carried", 30), &[7]]);
    group.valid("three datagrams", decode("batch", &whole));
    group.valid("none", decode("batch", &[]));
    for len in [1, 2, 3, 4, 5, 6, 7, 20, 36, 37, 38, 39] {
        group.valid(
            format!("it ends behind {len} bytes"),
            decode("batch", &whole[..len]),
        );
    }
    for (what, length) in [
        ("zero", [0, 0]),
        ("1,233", [4, 0xD1]),
        ("65,535", [0xFF, 0xFF]),
    ] {
        group.valid(
            format!("a length of {what} behind one"),
            decode("batch", &[&whole[..5], &length, &whole[..5]].concat()),
        );
    }
}

/// What is carried ends early: on a line and a good frame follows, elsewhere for good.
fn every_cut(area: &mut Area) {
    let group = area.group(
        "serial",
        "a frame on a line that is cut, and a good one behind",
        &["IOMT-CARR-031", "IOMT-CARR-032"],
        "Resynchronise",
    );
    let [cut, good] = [&[9, 0, 0xA5, 0x71, 0x3C, 0, 0x58][..], &[7, 0, 0xC3]];
    let [cut, good] = [cut, good].map(|datagram| bytes_of("line", &[datagram]));
    for len in 0..cut.len() {
        let bytes = [&cut[..len], &good].concat();
        group.valid(
            format!("{len} of {} bytes", cut.len()),
            decode("line", &bytes),
        );
    }
    for (carrier, requirement) in [
        ("stream", &["IOMT-CARR-040"]),
        ("batch", &["IOMT-CARR-052"]),
    ] {
        let group = area.group(
            "serial",
            "two datagrams that end early",
            requirement,
            "CutCarried",
        );
        let whole = bytes_of(carrier, &[&[9, 0, 0xA5, 0x71], &many("carried", 14)]);
        for len in 0..whole.len() {
            group.valid(
                format!("{carrier}, {len} of {} bytes", whole.len()),
                decode(carrier, &whole[..len]),
            );
        }
    }
}

/// The longest datagrams, carried and read: nothing else passes through a receiver's whole buffer.
fn longest(area: &mut Area) {
    let group = area.group(
        "serial",
        "the longest datagrams, and those of a byte less",
        &["IOMT-CARR-030", "IOMT-CARR-040", "IOMT-CARR-050"],
        "Length",
    );
    let zeros = vec![0; 1_232];
    let full: Vec<u8> = (1..=255).cycle().take(1_232).collect();
    for carrier in ["line", "stream", "batch"] {
        for (what, datagram) in [
            ("1,232 bytes", &many("the longest", 1_232)),
            ("1,231 bytes", &many("nearly the longest", 1_231)),
            ("1,232 zeros", &zeros),
            ("1,232 bytes without a zero", &full),
        ] {
            let bytes = bytes_of(carrier, &[datagram, &[7]]);
            group.valid(
                format!("{carrier}, {what}, and one behind"),
                decode(carrier, &bytes),
            );
        }
    }
    for carrier in ["stream", "batch"] {
        let good = bytes_of(carrier, &[&[7]]);
        let over = [&[4, 0xD1][..], &many("too long", 1_233), &good].concat();
        group.valid(
            format!("{carrier}, 1,233 bytes that are there"),
            decode(carrier, &[&good[..], &over].concat()),
        );
    }
}

/// A datagram that is too long, whole and with its right CRC on a line: the length alone is what is wrong.
fn beyond_the_longest(area: &mut Area) {
    let group = area.group(
        "serial",
        "longer datagrams than there are, with their right CRC, and a good one behind",
        &["IOMT-CARR-031", "IOMT-LIM-001"],
        "Length",
    );
    let good = bytes_of("line", &[&[7]]);
    for len in [1_232, 1_233, 1_234, 2_000] {
        let line = [&on_a_line(&many("too long", len))[..], &good].concat();
        group.valid(format!("{len} bytes"), decode("line", &line));
    }
    let none = [&on_a_line(&[])[..], &good].concat();
    group.valid("none", decode("line", &none));
}

/// `00 ‖ COBS( datagram ‖ CRC-32 ) ‖ 00`, of any length.
fn on_a_line(datagram: &[u8]) -> Vec<u8> {
    let content = [datagram, &crc(datagram).to_le_bytes()].concat();
    let mut out = vec![0];
    for part in content.split(|byte| *byte == 0) {
        let mut blocks = part.chunks_exact(254);
        for block in &mut blocks {
            out.push(0xFF);
            out.extend_from_slice(block);
        }
        let rest = blocks.remainder();
        out.push(u8::try_from(rest.len() + 1).unwrap());
        out.extend_from_slice(rest);
    }
    out.push(0);
    out
}

fn crc(bytes: &[u8]) -> u32 {
    const REFLECTED: u32 = 0x741B_8CD7_u32.reverse_bits();
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (REFLECTED * (crc & 1))
        })
    })
}
