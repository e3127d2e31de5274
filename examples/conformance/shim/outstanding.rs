//! Control frames: what they say, how they are written, and what a server does with a list.

use iomt::seal::{Error, Loss, LossCause, Opener, Opening};
use iomt::time::{Duration, Instant};
use iomt::wire::control::{
    Answer as Told, ControlRecord, ControlRecords, ControlWriter, EpochEntry, ListedEpoch,
    ListedSpace, Lost, Outcome, SpaceEntry, Status, Why,
};
use iomt::wire::{self, CounterRange, Locator, MAX_DATAGRAM, Run, Space};
use serde_json::{Value, json};

use super::Answer;
use super::error::{Class, Failure, unwritten};
use super::open::{Arrival, arrivals, server};
use super::request::Request;
use super::text::hex;

pub(super) fn outstanding(request: &Request<'_>) -> Answer {
    if request.has("plaintext") {
        let plaintext = request.bytes("plaintext")?;
        let records: Vec<_> = ControlRecords::new(&plaintext).map(said).collect();
        return Ok(json!({ "records": records }));
    }
    if request.has("records") {
        return write(request);
    }
    let mut server = server(request)?;
    let mut outcomes = Vec::new();
    for mut arrival in arrivals(request)? {
        let outcome = settle(&mut server, &mut arrival);
        outcomes.push(outcome.unwrap_or_else(|error| json!({ "error": error.class() })));
    }
    Ok(json!({ "outcomes": outcomes }))
}

fn said(record: Result<ControlRecord<'_>, wire::Error>) -> Value {
    match record {
        Ok(ControlRecord::Status(status)) => json!({ "status": {
            "ticks": status.ticks.as_micros().to_string(),
            "due": status.due_ms,
            "serverTime": status.server_time_ms.map(|time| time.to_string()),
            "age": status.age.as_micros().to_string(),
        }}),
        Ok(ControlRecord::Outstanding(list)) => {
            let epochs: Vec<_> = list.epochs().map(|epoch| listed(&epoch)).collect();
            json!({ "outstanding": { "epochs": epochs } })
        }
        Ok(ControlRecord::Answer(answer)) => json!({ "answer": {
            "taken": answer.taken,
            "outcome": answer.outcome.code(),
        }}),
        Ok(ControlRecord::Unknown { tag, body }) => {
            json!({ "unknown": { "tag": tag.0, "body": hex(body) } })
        }
        Ok(_) => json!({ "error": "self_check" }),
        Err(error) => json!({ "error": error.class() }),
    }
}

fn listed(epoch: &ListedEpoch<'_>) -> Value {
    json!({
        "locator": hex(epoch.locator.0),
        "secret": epoch.secret.map(hex),
        "cut": epoch.is_cut,
        "run": hex(epoch.run.0),
        "data": epoch.space(Space::Data).map(space),
        "alarm": epoch.space(Space::Alarm).map(space),
    })
}

fn space(space: &ListedSpace<'_>) -> Value {
    let losses: Vec<_> = space
        .losses()
        .map(|lost| json!({ "range": [lost.range.start, lost.range.end], "why": lost.why.code() }))
        .collect();
    json!({ "floor": space.floor, "end": space.end, "losses": losses })
}

/// What a request lists, with the bytes that the writer borrows.
struct Listed {
    locator: [u8; 8],
    secret: Option<Vec<u8>>,
    is_cut: bool,
    run: [u8; 8],
    spaces: [Option<(u32, u32, Vec<Lost>)>; 2],
}

impl Listed {
    fn of(epoch: &Request<'_>) -> Result<Self, Failure> {
        let space = |name| match epoch.optional(name)? {
            Some(space) => space_of(&space).map(Some),
            None => Ok(None),
        };
        let secret = epoch.has("secret").then(|| epoch.bytes("secret"));
        Ok(Self {
            locator: epoch.array("locator")?,
            secret: secret.transpose()?,
            is_cut: epoch.flag("cut"),
            run: epoch.array("run")?,
            spaces: [space("data")?, space("alarm")?],
        })
    }

