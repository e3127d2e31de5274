//! Reconnection and factory keys: those who know each other's keys.

use super::*;

/// A handshake between those who know each other's keys, as the other implementation sees it.
struct Known {
    noise: &'static str,
    model: u8,
    /// The session before had this one; none for factory keys.
    psk: Option<[u8; 32]>,
}

const PSK: [u8; 32] = [0x63; 32];
const RECONNECTION: Known = Known {
    noise: "Noise_KKpsk0_25519_ChaChaPoly_SHA256",
    model: 6,
    psk: Some(PSK),
};
const FACTORY_KEYS: Known = Known {
    noise: "Noise_IK_25519_ChaChaPoly_SHA256",
    model: 5,
    psk: None,
};
/// Field 1: four bytes, version 1, suite 1, models 2, 5 and 6.
const OFFER_OF_ALL: [u8; 6] = [1, 4, 0b10, 0b10, 0b110_0100, 0];

impl Known {
    /// "hint' = E(psk', "hint",,8)"
    fn hint(&self) -> Vec<u8> {
        self.psk
            .map_or_else(Vec::new, |psk| expand::<8>(&psk, "hint").to_vec())
    }

    fn prologue(&self) -> Vec<u8> {
        let hint = self.hint();
        let fields: [&[u8]; 6] = [
            b"iomt1",
            &[1],
            &[1],
            self.noise.as_bytes(),
            &[self.model],
            &hint,
        ];
        fields.map(lv).concat()
    }

    fn header(&self, step: u8) -> Vec<u8> {
        let mut hint = self.hint();
        hint.resize(8, 0);
        [&[0x81, 1, self.model, step], &CONNECTION[..], &hint].concat()
    }

    /// "key = E(Extract(32 zero bytes, responder static public key), "static mac1")"
    fn mac1(&self, responder: &StaticKey, message: &[u8]) -> Vec<u8> {
        let root = extract(&[0; 32], responder.public().as_bytes());
        let key: [u8; 32] = expand(&root, "static mac1");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(&self.header(1));
        mac.update(message);
        mac.finalize().into_bytes()[..16].to_vec()
    }

    /// Of message 1: in IK with the descriptor's hash.
    fn promise(&self) -> Vec<u8> {
        match self.model {
            5 => [&OFFER_OF_ALL[..], &descriptor_field()].concat(),
            _ => OFFER_OF_ALL.to_vec(),
        }
    }

    fn noise(&self, is_initiator: bool, peer: Option<&StaticKey>, psk: [u8; 32]) -> HandshakeState {
        let key = if is_initiator {
            &DEVICE_KEY
        } else {
            &READER_KEY
        };
        let prologue = self.prologue();
        let mut builder = Builder::new(self.noise.parse().unwrap())
            .prologue(&prologue)
            .and_then(|builder| builder.local_private_key(key))
            .unwrap();
        let peer = peer.map(StaticKey::public);
        if let Some(peer) = &peer {
            builder = builder.remote_public_key(peer.as_bytes()).unwrap();
        }
        if self.psk.is_some() {
            builder = builder.psk(0, &psk).unwrap();
        }
        if is_initiator {
            builder.build_initiator().unwrap()
        } else {
            builder.build_responder().unwrap()
        }
    }

    fn begin(&self, device: &StaticKey, server: &StaticKey) -> Exchange {
        let (peer, connection) = (server.public(), ConnectionId(CONNECTION));
        let entropy = &mut Counting(7);
        match self.psk {
            Some(psk) => {
                let secret = ResumptionSecret::from_secret_bytes(&psk).unwrap();
                Exchange::reconnect(device, peer, &secret, connection, entropy)
            }
            None => {
                let promise = DescriptorHash::of_body(BODY);
                Exchange::meet(device, peer, promise, connection, entropy)
            }
        }
        .unwrap()
    }

    fn answer(
        &self,
        device: &StaticKey,
        server: &StaticKey,
        hello: &[u8],
    ) -> Result<Exchange, Error> {
        let entropy = &mut Counting(7);
        match self.psk {
            Some(psk) => {
                let secret = ResumptionSecret::from_secret_bytes(&psk).unwrap();
                Exchange::answer_reconnection(server, device.public(), &secret, hello, entropy)
            }
            None => Exchange::answer_meeting(server, hello, entropy),
        }
    }

    /// Our server, with snow as the device that says this.
    fn pair_our_server(
        &self,
        noise: &mut HandshakeState,
        payload: &[u8],
    ) -> Result<(Exchange, Vec<u8>), Error> {
        let (device, server) = (static_key(&DEVICE_KEY), static_key(&READER_KEY));
        let message = write(noise, payload);
        let hello = [self.header(1), self.mac1(&server, &message), message].concat();
        let mut answering = self.answer(&device, &server, &hello)?;
        let reply = packet_of(&mut answering, &server)?;
        Ok((answering, reply))
    }
}

