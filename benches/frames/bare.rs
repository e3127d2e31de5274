//! The AEADs used bare: in place, with a key that is ready, the nonce a counter, the header of a frame beside the text.

use std::hint::black_box;

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use super::BATCH;
use super::backend::Composed;
use super::clock::Contestant;

const KEY: [u8; 32] = [9; 32];
/// What a frame authenticates beside its text.
pub const HEADER: [u8; 26] = [7; 26];

pub trait Aead {
    fn seal(&self, nonce: [u8; 12], buffer: &mut [u8]) -> [u8; 16];
    fn open(&self, nonce: [u8; 12], buffer: &mut [u8], tag: &[u8; 16]);
}

/// The crate that the default backend is.
pub struct Audited(ChaCha20Poly1305);

pub struct Ring(LessSafeKey);

pub fn audited() -> Audited {
    Audited(ChaCha20Poly1305::new(&KEY.into()))
}

pub fn composed() -> Composed {
    Composed(KEY)
}

pub fn ring() -> Ring {
    let key = UnboundKey::new(&CHACHA20_POLY1305, &KEY).unwrap();
    Ring(LessSafeKey::new(key))
}

impl Aead for Audited {
    fn seal(&self, nonce: [u8; 12], buffer: &mut [u8]) -> [u8; 16] {
        let sealed = self
            .0
            .encrypt_inout_detached(&nonce.into(), &HEADER, buffer.into());
        sealed.unwrap().into()
    }

    fn open(&self, nonce: [u8; 12], buffer: &mut [u8], tag: &[u8; 16]) {
        let (nonce, tag) = (nonce.into(), (*tag).into());
        let opened = self
            .0
            .decrypt_inout_detached(&nonce, &HEADER, buffer.into(), &tag);
        opened.unwrap();
    }
}

impl Aead for Ring {
    fn seal(&self, nonce: [u8; 12], buffer: &mut [u8]) -> [u8; 16] {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let header = Aad::from(&HEADER[..]);
        let tag = self.0.seal_in_place_separate_tag(nonce, header, buffer);
        tag.unwrap().as_ref().try_into().unwrap()
    }

    fn open(&self, nonce: [u8; 12], buffer: &mut [u8], tag: &[u8; 16]) {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let header = Aad::from(&HEADER[..]);
        let opened = self
            .0
            .open_in_place_separate_tag(nonce, header, (*tag).into(), buffer, 0..);
        opened.unwrap();
    }
}

pub fn nonce(counter: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&counter.to_le_bytes());
    nonce
}

pub struct Sealing<A> {
    aead: A,
    counter: u64,
    buffers: Vec<Vec<u8>>,
}

impl<A: Aead> Sealing<A> {
    pub fn new(aead: A, size: usize) -> Self {
        let buffers = vec![vec![0x5A; size]; BATCH];
        Self {
            aead,
            counter: 0,
            buffers,
        }
    }
}

impl<A: Aead> Contestant for Sealing<A> {
    fn prepare(&mut self) {}

    fn run(&mut self) {
        for buffer in &mut self.buffers {
            self.counter += 1;
            black_box(self.aead.seal(nonce(self.counter), black_box(buffer)));
        }
    }
}

pub struct Opening<A> {
    aead: A,
    sealed: Vec<u8>,
    tag: [u8; 16],
    buffers: Vec<Vec<u8>>,
}

impl<A: Aead> Opening<A> {
    pub fn new(aead: A, size: usize) -> Self {
        let mut sealed = vec![0x5A; size];
        let tag = aead.seal(nonce(1), &mut sealed);
        let buffers = vec![sealed.clone(); BATCH];
        Self {
            aead,
            sealed,
            tag,
            buffers,
        }
    }
}

impl<A: Aead> Contestant for Opening<A> {
    fn prepare(&mut self) {
        for buffer in &mut self.buffers {
            buffer.copy_from_slice(&self.sealed);
        }
    }

    fn run(&mut self) {
        for buffer in &mut self.buffers {
            self.aead
                .open(black_box(nonce(1)), black_box(buffer), &self.tag);
        }
    }
}
