//! A phone scans the label, a hospital's server receives the readings; and who else might like to.

use super::ward::{DEVICE, HOSPITAL, PHONE, Receiver, Ward, first, key};
use iomt::node::{DeviceEvent, Error};
use iomt::pairing::Model;

/// The phone tells both of each other, by ways of its own.
fn introduce(ward: &mut Ward) {
    let introduced = ward.device.introduce_peer(ward.now, key(HOSPITAL), first());
    introduced.unwrap();
    let hospital = &mut ward.receivers[1].server;
    hospital.expect_introduced(key(DEVICE), first(), None);
    ward.run(5);
}

// IOMT-PAIR-071
#[test]
fn a_phone_introduces_a_server_and_both_receive_each_reading_under_one_identity() {
    let mut ward = Ward::with_phone();
    introduce(&mut ward);
    assert!(ward.receivers[0].is_paired_by(Model::LABEL_SECRET));
    assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
    let readings = [ward.measure(), ward.measure()];
    ward.run(5);
    assert_eq!(ward.receivers[0].readings, readings);
    assert_eq!(ward.receivers[1].readings, readings);
    assert!(ward.device.is_settled());
}

// IOMT-PAIR-070
#[test]
fn an_introduction_needs_somebody_who_is_paired() {
    let mut ward = Ward::new(DEVICE, &[PHONE, HOSPITAL]);
    let introduced = ward.device.introduce_peer(ward.now, key(HOSPITAL), first());
    assert_eq!(introduced, Err(Error::NotPaired));
    assert!(ward.owners().is_empty());
    ward.pair(0);
    let again = ward.device.introduce_peer(ward.now, key(PHONE), first());
    assert_eq!(again, Err(Error::SessionUnderWay));
}

// IOMT-PAIR-072
#[test]
fn an_introduction_serves_once() {
    let mut ward = Ward::with_phone();
    introduce(&mut ward);
    let hint = first().hint();
    let mut hints = ward.receivers[1].server.hints();
    assert!(hints.all(|known| known != hint));
}

// IOMT-PAIR-073
#[test]
fn a_stolen_server_entry_does_not_impersonate_the_device() {
    // All that the server holds of the device is its public key and the secret; the thief has both, and a key of its own.
    let mut ward = Ward::new(9, &[PHONE, HOSPITAL]);
    ward.pair(0);
    introduce(&mut ward);
    ward.measure();
    ward.run(30);
    assert!(ward.receivers[1].events.is_empty() && ward.receivers[1].readings.is_empty());
    assert!(ward.receivers[1].server.stats().multiplications > 0);
    assert_eq!(ward.receivers[1].server.stats().handshakes_answered, 0);
}

// IOMT-PAIR-073
#[test]
fn who_overhears_the_first_secret_does_not_stand_in_for_the_server() {
    let mut ward = Ward::new(DEVICE, &[PHONE, 9]);
    ward.pair(0);
    introduce(&mut ward);
    ward.measure();
    ward.run(30);
    assert_eq!(ward.receivers[0].readings.len(), 1);
    assert!(ward.receivers[1].readings.is_empty() && ward.receivers[1].events.is_empty());
}

// IOMT-PAIR-074
#[test]
fn a_second_owner_ends_what_the_first_has_introduced() {
    let mut ward = Ward::with_phone();
    introduce(&mut ward);
    assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)]);
    ward.receivers.push(Receiver::new(4));
    ward.is_off.push(false);
    ward.pair(2);
    assert_eq!(ward.owners(), [key(4)]);
    assert!(
        ward.events
            .iter()
            .any(|event| matches!(event, DeviceEvent::Wiped { .. }))
    );
    let reading = ward.measure();
    ward.run(5);
    assert_eq!(ward.receivers[2].readings, [reading]);
    assert!(ward.receivers[0].readings.is_empty() && ward.receivers[1].readings.is_empty());
}

// IOMT-PAIR-071
#[test]
fn a_server_that_hears_of_the_device_late_is_found_all_the_same() {
    let mut ward = Ward::with_phone();
    let (now, hospital) = (ward.now, key(HOSPITAL));
    ward.device.introduce_peer(now, hospital, first()).unwrap();
    ward.run(120);
    assert!(ward.receivers[1].events.is_empty());
    let server = &mut ward.receivers[1].server;
    server.expect_introduced(key(DEVICE), first(), None);
    ward.run(300);
    assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
}