// IOMT-PAIR-001
#[test]
fn snow_as_the_server_meets_our_device() {
    for known in [RECONNECTION, FACTORY_KEYS] {
        let (device, server) = (static_key(&DEVICE_KEY), static_key(&READER_KEY));
        let peer = known.psk.map(|_| &device);
        let mut noise = known.noise(false, peer, PSK);
        let mut asking = known.begin(&device, &server);
        let hello = packet_of(&mut asking, &device).unwrap();

        assert_eq!(hello[..20], known.header(1));
        assert_eq!(hello[20..36], known.mac1(&server, &hello[36..]));
        assert_eq!(read(&mut noise, &hello[36..]), known.promise());
        let message = write(&mut noise, &OFFER_OF_ALL);
        let reply = [known.header(2), message].concat();
        asking.handle_packet(&reply).unwrap();
        packet_of(&mut asking, &device).unwrap();
        let paired = asking.poll_paired().unwrap();

        assert_eq!(noise.get_remote_static(), Some(device.public().as_bytes()));
        assert_eq!(paired.peer, server.public());
        assert_eq!(paired.descriptor, None);
        let at_server = session_in(&mut noise, Direction::DeviceInitiated);
        let locator = first_locator_of_initiator(&mut noise);
        assert_one_session(paired.secrets, at_server, locator);
    }
}

/// The device is the initiator here, so `k_ir` is its key.
fn first_locator_of_initiator(noise: &mut HandshakeState) -> [u8; 8] {
    let hash: [u8; 32] = noise.get_handshake_hash().try_into().unwrap();
    let (k_ir, _) = noise.dangerously_get_raw_split();
    expand(&expand(&extract(&hash, &k_ir), "chain"), "locator")
}

// IOMT-PAIR-001
#[test]
fn snow_as_the_device_meets_our_server() {
    for known in [RECONNECTION, FACTORY_KEYS] {
        let (device, server) = (static_key(&DEVICE_KEY), static_key(&READER_KEY));
        let mut noise = known.noise(true, Some(&server), PSK);
        let (mut answering, reply) = known.pair_our_server(&mut noise, &known.promise()).unwrap();

        assert_eq!(reply[..20], known.header(2));
        assert_eq!(read(&mut noise, &reply[20..]), OFFER_OF_ALL);
        let paired = answering.poll_paired().unwrap();
        assert_eq!(paired.peer, device.public());
        let promised = paired.descriptor.is_some_and(|hash| hash.matches(BODY));
        assert_eq!(promised, known.psk.is_none());
        let at_device = session_in(&mut noise, Direction::DeviceInitiated);
        let locator = first_locator_of_initiator(&mut noise);
        assert_one_session(at_device, paired.secrets, locator);
    }
}

// IOMT-PAIR-040
#[test]
fn a_device_with_another_psk_under_the_same_hint_is_refused() {
    let server = static_key(&READER_KEY);
    let mut noise = RECONNECTION.noise(true, Some(&server), [0x64; 32]);
    let refused = RECONNECTION.pair_our_server(&mut noise, &OFFER_OF_ALL);
    assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
}

// IOMT-PAIR-002
#[test]
fn a_device_that_means_another_model_or_hint_in_its_prologue_is_refused() {
    let server = static_key(&READER_KEY);
    for known in [RECONNECTION, FACTORY_KEYS] {
        let prologue = known.prologue();
        for field in 0..prologue.len() {
            let mut other = prologue.clone();
            other[field] ^= 1;
            let peer = server.public();
            let mut builder = Builder::new(known.noise.parse().unwrap())
                .prologue(&other)
                .and_then(|builder| builder.local_private_key(&DEVICE_KEY))
                .and_then(|builder| builder.remote_public_key(peer.as_bytes()))
                .unwrap();
            if let Some(psk) = &known.psk {
                builder = builder.psk(0, psk).unwrap();
            }
            let mut noise = builder.build_initiator().unwrap();
            let refused = known.pair_our_server(&mut noise, &known.promise());
            assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
        }
    }
}

// IOMT-PAIR-022, IOMT-PAIR-024
#[test]
fn an_authentic_first_message_without_what_it_has_to_say_is_refused() {
    let server = static_key(&READER_KEY);
    let no_common_model = [1, 4, 0b10, 0b10, 0b100, 0];
    for known in [RECONNECTION, FACTORY_KEYS] {
        let refused = |payload: &[u8]| {
            let mut noise = known.noise(true, Some(&server), PSK);
            known.pair_our_server(&mut noise, payload).unwrap_err()
        };
        assert_eq!(refused(&no_common_model), Error::Downgraded);
        assert!(matches!(refused(&[]), Error::Malformed(_)));
        assert!(matches!(refused(&OFFER_OF_ALL[..5]), Error::Malformed(_)));
    }
    let mut noise = FACTORY_KEYS.noise(true, Some(&server), PSK);
    let refused = FACTORY_KEYS.pair_our_server(&mut noise, &OFFER_OF_ALL);
    assert!(
        matches!(refused.unwrap_err(), Error::Malformed(_)),
        "no descriptor"
    );
}
