//! The ladder back to a server: the keys alone lead to quarantine, so nobody gets there who has lost nothing.

use super::world::{PEER, World};
use crate::node::{Config, DeviceEvent, Keeping, Rung, ServerEvent};
use crate::pairing::Model;
use crate::time::Duration;
use crate::wire::{Packet, Space};

const CONFIG: Config = Config {
    keeping: Keeping::SessionAndFrames,
    due: Duration::from_secs(20),
    ..Config::DEFAULT
};
const HOUR: Duration = Duration::from_secs(3_600);

/// How often the device has called by its keys alone.
fn calls_by_keys(world: &World) -> usize {
    let is_call = |datagram: &&std::vec::Vec<u8>| match Packet::parse(datagram) {
        Ok(Packet::Handshake(hello)) => (hello.model, hello.step) == (Model::FACTORY_KEYS.0, 1),
        _ => false,
    };
    world.up.log.iter().filter(is_call).count()
}

fn reconnected(by: Rung) -> DeviceEvent {
    DeviceEvent::Reconnected { peer: PEER, by }
}

/// Found by the simulation: an outage that ended between the two messages of the sixteenth round.
// IOMT-PAIR-048, IOMT-PAIR-052
#[test]
fn an_outage_that_ends_while_the_keys_are_tried_leads_to_no_quarantine() {
    let mut world = World::paired_with_config(0, CONFIG);
    world.up.is_cut = true;
    world.send(Space::Data).unwrap();
    assert!(world.run_until(HOUR, |world| calls_by_keys(world) == 1));
    world.up.is_cut = false;
    assert!(world.run_until(HOUR, |world| world.is_quiet(2)));
    assert_eq!(calls_by_keys(&world), 2, "the second was answered");
    assert!(world.device_events.contains(&reconnected(Rung::Current)));
    assert!(!world.device_events.contains(&reconnected(Rung::Keys)));
    let is_in_quarantine = |event: &ServerEvent| matches!(event, ServerEvent::Quarantined { .. });
    assert!(!world.server_events.iter().any(is_in_quarantine));
    assert!(!world.server.is_quarantined());
}

// IOMT-PAIR-048
#[test]
fn a_server_that_has_lost_all_and_refuses_in_silence_is_met_by_the_keys() {
    let mut world = World::paired_with_config(0, CONFIG);
    world.restart_server();
    world.is_silent = true;
    world.send(Space::Data).unwrap();
    let is_met = |world: &World| world.device_events.contains(&reconnected(Rung::Keys));
    assert!(world.run_until(HOUR, is_met));
    assert!(calls_by_keys(&world) >= 2);
    // The reading, and the descriptor of each session.
    assert!(world.run_until(HOUR, |world| world.is_quiet(3)));
}
