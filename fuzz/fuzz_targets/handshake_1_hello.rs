//! Message 1 at the device: strangers are not answered, an insider's payload does no harm, the honest one still pairs.
#![no_main]

use iomt_fuzz::pairing::{Attempts, Parties, end};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::new();
    let (mut asking, hello) = parties.hello();
    for packet in attempts.forged(&hello) {
        assert!(parties.label.check_hello(&packet).is_err());
        assert!(parties.reply(&packet).is_err(), "a stranger was answered");
    }
    let (_, insider) = parties.insider_hello(&attempts.payload);
    let _ = parties.reply(&insider);

    let (mut answering, reply) = parties.reply(&hello).expect("an honest message 1");
    let (server, confirmation) = end(&mut asking, &parties.reader, &reply);
    let (device, _) = end(&mut answering, &parties.device, &confirmation);
    assert_eq!(device.secrets.id(), server.secrets.id());
});
