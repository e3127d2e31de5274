//! Every event there is, whether it is a warning, and how it reads.

use crate::node::{DeviceEvent, PeerId, Rung, ServerEvent};
use crate::pairing::{Identity, Model, PublicKey};
use crate::seal::{EpochTag, Twin};
use crate::time::Instant;
use crate::wire::control::{Outcome, Why};
use crate::wire::{Hint, Locator, Space};
use std::string::String;
use std::vec::Vec;

const PEER: PeerId = PeerId(3);

fn key() -> PublicKey {
    Identity::from_secret_bytes(&[7; 32]).unwrap().public()
}

/// An event, whether somebody has to look at it, and the values of its fields as they have to be read.
pub(super) struct Case<E> {
    pub(super) event: E,
    pub(super) is_warning: bool,
    pub(super) fields: &'static [&'static str],
}

const fn case<E>(event: E, is_warning: bool, fields: &'static [&'static str]) -> Case<E> {
    Case {
        event,
        is_warning,
        fields,
    }
}

pub(super) fn device_events() -> Vec<Case<DeviceEvent>> {
    let lost = DeviceEvent::Lost {
        peer: PEER,
        space: Space::Alarm,
        frames: 17,
        why: Why::NoRoom,
    };
    let cases = Vec::from([
        case(
            DeviceEvent::Paired {
                peer: PEER,
                key: key(),
            },
            false,
            &["Paired", "peer: PeerId(3)", "key: "],
        ),
        case(
            DeviceEvent::Ready { peer: PEER },
            false,
            &["Ready", "peer: PeerId(3)"],
        ),
        case(
            DeviceEvent::Reconnected {
                peer: PEER,
                by: Rung::Previous,
            },
            false,
            &["Reconnected", "peer: PeerId(3)", "by: Previous"],
        ),
        case(
            DeviceEvent::Wiped { frames: 12 },
            true,
            &["Wiped", "frames: 12"],
        ),
        case(
            lost,
            true,
            &[
                "Lost",
                "peer: PeerId(3)",
                "space: Alarm",
                "frames: 17",
                "why: NoRoom",
            ],
        ),
        case(
            DeviceEvent::Silent { peer: PEER },
            true,
            &["Silent", "peer: PeerId(3)"],
        ),
        case(
            DeviceEvent::Heard { peer: PEER },
            false,
            &["Heard", "peer: PeerId(3)"],
        ),
        case(
            DeviceEvent::StorageFailed { peer: PEER },
            true,
            &["StorageFailed", "peer: PeerId(3)"],
        ),
        case(DeviceEvent::DigitsReady, false, &["DigitsReady"]),
        case(DeviceEvent::ComparisonFailed, true, &["ComparisonFailed"]),
        case(DeviceEvent::AttemptsSpent, true, &["AttemptsSpent"]),
        case(
            DeviceEvent::Introduced {
                peer: PEER,
                by: PeerId(0),
            },
            false,
            &["Introduced", "peer: PeerId(3)", "by: PeerId(0)"],
        ),
        case(
            DeviceEvent::Revoked { peer: PEER },
            true,
            &["Revoked", "peer: PeerId(3)"],
        ),
    ]);
    let places: Vec<usize> = cases
        .iter()
        .map(|case| place_of_device(&case.event))
        .collect();
    assert_eq!(places, (0..cases.len()).collect::<Vec<_>>(), "each once");
    cases
}

/// An event that is added has no place here, and does not compile.
const fn place_of_device(event: &DeviceEvent) -> usize {
    match event {
        DeviceEvent::Paired { .. } => 0,
        DeviceEvent::Ready { .. } => 1,
        DeviceEvent::Reconnected { .. } => 2,
        DeviceEvent::Wiped { .. } => 3,
        DeviceEvent::Lost { .. } => 4,
        DeviceEvent::Silent { .. } => 5,
        DeviceEvent::Heard { .. } => 6,
        DeviceEvent::StorageFailed { .. } => 7,
        DeviceEvent::DigitsReady => 8,
        DeviceEvent::ComparisonFailed => 9,
        DeviceEvent::AttemptsSpent => 10,
        DeviceEvent::Introduced { .. } => 11,
        DeviceEvent::Revoked { .. } => 12,
    }
}

