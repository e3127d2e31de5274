use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// Bytes from the interrupt to the program, without a lock: one side pushes, the other pops. Holds `N` − 1.
///
/// Loads and stores are all that a Cortex-M0 can do atomically, and suffice.
pub struct Ring<const N: usize> {
    bytes: [AtomicU8; N],
    /// Where the next byte goes; the interrupt's.
    end: AtomicUsize,
    /// Where the oldest byte is; the program's.
    start: AtomicUsize,
}

impl<const N: usize> Ring<N> {
    pub const fn new() -> Self {
        Self {
            bytes: [const { AtomicU8::new(0) }; N],
            end: AtomicUsize::new(0),
            start: AtomicUsize::new(0),
        }
    }

    /// Takes the byte, or loses it where there is no room.
    pub fn push(&self, byte: u8) {
        let end = self.end.load(Ordering::Relaxed);
        let next = (end + 1) % N;
        if next == self.start.load(Ordering::Acquire) {
            return;
        }
        self.bytes[end].store(byte, Ordering::Relaxed);
        self.end.store(next, Ordering::Release);
    }

    pub fn pop(&self) -> Option<u8> {
        let start = self.start.load(Ordering::Relaxed);
        if start == self.end.load(Ordering::Acquire) {
            return None;
        }
        let byte = self.bytes[start].load(Ordering::Relaxed);
        self.start.store((start + 1) % N, Ordering::Release);
        Some(byte)
    }
}
