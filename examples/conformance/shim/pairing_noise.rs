//! The same handshake by snow: the ephemeral key, the hash and the keys, which the crate does not show.

use serde_json::Value;
use sha2::{Digest, Sha256};
use snow::{Builder, HandshakeState};

use super::cpace;
use super::error::Failure;
use super::keys::agree;
use super::pairing::Party;
use super::request::Request;
use super::text::{Side, expand, extract, hedge, lv};

/// A message of Noise, without a header.
pub(super) struct Message {
    is_own: bool,
    bytes: Vec<u8>,
}

/// Header, and behind it the code of message 1.
const HEADER: usize = 20;
const MAC1: usize = 16;

impl Message {
    pub(super) fn said(packet: &[u8], is_first: bool) -> Self {
        Self::of(true, packet, is_first)
    }

    pub(super) fn heard(packet: &[u8], is_first: bool) -> Self {
        Self::of(false, packet, is_first)
    }

    fn of(is_own: bool, packet: &[u8], is_first: bool) -> Self {
        let header = HEADER + if is_first { MAC1 } else { 0 };
        Self::bare(is_own, packet.get(header..).unwrap_or_default())
    }

    pub(super) fn bare(is_own: bool, message: &[u8]) -> Self {
        Self {
            is_own,
            bytes: message.to_vec(),
        }
    }
}

/// What both sides of a handshake have agreed on beforehand, and what this one brings.
pub(super) struct Terms {
    name: String,
    prologue: Vec<u8>,
    role: Side,
    own: [u8; 32],
    peer: Option<[u8; 32]>,
    psk: Option<[u8; 32]>,
    /// What the ephemeral key is drawn from.
    random: Option<[u8; 32]>,
    /// Of one's own messages, in order.
    payloads: Vec<Vec<u8>>,
}

/// Snow's state, and the promise that it has read; `None` where it writes something else than the crate.
type Replayed = Option<(HandshakeState, Option<[u8; 32]>)>;

/// How far snow has come.
pub(super) struct Noise {
    pub(super) ephemeral: Option<[u8; 32]>,
    pub(super) hash: [u8; 32],
    pub(super) split: Option<([u8; 32], [u8; 32])>,
    /// The hash of the descriptor that the other side has promised.
    pub(super) promise: Option<[u8; 32]>,
}

impl Terms {
    pub(super) fn of(party: &Party<'_>, model: u8) -> Result<Self, Failure> {
        let request = party.request;
        let (pattern, psk, pre) = match model {
            1 | 2 => {
                let label = extract(&[0; 32], &request.bytes("labelSecret")?);
                let hint: [u8; 8] = expand(&label, "label hint", &[]);
                let psk = expand(&label, "label psk", &[]);
                let pattern = if model == 1 { "IKpsk2" } else { "XXpsk0" };
                (pattern, Some(psk), hint.to_vec())
            }
            3 => {
                let secrets = cpace::by_text(party)?.ok_or(Failure::Class("self_check"))?;
                ("XXpsk0", Some(secrets.psk), secrets.transcript)
            }
            4 => ("XX", None, Vec::new()),
            5 => ("IK", None, Vec::new()),
            _ => {
                let psk: [u8; 32] = request.array("psk")?;
                let hint: [u8; 8] = expand(&psk, "hint", &[]);
                ("KKpsk0", Some(psk), hint.to_vec())
            }
        };
        let knows_peer = model == 6 || (matches!(model, 1 | 5) && party.role == Side::Initiator);
        let name = format!("Noise_{pattern}_25519_ChaChaPoly_SHA256");
        let fields: [&[u8]; 6] = [b"iomt1", &[1], &[1], name.as_bytes(), &[model], &pre];
        Ok(Self {
            prologue: fields.map(lv).concat(),
            role: party.role,
            own: party.secret,
            peer: knows_peer.then(|| request.array("peer")).transpose()?,
            psk,
            random: party.random.get(place_of_ephemeral(party, model)).copied(),
            payloads: payloads(party, model)?,
            name,
        })
    }