pub(super) fn server_events() -> Vec<Case<ServerEvent>> {
    let (session, keyed_with) = ([0xAB; 16], Hint([0xCD; 8]));
    let by = Model::RECONNECTION;
    let twin = Twin {
        number: 41,
        locator: Locator([1; 8]),
        known: EpochTag::from_bytes([2; 16]),
        new: EpochTag::from_bytes([3; 16]),
    };
    let cases = Vec::from([
        case(
            ServerEvent::Agreed { peer: key() },
            false,
            &["Agreed", "peer: "],
        ),
        case(
            ServerEvent::Paired {
                peer: key(),
                session,
                by,
            },
            false,
            &["Paired", "peer: ", "session: [171, 171", "by: "],
        ),
        case(
            ServerEvent::Reconnected {
                session,
                by,
                keyed_with,
            },
            false,
            &[
                "Reconnected",
                "session: [171, 171",
                "by: ",
                "keyed_with: Hint(",
            ],
        ),
        case(
            ServerEvent::Quarantined {
                session,
                keyed_with,
            },
            true,
            &["Quarantined", "session: [171, 171", "keyed_with: Hint("],
        ),
        case(ServerEvent::PairingFailed, true, &["PairingFailed"]),
        case(
            ServerEvent::PairingUnconfirmed,
            true,
            &["PairingUnconfirmed"],
        ),
        case(
            ServerEvent::DescriptorMismatch,
            true,
            &["DescriptorMismatch"],
        ),
        case(
            ServerEvent::DeviceSilent {
                heard: Instant::from_secs(9),
            },
            true,
            &["DeviceSilent", "heard: "],
        ),
        case(ServerEvent::DeviceHeard, false, &["DeviceHeard"]),
        case(
            ServerEvent::Cloned(twin),
            true,
            &["Cloned", "number: 41", "locator: ", "known: ", "new: "],
        ),
        case(
            ServerEvent::ClockJumped { by_millis: -1_234 },
            true,
            &["ClockJumped", "by_millis: -1234"],
        ),
        case(ServerEvent::DigitsReady, false, &["DigitsReady"]),
        case(
            ServerEvent::QuarantineCleared { session },
            true,
            &["QuarantineCleared", "session: [171, 171"],
        ),
        case(
            ServerEvent::Answered {
                recipient: key(),
                outcome: Outcome::Known,
            },
            false,
            &["Answered", "recipient: ", "outcome: Known"],
        ),
    ]);
    let places: Vec<usize> = cases
        .iter()
        .map(|case| place_of_server(&case.event))
        .collect();
    assert_eq!(places, (0..cases.len()).collect::<Vec<_>>(), "each once");
    cases
}

const fn place_of_server(event: &ServerEvent) -> usize {
    match event {
        ServerEvent::Agreed { .. } => 0,
        ServerEvent::Paired { .. } => 1,
        ServerEvent::Reconnected { .. } => 2,
        ServerEvent::Quarantined { .. } => 3,
        ServerEvent::PairingFailed => 4,
        ServerEvent::PairingUnconfirmed => 5,
        ServerEvent::DescriptorMismatch => 6,
        ServerEvent::DeviceSilent { .. } => 7,
        ServerEvent::DeviceHeard => 8,
        ServerEvent::Cloned(_) => 9,
        ServerEvent::ClockJumped { .. } => 10,
        ServerEvent::DigitsReady => 11,
        ServerEvent::QuarantineCleared { .. } => 12,
        ServerEvent::Answered { .. } => 13,
    }
}

/// What a facade was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) is_warning: bool,
    pub(super) who: String,
    pub(super) event: String,
}

/// Each event was told once, in order, at its level, with all its fields and nothing that is a secret.
pub(super) fn assert_told(told: &[Told]) {
    let devices = device_events()
        .into_iter()
        .map(|case| ("device", case.is_warning, case.fields));
    let servers = server_events()
        .into_iter()
        .map(|case| ("server", case.is_warning, case.fields));
    let expected: Vec<_> = devices.chain(servers).collect();
    assert_eq!(told.len(), expected.len());
    for (told, (who, is_warning, fields)) in told.iter().zip(expected) {
        assert_eq!(
            (&told.who[..], told.is_warning),
            (who, is_warning),
            "{told:?}"
        );
        let (name, fields) = fields.split_first().unwrap();
        assert!(told.event.starts_with(name), "{told:?}");
        for field in fields {
            assert!(told.event.contains(field), "{field} in {told:?}");
        }
    }
}
