//! Datagrams on a serial line, in a stream, in a batch, and in fragments.

use iomt::link::{
    AttPayload, Batch, BatchWriter, Fragmenter, MAX_SERIAL_FRAME, Reassembler, SerialDecoder,
    StreamDecoder, encode_serial, encode_stream,
};
use iomt::time::Instant;
use serde_json::{Value, json};

use crate::File;
use crate::text::hex;

pub(crate) fn file() -> File {
    let counting: Vec<u8> = (0..=255).cycle().take(600).collect();
    let datagrams: [(&str, Vec<u8>); 6] = [
        ("one byte", vec![0x41]),
        ("a zero", vec![9, 0, 0xA5]),
        ("zeros", vec![0; 40]),
        ("no zero in 254 bytes and more", vec![0xFF; 260]),
        ("all bytes", counting),
        ("the longest", vec![0x5A; 1_232]),
    ];
    let of = |make: fn(&str, &[u8]) -> Value| {
        let tests = datagrams
            .iter()
            .map(|(comment, datagram)| make(comment, datagram));
        tests.collect::<Vec<_>>()
    };
    let all: Vec<_> = datagrams
        .iter()
        .map(|(_, datagram)| &datagram[..])
        .collect();
    File {
        name: "carrier",
        about: "What carriers make of datagrams. A line of invalid serial frames delivers nothing; an invalid stream ends.",
        notes: json!({
            "Damaged": "the check sum is another",
            "Malformed": "a length that no datagram has, or an end in the middle of one",
        }),
        groups: vec![
            json!({ "type": "Serial", "tests": ([of(serial), damaged()].concat()) }),
            json!({ "type": "Stream", "tests": ([of(stream), bad_streams()].concat()) }),
            json!({ "type": "Batch", "tests": [batch(&all), batch(&all[..1])] }),
            json!({ "type": "Fragments", "tests": of(fragments) }),
        ],
    }
}

fn serial(comment: &str, datagram: &[u8]) -> Value {
    let mut out = [0; MAX_SERIAL_FRAME];
    let line = &*encode_serial(datagram, &mut out).unwrap();
    assert_eq!(delivered(line), [datagram]);
    json!({ "comment": comment, "datagram": hex(datagram), "line": hex(line), "result": "valid" })
}

fn delivered(mut line: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder: SerialDecoder = SerialDecoder::new();
    let mut found = Vec::new();
    while let Some(datagram) = decoder.decode(&mut line) {
        found.push(datagram.to_vec());
    }
    found
}

fn damaged() -> Vec<Value> {
    let mut out = [0; MAX_SERIAL_FRAME];
    let line = encode_serial(&[9, 0, 0xA5], &mut out).unwrap().to_vec();
    let flipped = |at: usize| {
        let mut line = line.clone();
        line[at] ^= 1;
        line
    };
    let cases = [
        ("a bit of the datagram", flipped(2)),
        ("a bit of the check sum", flipped(8)),
        ("without its last delimiter", line[..9].to_vec()),
        ("only delimiters", vec![0; 3]),
        (
            "a byte 01 in front of the last delimiter",
            [&line[..9], &[1, 0]].concat(),
        ),
    ];
    let refused = cases.map(|(comment, line)| {
        assert_eq!(delivered(&line), [[0_u8; 0]; 0], "{comment}");
        json!({ "comment": comment, "line": hex(line), "flags": ["Damaged"], "result": "invalid" })
    });
    refused.to_vec()
}

fn stream(comment: &str, datagram: &[u8]) -> Value {
    let mut out = [0; 1_234];
    let bytes = encode_stream(datagram, &mut out).unwrap().to_vec();
    let mut rest = &bytes[..];
    let mut decoder: StreamDecoder = StreamDecoder::new();
    assert_eq!(decoder.decode(&mut rest), Ok(Some(datagram)));
    json!({ "comment": comment, "datagram": hex(datagram), "bytes": hex(bytes), "result": "valid" })
}

fn bad_streams() -> Vec<Value> {
    let cases = [
        ("a datagram without bytes", vec![0, 0, 1]),
        ("a datagram that is too long", vec![4, 0xD1, 1]),
    ];
    let refused = cases.map(|(comment, bytes)| {
        let mut decoder: StreamDecoder = StreamDecoder::new();
        assert!(decoder.decode(&mut &bytes[..]).is_err());
        json!({ "comment": comment, "bytes": hex(bytes), "flags": ["Malformed"], "result": "invalid" })
    });
    refused.to_vec()
}

fn batch(datagrams: &[&[u8]]) -> Value {
    let mut out = [0; 4_096];
    let mut writer = BatchWriter::new(&mut out, 4_096);
    for datagram in datagrams {
        writer.push(datagram).unwrap();
    }
    let body = writer.finish();
    assert_eq!(
        Batch::new(body).collect::<Result<Vec<_>, _>>().unwrap(),
        datagrams
    );
    json!({
        "comment": format!("{} datagrams", datagrams.len()),
        "datagrams": datagrams.iter().map(hex).collect::<Vec<_>>(),
        "body": hex(body),
        "result": "valid",
    })
}

/// The second datagram of a connection whose first had number 0, at an MTU of 185.
fn fragments(comment: &str, datagram: &[u8]) -> Value {
    let payload = AttPayload::from_mtu(185);
    let mut fragmenter = Fragmenter::default();
    let _first = fragmenter.fragments(&[1], payload).unwrap();
    let mut reassembler: Reassembler = Reassembler::default();
    let mut values = Vec::new();
    let mut whole = None;
    for fragment in fragmenter.fragments(datagram, payload).unwrap() {
        let mut out = [0; 512];
        let value = &*fragment.write(&mut out).unwrap();
        let delivered = reassembler.handle_fragment(Instant::from_secs(1), value);
        whole = delivered.unwrap().map(<[u8]>::to_vec);
        values.push(hex(value));
    }
    assert_eq!(whole.as_deref(), Some(datagram));
    json!({
        "comment": comment,
        "datagram": hex(datagram),
        "mtu": 185,
        "values": values,
        "result": "valid",
    })
}
