//! The models of association that are in no firmware bundle: a passcode, digits to compare, a label with ML-KEM.

#[cfg(target_abi = "eabihf")]
mod hybrid;

use core::hint::black_box;

use iomt::pairing::cpace::{Agreement, Call, Called, Passcode};
use iomt::pairing::{Attempts, Error, Exchange};

use super::pairings::{CONNECTION, Sides, hand_over, promise, worked};
use crate::Noise;
use crate::meter::measure;

/// What the device advertises while it compares.
const TOKEN: &[u8] = b"token";
/// A message of CPace.
type Packet = [u8; 64];

pub(super) fn run() -> Result<(), Error> {
    let sides = Sides::new()?;
    sides.by_passcode()?;
    sides.by_digits()?;
    // It takes more stack than the smaller boards have.
    #[cfg(target_abi = "eabihf")]
    hybrid::by_label()?;
    Ok(())
}

impl Sides {
    fn by_passcode(&self) -> Result<(), Error> {
        let passcode = Passcode::new(&black_box(*b"730264"))?;
        let (phone, device) = self.agree(&passcode)?;
        let key = &self.server;
        let mut entering = measure("passcode, phone: message 1", || {
            worked(Exchange::enter_passcode(key, &phone, &mut Noise), key)
        })?;
        let hello = black_box(entering.packet().ok_or(Error::UnexpectedMessage)?);
        let mut answering = measure("passcode, device: message 2", || {
            let (key, promise) = (&self.device, promise());
            worked(
                Exchange::answer_passcode(key, &device, promise, hello, &mut Noise),
                key,
            )
        })?;
        measure("passcode, phone: message 3", || {
            hand_over(&mut entering, &self.server, &answering)
        })?;
        measure("passcode, device: the end", || {
            hand_over(&mut answering, &self.device, &entering)?;
            black_box(answering.poll_paired()).ok_or(Error::UnexpectedMessage)
        })?;
        Ok(())
    }

    /// CPace: what both have in common, if their passcodes are equal.
    fn agree(&self, passcode: &Passcode) -> Result<(Agreement, Agreement), Error> {
        let (mut first, mut second): (Packet, Packet) = ([0; 64], [0; 64]);
        let call = Call::new(&self.server, CONNECTION, &mut Noise)?;
        let called = Called::answer(&self.device, call.packet(&mut first)?, &mut Noise)?;
        let half = called.packet(&mut second)?;
        let asking = measure("passcode, phone: its share", || {
            call.handle_answer(passcode, &self.server, half, &mut Noise)
        })?;
        let share = asking.packet(&mut first)?;
        let attempt = Attempts::armed().begin()?.stored();
        let answering = measure("passcode, device: its share", || {
            called.handle_share(attempt, passcode, &self.device, share, &mut Noise)
        })?;
        let share = answering.packet(&mut second)?;
        let phone = measure("passcode, phone: agreed", || asking.handle_share(share))?;
        let device = measure("passcode, device: agreed", || answering.finish())?;
        Ok((phone, device))
    }

    fn by_digits(&self) -> Result<(), Error> {
        let mut attempts = Attempts::armed();
        let key = &self.device;
        let mut device = measure("digits, device: message 1", || {
            worked(
                Exchange::compare(key, promise(), TOKEN, CONNECTION, &mut Noise),
                key,
            )
        })?;
        let hello = black_box(device.packet().ok_or(Error::UnexpectedMessage)?);
        let key = &self.server;
        let mut server = measure("digits, server: message 2", || {
            worked(
                Exchange::answer_comparison(key, TOKEN, hello, &attempts, &mut Noise),
                key,
            )
        })?;
        measure("digits, device: message 3", || {
            hand_over(&mut device, &self.device, &server)
        })?;
        let attempt = attempts.begin()?.stored();
        measure("digits, server: message 4", || {
            hand_over(&mut server, &self.server, &device)?;
            server.reveal(attempt)
        })?;
        measure("digits, device: the end", || {
            hand_over(&mut device, &self.device, &server)?;
            let seen = device.digits().ok_or(Error::UnexpectedMessage)?;
            device.confirm_digits(seen)?;
            black_box(device.poll_paired()).ok_or(Error::UnexpectedMessage)
        })?;
        Ok(())
    }
}