    fn state(&self, ephemeral: &[u8; 32]) -> Result<HandshakeState, snow::Error> {
        let name = self.name.parse()?;
        let mut builder = Builder::new(name)
            .prologue(&self.prologue)?
            .local_private_key(&self.own)?
            .fixed_ephemeral_key_for_testing_only(ephemeral);
        if let Some(psk) = &self.psk {
            let place = if self.name.contains("psk2") { 2 } else { 0 };
            builder = builder.psk(place, psk)?;
        }
        if let Some(peer) = &self.peer {
            builder = builder.remote_public_key(peer)?;
        }
        match self.role {
            Side::Initiator => builder.build_initiator(),
            Side::Responder => builder.build_responder(),
        }
    }

    /// Reads and writes these messages; what snow writes is what the crate has written.
    pub(super) fn follow(&self, messages: &[Message]) -> Result<Noise, Failure> {
        let followed = self.ephemeral(messages).and_then(|ephemeral| {
            let replayed = self.replay(messages, &ephemeral.unwrap_or([7; 32]))?;
            Ok((ephemeral, replayed))
        });
        let (ephemeral, replayed) = followed.map_err(|_| Failure::Class("self_check"))?;
        let (mut state, promise) = replayed.ok_or(Failure::Class("self_check"))?;
        let hash = state.get_handshake_hash().try_into();
        let split = state.is_handshake_finished();
        Ok(Noise {
            ephemeral,
            hash: hash.map_err(|_| Failure::Class("self_check"))?,
            split: split.then(|| state.dangerously_get_raw_split()),
            promise,
        })
    }

    /// "hedge(\"ephemeral\") … Noise's hash before the message ‖ its payload"
    fn ephemeral(&self, messages: &[Message]) -> Result<Option<[u8; 32]>, snow::Error> {
        let mut state = self.state(&[7; 32])?;
        for message in messages {
            if message.is_own {
                let payload = self.payloads.first().map_or(&[][..], Vec::as_slice);
                let context = [state.get_handshake_hash(), payload].concat();
                return Ok(self
                    .random
                    .map(|random| hedge(&random, &self.own, 0, ("ephemeral", &context))));
            }
            state.read_message(&message.bytes, &mut [0; 512])?;
        }
        Ok(None)
    }

    /// `None` where snow writes something else than the crate.
    fn replay(&self, messages: &[Message], ephemeral: &[u8; 32]) -> Result<Replayed, snow::Error> {
        let mut state = self.state(ephemeral)?;
        let mut promise = None;
        let mut payloads = self.payloads.iter();
        for message in messages {
            let mut out = [0; 512];
            if !message.is_own {
                let len = state.read_message(&message.bytes, &mut out)?;
                promise = promise.or(out.get(..len).and_then(promise_in));
                continue;
            }
            let payload = payloads.next().map_or(&[][..], Vec::as_slice);
            let len = state.write_message(payload, &mut out)?;
            if agree(out.get(..len) == Some(&message.bytes)).is_err() {
                return Ok(None);
            }
        }
        Ok(Some((state, promise)))
    }
}

/// A message as this side would write it with another payload: the first of all, or the one behind `heard`. Its ephemeral key
/// is what it draws, as it is.
pub(crate) fn message_with(asked: &Value, heard: Option<&[u8]>, payload: &[u8]) -> Option<Vec<u8>> {
    let request = Request::new(asked);
    let party = Party::of(&request).ok()?;
    let terms = Terms::of(&party, request.number("model").ok()?).ok()?;
    let mut state = terms.state(&terms.random?).ok()?;
    let mut out = [0; 512];
    if let Some(heard) = heard {
        state.read_message(heard, &mut out).ok()?;
    }
    let len = state.write_message(payload, &mut out).ok()?;
    out.get(..len).map(<[u8]>::to_vec)
}

