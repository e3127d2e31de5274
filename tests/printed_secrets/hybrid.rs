//! A hybrid pairing at every step, and what is remembered of it.

use iomt::pairing::hybrid::{Hybrid, RELATION_LEN, Relation};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Identity};
use iomt::wire::{ConnectionId, MAX_DATAGRAM};

use crate::search::{SECRET, Secrets};

type Outcome = Result<(), Box<dyn std::error::Error>>;

// IOMT-SEC-001
#[test]
fn hybrid_pairings_and_relations() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    // The first run tells what the second one has to keep secret: it draws the same.
    for run in 0..2 {
        let entropy = &mut secrets.entropy(51);
        let (phone, device) = (Identity::generate(entropy)?, Identity::generate(entropy)?);
        let label = LabelSecret::new(&SECRET)?;
        let promise = DescriptorHash::of_body(b"who the device is");
        let mut asking = Hybrid::read_label(&phone, &label, None, ConnectionId([1; 8]), entropy)?;
        let mut answering = Hybrid::answer_label(&device, &label, promise)?;
        let out = &mut [0; MAX_DATAGRAM];
        for (from, to) in [(0, 1), (1, 0), (0, 1)] {
            let sides = [&mut asking, &mut answering];
            for part in 0..2 {
                if let Some(packet) = sides[from].packet(part, out)? {
                    sides[to].handle_packet(packet, entropy)?;
                }
                secrets.are_not_in(&sides);
            }
        }
        for side in [&mut asking, &mut answering] {
            let mut paired = side.poll_paired().ok_or("it has not finished")?;
            secrets.are_not_in(&paired);
            let relation = Relation::of(&mut paired)?;
            let mut stored = [0; RELATION_LEN];
            relation.write(&mut stored);
            secrets.add(&stored[34..]);
            secrets.are_not_in(&relation);
            secrets.are_not_in(&Relation::read(&stored[..40]).err());
            secrets.are_not_in(side);
        }
        assert!(secrets.len() > 2 * run);
    }
    Ok(())
}
