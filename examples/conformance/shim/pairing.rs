//! One side of a handshake: the crate's, with what it keeps to itself from snow.

use iomt::pairing::comparison::{Answering, Asking};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{
    Attempts, DescriptorHash, Exchange, Identity, Paired, PublicKey, StaticKey, Work,
};
use iomt::seal::ResumptionSecret;
use iomt::wire::ConnectionId;
use serde_json::{Value, json};

use super::Answer;
use super::cpace;
use super::error::Failure;
use super::keys::{Draws, agree};
use super::pairing_noise::{Message, Terms};
use super::request::Request;
use super::text::{Session, Side, hex};

pub(super) type Random = Draws<std::vec::IntoIter<[u8; 32]>>;

/// One side, and what it has.
pub(super) struct Party<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) role: Side,
    pub(super) secret: [u8; 32],
    pub(super) key: StaticKey,
    pub(super) received: Vec<Vec<u8>>,
    pub(super) random: Vec<[u8; 32]>,
}

/// How far it has come.
#[derive(Default)]
struct Progress {
    /// Of Noise, in their order.
    messages: Vec<Message>,
    /// Of the other side's packets those that were not refused.
    heard: Vec<Vec<u8>>,
    /// What is sent now.
    packet: Option<Vec<u8>>,
    paired: Option<Paired>,
    digits: Option<u32>,
}

pub(super) fn role(request: &Request<'_>) -> Result<Side, Failure> {
    match request.text("role")? {
        "initiator" => Ok(Side::Initiator),
        "responder" => Ok(Side::Responder),
        _ => Err(Failure::field("role")),
    }
}

impl<'a> Party<'a> {
    pub(super) fn of(request: &'a Request<'a>) -> Result<Self, Failure> {
        let secret = request.array("staticSecret")?;
        Ok(Self {
            request,
            role: role(request)?,
            secret,
            key: Identity::from_secret_bytes(&secret)?.into(),
            received: request.byte_strings("received")?,
            random: request.randoms()?,
        })
    }

    pub(super) fn draws(&self) -> Random {
        Draws(self.random.clone().into_iter())
    }

    pub(super) fn connection(&self) -> Result<ConnectionId, Failure> {
        Ok(ConnectionId(self.request.array("connection")?))
    }

    /// Whether the messages of a comparison have their headers.
    pub(super) fn has_packets(&self) -> bool {
        self.request.has("token")
    }

    fn descriptor(&self) -> Result<DescriptorHash, Failure> {
        Ok(DescriptorHash::of_body(
            &self.request.bytes("descriptorBody")?,
        ))
    }

    fn peer(&self) -> Result<PublicKey, Failure> {
        Ok(PublicKey::from_bytes(&self.request.bytes("peer")?)?)
    }
}

pub(super) fn pair_step(request: &Request<'_>) -> Answer {
    let mut party = Party::of(request)?;
    let model = request.number("model")?;
    let progress = match model {
        1_u8 | 2 | 5 | 6 => whole(&mut party, model)?,
        3 => passcode(&mut party)?,
        4 if party.has_packets() => whole(&mut party, model)?,
        4 => comparison(&party)?,
        other => return Err(Failure::Unsupported(format!("model {other}"))),
    };
    told(&party, model, progress)
}

/// A label, factory keys, a reconnection, or a comparison in packets.
fn whole(party: &mut Party<'_>, model: u8) -> Result<Progress, Failure> {
    let progress = every_step(party, model)?;
    party.received.clone_from(&progress.heard);
    Ok(progress)
}

fn every_step(party: &Party<'_>, model: u8) -> Result<Progress, Failure> {
    let draws = &mut party.draws();
    match party.role {
        Side::Initiator => {
            let asking = begin(party, model, draws)?;
            exchange(party, asking, &party.received, Vec::new())
        }
        Side::Responder => {
            let answer = |hello: &[u8]| answer(party, model, hello, draws);
            let Some(answering) = first_taken(&party.received, answer)? else {
                return Ok(Progress::default());
            };
            answering.goes_on(party)
        }
    }
}

