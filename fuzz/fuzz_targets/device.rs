//! A device under a hostile downlink, reboots and slow storage: what it accepted arrives once.
#![no_main]

use iomt_fuzz::world::{Link, Script, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: Script| {
    let mut world = World::new(Link::Down, script.keeps);
    world.run(&script.steps);
    world.settle();
});