    fn entry(&self) -> EpochEntry<'_, std::iter::Copied<std::slice::Iter<'_, Lost>>> {
        let [data, alarm] = self.spaces.each_ref().map(|space| {
            space.as_ref().map(|(floor, end, losses)| SpaceEntry {
                floor: *floor,
                end: *end,
                losses: losses.iter().copied(),
            })
        });
        EpochEntry {
            locator: Locator(self.locator),
            secret: self.secret.as_deref(),
            is_cut: self.is_cut,
            run: Run(self.run),
            data,
            alarm,
        }
    }
}

fn space_of(space: &Request<'_>) -> Result<(u32, u32, Vec<Lost>), Failure> {
    let losses: Result<_, _> = space.objects("losses")?.iter().map(lost_of).collect();
    Ok((space.number("floor")?, space.number("end")?, losses?))
}

fn lost_of(lost: &Request<'_>) -> Result<Lost, Failure> {
    let bound = |at: usize| {
        let bound = lost.list("range")?.get(at).and_then(Value::as_u64);
        let bound = bound.and_then(|bound| u32::try_from(bound).ok());
        bound.ok_or_else(|| Failure::field("range"))
    };
    let (start, end) = (bound(0)?, bound(1)?);
    let why = Why::from_code(lost.number("why")?).ok_or(Failure::Class("out_of_range"))?;
    Ok(Lost {
        range: CounterRange { start, end },
        why,
    })
}

fn write(request: &Request<'_>) -> Answer {
    let mut buffer = [0; MAX_DATAGRAM];
    let mut writer = ControlWriter::new(&mut buffer);
    for record in request.objects("records")? {
        let written = if let Some(status) = record.optional("status")? {
            writer.status(&status_of(&status)?)
        } else if let Some(answer) = record.optional("answer")? {
            writer.answer(&Told {
                taken: answer.number("taken")?,
                outcome: Outcome::from_code(answer.number("outcome")?),
            })
        } else {
            let epochs = record.object("outstanding")?.objects("epochs")?;
            let epochs: Result<Vec<_>, _> = epochs.iter().map(Listed::of).collect();
            writer.outstanding(epochs?.iter().map(Listed::entry))
        };
        written.map_err(unwritten)?;
    }
    Ok(json!({ "plaintext": hex(&*writer.finish()) }))
}

fn status_of(status: &Request<'_>) -> Result<Status, Failure> {
    let due: u32 = if status.has("due") {
        status.number("due")?
    } else {
        0
    };
    let time: u64 = if status.has("serverTime") {
        status.big("serverTime")?
    } else {
        0
    };
    Ok(Status {
        ticks: Instant::from_micros(status.big("ticks")?),
        due_ms: due.try_into().ok(),
        server_time_ms: time.try_into().ok(),
        age: Duration::from_micros(status.big("age")?),
    })
}

fn settle(server: &mut Opener, arrival: &mut Arrival) -> Result<Value, Error> {
    let mut control = arrival.packet.clone();
    let opened = json!({ "opened": true });
    match server.open(&mut control)? {
        Opening::Control(control) => {
            let mut losses = Vec::new();
            let settled = server.handle_outstanding(&control, |loss| {
                losses.push(loss);
                Ok(())
            })?;
            Ok(settled.map_or(opened, |settled| {
                json!({ "settled": {
                    "imported": settled.imported,
                    "closed": settled.closed,
                    "losses": sorted(losses),
                }})
            }))
        }
        _ => super::open::take(server, arrival).map(|_| opened),
    }
}

fn sorted(mut losses: Vec<Loss>) -> Vec<Value> {
    losses.sort_by_key(|loss| (*loss.epoch.as_bytes(), loss.space.code(), loss.range.start));
    let told = |loss: &Loss| {
        json!({
            "tag": hex(loss.epoch.as_bytes()),
            "run": loss.run.map(|run| hex(run.0)),
            "space": loss.space.code(),
            "range": [loss.range.start, loss.range.end],
            "why": match loss.why {
                LossCause::Reported(why) => why.code(),
                LossCause::AfterAcknowledgement => 6,
                _ => 7,
            },
        })
    };
    losses.iter().map(told).collect()
}
