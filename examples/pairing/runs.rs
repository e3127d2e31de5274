//! One run of each model, between two parties.

use std::time::{Duration, Instant};

use iomt::pairing::cpace::{Call, Called, Passcode};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{Attempts, DescriptorHash, Exchange, Identity, Paired, StaticKey, Work};
use iomt::seal::{ResumptionSecret, SystemEntropy};
use iomt::wire::{ConnectionId, MAX_DATAGRAM};

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What went over the air.
pub(crate) struct Run {
    /// The length of each packet of the handshake, in bytes.
    pub(crate) packets: Vec<usize>,
    /// How long it took to make what the two had before they met: not part of the handshake.
    pub(crate) keys: Duration,
}

/// What two have before they meet.
struct World {
    device: StaticKey,
    other: StaticKey,
    made: Duration,
}

const CONNECTION: ConnectionId = ConnectionId(*b"example.");
const SECRET: &[u8] = b"16 bytes or more, on the label";

impl World {
    fn new() -> Outcome<Self> {
        let start = Instant::now();
        Ok(Self {
            device: Identity::generate(&mut SystemEntropy)?.into(),
            other: Identity::generate(&mut SystemEntropy)?.into(),
            made: start.elapsed(),
        })
    }

    fn ran(&self, packets: Vec<usize>) -> Run {
        Run {
            packets,
            keys: self.made,
        }
    }
}

fn promise() -> DescriptorHash {
    DescriptorHash::of_body(b"the body of the descriptor record")
}

fn work_through(exchange: &mut Exchange, key: &StaticKey) -> Outcome<()> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    Ok(())
}

/// The packet that an exchange has to send, once its work is done.
fn packet(exchange: &mut Exchange, key: &StaticKey) -> Outcome<Vec<u8>> {
    work_through(exchange, key)?;
    Ok(exchange.packet().ok_or("nothing to send")?.to_vec())
}

/// Both exchanges, with message 1 already between them, up to their keys.
fn finish(
    (mut asking, asking_key): (Exchange, &StaticKey),
    (mut answering, answering_key): (Exchange, &StaticKey),
    hello: &[u8],
    messages: usize,
) -> Outcome<Vec<usize>> {
    let mut packets = vec![hello.len()];
    let reply = packet(&mut answering, answering_key)?;
    packets.push(reply.len());
    asking.handle_packet(&reply)?;
    let confirmation = packet(&mut asking, asking_key)?;
    if messages == 3 {
        packets.push(confirmation.len());
        answering.handle_packet(&confirmation)?;
        packet(&mut answering, answering_key)?;
    }
    let (ours, theirs) = (asking.poll_paired(), answering.poll_paired());
    assert_one_session(ours.as_ref(), theirs.as_ref())?;
    Ok(packets)
}

fn assert_one_session(ours: Option<&Paired>, theirs: Option<&Paired>) -> Outcome<()> {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours.secrets.id() == theirs.secrets.id() => Ok(()),
        _ => Err("the two did not come to one session".into()),
    }
}

/// Row 1: the device's key is on its label, beside the secret.
pub(crate) fn label_with_key() -> Outcome<Run> {
    let world = World::new()?;
    let (device, phone, rng) = (&world.device, &world.other, &mut SystemEntropy);
    let label = LabelSecret::beside_key(SECRET)?;
    let mut asking =
        Exchange::read_label_with_key(phone, &label, device.public(), CONNECTION, rng)?;
    let hello = packet(&mut asking, phone)?;
    let answering = Exchange::answer_label(device, &label, promise(), &hello, rng)?;
    Ok(world.ran(finish((asking, phone), (answering, device), &hello, 2)?))
}

/// Row 2: the reader of the label begins.
pub(crate) fn label() -> Outcome<Run> {
    let world = World::new()?;
    let (device, phone) = (&world.device, &world.other);
    let label = LabelSecret::new(SECRET)?;
    let mut asking = Exchange::read_label(phone, &label, CONNECTION, &mut SystemEntropy)?;
    let hello = packet(&mut asking, phone)?;
    let answering = Exchange::answer_label(device, &label, promise(), &hello, &mut SystemEntropy)?;
    Ok(world.ran(finish((asking, phone), (answering, device), &hello, 3)?))
}

