use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::area::{Area, Flag};
use super::common::{bytes, many};
use crate::shim::text::hex;

const FLAGS: &[Flag] = &[
    Flag {
        name: "Longest",
        bug: "OFF_BY_ONE",
        says: "draws the longest label in another place",
        effect: "a label of a later version is told from nothing, or a buffer overflows",
    },
    Flag {
        name: "CutText",
        bug: "LENGTH",
        says: "takes a text that is cut",
        effect: "a secret is taken that no device has",
    },
    Flag {
        name: "Misread",
        bug: "MISSING_CHECK",
        says: "takes a label that was misread",
        effect: "a person waits for a device that is not there",
    },
    Flag {
        name: "NotALabel",
        bug: "MISSING_CHECK",
        says: "takes a text that is no label",
        effect: "any QR code starts a pairing",
    },
    Flag {
        name: "LaterVersion",
        bug: "EVOLUTION",
        says: "does not tell a later version from a misread label",
        effect: "a person scans again instead of updating",
    },
    Flag {
        name: "CriticalField",
        bug: "EVOLUTION",
        says: "passes over a critical field",
        effect: "a device is paired by other rules than its label asks for",
    },
    Flag {
        name: "UnknownField",
        bug: "EVOLUTION",
        says: "refuses a field that it may pass over",
        effect: "a newer label can not be read",
    },
    Flag {
        name: "Malformed",
        bug: "LENGTH",
        says: "takes a body that its lengths do not fit",
        effect: "a short secret is taken",
    },
    Flag {
        name: "Letters",
        bug: "ENCODING",
        says: "is strict about small letters or white space",
        effect: "a label that was typed or printed otherwise is refused",
    },
    Flag {
        name: "Base32",
        bug: "ENCODING",
        says: "takes base32 that is not in its one form",
        effect: "one label has several texts",
    },
    Flag {
        name: "ShortSecret",
        bug: "MISSING_CHECK",
        says: "prints a secret that is too short",
        effect: "a stranger guesses it",
    },
];

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let characters = bits.chunks(5).map(|bits| {
        let value = (0..5).fold(0, |value, bit| {
            value << 1 | bits.get(bit).copied().unwrap_or(0)
        });
        char::from(ALPHABET[usize::from(value)])
    });
    characters.collect()
}

fn text_of(body: &[u8]) -> String {
    format!(
        "IOMT:{}",
        base32(&[body, &Sha256::digest(body)[..4]].concat())
    )
}

fn asks(text: impl Into<String>) -> Value {
    json!({ "text": text.into() })
}

fn body(model: u8, secret: &[u8], rest: &[u8]) -> Vec<u8> {
    [
        &[1, 1, model, u8::try_from(secret.len()).unwrap()][..],
        secret,
        rest,
    ]
    .concat()
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "label",
        "The text of a label, as a QR code or an NFC tag says it.",
        FLAGS,
    );
    let secret = many("label secret", 32);
    let key: [u8; 32] = {
        let mut key = bytes("label key");
        key[31] &= 0x7F;
        key
    };
    let with_key = |key: &[u8]| body(1, &secret[..16], &[&[32], key].concat());
    let group = area.group("label", "labels", &["IOMT-LABEL-001", "IOMT-LABEL-007"], "");
    for len in 16..=32 {
        group.valid(
            format!("a secret of {len} bytes"),
            asks(text_of(&body(2, &secret[..len], &[]))),
        );
    }
    group.valid("with the device's key", asks(text_of(&with_key(&key))));
    group.valid(
        "a long secret and a key",
        asks(text_of(&body(1, &secret, &[&[32][..], &key].concat()))),
    );
    let group = area.group(
        "label",
        "labels that are printed",
        &["IOMT-LABEL-001", "IOMT-PAIR-030"],
        "ShortSecret",
    );
    for len in [16, 17, 20, 24, 31, 32] {
        group.valid(
            format!("a secret of {len} bytes"),
            json!({ "secret": hex(&secret[..len]) }),
        );
        group.valid(
            format!("a secret of {len} bytes, and a key"),
            json!({ "secret": hex(&secret[..len]), "key": hex(key) }),
        );
    }
    for len in [0, 1, 8, 15] {
        group.invalid(
            format!("a secret of {len} bytes"),
            "secret_too_short",
            json!({ "secret": hex(&secret[..len]) }),
        );
    }
    group.invalid(
        "a secret of 33 bytes",
        "no_room",
        json!({ "secret": hex(many("label secret", 33)) }),
    );
    group.invalid(
        "a key that is not canonical",
        "bad_key",
        json!({ "secret": hex(&secret[..16]), "key": hex([0xFF; 32]) }),
    );
    misread(&mut area, &text_of(&body(2, &secret[..16], &[])));
    written_otherwise(&mut area, &text_of(&body(2, &secret[..16], &[])));
    later(&mut area, &secret[..16]);
    malformed(&mut area, &secret, &key);
    every_cut(&mut area, &secret, &key);
    longest(&mut area, &secret, &key);
    ascii_alone(&mut area, &secret[..16]);
    area
}

