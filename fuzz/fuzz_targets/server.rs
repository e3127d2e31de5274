//! A server under a hostile uplink, failing and late storage: what the device accepted arrives once.
#![no_main]

use iomt_fuzz::world::{Link, Step, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|steps: Vec<Step>| {
    let mut world = World::new(Link::Up);
    world.run(&steps);
    world.settle();
});
