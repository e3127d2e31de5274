//! What is left where a session has ended, in a place that the next device may take.

use super::*;
use crate::node::server::relation::Relation;
use crate::node::server::session::Session;
use crate::pairing::DescriptorHash;
use crate::wire::control::Status;
use core::num::{NonZeroU32, NonZeroU64};
use std::string::{String, ToString};
use std::{format, vec};

/// Each of its fields, as it is printed.
fn fields(session: &Session) -> Vec<String> {
    let mut fields = Vec::<String>::new();
    for line in format!("{session:#?}").lines() {
        let is_field = line.strip_prefix("    ").is_some_and(|rest| {
            let first = rest.chars().next();
            first.is_some_and(|first| first.is_ascii_alphabetic())
        });
        if is_field {
            fields.push(line.to_string());
        } else if let Some(field) = fields.last_mut() {
            field.push_str(line);
        }
    }
    fields
}

/// The opener's part, of which nothing is printed.
fn shown(session: &mut Session) -> impl PartialEq + core::fmt::Debug + use<> {
    let opener = &mut session.opener;
    let mut receipt = vec![0; MAX_DATAGRAM];
    let receipt = opener.receipt(None, &mut receipt).unwrap().to_vec();
    let locators: Vec<_> = opener.locators().collect();
    (receipt, locators, opener.poll_twin())
}

/// One in which nothing is as at the beginning.
fn used(bench: &mut Bench, trust: Trust) -> &mut Session {
    let now = bench.now;
    let session = bench.server.session_mut(trust).unwrap();
    let epoch = session.opener.open_epochs().next().unwrap();
    let status = Status {
        ticks: now,
        due_ms: NonZeroU32::new(60_000),
        server_time_ms: NonZeroU64::new(1_767_225_600_000),
        age: Duration::ZERO,
    };
    session.note_status(epoch, &status, Some(1_767_225_600_000));
    session.want_receipt(now);
    session.promised = Some(DescriptorHash::from_bytes([7; 32]));
    session
}

/// A session of the device by the keys alone, beside the one that it had.
fn twice() -> Bench {
    let (mut bench, mut peer) = Bench::paired();
    peer.lose_secrets();
    let hello = peer.meet();
    let answer = bench.answer(&hello).unwrap();
    peer.take_answer(&answer).unwrap();
    bench.converse(&mut peer);
    bench
}

#[test]
fn a_session_that_was_closed_is_as_none_in_every_field() {
    let mut bench = twice();
    for trust in Trust::BOTH {
        let session = used(&mut bench, trust);
        let mut none = Session::closed();
        let (before, new) = (fields(session), fields(&none));
        assert_eq!(before.len(), new.len());
        for (before, new) in before.iter().zip(&new) {
            assert_ne!(before, new, "nothing was in it that could have stayed");
        }
        assert_ne!(shown(session), shown(&mut none));
        session.close();
        assert_eq!(fields(session), new);
        assert_eq!(shown(session), shown(&mut none));
    }
}

#[test]
fn a_relation_that_is_forgotten_is_as_a_new_one() {
    let mut bench = twice();
    for trust in Trust::BOTH {
        used(&mut bench, trust);
        let relation = bench.server.relation_mut(trust);
        relation.forget();
        let new = Relation::new();
        assert_eq!(format!("{relation:?}"), format!("{new:?}"));
        assert!(bench.server.session_mut(trust).is_none());
        assert_eq!(bench.server.row_hint(trust), None);
    }
    assert_eq!(bench.server.locators().count(), 0);
    assert_eq!(bench.server.hints().count(), 0);
    assert!(bench.export().is_empty());
    assert_eq!(bench.server.device_clock(), None);
}