fn misread(area: &mut Area, text: &str) {
    let group = area.group(
        "label",
        "one character is another",
        &["IOMT-LABEL-004"],
        "Misread",
    );
    for place in 5..text.len() - 1 {
        let mut other: Vec<u8> = text.bytes().collect();
        let at = ALPHABET
            .iter()
            .position(|letter| *letter == other[place])
            .unwrap();
        other[place] = ALPHABET[(at + 1 + place % 30) % 32];
        group.invalid(
            format!("character {place}"),
            "misread",
            asks(String::from_utf8(other).unwrap()),
        );
    }
    for places in [(6, 7), (9, 12), (20, 30)] {
        let mut other: Vec<u8> = text.bytes().collect();
        other.swap(places.0, places.1);
        group.any(
            format!("characters {} and {} changed places", places.0, places.1),
            asks(String::from_utf8(other).unwrap()),
        );
    }
}

fn written_otherwise(area: &mut Area, text: &str) {
    let group = area.group(
        "label",
        "small letters and white space",
        &["IOMT-LABEL-002"],
        "Letters",
    );
    let small = text.to_lowercase();
    for (what, text) in [
        ("small letters", small.clone()),
        ("a small prefix", format!("iomt:{}", &text[5..])),
        (
            "large and small letters",
            format!("{}{}", &text[..20], &small[20..]),
        ),
        ("a space before and behind", format!(" {text} ")),
        ("a line end behind", format!("{text}\r\n")),
        ("a tab before", format!("\t{text}")),
    ] {
        group.valid(what, asks(text));
    }
    let group = area.group(
        "label",
        "texts of something else",
        &["IOMT-LABEL-003"],
        "NotALabel",
    );
    for (what, text) in [
        ("nothing", String::new()),
        ("white space", "  ".into()),
        ("an address", "https://example.org/".into()),
        ("the prefix without its colon", text.replacen(':', "", 1)),
        ("another prefix", text.replacen("IOMT", "IOMU", 1)),
        ("another colon", text.replacen(':', ";", 1)),
        ("no prefix", text[5..].to_owned()),
        (
            "a space between",
            format!("{} {}", &text[..20], &text[20..]),
        ),
        ("a dash between", format!("{}-{}", &text[..20], &text[20..])),
        ("the figure one", text.replacen(&text[9..10], "1", 1)),
        ("the figure zero", format!("{}0{}", &text[..9], &text[10..])),
        (
            "the figure eight",
            format!("{}8{}", &text[..9], &text[10..]),
        ),
        ("padding", format!("{text}=")),
        (
            "a letter of two bytes",
            format!("{}É{}", &text[..9], &text[10..]),
        ),
    ] {
        group.invalid(what, "not_a_label", asks(text));
    }
    group.refused("the prefix alone", asks("IOMT:"));
    let group = area
        .group(
            "label",
            "base32 that is not in its one form",
            &["IOMT-LABEL-003"],
            "Base32",
        )
        .judged("any_error");
    group.refused("a character more", asks(format!("{text}A")));
    group.refused("two characters more", asks(format!("{text}AA")));
    group.refused("a character less", asks(&text[..text.len() - 1]));
    let last = text.bytes().last().unwrap();
    let at = ALPHABET.iter().position(|letter| *letter == last).unwrap();
    for bit in [1, 2, 4] {
        let other = char::from(ALPHABET[at ^ bit]);
        group.refused(
            format!("a bit of {bit} that is left over"),
            asks(format!("{}{other}", &text[..text.len() - 1])),
        );
    }
    group.refused(
        "more than 210 characters",
        asks(format!("IOMT:{}", "A".repeat(300))),
    );
}

