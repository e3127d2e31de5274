//! A passcode: the crate's run, and every value of it by the text.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use iomt::pairing::Attempts;
use iomt::pairing::cpace::{Agreement, Call, Called, Passcode};
use serde_json::json;
use sha2::{Digest, Sha512};

use super::Answer;
use super::error::Failure;
use super::keys::agree;
use super::pairing::{Party, Random, Taken, first_taken};
use super::request::Request;
use super::text::{Side, expand, extract, hedge, hex, lv, varint};

/// How far the crate has come.
pub(super) struct Run {
    pub(super) packet: Option<Vec<u8>>,
    pub(super) agreement: Option<Agreement>,
}

/// Packets of it that are refused are taken out of the party's.
pub(super) fn run(party: &mut Party<'_>, draws: &mut Random) -> Result<Run, Failure> {
    let mut taken = Vec::new();
    let run = match party.role {
        Side::Initiator => calling(party, draws, &mut taken),
        Side::Responder => called(party, draws, &mut taken),
    }?;
    party.received = taken;
    Ok(run)
}

fn calling(party: &Party<'_>, draws: &mut Random, kept: &mut Vec<Vec<u8>>) -> Result<Run, Failure> {
    let passcode = passcode(party)?;
    let call = Call::new(&party.key, party.connection()?, draws)?;
    let take = |answer: &[u8]| Ok(call.handle_answer(&passcode, &party.key, answer, draws)?);
    let Some(answered) = first_taken(&party.received, take)? else {
        return waits(call.packet(&mut [0; 64])?);
    };
    kept.push(answered.packet.to_vec());
    let asking = answered.came;
    let take = |share: &[u8]| Ok(asking.handle_share(share)?);
    let Some(shared) = first_taken(answered.later, take)? else {
        return waits(asking.packet(&mut [0; 64])?);
    };
    keep_rest(kept, &shared);
    Ok(Run {
        packet: None,
        agreement: Some(shared.came),
    })
}

/// The packet that was taken, and those of the handshake behind it.
fn keep_rest<T>(kept: &mut Vec<Vec<u8>>, taken: &Taken<'_, T>) {
    kept.push(taken.packet.to_vec());
    kept.extend_from_slice(taken.later);
}

fn called(party: &Party<'_>, draws: &mut Random, kept: &mut Vec<Vec<u8>>) -> Result<Run, Failure> {
    let passcode = passcode(party)?;
    let take = |call: &[u8]| Ok(Called::answer(&party.key, call, draws)?);
    let Some(calling) = first_taken(&party.received, take)? else {
        return Ok(Run {
            packet: None,
            agreement: None,
        });
    };
    kept.push(calling.packet.to_vec());
    let called = calling.came;
    let take = |share: &[u8]| Ok(called.check_share(share)?);
    let Some(shared) = first_taken(calling.later, take)? else {
        return waits(called.packet(&mut [0; 64])?);
    };
    keep_rest(kept, &shared);
    let share = shared.packet;
    let attempt = Attempts::armed().begin()?.stored();
    let answering = called.handle_share(attempt, &passcode, &party.key, share, draws)?;
    Ok(Run {
        packet: Some(answering.packet(&mut [0; 64])?.to_vec()),
        agreement: Some(answering.finish()?),
    })
}

fn passcode(party: &Party<'_>) -> Result<Passcode, Failure> {
    Ok(Passcode::new(party.request.text("passcode")?.as_bytes())?)
}

fn waits(packet: &[u8]) -> Result<Run, Failure> {
    Ok(Run {
        packet: Some(packet.to_vec()),
        agreement: None,
    })
}

pub(super) fn cpace(request: &Request<'_>) -> Answer {
    let mut party = Party::of(request)?;
    let draws = &mut party.draws();
    let run = run(&mut party, draws)?;
    let mut said = json!({ "packet": run.packet.as_ref().map(hex) });
    let Some(own) = Own::of(&party)? else {
        return Ok(said);
    };
    if let (Some(packet), true) = (
        &run.packet,
        party.role == Side::Responder || run.agreement.is_none(),
    ) {
        agree(packet.get(20..52) == Some(&own.share))?;
    }
    said["generator"] = hex(own.generator.compress().as_bytes()).into();
    said["scalar"] = hex(own.scalar.as_bytes()).into();
    said["share"] = hex(own.share).into();
    if run.agreement.is_some() {
        let secrets = by_text(&party)?.ok_or(Failure::Class("self_check"))?;
        said["done"] = json!({
            "shared": hex(secrets.shared),
            "isk": hex(secrets.isk),
            "psk": hex(secrets.psk),
            "mac1Key": hex(secrets.mac1_key),
            "transcript": hex(secrets.transcript),
        });
    }
    Ok(said)
}

