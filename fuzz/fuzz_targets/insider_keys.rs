//! Somebody who holds real keys, in the models of two messages: a label with its key, factory keys, a reconnection. Whatever
//! they say inside an authentic message is taken only where it is an offer with something in common, and the promise of a
//! device; what is refused changes nothing, and the honest messages still finish.
#![no_main]

use iomt::pairing::{Error, Exchange, Model, Paired};
use iomt_fuzz::insider::{Insider, MAX_PAYLOAD, read};
use iomt_fuzz::pairing::{Parties, end, hand_over};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    ephemeral: [u8; 32],
    front: Front,
    rest: &'a [u8],
}

/// What of an honest payload stands in front.
#[derive(Debug, Arbitrary)]
enum Front {
    Nothing,
    /// With bits of the input.
    Offer([u8; 4]),
    OfferAndPromise([u8; 4], [u8; 32]),
}

impl Input<'_> {
    fn payload(&self) -> Vec<u8> {
        let front = match &self.front {
            Front::Nothing => Vec::new(),
            Front::Offer(offer) => [&[1, 4][..], offer].concat(),
            Front::OfferAndPromise(offer, promise) => {
                [&[1, 4][..], offer, &[2, 32], promise].concat()
            }
        };
        let mut payload = [&front[..], self.rest].concat();
        payload.truncate(MAX_PAYLOAD);
        payload
    }
}

/// Whether a payload that was taken had to be refused: by its first bytes, as tags rise from 1.
fn assert_may_be_taken(payload: &[u8], model: Model, promise: bool) {
    let [1, 4, versions, suites, low, high, rest @ ..] = payload else {
        panic!("no offer in front: {payload:02x?}");
    };
    let models = u16::from_le_bytes([*low, *high]);
    assert!(versions & 2 != 0 && suites & 2 != 0 && models >> model.0 & 1 == 1);
    assert!(!promise || matches!(rest, [2, 32, ..] if rest.len() >= 34));
}

/// Whether it is an honest payload: then it has to be taken.
fn is_honest(payload: &[u8], promise: bool) -> bool {
    match payload {
        [1, 4, 2, 2, 0x66, 0] => !promise,
        [1, 4, 2, 2, 0x66, 0, 2, 32, hash @ ..] => hash.len() == 32,
        _ => false,
    }
}

fn finished(exchange: &mut Exchange) -> Paired {
    exchange.poll_paired().expect("two messages are all")
}

fn begin(parties: &mut Parties, model: Model) -> (Exchange, Vec<u8>) {
    match model {
        Model::LABEL_KEY => parties.hello(),
        _ => parties.asking(model),
    }
}

fn answer(parties: &mut Parties, model: Model, hello: &[u8]) -> Result<(Exchange, Vec<u8>), Error> {
    match model {
        Model::LABEL_KEY => parties.reply(hello),
        _ => parties.answering(model, hello),
    }
}

fuzz_target!(|input: Input<'_>| {
    let payload = input.payload();
    for model in [Model::LABEL_KEY, Model::FACTORY_KEYS, Model::RECONNECTION] {
        let mut parties = match model {
            Model::LABEL_KEY => Parties::with_key(),
            _ => Parties::new(),
        };
        let insider = Insider::new(&parties, model, input.ephemeral);

        let (mut noise, hello) = insider.hello(&payload);
        let promises = model == Model::FACTORY_KEYS;
        let answered = answer(&mut parties, model, &hello);
        assert!(answered.is_ok() || !is_honest(&payload, promises));
        if let Ok((mut answering, reply)) = answered {
            assert_may_be_taken(&payload, model, promises);
            read(&mut noise, &reply);
            let paired = finished(&mut answering);
            assert_eq!(paired.peer, insider.initiator());
            assert_eq!(paired.descriptor.is_some(), promises);
        }

        let (mut asking, hello) = begin(&mut parties, model);
        let reply = insider.reply(&hello, &payload);
        let own = match model {
            Model::LABEL_KEY => Parties::new().reader,
            _ => Parties::new().device,
        };
        let promises = model == Model::LABEL_KEY;
        let taken = hand_over(&mut asking, &own, &reply);
        assert!(taken.is_ok() || !is_honest(&payload, promises));
        if taken.is_ok() {
            assert_may_be_taken(&payload, model, promises);
            assert!(asking.poll_paired().is_some());
            continue;
        }
        let (mut answering, reply) = answer(&mut parties, model, &hello).expect("message 1");
        let (ours, _) = end(&mut asking, &own, &reply);
        assert_eq!(ours.secrets.id(), finished(&mut answering).secrets.id());
    }
});
