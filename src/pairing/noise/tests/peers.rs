//! The snow crate: what no vector has, it says.

use super::rows::every;
use super::*;
use crate::pairing::noise::pattern::Psks;

/// Every pattern with every set of psks that snow knows.
// IOMT-PAIR-001
#[test]
fn every_pattern_with_every_psk_writes_the_bytes_that_snow_writes() {
    let mut met = 0;
    for base in every() {
        for psks in 0..1_u8 << (base.messages() + 1) {
            let pattern = Pattern::new(base.row, Psks(psks));
            if pattern
                .to_string()
                .parse::<snow::params::NoiseParams>()
                .is_ok()
            {
                meets_snow(pattern);
                met += 1;
            }
        }
    }
    println!("noise vectors: {met} patterns with psks write what the snow crate writes");
    assert!(met >= 38);
}

fn meets_snow(pattern: Pattern) {
    let [(_, initiator), (_, responder)] = givens(pattern);
    let mut ours = sides(pattern, b"prologue");
    let mut theirs = [
        builder(pattern, &initiator).build_initiator().unwrap(),
        builder(pattern, &responder).build_responder().unwrap(),
    ];
    for index in 0..pattern.messages() {
        let (writer, reader) = (index % 2, (index + 1) % 2);
        let mut out = [0; 512];
        let len = theirs[writer].write_message(b"payload", &mut out).unwrap();
        let message = ours[writer].write(b"payload").unwrap();
        assert_eq!(message, out[..len], "{pattern}");
        assert_eq!(ours[reader].read(&message), Ok(b"payload".to_vec()));
        theirs[reader].read_message(&message, &mut out).unwrap();
    }
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours.noise.hash(), theirs.get_handshake_hash());
        let peer = ours.finish().peer();
        let peer = peer.as_ref().map(crate::pairing::PublicKey::as_bytes);
        assert_eq!(peer, theirs.get_remote_static());
    }
    let [ours, _] = ours;
    let [_, theirs] = theirs;
    goes_on(ours.finish(), theirs.into_transport_mode().unwrap());
}

/// Ours seals, theirs opens, before and after a new key; the other way where there is one.
fn goes_on(mut ours: Transport, mut theirs: snow::TransportState) {
    let (mut message, mut text) = ([0; 64], [0; 64]);
    for _ in 0..2 {
        for _ in 0..2 {
            let sealed = ours.write_message(b"up", &mut message).unwrap();
            let len = theirs.read_message(sealed, &mut text).unwrap();
            assert_eq!(&text[..len], b"up");
            if let Ok(len) = theirs.write_message(b"down", &mut message) {
                let opened = ours.read_message(&message[..len], &mut text).unwrap();
                assert_eq!(opened, b"down");
            } else {
                assert!(ours.read_message(&[0; 20], &mut text).is_err());
            }
        }
        ours.rekey_sending();
        ours.rekey_receiving();
        theirs.rekey_incoming();
        theirs.rekey_outgoing();
    }
}

fn builder<'k>(pattern: Pattern, given: &'k Given) -> snow::Builder<'k> {
    let name = pattern.to_string();
    let ephemeral = given.ephemeral.as_ref().unwrap();
    let mut builder = snow::Builder::new(name.parse().unwrap())
        .prologue(b"prologue")
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(ephemeral);
    if let Some(key) = &given.private {
        builder = builder.local_private_key(key).unwrap();
    }
    if let Some(key) = &given.remote_static {
        builder = builder.remote_public_key(key).unwrap();
    }
    let places = (0..=4).filter(|place| pattern.psks.has(*place));
    for (place, psk) in places.zip(&given.psks) {
        builder = builder.psk(place, psk).unwrap();
    }
    builder
}

use std::println;
use std::string::ToString;
