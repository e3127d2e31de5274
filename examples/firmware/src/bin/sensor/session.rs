//! The session with a server: pairing over the label, sealed frames, receipts.

use core::hint::black_box;

use iomt::pairing::label::{Armed, LabelSecret};
use iomt::pairing::{DescriptorHash, Error as PairingError, Identity, MAX_HANDSHAKE, Paired};
use iomt::seal::{Entropy, EntropyFailed, Error, SAVED_SESSION_LEN, Sealer};
use iomt::wire::Space;

/// The device's side of a pairing, on the packets of a stranger.
pub fn pair(packet: &[u8]) -> Result<Paired, PairingError> {
    let identity = Identity::generate(&mut Noise)?;
    let label = LabelSecret::new(black_box(&[7; 16]))?;
    let armed = Armed::new(&identity, &label);
    let descriptor = DescriptorHash::of_body(black_box(&[1, 2, 3]));
    let mut reply = [0; MAX_HANDSHAKE];
    let (state, reply) = armed.read_hello(packet, descriptor, &mut Noise, &mut reply)?;
    black_box(reply);
    state
        .read_confirmation(black_box(packet), &identity)
        .map_err(|refused| refused.error)
}

/// Seals a frame in a new epoch, and believes the receipt for it.
pub fn seal(paired: Paired, records: &[u8], frame: &mut [u8]) -> Result<usize, Error> {
    let mut sealer = paired.secrets.into_sealer(black_box(&[4; 32]))?;
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut Noise, &mut saved)?;
    black_box(&saved);
    sealer.epoch_stored()?;
    black_box(sealer.draw_run(&mut Noise)?);
    let frame = sealer.seal(Space::Data, records, frame)?;
    let report = sealer.verify(black_box(frame))?;
    Ok(report.acknowledgements().count())
}

/// Takes the session up again after a reboot.
pub fn restore(saved: &[u8]) -> Result<bool, Error> {
    let sealer = Sealer::restore(saved, black_box(&[4; 32]))?;
    Ok(sealer.is_named())
}

/// A generator whose bytes the compiler can not foresee.
struct Noise;

impl Entropy for Noise {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        out.fill(black_box(0x5A));
        black_box(Ok(()))
    }
}
