//! What the lengths of frames say.

use super::world::World;
use crate::node::{Config, PadTo};
use crate::time::Duration;
use crate::wire::{Packet, Space, TAG_LEN};
use std::collections::BTreeSet;

/// The lengths of the plaintexts of all frames of records that were sent.
fn lengths(world: &World) -> BTreeSet<usize> {
    let of_records = |sent: &std::vec::Vec<u8>| match Packet::parse(sent) {
        Ok(Packet::Frame(frame)) if frame.space != Space::Control => {
            Some(frame.sealed.len() - TAG_LEN)
        }
        _ => None,
    };
    world.up.log.iter().filter_map(of_records).collect()
}

fn lengths_with(pad_to: PadTo) -> BTreeSet<usize> {
    let config = Config {
        pad_to,
        ..Config::DEFAULT
    };
    let mut world = World::paired_with_config(0, config);
    for space in [Space::Data, Space::Data, Space::Alarm] {
        // A time far from zero, and one near it: records of several lengths.
        world.send(space).unwrap();
        world.run_for(Duration::from_secs(40));
    }
    assert!(world.run_until(Duration::from_secs(20), |world| world.is_quiet(4)));
    lengths(&world)
}

// IOMT-ENV-026
#[test]
fn filled_up_frames_show_their_class_and_no_length() {
    let plain = lengths_with(PadTo::Nothing);
    assert!(plain.len() > 1 && plain.iter().any(|len| len % 32 != 0));
    for (pad_to, unit) in [
        (PadTo::Bytes32, 32),
        (PadTo::Bytes64, 64),
        (PadTo::Bytes128, 128),
    ] {
        let lengths = lengths_with(pad_to);
        assert!(lengths.iter().all(|len| len % unit == 0), "{lengths:?}");
    }
    assert_eq!(lengths_with(PadTo::Bytes64), [64].into());
}
