//! What the node stands on: time and random numbers.

use core::cell::RefCell;

use critical_section::Mutex;
use embassy_nrf::mode::Blocking;
use embassy_nrf::rng::Rng;
use embassy_time::Timer as Delay;
use iomt::driver::Timer;
use iomt::seal::{Entropy, EntropyFailed};
use iomt::time::Instant;
use rand_core::{CryptoRng, RngCore, impls};

/// Embassy's clock.
pub struct Clock;

impl Timer for Clock {
    fn now(&self) -> Instant {
        Instant::from_micros(embassy_time::Instant::now().as_micros())
    }

    async fn sleep_until(&self, due: Instant) {
        Delay::at(embassy_time::Instant::from_micros(due.as_micros())).await;
    }
}

pub type Shared = Mutex<RefCell<Rng<'static, Blocking>>>;

/// The chip's generator, which the radio's controller and the device share.
#[derive(Clone, Copy)]
pub struct Noise(pub &'static Shared);

impl Entropy for Noise {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl RngCore for Noise {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        critical_section::with(|cs| self.0.borrow_ref_mut(cs).blocking_fill_bytes(out));
    }
}

impl CryptoRng for Noise {}