fn later(area: &mut Area, secret: &[u8]) {
    let changed = |place: usize, to: u8| {
        let mut body = body(2, secret, &[]);
        body[place] = to;
        body
    };
    let group = area.group(
        "label",
        "labels of later versions",
        &["IOMT-LABEL-005", "IOMT-VER-001"],
        "LaterVersion",
    );
    for version in [0, 2, 3, 0x7F, 0xFF] {
        group.invalid(
            format!("version {version}"),
            "unsupported_version",
            asks(text_of(&changed(0, version))),
        );
    }
    for suite in [0, 2, 0xFF] {
        group.invalid(
            format!("suite {suite}"),
            "unsupported_suite",
            asks(text_of(&changed(1, suite))),
        );
    }
    for model in [0, 3, 4, 5, 6, 7, 0xFF] {
        group.invalid(
            format!("model {model}"),
            "unsupported_model",
            asks(text_of(&changed(2, model))),
        );
    }
    group.invalid(
        "version, suite and model",
        "unsupported_version",
        asks(text_of(&[2, 2, 4, 1])),
    );
    group.invalid(
        "a version with another layout",
        "unsupported_version",
        asks(text_of(&[9, 0, 0, 0, 0])),
    );
    let group = area.group(
        "label",
        "fields that may be passed over",
        &["IOMT-LABEL-006"],
        "UnknownField",
    );
    for (what, fields) in [
        ("one", &[2, 1, 5][..]),
        ("an empty one", &[2, 0]),
        ("two", &[2, 1, 5, 8, 2, 6, 7]),
        ("with the last tag", &[0xFE, 1, 5]),
        ("tag 0", &[0, 1, 5]),
    ] {
        group.any(what, asks(text_of(&body(2, secret, fields))));
    }
    let group = area.group(
        "label",
        "critical fields",
        &["IOMT-LABEL-006"],
        "CriticalField",
    );
    for (what, fields) in [
        ("tag 1", &[1, 1, 5][..]),
        ("tag 3", &[3, 0]),
        ("behind another", &[2, 1, 5, 9, 0]),
        ("tag 255", &[0xFF, 0]),
    ] {
        group.invalid(
            what,
            "unsupported_field",
            asks(text_of(&body(2, secret, fields))),
        );
    }
}

fn malformed(area: &mut Area, secret: &[u8], key: &[u8; 32]) {
    let group = area.group(
        "label",
        "bodies that do not fit",
        &["IOMT-LABEL-007"],
        "Malformed",
    );
    let secret = &secret[..16];
    for (what, body) in [
        ("fields out of order", body(2, secret, &[4, 0, 2, 0])),
        ("a field twice", body(2, secret, &[2, 0, 2, 0])),
        ("half a field", body(2, secret, &[2, 3, 1])),
        ("a tag alone", body(2, secret, &[2])),
        ("no secret", body(2, &[], &[])),
        ("a secret of 1 byte", body(2, &secret[..1], &[])),
        ("a secret of 15 bytes", body(2, &secret[..15], &[])),
        (
            "a secret of 33 bytes",
            body(2, &many("label secret", 33), &[]),
        ),
        (
            "a secret longer than the body",
            [&[1, 1, 2, 20][..], secret].concat(),
        ),
        ("no key in model 1", body(1, secret, &[])),
        (
            "a key of 31 bytes",
            body(1, secret, &[&[31][..], &key[..31]].concat()),
        ),
        (
            "a key of 33 bytes",
            body(1, secret, &[&[33][..], key, &[0]].concat()),
        ),
        (
            "a key cut short",
            body(1, secret, &[&[32][..], &key[..31]].concat()),
        ),
        (
            "a key that is not canonical",
            body(1, secret, &[&[32][..], &[0xFF; 32]].concat()),
        ),
        (
            "a key of the prime itself",
            body(1, secret, &[&[32, 0xED][..], &[0xFF; 30], &[0x7F]].concat()),
        ),
    ] {
        group.refused(what, asks(text_of(&body)));
    }
    for len in 0..4 {
        group.refused(
            format!("{len} bytes in front of the checksum"),
            asks(text_of(&body(2, secret, &[])[..len])),
        );
    }
}

