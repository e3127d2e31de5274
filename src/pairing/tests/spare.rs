//! How much longer than this version writes them payloads may be: what a later one has for a record key.

use super::*;
use crate::pairing::exchange::prologue;
use crate::pairing::hello::{insert_mac1, static_mac1_key};
use crate::pairing::noise::{Keys, Party, Pattern, Psk, Role};
use crate::seal::{ResumptionSecret, derive};
use crate::wire::{Hint, Writer};

/// A record key of 32 bytes with its tag and length, and 2 more.
const SPARE: usize = 36;
const TOKEN: &[u8] = b"token";

/// A handshake, one side of which is a Noise library that says more than is drawn.
struct Foreign {
    model: Model,
    pattern: &'static str,
    /// What each message says as drawn.
    payloads: &'static [&'static [u8]],
}

const DESCRIPTOR: [u8; 34] = {
    let mut field = [0x44; 34];
    (field[0], field[1]) = (2, 32);
    field
};

/// An offer of this model, of version and suite 1, and what stands behind it.
const fn offered<const N: usize>(models: u8, behind: [u8; 34]) -> [u8; N] {
    let mut payload = [0; N];
    let offer = [1, 4, 0b10, 0b10, models, 0];
    let mut at = 0;
    while at < N {
        payload[at] = if at < 6 { offer[at] } else { behind[at - 6] };
        at += 1;
    }
    payload
}

const COMMITMENT: [u8; 34] = {
    let mut field = [0x33; 34];
    (field[0], field[1]) = (3, 32);
    field
};

const NONCE_BEHIND_DESCRIPTOR: [u8; 52] = {
    let mut fields = [0x55; 52];
    let mut at = 0;
    while at < 34 {
        fields[at] = DESCRIPTOR[at];
        at += 1;
    }
    (fields[34], fields[35]) = (4, 16);
    fields
};

const HANDSHAKES: &[Foreign] = &[
    Foreign {
        model: Model::LABEL_SECRET,
        pattern: "Noise_XXpsk0_25519_ChaChaPoly_SHA256",
        payloads: &[
            &offered::<6>(4, DESCRIPTOR),
            &offered::<40>(4, DESCRIPTOR),
            &[],
        ],
    },
    Foreign {
        model: Model::LABEL_KEY,
        pattern: "Noise_IKpsk2_25519_ChaChaPoly_SHA256",
        payloads: &[&offered::<6>(2, DESCRIPTOR), &offered::<40>(2, DESCRIPTOR)],
    },
    Foreign {
        model: Model::FACTORY_KEYS,
        pattern: "Noise_IK_25519_ChaChaPoly_SHA256",
        payloads: &[
            &offered::<40>(0x64, DESCRIPTOR),
            &offered::<6>(0x64, DESCRIPTOR),
        ],
    },
    Foreign {
        model: Model::RECONNECTION,
        pattern: "Noise_KKpsk0_25519_ChaChaPoly_SHA256",
        payloads: &[
            &offered::<6>(0x64, DESCRIPTOR),
            &offered::<6>(0x64, DESCRIPTOR),
        ],
    },
    #[cfg(feature = "comparison")]
    Foreign {
        model: Model::NUMERIC_COMPARISON,
        pattern: "Noise_XX_25519_ChaChaPoly_SHA256",
        payloads: &[
            &offered::<6>(16, DESCRIPTOR),
            &offered::<40>(16, COMMITMENT),
            &NONCE_BEHIND_DESCRIPTOR,
        ],
    },
];

fn secret() -> ResumptionSecret {
    ResumptionSecret::from_secret_bytes(&[9; 32]).unwrap()
}

fn label_of(model: Model) -> LabelSecret {
    match model {
        Model::LABEL_KEY => LabelSecret::beside_key(SECRET).unwrap(),
        _ => label(),
    }
}

impl Foreign {
    fn hello(&self) -> Hello {
        let hint = match self.model {
            Model::LABEL_KEY | Model::LABEL_SECRET => label().hint(),
            Model::RECONNECTION => secret().hint(),
            _ => Hint::NONE,
        };
        Hello {
            model: self.model,
            connection: CONNECTION,
            hint,
        }
    }

