use iomt::wire::{MAX_COUNTER, ReceivedSet};
use serde_json::{Value, json};

use super::Answer;
use super::error::{Class, Failure};
use super::request::Request;

pub(super) fn receive(request: &Request<'_>) -> Answer {
    match request.number("ranges")? {
        16_u8 => run(ReceivedSet::<16>::new(), request),
        4 => run(ReceivedSet::<4>::new(), request),
        other => Err(Failure::Unsupported(format!("a set of {other} ranges"))),
    }
}

fn run<const N: usize>(mut set: ReceivedSet<N>, request: &Request<'_>) -> Answer {
    let mut outcomes = Vec::new();
    for step in request.list("steps")? {
        let number = |value: &Value| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| Failure::field("steps"))
        };
        if let Some(floor) = step.get("floor") {
            set.raise_floor(number(floor)?);
            outcomes.push("floor");
            continue;
        }
        let counter = number(step)?;
        // The packet has refused it before.
        if counter > MAX_COUNTER {
            outcomes.push("out_of_range");
            continue;
        }
        outcomes.push(match set.contains(counter) {
            true => "known",
            false => match set.insert(counter) {
                Ok(()) => "new",
                Err(iomt::wire::Error::SetFull) => "full",
                Err(error) => error.class(),
            },
        });
    }
    let held: Vec<_> = set
        .ranges()
        .iter()
        .map(|range| [range.start, range.end])
        .collect();
    Ok(json!({ "outcomes": outcomes, "floor": set.floor(), "held": held }))
}
