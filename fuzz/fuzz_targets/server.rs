//! A server under a hostile uplink, failing and late storage: what the device accepted arrives once.
#![no_main]

use iomt_fuzz::world::{Link, Script, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: Script| {
    let mut world = World::new(Link::Up, script.keeps);
    world.run(&script.steps);
    world.settle();
});
