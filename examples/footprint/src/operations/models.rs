//! The models of association that are in no firmware bundle: a passcode, digits to compare, a label with ML-KEM.

mod hybrid;

use core::hint::black_box;

use iomt::pairing::cpace::{Agreement, Call, Called, Passcode};
use iomt::pairing::{Attempts, Error, Exchange};

use super::pairings::{CONNECTION, Sides, hand_over, promise, worked};
use crate::Generator;
use crate::meter::measure;

/// What the device advertises while it compares.
const TOKEN: &[u8] = b"token";
/// A message of CPace.
type Packet = [u8; 64];

pub(super) fn run() -> Result<(), Error> {
    let sides = Sides::new()?;
    sides.by_passcode()?;
    sides.by_digits()?;
    sides.passcodes_cost_the_same()?;
    hybrid::by_label()
}

impl Sides {
    fn by_passcode(&self) -> Result<(), Error> {
        let passcode = Passcode::new(&black_box(*b"730264"))?;
        let (server, device) = self.agree(&passcode)?;
        let key = &self.server;
        let mut entering = measure("passcode, server: message 1", || {
            worked(Exchange::enter_passcode(key, &server, &mut Generator), key)
        })?;
        let hello = black_box(entering.packet().ok_or(Error::UnexpectedMessage)?);
        let mut answering = measure("passcode, device: message 2", || {
            let (key, promise) = (&self.device, promise());
            worked(
                Exchange::answer_passcode(key, &device, promise, hello, &mut Generator),
                key,
            )
        })?;
        measure("passcode, server: message 3", || {
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
        let call = Call::new(&self.server, CONNECTION, &mut Generator)?;
        let called = Called::answer(&self.device, call.packet(&mut first)?, &mut Generator)?;
        let half = called.packet(&mut second)?;
        let asking = measure("passcode, server: its share", || {
            call.handle_answer(passcode, &self.server, half, &mut Generator)
        })?;
        let share = asking.packet(&mut first)?;
        let attempt = Attempts::armed().begin()?.stored();
        let answering = measure("passcode, device: its share", || {
            called.handle_share(attempt, passcode, &self.device, share, &mut Generator)
        })?;
        let share = answering.packet(&mut second)?;
        let server = measure("passcode, server: agreed", || asking.handle_share(share))?;
        let device = measure("passcode, device: agreed", || answering.finish())?;
        Ok((server, device))
    }

    /// What is counted for each passcode may not differ.
    fn passcodes_cost_the_same(&self) -> Result<(), Error> {
        let (mut first, mut second): (Packet, Packet) = ([0; 64], [0; 64]);
        let call = Call::new(&self.server, CONNECTION, &mut Generator)?;
        let called = Called::answer(&self.device, call.packet(&mut first)?, &mut Generator)?;
        let half = called.packet(&mut second)?;
        for digits in black_box([*b"000000", *b"999999", *b"123456", *b"730264", *b"482913"]) {
            let passcode = Passcode::new(&digits)?;
            black_box(measure("secret: passcode, its share", || {
                let passcode = black_box(&passcode);
                let asking = call.handle_answer(passcode, &self.server, half, &mut Generator);
                asking.is_ok()
            }));
        }
        Ok(())
    }

    fn by_digits(&self) -> Result<(), Error> {
        let mut attempts = Attempts::armed();
        let key = &self.device;
        let mut device = measure("digits, device: message 1", || {
            worked(
                Exchange::compare(key, promise(), TOKEN, CONNECTION, &mut Generator),
                key,
            )
        })?;
        let hello = black_box(device.packet().ok_or(Error::UnexpectedMessage)?);
        let key = &self.server;
        let mut server = measure("digits, server: message 2", || {
            worked(
                Exchange::answer_comparison(key, TOKEN, hello, &attempts, &mut Generator),
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
