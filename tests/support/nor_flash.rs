//! A NOR flash in RAM that is as strict as a real one, and whose power can be cut after any byte.

use core::ops::Range;
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use embedded_storage_async::nor_flash as asynchronous;
use std::vec;
use std::vec::Vec;

/// What a word holds that the power failed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Torn {
    /// Some of the bits that were to become zero.
    Garbage,
    /// Nothing: to read it is an error until it is erased, as with error correction.
    Unreadable,
}

/// Words of `WORD` bytes, written once between two erases; erase units of `UNIT` bytes.
#[derive(Debug, Clone)]
pub(crate) struct SimulatedFlash<const WORD: usize, const UNIT: usize> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) torn: Torn,
    /// Bytes written and units erased so far; each can be the last before a power cut.
    pub(crate) events: u64,
    pub(crate) reads: u64,
    /// Which reads fail, counted from 0, though the power is on.
    pub(crate) failing_reads: Range<u64>,
    /// How often a word was to be written a second time.
    pub(crate) violations: u64,
    power_until: Option<u64>,
    unreadable: Vec<usize>,
    noise: u64,
}

impl<const WORD: usize, const UNIT: usize> SimulatedFlash<WORD, UNIT> {
    /// Erased flash of `units` units.
    pub(crate) fn new(units: usize) -> Self {
        Self {
            bytes: vec![0xFF; units * UNIT],
            torn: Torn::Garbage,
            events: 0,
            reads: 0,
            failing_reads: 0..0,
            violations: 0,
            power_until: None,
            unreadable: Vec::new(),
            noise: 1,
        }
    }

    /// Cuts the power within the event that comes after `events` more; `noise` says what is left behind.
    pub(crate) fn cut_after(&mut self, events: u64, noise: u64) {
        self.power_until = Some(self.events + events);
        self.noise = noise;
    }

    pub(crate) fn power_on(&mut self) {
        self.power_until = None;
    }

    pub(crate) fn is_off(&self) -> bool {
        self.power_until.is_some_and(|until| self.events > until)
    }

    pub(crate) fn holds(&self, needle: &[u8]) -> bool {
        self.bytes.windows(needle.len()).any(|part| part == needle)
    }

    fn check_power(&self) -> Result<(), NorFlashErrorKind> {
        if self.is_off() {
            Err(NorFlashErrorKind::Other)
        } else {
            Ok(())
        }
    }

    /// The power fails now when this event is the one.
    fn event(&mut self) -> Result<(), NorFlashErrorKind> {
        self.events += 1;
        self.check_power()
    }

    /// Splitmix64.
    fn noise(&mut self) -> u64 {
        self.noise = self.noise.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.noise;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn erase_unit(&mut self, start: usize) -> Result<(), NorFlashErrorKind> {
        let unit = start..start + UNIT;
        if let Err(error) = self.event() {
            self.half_erase(start);
            return Err(error);
        }
        self.bytes[unit.clone()].fill(0xFF);
        self.unreadable.retain(|word| !unit.contains(word));
        Ok(())
    }

    /// The front, the back, or bits anywhere are erased; or everything reads as if.
    fn half_erase(&mut self, start: usize) {
        let (kind, at) = (self.noise() % 4, self.noise() as usize % UNIT);
        for offset in 0..UNIT {
            let bits = match kind {
                0 if offset < at => 0xFF,
                1 if offset >= at => 0xFF,
                2 => self.noise() as u8,
                3 => 0xFF,
                _ => 0,
            };
            self.bytes[start + offset] |= bits;
        }
    }

    fn write_word(&mut self, at: usize, word: &[u8]) -> Result<(), NorFlashErrorKind> {
        if self.bytes[at..at + WORD].iter().any(|byte| *byte != 0xFF) {
            self.violations += 1;
            return Err(NorFlashErrorKind::Other);
        }
        for (offset, byte) in word.iter().enumerate() {
            if let Err(error) = self.event() {
                self.bytes[at + offset] &= byte | self.noise() as u8;
                if self.torn == Torn::Unreadable {
                    self.unreadable.push(at);
                }
                return Err(error);
            }
            self.bytes[at + offset] = *byte;
        }
        Ok(())
    }

    fn check(&self, at: u32, len: usize, step: usize) -> Result<usize, NorFlashErrorKind> {
        let at = at as usize;
        if !at.is_multiple_of(step) || !len.is_multiple_of(step) {
            return Err(NorFlashErrorKind::NotAligned);
        }
        if at + len > self.bytes.len() {
            return Err(NorFlashErrorKind::OutOfBounds);
        }
        self.check_power()?;
        Ok(at)
    }
}

impl<const WORD: usize, const UNIT: usize> ErrorType for SimulatedFlash<WORD, UNIT> {
    type Error = NorFlashErrorKind;
}

impl<const WORD: usize, const UNIT: usize> ReadNorFlash for SimulatedFlash<WORD, UNIT> {
    const READ_SIZE: usize = WORD;

    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let at = self.check(offset, out.len(), WORD)?;
        self.reads += 1;
        if self.failing_reads.contains(&(self.reads - 1)) {
            return Err(NorFlashErrorKind::Other);
        }
        let place = at..at + out.len();
        if self.unreadable.iter().any(|word| place.contains(word)) {
            return Err(NorFlashErrorKind::Other);
        }
        out.copy_from_slice(&self.bytes[place]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const WORD: usize, const UNIT: usize> NorFlash for SimulatedFlash<WORD, UNIT> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = UNIT;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        let len = to.checked_sub(from).ok_or(NorFlashErrorKind::OutOfBounds)?;
        let start = self.check(from, len as usize, UNIT)?;
        (start..start + len as usize)
            .step_by(UNIT)
            .try_for_each(|unit| self.erase_unit(unit))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        let at = self.check(offset, bytes.len(), WORD)?;
        let mut words = bytes.chunks(WORD).enumerate();
        words.try_for_each(|(index, word)| self.write_word(at + index * WORD, word))
    }
}

/// The same flash behind a bus: each operation has to be polled twice.
#[derive(Debug, Clone)]
pub(crate) struct SlowFlash<const WORD: usize, const UNIT: usize>(
    pub(crate) SimulatedFlash<WORD, UNIT>,
);

async fn wait() {
    let mut is_second = false;
    core::future::poll_fn(|context| {
        if core::mem::replace(&mut is_second, true) {
            return core::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        core::task::Poll::Pending
    })
    .await;
}

impl<const WORD: usize, const UNIT: usize> ErrorType for SlowFlash<WORD, UNIT> {
    type Error = NorFlashErrorKind;
}

impl<const WORD: usize, const UNIT: usize> asynchronous::ReadNorFlash for SlowFlash<WORD, UNIT> {
    const READ_SIZE: usize = WORD;

    async fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        wait().await;
        self.0.read(offset, out)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl<const WORD: usize, const UNIT: usize> asynchronous::NorFlash for SlowFlash<WORD, UNIT> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = UNIT;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        wait().await;
        self.0.erase(from, to)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        wait().await;
        self.0.write(offset, bytes)
    }
}

/// Runs a future to its end; returns how often it waited, and what it gave.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> (u64, T) {
    let mut future = core::pin::pin!(future);
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    let mut waits = 0;
    loop {
        match future.as_mut().poll(&mut context) {
            core::task::Poll::Ready(value) => return (waits, value),
            core::task::Poll::Pending => waits += 1,
        }
    }
}