/// What has come of the first packet that was not refused, and the packets behind it.
pub(super) struct Taken<'p, T> {
    pub(super) came: T,
    pub(super) packet: &'p [u8],
    pub(super) later: &'p [Vec<u8>],
}

impl Taken<'_, Exchange> {
    fn goes_on(self, party: &Party<'_>) -> Result<Progress, Failure> {
        let hello = Message::heard(self.packet, true);
        let mut progress = exchange(party, self.came, self.later, vec![hello])?;
        progress.heard.insert(0, self.packet.to_vec());
        Ok(progress)
    }
}

/// A packet that is refused changes nothing: the next one is taken as if it had not come. That of the last is the answer.
pub(super) fn first_taken<T>(
    received: &[Vec<u8>],
    mut take: impl FnMut(&[u8]) -> Result<T, Failure>,
) -> Result<Option<Taken<'_, T>>, Failure> {
    let mut left = received;
    while let Some((packet, later)) = left.split_first() {
        match take(packet) {
            Ok(came) => {
                return Ok(Some(Taken {
                    came,
                    packet,
                    later,
                }));
            }
            Err(refusal) if later.is_empty() => return Err(refusal),
            Err(_) => left = later,
        }
    }
    Ok(None)
}

fn begin(party: &Party<'_>, model: u8, draws: &mut Random) -> Result<Exchange, Failure> {
    let (key, connection) = (&party.key, party.connection()?);
    Ok(match model {
        1 => {
            let (label, device) = (label_beside_key(party)?, party.peer()?);
            Exchange::read_label_with_key(key, &label, device, connection, draws)?
        }
        2 => Exchange::read_label(key, &label(party)?, connection, draws)?,
        4 => {
            let token = party.request.bytes("token")?;
            Exchange::compare(key, party.descriptor()?, &token, connection, draws)?
        }
        5 => Exchange::meet(key, party.peer()?, party.descriptor()?, connection, draws)?,
        _ => Exchange::reconnect(key, party.peer()?, &resumption(party)?, connection, draws)?,
    })
}

fn answer(
    party: &Party<'_>,
    model: u8,
    hello: &[u8],
    draws: &mut Random,
) -> Result<Exchange, Failure> {
    let key = &party.key;
    Ok(match model {
        1 => {
            let (label, descriptor) = (label_beside_key(party)?, party.descriptor()?);
            Exchange::answer_label(key, &label, descriptor, hello, draws)?
        }
        2 => Exchange::answer_label(key, &label(party)?, party.descriptor()?, hello, draws)?,
        4 => {
            let (token, attempts) = (party.request.bytes("token")?, Attempts::armed());
            Exchange::answer_comparison(key, &token, hello, &attempts, draws)?
        }
        5 => Exchange::answer_meeting(key, hello, draws)?,
        _ => {
            let secret = resumption(party)?;
            Exchange::answer_reconnection(key, party.peer()?, &secret, hello, draws)?
        }
    })
}

fn label(party: &Party<'_>) -> Result<LabelSecret, Failure> {
    Ok(LabelSecret::new(&party.request.bytes("labelSecret")?)?)
}

fn label_beside_key(party: &Party<'_>) -> Result<LabelSecret, Failure> {
    let secret = party.request.bytes("labelSecret")?;
    Ok(LabelSecret::beside_key(&secret)?)
}

fn resumption(party: &Party<'_>) -> Result<ResumptionSecret, Failure> {
    let psk = party.request.bytes("psk")?;
    Ok(ResumptionSecret::from_secret_bytes(&psk)?)
}

