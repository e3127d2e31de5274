use iomt::link::{
    AttPayload, Batch, BatchWriter, Fragmenter, MAX_SERIAL_FRAME, Reassembler, SerialDecoder,
    StreamDecoder, encode_serial, encode_stream,
};
use iomt::time::Instant;
use iomt::wire::MAX_DATAGRAM;
use serde_json::{Value, json};

use super::Answer;
use super::error::{Class, Failure};
use super::request::Request;
use super::text::{hex, unhex};

pub(super) fn fragment(request: &Request<'_>) -> Answer {
    let datagram = request.bytes("datagram")?;
    let payload = AttPayload::from_mtu(request.number("mtu")?);
    let mut fragmenter = Fragmenter::default();
    for _ in 0..request.number::<u8>("message")? {
        let _earlier = fragmenter.fragments(&[1], payload)?;
    }
    let mut values = Vec::new();
    for fragment in fragmenter.fragments(&datagram, payload)? {
        values.push(hex(&*fragment.write(&mut [0; 512])?));
    }
    Ok(json!({ "values": values }))
}

pub(super) fn reassemble(request: &Request<'_>) -> Answer {
    let mut reassembler: Reassembler = Reassembler::new();
    let mut outcomes = Vec::new();
    for pair in request.list("fragments")? {
        let (at, value) = timed(pair).ok_or_else(|| Failure::field("fragments"))?;
        outcomes.push(match reassembler.handle_fragment(at, &value) {
            Ok(None) => Value::Null,
            Ok(Some(datagram)) => json!({ "datagram": hex(datagram) }),
            Err(error) => json!({ "error": error.class() }),
        });
    }
    Ok(json!({ "outcomes": outcomes }))
}

fn timed(pair: &Value) -> Option<(Instant, Vec<u8>)> {
    let at = pair.get(0)?.as_str()?.parse().ok()?;
    Some((Instant::from_millis(at), unhex(pair.get(1)?.as_str()?)?))
}

pub(super) fn serial(request: &Request<'_>) -> Answer {
    let carrier = request.text("carrier")?;
    if request.has("datagrams") {
        let datagrams = request.byte_strings("datagrams")?;
        let bytes = match carrier {
            "line" => joined(&datagrams, |datagram| {
                Ok(encode_serial(datagram, &mut [0; MAX_SERIAL_FRAME])?.to_vec())
            }),
            "stream" => joined(&datagrams, |datagram| {
                Ok(encode_stream(datagram, &mut [0; MAX_DATAGRAM + 2])?.to_vec())
            }),
            _ => batch(&datagrams),
        };
        return Ok(json!({ "bytes": hex(bytes?) }));
    }
    let bytes = request.bytes("bytes")?;
    let (datagrams, broken) = match carrier {
        "line" => (delivered(&bytes), false),
        "stream" => streamed(&bytes),
        _ => unbatched(&bytes),
    };
    let datagrams: Vec<_> = datagrams.iter().map(hex).collect();
    Ok(json!({ "datagrams": datagrams, "broken": broken.then_some(true) }))
}

fn joined(
    datagrams: &[Vec<u8>],
    encode: impl Fn(&[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<Vec<u8>, Failure> {
    let all: Result<Vec<_>, _> = datagrams.iter().map(|datagram| encode(datagram)).collect();
    Ok(all?.concat())
}

fn batch(datagrams: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let len = datagrams.iter().map(|datagram| datagram.len() + 2).sum();
    let mut body = vec![0; len];
    let mut writer = BatchWriter::new(&mut body, len);
    for datagram in datagrams {
        writer.push(datagram)?;
    }
    Ok(writer.finish().to_vec())
}

fn delivered(mut line: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder: SerialDecoder = SerialDecoder::new();
    let mut found = Vec::new();
    while let Some(datagram) = decoder.decode(&mut line) {
        found.push(datagram.to_vec());
    }
    found
}

fn streamed(mut bytes: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut decoder: StreamDecoder = StreamDecoder::new();
    let mut found = Vec::new();
    loop {
        match decoder.decode(&mut bytes) {
            Ok(Some(datagram)) => found.push(datagram.to_vec()),
            Ok(None) => return (found, false),
            Err(_) => return (found, true),
        }
    }
}

fn unbatched(bytes: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut found = Vec::new();
    for datagram in Batch::new(bytes) {
        match datagram {
            Ok(datagram) => found.push(datagram.to_vec()),
            Err(_) => return (found, true),
        }
    }
    (found, false)
}