/// A text that is cut is told from a label: by its check sum at the latest.
fn every_cut(area: &mut Area, secret: &[u8], key: &[u8; 32]) {
    let group = area
        .group(
            "label",
            "texts that are cut",
            &["IOMT-LABEL-003", "IOMT-LABEL-004"],
            "CutText",
        )
        .judged("any_error");
    let secret = &secret[..16];
    for (what, body) in [
        ("a label", body(2, secret, &[])),
        ("with a key", body(1, secret, &[&[32], &key[..]].concat())),
    ] {
        let text = text_of(&body);
        for len in 0..text.len() {
            let comment = format!("{what}, {len} of {} characters", text.len());
            group.refused(comment, asks(&text[..len]));
        }
    }
}

/// 128 bytes are the most, which 210 characters say.
fn longest(area: &mut Area, secret: &[u8], key: &[u8; 32]) {
    let group = area.group(
        "label",
        "labels as long as they get, and a byte more",
        &["IOMT-LABEL-003", "IOMT-LABEL-006"],
        "Longest",
    );
    // Behind the fields stand four bytes of a checksum.
    let filled = |body: &[u8], len: usize| {
        let content = len - 4 - body.len() - 2;
        let field = [&[2, content as u8][..], &many("a field", content)].concat();
        [body, &field].concat()
    };
    let key = [&[32], &key[..]].concat();
    for (what, head) in [
        ("the shortest secret", body(2, &secret[..16], &[])),
        ("the longest secret", body(2, secret, &[])),
        ("a key", body(1, &secret[..16], &key)),
        ("the longest secret and a key", body(1, secret, &key)),
    ] {
        for len in [127, 128] {
            group.valid(
                format!("{what}, {len} bytes"),
                asks(text_of(&filled(&head, len))),
            );
        }
        group.valid(
            format!("{what}, 128 bytes and white space around"),
            asks(format!("  {}\n", text_of(&filled(&head, 128)))),
        );
        for len in [129, 130] {
            group.invalid(
                format!("{what}, {len} bytes"),
                "not_a_label",
                asks(text_of(&filled(&head, len))),
            );
        }
    }
}

/// Small letters and white space are those of ASCII.
fn ascii_alone(area: &mut Area, secret: &[u8]) {
    let group = area.group(
        "label",
        "letters and white space of other alphabets",
        &["IOMT-LABEL-002", "IOMT-LABEL-003"],
        "NotALabel",
    );
    let text = text_of(&body(2, secret, &[]));
    for (what, around) in [
        ("a vertical tab", '\u{b}'),
        ("a file separator", '\u{1c}'),
        ("a next line", '\u{85}'),
        ("a no-break space", '\u{a0}'),
        ("an em space", '\u{2003}'),
        ("a byte order mark", '\u{feff}'),
    ] {
        group.invalid(
            format!("{what} in front"),
            "not_a_label",
            asks(format!("{around}{text}")),
        );
        group.invalid(
            format!("{what} behind"),
            "not_a_label",
            asks(format!("{text}{around}")),
        );
    }
    for (what, from, to) in [
        ("a dotless i", "IOMT", "\u{131}OMT"),
        ("a full-width I", "IOMT", "\u{ff29}OMT"),
        ("a full-width colon", ":", "\u{ff1a}"),
    ] {
        group.invalid(what, "not_a_label", asks(text.replacen(from, to, 1)));
    }
    let long_s = text.replacen('S', "\u{17f}", 1);
    assert_ne!(text, long_s);
    group.invalid("a long s", "not_a_label", asks(long_s));
}