/// One's own part, once both halves of the session id are there.
struct Own {
    session: [u8; 32],
    generator: RistrettoPoint,
    scalar: Scalar,
    share: [u8; 32],
}

const HEADER: usize = 20;
const OFFER: [u8; 4] = [0b10, 0b10, 0b1000, 0];

impl Own {
    fn of(party: &Party<'_>) -> Result<Option<Self>, Failure> {
        let ready = match party.role {
            Side::Initiator => 1,
            Side::Responder => 2,
        };
        let (Some(first), true) = (party.received.first(), party.received.len() >= ready) else {
            return Ok(None);
        };
        let theirs = first.get(HEADER..).unwrap_or_default();
        let random = |place: usize| party.random.get(place).copied().unwrap_or_default();
        let connection = first.get(4..12).unwrap_or_default();
        let context = match party.role {
            Side::Initiator => connection.to_vec(),
            Side::Responder => [connection, theirs].concat(),
        };
        let ours: [u8; 16] = hedge(&random(0), &party.secret, 0, ("cpace sid", &context));
        let session = match party.role {
            Side::Initiator => [&ours[..], theirs].concat(),
            Side::Responder => [theirs, &ours[..]].concat(),
        };
        let wide: [u8; 64] = hedge(&random(1), &party.secret, 0, ("cpace scalar", &session));
        let scalar = Scalar::from_bytes_mod_order_wide(&wide);
        let generator = generator(party.request.text("passcode")?, &session);
        let session = session
            .try_into()
            .map_err(|_| Failure::Class("self_check"))?;
        Ok(Some(Self {
            session,
            share: (scalar * generator).compress().to_bytes(),
            generator,
            scalar,
        }))
    }
}

/// "g = element derivation(H(lv(DSI) ‖ lv(PRS) ‖ lv(padding) ‖ lv(CI) ‖ lv(sid)))", lv with LEB128
fn generator(passcode: &str, session: &[u8]) -> RistrettoPoint {
    const DSI: &[u8] = b"CPaceRistretto255";
    let typed: Vec<u8> = passcode
        .bytes()
        .filter(|byte| !b" -".contains(byte))
        .collect();
    let channel = [&[1][..], b"Noise_XXpsk0_25519_ChaChaPoly_SHA256", &[3]]
        .map(lv)
        .concat();
    let padding = vec![0; 127_usize.saturating_sub(leb(DSI).len() + leb(&typed).len())];
    let hash = sha512(&[DSI, &typed, &padding, &channel, session]);
    RistrettoPoint::from_uniform_bytes(&hash)
}

fn leb(field: &[u8]) -> Vec<u8> {
    [varint(field.len() as u64), field.to_vec()].concat()
}

fn sha512(fields: &[&[u8]]) -> [u8; 64] {
    let mut hash = Sha512::new();
    fields.iter().for_each(|field| hash.update(leb(field)));
    hash.finalize().into()
}

/// What both sides have in common.
pub(super) struct Secrets {
    shared: [u8; 32],
    isk: [u8; 64],
    pub(super) psk: [u8; 32],
    mac1_key: [u8; 32],
    pub(super) transcript: Vec<u8>,
}

pub(super) fn by_text(party: &Party<'_>) -> Result<Option<Secrets>, Failure> {
    let (Some(own), Some(message)) = (Own::of(party)?, party.received.get(1)) else {
        return Ok(None);
    };
    let theirs = message
        .get(HEADER..HEADER + 32)
        .and_then(|share| share.try_into().ok());
    let theirs: [u8; 32] = theirs.ok_or(Failure::Class("self_check"))?;
    let point = CompressedRistretto(theirs).decompress();
    let shared = (own.scalar * point.ok_or(Failure::Class("self_check"))?).compress();
    let [first, second] = match party.role {
        Side::Initiator => [own.share, theirs],
        Side::Responder => [theirs, own.share],
    };
    let isk = sha512(&[
        b"CPaceRistretto255_ISK",
        &own.session,
        shared.as_bytes(),
        &first,
        &OFFER,
        &second,
        &OFFER,
    ]);
    let key = extract(&[0; 32], &isk);
    let said = [&first[..], &OFFER, &second, &OFFER].map(lv).concat();
    Ok(Some(Secrets {
        shared: shared.to_bytes(),
        isk,
        psk: expand(&key, "cpace psk", &[]),
        mac1_key: expand(&key, "cpace mac1", &[]),
        transcript: [&own.session[..], &said].concat(),
    }))
}
