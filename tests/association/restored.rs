//! A server that was restored from a backup, and who may come back to it by keys alone.

use super::{Lab, identity};
use iomt::node::{Config, Device, Server, ServerConfig, ServerEvent, Trust};
use iomt::pairing::label::LabelSecret;
use iomt::reading::Descriptor;
use iomt::seal::{MAX_ROW, RowKey, RowOwner, SystemEntropy};
use iomt::time::Duration;

const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"ward 7",
    device: b"patch 1",
};

fn row_key() -> RowKey {
    RowKey::from_bytes(&[0x5A; 32]).unwrap()
}

fn row_of(lab: &Lab) -> Vec<u8> {
    let (mut out, rng) = ([0; MAX_ROW], &mut SystemEntropy);
    let row = lab
        .server
        .export(Trust::Trusted, &row_key(), &OWNER, rng, &mut out);
    row.unwrap().unwrap().to_vec()
}

/// A server whose row is three reconnections old, and a device that has gone on since.
fn restored() -> Lab {
    let mut lab = Lab::new();
    let config = Config {
        session_age: Duration::from_secs(30),
        ..Config::DEFAULT
    };
    lab.device = Device::new(identity(1), Descriptor::default(), config).unwrap();
    let label = || LabelSecret::new(&[7; 16]).unwrap();
    lab.device.arm(label());
    lab.server
        .pair(lab.now, &label(), &mut SystemEntropy)
        .unwrap();
    lab.run(3);
    let backup = row_of(&lab);
    while lab.device.stats().reconnections < 3 {
        lab.run(10);
    }
    lab.server = Server::new(identity(2), ServerConfig::DEFAULT);
    let imported = lab.server.import(lab.now, &row_key(), &OWNER, &backup);
    assert_eq!(imported, Ok(Trust::Trusted));
    lab.server_events.clear();
    lab.records.clear();
    lab.refuses = true;
    lab
}

fn is_quarantined(event: &ServerEvent) -> bool {
    matches!(event, ServerEvent::Quarantined { .. })
}

fn is_cleared(event: &ServerEvent) -> bool {
    matches!(event, ServerEvent::QuarantineCleared { .. })
}

// IOMT-PAIR-052, IOMT-SEC-005
#[test]
fn a_restored_server_does_not_need_a_person_at_every_bedside() {
    let mut lab = restored();
    lab.server
        .trust_keys_until(lab.now + Duration::from_secs(600));
    lab.run(300);
    assert!(lab.server_events.iter().any(is_quarantined));
    assert!(lab.server_events.iter().any(is_cleared));
    assert!(!lab.server.is_quarantined());
    assert_eq!(lab.flagged, 0);
    lab.measure();
    lab.run(10);
    assert!(lab.records.iter().any(|it| it.contains("Observation")));
    // And from then on by the secret, as ever.
    lab.server_events.clear();
    lab.run(100);
    assert!(!lab.server_events.iter().any(is_quarantined));
    let is_reconnected = |event: &ServerEvent| matches!(event, ServerEvent::Reconnected { .. });
    assert!(lab.server_events.iter().any(is_reconnected));
}

// IOMT-PAIR-052
#[test]
fn without_that_word_a_person_decides() {
    let mut lab = restored();
    lab.run(300);
    assert!(lab.server_events.iter().any(is_quarantined));
    assert!(lab.server.is_quarantined());
    lab.measure();
    lab.run(10);
    assert!(lab.records.is_empty() && lab.flagged > 0);
    assert!(lab.server.clear_quarantine());
    lab.measure();
    lab.run(10);
    assert!(lab.records.iter().any(|it| it.contains("Observation")));
}

// IOMT-PAIR-052
#[test]
fn the_word_counts_for_its_time_only() {
    let mut lab = restored();
    lab.server.trust_keys_until(lab.now);
    lab.run(300);
    assert!(lab.server.is_quarantined());
    assert!(!lab.server_events.iter().any(is_cleared));
}

// IOMT-PAIR-052, IOMT-SEC-007
#[test]
fn a_thief_of_the_key_is_not_let_in_once_the_device_was_heard() {
    let mut lab = Lab::new();
    let label = || LabelSecret::new(&[7; 16]).unwrap();
    lab.device.arm(label());
    lab.server
        .pair(lab.now, &label(), &mut SystemEntropy)
        .unwrap();
    lab.run(3);
    lab.server
        .trust_keys_until(lab.now + Duration::from_secs(600));
    lab.measure();
    lab.run(3);
    let config = Config::DEFAULT;
    lab.device = Device::new(identity(1), Descriptor::default(), config).unwrap();
    lab.device.meet(lab.now, identity(2).public()).unwrap();
    lab.run(60);
    assert!(lab.server.is_quarantined());
    assert!(!lab.server_events.iter().any(is_cleared));
}