/// From its beginning to behind the packets that are left.
fn exchange(
    party: &Party<'_>,
    mut exchange: Exchange,
    received: &[Vec<u8>],
    mut messages: Vec<Message>,
) -> Result<Progress, Failure> {
    if party.request.flag("atOnce") {
        for heard in received {
            exchange.handle_packet(heard)?;
        }
    }
    let mut packet = worked(&mut exchange, &party.key)?;
    messages.extend(
        packet
            .iter()
            .map(|packet| Message::said(packet, messages_none(&party.role))),
    );
    let (mut left, mut accepted) = (received, Vec::new());
    while !left.is_empty() {
        let before = exchange.packet().map(<[u8]>::to_vec);
        let take = |heard: &[u8]| {
            exchange.handle_packet(heard)?;
            worked(&mut exchange, &party.key)
        };
        let Some(taken) = first_taken(left, take)? else {
            break;
        };
        left = taken.later;
        accepted.push(taken.packet.to_vec());
        if taken.packet.get(3) != Some(&REVELATION) {
            messages.push(Message::heard(taken.packet, false));
        }
        packet = taken.came.filter(|packet| Some(packet) != before.as_ref());
        messages.extend(packet.iter().map(|packet| Message::said(packet, false)));
        packet = packet.or(revealed(&mut exchange)?);
    }
    Ok(Progress {
        messages,
        heard: accepted,
        packet,
        digits: exchange.digits().map(|digits| digits.value()),
        paired: exchange.poll_paired(),
    })
}

/// The step of a comparison that shows a nonce, and is no message of Noise.
const REVELATION: u8 = 4;

/// Where there are digits: somebody says yes to them, and the answering side shows its nonce.
fn revealed(exchange: &mut Exchange) -> Result<Option<Vec<u8>>, Failure> {
    let Some(digits) = exchange.digits() else {
        return Ok(None);
    };
    let attempt = Attempts::armed().begin()?.stored();
    let is_answering = exchange.reveal(attempt).is_ok();
    exchange.confirm_digits(digits)?;
    let packet = exchange.packet().filter(|_| is_answering);
    Ok(packet.map(<[u8]>::to_vec))
}

/// Whether one's first message is the first of all.
const fn messages_none(role: &Side) -> bool {
    matches!(role, Side::Initiator)
}

fn worked(exchange: &mut Exchange, key: &StaticKey) -> Result<Option<Vec<u8>>, Failure> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    Ok(exchange.packet().map(<[u8]>::to_vec))
}

/// CPace, then the handshake.
fn passcode(party: &mut Party<'_>) -> Result<Progress, Failure> {
    let draws = &mut party.draws();
    let run = cpace::run(party, draws)?;
    let party = &*party;
    let Some(agreement) = &run.agreement else {
        return Ok(Progress {
            packet: run.packet,
            ..Progress::default()
        });
    };
    let received = party.received.get(2..).unwrap_or_default();
    match party.role {
        Side::Initiator => {
            let asking = Exchange::enter_passcode(&party.key, agreement, draws)?;
            exchange(party, asking, received, Vec::new())
        }
        Side::Responder => {
            let (key, descriptor) = (&party.key, party.descriptor()?);
            let answer = |hello: &[u8]| {
                let answering = Exchange::answer_passcode(key, agreement, descriptor, hello, draws);
                Ok(answering?)
            };
            let Some(answering) = first_taken(received, answer)? else {
                return Ok(Progress {
                    packet: run.packet,
                    ..Progress::default()
                });
            };
            answering.goes_on(party)
        }
    }
}

/// Messages without a header.
fn comparison(party: &Party<'_>) -> Result<Progress, Failure> {
    let identity = Identity::from_secret_bytes(&party.secret)?;
    match party.role {
        Side::Initiator => compare_asking(party, &identity),
        Side::Responder => compare_answering(party, &identity),
    }
}

