//! A device that is armed for a passcode or for digits, under a hostile downlink: strangers spend attempts at most, what it
//! accepted arrives once, and a person still pairs it.
#![no_main]

use iomt_fuzz::person::Armed;
use iomt_fuzz::world::{Link, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|armed: Armed| {
    let mut world = World::met_by(armed.vouching(), Link::Down, armed.script.keeps);
    world.run(&armed.script.steps);
    world.settle();
});
