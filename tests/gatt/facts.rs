//! Published payloads with their meaning, each once.

use super::{assert_comes_back, bytes, observations, refusal, text};
use iomt::gatt::{Error, Payload};

/// Characteristic, payload, and "MDC code:unit code:value" of what is in it.
const VALID: [(u16, &str, &[&str]); 28] = [
    (0x2A37, "0055", &["147842:264864:85"]),
    (0x2A37, "04ff", &["147842:264864:255"]),
    (
        0x2A37,
        "1e5532002100",
        &[
            "147842:264864:85",
            "8454263:266115:50",
            "147240:264338:32.227",
        ],
    ),
    (
        0x2A37,
        "163c00040002",
        &[
            "147842:264864:60",
            "147240:264338:1000.000",
            "147240:264338:500.000",
        ],
    ),
    (
        0x2A37,
        "192c010a000001",
        &[
            "147842:264864:300",
            "8454263:266115:10",
            "147240:264338:250.000",
        ],
    ),
    (
        0x2A35,
        "1e8a00580078000000041114293b3c00012700",
        &[
            "150021:266016:138",
            "150022:266016:88",
            "150023:266016:120",
            "149546:264864:60",
        ],
    ),
    (
        0x2A35,
        "15bdf00b009ff03c001200",
        &[
            "150021:265987:18.9",
            "150022:265987:11",
            "150023:265987:15.9",
            "149546:264864:below 60",
        ],
    ),
    (
        0x2A35,
        "15a0f06bf07cf040000c00",
        &[
            "150021:265987:16.0",
            "150022:265987:10.7",
            "150023:265987:12.4",
            "149546:264864:above 64",
        ],
    ),
    (
        0x2A35,
        "0076004c00ff07",
        &["150021:266016:118", "150022:266016:76", "150023:266016:NaN"],
    ),
    (
        0x2A36,
        "156ff0000000003c001200",
        &["150300:265987:11.1", "149546:264864:below 60"],
    ),
    (0x2A36, "00d7f000000000", &["150300:266016:21.5"]),
    (
        0x2A1C,
        "06b00e00fedc070c050b321b04",
        &["188432:268192:37.60"],
    ),
    (0x2A1C, "05da0300ff06", &["188424:266560:98.6"]),
    (0x2A1C, "006c0100ff", &["150364:268192:36.4"]),
    (
        0x2A5F,
        "00e8f384f3",
        &["150456:262688:100.0", "149530:264864:90.0"],
    ),
    (
        0x2A5F,
        "1fdef3caf3caf35af5d4f3b2f220010000007ae3",
        &[
            "150456:262688:99.0",
            "149530:264864:97.0",
            "150448:262688:8.90",
        ],
    ),
    (
        0x2A5F,
        "03ff07ff076000460061004400",
        &["150456:262688:NaN", "149530:264864:NaN"],
    ),
    (
        0x2A5E,
        "0facf3bef5e8070b1d170839204022000066e3",
        &[
            "150456:262688:94.0",
            "149530:264864:147.0",
            "150448:262688:8.70",
        ],
    ),
    (
        0x2A5E,
        "1f62004800ea07030e091a3500412000002af0",
        &["150456:262688:98", "149530:264864:72", "150448:262688:4.2"],
    ),
    (
        0x2A18,
        "1b0100e307021b0b0a1efbff1e00120501",
        &["160368:264274:3000000"],
    ),
    (0x2A18, "002a00e807030f0e1e2d", &[]),
    (
        0x2AA7,
        "06000c10050006000c100600",
        &["160212:264274:120", "160212:264274:120"],
    ),
    (
        0x2AA7,
        "0d4373002c010324001a003e04",
        &["160212:264274:115", "8418008:266868:36"],
    ),
    (0x2A9D, "02b036e7070c190e1e2d", &["188736:263875:70.000"]),
    (
        0x2A9D,
        "0cb03605f500d606",
        &[
            "188736:263875:70.000",
            "188752:264096:24.5",
            "188740:263424:1.750",
        ],
    ),
    (
        0x2A9D,
        "0d803e03f500bd02",
        &[
            "188736:263904:160.00",
            "188752:264096:24.5",
            "188740:263520:70.1",
        ],
    ),
    (0x2A9D, "00ffff", &["188736:263875:NaN"]),
    (0x2A19, "64", &["67996:262688:100"]),
];

// IOMT-GATT-005, IOMT-GATT-013
#[test]
fn published_payloads_mean_what_was_published() {
    for (uuid, hex, expected) in VALID {
        let bytes = bytes(hex);
        let payload = Payload::decode(uuid, &bytes).expect(hex);
        let found: Vec<_> = observations(&payload)
            .iter()
            .map(|o| format!("{}:{}:{}", o.metric.code(), o.unit.code(), text(o.value)))
            .collect();
        assert_eq!(found, expected, "{hex}");
        assert_comes_back(uuid, &payload);
    }
}

// IOMT-GATT-002, IOMT-GATT-003
#[test]
fn every_refusal_names_the_field_and_the_fault() {
    let truncated = |field| Error::Truncated { field };
    for (uuid, hex, expected) in [
        (
            0x2A37,
            "170101",
            Error::Empty {
                field: "RR-Interval",
            },
        ),
        (0x2A37, "013c", truncated("Heart Rate Measurement Value")),
        (0x2A35, "010203040506", truncated("Mean Arterial Pressure")),
        (0x2A35, "03020304050607", truncated("Year")),
        (
            0x2A1C,
            "06b00e00fedc070c050b321b",
            truncated("Temperature Type"),
        ),
        (
            0x2A18,
            "1b0000e207041a0b091e1e00120501",
            Error::Reserved {
                field: "Sample Location",
                value: 0,
            },
        ),
        (
            0x2AA7,
            "08000c100600586f",
            Error::Checksum {
                found: 0x6F58,
                computed: 0x6F59,
            },
        ),
        (0x2AA7, "06e30c1006", truncated("CGM Measurement Record")),
        (
            0x2AA7,
            "07e30c10060000",
            truncated("Sensor Status Annunciation"),
        ),
        (0x2A19, "6400", Error::TrailingBytes { count: 1 }),
        (
            0x2A19,
            "65",
            Error::Reserved {
                field: "Battery Level",
                value: 101,
            },
        ),
        (0x2A00, "", Error::UnknownCharacteristic(0x2A00)),
    ] {
        assert_eq!(refusal(uuid, hex), expected, "{hex}");
    }
}