fn compare_asking(party: &Party<'_>, identity: &Identity) -> Result<Progress, Failure> {
    let (draws, out) = (&mut party.draws(), &mut [0; 256]);
    let (descriptor, connection) = (party.descriptor()?, party.connection()?);
    let (asking, hello) = Asking::new(identity, descriptor, connection, draws, out)?;
    let mut messages = vec![Message::bare(true, hello)];
    let mut packet = hello.to_vec();
    let mut ended = (None, None);
    if let Some(reply) = party.received.first() {
        let confirming = asking.handle_reply(reply, draws, out);
        let (confirming, confirmation) = confirming.map_err(|(_, error)| error)?;
        packet = confirmation.to_vec();
        messages.push(Message::bare(false, reply));
        messages.push(Message::bare(true, &packet));
        if let Some(nonce) = party.received.get(1) {
            let shown = confirming.handle_nonce(nonce)?;
            ended = (Some(shown.digits().value()), Some(shown.yes().0));
        }
    }
    let (digits, paired) = ended;
    Ok(Progress {
        messages,
        packet: Some(packet).filter(|_| paired.is_none()),
        paired,
        digits,
        ..Progress::default()
    })
}

fn compare_answering(party: &Party<'_>, identity: &Identity) -> Result<Progress, Failure> {
    let (draws, out) = (&mut party.draws(), &mut [0; 256]);
    let Some(hello) = party.received.first() else {
        return Ok(Progress::default());
    };
    // Nothing of the handshake depends on it.
    let connection = ConnectionId([0; 8]);
    let (answering, reply) = Answering::new(
        identity,
        (connection, &Attempts::armed()),
        hello,
        draws,
        out,
    )?;
    let mut messages = vec![Message::bare(false, hello), Message::bare(true, reply)];
    let Some(confirmation) = party.received.get(1) else {
        let packet = Some(reply.to_vec());
        return Ok(Progress {
            messages,
            packet,
            ..Progress::default()
        });
    };
    messages.push(Message::bare(false, confirmation));
    let attempt = Attempts::armed().begin()?.stored();
    let shown = answering.handle_confirmation(attempt, confirmation);
    let (shown, nonce) = shown.map_err(|(_, _, error)| error)?;
    Ok(Progress {
        messages,
        packet: Some(nonce.to_vec()),
        digits: Some(shown.digits().value()),
        paired: Some(shown.yes().0),
        ..Progress::default()
    })
}

fn told(party: &Party<'_>, model: u8, progress: Progress) -> Answer {
    let mut said = json!({ "packet": progress.packet.map(hex) });
    if progress.messages.is_empty() {
        return Ok(said);
    }
    let noise = Terms::of(party, model)?.follow(&progress.messages)?;
    said["ephemeral"] = noise.ephemeral.map(hex).into();
    said["hash"] = hex(noise.hash).into();
    if let Some(paired) = progress.paired {
        let (k_ir, k_ri) = noise.split.ok_or(Failure::Class("self_check"))?;
        let device = match model {
            1..=3 => Side::Responder,
            _ => Side::Initiator,
        };
        let session = Session::new(&noise.hash, [&k_ir, &k_ri], device);
        agree(paired.descriptor.is_some() == noise.promise.is_some())?;
        said["done"] = done(paired, &session)?;
        said["done"]["descriptor"] = noise.promise.map(hex).into();
        said["done"]["hash"] = hex(noise.hash).into();
        said["done"]["kIr"] = hex(k_ir).into();
        said["done"]["kRi"] = hex(k_ri).into();
        said["done"]["digits"] = progress.digits.map(|digits| format!("{digits:06}")).into();
    }
    Ok(said)
}

fn done(mut paired: Paired, session: &Session) -> Result<Value, Failure> {
    let resumption = paired.secrets.resumption();
    let resumption = resumption.ok_or(Failure::Class("self_check"))?;
    agree(paired.secrets.id() == session.id)?;
    agree(resumption.secret_bytes() == session.psk && resumption.hint().0 == session.hint)?;
    Ok(json!({
        "session": hex(session.id),
        "psk": hex(session.psk),
        "hint": hex(session.hint),
        "peer": hex(paired.peer.as_bytes()),
    }))
}
