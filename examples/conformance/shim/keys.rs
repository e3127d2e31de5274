//! Session and epochs: by the text, and held against the crate where it shows them.

use iomt::seal::{Direction, Entropy, EntropyFailed, SAVED_SESSION_LEN, Sealer, SessionSecrets};
use serde_json::json;

use super::Answer;
use super::error::Failure;
use super::request::Request;
use super::text::{Epoch, Session, Side, hedge, hex};

/// What a handshake left behind.
pub(super) struct Roots {
    pub(super) hash: [u8; 32],
    k_ir: [u8; 32],
    k_ri: [u8; 32],
    device: Side,
}

impl Roots {
    pub(super) fn of(request: &Request<'_>) -> Result<Self, Failure> {
        let session = request.object("session")?;
        Ok(Self {
            hash: session.array("hash")?,
            k_ir: session.array("kIr")?,
            k_ri: session.array("kRi")?,
            device: match session.text("device")? {
                "initiator" => Side::Initiator,
                "responder" => Side::Responder,
                _ => return Err(Failure::field("device")),
            },
        })
    }

    pub(super) fn secrets(&self) -> Result<SessionSecrets, Failure> {
        let direction = match self.device {
            Side::Initiator => Direction::DeviceInitiated,
            Side::Responder => Direction::DeviceResponded,
        };
        Ok(SessionSecrets::derive(
            &self.hash, &self.k_ir, &self.k_ri, direction,
        )?)
    }

    pub(super) fn session(&self) -> Session {
        Session::new(&self.hash, [&self.k_ir, &self.k_ri], self.device)
    }
}

/// Draws what the request says, in its order, and fails then.
pub(super) struct Draws<I>(pub(super) I);

impl<I: Iterator<Item = [u8; 32]>> Entropy for Draws<I> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        let drawn = self.0.next().ok_or(EntropyFailed)?;
        match drawn.get(..out.len()) {
            Some(drawn) => out.copy_from_slice(drawn),
            None => return Err(EntropyFailed),
        }
        Ok(())
    }
}

/// Opens the next epoch of a device, with these random bytes.
pub(super) fn begin(device: &mut Sealer, random: [u8; 32]) -> Result<(), Failure> {
    let mut draws = Draws(std::iter::once(random));
    device.begin_epoch(&mut draws, &mut [0; SAVED_SESSION_LEN])?;
    Ok(device.epoch_stored()?)
}

/// A device that stands before epoch `number`: what the earlier ones drew does not matter.
pub(super) fn device_before(
    roots: &Roots,
    static_secret: &[u8],
    number: u32,
) -> Result<Sealer, Failure> {
    let mut device = roots.secrets()?.into_sealer(static_secret)?;
    for earlier in 0..number {
        let mut random = [0xE7; 32];
        random[..4].copy_from_slice(&earlier.to_le_bytes());
        begin(&mut device, random)?;
    }
    Ok(device)
}

/// The epoch that a request names by `session`, `staticSecret`, `random` and `number`; and a device that has opened it.
pub(super) fn epoch_of(request: &Request<'_>) -> Result<(Epoch, Sealer), Failure> {
    let roots = Roots::of(request)?;
    let static_secret: [u8; 32] = request.array("staticSecret")?;
    let random = request.array("random")?;
    let number = number(request)?;
    let mut epoch = Epoch::new(roots.session().chain, [0; 16]);
    for _ in 0..number {
        epoch = Epoch::new(epoch.next, [0; 16]);
    }
    let salt = hedge(
        &random,
        &static_secret,
        number.into(),
        ("salt", &roots.hash),
    );
    let epoch = Epoch::new(epoch.chain, salt);
    let mut device = device_before(&roots, &static_secret, number)?;
    begin(&mut device, random)?;
    let made = device.epoch().ok_or(Failure::Class("self_check"))?;
    let by_text = (epoch.locator, epoch.salt, epoch.tag);
    agree((made.locator.0, made.salt.0, *made.tag.as_bytes()) == by_text)?;
    Ok((epoch, device))
}

pub(super) fn number(request: &Request<'_>) -> Result<u32, Failure> {
    let number = request.number("number")?;
    match number {
        0..=1_000 => Ok(number),
        _ => Err(Failure::field("number")),
    }
}

/// The text and the crate say the same.
pub(super) const fn agree(same: bool) -> Result<(), Failure> {
    match same {
        true => Ok(()),
        false => Err(Failure::Class("self_check")),
    }
}

pub(super) fn key_schedule(request: &Request<'_>) -> Answer {
    let roots = Roots::of(request)?;
    let session = roots.session();
    let mut secrets = roots.secrets()?;
    let resumption = secrets.resumption().ok_or(Failure::Class("self_check"))?;
    agree(secrets.id() == session.id)?;
    agree(resumption.secret_bytes() == session.psk && resumption.hint().0 == session.hint)?;
    Ok(json!({
        "both": hex(session.both),
        "rootUp": hex(session.root_up),
        "rootDown": hex(session.root_down),
        "session": hex(session.id),
        "psk": hex(session.psk),
        "hint": hex(session.hint),
        "receiptKey": hex(session.receipt_key),
        "chain": hex(session.chain),
        "run": run(request, &roots)?.map(hex),
    }))
}

fn run(request: &Request<'_>, roots: &Roots) -> Result<Option<[u8; 8]>, Failure> {
    if !request.has("random") {
        return Ok(None);
    }
    let static_secret: [u8; 32] = request.array("staticSecret")?;
    let mut device = device_before(roots, &static_secret, number(request)?)?;
    let mut draws = Draws(std::iter::once(request.array("random")?));
    Ok(Some(device.draw_run(&mut draws)?.0))
}

pub(super) fn epoch(request: &Request<'_>) -> Answer {
    let (epoch, _) = epoch_of(request)?;
    let [data, alarm, control, _] = epoch.keys;
    Ok(json!({
        "chain": hex(epoch.chain),
        "locator": hex(epoch.locator),
        "open": hex(epoch.open),
        "salt": hex(epoch.salt),
        "secret": hex(epoch.secret),
        "tag": hex(epoch.tag),
        "data": hex(data),
        "alarm": hex(alarm),
        "control": hex(control),
        "next": hex(epoch.next),
    }))
}
