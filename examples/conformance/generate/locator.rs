use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, frame, unstored};
use crate::shim::text::{Epoch, Side};

const FLAGS: &[Flag] = &[
    Flag {
        name: "Window",
        bug: "OFF_BY_ONE",
        says: "looks for more or fewer epochs ahead",
        effect: "a device that was restarted is not found, or strangers cost work",
    },
    Flag {
        name: "Skipped",
        bug: "STATE",
        says: "forgets the epochs that were passed over",
        effect: "the readings before an alarm never open",
    },
    Flag {
        name: "Open",
        bug: "STATE",
        says: "forgets an epoch that is open",
        effect: "a backlog never opens",
    },
    Flag {
        name: "Locators",
        bug: "KEY",
        says: "derives locators otherwise",
        effect: "nothing is found",
    },
];

fn asks(device: &Device, frames: &[Value]) -> Value {
    json!({ "session": device.session(), "frames": frames })
}

pub(super) fn area() -> Area {
    let mut area = Area::new("locator", "Which locators a server looks for.", FLAGS);
    let device = Device::usual();
    let epochs: [Epoch; 24] = device.epochs();
    let data = |number: usize| frame(epochs[number].unproved(0, 0, b"reading"));
    let of = |numbers: &[usize]| {
        asks(
            &device,
            &numbers
                .iter()
                .map(|number| data(*number))
                .collect::<Vec<_>>(),
        )
    };
    let group = area.group(
        "locator",
        "sessions in which nothing has opened",
        &["IOMT-LOC-001", "IOMT-EPOCH-004"],
        "Locators",
    );
    for number in 0..8 {
        let side = if number % 2 == 0 {
            Side::Initiator
        } else {
            Side::Responder
        };
        group.valid(
            format!("session {number}"),
            asks(&Device::named(&format!("new {number}"), side), &[]),
        );
    }
    let group = area.group(
        "locator",
        "the window ahead",
        &["IOMT-LOC-001", "IOMT-EPOCH-031"],
        "Window",
    );
    for number in 0..8 {
        group.valid(format!("epoch {number} has opened"), of(&[number]));
    }
    group.valid("two steps of seven", of(&[7, 14]));
    group.valid("three steps of seven", of(&[7, 14, 21]));
    group.valid(
        "a store that failed",
        asks(&device, &[unstored(epochs[2].unproved(0, 0, b"reading"))]),
    );
    let group = area.group(
        "locator",
        "epochs that were passed over",
        &["IOMT-LOC-002", "IOMT-EPOCH-032"],
        "Skipped",
    );
    for numbers in [
        &[1, 0][..],
        &[3, 1],
        &[3, 2, 1, 0],
        &[7, 0],
        &[7, 6, 5],
        &[5, 11],
        &[7, 14, 13],
        &[2, 9, 16],
        &[6, 3, 10],
        &[4, 8, 12],
    ] {
        group.valid(format!("{numbers:?}"), of(numbers));
    }
    let group = area.group(
        "locator",
        "epochs that are open",
        &["IOMT-LOC-003", "IOMT-LOC-008"],
        "Open",
    );
    for count in [2, 3, 5, 8, 9, 10, 11, 12, 16] {
        let numbers: Vec<usize> = (0..count).collect();
        group.valid(format!("{count} in order"), of(&numbers));
    }
    group.valid(
        "one of alarm only",
        asks(&device, &[frame(epochs[0].unproved(1, 5, b"alarm"))]),
    );
    group.valid(
        "one of control only",
        asks(&device, &[frame(epochs[0].unproved(2, 5, b"clock"))]),
    );
    area
}