/// Pattern, prologue and psk of the handshake of this side, which may need to have received CPace's packets.
pub(crate) fn agreed(asked: &Value) -> Option<(String, Vec<u8>, Option<[u8; 32]>)> {
    let request = Request::new(asked);
    let party = Party::of(&request).ok()?;
    let terms = Terms::of(&party, request.number("model").ok()?).ok()?;
    Some((terms.name, terms.prologue, terms.psk))
}

/// The message that this side writes behind these packets of Noise, with more fields behind its own.
pub(crate) fn longer_message(asked: &Value, before: &[Vec<u8>], more: &[u8]) -> Option<Vec<u8>> {
    let request = Request::new(asked);
    let party = Party::of(&request).ok()?;
    let terms = Terms::of(&party, request.number("model").ok()?).ok()?;
    let is_own = |place: usize| place.is_multiple_of(2) == (party.role == Side::Initiator);
    let packets = before.iter().enumerate();
    let messages: Vec<_> = packets
        .map(|(place, packet)| Message::of(is_own(place), packet, place == 0))
        .collect();
    let ephemeral = terms.ephemeral(&messages).ok()?.or(terms.random)?;
    let (mut state, _) = terms.replay(&messages, &ephemeral).ok()??;
    let said = messages.iter().filter(|message| message.is_own).count();
    let payload = [terms.payloads.get(said)?, more].concat();
    let mut out = [0; 1_300];
    let len = state.write_message(&payload, &mut out).ok()?;
    out.get(..len).map(<[u8]>::to_vec)
}

/// Field 2 of a payload, all of whose fields are shorter than 128 bytes.
fn promise_in(mut payload: &[u8]) -> Option<[u8; 32]> {
    loop {
        let (&[tag, len], rest) = payload.split_first_chunk::<2>()?;
        let (content, later) = rest.split_at_checked(len.into())?;
        if tag == 2 {
            return content.try_into().ok();
        }
        payload = later;
    }
}

/// Behind what CPace draws; a responder that compares digits draws its nonce first.
fn place_of_ephemeral(party: &Party<'_>, model: u8) -> usize {
    match (model, party.role) {
        (3, _) => 2,
        (4, Side::Responder) if !party.has_packets() => 1,
        _ => 0,
    }
}

fn payloads(party: &Party<'_>, model: u8) -> Result<Vec<Vec<u8>>, Failure> {
    let models: u8 = match model {
        1..=4 => 1 << model,
        _ => 0b110_0100,
    };
    let offer = vec![1, 4, 0b10, 0b10, models, 0];
    let promise = || {
        let body = party.request.bytes("descriptorBody")?;
        Ok::<_, Failure>([&[2, 32], &Sha256::digest(body)[..]].concat())
    };
    Ok(match (model, party.role) {
        (2 | 3, Side::Initiator) => vec![offer, Vec::new()],
        (1..=3, Side::Responder) | (5, Side::Initiator) => {
            vec![[offer, promise()?].concat()]
        }
        (4, Side::Initiator) => {
            let nonce = nonce(party, 1, HEADER);
            vec![offer, [promise()?, vec![4, 16], nonce.to_vec()].concat()]
        }
        (4, Side::Responder) => {
            let nonce = nonce(party, 0, HEADER + MAC1);
            let commitment = Sha256::digest([lv(b"iomt1 sas commit"), nonce.to_vec()].concat());
            vec![[offer, vec![3, 32], commitment.to_vec()].concat()]
        }
        _ => vec![offer],
    })
}

/// Hedged with the message before it, which stands behind a header where messages are packets; one value is drawn then.
fn nonce(party: &Party<'_>, place: usize, header: usize) -> [u8; 16] {
    let (place, header) = match party.has_packets() {
        true => (0, header),
        false => (place, 0),
    };
    let heard = party.received.first().and_then(|heard| heard.get(header..));
    let heard = heard.unwrap_or_default();
    let random = party.random.get(place).copied().unwrap_or_default();
    hedge(&random, &party.secret, 0, ("sas nonce", heard))
}
