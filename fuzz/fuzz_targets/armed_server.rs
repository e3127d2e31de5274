//! A server where a passcode was typed or digits are compared, under a hostile uplink: what the device accepted arrives
//! once, and a person still pairs the two.
#![no_main]

use iomt_fuzz::person::Armed;
use iomt_fuzz::world::{Link, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|armed: Armed| {
    let mut world = World::met_by(armed.vouching(), Link::Up, armed.script.keeps);
    world.run(&armed.script.steps);
    world.settle();
});
