use iomt::seal::{ServerClock, StoredReport};
use iomt::wire::MAX_DATAGRAM;
use serde_json::{Value, json};

use super::Answer;
use super::keys::{Roots, begin};
use super::open::{arrivals, server, take};
use super::request::Request;
use super::text::hex;

pub(super) fn receipt(request: &Request<'_>) -> Answer {
    match request.has("packet") {
        true => read(request),
        false => write(request),
    }
}

fn write(request: &Request<'_>) -> Answer {
    let mut server = server(request)?;
    for mut arrival in arrivals(request)? {
        take(&mut server, &mut arrival)?;
    }
    let clock = match request.has("time") {
        true => Some(ServerClock {
            time_ms: request.big("time")?,
            wait_ms: request.big("wait")?,
        }),
        false => None,
    };
    let mut out = [0; MAX_DATAGRAM];
    Ok(json!({ "packet": hex(&*server.receipt(clock, &mut out)?) }))
}

/// At a device that has opened epochs in this boot.
fn read(request: &Request<'_>) -> Answer {
    let static_secret: [u8; 32] = request.array("staticSecret")?;
    let mut device = Roots::of(request)?.secrets()?.into_sealer(&static_secret)?;
    let mut opened = Vec::new();
    for random in request.randoms()? {
        begin(&mut device, random)?;
        opened.extend(device.epoch().map(|epoch| (epoch.locator, epoch.tag)));
    }
    let packet = request.bytes("packet")?;
    let tag_of = |locator| {
        let found = opened.iter().find(|(known, _)| *known == locator);
        found.map(|(_, tag)| *tag)
    };
    Ok(said(&device.verify(&packet, tag_of)?))
}

fn said(report: &StoredReport<'_>) -> Value {
    let entries: Vec<_> = report
        .acknowledgements()
        .map(|entry| {
            let ranges: Vec<_> = entry
                .ranges()
                .map(|range| [range.start, range.end])
                .collect();
            json!({
                "tag": hex(entry.epoch),
                "space": entry.space.code(),
                "floor": entry.floor,
                "ranges": ranges,
            })
        })
        .collect();
    json!({
        "echo": report.echo(),
        "time": report.server_time_ms().map(|time| time.to_string()),
        "wait": report.wait_ms().map(|wait| wait.to_string()),
        "entries": entries,
    })
}