    /// The library, on this side, with this key.
    fn party<'k>(
        &self,
        role: Role,
        local: &'k Identity,
        remote: &'k Identity,
        psks: &'k [Psk],
    ) -> Party<'k> {
        let pattern: Pattern = self.pattern.parse().unwrap();
        let mut buffer = [0; 96];
        let prologue = prologue(pattern, self.hello(), &[], &mut buffer).unwrap();
        let is_known = !self.pattern.contains("XX")
            && (role == Role::Initiator || self.pattern.contains("KK"));
        let keys = Keys {
            local: Some(local),
            remote: is_known.then(|| remote.public()),
            psks,
        };
        Party::new(pattern, role, prologue, keys).unwrap()
    }

    fn psk(&self) -> Psk {
        let psk = match self.model {
            Model::RECONNECTION => secret().secret_bytes().to_vec(),
            _ => label_key(Label::LABEL_PSK).expose().to_vec(),
        };
        Psk::from_bytes(&psk).unwrap()
    }

    /// A packet of the library: a message, from 1, whose payload has a field more, of so many bytes in all.
    fn packet(&self, party: &mut Party<'_>, number: u8, extra: usize) -> Vec<u8> {
        let field = match extra {
            0 => Vec::new(),
            _ => [
                &[9, u8::try_from(extra - 2).unwrap()][..],
                &std::vec![7; extra - 2],
            ]
            .concat(),
        };
        let payload = [self.payloads[usize::from(number) - 1], &field].concat();
        let (mut message, mut packet) = ([0; 512], [0; 600]);
        let message = party
            .write_message(&payload, &mut Counting(60), &mut message)
            .unwrap();
        let mut writer = Writer::new(&mut packet);
        self.hello()
            .header(number)
            .emit_header(&mut writer)
            .unwrap();
        if number == 1 {
            writer.reserve(16).unwrap();
        }
        writer.put(message).unwrap();
        let packet = writer.finish();
        if number == 1 {
            insert_mac1(&self.mac1_key(), packet);
        }
        packet.to_vec()
    }

    fn mac1_key(&self) -> crate::crypto::Secret {
        match self.model {
            Model::LABEL_KEY | Model::LABEL_SECRET => label_key(Label::LABEL_MAC1),
            #[cfg(feature = "comparison")]
            Model::NUMERIC_COMPARISON => derive(
                &crate::crypto::hash::extract(&[0; 32], &[TOKEN]),
                Label::TOKEN_MAC1,
            ),
            _ => static_mac1_key(&identity(&DEVICE_KEY).public()),
        }
    }

    /// This crate, which answers message 1. Who answers has the device's key, whatever it is.
    fn answer(&self, packet: &[u8]) -> Result<Exchange, Error> {
        let (ours, rng) = (device(), &mut Counting(70));
        let mut exchange = match self.model {
            Model::LABEL_KEY | Model::LABEL_SECRET => {
                let label = label_of(self.model);
                Exchange::answer_label(&ours, &label, descriptor(), packet, rng)?
            }
            Model::FACTORY_KEYS => Exchange::answer_meeting(&ours, packet, rng)?,
            Model::RECONNECTION => {
                let peer = identity(&READER_KEY).public();
                Exchange::answer_reconnection(&ours, peer, &secret(), packet, rng)?
            }
            #[cfg(feature = "comparison")]
            _ => Exchange::answer_comparison(&ours, TOKEN, packet, &Attempts::armed(), rng)?,
            #[cfg(not(feature = "comparison"))]
            _ => unreachable!(),
        };
        work_through(&mut exchange, &ours)?;
        Ok(exchange)
    }

    /// This crate, which begins.
    fn ask(&self) -> Exchange {
        let (ours, peer, rng) = (reader(), identity(&DEVICE_KEY).public(), &mut Counting(80));
        let begun = match self.model {
            Model::LABEL_SECRET => Exchange::read_label(&ours, &label(), CONNECTION, rng),
            Model::LABEL_KEY => {
                Exchange::read_label_with_key(&ours, &label_of(self.model), peer, CONNECTION, rng)
            }
            Model::FACTORY_KEYS => Exchange::meet(&ours, peer, descriptor(), CONNECTION, rng),
            Model::RECONNECTION => Exchange::reconnect(&ours, peer, &secret(), CONNECTION, rng),
            #[cfg(feature = "comparison")]
            _ => Exchange::compare(&ours, descriptor(), TOKEN, CONNECTION, rng),
            #[cfg(not(feature = "comparison"))]
            _ => unreachable!(),
        };
        let mut exchange = begun.unwrap();
        work_through(&mut exchange, &ours).unwrap();
        exchange
    }

    /// Whether a message, from 1, is taken that is so much longer than drawn.
    fn takes(&self, number: u8, extra: usize) -> bool {
        let (asks, answers) = (identity(&READER_KEY), identity(&DEVICE_KEY));
        let (psks, text) = ([self.psk()], &mut [0; 512]);
        if number == 2 {
            let mut asking = self.ask();
            let mut party = self.party(Role::Responder, &answers, &asks, &psks);
            party
                .read_message(&asking.packet().unwrap()[HEADER_AND_CODE..], text)
                .unwrap();
            let packet = self.packet(&mut party, 2, extra);
            return hand_over(&mut asking, &reader(), &packet).is_ok();
        }
        let mut party = self.party(Role::Initiator, &asks, &answers, &psks);
        let extra_of = |message| if message == number { extra } else { 0 };
        let first = self.packet(&mut party, 1, extra_of(1));
        let Ok(mut answering) = self.answer(&first) else {
            return false;
        };
        if number == 1 {
            return true;
        }
        party
            .read_message(&answering.packet().unwrap()[HEADER..], text)
            .unwrap();
        let third = self.packet(&mut party, 3, extra);
        hand_over(&mut answering, &device(), &third).is_ok()
    }
}

fn identity(private: &[u8]) -> Identity {
    Identity::from_secret_bytes(private).unwrap()
}

// IOMT-PAIR-011, IOMT-PAIR-020
#[test]
fn every_message_has_room_for_a_record_key_but_the_first_of_factory_keys() {
    for handshake in HANDSHAKES {
        for (number, _) in (1..).zip(handshake.payloads) {
            let takes = |extra| handshake.takes(number, extra);
            let what = (handshake.model, number);
            assert!(takes(0), "{what:?} as drawn");
            if what == (Model::FACTORY_KEYS, 1) {
                // 172 bytes as drawn: "A handshake packet of suite 1 has at most 192 bytes".
                assert!(takes(20) && !takes(21), "{what:?}");
            } else {
                assert!(takes(SPARE), "{what:?}");
            }
            assert!(!takes(150), "{what:?} is bounded");
        }
    }
}
