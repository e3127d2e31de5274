//! What must hold whatever happens: no nonce twice, and every reading once.

use crate::node::tests::world::Store;
use crate::wire::{Packet, RecordId, Route, Run, Tag};
use std::collections::BTreeMap;
use std::vec::Vec;

/// What a database holds.
pub(super) type Records = BTreeMap<(Run, u64), Vec<u8>>;

/// What was sealed under each key and nonce that went out.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    seen: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Nonces {
    /// Takes note of a datagram; panics where it is another text under a key and nonce that were used.
    ///
    /// A locator stands for one key in each space: no chain position is opened twice here. An ephemeral key stands
    /// for the keys of its handshake.
    pub(super) fn note(&mut self, datagram: &[u8]) {
        let (name, text) = match Packet::parse(datagram).unwrap() {
            Packet::Frame(frame) => {
                let (Route::Routed(locator) | Route::Unproved(locator, _)) = frame.route else {
                    panic!("a short frame over a gateway")
                };
                let counter = frame.counter.to_be_bytes();
                let name = [&locator.0[..], &[frame.space.code()], &counter].concat();
                (name, frame.sealed)
            }
            Packet::Handshake(handshake) => {
                let ephemeral = &handshake.message[..32];
                ([&[handshake.step], ephemeral].concat(), handshake.message)
            }
            Packet::Receipt(_) | Packet::Refused(_) => return,
        };
        let before = self.seen.insert(name, text.to_vec());
        assert!(before.is_none_or(|before| before == text), "a nonce twice");
    }
}

/// The readings of the application, and how safe each of them is.
#[derive(Debug)]
pub(super) struct Readings {
    left: usize,
    value: i32,
    /// In RAM alone: the power may take them.
    fresh: Vec<RecordId>,
    /// On the device's storage, or at the server.
    safe: Vec<RecordId>,
    /// In RAM alone when the power failed.
    doubtful: Vec<RecordId>,
}

impl Readings {
    pub(super) const fn new(left: usize) -> Self {
        Self {
            left,
            value: 60,
            fresh: Vec::new(),
            safe: Vec::new(),
            doubtful: Vec::new(),
        }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.left == 0
    }

    pub(super) const fn want(&mut self, count: usize) {
        self.left += count;
    }

    pub(super) const fn next_value(&self) -> i32 {
        self.value
    }

    pub(super) fn note_taken(&mut self, id: RecordId) {
        self.fresh.push(id);
        self.left -= 1;
        self.value += 1;
    }

    /// The device's storage has nothing more to do.
    pub(super) fn note_stored(&mut self) {
        self.safe.append(&mut self.fresh);
    }

    pub(super) fn note_death(&mut self) {
        self.doubtful.append(&mut self.fresh);
    }

    /// Every safe reading is there, no other is there than was taken, and none came a second time.
    pub(super) fn assert_stored_once(&self, store: &Store, already: &Records) {
        for id in &self.safe {
            let is_there = store.records.contains_key(&(id.run, id.sequence));
            assert!(is_there, "{id:?} is lost");
        }
        let observation = Tag::OBSERVATION.0.to_be_bytes();
        let new = store.records.iter();
        let new = new.filter(|(key, _)| !already.contains_key(key));
        for ((run, sequence), _) in new.filter(|(_, content)| content.starts_with(&observation)) {
            let mut taken = self.safe.iter().chain(&self.doubtful);
            assert!(taken.any(|id| (id.run, id.sequence) == (*run, *sequence)));
        }
        assert_eq!(store.repeated, 0, "stored twice");
    }
}
