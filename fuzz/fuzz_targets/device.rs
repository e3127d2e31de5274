//! A device under a hostile downlink, reboots and slow storage: what it accepted arrives once.
#![no_main]

use iomt_fuzz::world::{Link, Step, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|steps: Vec<Step>| {
    let mut world = World::new(Link::Down);
    world.run(&steps);
    world.settle();
});