/// Row 3: the digits are typed on the phone.
pub(crate) fn passcode() -> Outcome<Run> {
    let world = World::new()?;
    let (device, phone) = (&world.device, &world.other);
    let (typed, shown) = (Passcode::new(b"471108")?, Passcode::new(b"471108")?);
    let mut attempts = Attempts::armed();
    let mut out = [0; MAX_DATAGRAM];
    let mut packets = Vec::new();

    let call = Call::new(phone, CONNECTION, &mut SystemEntropy)?;
    let message = call.packet(&mut out)?.to_vec();
    packets.push(message.len());
    let called = Called::answer(device, &message, &mut SystemEntropy)?;
    let message = called.packet(&mut out)?.to_vec();
    packets.push(message.len());
    let asking = call.handle_answer(&typed, phone, &message, &mut SystemEntropy)?;
    let message = asking.packet(&mut out)?.to_vec();
    packets.push(message.len());
    let attempt = attempts.begin()?.stored();
    let answering = called.handle_share(attempt, &shown, device, &message, &mut SystemEntropy)?;
    let message = answering.packet(&mut out)?.to_vec();
    packets.push(message.len());
    let (at_phone, at_device) = (asking.handle_share(&message)?, answering.finish()?);

    let mut asking = Exchange::enter_passcode(phone, &at_phone, &mut SystemEntropy)?;
    let hello = packet(&mut asking, phone)?;
    let answering =
        Exchange::answer_passcode(device, &at_device, promise(), &hello, &mut SystemEntropy)?;
    packets.extend(finish((asking, phone), (answering, device), &hello, 3)?);
    Ok(world.ran(packets))
}

/// Row 4: the device begins; the nonce is a fourth message.
pub(crate) fn comparison() -> Outcome<Run> {
    let world = World::new()?;
    let (device, phone, rng) = (&world.device, &world.other, &mut SystemEntropy);
    let token = b"what the device advertises";
    let mut attempts = Attempts::armed();

    let mut asking = Exchange::compare(device, promise(), token, CONNECTION, rng)?;
    let hello = packet(&mut asking, device)?;
    let mut answering = Exchange::answer_comparison(phone, token, &hello, &attempts, rng)?;
    let reply = packet(&mut answering, phone)?;
    asking.handle_packet(&reply)?;
    let confirmation = packet(&mut asking, device)?;
    answering.handle_packet(&confirmation)?;
    work_through(&mut answering, phone)?;
    answering.reveal(attempts.begin()?.stored())?;
    let nonce = packet(&mut answering, phone)?;
    asking.handle_packet(&nonce)?;

    let (Some(here), Some(there)) = (asking.digits(), answering.digits()) else {
        return Err("there are no digits".into());
    };
    if here != there {
        return Err("the digits differ".into());
    }
    asking.confirm_digits(here)?;
    answering.confirm_digits(there)?;
    let (ours, theirs) = (asking.poll_paired(), answering.poll_paired());
    assert_one_session(ours.as_ref(), theirs.as_ref())?;
    let packets = [hello, reply, confirmation, nonce];
    Ok(world.ran(packets.iter().map(Vec::len).collect()))
}

/// Row 5: the device knows its server's key.
pub(crate) fn factory_keys() -> Outcome<Run> {
    let world = World::new()?;
    let (device, server) = (&world.device, &world.other);
    let mut asking = Exchange::meet(
        device,
        server.public(),
        promise(),
        CONNECTION,
        &mut SystemEntropy,
    )?;
    let hello = packet(&mut asking, device)?;
    let answering = Exchange::answer_meeting(server, &hello, &mut SystemEntropy)?;
    Ok(world.ran(finish((asking, device), (answering, server), &hello, 2)?))
}

/// Row 6: both have met before.
pub(crate) fn reconnection() -> Outcome<Run> {
    let world = World::new()?;
    let (device, server) = (&world.device, &world.other);
    let secret = ResumptionSecret::from_secret_bytes(&[0x5A; 32])?;
    let (peer, rng) = (server.public(), &mut SystemEntropy);
    let mut asking = Exchange::reconnect(device, peer, &secret, CONNECTION, rng)?;
    let hello = packet(&mut asking, device)?;
    let peer = device.public();
    let answering = Exchange::answer_reconnection(server, peer, &secret, &hello, rng)?;
    Ok(world.ran(finish((asking, device), (answering, server), &hello, 2)?))
}
